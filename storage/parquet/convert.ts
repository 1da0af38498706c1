import { halves, physicalForm } from '../../core/columnar/allocate';
import { viewOf } from '../../core/columnar/copy-bytes';
import { writeInt128 } from '../../core/columnar/int128';
import type { StoredValues } from './plain-decode';
import type { StoredColumn } from './read-schema';

const MICROS_PER_MILLI = 1000n;
const INFINITE = 2n ** 63n - 1n;

/** Turns stored values into the form that a column vector has. Throws RangeError on a value that has no such form. */
export function convertValues({ conversion, logical, width }: StoredColumn, stored: StoredValues): StoredValues {
  switch (conversion) {
    case 'none':
      return stored;
    case 'int32':
    case 'uint32':
      return widen(stored as Int32Array, conversion === 'int32');
    case 'uint64':
      return unsigned64(stored as BigInt64Array);
    case 'time-millis':
      return scaled(widen(stored as Int32Array, true));
    case 'millis':
      return scaled(stored as BigInt64Array);
    case 'nanos':
      return unscaled(stored as BigInt64Array);
    case 'fixed-decimal':
      return physicalForm(logical) === 'int64'
        ? fixedToInt64(stored as Uint8Array, width)
        : fixedTo16(stored as Uint8Array, width);
  }
}

function widen(values: Int32Array, signed: boolean): BigInt64Array {
  const out = new BigInt64Array(values.length);
  const words = halves(out);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    words[i * 2] = value;
    words[i * 2 + 1] = signed && value < 0 ? -1 : 0;
  }
  return out;
}

function unsigned64(values: BigInt64Array): Uint8Array {
  const out = new Uint8Array(values.length * 16);
  const view = viewOf(out);
  for (let i = 0; i < values.length; i++) writeInt128(view, i * 16, BigInt.asUintN(64, values[i]!));
  return out;
}

function scaled(values: BigInt64Array): BigInt64Array {
  return values.map((value) => {
    const micros = value * MICROS_PER_MILLI;
    if (BigInt.asIntN(64, micros) !== micros) throw new RangeError(`the time ${value} ms is out of range`);
    return micros;
  });
}

function unscaled(values: BigInt64Array): BigInt64Array {
  return values.map((value) => {
    if (value === INFINITE || value === -INFINITE) return value;
    if (value % 1000n !== 0n) throw new RangeError(`the time ${value} ns is finer than a microsecond`);
    return value / 1000n;
  });
}

function fixedToInt64(values: Uint8Array, width: number): BigInt64Array {
  const out = new BigInt64Array(values.length / width);
  for (let i = 0; i < out.length; i++) {
    let value = BigInt.asIntN(8, BigInt(values[i * width]!));
    for (let byte = 1; byte < width; byte++) value = (value << 8n) | BigInt(values[i * width + byte]!);
    if (BigInt.asIntN(64, value) !== value) throw new RangeError('a decimal has more digits than its type');
    out[i] = value;
  }
  return out;
}

function fixedTo16(values: Uint8Array, width: number): Uint8Array {
  if (width === 16) return values;
  const count = values.length / width;
  const out = new Uint8Array(count * 16);
  for (let i = 0; i < count; i++) {
    out.fill(values[i * width]! >= 0x80 ? 0xff : 0, i * 16, i * 16 + 16 - width);
    out.set(values.subarray(i * width, (i + 1) * width), i * 16 + 16 - width);
  }
  return out;
}
