/** Hash of a value of any type, the same whatever the width of the column that holds it. */
import { asBytesValues, asInt32, asInt64, asUint8, halves, physicalForm } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import type { SipHash } from './siphash';

const BLANK = 0x20;

/** Hashes values of `vector` by row into `hash.w0` and `w1`; the function answers false, and hashes nothing, for a NULL. */
export function rowHasher(hash: SipHash, vector: ColumnVector, isPadded: boolean): (row: number) => boolean {
  const write = hasherOf(hash, vector, isPadded);
  const { validity } = vector;
  return (row) => {
    if (validity && validity[row] === 0) return false;
    write(row);
    return true;
  };
}

function hasherOf(hash: SipHash, { logical, values }: ColumnVector, isPadded: boolean): (row: number) => void {
  switch (physicalForm(logical)) {
    case 'bool': {
      const bytes = asUint8(values);
      return (row) => hash.hashWords(bytes[row]!, 0, 0);
    }
    case 'int32': {
      const numbers = asInt32(values);
      return (row) => hash.hashWords(numbers[row]!, numbers[row]! >> 31, 0);
    }
    case 'int64': {
      const words = halves(asInt64(values));
      return (row) => hash.hashWords(words[row * 2]!, words[row * 2 + 1]!, 0);
    }
    case 'float32':
    case 'float64': {
      const number = new Float64Array(1);
      const words = halves(number);
      return (row) => {
        if (values instanceof Float32Array || values instanceof Float64Array) number[0] = values[row]! + 0;
        hash.hashWords(words[0]!, words[1]!, 0);
      };
    }
    case 'fixed16': {
      const bytes = asUint8(values);
      const view = viewOf(bytes);
      const isDecimal = logical.kind === 'decimal';
      return (row) => {
        const at = row * 16;
        const high = view.getInt32(at + 8);
        const sign = high >> 31;
        const isNarrow = isDecimal && view.getInt32(at) === sign && view.getInt32(at + 4) === sign;
        if (isNarrow) hash.hashWords(view.getInt32(at + 12), high, 0);
        else hash.hash64(view, at, at + 16);
      };
    }
    case 'bytes': {
      const { data, offsets } = asBytesValues(values);
      const view = viewOf(data);
      return (row) => {
        let end = offsets[row + 1]!;
        if (isPadded) while (end > offsets[row]! && data[end - 1] === BLANK) end--;
        hash.hash64(view, offsets[row]!, end);
      };
    }
  }
}
