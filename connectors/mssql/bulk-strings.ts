/** Text and bytes. Text is UTF-8 in the batch; the server wants UTF-16, the bytes of a code page, or UTF-8. */
import { asBytesValues } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import { isChunked, limitOf, type BulkColumn, type CodePage } from './bulk-columns';
import { refuse } from './bulk-errors';
import { refuseNull, type FieldWriter } from './bulk-target';

/** More than a server stores in one value. */
const MAX_VALUE = 0x7fffffff;
/** Eight bytes of length, four of the one chunk's, four that end it. */
const CHUNKED_OVERHEAD = 16;
const EMPTY_CHUNKED = 12;

/** How one kind of value is measured and put. */
interface Transcoder {
  /** Bytes on the wire; refuses what the column cannot hold. */
  measure(start: number, end: number, row: number): number;
  put(start: number, end: number, chunk: Uint8Array, view: DataView, at: number): void;
}

function variableWriter(
  { validity }: ColumnVector,
  offsets: Uint32Array,
  column: BulkColumn,
  form: Transcoder,
): FieldWriter {
  const chunked = isChunked(column);
  const limit = limitOf(column) ?? MAX_VALUE;
  // Sizes of the rows of the block at hand, between measuring and writing it.
  let sizes = new Float64Array(0);
  return {
    measure(from, to, lengths) {
      if (sizes.length < to - from) sizes = new Float64Array(to - from);
      for (let row = from; row < to; row++) {
        if (validity !== undefined && validity[row] === 0) {
          if (!column.nullable) refuseNull(column, row);
          lengths[row - from]! += chunked ? 8 : 2;
          continue;
        }
        const size = form.measure(offsets[row]!, offsets[row + 1]!, row);
        if (size > limit) tooLong(column, row, size);
        sizes[row - from] = size;
        lengths[row - from]! += chunked ? (size === 0 ? EMPTY_CHUNKED : CHUNKED_OVERHEAD + size) : 2 + size;
      }
    },
    write(from, to, cursor, chunk, view) {
      for (let row = from; row < to; row++) {
        let at = cursor[row - from]!;
        if (validity !== undefined && validity[row] === 0) {
          for (const end = at + (chunked ? 8 : 2); at < end; at++) chunk[at] = 0xff;
          cursor[row - from] = at;
          continue;
        }
        const size = sizes[row - from]!;
        if (chunked) {
          view.setUint32(at, size, true);
          view.setUint32(at + 4, 0, true);
          at += 8;
          if (size > 0) {
            view.setUint32(at, size, true);
            at += 4;
          }
        } else {
          view.setUint16(at, size, true);
          at += 2;
        }
        if (size > 0) form.put(offsets[row]!, offsets[row + 1]!, chunk, view, at);
        at += size;
        if (chunked) {
          view.setUint32(at, 0, true);
          at += 4;
        }
        cursor[row - from] = at;
      }
    },
  };
}

function tooLong(column: BulkColumn, row: number, size: number): never {
  const isWide = column.type === 'nchar' || column.type === 'nvarchar';
  const unit = isWide ? 'UTF-16 units' : 'bytes';
  refuse(column, row, `it has ${isWide ? size / 2 : size} ${unit}`, 'VALUE_TOO_LONG');
}

/** Bytes as they stand: binary values, and text of a UTF-8 collation. */
export function bytesWriter(vector: ColumnVector, column: BulkColumn): FieldWriter {
  const { data, offsets } = asBytesValues(vector.values);
  const source = viewOf(data);
  const isText = vector.logical.kind === 'text';
  // The server would fill a shorter value up with zeros.
  const exact = column.type === 'binary' ? column.maxLength : undefined;
  return variableWriter(vector, offsets, column, {
    measure(start, end, row) {
      const size = end - start;
      if (exact !== undefined && size < exact) refuse(column, row, `it has ${size} bytes, and would be filled up`);
      if (isText) checkScalars(data, start, end, column, row);
      return isText ? withoutPadding(data, start, end, column) : size;
    },
    put(start, end, chunk, view, at) {
      const size = isText ? withoutPadding(data, start, end, column) : end - start;
      copyValue(data, source, start, chunk, view, at, size);
    },
  });
}

