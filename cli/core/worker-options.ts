import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { loadConfig } from '../../config/load';
import { resolveSettings } from '../../config/settings';
import type { CommandContext } from './context';
import type { ConnectionSettings } from './settings';

/** One attempt to publish keeps readers waiting no longer than this; it is then tried again later. */
const LOCK_TIMEOUT_MS = 1_500;

/** What a worker needs, from the configuration file and from where its servers are. */
export async function workerOptions(
  { configPath, io }: CommandContext,
  { temporal, catalogUrl }: ConnectionSettings,
  { logFile }: { logFile?: string },
) {
  const { config } = loadConfig(configPath, { env: io.env });
  const { staging, worker } = resolveSettings(config, io.env, { own: config, baseDir: dirname(configPath) });
  return {
    temporal,
    catalogUrl,
    configPath,
    staging,
    threads: worker.threads ?? availableParallelism(),
    parallelActivities: worker.parallelActivities,
    shutdownGraceMs: worker.shutdownGraceMs,
    memoryLimit: worker.memoryLimit,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    logLevel: io.env.LONGSHORE_LOG_LEVEL || 'info',
    logFile,
  };
}
