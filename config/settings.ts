/** What a process of Longshore itself needs, resolved: for the worker and the client to connect and to size themselves. */
import { resolve } from 'node:path';
import { parseBytes, parseDuration } from '../core/units';
import { type Config, configSchema } from '../schemas/config';
import { isPostgresUrl } from './connection-url';
import type { Environment } from './references';
import { resolvedError, type ResolveOptions, Resolver } from './secrets';
import { describeIssues } from './validate';

export interface TlsFiles {
  serverName?: string | undefined;
  /** Absolute paths of PEM files. */
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

export interface Settings {
  temporal: { address: string; namespace: string; tls?: boolean | TlsFiles; apiKey?: string };
  /** Undefined: the embedded catalog. */
  catalog?: { url: string };
  staging: { path: string; minFreeBytes: number };
  worker: {
    parallelActivities: number;
    /** Undefined: one for each processor. */
    threads?: number;
    /** As DuckDB's `memory_limit` takes it. */
    memoryLimit: string;
    shutdownGraceMs: number;
  };
}

/** Sizes in bytes, durations in milliseconds, folders absolute. Throws SECRET_MISSING, or CONFIG_INVALID for a value that does not fit. */
export function resolveSettings(
  config: Config,
  env: Environment = process.env,
  options: ResolveOptions = {},
): Settings {
  const resolver = new Resolver(config, env, options);
  const sections = {
    version: 1,
    temporal: resolver.resolve(config.temporal, ['temporal']),
    ...(config.catalog && { catalog: resolver.resolve(config.catalog, ['catalog']) }),
  };
  const result = configSchema.pick({ version: true, temporal: true, catalog: true }).safeParse(sections);
  if (!result.success) throw resolvedError(describeIssues(result.error.issues, undefined).map(({ path }) => path));
  const { temporal, catalog } = result.data;
  if (typeof catalog?.url === 'string' && !isPostgresUrl(catalog.url)) throw resolvedError([['catalog', 'url']]);
  const { staging, worker } = config;
  const absolute = (path: string | undefined) =>
    path === undefined ? undefined : resolve(options.baseDir ?? '.', path);
  const { tls } = temporal;
  const files =
    typeof tls === 'object'
      ? { ...tls, caFile: absolute(tls.caFile), certFile: absolute(tls.certFile), keyFile: absolute(tls.keyFile) }
      : undefined;
  return {
    temporal: {
      address: temporal.address,
      namespace: temporal.namespace,
      ...(tls !== undefined && { tls: files ?? tls === true }),
      ...(typeof temporal.apiKey === 'string' && { apiKey: temporal.apiKey }),
    },
    ...(typeof catalog?.url === 'string' && { catalog: { url: catalog.url } }),
    staging: {
      path: resolve(options.baseDir ?? '.', staging.path),
      minFreeBytes: parseBytes(staging.minFreeBytes) ?? 0,
    },
    worker: {
      parallelActivities: worker.parallelActivities,
      ...(worker.threads !== undefined && { threads: worker.threads }),
      memoryLimit: `${parseBytes(worker.memoryLimit) ?? 400e6}B`,
      shutdownGraceMs: parseDuration(worker.shutdownGrace) ?? 10_000,
    },
  };
}
