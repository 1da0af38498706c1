/** A few values of a table, to see what sort of data its columns hold. They are never kept. */
import type { TableRef } from '../../core/types/table';
import { withReading } from './snapshot';
import type { FileSettings, Session } from './instance';
import { ident, qualified } from './sql';

/** Places of a table that are looked at; rows that lie together are often alike. */
const PLACES = 4;
/** Longest text that is taken of a value, in characters. */
const LONGEST = 500;

/** Up to `rows` rows from several places of a table; from the beginning of a view. NULLs are left out. */
export async function sampleText(
  settings: FileSettings,
  table: TableRef,
  columns: string[],
  rows: number,
): Promise<Record<string, string[]>> {
  const samples = Object.fromEntries(columns.map((name): [string, string[]] => [name, []]));
  if (columns.length === 0 || rows < 1) return samples;
  const list = columns.map((name) => `left(${ident(name)}::VARCHAR, ${LONGEST})`).join(', ');
  const look = async (session: Session): Promise<void> => {
    for (const { where, limit } of await places(session, table, Math.trunc(rows))) {
      const found = await session.rows(`SELECT ${list} FROM ${qualified(table)}${where} LIMIT ${limit}`);
      for (const row of found)
        for (const [index, value] of Object.values(row).entries())
          if (typeof value === 'string') samples[columns[index] ?? '']?.push(value);
    }
  };
  await withReading(settings, look, { inMemoryOnly: true });
  return samples;
}

async function places(session: Session, table: TableRef, rows: number): Promise<{ where: string; limit: number }[]> {
  const size = await session.value(
    'SELECT estimated_size::BIGINT FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2',
    [table.schema, table.name],
  );
  const total = Number(size ?? 0);
  if (size === undefined || total <= rows) return [{ where: '', limit: rows }];
  const each = Math.max(1, Math.floor(rows / PLACES));
  const count = Math.min(PLACES, rows);
  return Array.from({ length: count }, (_unused, index) => ({
    where: ` WHERE rowid >= ${Math.floor((index * total) / count)}`,
    limit: each,
  }));
}
