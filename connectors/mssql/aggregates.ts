/**
 * Column figures, worked out by the server in one scan, in the notation that all connectors share (see
 * postgres/aggregates.ts). Lengths of text are counted as the server counts them: in UTF-16 units, or in octets where the
 * server keeps all text as UTF-8. Times with seven
 * digits and times with an offset travel as text; the former have a smallest and largest value all the same, in the
 * notation of timestamps, and both have lengths. Masked columns have no figures but the number of NULLs.
 */
import type { LogicalType } from '../../core/types/table';
import type { ColumnAggregate, ColumnPlan, PartColumn, TableAggregates } from '../../core/types/transfer';
import { civilFromDays } from '../../core/columnar/civil';
import { parseNativeType } from './native-types';
import type { MssqlPool } from './pool';
import { readRows, type ExactValue } from './read-rows';
import { sentAs, valueSql } from './types';

export interface AggregateColumn {
  /** SQL of the value. */
  value: string;
  /** Name that the figures carry. */
  name: string;
  /** What its values are on the way. */
  logical: LogicalType;
  /** What they are stored as here. */
  nativeType: string;
  /** Only NULLs are counted. */
  hidden?: boolean;
}

/** Columns of a source as they are read, a mask of SQL included. */
export const sourceColumn = (column: ColumnPlan): AggregateColumn => ({
  value: valueSql(column),
  name: column.target,
  logical: column.logical,
  nativeType: column.sourceType,
  hidden: column.mask !== undefined && column.mask.rule !== 'sql',
});

type FigureName = 'nulls' | 'sum' | 'min' | 'max';

/** One figure: how it is asked for, how it comes, and how it is written; parts of a sum are added up. */
interface Figure {
  figure: FigureName;
  sql: string;
  logical: LogicalType;
  write(value: Exclude<ExactValue, null>): string | bigint;
  /** Digits after the point of the bigints that `write` gives. */
  scale?: number;
}

const INT64: LogicalType = { kind: 'int64' };
const WIDEST = 38;
/** A sum of ten thousand million values of this many digits has room in the widest decimal. */
const SUMMED_AT_ONCE = 28;
const HALF = 18;

type TextUnit = 'utf16' | 'octets' | 'unknown';

const UNITS = new WeakMap<MssqlPool, Promise<TextUnit>>();

/** What DATALENGTH counts for Unicode text, by one whose length differs in every unit. */
async function textUnit(pool: MssqlPool): Promise<TextUnit> {
  const known =
    UNITS.get(pool) ??
    pool
      .rows<{ length: number }>(`SELECT CONVERT(int, DATALENGTH(N'a\u00e9\u{1f600}')) AS length`)
      .then(([row]) => (row?.length === 8 ? 'utf16' : row?.length === 7 ? 'octets' : 'unknown'));
  UNITS.set(pool, known);
  known.catch(() => UNITS.delete(pool));
  return known;
}

/** Figures of the rows of `from`, which is SQL that can follow FROM. */
export async function measure(
  pool: MssqlPool,
  snapshot: string | undefined,
  columns: readonly AggregateColumn[],
  from: string,
  signal?: AbortSignal,
): Promise<TableAggregates> {
  const unit = await textUnit(pool);
  const figures = columns.map((column) => figuresOf(column, unit));
  const list = ['COUNT_BIG(*)', ...figures.flat().map(({ sql }) => sql)].map((sql, index) => `${sql} AS f${index}`);
  const shape = [INT64, ...figures.flat().map(({ logical }) => logical)].map((logical, index): PartColumn => ({
    name: `f${index}`,
    nativeType: '',
    logical,
  }));
  const [row = []] = await readRows(pool, snapshot, `SELECT ${list.join(',\n       ')}\n  FROM ${from}`, shape, signal);
  let next = 1;
  return {
    rows: String(row[0] ?? 0n),
    columns: columns.map((column, index) => {
      const own = figures[index] ?? [];
      const values = row.slice(next, next + own.length);
      next += own.length;
      return aggregateOf(column, own, values, unit);
    }),
  };
}

