/** A file of a month batch as rows of typed columns, in DuckDB's words. */
import type { CheckType } from '../../core/types/quality';
import type { MonthFormat } from '../../core/types/month';
import type { ScanPlan } from '../../core/types/scan';
import { ident, literal, literalList } from './sql';

/** Names of the columns; of those that DuckDB would not tell apart the later ones are numbered. */
export function columnAliases({ columns }: ScanPlan): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let alias = name;
    for (let number = 2; taken.has(alias.toLowerCase()); number++) alias = `${name}_${number}`;
    taken.add(alias.toLowerCase());
    return alias;
  });
}

/** An empty table of the same columns, for conditions to be tried on. */
export function probeTable(plan: ScanPlan): string {
  const names = columnAliases(plan);
  return `CREATE TABLE probe (${plan.columns.map(({ type }, index) => `${ident(names[index]!)} ${sqlType(type)}`).join(', ')})`;
}

/** `keepsRejects`: lines that cannot be read are written down in `reject_errors`. Values that are not of their type are NULL. */
export function fileQuery(path: string, plan: ScanPlan, keepsRejects = false): string {
  const { format, columns } = plan;
  const names = columnAliases(plan);
  const raw = columns.map((_column, index) => `'c${index}': 'VARCHAR'`).join(', ');
  const options = [
    `delim = ${literal(format.delimiter)}`,
    `quote = ${literal(format.quote)}`,
    `escape = ${literal(format.quote)}`,
    'header = false',
    `skip = ${format.headerLines}`,
    'auto_detect = false',
    `nullstr = ${literalList(['', ...format.nullTexts.filter((text) => text !== '')])}`,
    'allow_quoted_nulls = false',
    'ignore_errors = true',
    ...(keepsRejects ? ['store_rejects = true', 'rejects_limit = 0'] : []),
    `columns = {${raw}}`,
  ];
  const list = columns.map(({ type }, index) => `${typed(`c${index}`, type, format)} AS ${ident(names[index]!)}`);
  return `SELECT ${list.join(', ')} FROM read_csv(${literal(path)}, ${options.join(', ')})`;
}

function sqlType(type: CheckType): string {
  switch (type.kind) {
    case 'text':
      return 'VARCHAR';
    case 'integer':
      return type.digits <= 18 ? 'BIGINT' : 'DECIMAL(38, 0)';
    case 'decimal':
      return `DECIMAL(${Math.min(38, type.precision)}, ${Math.min(38, type.scale)})`;
    case 'float':
      return 'DOUBLE';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return type.zoned ? 'TIMESTAMPTZ' : 'TIMESTAMP';
  }
}

function typed(column: string, type: CheckType, format: MonthFormat): string {
  const plain = `TRY_CAST(${column} AS ${sqlType(type)})`;
  switch (type.kind) {
    case 'text':
      return column;
    case 'integer':
    case 'decimal':
    case 'float':
      return plain;
    case 'boolean':
      return `CASE WHEN lower(${column}) IN ('true', 't', 'yes', 'y', 'on', '1') THEN true WHEN lower(${column}) IN ('false', 'f', 'no', 'n', 'off', '0') THEN false END`;
    case 'date':
      return dateOf(column, format);
    case 'timestamp':
      return format.timestampFormat === undefined
        ? `coalesce(${plain}, ${dateOf(column, format)}::${sqlType(type)})`
        : `coalesce(try_strptime(${column}, ${literalList(timestampPatterns(format.timestampFormat))})::${sqlType(type)}, ${dateOf(column, format)}::${sqlType(type)})`;
  }
}

const dateOf = (column: string, { dateFormat }: MonthFormat): string =>
  dateFormat === undefined
    ? `CASE WHEN length(${column}) = 8 THEN try_strptime(${column}, '%Y%m%d')::DATE ELSE TRY_CAST(${column} AS DATE) END`
    : `try_strptime(${column}, ${literal(pattern(dateFormat))})::DATE`;

/** A fraction may follow the seconds, or not. */
function timestampPatterns(format: string): string[] {
  const plain = pattern(format.replace(/\.?FF\d?/i, ''));
  return [plain, plain.replace('%S', '%S.%n')];
}

const TOKENS: Record<string, string> = {
  YYYY: '%Y',
  YY: '%y',
  MON: '%b',
  MM: '%m',
  MI: '%M',
  DD: '%d',
  HH24: '%H',
  SS: '%S',
};

const pattern = (format: string): string =>
  format.replaceAll(/"([^"]*)"|YYYY|YY|MON|MM|MI|DD|HH24|SS|%/gi, (token, quoted: string | undefined) =>
    token === '%' ? '%%' : (quoted ?? TOKENS[token.toUpperCase()] ?? token),
  );
