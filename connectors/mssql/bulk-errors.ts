import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { BulkColumn } from './bulk-columns';

/** A value that its target column cannot hold. `row` counts from 0 within the batch, so that a key can be looked up. */
export class RowValueError extends LongshoreError {
  constructor(
    code: ErrorCode,
    message: string,
    column: string,
    readonly row: number,
  ) {
    super(code, message, { column });
  }
}

/** Throws RowValueError. `why` must not quote the value, which may be of a masked column: `it has 12 characters`. */
export function refuse(
  column: Pick<BulkColumn, 'name' | 'nativeType'>,
  row: number,
  why: string,
  code: 'VALUE_NOT_REPRESENTABLE' | 'VALUE_TOO_LONG' = 'VALUE_NOT_REPRESENTABLE',
): never {
  throw new RowValueError(code, `A value does not fit ${column.nativeType}: ${why}.`, column.name, row);
}
