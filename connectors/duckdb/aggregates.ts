/**
 * Column figures in the notation that every connector shares (see postgres/aggregates.ts), computed from the values in
 * the form in which they travel, so that a figure does not depend on the native type at either end.
 */
import type { LogicalType } from '../../core/types/table';
import type { ColumnAggregate, TableAggregates } from '../../core/types/transfer';
import type { ReadRequest, StagingRequest } from '../connector';
import { withMemory, type FileSettings, type Session } from './instance';
import { rowsSql } from './ranges';
import { withSnapshot } from './snapshot';
import { ident } from './sql';
import { attachParts, stagedParts, tableFolder, unionAll } from './staging';
import { carried } from './types';

interface Measured {
  /** Name to report. */
  name: string;
  /** SQL of the value. */
  value: string;
  logical: LogicalType;
}

/** Figures of the rows that the filter leaves, within the snapshot. */
export async function sourceAggregates(settings: FileSettings, request: ReadRequest): Promise<TableAggregates> {
  const columns = request.columns.map(({ source, target, logical }) => ({
    name: target,
    value: carried(ident(source), logical),
    logical,
  }));
  return withSnapshot(settings, request.snapshot, {}, async (session) => measure(session, columns, rowsSql(request)));
}

/** Figures of the staged rows of a table. */
export async function stagedAggregates(settings: FileSettings, request: StagingRequest): Promise<TableAggregates> {
  const { columns } = request.plan;
  const folder = await tableFolder(settings, request);
  const files = await stagedParts(folder);
  const measured = columns.map(({ target, logical }) => ({
    name: target,
    value: carried(ident(target), logical),
    logical,
  }));
  return withMemory(settings, { directories: [folder] }, async (session) => {
    const empty = `(SELECT ${columns.map(({ target, targetType }) => `NULL::${targetType} AS ${ident(target)}`).join(', ')})`;
    const rows = unionAll(
      await attachParts(session, files, 'part'),
      columns.map(({ target }) => ident(target)).join(', '),
      empty,
    );
    return measure(session, measured, rows);
  });
}

const FIGURES = ['nulls', 'sum', 'min', 'max'] as const;

async function measure(session: Session, columns: Measured[], rows: string): Promise<TableAggregates> {
  const selected = columns.flatMap(({ value, logical }, index) =>
    FIGURES.map((figure) => `${figureSql(figure, `(${value})`, logical)} AS ${figure}_${index}`),
  );
  const [row] = await session.rows(`SELECT ${['count(*)::VARCHAR AS total', ...selected].join(', ')} FROM ${rows}`);
  const text = (name: string): string | null => (typeof row?.[name] === 'string' ? row[name] : null);
  return {
    rows: text('total') ?? '0',
    columns: columns.map(({ name, logical }, index): ColumnAggregate => {
      const figure = (kind: 'sum' | 'min' | 'max'): string | null => {
        const found = text(`${kind}_${index}`);
        return found === null ? null : notation(kind === 'sum' ? wholeSum(found, logical) : found, logical);
      };
      return {
        column: name,
        nulls: text(`nulls_${index}`) ?? '0',
        sum: figure('sum'),
        min: figure('min'),
        max: figure('max'),
      };
    }),
  };
}

/** DuckDB's text of a figure in the shared notation. */
function notation(text: string, logical: LogicalType): string {
  switch (logical.kind) {
    case 'decimal':
      return text.includes('.') ? text.replace(/\.?0+$/, '').replace(/^-0$/, '0') : text;
    case 'float32':
    case 'float64':
      return String(Number(text.replace(/^(-?)inf$/i, '$1Infinity')) + 0);
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return text.replace(/^(\S+) \(BC\)(.*)$/, '$1$2 BC');
    default:
      return text;
  }
}

function figureSql(figure: (typeof FIGURES)[number], value: string, logical: LogicalType): string {
  if (figure === 'nulls') return `(count(*) - count(${value}))::VARCHAR`;
  if (figure === 'sum') return sumSql(value, logical);
  return `${shown(`${figure}(${value})`, logical) ?? 'NULL'}`;
}

/** Sums are taken in two halves where the whole could outgrow DuckDB's widest number. */
const HALF = 10n ** 18n;
const isWide = (logical: LogicalType): boolean => logical.kind === 'decimal' && logical.precision > 20;

function sumSql(value: string, logical: LogicalType): string {
  switch (logical.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return `sum(${value})::VARCHAR`;
    case 'decimal': {
      if (!isWide(logical)) return `sum(${value})::VARCHAR`;
      const whole = `trunc(${value})::HUGEINT`;
      const fraction = `sum(${value} - trunc(${value}))::VARCHAR`;
      return `(sum(${whole} // ${HALF}) || '|' || sum(${whole} % ${HALF}) || '|' || ${logical.scale > 0 ? fraction : `'0'`})`;
    }
    case 'boolean':
      return `sum(${value}::INTEGER)::VARCHAR`;
    case 'uuid':
      return `nullif(count(${value}) * 36, 0)::VARCHAR`;
    case 'text':
      return `sum(strlen(${value}))::VARCHAR`;
    case 'bytes':
      return `sum(octet_length(${value}))::VARCHAR`;
    default:
      return 'NULL';
  }
}

/** Puts the halves of a wide sum together. */
function wholeSum(sum: string, logical: LogicalType): string {
  if (!isWide(logical) || logical.kind !== 'decimal') return sum;
  const [high = '0', low = '0', fraction = '0'] = sum.split('|');
  const unit = 10n ** BigInt(logical.scale);
  const [digits = '0', decimals = ''] = fraction.replace('-', '').split('.');
  const parts = BigInt(digits) * unit + BigInt(decimals.padEnd(logical.scale, '0') || '0');
  const total = (BigInt(high) * HALF + BigInt(low)) * unit + (fraction.startsWith('-') ? -parts : parts);
  const size = total < 0n ? -total : total;
  const tail = logical.scale > 0 ? `.${String(size % unit).padStart(logical.scale, '0')}` : '';
  return `${total < 0n ? '-' : ''}${size / unit}${tail}`;
}

/** Text of a smallest or largest value; undefined for kinds that have none. */
function shown(value: string, logical: LogicalType): string | undefined {
  switch (logical.kind) {
    case 'text':
    case 'bytes':
    case 'boolean':
    case 'uuid':
      return undefined;
    case 'timestamptz':
      return `CAST(${value} AT TIME ZONE 'UTC' AS VARCHAR)`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}
