/** Exact numbers: `decimal` as a sign and sixteen bytes, `money` as a 64-bit integer of ten-thousandths. */
import { asInt32, asInt64, asUint8, halves } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { powerOfTen, readInt128 } from '../../core/columnar/int128';
import { viewOf } from '../../core/columnar/copy-bytes';
import type { BulkColumn } from './bulk-columns';
import { refuse } from './bulk-errors';
import { unsupported, type ValueWriter } from './bulk-target';

/** Unscaled values with their number of decimal places. */
interface Unscaled {
  at(row: number): bigint;
  scale: number;
}

function unscaled(vector: ColumnVector, column: BulkColumn): Unscaled {
  const { logical, values } = vector;
  switch (logical.kind) {
    case 'boolean': {
      const bits = asUint8(values);
      return { at: (row) => BigInt(bits[row]!), scale: 0 };
    }
    case 'int16':
    case 'int32': {
      const numbers = asInt32(values);
      return { at: (row) => BigInt(numbers[row]!), scale: 0 };
    }
    case 'int64': {
      const numbers = asInt64(values);
      return { at: (row) => numbers[row]!, scale: 0 };
    }
    case 'decimal': {
      if (logical.precision <= 18) {
        const numbers = asInt64(values);
        return { at: (row) => numbers[row]!, scale: logical.scale };
      }
      const view = viewOf(asUint8(values));
      return { at: (row) => readInt128(view, row * 16), scale: logical.scale };
    }
    default:
      throw unsupported(vector, column);
  }
}

/** The value with `scale` decimal places; refuses one that has more of them, or `digits` and more in all. */
function rescaled(column: BulkColumn, { at, scale: from }: Unscaled, scale: number, digits: number) {
  const factor = powerOfTen(Math.abs(scale - from));
  const bound = powerOfTen(digits);
  return (row: number): bigint => {
    let value = at(row);
    if (scale >= from) value *= factor;
    else {
      if (value % factor !== 0n) refuse(column, row, `it has more than ${scale} decimal places`);
      value /= factor;
    }
    if (value >= bound || value <= -bound) refuse(column, row, 'it has too many digits before the decimal point');
    return value;
  };
}

export function decimalWriter(vector: ColumnVector, column: BulkColumn): ValueWriter {
  const { logical, values } = vector;
  const { precision, scale } = column;
  if (logical.kind === 'decimal' && logical.scale === scale && logical.precision <= precision)
    return logical.precision <= 18 ? words64(asInt64(values)) : words128(asUint8(values));
  const value = rescaled(column, unscaled(vector, column), scale, precision);
  return (row, view, at) => {
    const number = value(row);
    const size = number < 0n ? -number : number;
    view.setUint8(at, number < 0n ? 0 : 1);
    view.setBigUint64(at + 1, BigInt.asUintN(64, size), true);
    view.setBigUint64(at + 9, size >> 64n, true);
  };
}

/** 64-bit integers as sign and magnitude, without making a bigint of each. */
function words64(values: BigInt64Array): ValueWriter {
  const words = halves(values);
  return (row, view, at) => {
    let low = words[row * 2]!;
    let high = words[row * 2 + 1]!;
    const negative = high < 0;
    if (negative) {
      low = -low | 0;
      high = (~high + (low === 0 ? 1 : 0)) | 0;
    }
    view.setUint8(at, negative ? 0 : 1);
    view.setInt32(at + 1, low, true);
    view.setInt32(at + 5, high, true);
    view.setInt32(at + 9, 0, true);
    view.setInt32(at + 13, 0, true);
  };
}

/** The same for sixteen bytes of big-endian two's complement. */
function words128(values: Uint8Array): ValueWriter {
  const source = viewOf(values);
  return (row, view, at) => {
    const from = row * 16;
    const negative = source.getInt8(from) < 0;
    view.setUint8(at, negative ? 0 : 1);
    let carry = negative ? 1 : 0;
    for (let word = 0; word < 4; word++) {
      let bits = source.getUint32(from + 12 - word * 4);
      if (negative) {
        bits = (~bits >>> 0) + carry;
        carry = bits > 0xffffffff ? 1 : 0;
      }
      view.setUint32(at + 1 + word * 4, bits, true);
    }
  };
}

const MONEY_DIGITS = 19;

/** `money` (8 bytes, high half first) or `smallmoney` (4). */
export function moneyWriter(vector: ColumnVector, column: BulkColumn, width: 4 | 8): ValueWriter {
  const value = rescaled(column, unscaled(vector, column), 4, MONEY_DIGITS);
  const bits = column.smallMoney ? 32 : width * 8;
  return (row, view, at) => {
    const number = value(row);
    if (BigInt.asIntN(bits, number) !== number) refuse(column, row, 'it is out of range');
    if (width === 4) view.setInt32(at, Number(number), true);
    else {
      view.setInt32(at, Number(number >> 32n), true);
      view.setUint32(at + 4, Number(number & 0xffffffffn), true);
    }
  };
}