function aggregateOf(
  { name, logical }: AggregateColumn,
  figures: Figure[],
  values: ExactValue[],
  unit: TextUnit,
): ColumnAggregate {
  const text = (wanted: FigureName): string | null => {
    let sum: bigint | undefined;
    let scale = 0;
    for (const [index, { figure, write, scale: digits = 0 }] of figures.entries()) {
      const value = values[index];
      if (figure !== wanted || value === null || value === undefined) continue;
      const written = write(value);
      if (typeof written === 'string') return written;
      [sum, scale] = add(sum ?? 0n, scale, written, digits);
    }
    return sum === undefined ? null : decimalText(sum, scale);
  };
  const isText = unit === 'utf16' && logical.kind === 'text' && logical.of !== 'other';
  return {
    column: name,
    nulls: text('nulls') ?? '0',
    sum: text('sum'),
    min: text('min'),
    max: text('max'),
    ...(isText && { unit: 'utf16' as const }),
  };
}

function add(a: bigint, aScale: number, b: bigint, bScale: number): [bigint, number] {
  const scale = Math.max(aScale, bScale);
  return [a * 10n ** BigInt(scale - aScale) + b * 10n ** BigInt(scale - bScale), scale];
}

/** Plain notation without zeros that mean nothing. */
export function decimalText(unscaled: bigint, scale: number): string {
  const size = unscaled < 0n ? -unscaled : unscaled;
  const digits = String(size).padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 && fraction !== '' ? `.${fraction}` : ''}`;
}

function figuresOf({ value, logical, nativeType, hidden }: AggregateColumn, unit: TextUnit): Figure[] {
  const type = parseNativeType(nativeType);
  const count = (condition: string): string => `COUNT_BIG(CASE WHEN ${condition} THEN 1 END)`;
  const exact = (figure: FigureName, sql: string): Figure => ({ figure, sql, logical: INT64, write: BigInt as never });
  const nulls = exact('nulls', count(`${value} IS NULL`));
  if (hidden) return [nulls];
  const bounds = (asked: string, read: LogicalType, write: Figure['write']): Figure[] => [
    { figure: 'min', sql: `MIN(${asked})`, logical: read, write },
    { figure: 'max', sql: `MAX(${asked})`, logical: read, write },
  ];
  const lengths = (sql: string): Figure => exact('sum', `SUM(CAST(${sql} AS bigint))`);
  switch (logical.kind) {
    case 'boolean':
      return [nulls, lengths(`CAST(${value} AS int)`)];
    case 'int16':
    case 'int32':
    case 'int64':
      return [
        nulls,
        ...sumsOf(`CAST(${value} AS decimal(19,0))`, 19, 0),
        ...bounds(`CAST(${value} AS bigint)`, INT64, (number) => String(number)),
      ];
    case 'decimal': {
      const { precision, scale } = logical;
      const number = `CAST(${value} AS decimal(${precision},${scale}))`;
      const write = (unscaled: Exclude<ExactValue, null>): string => decimalText(unscaled as bigint, scale);
      const asked = bounds(number, logical, write).map((figure) => ({
        ...figure,
        sql: typed(figure.sql, precision, scale),
      }));
      return [nulls, ...sumsOf(number, precision, scale), ...asked];
    }
    case 'float32':
    case 'float64':
      return [nulls, ...bounds(value, logical, (number) => floatText(number as number, logical.kind === 'float32'))];
    case 'date':
      return [nulls, ...bounds(value, logical, (days) => dayText(Number(days)))];
    case 'time':
      return [nulls, ...bounds(value, logical, (micros) => clockText(micros as bigint))];
    case 'timestamp':
    case 'timestamptz':
      return [nulls, ...bounds(value, logical, (micros) => instantText(micros as bigint))];
    case 'uuid':
      return [nulls, exact('sum', `NULLIF(${count(`${value} IS NOT NULL`)} * 36, 0)`)];
    case 'bytes':
      return [nulls, lengths(`DATALENGTH(${sentAs(value, type)})`)];
    case 'text': {
      const other: LogicalType = { kind: 'text', of: 'other' };
      const units = OFFSET_UNITS[type.name]?.(type.scale ?? 7);
      if (units === undefined) {
        const size = `DATALENGTH(${unicode(sentAs(value, type), type.name)})`;
        if (unit === 'unknown') return [nulls];
        return [nulls, lengths(unit === 'utf16' ? `${size} / 2` : size)];
      }
      const ofLength = exact('sum', `NULLIF(${count(`${value} IS NOT NULL`)} * ${units}, 0)`);
      // Two offsets of one instant are equal to the server and differ as text.
      if (type.name === 'datetimeoffset') return [nulls, ofLength];
      return [nulls, ofLength, ...bounds(value, other, (text) => (text as string).replace(/\.?0+$/, zeros))];
    }
  }
}

/** Only zeros behind a point mean nothing: `10:00:00.0000000` loses them, `10:00:00` does not. */
const zeros = (found: string): string => (found.startsWith('.') ? '' : found.replace(/0+$/, ''));

/** Lengths in their own notation of the types of time that travel as text. */
const OFFSET_UNITS: Record<string, (scale: number) => number> = {
  time: (scale) => 8 + fraction(scale),
  datetime2: (scale) => 19 + fraction(scale),
  datetimeoffset: (scale) => 26 + fraction(scale),
};
const fraction = (scale: number): number => (scale === 0 ? 0 : scale + 1);

/** Types whose values are Unicode when they are sent are measured as they are. */
const unicode = (sql: string, name: string): string =>
  name === 'hierarchyid' ? `CONVERT(nvarchar(4000), ${sql})` : sql;

/** A figure as the decimal that it is read as: some servers give one of a cast column the digits of the column itself. */
const typed = (sql: string, precision: number, scale: number): string =>
  `CAST(${sql} AS decimal(${precision},${scale}))`;

/** Exact sums: of numbers with many digits in pieces, each of which has room for ten thousand million of them. */
function sumsOf(number: string, precision: number, scale: number): Figure[] {
  const sum = (sql: string, digits: number): Figure => ({
    figure: 'sum',
    sql: typed(`SUM(CAST(${sql} AS decimal(${WIDEST},${digits})))`, WIDEST, digits),
    logical: { kind: 'decimal', precision: WIDEST, scale: digits },
    write: (value) => value as bigint,
    scale: digits,
  });
  if (precision <= SUMMED_AT_ONCE) return [sum(number, scale)];
  const whole = `CAST(ROUND(${number}, 0, 1) AS decimal(${WIDEST},0))`;
  const low = `(${whole} % CAST(1${'0'.repeat(HALF)} AS decimal(${HALF + 1},0)))`;
  const high: Figure = {
    ...sum(`(${whole} - ${low})`, 0),
    sql: `SUM(CAST(CAST((${whole} - ${low}) AS decimal(${WIDEST},0)) / CAST(1${'0'.repeat(HALF)} AS decimal(${HALF + 1},0)) AS decimal(${WIDEST},0)))`,
    write: (value) => (value as bigint) * 10n ** BigInt(HALF),
  };
  const parts = precision - scale > HALF ? [high, sum(low, 0)] : [sum(whole, 0)];
  if (scale === 0) return parts;
  const rest = `(${number} - ROUND(${number}, 0, 1))`;
  if (scale <= HALF) return [...parts, sum(rest, scale)];
  return [...parts, sum(`ROUND(${rest}, ${HALF}, 1)`, HALF), sum(`(${rest} - ROUND(${rest}, ${HALF}, 1))`, scale)];
}

/** The shortest text that reads back as the same number, as JavaScript prints it; negative zero as 0. */
export function floatText(value: number, isSingle: boolean): string {
  if (isSingle && Number.isFinite(value))
    for (let digits = 1; digits < 10; digits++) {
      const shorter = Number(value.toPrecision(digits));
      if (Math.fround(shorter) === value) return String(shorter + 0);
    }
  return String(value + 0);
}

const MICROS_PER_DAY = 86_400_000_000n;

function instantText(micros: bigint): string {
  const rest = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  return `${dayText(Number((micros - rest) / MICROS_PER_DAY))} ${clockText(rest)}`;
}

function dayText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function clockText(micros: bigint): string {
  const total = Number(micros);
  const seconds = Math.floor(total / 1e6);
  const part = String(total % 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${part && `.${part}`}`;
}

const two = (number: number): string => String(number).padStart(2, '0');
