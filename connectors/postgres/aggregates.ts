/**
 * Column figures, worked out by the database itself in one scan. The notation is shared by all connectors, so that
 * figures of different databases compare as text:
 *
 * - whole numbers and decimals: sum, min and max in plain notation without trailing zeros (`12.5`, `0`, `-3`); `NaN`,
 *   `Infinity`, `-Infinity` where a database has them;
 * - float32 and float64: no sum, since its last digits depend on the order of rows; min and max as JavaScript prints
 *   the number (`0.1`, `1e+21`, `NaN`, `-Infinity`; negative zero as `0`), NaN counting as the largest;
 * - text, JSON and types in their own notation: sum of lengths in bytes of UTF-8; bytes: sum of lengths;
 *   uuid: sum of lengths of its 36-character form; no min and max, since collations differ;
 * - boolean: sum is the number of true values;
 * - date, time, timestamp, timestamptz: min and max as `2024-02-29`, `23:59:59.5`, `2024-02-29 23:59:59.5` (timestamptz
 *   in UTC, without a zone), fractions without trailing zeros, years before 1 with ` BC` behind, `infinity`,
 *   `-infinity`; no sum.
 *
 * Every figure but `nulls` is null when no row has a value.
 */
import type { LogicalType } from '../../core/types/table';
import type { ColumnAggregate, TableAggregates } from '../../core/types/transfer';
import type { MssqlNotation } from './foreign-types';
import { parseNativeType } from './native-types';
import type { Row } from './pool';
import { ident } from './sql';
import { textForm, typeFor } from './types';

export interface AggregateColumn {
  /** Name of the column in the rows that are read. */
  column: string;
  /** Name that the figures carry: the target's. */
  name: string;
  /** What its values are. */
  logical: LogicalType;
  /** What they are stored as here, which may be text. */
  nativeType: string;
  /** Only NULLs are counted: no other figure of the column's values may be known. */
  hidden?: boolean;
  /** How a time that travelled as text was written; its figures are those of the text and, where stored as a time, of the instant. */
  notation?: MssqlNotation;
}

const PREFIXES = { nulls: 'n', sum: 's', min: 'l', max: 'h' } as const;

/**
 * One row with `r` (rows) and, for column i, `n<i>` nulls, `s<i>` sum, `l<i>` min, `h<i>` max, all text. `from` starts
 * with FROM. `encoding` is the database's: lengths are those of UTF-8 whatever it is.
 */
export function aggregateSql(columns: readonly AggregateColumn[], from: string, encoding = 'UTF8'): string {
  const figures = columns.flatMap((column, index) =>
    figuresOf(column, encoding === 'UTF8').map(([figure, sql]) => `${sql} AS ${PREFIXES[figure]}${index}`),
  );
  return `SELECT ${['pg_catalog.count(*)::pg_catalog.text AS r', ...figures].join(',\n       ')}\n ${from.trimStart()}`;
}

/** The row of `aggregateSql` as figures. */
export function parseAggregates(columns: readonly AggregateColumn[], row: Row): TableAggregates {
  const figure = (kind: keyof typeof PREFIXES, index: number) => row[`${PREFIXES[kind]}${index}`] ?? null;
  return {
    rows: row['r'] ?? '0',
    columns: columns.map(({ name, logical }, index): ColumnAggregate => {
      const bound = (kind: 'min' | 'max') =>
        logical.kind === 'float32' || logical.kind === 'float64' ? floatText(figure(kind, index)) : figure(kind, index);
      return {
        column: name,
        nulls: figure('nulls', index) ?? '0',
        sum: figure('sum', index),
        min: bound('min'),
        max: bound('max'),
      };
    }),
  };
}

/** A float as JavaScript prints it; the shortest text that a database gives for it reads back as the same number. */
function floatText(text: string | null): string | null {
  return text === null ? null : String(Number(text) + 0).replace(/^-0$/, '0');
}

const TEXT_TYPE = /^(text|varchar|bpchar|name|(.*\.)?citext)$/;

type Figure = [keyof typeof PREFIXES, string];

