import { tableId, type TableRef, type TableSchema } from '../../core/types/table';
import type { Database } from '../../connectors/connector';

/**
 * How long a list of tables is taken to be right, in milliseconds: a thousand files that each make a table would otherwise
 * list a thousand tables each. It only serves names that differ in letter case, which files of one folder never make.
 */
const FRESH_MS = 5_000;

const lists = new WeakMap<object, { at: number; tables: Promise<TableRef[]> }>();

/** The table of this name, or the only one that differs in letter case. */
export async function findTable(database: Database, ref: TableRef): Promise<TableSchema | undefined> {
  const [exact] = await database.describeTables([ref]);
  if (exact) return exact;
  const alike = (await listed(database)).filter((table) => tableId(table).toLowerCase() === tableId(ref).toLowerCase());
  if (alike.length !== 1) return undefined;
  const [found] = await database.describeTables(alike);
  return found;
}

async function listed(database: Database): Promise<TableRef[]> {
  const key = database.reference;
  const known = lists.get(key);
  if (known && performance.now() - known.at < FRESH_MS) return known.tables;
  const tables = database.listTables();
  lists.set(key, { at: performance.now(), tables });
  tables.catch(() => lists.delete(key));
  return tables;
}
