/**
 * `npm run bench [-- --rows 5000000 --rounds 3 --only a,b,c,d,e,f,g,h,i,j,k,l,m --gigabytes 5]`: Longshore side by side with the physical limit and its
 * peers, in one run, as ratios. Prints a table, and JSON with --json. Peers that are not installed are named as skipped.
 */
import { parseArgs } from 'node:util';
import { recognition } from './detect';
import { dropFolder } from './drop-folder';
import { looking } from './drop-scan';
import { compare, median, peakMegabytes, shell, timed, type Comparison } from './measure';
import { findPeers } from './peers';
import { monthFiles } from './month-file';
import { sqlServer } from './mssql';
import { startRig, type Rig } from './rig';
import { bigTable, smallTables } from './tables';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'a,b,c,d,e,f,g,h,i,j,k,l,m' },
    files: { type: 'string', default: '1000' },
    megabytes: { type: 'string', default: '1000' },
    gigabytes: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const ROWS = Number(values.rows);
const ROUNDS = Number(values.rounds);
/** Enough to tell; the driver fills the table row by row. */
const MOST_IN_SQL_SERVER = 1_000_000;
const wanted = new Set(values.only.split(','));

async function main(): Promise<void> {
  const results: Comparison[] = [];
  const facts: Record<string, string> = {};
  const server = process.env.LONGSHORE_TEST_MSSQL_URL;
  if (wanted.delete('g')) {
    if (server) results.push(...(await sqlServer(server, Math.min(ROWS, MOST_IN_SQL_SERVER), ROUNDS)));
    else facts['g: SQL Server'] = 'skipped: LONGSHORE_TEST_MSSQL_URL names no server';
  }
  if (wanted.delete('j')) await recognition(facts);
  if (wanted.delete('k')) await looking(Math.max(5, ROUNDS), facts);
  const [small, large] = [wanted.delete('h'), wanted.delete('i')];
  if (small || large) {
    const sizes = { files: Number(values.files), megabytes: Number(values.megabytes) };
    results.push(...(await dropFolder({ ...sizes, small, large }, facts)));
  }
  const [check, pack] = [wanted.delete('l'), wanted.delete('m')];
  if (check || pack)
    results.push(...(await monthFiles({ gigabytes: Number(values.gigabytes), rounds: ROUNDS, check, pack }, facts)));
  if (wanted.size > 0) await postgres(results, facts);
  print(results, facts);
}

async function postgres(results: Comparison[], facts: Record<string, string>): Promise<void> {
  const rig = await startRig();
  try {
    process.stderr.write(`filling ${ROWS.toLocaleString('en')} rows\n`);
    await rig.sql('src', bigTable('big', ROWS));
    if (wanted.has('a')) results.push(await extraction(rig));
    if (wanted.has('b')) results.push(await wholeTransfer(rig));
    if (wanted.has('c')) results.push(...(await peers(rig, facts)));
    if (wanted.has('d')) await memory(rig, facts);
    if (wanted.has('e')) await smallSet(rig, facts);
    if (wanted.has('f')) results.push(await masking(rig), await readingBack(rig));
  } finally {
    await rig.close();
  }
}

const extraction = (rig: Rig): Promise<Comparison> =>
  compare(
    'a: Postgres → Parquet',
    1.3,
    'COPY big TO STDOUT > /dev/null',
    ROUNDS,
    () => timed(() => rig.extract('big')),
    () => shell(`psql -q "${rig.url('src')}" -c 'copy big to stdout' > /dev/null`),
  );

const wholeTransfer = (rig: Rig): Promise<Comparison> =>
  compare(
    'b: verified transfer, key kept',
    1.3,
    'psql COPY | psql COPY, binary, into the indexed table',
    ROUNDS,
    () => timed(() => rig.transfer('big')),
    () => pipe(rig),
  );

async function pipe(rig: Rig): Promise<{ seconds: number }> {
  await rig.emptyCopy('big', 'pipe');
  return shell(
    `psql -q "${rig.url('src')}" -c 'copy big to stdout (format binary)' | psql -q "${rig.url('pipe')}" -c 'copy big from stdin (format binary)'`,
  );
}

async function peers(rig: Rig, facts: Record<string, string>): Promise<Comparison[]> {
  const found = await findPeers();
  for (const name of found.missing) facts[`c: ${name}`] = 'skipped: not installed and not to be had';
  const results: Comparison[] = [];
  for (const peer of found.peers) {
    results.push(
      await compare(
        `c: against ${peer.name}`,
        1 / peer.timesFaster,
        peer.version,
        Math.min(ROUNDS, 2),
        () => timed(() => rig.transfer('big')),
        async () => {
          await rig.freshDatabase('peer');
          return peer.run(rig.url('src'), rig.url('peer'), 'big');
        },
      ),
    );
  }
  return results;
}

async function memory(rig: Rig, facts: Record<string, string>): Promise<void> {
  await rig.restartWorker();
  await rig.transfer('big');
  facts[`d: peak memory of the worker at ${ROWS.toLocaleString('en')} rows`] =
    `${peakMegabytes(rig.workerPid()) ?? '?'} MB`;
  process.stderr.write(`filling ${(ROWS * 5).toLocaleString('en')} rows\n`);
  await rig.sql('src', bigTable('big5', ROWS * 5));
  await rig.restartWorker();
  const { seconds } = await timed(() => rig.transfer('big5'));
  facts[`d: peak memory of the worker at ${(ROWS * 5).toLocaleString('en')} rows`] =
    `${peakMegabytes(rig.workerPid()) ?? '?'} MB (${seconds.toFixed(0)} s)`;
  await rig.sql('src', 'drop table big5');
}

async function smallSet(rig: Rig, facts: Record<string, string>): Promise<void> {
  await rig.sql('src', smallTables(20, 1000));
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) seconds.push((await timed(() => rig.transfer('small'))).seconds);
  facts['e: 20 tables of 1,000 rows'] = `${median(seconds).toFixed(1)} s (limit 5 s)`;
}

/** Three of eleven columns: a key, an amount, a text. */
const masking = (rig: Rig): Promise<Comparison> =>
  compare(
    'f: masked transfer',
    1.3,
    'the same transfer without masks',
    ROUNDS,
    () => timed(() => rig.transfer('masked')),
    () => timed(() => rig.transfer('big')),
  );

const readingBack = (rig: Rig): Promise<Comparison> =>
  compare(
    'f: verify: fingerprint',
    2,
    'the same transfer with figures only',
    ROUNDS,
    () => timed(() => rig.transfer('read-back')),
    () => timed(() => rig.transfer('big')),
  );

function print(results: readonly Comparison[], facts: Record<string, string>): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ rows: ROWS, results, facts }, null, 2)}\n`);
    return;
  }
  for (const { name, ours, theirs, ratio, limit, note } of results) {
    const verdict = ratio <= limit ? 'ok' : 'MISSED';
    process.stdout.write(
      `${name.padEnd(34)} ${ours.toFixed(1).padStart(7)} s against ${theirs.toFixed(1).padStart(7)} s   ratio ${ratio.toFixed(2)} (at most ${limit.toFixed(2)}) ${verdict}   ${note}\n`,
    );
  }
  for (const [name, value] of Object.entries(facts)) process.stdout.write(`${name.padEnd(60)} ${value}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
