import { asBytesValues, asInt64, asUint8 } from '../../core/columnar/allocate';
import type { BytesValues, ColumnVector } from '../../core/columnar/batch';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import { PHYSICAL } from './format';
import type { StoredAs } from './schema';

/** The body of one V1 data page, uncompressed: definition levels, then the values that are not NULL. */
export interface PageBody {
  bytes: Uint8Array;
  rows: number;
  nulls: number;
}

const LEVELS_PREFIX = 4;

/** Encodes rows [from, to) of a column with PLAIN values. */
export function encodePage({ validity, values }: ColumnVector, stored: StoredAs, from: number, to: number): PageBody {
  const rows = to - from;
  const nulls = countNulls(validity, from, to);
  const levels = levelBytes(rows, nulls);
  const start = LEVELS_PREFIX + levels;
  const kept = rows - nulls;
  const valid = nulls === 0 ? undefined : validity;
  let bytes: Uint8Array;
  if (stored.physical === PHYSICAL.byteArray) {
    const strings = asBytesValues(values);
    bytes = uninitialised(start + strings.offsets[to]! - strings.offsets[from]! + kept * 4);
    writeStrings(strings, valid, from, to, bytes, start);
  } else if (stored.physical === PHYSICAL.boolean) {
    bytes = new Uint8Array(start + ((kept + 7) >>> 3));
    writeBits(asUint8(values), valid, from, to, bytes, start);
  } else if (stored.physical === PHYSICAL.int32 && values instanceof BigInt64Array) {
    bytes = uninitialised(start + kept * 4);
    writeNarrowed(asInt64(values), valid, from, to, viewOf(bytes), start);
  } else {
    if ('offsets' in values) throw new TypeError('Values of variable length where fixed ones were expected.');
    const width = stored.width ?? values.BYTES_PER_ELEMENT;
    bytes = uninitialised(start + kept * width);
    writeFixed(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      width,
      valid,
      from,
      to,
      bytes,
      start,
    );
  }
  viewOf(bytes).setUint32(0, levels, true);
  writeLevels(valid, from, to, bytes);
  return { bytes, rows, nulls };
}

/** Not zeroed: every byte is written. */
const uninitialised = (size: number): Uint8Array => Buffer.allocUnsafeSlow(size);

function countNulls(validity: Uint8Array | undefined, from: number, to: number): number {
  if (!validity) return 0;
  let valid = 0;
  for (let row = from; row < to; row++) valid += validity[row]!;
  return to - from - valid;
}

/** Levels are one RLE run when no value is NULL, one bit-packed run otherwise. */
const levelBytes = (rows: number, nulls: number): number =>
  nulls === 0 ? varintBytes(rows * 2) + 1 : varintBytes(((rows + 7) >>> 3) * 2 + 1) + ((rows + 7) >>> 3);

function varintBytes(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeVarint(value: number, bytes: Uint8Array, at: number): number {
  let rest = value;
  let next = at;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) | 128;
  bytes[next++] = rest;
  return next;
}

function writeLevels(validity: Uint8Array | undefined, from: number, to: number, bytes: Uint8Array): void {
  const rows = to - from;
  if (!validity) {
    bytes[writeVarint(rows * 2, bytes, LEVELS_PREFIX)] = 1;
    return;
  }
  const groups = (rows + 7) >>> 3;
  const start = writeVarint(groups * 2 + 1, bytes, LEVELS_PREFIX);
  for (let group = 0; group < groups; group++) {
    let bits = 0;
    const first = from + group * 8;
    const count = Math.min(8, to - first);
    for (let bit = 0; bit < count; bit++) bits |= validity[first + bit]! << bit;
    bytes[start + group] = bits;
  }
}

function writeStrings(
  { data, offsets }: BytesValues,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
): void {
  const source = viewOf(data);
  const target = viewOf(bytes);
  let at = start;
  let begin = offsets[from]!;
  for (let row = from; row < to; row++) {
    const end = offsets[row + 1]!;
    if (!validity || validity[row] === 1) {
      const length = end - begin;
      target.setUint32(at, length, true);
      copyValue(data, source, begin, bytes, target, at + 4, length);
      at += 4 + length;
    }
    begin = end;
  }
}

function writeBits(
  values: Uint8Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
): void {
  let bit = 0;
  for (let row = from; row < to; row++) {
    if (validity && validity[row] === 0) continue;
    if (values[row] === 1) bytes[start + (bit >>> 3)]! |= 1 << (bit & 7);
    bit++;
  }
}

/** Decimals of up to nine digits: the low half of 64 bits holds them with their sign. */
function writeNarrowed(
  values: BigInt64Array,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  target: DataView,
  start: number,
): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  let at = start;
  for (let row = from; row < to; row++) {
    if (validity && validity[row] === 0) continue;
    target.setInt32(at, words[row * 2]!, true);
    at += 4;
  }
}

function writeFixed(
  source: Uint8Array,
  width: number,
  validity: Uint8Array | undefined,
  from: number,
  to: number,
  bytes: Uint8Array,
  start: number,
): void {
  if (!validity) {
    bytes.set(source.subarray(from * width, to * width), start);
    return;
  }
  const words = width / 4;
  const values = viewOf(source);
  const target = viewOf(bytes);
  let at = start;
  for (let row = from; row < to; row++) {
    if (validity[row] === 0) continue;
    for (let word = 0; word < words; word++, at += 4)
      target.setInt32(at, values.getInt32(row * width + word * 4, true), true);
  }
}
