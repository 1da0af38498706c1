import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { packageRoot } from '../../dev/package-root';
import { freePort } from '../../dev/ports';
import { startTemporal } from '../../dev/temporal-server';

export interface TestTemporal {
  /** `host:port`. */
  readonly address: string;
  readonly client: Client;
  /** A namespace of its own: no worker of another test takes what is started there. */
  createNamespace(prefix: string): Promise<string>;
  /** A name no other test uses, for task queues and workflow ids. */
  unique(prefix: string): string;
  /** Closes the client; the shared server goes on. */
  close(): Promise<void>;
}

/** The Temporal server that this jest run shares, with a client. Call `close` at the end. */
export async function testTemporal(): Promise<TestTemporal> {
  const address = process.env.LONGSHORE_TEST_TEMPORAL;
  if (!address) throw new Error('No Temporal server is shared: put this test into a project with servers.');
  const connection = await Connection.connect({ address });
  const unique = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;
  return {
    address,
    client: new Client({ connection }),
    unique,
    async createNamespace(prefix) {
      const namespace = unique(prefix);
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
      });
      return namespace;
    },
    close: () => connection.close(),
  };
}

/** Code of all workflows, bundled once per run: for `Worker.create({ workflowBundle })` and for replays. */
export function workflowBundle(): { code: string } {
  return { code: readFileSync(join(packageRoot, 'dist', 'workflow-bundle.js'), 'utf8') };
}

export interface RestartableTemporal {
  readonly address: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same histories. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** A Temporal server of the test's own, which it may kill and start again. Call `close` at the end. */
export async function restartableTemporal(): Promise<RestartableTemporal> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const port = await freePort();
  const start = () =>
    startTemporal({ port, uiPort: false, dbFile: join(folder, 'temporal.db'), logFile: join(folder, 'temporal.log') });
  let server = await start();
  return {
    address: server.address,
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    async start() {
      await server.stop();
      server = await start();
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
