import type { LogicalType } from '../../core/types/table';
import { RowValueError } from './binary-errors';

/** A column of the target table, in the order of the COPY column list, and what its values are in the batch. */
export interface TargetColumn {
  name: string;
  logical: LogicalType;
  /** As format_type spells it, e.g. `numeric(12,2)`; a domain's base type. */
  nativeType: string;
  /** The native type is an enum: its labels travel as text. */
  isEnum?: boolean;
  /** Values come from a column of the very same type, so that its own notation says all of them. */
  isSameType?: boolean;
}

/** Writes the fields of one column, block of rows by block of rows. */
export interface FieldWriter {
  /** Bytes of a value, length word not counted; 0 when they vary. */
  readonly width: number;
  /** Corrects `lengths`, which count every value as `width` bytes: NULLs have none, others what they have. */
  measure(from: number, to: number, lengths: Float64Array): void;
  /** Writes the fields of rows [from, to) at `cursor`, and moves it behind them. */
  write(from: number, to: number, cursor: Int32Array, chunk: Uint8Array, view: DataView): void;
}

/** What a writer needs to say which value it refuses. */
export interface FieldPlace {
  column: TargetColumn;
  index: number;
}

export function refuse(
  { column, index }: FieldPlace,
  row: number,
  why: string,
  code: 'VALUE_NOT_REPRESENTABLE' | 'VALUE_TOO_LONG' = 'VALUE_NOT_REPRESENTABLE',
): never {
  throw new RowValueError(
    code,
    `A value of column ${column.name} does not fit ${column.nativeType}: ${why}.`,
    column.name,
    index,
    row,
  );
}

/** Writes the value of a row that is not NULL. One such function per column and type, so that calls are inlined. */
export type ValueWriter = (row: number, view: DataView, at: number) => void;
