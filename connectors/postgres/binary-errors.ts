import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError } from '../../core/errors/longshore-error';

/**
 * A value that binary COPY carries and the column's logical type cannot (a numeric NaN or infinity, a timestamp beyond
 * the year 294246): the part must be read again with this column selected as text. Not for users.
 */
export class NeedsText extends Error {
  override readonly name = 'NeedsText';

  constructor(
    readonly columnIndex: number,
    readonly column: string,
  ) {
    super(`column ${column} holds a value that must travel as text`);
  }
}

/** A value that its target column cannot hold. `row` counts from 0 within the batch, so that a key can be looked up. */
export class RowValueError extends LongshoreError {
  constructor(
    code: ErrorCode,
    message: string,
    column: string,
    readonly columnIndex: number,
    readonly row: number,
  ) {
    super(code, message, { column });
  }
}

/** The server sent what binary COPY does not allow, or what the column's type does not. */
export const brokenStream = (what: string, column?: string): LongshoreError =>
  new LongshoreError(
    'INTERNAL',
    `The binary COPY stream is not as agreed: ${what}${column === undefined ? '' : ` in column ${column}`}.`,
    column === undefined ? {} : { column },
  );
