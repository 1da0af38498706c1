/** Batches without the rows that were rejected. */
import { asBytesValues, physicalForm } from '../columnar/allocate';
import type { BytesValues, ColumnVector } from '../columnar/batch';

/** The vector with the rows of `kept` alone, in their order. */
export function keepRows({ logical, validity, values }: ColumnVector, kept: Uint32Array): ColumnVector {
  const bits = validity && Uint8Array.from(kept, (row) => validity[row]!);
  const marked = bits?.includes(0) === true ? { validity: bits } : {};
  if (physicalForm(logical) === 'bytes') return { logical, ...marked, values: keepBytes(asBytesValues(values), kept) };
  if ('offsets' in values) throw new TypeError('Column values are of variable length.');
  return { logical, ...marked, values: keepFixed(values, kept, physicalForm(logical) === 'fixed16') };
}

function keepFixed<Values extends Exclude<ColumnVector['values'], BytesValues>>(
  values: Values,
  kept: Uint32Array,
  isWide: boolean,
): Values {
  const out = values.slice(0, kept.length * (isWide ? 16 : 1)) as Values;
  if (values instanceof BigInt64Array && out instanceof BigInt64Array)
    kept.forEach((row, index) => (out[index] = values[row]!));
  else if (isWide && values instanceof Uint8Array && out instanceof Uint8Array)
    kept.forEach((row, index) => out.set(values.subarray(row * 16, row * 16 + 16), index * 16));
  else if (!(values instanceof BigInt64Array) && !(out instanceof BigInt64Array))
    kept.forEach((row, index) => (out[index] = values[row]!));
  return out;
}

/** Kept rows lie at or before where they lay, so that they can move within one copy. */
function keepBytes({ data, offsets }: BytesValues, kept: Uint32Array): BytesValues {
  const out = data.slice();
  const bounds = new Uint32Array(kept.length + 1);
  let size = 0;
  kept.forEach((row, index) => {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    out.copyWithin(size, start, end);
    size += end - start;
    bounds[index + 1] = size;
  });
  return { data: out.subarray(0, size), offsets: bounds };
}
