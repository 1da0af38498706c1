/** Which table a statement writes, by its first words. */
import type { WarehouseTableRef } from '../core/types/warehouse';

const NAME = String.raw`(?:"(?:[^"]|"")*"|[A-Za-z_][\w$]*)`;
const WRITES = new RegExp(
  String.raw`^\s*(?:insert\s+(?:or\s+\w+\s+|overwrite\s+)?into|delete\s+from|update|merge\s+into|truncate(?:\s+table)?(?:\s+if\s+exists)?|` +
    String.raw`alter\s+table(?:\s+if\s+exists)?(?:\s+only)?|drop\s+table(?:\s+if\s+exists)?|` +
    String.raw`create\s+(?:or\s+replace\s+)?(?:(?:temporary|temp|transient|unlogged)\s+)?table(?:\s+if\s+not\s+exists)?)\s+` +
    String.raw`(${NAME}(?:\.${NAME}){1,2})(?=[\s(;]|$)`,
  'i',
);

/** Undefined where the statement is another one, one of several, or does not name the schema. */
export function writtenTable(sql: string): WarehouseTableRef | undefined {
  const text = WRITES.exec(sql)?.[1];
  if (text === undefined || hasMore(sql)) return undefined;
  const names = (text.match(new RegExp(NAME, 'g')) ?? []).map(unquoted);
  const [name = '', schema = ''] = names.toReversed();
  return { schema, name };
}

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** Something behind a semicolon that is not in quotes. */
const hasMore = (sql: string): boolean =>
  /;\s*\S/.test(sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (quoted) => '_'.repeat(quoted.length)));
