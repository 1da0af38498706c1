/** SQL that brings values into the form of a part, into a type of the target, and back, each exactly or not at all. */
import type { LogicalType } from '../../core/types/table';
import type { ColumnPlan, TablePlan } from '../../core/types/transfer';
import { ident } from './sql';
import { plain, survives, textTime, written } from './text-times';
import { fitOf, type SourceType } from './type-fit';
import { canonical, carrierType } from './type-names';

/** Expression that brings a value into the form of the part. */
export const carried = (value: string, logical: LogicalType): string => `CAST(${value} AS ${carrierType(logical)})`;

/**
 * A source column as it is read, in the form of the part: the expression of a `sql` mask stands in for the column, in
 * brackets on lines of its own, as a value of the column's own type.
 */
export const selected = ({ source, sourceType, logical, mask }: ColumnPlan): string =>
  carried(mask?.rule === 'sql' ? `CAST((\n${mask.sql}\n) AS ${sourceType})` : ident(source), logical);

/** Thrown by the statement itself, so that a value that would arrive changed stops the load. */
export const INEXACT = 'longshore: a value does not survive the conversion';

/** Expression that turns a value of the part into the target's type, or fails when the value would change. */
export function arrived(column: string, source: SourceType, nativeType: string): string {
  const check = kept(column, source, nativeType);
  if (check === undefined) return `CAST(${column} AS ${nativeType})`;
  const time = textTime(source);
  const value = time === undefined ? column : plain(column, time.of);
  return `CASE WHEN ${column} IS NULL OR coalesce(${check}, false) THEN TRY_CAST(${value} AS ${nativeType}) ELSE error('${INEXACT}') END`;
}

/** Condition that finds the rows whose value the target's type cannot hold exactly. */
export function unfit(column: string, source: SourceType, nativeType: string): string {
  const check = kept(column, source, nativeType) ?? `TRY_CAST(${column} AS ${nativeType}) IS NOT NULL`;
  return `${column} IS NOT NULL AND NOT coalesce(${check}, false)`;
}

/** Expression that brings a loaded value back into the form of the part. */
export function returned(value: string, source: SourceType, nativeType: string): string {
  const time = textTime(source);
  if (time === undefined || canonical(nativeType) === 'VARCHAR') return carried(value, source.logical);
  return written(value, time, canonical(nativeType));
}

/** Condition that holds for values that do not change; undefined where that is every value. */
function kept(column: string, source: SourceType, nativeType: string): string | undefined {
  const { logical } = source;
  const target = canonical(nativeType);
  const carrier = carrierType(logical);
  if (target === carrier || target === 'VARCHAR' || (target === 'JSON' && logical.kind === 'text')) {
    // JSON keeps its text as it is and takes nothing else; everything has an exact text.
    return undefined;
  }
  if (textTime(source) !== undefined) return survives(column, textTime(source)!, target);
  // Also between equal types: whether their text can be read again is seen by reading it.
  if (logical.kind !== 'text' && fitOf(source, nativeType).fit === 'exact') return undefined;
  const same = `TRY_CAST(TRY_CAST(${column} AS ${nativeType}) AS ${carrier}) = ${column}`;
  // DuckDB fails on moments beyond this range instead of answering NULL.
  return logical.kind === 'timestamp' && target === 'TIMESTAMP_NS'
    ? `(isinf(${column}) OR ${column} BETWEEN TIMESTAMP '1677-09-22 00:00:00' AND TIMESTAMP '2262-04-11 23:47:16.854775')`
    : same;
}

/** What a plan's column is in its source. */
export const sourceOf = (
  plan: Pick<TablePlan, 'sourceKind'>,
  { sourceType, logical }: Pick<ColumnPlan, 'sourceType' | 'logical'>,
): SourceType => ({ nativeType: sourceType, logical, kind: plan.sourceKind ?? 'duckdb' });
