/**
 * Huge files, measured in processes of their own so that each has its own peak of memory: the whole check of a TSV, with
 * duplicates, against DuckDB's bare `count(*)` of it; the same packed for upload in the same pass; and the memory of a
 * file and of one of twice its size. Run: `npm run bench -- --only l,m --gigabytes 5`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, type Comparison, median } from './measure';

export interface MonthFileOptions {
  gigabytes: number;
  rounds: number;
  /** The check against count(*); and check, split and compression in one pass, with the memory they take. */
  check: boolean;
  pack: boolean;
}

/** Bytes of a row of the generated file, near enough. */
const ROW_BYTES = 86.3;
const HUNDRED_GIGABYTES = 100e9;
const WANTED_MINUTES = 15;
const LIMIT_MB = 2048;

interface Measured {
  seconds: number;
  megabytes: number;
  rows: number;
  parts: number;
  packedBytes: number;
}

export async function monthFiles(
  { gigabytes, rounds, check, pack }: MonthFileOptions,
  facts: Record<string, string>,
): Promise<Comparison[]> {
  const folder = await mkdtemp(join(process.env.LONGSHORE_BENCH_FOLDER ?? tmpdir(), 'longshore-bench-'));
  const results: Comparison[] = [];
  try {
    const file = await generated(folder, 'month_202401.tsv', gigabytes);
    const { size } = await stat(file);
    if (check) {
      const taken: Measured[] = [];
      results.push(
        await compare(
          `l: whole check of ${(size / 1e9).toFixed(1)} GB with duplicates`,
          3,
          'DuckDB count(*) of the file',
          rounds,
          async () => {
            const measured = await child('check', file, folder);
            taken.push(measured);
            return measured;
          },
          () => child('count', file, folder),
        ),
      );
      facts['l: memory of the check'] = memoryText(taken);
    }
    if (pack) {
      const taken: Measured[] = [];
      for (let round = 0; round < rounds; round++) taken.push(await child('pack', file, folder));
      const seconds = median(taken.map((each) => each.seconds));
      const rate = size / 1e9 / (seconds / 60);
      const minutes = HUNDRED_GIGABYTES / 1e9 / rate;
      const last = taken.at(-1);
      facts['m: check, split and zstd in one pass'] =
        `${seconds.toFixed(1)} s, ${rate.toFixed(1)} GB/min; 100 GB would take ${minutes.toFixed(1)} minutes (wanted ${WANTED_MINUTES}) ${minutes <= WANTED_MINUTES ? 'ok' : 'MISSED'}; ${last?.parts ?? 0} parts, ${((last?.packedBytes ?? 0) / 1e6).toFixed(0)} MB`;
      facts['m: memory at this size'] = memoryText(taken);
      await rm(file);
      const twice = await generated(folder, 'twice_202401.tsv', gigabytes * 2);
      facts['m: memory at twice the size'] = memoryText([await child('pack', twice, folder)]);
      await rm(twice);
      const fifth = await generated(folder, 'fifth_202401.tsv', gigabytes / 5);
      facts['m: memory at a fifth of the size'] = memoryText([await child('pack', fifth, folder)]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

function memoryText(taken: readonly Measured[]): string {
  const most = Math.max(...taken.map(({ megabytes }) => megabytes));
  return `at most ${most} MB for ${(taken[0]?.rows ?? 0).toLocaleString('en')} rows (limit ${LIMIT_MB}) ${most < LIMIT_MB ? 'ok' : 'MISSED'}`;
}

async function generated(folder: string, name: string, gigabytes: number): Promise<string> {
  const path = join(folder, name);
  const rows = Math.round((gigabytes * 1e9) / ROW_BYTES);
  process.stderr.write(`writing ${name}, ${rows.toLocaleString('en')} rows\n`);
  await child('generate', path, folder, String(rows));
  return path;
}

/** What it printed as its last line. */
async function child(work: string, ...args: string[]): Promise<Measured> {
  const running = spawn(
    process.execPath,
    ['--enable-source-maps', join(__dirname, 'month-file-child.js'), work, ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  running.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const [code] = (await once(running, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${work} ended with ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Measured;
}
