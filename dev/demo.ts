/** `npm run demo`: a transfer set from an embedded production to an embedded UAT. `-- --once` ends after the run. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMANDS, NOUNS } from '../cli/commands';
import { describeError } from './demo/describe-error';
import { processIo } from '../cli/core/io';
import { runCli } from '../cli/core/program';
import { readState, removeState, writeState } from '../cli/core/state-file';
import { LongshoreClient } from '../client';
import { dropDatabase, prepareDatabases } from './demo/databases';
import { clearValues, differingTables, keptInUat } from './demo/proof';
import { startPostgres } from './embedded-postgres';
import { startGuarded, tail, type GuardedProcess } from './guarded-process';
import { packageRoot } from './package-root';
import { startTemporal } from './temporal-server';

const CONFIG = join(packageRoot, 'examples', 'demo', 'longshore.yaml');
const HOME = join(packageRoot, '.longshore', 'demo');
const TEMPORAL_DB = join(HOME, 'temporal.db');
/** Here while a run has not ended: a demo that was cut off starts over, without the run that it left. */
const UNFINISHED = join(HOME, 'unfinished');
const SET = 'shop-daily';

const say = (text = ''): void => void process.stdout.write(`${text}\n`);

/** Resolves at the first request to stop. A second one within a moment is the same key press, passed on by npm. */
const stopRequested = new Promise<number>((resolve) => {
  process.on('SIGINT', () => resolve(130));
  process.on('SIGTERM', () => resolve(143));
  process.on('SIGHUP', () => resolve(129));
});

async function waitForWorker(client: LongshoreClient, worker: GuardedProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await client.hasWorker())) {
    if (worker.hasExited() || Date.now() > deadline) throw new Error(`The worker did not start:\n${tail(logFile)}`);
    await sleep(100);
  }
}

async function showProof(prod: string, uat: string): Promise<boolean> {
  const [different, clear, kept] = await Promise.all([
    differingTables(prod, uat),
    clearValues(prod, uat),
    keptInUat(uat),
  ]);
  const lost = kept.filter(({ isKept }) => !isKept);
  say();
  say(
    different.length === 0
      ? 'Compared once more by Postgres itself, value by value: 9 of 9 tables are equal in all that is not masked.'
      : `DIFFERENT: ${different.join(', ')}`,
  );
  say(
    clear.length === 0 ? 'Not one masked value of production stands in UAT.' : `IN CLEAR in UAT: ${clear.join(', ')}`,
  );
  say(
    `Still in UAT: ${kept
      .filter(({ isKept }) => isKept)
      .map(({ what }) => what)
      .join(', ')}.`,
  );
  if (lost.length > 0) say(`LOST in UAT: ${lost.map(({ what }) => what).join(', ')}`);
  return different.length === 0 && clear.length === 0 && lost.length === 0;
}

async function demo(once: boolean, closers: (() => Promise<unknown>)[]): Promise<number> {
  const running = readState(CONFIG);
  if (running) throw new Error(`The demo is already running, as process ${running.pid}. Stop that one first.`);
  const startOver = existsSync(UNFINISHED);
  if (startOver) {
    for (const file of [TEMPORAL_DB, `${TEMPORAL_DB}-wal`, `${TEMPORAL_DB}-shm`]) rmSync(file, { force: true });
    rmSync(join(dirname(CONFIG), '.longshore'), { recursive: true, force: true });
  }
  mkdirSync(HOME, { recursive: true });
  writeFileSync(UNFINISHED, '');
  const opened = <T extends { stop(): Promise<void> }>(server: T): T => {
    closers.push(() => server.stop());
    return server;
  };
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir: join(HOME, 'postgres') }).then(opened),
    startTemporal({ dbFile: TEMPORAL_DB, logFile: join(HOME, 'temporal.log'), notify: say }).then(opened),
  ]);

  if (startOver) await dropDatabase(postgres, 'longshore');
  const [catalogUrl, { prod, uat }] = await Promise.all([
    postgres.ensureDatabase('longshore'),
    prepareDatabases(postgres),
  ]);
  Object.assign(process.env, {
    DEMO_PROD_URL: prod,
    DEMO_UAT_URL: uat,
    DEMO_MASKING_KEY: 'of the demo, known to all',
  });
  writeState(CONFIG, {
    temporalAddress: temporal.address,
    namespace: 'default',
    catalogUrl,
    uiUrl: temporal.uiUrl,
    pid: process.pid,
  });
  closers.push(() => Promise.resolve(removeState(CONFIG)));

  const logFile = join(HOME, 'worker.log');
  const worker = await startGuarded({
    command: process.execPath,
    args: ['--enable-source-maps', join(packageRoot, 'dist', 'cli', 'main.js'), 'worker', '--config', CONFIG],
    logFile,
    stopSignal: 'SIGTERM',
    graceMs: 3_000,
  });
  closers.push(() => worker.stop());
  const client = await LongshoreClient.connect({
    temporal: { address: temporal.address, namespace: 'default' },
    catalog: { url: catalogUrl },
  });
  closers.push(() => client.close());
  await waitForWorker(client, worker, logFile);

  say(`Production and UAT are ready. Running the transfer set ${SET} of examples/demo/longshore.yaml:`);
  say();
  const code = await runCli(['transfer', 'run', SET, '--config', CONFIG, '--reason', 'npm run demo'], processIo(), {
    commands: COMMANDS,
    nouns: NOUNS,
    version: 'demo',
  });
  rmSync(UNFINISHED, { force: true });
  if (code !== 0) return code;
  if (!(await showProof(prod, uat))) return 1;
  if (once) return 0;

  say();
  say(`Temporal Web UI   ${temporal.uiUrl ?? 'off'}/namespaces/default/workflows`);
  say(`Production        ${prod}`);
  say(`UAT               ${uat}`);
  say('In another terminal:');
  say('  node bin/longshore.mjs run list --config examples/demo/longshore.yaml');
  say('  node bin/longshore.mjs run show shop-daily --config examples/demo/longshore.yaml');
  say('Ctrl-C stops everything; the data stays for the next time.');
  await Promise.race([stopRequested, temporal.exited, postgres.exited, worker.exited]);
  return 0;
}

async function main(): Promise<number> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    return await Promise.race([demo(process.argv.includes('--once'), closers), stopRequested]);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  } finally {
    for (const close of closers.splice(0).reverse()) await close().catch(() => undefined);
  }
}

// Not only the code: a start that was interrupted half-way must not go on behind our back.
void main().then((code) => process.exit(code));
