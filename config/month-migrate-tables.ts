/** The `files` of an old configuration as tables of a month batch. */
import { isDeepStrictEqual } from 'node:util';
import { showDelimiter } from '../core/month/format';
import { formatDay, patternProblem, readDay } from '../core/month/pattern';
import { LongshoreError } from '../core/errors/longshore-error';
import { listWords } from '../core/plan/suggest';
import { fieldsOf, type Fields, freeName } from './sets';

type Warn = (where: string, message: string) => void;

const KNOWN = [
  'file_pattern',
  'table_name',
  'date_column',
  'expected_columns',
  'duplicate_key_columns',
  'delimiter',
  'expected_date_range',
];
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const NAMES: Readonly<Record<string, string>> = { tab: '\t', comma: ',', pipe: '|', semicolon: ';' };

/** Several entries of one table that say the same of it become one definition. Throws CONFIG_INVALID. */
export function migrateTables(entries: unknown, path: string, warn: Warn): Record<string, Fields> {
  const tables: Record<string, Fields> = {};
  for (const [index, entry] of (Array.isArray(entries) ? (entries as unknown[]) : []).entries()) {
    const where = `files[${index}]`;
    const { name, table } = migrateTable(fieldsOf(entry), where, path, warn);
    const same = Object.entries(tables).find(([, other]) =>
      isDeepStrictEqual(withoutFiles(other), withoutFiles(table)),
    );
    if (same) {
      tables[same[0]] = { ...same[1], files: [...new Set([same[1]['files'], table['files']].flat())] };
      continue;
    }
    tables[Object.hasOwn(tables, name) ? freeName(name, new Set(Object.keys(tables))) : name] = table;
  }
  // A table is named only where its definition could not be.
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]) => {
      const { table: target, ...rest } = table;
      return [name, target === name ? rest : { table: target, ...rest }];
    }),
  );
}

const withoutFiles = ({ files: _files, ...rest }: Fields): Fields => rest;

function migrateTable(old: Fields, where: string, path: string, warn: Warn): { name: string; table: Fields } {
  const tableName = text(old['table_name']);
  const pattern = text(old['file_pattern']);
  if (tableName === undefined || pattern === undefined)
    throw new LongshoreError(
      'CONFIG_INVALID',
      `${path} ${where} has no \`${tableName === undefined ? 'table_name' : 'file_pattern'}\`.`,
      { file: path, path: where },
    );
  for (const key of Object.keys(old)) if (!KNOWN.includes(key)) warn(`${where}.${key}`, 'is not taken over.');
  const { schema, table } = target(tableName, where, warn);
  const dateColumn = text(old['date_column']);
  const keyColumns = texts(old['duplicate_key_columns']);
  const columns = columnsOf(old, [...(dateColumn === undefined ? [] : [dateColumn]), ...keyColumns], where, warn);
  const delimiter = delimiterOf(old['delimiter']);
  const expectedRange = rangeOf(old['expected_date_range'], where, warn);
  const fields: Fields = {
    table,
    ...(schema !== undefined && { schema }),
    files: patternOf(pattern, where, warn),
    ...(delimiter !== undefined && delimiter !== '\t' && { delimiter: showDelimiter(delimiter) }),
    ...(columns && { columns }),
    ...(dateColumn !== undefined && { dateColumn }),
    ...(keyColumns.length > 0 && { keyColumns }),
    ...(expectedRange && { expectedRange }),
  };
  return { name: NAME.test(table) ? table : slug(table), table: fields };
}

function target(name: string, where: string, warn: Warn): { schema?: string; table: string } {
  const parts = name.split('.');
  const table = parts.at(-1) ?? name;
  const schema = parts.at(-2);
  if (parts.length > 2)
    warn(`${where}.table_name`, `the database of \`${name}\` is that of the environment from now on.`);
  return { ...(schema !== undefined && { schema }), table };
}

/** Unless a key or date column is missing in them, which is more likely an oversight in the list than in the others. */
function columnsOf(old: Fields, needed: readonly string[], where: string, warn: Warn): string[] | undefined {
  const columns = texts(old['expected_columns']);
  if (columns.length === 0) return undefined;
  const folded = columns.map((column) => column.toLowerCase());
  const missing = [...new Set(needed)].filter((column) => !folded.includes(column.toLowerCase()));
  if (missing.length === 0 && new Set(folded).size === folded.length) return columns;
  const why =
    missing.length > 0
      ? `${listWords(missing)} ${missing.length === 1 ? 'is' : 'are'} not in the list`
      : 'one of them is named twice';
  warn(`${where}.expected_columns`, `is left out: ${why}; columns are those of the header.`);
  return undefined;
}

function patternOf(pattern: string, where: string, warn: Warn): string {
  const own = pattern.replaceAll('\\', '/').replace(/^\.\//, '');
  const next = own.replaceAll(/\{([^{}]*)\}/g, (field, name: string) =>
    name === 'month' || name === 'date_range' ? field : '*',
  );
  if (next !== own)
    warn(`${where}.file_pattern`, `only {month} and {date_range} are known; \`${pattern}\` is \`${next}\` now.`);
  const problem = patternProblem(next);
  if (problem === undefined) return next;
  const name = next.slice(next.lastIndexOf('/') + 1);
  warn(`${where}.file_pattern`, `\`${pattern}\` ${problem}; it is \`${name}\` now.`);
  return name;
}

/** `[start, end]` or `{ start, end }`, as dates or digits. */
function rangeOf(old: unknown, where: string, warn: Warn): { from: string; to: string } | undefined {
  if (old === undefined || old === null) return undefined;
  const given: unknown[] = Array.isArray(old)
    ? old
    : [fieldsOf(old)['start'] ?? fieldsOf(old)['from'], fieldsOf(old)['end'] ?? fieldsOf(old)['to']];
  const days = given.map((day) =>
    typeof day === 'string' || typeof day === 'number' ? readDay(String(day).trim()) : undefined,
  );
  const [from, to] = days;
  if (days.length === 2 && from !== undefined && to !== undefined && from <= to)
    return { from: formatDay(from), to: formatDay(to) };
  warn(`${where}.expected_date_range`, 'is no range of two days, and left out; the days of the month are expected.');
  return undefined;
}

const delimiterOf = (old: unknown): string | undefined => {
  const given = typeof old === 'string' && old !== '' ? old : undefined;
  return given === undefined ? undefined : (NAMES[given.toLowerCase()] ?? (given === String.raw`\t` ? '\t' : given));
};

const slug = (table: string): string => {
  const words = table
    .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^[_-]+/, '')
    .slice(0, 64);
  return words === '' ? 'table' : words;
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((each: unknown) => text(each) ?? []) : [];
