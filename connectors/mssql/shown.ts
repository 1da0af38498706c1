/** Values as text in SQL, for messages: keys of rows that are wrong. */
import { ident } from './sql';

/** `c.[name]` as at most 200 characters of text, whatever its type. */
export function shownSql(name: string, type: string, alias = ''): string {
  const column = `${alias === '' ? '' : `${alias}.`}${ident(name)}`;
  if (/^(var)?binary$|^timestamp$/.test(type)) return `CONVERT(nvarchar(200), ${column}, 1)`;
  if (/^(date|time|datetime|smalldatetime|datetimeoffset)/.test(type)) return `CONVERT(nvarchar(200), ${column}, 121)`;
  if (type === 'float' || type === 'real') return `CONVERT(nvarchar(200), ${column}, 2)`;
  return `CONVERT(nvarchar(200), ${column})`;
}

/** `id=17, line=2` from a row with columns `c0`, `c1`, … */
export const shownKey = (names: readonly string[], row: Record<string, unknown>, first = 0): string =>
  names.map((name, at) => `${name}=${String(row[`c${first + at}`] ?? 'NULL').trim()}`).join(', ');
