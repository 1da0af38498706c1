/** Adds the values of one column to the hashes of their rows, in the canonical form of the column. */
import { asBytesValues, asUint8 } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import type { CanonicalForm } from './canonical-form';
import { hashDays, hashInstants } from './hash-temporal';
import { hashNumbers } from './hash-numbers';
import { hashFloats } from './hash-floats';
import { LANES, mix, mixBytes, mixNull } from './row-hash';

/** Hashes rows [0, rows) of a vector into their lanes. */
export type ColumnHash = (vector: ColumnVector, rows: number, lanes: Int32Array) => void;

/** Of the vectors of one side. Throws TypeError when a vector holds what its column does not say. */
export function columnHash(form: CanonicalForm): ColumnHash {
  switch (form.by) {
    case 'bytes':
      return hashBytes;
    case 'uuid':
      return (vector, rows, lanes) => hashUuids(vector, rows, lanes, form.lowerCase);
    case 'days':
      return hashDays();
    case 'instant':
      return hashInstants();
    case 'float':
      return (vector, rows, lanes) => hashFloats(vector, rows, lanes, form.single);
    case 'number':
      return (vector, rows, lanes) => hashNumbers(vector, rows, lanes, form.scale);
  }
}

function hashBytes({ validity, values }: ColumnVector, rows: number, lanes: Int32Array): void {
  const { data, offsets } = asBytesValues(values);
  const view = viewOf(data);
  for (let row = 0; row < rows; row++) {
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
    else mixBytes(lanes, row * LANES, data, view, offsets[row]!, offsets[row + 1]!, 0);
  }
}

function hashUuids(
  { logical, validity, values }: ColumnVector,
  rows: number,
  lanes: Int32Array,
  lowerCase: boolean,
): void {
  if (logical.kind === 'text') {
    hashUuidText({ logical, ...(validity && { validity }), values }, rows, lanes, lowerCase);
    return;
  }
  const view = viewOf(asUint8(values));
  for (let row = 0; row < rows; row++) {
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
    else mixUuid(lanes, row * LANES, view, row * 16);
  }
}

function mixUuid(lanes: Int32Array, at: number, view: DataView, from: number): void {
  mix(lanes, at, view.getInt32(from), view.getInt32(from + 4), view.getInt32(from + 8), view.getInt32(from + 12));
}

function hashUuidText({ validity, values }: ColumnVector, rows: number, lanes: Int32Array, lowerCase: boolean): void {
  const { data, offsets } = asBytesValues(values);
  const view = viewOf(data);
  const uuid = new Uint8Array(16);
  const uuidView = viewOf(uuid);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
    else if (readUuid(data, start, end, uuid, lowerCase)) mixUuid(lanes, row * LANES, uuidView, 0);
    else mixBytes(lanes, row * LANES, data, view, start, end, 1);
  }
}

const DASH = 45;

/** Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`; false when it is something else. */
function readUuid(data: Uint8Array, start: number, end: number, into: Uint8Array, lowerCase: boolean): boolean {
  if (end - start !== 36) return false;
  let at = start;
  for (let byte = 0; byte < 16; byte++) {
    if ((byte === 4 || byte === 6 || byte === 8 || byte === 10) && data[at++] !== DASH) return false;
    const high = hexDigit(data[at++]!, lowerCase);
    const low = hexDigit(data[at++]!, lowerCase);
    if (high < 0 || low < 0) return false;
    into[byte] = high * 16 + low;
  }
  return true;
}

function hexDigit(byte: number, lowerCase: boolean): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return !lowerCase && byte >= 65 && byte <= 70 ? byte - 55 : -1;
}