/** Blanks at the end of a fixed-width text mean nothing: those beyond its width are left out, missing ones added by the server. */
function withoutPadding(data: Uint8Array, start: number, end: number, { type, maxLength }: BulkColumn): number {
  if (type !== 'char' || end - start <= maxLength) return end - start;
  let last = end;
  while (last - start > maxLength && data[last - 1] === 0x20) last -= 1;
  return last - start;
}

/** Half of a surrogate pair, which no valid UTF-8 has, begins with these bytes. */
function checkScalars(data: Uint8Array, start: number, end: number, column: BulkColumn, row: number): void {
  for (let at = data.indexOf(0xed, start); at >= 0 && at < end - 1; at = data.indexOf(0xed, at + 1))
    if (data[at + 1]! >= 0xa0) refuse(column, row, 'it has half of a surrogate pair');
}

/** `nchar` and `nvarchar`. */
export function utf16Writer(vector: ColumnVector, column: BulkColumn): FieldWriter {
  const { data, offsets } = asBytesValues(vector.values);
  const limit = column.type === 'nchar' ? column.maxLength : undefined;
  return variableWriter(vector, offsets, column, {
    measure(start, end, row) {
      let units = 0;
      for (let at = start; at < end; at++) {
        const byte = data[at]!;
        if (byte < 0x80 || byte >= 0xc0) {
          units += byte >= 0xf0 ? 2 : 1;
          if (byte === 0xed && data[at + 1]! >= 0xa0) refuse(column, row, 'it has half of a surrogate pair');
        }
      }
      if (limit !== undefined)
        for (let at = end - 1; units * 2 > limit && at >= start && data[at] === 0x20; at--) units -= 1;
      return units * 2;
    },
    put(start, end, chunk, _view, into) {
      let to = into;
      const stop = limit === undefined ? Number.POSITIVE_INFINITY : into + limit;
      for (let at = start; at < end && to < stop;) {
        const byte = data[at]!;
        if (byte < 0x80) {
          chunk[to] = byte;
          chunk[to + 1] = 0;
          to += 2;
          at += 1;
          continue;
        }
        const point = codePoint(data, at);
        at += byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        if (point > 0xffff) {
          const high = 0xd800 + ((point - 0x10000) >> 10);
          chunk[to] = high;
          chunk[to + 1] = high >> 8;
          to += 2;
        }
        const unit = point > 0xffff ? 0xdc00 + (point & 0x3ff) : point;
        chunk[to] = unit;
        chunk[to + 1] = unit >> 8;
        to += 2;
      }
    },
  });
}

/** `char` and `varchar` of a collation that has a legacy code page. */
export function codePageWriter(vector: ColumnVector, column: BulkColumn, { bytes, name }: CodePage): FieldWriter {
  const { data, offsets } = asBytesValues(vector.values);
  return variableWriter(vector, offsets, column, {
    measure(start, end, row) {
      let size = 0;
      for (let at = start; at < end;) {
        const byte = data[at]!;
        const point = byte < 0x80 ? byte : codePoint(data, at);
        const code = point > 0xffff ? -1 : bytes[point]!;
        if (code < 0) refuse(column, row, `the column's code page ${name} lacks the character U+${hex(point)}`);
        size += code > 0xff ? 2 : 1;
        at += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      }
      if (column.type === 'char' && size > column.maxLength)
        for (let at = end - 1; size > column.maxLength && at >= start && data[at] === 0x20; at--) size -= 1;
      return size;
    },
    put(start, end, chunk, view, into) {
      const stop = into + (column.type === 'char' ? column.maxLength : Number.POSITIVE_INFINITY);
      let to = into;
      for (let at = start; at < end && to < stop;) {
        const byte = data[at]!;
        const code = bytes[byte < 0x80 ? byte : codePoint(data, at)]!;
        if (code > 0xff) view.setUint16(to, code);
        else view.setUint8(to, code);
        to += code > 0xff ? 2 : 1;
        at += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      }
    },
  });
}

const hex = (point: number): string => point.toString(16).toUpperCase().padStart(4, '0');

const codePoint = (data: Uint8Array, at: number): number => {
  const first = data[at]!;
  const second = data[at + 1]! & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | second;
  const third = data[at + 2]! & 0x3f;
  if (first < 0xf0) return ((first & 0x0f) << 12) | (second << 6) | third;
  return ((first & 0x07) << 18) | (second << 12) | (third << 6) | (data[at + 3]! & 0x3f);
};
