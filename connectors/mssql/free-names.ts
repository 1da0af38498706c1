/** Names for keys of tables that are made. In SQL Server they are unique in a schema, so those of the source may be taken. */
import type { TableRef } from '../../core/types/table';
import type { MssqlSession } from './pool';

const LONGEST = 128;

/** Gives each name out once. */
export type FreeNames = (table: TableRef, wanted: string) => string;

/** Reads what is taken in the schemas of these tables. A name that is taken gets that of its table behind it, or a number. */
export async function freeNames(session: MssqlSession, tables: readonly TableRef[]): Promise<FreeNames> {
  const taken = new Map<string, Set<string>>();
  for (const schema of new Set(tables.map((table) => table.schema))) {
    const rows = await session.rows<{ name: string }>(
      'SELECT o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE s.name = @schema',
      { schema },
    );
    taken.set(schema, new Set(rows.map(({ name }) => name.toLowerCase())));
  }
  return ({ schema, name: table }, wanted) => {
    const names = taken.get(schema) ?? new Set();
    const candidate = (attempt: number): string => {
      if (attempt === 0) return wanted.slice(0, LONGEST);
      const end = `_${table.slice(0, LONGEST / 2)}${attempt === 1 ? '' : `_${attempt}`}`;
      return `${wanted.slice(0, LONGEST - end.length)}${end}`;
    };
    let attempt = 0;
    while (names.has(candidate(attempt).toLowerCase())) attempt += 1;
    names.add(candidate(attempt).toLowerCase());
    return candidate(attempt);
  };
}
