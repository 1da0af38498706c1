/**
 * Column figures in the notation that every connector shares (see postgres/aggregates.ts), computed from the values in
 * the form in which they travel, so that a figure does not depend on the native type at either end.
 */
import type { ColumnMask } from '../../core/types/mask';
import { tableId, type LogicalType } from '../../core/types/table';
import type { ColumnAggregate, TableAggregates } from '../../core/types/transfer';
import type { ReadRequest, StagingRequest } from '../connector';
import { hasMask, withoutValues } from './masked';
import { withMemory, type FileSettings, type Session } from './instance';
import { rowsSql } from './ranges';
import { withSnapshot } from './snapshot';
import { ident } from './sql';
import { attachParts, stagedParts, tableFolder, unionAll } from './staging';
import { textTime } from './text-times';
import { canonical } from './type-names';
import { returned, selected, sourceOf } from './types';

interface Measured {
  /** Name to report. */
  name: string;
  /** SQL of the value. */
  value: string;
  logical: LogicalType;
  /** SQL of the same value as a moment, for one that travels as text. */
  moment?: string;
  /** Its values are changed on the way, so that only their NULLs can be told. */
  mask?: ColumnMask;
}

/**
 * Figures of the rows that the filter leaves, within the snapshot. Of a column that is masked on the way there is only
 * how many rows will be NULL: nothing of its values leaves the database.
 */
export async function sourceAggregates(
  settings: FileSettings,
  request: ReadRequest,
  signal?: AbortSignal,
): Promise<TableAggregates> {
  const columns = request.columns.map((column): Measured => {
    const { target, logical, mask } = column;
    const isHidden = mask !== undefined && mask.rule !== 'sql';
    return { name: target, value: selected(column), logical, ...(isHidden && { mask }) };
  });
  const access = { signal, inMemoryOnly: hasMask(request.columns) };
  try {
    return await withSnapshot(settings, request.snapshot, access, async (session) =>
      measure(session, columns, rowsSql(request)),
    );
  } catch (error) {
    throw withoutValues(error, request.columns, { table: tableId(request.table) });
  }
}

/** Figures of the staged rows of a table, in the form in which they came. */
export async function stagedAggregates(
  settings: FileSettings,
  request: StagingRequest,
  signal?: AbortSignal,
): Promise<TableAggregates> {
  const { plan } = request;
  const { columns } = plan;
  const folder = await tableFolder(settings, request);
  const files = await stagedParts(folder);
  const measured = columns.map((column): Measured => {
    const { target, targetType, logical } = column;
    const source = sourceOf(plan, column);
    const isText = textTime(source) !== undefined && canonical(targetType) !== 'VARCHAR';
    return {
      name: target,
      value: returned(ident(target), source, targetType),
      logical,
      ...(isText && { moment: ident(target) }),
    };
  });
  try {
    return await withMemory(settings, { directories: [folder], signal }, async (session) => {
      const empty = `(SELECT ${columns.map(({ target, targetType }) => `NULL::${targetType} AS ${ident(target)}`).join(', ')})`;
      const rows = unionAll(
        await attachParts(session, files, 'part'),
        columns.map(({ target }) => ident(target)).join(', '),
        empty,
      );
      return measure(session, measured, rows);
    });
  } catch (error) {
    throw withoutValues(error, columns, { table: tableId(plan.targetRef) });
  }
}

const FIGURES = ['nulls', 'sum', 'min', 'max'] as const;

async function measure(session: Session, columns: Measured[], rows: string): Promise<TableAggregates> {
  const figures = columns.flatMap((column, index) =>
    FIGURES.map((figure) => `${columnFigure(figure, column)} AS ${figure}_${index}`),
  );
  const [row] = await session.rows(`SELECT ${['count(*)::VARCHAR AS total', ...figures].join(', ')} FROM ${rows}`);
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
      // A type without digits before the point shows none.
      return text
        .replace(/^(-?)\./, '$10.')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
        .replace(/^-0$/, '0');
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

function columnFigure(figure: (typeof FIGURES)[number], { value, logical, moment, mask }: Measured): string {
  if (mask !== undefined && (figure !== 'nulls' || mask.rule === 'null'))
    return figure === 'nulls' ? 'count(*)::VARCHAR' : 'NULL';
  if (moment !== undefined && (figure === 'min' || figure === 'max')) return momentSql(`${figure}(${moment})`);
  return figureSql(figure, `(${value})`, logical);
}

/** In UTC, as all moments are shown. */
const momentSql = (value: string): string => `regexp_replace(CAST(${value} AS VARCHAR), '\\+00$', '')`;

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
