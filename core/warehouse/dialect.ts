/**
 * Where the SQL of warehouses differs. Everything else that `core/warehouse/` writes is plain: SELECT, COUNT, SUM over
 * CASE, GROUP BY, HAVING, LIMIT.
 */
import type { WarehouseKind } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import type { CheckType } from '../types/quality';
import type { WarehouseTableRef } from '../types/warehouse';

export interface Dialect {
  /** A name in double quotes. */
  ident(name: string): string;
  /** A text as a literal. */
  literal(text: string): string;
  table(ref: WarehouseTableRef): string;
  /** The value as text; dates as ISO 8601. */
  text(expression: string, type: CheckType): string;
  /** The length of a text in bytes of UTF-8. */
  bytes(expression: string): string;
  /** The day of a date or timestamp; that of a timestamp with a zone is the day in UTC, in Snowflake the day as written. */
  day(expression: string, type: CheckType): string;
  /** `column >= from AND column < to`, the days in ISO 8601, for a column that is a date or a timestamp. */
  between(column: string, type: CheckType, from: string, to: string): string;
  /** A type for a column that is made. */
  typeName(type: CheckType, width?: number): string;
  /** How the warehouse reads a name without quotes. */
  fold(name: string): string;
  /** Backslashes escape in plain quotes. */
  backslashEscapes: boolean;
}

const identWith = (name: string): string => {
  if (name === '' || name.includes('\0'))
    throw new LongshoreError('CONFIG_INVALID', `${JSON.stringify(name)} cannot be the name of a table or a column.`);
  return `"${name.replaceAll('"', '""')}"`;
};

const table = ({ database, schema, name }: WarehouseTableRef): string =>
  [...(database === undefined ? [] : [database]), schema, name].map(identWith).join('.');

const halfOpen = (column: string, from: string, to: string): string => `${column} >= ${from} AND ${column} < ${to}`;

const isZoned = (type: CheckType): boolean => type.kind === 'timestamp' && type.zoned;

const date = (iso: string): string => `CAST('${iso}' AS DATE)`;

const snowflake: Dialect = {
  ident: identWith,
  literal: (text) => `'${refuseNul(text).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
  table,
  text: (expression, type) =>
    type.kind === 'date' ? `TO_VARCHAR(${expression}, 'YYYY-MM-DD')` : `TO_VARCHAR(${expression})`,
  bytes: (expression) => `LENGTH(TO_BINARY(${expression}, 'UTF-8'))`,
  day: (expression, type) => (type.kind === 'date' ? expression : `CAST(${expression} AS DATE)`),
  between(column, type, from, to) {
    if (type.kind === 'date') return halfOpen(column, date(from), date(to));
    // The zone of a value is its own: only the day as it is written can be asked for.
    if (isZoned(type)) return halfOpen(`CAST(${column} AS DATE)`, date(from), date(to));
    return halfOpen(column, `CAST('${from}' AS TIMESTAMP_NTZ)`, `CAST('${to}' AS TIMESTAMP_NTZ)`);
  },
  typeName: (type, width) =>
    typeNames(type, width, {
      text: 'VARCHAR',
      integer: () => 'NUMBER(38, 0)',
      decimal: 'NUMBER',
      float: 'FLOAT',
      timestamp: 'TIMESTAMP_NTZ',
      timestamptz: 'TIMESTAMP_TZ',
    }),
  fold: (name) => name.toUpperCase(),
  backslashEscapes: true,
};

const duckdb: Dialect = {
  ident: identWith,
  literal: (text) => `'${refuseNul(text).replaceAll("'", "''")}'`,
  table,
  text: (expression) => `CAST(${expression} AS VARCHAR)`,
  bytes: (expression) => `strlen(${expression})`,
  day: (expression, type) =>
    type.kind === 'date'
      ? expression
      : `CAST(${isZoned(type) ? `(${expression} AT TIME ZONE 'UTC')` : expression} AS DATE)`,
  between(column, type, from, to) {
    if (type.kind === 'date') return halfOpen(column, date(from), date(to));
    return isZoned(type)
      ? halfOpen(column, `CAST('${from} 00:00:00+00' AS TIMESTAMPTZ)`, `CAST('${to} 00:00:00+00' AS TIMESTAMPTZ)`)
      : halfOpen(column, `CAST('${from}' AS TIMESTAMP)`, `CAST('${to}' AS TIMESTAMP)`);
  },
  typeName: (type, width) =>
    typeNames(type, width, {
      text: 'VARCHAR',
      integer: (digits) => (digits <= 18 ? 'BIGINT' : 'DECIMAL(38, 0)'),
      decimal: 'DECIMAL',
      float: 'DOUBLE',
      timestamp: 'TIMESTAMP',
      timestamptz: 'TIMESTAMPTZ',
    }),
  fold: (name) => name.toLowerCase(),
  backslashEscapes: false,
};

const postgres: Dialect = {
  ident: identWith,
  // Right for either setting of standard_conforming_strings.
  literal(text) {
    const quoted = `'${refuseNul(text).replaceAll("'", "''")}'`;
    return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
  },
  table: ({ schema, name }) => `${identWith(schema)}.${identWith(name)}`,
  // Without regard to DateStyle.
  text: (expression, type) =>
    type.kind === 'date' ? `to_char(${expression}, 'YYYY-MM-DD')` : `CAST(${expression} AS text)`,
  bytes: (expression) => `octet_length(${expression})`,
  day: duckdb.day,
  between: duckdb.between,
  typeName: (type, width) =>
    typeNames(type, width, {
      text: width === undefined ? 'text' : 'varchar',
      integer: (digits) => (digits <= 18 ? 'bigint' : 'numeric(38, 0)'),
      decimal: 'numeric',
      float: 'double precision',
      timestamp: 'timestamp',
      timestamptz: 'timestamptz',
    }),
  fold: (name) => name.toLowerCase(),
  backslashEscapes: false,
};

const DIALECTS: Record<WarehouseKind, Dialect> = { snowflake, duckdb, postgres };

/** The SQL of a kind of warehouse. */
export const dialectOf = (kind: WarehouseKind): Dialect => DIALECTS[kind];

/** Whether the staging table of a load holds every column as text, which is cast when it is published. */
export const stagesText = (kind: WarehouseKind): boolean => kind === 'postgres';

interface TypeWords {
  text: string;
  integer(digits: number): string;
  decimal: string;
  float: string;
  timestamp: string;
  timestamptz: string;
}

function typeNames(type: CheckType, width: number | undefined, words: TypeWords): string {
  switch (type.kind) {
    case 'text':
      return width === undefined ? words.text : `${words.text}(${width})`;
    case 'integer':
      return words.integer(type.digits);
    case 'decimal':
      return `${words.decimal}(${type.precision}, ${type.scale})`;
    case 'float':
      return words.float;
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return type.zoned ? words.timestamptz : words.timestamp;
  }
}

function refuseNul(text: string): string {
  if (text.includes('\0'))
    throw new LongshoreError(
      'CONFIG_INVALID',
      `A text with a NUL character cannot be asked for: ${JSON.stringify(text)}.`,
    );
  return text;
}
