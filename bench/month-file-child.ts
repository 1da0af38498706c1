/** One measurement of `month-file.ts`, in a process of its own. Prints seconds, peak memory and what was counted as JSON. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { defaultQuality } from '../core/quality/settings';
import type { CheckColumn } from '../core/types/quality';
import type { ScanPlan } from '../core/types/scan';
import { createMovers } from '../worker/threads/movers';
import { peakMegabytes } from './measure';

const COLUMNS: CheckColumn[] = [
  { name: 'd', type: { kind: 'date' }, nullable: false },
  { name: 'id', type: { kind: 'integer', digits: 18 }, nullable: false },
  { name: 'customer', type: { kind: 'text' }, width: { limit: 20, unit: 'characters' }, nullable: false },
  { name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 }, nullable: true },
  { name: 'quantity', type: { kind: 'integer', digits: 9 }, nullable: true },
  { name: 'product', type: { kind: 'text' }, width: { limit: 40, unit: 'characters' }, nullable: true },
  { name: 'note', type: { kind: 'text' }, width: { limit: 100, unit: 'characters' }, nullable: true },
  { name: 'at', type: { kind: 'timestamp', zoned: false }, nullable: true },
  { name: 'country', type: { kind: 'text' }, width: { limit: 2, unit: 'characters' }, nullable: true },
];

const PLAN: Omit<ScanPlan, 'samples'> = {
  format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: ['\\N'] },
  columns: COLUMNS,
  dateColumn: 0,
  keyColumns: [0, 1],
  checks: true,
};

async function main([work = '', path = '', folder = '', rows = '0']: string[]): Promise<void> {
  if (work === 'generate') return generate(path, folder, Number(rows));
  const started = performance.now();
  const counted = work === 'count' ? await count(path, folder) : await pass(path, folder, work === 'pack');
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ seconds, megabytes: peakMegabytes(process.pid) ?? 0, ...counted }));
}

async function generate(path: string, folder: string, rows: number): Promise<void> {
  const { connection, close } = await duckdb(folder);
  await connection.run(`COPY (SELECT strftime(DATE '2024-01-01' + (i % 31)::INT, '%Y%m%d') AS d, i AS id,
      'C' || (hash(i) % 1000000) AS customer, ((hash(i * 3) % 1000000) / 100.0)::DECIMAL(12, 2) AS amount,
      (hash(i + 5) % 100)::INT AS quantity, 'Product name ' || (hash(i * 7) % 5000) AS product,
      CASE WHEN hash(i) % 10 = 0 THEN NULL ELSE 'note ' || hash(i + 1) % 100000 END AS note,
      strftime(TIMESTAMP '2024-01-01' + to_seconds((hash(i * 11) % 2678400)::BIGINT), '%Y-%m-%d %H:%M:%S') AS at,
      ['DE', 'US', 'FR', 'GB'][(1 + hash(i) % 4)::INT] AS country
    FROM range(${rows}) AS t(i)) TO '${path.replaceAll("'", "''")}' (FORMAT csv, DELIMITER '\t', HEADER true)`);
  close();
  console.log('{}');
}

async function count(path: string, folder: string): Promise<{ rows: number }> {
  const { connection, close } = await duckdb(folder);
  const names = COLUMNS.map(({ name }) => `'${name}': 'VARCHAR'`).join(', ');
  const found = await connection.runAndReadAll(
    `SELECT count(*) FROM read_csv('${path.replaceAll("'", "''")}', delim = '\t', header = true, quote = '', escape = '', auto_detect = false, columns = {${names}})`,
  );
  const rows = Number(found.getRows()[0]?.[0]);
  close();
  return { rows };
}

async function duckdb(folder: string) {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '1GB',
    temp_directory: join(folder, 'duckdb'),
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** As a worker reads a file: in its threads, with its limits. Parts are removed as soon as they are there, as after an upload. */
async function pass(path: string, folder: string, isPacked: boolean) {
  const movers = createMovers({
    threads: 2,
    open: { memoryLimit: '300MB', tempDirectory: join(folder, 'duckdb') },
    environment: () => Promise.reject(new Error('no database is asked')),
    maskKey: () => Promise.resolve(undefined),
  });
  const work = join(folder, 'work');
  await mkdir(work, { recursive: true });
  try {
    const plan: ScanPlan = { ...PLAN, samples: defaultQuality().samples };
    const { firstRow, size, mtimeMs } = await movers.monthFiles.header(path, plan.format);
    const progress = new BigInt64Array(new SharedArrayBuffer(16));
    const { signal } = new AbortController();
    let [rows, parts, packedBytes] = [0, 0, 0];
    await movers.monthFiles.pack(
      {
        path,
        stamp: { size, mtimeMs },
        plan,
        keyFolder: work,
        from: { ...firstRow, part: 0 },
        ...(isPacked && { pack: { folder: work, compression: 'zstd', level: 1, partBytes: 160e6 } }),
      },
      async ({ part, figures }) => {
        rows += figures.rows;
        parts += 1;
        packedBytes += part.bytes;
        if (part.name !== '') await rm(join(work, part.name));
      },
      progress,
      signal,
    );
    const found = await movers.monthFiles.duplicates({ path, plan, keyFolder: work, parts, rows }, progress, signal);
    if (found.keys > 0) throw new Error(`${found.keys} keys were found twice in a file that has none`);
    const keyBytes = await sizeOf(work);
    return { rows, parts, packedBytes, keyBytes };
  } finally {
    await movers.close();
    await rm(work, { recursive: true, force: true });
  }
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
