/** Keys of a huge file, counted by DuckDB, which puts on disk what does not fit into its memory. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stagingError } from '../../storage/disk-errors';
import { MOST_LINES, type GroupStore, type KeyGroup, type Repeated } from '../../storage/month/key-groups';
import { DEFAULT_MEMORY, defaultTempDirectory, withMemory, type Session } from './instance';
import { literal } from './sql';

export interface FileWorkSettings {
  memoryLimit?: string;
  tempDirectory?: string;
}

export const memorySettings = ({ memoryLimit, tempDirectory }: FileWorkSettings) => ({
  path: ':memory:',
  memoryLimit: memoryLimit ?? DEFAULT_MEMORY,
  tempDirectory: tempDirectory ?? defaultTempDirectory(),
  applicationName: 'longshore',
  stagingSchema: 'main',
});

/** Lends an empty store for the time of `work`. Throws DISK_FULL, STAGING_UNAVAILABLE, CANCELLED. */
export async function withKeyGroups<T>(
  settings: FileWorkSettings,
  signal: AbortSignal,
  work: (store: GroupStore) => Promise<T>,
): Promise<T> {
  const memory = memorySettings(settings);
  // DuckDB reads text faster than it takes values one by one.
  const path = join(memory.tempDirectory, `keys-${randomUUID()}.tsv`);
  try {
    return await withMemory(memory, { signal, paths: [path] }, async (session) => {
      await session.run('CREATE TABLE groups (k VARCHAR, n BIGINT, first_line BIGINT, lines VARCHAR)');
      return work({
        add: (groups) => add(session, path, groups),
        result: (samples) => result(session, samples),
      });
    });
  } finally {
    await rm(path, { force: true });
  }
}

async function add(session: Session, path: string, groups: Iterable<KeyGroup>): Promise<void> {
  const rows: string[] = [];
  for (const { key, count, lines } of groups)
    rows.push(`${escaped(key)}\t${count}\t${lines[0] ?? 0}\t${lines.join(' ')}\n`);
  if (rows.length === 0) return;
  try {
    await writeFile(path, rows.join(''), { mode: 0o600 });
  } catch (error) {
    throw stagingError(error, path);
  }
  const columns = `{'k': 'VARCHAR', 'n': 'BIGINT', 'first_line': 'BIGINT', 'lines': 'VARCHAR'}`;
  await session.run(`INSERT INTO groups SELECT * FROM read_csv(${literal(path)}, delim = '\t', quote = '', escape = '',
    header = false, auto_detect = false, columns = ${columns})`);
}

const MARKS: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const PLAIN = new Map(Object.entries(MARKS).map(([plain, mark]) => [mark, plain]));

/** Without what separates fields and rows, and different where the keys are. */
const escaped = (key: string): string =>
  /[\\\t\n\r]/.test(key) ? key.replaceAll(/[\\\t\n\r]/g, (mark) => MARKS[mark]!) : key;
const unescaped = (text: string): string => text.replaceAll(/\\[\\tnr]/g, (mark) => PLAIN.get(mark)!);

const REPEATED = `SELECT k, sum(n)::BIGINT AS n, min(first_line) AS first_line FROM groups GROUP BY k HAVING sum(n) > 1`;

async function result(session: Session, wanted: number): Promise<Repeated> {
  const [total] = await session.rows(
    `SELECT count(*) AS keys, coalesce(sum(n - 1), 0)::BIGINT AS extra FROM (${REPEATED})`,
  );
  const found = await session.rows(`SELECT k, n FROM (${REPEATED}) ORDER BY first_line LIMIT ${wanted}`);
  const samples: KeyGroup[] = [];
  for (const { k, n } of found) {
    const runs = await session.rows(`SELECT lines FROM groups WHERE k = $1 ORDER BY first_line LIMIT ${MOST_LINES}`, [
      String(k),
    ]);
    const lines = runs.flatMap((row) => String(row['lines']).split(' ').map(Number));
    samples.push({ key: unescaped(String(k)), count: Number(n), lines: lines.slice(0, MOST_LINES) });
  }
  return { keys: Number(total?.['keys'] ?? 0), extraRows: Number(total?.['extra'] ?? 0), samples };
}
