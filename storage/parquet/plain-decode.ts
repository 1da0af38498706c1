import type { BytesBuilder } from '../../core/columnar/bytes-builder';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import { decodeDelta } from './delta';
import { ENCODING, ENCODING_NAMES, PHYSICAL } from './format';
import { decodeHybrid } from './hybrid';
import type { StoredColumn } from './read-schema';

/** Values of fixed width as they are stored, one after the other without NULLs. */
export type StoredValues = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** Decodes `count` values of fixed width from `body[at..)`; booleans come as a byte each. */
export function decodeFixed(
  { physical, width }: StoredColumn,
  encoding: number,
  body: Uint8Array,
  at: number,
  count: number,
): StoredValues {
  switch (encoding) {
    case ENCODING.plain:
      return decodePlain(physical, width, body, at, count);
    case ENCODING.rle:
      if (physical === PHYSICAL.boolean) return decodeRleBooleans(body, at, count);
      break;
    case ENCODING.deltaBinaryPacked:
      if (physical === PHYSICAL.int32 || physical === PHYSICAL.int64) {
        const out = physical === PHYSICAL.int32 ? new Int32Array(count) : new BigInt64Array(count);
        decodeDelta(body, at, count, out);
        return out;
      }
      break;
    case ENCODING.byteStreamSplit:
      return decodePlain(physical, width, unsplit(body, at, count, widthOf(physical, width)), 0, count);
  }
  throw unknownEncoding(encoding);
}

/** An encoding that Longshore does not read. The reader names file and column. */
export class UnknownEncoding extends Error {
  override readonly name = 'UnknownEncoding';
}

export const unknownEncoding = (encoding: number): UnknownEncoding =>
  new UnknownEncoding(ENCODING_NAMES[encoding] ?? String(encoding));

function widthOf(physical: number, width: number): number {
  if (physical === PHYSICAL.fixed) return width;
  return physical === PHYSICAL.int32 || physical === PHYSICAL.float ? 4 : 8;
}

function decodePlain(physical: number, width: number, body: Uint8Array, at: number, count: number): StoredValues {
  const bytes = physical === PHYSICAL.boolean ? (count + 7) >>> 3 : count * widthOf(physical, width);
  if (bytes > body.length - at) throw new RangeError('a page has fewer values than it claims');
  if (physical === PHYSICAL.boolean) {
    const out = new Uint8Array(count);
    for (let i = 0; i < count; i++) out[i] = (body[at + (i >>> 3)]! >>> (i & 7)) & 1;
    return out;
  }
  // Copied rather than viewed: the values need not lie at a multiple of their width.
  const copy = new Uint8Array(bytes);
  copy.set(body.subarray(at, at + bytes));
  switch (physical) {
    case PHYSICAL.int32:
      return new Int32Array(copy.buffer);
    case PHYSICAL.int64:
      return new BigInt64Array(copy.buffer);
    case PHYSICAL.float:
      return new Float32Array(copy.buffer);
    case PHYSICAL.double:
      return new Float64Array(copy.buffer);
    default:
      return copy;
  }
}

function decodeRleBooleans(body: Uint8Array, at: number, count: number): Uint8Array {
  const length = viewOf(body).getUint32(at, true);
  if (length > body.length - at - 4) throw new RangeError('a page has fewer values than it claims');
  const out = new Uint8Array(count);
  decodeHybrid(body, at + 4, at + 4 + length, 1, out);
  return out;
}

function unsplit(body: Uint8Array, at: number, count: number, width: number): Uint8Array {
  if (count * width > body.length - at) throw new RangeError('a page has fewer values than it claims');
  const out = new Uint8Array(count * width);
  for (let byte = 0; byte < width; byte++)
    for (let i = 0; i < count; i++) out[i * width + byte] = body[at + byte * count + i]!;
  return out;
}

/** Appends a page's strings to `builder`, an empty one for each NULL. */
export function decodeStrings(
  encoding: number,
  body: Uint8Array,
  at: number,
  rows: number,
  count: number,
  validity: Uint8Array | undefined,
  builder: BytesBuilder,
): void {
  if (encoding === ENCODING.plain) plainStrings(body, at, rows, validity, builder);
  else if (encoding === ENCODING.deltaLengthByteArray) deltaLengthStrings(body, at, rows, count, validity, builder);
  else throw unknownEncoding(encoding);
}

function plainStrings(
  body: Uint8Array,
  start: number,
  rows: number,
  validity: Uint8Array | undefined,
  builder: BytesBuilder,
): void {
  builder.reserve(body.length - start);
  const source = viewOf(body);
  const { data, view, offsets } = builder;
  const end = body.length;
  let at = start;
  let size = builder.size;
  let index = builder.count;
  for (let row = 0; row < rows; row++) {
    if (validity === undefined || validity[row] === 1) {
      const length = source.getUint32(at, true);
      at += 4;
      if (length > end - at) throw new RangeError('a string is longer than its page');
      copyValue(body, source, at, data, view, size, length);
      at += length;
      size += length;
    }
    offsets[++index] = size;
  }
  builder.size = size;
  builder.count = index;
}

function deltaLengthStrings(
  body: Uint8Array,
  start: number,
  rows: number,
  count: number,
  validity: Uint8Array | undefined,
  builder: BytesBuilder,
): void {
  const lengths = new Int32Array(count);
  let at = decodeDelta(body, start, count, lengths);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (validity && validity[row] === 0) {
      builder.close(0);
      continue;
    }
    const length = lengths[next++]!;
    if (length < 0 || length > body.length - at) throw new RangeError('a string is longer than its page');
    builder.append(body.subarray(at, at + length));
    at += length;
  }
}
