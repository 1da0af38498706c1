/**
 * How long it takes to recognise a file: a small one, and the sample of one of 10 GB (sparse: rows at both ends, a hole
 * between). From the disk's cache, first in a process and the median of many. Run: `npm run bench -- --only j`.
 */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { detectFormat } from '../core/file/detect';
import { readSample } from '../storage/files';
import { median } from './measure';

const LARGE_BYTES = 10_000_000_000;
const ROUNDS = 30;
const LIMIT_MS = { small: 20, large: 200 } as const;
const WHAT = { small: 'a small file', large: 'a file of 10 GB' } as const;

/** Lines of an order list, the header first. */
function orders(rows: number): string {
  const lines = ['order_id;ordered;customer;amount;note'];
  for (let row = 0; row < rows; row++) {
    const random = Math.imul(row + 1, 2_654_435_761) >>> 0;
    const day = String((random % 28) + 1).padStart(2, '0');
    const note = row % 7 === 0 ? `"two ""quoted"" words; and\na second line"` : 'none';
    lines.push(`${row + 1};2024-03-${day};Kunde Nr. ${random % 5000};${((random % 100_000) / 100).toFixed(2)};${note}`);
  }
  return `${lines.join('\n')}\n`;
}

async function writeLarge(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.write(orders(40_000), 0);
    const last = Buffer.from(orders(4_000));
    await file.truncate(LARGE_BYTES);
    await file.write(last, 0, last.length, LARGE_BYTES - last.length);
  } finally {
    await file.close();
  }
}

async function once(path: string): Promise<number> {
  const started = performance.now();
  detectFormat(await readSample(path));
  return performance.now() - started;
}

async function measure(name: keyof typeof LIMIT_MS, path: string, facts: Record<string, string>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once(path));
  const [middle, limit] = [median(times), LIMIT_MS[name]];
  facts[`j: recognising ${WHAT[name]}`] =
    `first ${(times[0] ?? 0).toFixed(1)} ms, median ${middle.toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} ms (at most ${limit} ms) ${middle <= limit ? 'ok' : 'MISSED'}`;
}

/** One after the other: the first measurement of each is that of a process that has just begun, or nearly. */
export async function recognition(facts: Record<string, string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  try {
    const small = join(folder, 'small.csv');
    const large = join(folder, 'large.csv');
    await writeFile(small, orders(1000));
    await writeLarge(large);
    await measure('small', small, facts);
    await measure('large', large, facts);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
