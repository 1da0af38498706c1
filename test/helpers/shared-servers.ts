/** The servers that a whole jest run shares. Started by global setup, stopped by global teardown, in jest's own process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../dev/embedded-postgres';
import { startTemporal } from '../../dev/temporal-server';

declare global {
  /** What is to be undone at the end of the run, newest last. Global setups of several projects share it. */
  var longshoreTestClosers: (() => Promise<void>)[] | undefined;
}

export const closers = (): (() => Promise<void>)[] => (globalThis.longshoreTestClosers ??= []);

/** A crash of the machine is not what tests test, so nothing waits for the disk. A kill of the server loses nothing. */
export const TEST_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  max_wal_size: '2GB',
};

let folder: string | undefined;

/** A folder that goes with the run. */
function runFolder(): string {
  if (folder) return folder;
  const made = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  closers().push(() => Promise.resolve(rmSync(made, { recursive: true, force: true })));
  return (folder = made);
}

/** Makes LONGSHORE_TEST_POSTGRES_URL name a server, unless it does. */
export async function sharePostgres(): Promise<void> {
  if (process.env.LONGSHORE_TEST_POSTGRES_URL) return;
  const server = await startPostgres({ dataDir: join(runFolder(), 'postgres'), settings: TEST_SETTINGS });
  closers().push(async () => {
    await server.stop();
    delete process.env.LONGSHORE_TEST_POSTGRES_URL;
  });
  process.env.LONGSHORE_TEST_POSTGRES_URL = server.url('postgres');
}

/** Makes LONGSHORE_TEST_TEMPORAL name the address of a server, unless it does. */
export async function shareTemporal(): Promise<void> {
  if (process.env.LONGSHORE_TEST_TEMPORAL) return;
  const notify = (line: string): void => console.log(line);
  const server = await startTemporal({ uiPort: false, port: 0, logFile: join(runFolder(), 'temporal.log'), notify });
  closers().push(async () => {
    await server.stop();
    delete process.env.LONGSHORE_TEST_TEMPORAL;
  });
  process.env.LONGSHORE_TEST_TEMPORAL = server.address;
}

/** Brings dist/workflow-bundle.js up to date. */
export async function buildBundle(): Promise<void> {
  const { ensureBundle } = await import('../../scripts/lib/build.mjs');
  await ensureBundle();
}

/** Brings all of dist/ up to date, for tests that run the command line. */
export async function buildAll(): Promise<void> {
  const { ensureBuilt } = await import('../../scripts/lib/build.mjs');
  await ensureBuilt();
}
