import type { ColumnBatch } from '../../core/columnar/batch';
import type { LogicalType } from '../../core/types/table';

export { RowValueError } from './binary-errors';

/** A column of the target table, in the order of the COPY column list, and what its values are in the batch. */
export interface TargetColumn {
  name: string;
  logical: LogicalType;
  /** As format_type spells it, e.g. `numeric(12,2)`; a domain's base type. */
  nativeType: string;
  /** The native type is an enum: its labels travel as text. */
  isEnum?: boolean;
}

/** Opens a binary COPY: send once, before the first row. */
export const BINARY_HEADER: Uint8Array = Uint8Array.of();
/** Ends a binary COPY: send once, after the last row. */
export const BINARY_TRAILER: Uint8Array = Uint8Array.of();

/** Whether values of this column can be written to `nativeType` in binary; else the whole COPY must be in text format. */
export function canEncodeBinary(column: Pick<TargetColumn, 'logical' | 'isEnum'>, nativeType: string): boolean {
  return column.isEnum === undefined && nativeType === '';
}

/**
 * Rows of a batch as binary COPY, in chunks of about half a megabyte, each of whole rows. Throws RowValueError
 * (VALUE_NOT_REPRESENTABLE, VALUE_TOO_LONG) on a value that the target column cannot hold exactly.
 */
export function* encodeBinary(batch: ColumnBatch, columns: readonly TargetColumn[]): Generator<Uint8Array, void, undefined> {
  void batch;
  void columns;
}
