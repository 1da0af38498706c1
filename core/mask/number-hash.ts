/** Rule `hash` for whole numbers and decimals: permutations, see permutation.ts. */
import { asInt32, asInt64, asUint8, halves, physicalForm } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import { readInt128, writeInt128 } from '../columnar/int128';
import type { LogicalType } from '../types/table';
import type { KeyedPermutation } from './permutation';
import { readNumberText, showNumber } from './number-text';
import type { TextWriter } from './text-loop';

/** Permutes every value; of a decimal, its unscaled digits. `vector` is of whole numbers or decimals. */
export function hashNumbers(permutation: KeyedPermutation, vector: ColumnVector, rows: number): ColumnVector {
  const { validity, logical } = vector;
  const isNull = (row: number) => validity !== undefined && validity[row] === 0;
  switch (physicalForm(logical)) {
    case 'int32': {
      const from = asInt32(vector.values);
      const to = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        if (isNull(row)) continue;
        const value = from[row]!;
        permutation.permute(value >> 31, value);
        to[row] = permutation.low;
      }
      return { ...vector, values: to };
    }
    case 'int64': {
      const from = halves(asInt64(vector.values));
      const values = new BigInt64Array(rows);
      const to = halves(values);
      for (let row = 0; row < rows; row++) {
        if (isNull(row)) continue;
        permutation.permute(from[row * 2 + 1]!, from[row * 2]!);
        to[row * 2] = permutation.low;
        to[row * 2 + 1] = permutation.high;
      }
      return { ...vector, values };
    }
    case 'fixed16':
      return { ...vector, values: hashWide(permutation, asUint8(vector.values), rows, isNull) };
    default:
      throw new TypeError(`A ${logical.kind} column is none of numbers.`);
  }
}

function hashWide(
  permutation: KeyedPermutation,
  values: Uint8Array,
  rows: number,
  isNull: (row: number) => boolean,
): Uint8Array {
  const from = viewOf(values);
  const masked = new Uint8Array(rows * 16);
  const to = viewOf(masked);
  for (let row = 0; row < rows; row++) {
    if (isNull(row)) continue;
    const at = row * 16;
    const high = from.getInt32(at + 8);
    const sign = high >> 31;
    if (from.getInt32(at) === sign && from.getInt32(at + 4) === sign) {
      permutation.permute(high, from.getInt32(at + 12));
      const filled = permutation.high >> 31;
      to.setInt32(at, filled);
      to.setInt32(at + 4, filled);
      to.setInt32(at + 8, permutation.high);
      to.setInt32(at + 12, permutation.low);
    } else writeInt128(to, at, permutation.permuteBig(readInt128(from, at))!);
  }
  return masked;
}

/** Decimals with a scale are permuted digit count by digit count, others as whole numbers are. */
export const hasDigits = (logical: LogicalType): boolean => logical.kind === 'decimal' && logical.scale > 0;

/** The same for numbers in text; NaN and infinities, which say nothing of a person, stay. `fail` throws. */
export function numberTextHasher(
  whole: KeyedPermutation,
  digits: KeyedPermutation,
  fail: (why: string) => never,
): TextWriter {
  return (input, start, end, out) => {
    const number = readNumberText(input.data, start, end) ?? fail('is not a plain number');
    if (number === 'special') {
      out.reserve(end - start);
      out.data.set(input.data.subarray(start, end), out.size);
      return end - start;
    }
    const { unscaled, scale } = number;
    const masked = (scale === 0 ? whole : digits).permuteBig(unscaled) ?? fail('has more than 38 digits');
    return showNumber(masked, scale, out);
  };
}
