import type { ColumnVector } from '../../core/columnar/batch';
import { viewOf } from '../../core/columnar/copy-bytes';
import { LongshoreError } from '../../core/errors/longshore-error';
import { canEncodeBinary } from './binary-encoder';
import { fieldWriter } from './binary-fields';
import type { TargetColumn } from './binary-target';
import { parseNativeType, wireForm, type WireForm } from './binary-types';
import { writtenValueCheck, type RowsCheck } from './written-values';

/** More than any value of fixed width takes. */
const SCRATCH = 64;

/**
 * Reading text, the server rounds decimals and fractions of a second, and cuts trailing spaces, without a word. The
 * binary encoder refuses such values, so it is asked first. Undefined where the server itself refuses what does not fit.
 */
export function silentLossCheck(vector: ColumnVector, column: TargetColumn, index: number): RowsCheck | undefined {
  const native = parseNativeType(column.nativeType);
  const form = wireForm(native, column.isEnum);
  if (column.logical.kind === 'text' && form !== 'text') return writtenValueCheck(vector, column, index);
  if (!canEncodeBinary(column, column.nativeType)) {
    if (form !== undefined && losesAsText(column, form, native.base)) {
      throw new LongshoreError(
        'TYPE_NOT_SUPPORTED',
        `Column ${column.name} of type ${column.nativeType} cannot hold every ${column.logical.kind} exactly.`,
        { column: column.name },
      );
    }
    return undefined;
  }
  const isFloat = form === 'float4' || form === 'float8';
  if (!isFloat && ((native.modifiers.length === 0 && native.base !== 'name') || form === undefined)) return undefined;
  const writer = fieldWriter(vector, column, index);
  const scratch = new Uint8Array(SCRATCH);
  const view = viewOf(scratch);
  return (from, to) => {
    writer.measure(from, to, new Float64Array(to - from));
    if (writer.width > 0) writer.write(from, to, new Int32Array(to - from), scratch, view);
  };
}

function losesAsText({ logical }: TargetColumn, form: WireForm, base: string): boolean {
  switch (logical.kind) {
    case 'float32':
    case 'float64':
      return form === 'numeric';
    case 'decimal':
      return form === 'float4' || form === 'float8';
    case 'date':
      return base === 'timestamptz';
    case 'timestamp':
    case 'timestamptz':
      return form === 'date' || form === 'time' || form === 'timestamp';
    default:
      return false;
  }
}
