/** What the writers of all kinds of values share. */
import type { ColumnVector } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { BulkColumn } from './bulk-columns';
import { RowValueError } from './bulk-errors';

/** Writes rows [from, to) of one column; `cursor` holds where in the chunk each row goes on, and is moved along. */
export interface FieldWriter {
  /** Adds the bytes of each row's value to `lengths`. Throws RowValueError on a value that does not fit. */
  measure(from: number, to: number, lengths: Float64Array): void;
  write(from: number, to: number, cursor: Int32Array, chunk: Uint8Array, view: DataView): void;
}

/** Puts the value of a row at a place that has room for it. */
export type ValueWriter = (row: number, view: DataView, at: number) => void;

export const unsupported = ({ logical }: ColumnVector, column: BulkColumn): LongshoreError =>
  new LongshoreError(
    'TYPE_NOT_SUPPORTED',
    `Column ${column.name} of type ${column.nativeType} cannot be loaded from ${logical.kind}.`,
    { column: column.name },
  );

/** Bytes of a time of day with that many digits after the second. */
export const timeBytes = (scale: number): number => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

/** Throws NULL_IN_NOT_NULL. */
export function refuseNull(column: BulkColumn, row: number): never {
  throw new RowValueError('NULL_IN_NOT_NULL', `The value is NULL, and the column allows none.`, column.name, row);
}
