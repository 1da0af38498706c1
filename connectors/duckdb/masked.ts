/** What may be told of rows whose columns are masked: where something is wrong, never which value it was. */
import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError, type ErrorPlace } from '../../core/errors/longshore-error';
import type { ColumnPlan } from '../../core/types/transfer';
import { fromDuckdb, mapError } from './errors';

type Maskable = Pick<ColumnPlan, 'mask'>;

/** Whether any column is masked, in which case its rows must not reach a disk as the source has them. */
export const hasMask = (columns: readonly Maskable[]): boolean => columns.some(({ mask }) => mask !== undefined);

/** Errors in whose text DuckDB may quote values. */
const TALKATIVE = new Set<ErrorCode>([
  'VALUE_NOT_REPRESENTABLE',
  'DUPLICATE_KEY',
  'CONSTRAINT_VIOLATED',
  'FOREIGN_KEY_VIOLATED',
  'QUERY_FAILED',
  'INTERNAL',
]);

/** An error with its code. Where columns are masked, nothing that DuckDB said about values is left in it, nor its cause. */
export function withoutValues(
  error: unknown,
  columns: readonly Maskable[],
  place: ErrorPlace & { table: string },
): LongshoreError {
  const mapped = mapError(error, place);
  if (!hasMask(columns) || !TALKATIVE.has(mapped.code)) return mapped;
  const { next } = mapped;
  if (!fromDuckdb(mapped)) return new LongshoreError(mapped.code, mapped.message, mapped.place, { next });
  const { key: _key, ...where } = mapped.place;
  const message = `Table ${place.table}: DuckDB refused a statement (${WHAT[mapped.code] ?? 'no further reason'}). Its message is left out because the table has masked columns.`;
  return new LongshoreError(mapped.code, message, where, { next });
}

const WHAT: Partial<Record<ErrorCode, string>> = {
  VALUE_NOT_REPRESENTABLE: 'a value cannot be converted',
  DUPLICATE_KEY: 'two rows have the same key',
  CONSTRAINT_VIOLATED: 'a value breaks a rule of the table',
  FOREIGN_KEY_VIOLATED: 'a row points at a row that is not there',
};

/** `id=17, email=(masked)`; `masked` names the columns whose values are not told. */
export const keyText = (names: readonly string[], values: readonly unknown[], masked: ReadonlySet<string>): string =>
  names.map((name, index) => `${name}=${masked.has(name) ? '(masked)' : String(values[index])}`).join(', ');

/** Names of the masked columns on one side. */
export const maskedNames = (columns: readonly ColumnPlan[], side: 'source' | 'target'): Set<string> =>
  new Set(columns.filter(({ mask }) => mask !== undefined).map((column) => column[side]));