function figuresOf({ column, logical, nativeType, hidden, notation }: AggregateColumn, isUtf8: boolean): Figure[] {
  const name = ident(column);
  const native = parseNativeType(nativeType);
  const isStoredAsText = TEXT_TYPE.test(native.name) && !native.isArray;
  const value = isStoredAsText && logical.kind !== 'text' ? `${name}::pg_catalog.${castName(logical)}` : name;
  const nulls: Figure = ['nulls', `(pg_catalog.count(*) - pg_catalog.count(${name}))::pg_catalog.text`];
  const bounds = (wrap: (sql: string) => string): Figure[] => [
    ['min', wrap(`pg_catalog.min(${value})`)],
    ['max', wrap(`pg_catalog.max(${value})`)],
  ];
  const asText = (sql: string) => `(${sql})::pg_catalog.text`;
  const exact = (sql: string) => `pg_catalog.trim_scale((${sql})::pg_catalog.numeric)::pg_catalog.text`;
  const bytes = (sql: string): Figure => [
    'sum',
    // A NULL has no length and is left out of the sum.
    asText(`pg_catalog.sum(pg_catalog.octet_length(${sql}))`),
  ];
  if (hidden) return [nulls];
  switch (logical.kind) {
    case 'boolean':
      return [
        nulls,
        [
          'sum',
          `CASE WHEN pg_catalog.count(${name}) > 0 THEN ${asText(`pg_catalog.count(*) FILTER (WHERE ${value})`)} END`,
        ],
      ];
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal': {
      // Sums and bounds of oid and of domains are those of the number beneath.
      const isNumber = ['int2', 'int4', 'int8', 'numeric'].includes(native.name) || isStoredAsText;
      const number = isNumber ? value : `${name}::pg_catalog.${castName(logical)}`;
      return [
        nulls,
        ['sum', exact(`pg_catalog.sum(${number})`)],
        ['min', exact(`pg_catalog.min(${number})`)],
        ['max', exact(`pg_catalog.max(${number})`)],
      ];
    }
    case 'timestamptz':
      return [nulls, ...bounds((sql) => asText(`${sql} AT TIME ZONE 'UTC'`))];
    case 'float32':
    case 'float64':
    case 'date':
    case 'time':
    case 'timestamp':
      return [nulls, ...bounds(asText)];
    case 'uuid':
      return [
        nulls,
        ['sum', `CASE WHEN pg_catalog.count(${name}) > 0 THEN ${asText(`pg_catalog.count(${name}) * 36`)} END`],
      ];
    case 'bytes':
      return [nulls, bytes(name)];
    case 'text': {
      if (notation && notation.of === native.name) {
        const utc = notation.of === 'timestamptz' ? " AT TIME ZONE 'UTC'" : '';
        const width = `pg_catalog.count(${name}) * ${notation.width}`;
        const sum: Figure = ['sum', `CASE WHEN pg_catalog.count(${name}) > 0 THEN ${asText(width)} END`];
        return [nulls, sum, ...bounds((sql) => asText(`${sql}${utc}`))];
      }
      const text = textBytes(name, native, isStoredAsText, logical.of);
      return [nulls, bytes(isUtf8 ? text : `pg_catalog.convert_to(${text}, 'UTF8')`)];
    }
  }
}

/** A cast of character(n) to text would strip its blanks, and an enum has no length of its own: both print as they travel. */
function textBytes(
  name: string,
  native: ReturnType<typeof parseNativeType>,
  isStoredAsText: boolean,
  of: 'text' | 'json' | 'other',
): string {
  if (isStoredAsText) return native.name === 'name' ? `${name}::pg_catalog.text` : name;
  return of === 'text' ? `CASE WHEN ${name} IS NOT NULL THEN pg_catalog.concat(${name}) END` : textForm(name, native);
}

/** Names that can follow `pg_catalog.`, unlike `double precision` or `timestamp with time zone`. */
function castName(logical: LogicalType): string {
  if (logical.kind === 'decimal') return 'numeric';
  return parseNativeType(typeFor(logical)).name;
}
