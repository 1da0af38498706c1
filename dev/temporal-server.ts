import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { LongshoreError } from '../core/errors/longshore-error';
import { startGuarded, tail } from './guarded-process';
import { freePort, isListening } from './ports';
import { findTemporalCli } from './temporal-cli';

/** Search attributes by which runs are found; all are keywords. */
export const SEARCH_ATTRIBUTES = [
  'LongshoreKind',
  'LongshoreName',
  'LongshoreTarget',
  'LongshoreOutcome',
  'LongshoreTriggeredBy',
];

export interface TemporalOptions {
  /** Default 7233, or any free one when that is taken; 0: any free one. A number given is used or the start fails. */
  port?: number;
  /** Default 8233, likewise. `false`: no Web UI. */
  uiPort?: number | false;
  /** Where histories are kept; without it they are gone when the server stops. */
  dbFile?: string;
  /** Made besides `default`. */
  namespace?: string;
  /** Keyword attributes to register; default those of Longshore. */
  searchAttributes?: string[];
  logFile: string;
  /** Told before a step that takes long. */
  notify?: (line: string) => void;
}

export interface TemporalServer {
  /** `127.0.0.1:PORT`, for clients and workers. */
  readonly address: string;
  /** Undefined without a Web UI. */
  readonly uiUrl?: string;
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** Can the namespace be used, not only the port be reached? */
async function isReady(address: string, port: number, namespace: string): Promise<boolean> {
  // The client would wait and retry by itself, and not notice that the server has ended meanwhile.
  if (!(await isListening(port))) return false;
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: '2s' });
    await connection.workflowService.describeNamespace({ namespace });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/**
 * Starts Temporal's development server from its CLI and resolves when it answers. It listens on 127.0.0.1 only and
 * ends when this process ends. Throws TEMPORAL_UNAVAILABLE with the end of its log when it does not come up.
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const command = await findTemporalCli({ notify: options.notify });
  const port = options.port || (await freePort(options.port === 0 ? 0 : 7233));
  const uiPort = options.uiPort === false ? undefined : (options.uiPort ?? (await freePort(8233)));
  const { namespace = 'default', dbFile, searchAttributes = SEARCH_ATTRIBUTES } = options;
  if (dbFile) mkdirSync(dirname(dbFile), { recursive: true });
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'];
  args.push(...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]));
  if (dbFile) args.push('--db-filename', dbFile);
  if (namespace !== 'default') args.push('--namespace', namespace);
  for (const name of searchAttributes) args.push('--search-attribute', `${name}=Keyword`);
  // With the default of 20 a second, each activity of a sequential workflow waits 50 to 100 ms.
  args.push('--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000');

  const server = await startGuarded({ command, args, logFile: options.logFile, stopSignal: 'SIGTERM', graceMs: 5000 });
  const address = `127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (!(await isReady(address, port, namespace))) {
    if (!server.hasExited() && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    await server.stop();
    throw new LongshoreError(
      'TEMPORAL_UNAVAILABLE',
      `The Temporal server did not start on ${address}:\n${tail(options.logFile)}`,
    );
  }
  const uiUrl = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`;
  return { address, uiUrl, pid: server.pid, exited: server.exited, stop: () => server.stop() };
}
