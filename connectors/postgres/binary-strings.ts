import { asBytesValues } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import { refuse, type FieldPlace, type FieldWriter } from './binary-target';
import type { NativeType } from './binary-types';

/** Postgres holds no value of more. */
const MAX_VALUE = 2 ** 30 - 1;

/** text, bytea, json as they stand; jsonb behind its version byte. */
export function stringWriter(
  vector: ColumnVector,
  place: FieldPlace,
  form: 'bytes' | 'text' | 'jsonb',
  native: NativeType,
): FieldWriter {
  const { validity } = vector;
  const { data, offsets } = asBytesValues(vector.values);
  const source = viewOf(data);
  const prefix = form === 'jsonb' ? 1 : 0;
  const check = lengthCheck(native, place);
  return {
    width: 0,
    measure(from, to, lengths) {
      for (let row = from; row < to; row++) {
        if (validity !== undefined && validity[row] === 0) continue;
        const start = offsets[row]!;
        const length = offsets[row + 1]! - start;
        if (length > MAX_VALUE) refuse(place, row, `it has ${length} bytes`, 'VALUE_TOO_LONG');
        if (check) check(data, start, length, row);
        lengths[row - from]! += length + prefix;
      }
    },
    write(from, to, cursor, chunk, view) {
      for (let row = from; row < to; row++) {
        const at = cursor[row - from]!;
        if (validity !== undefined && validity[row] === 0) {
          view.setInt32(at, -1);
          cursor[row - from] = at + 4;
          continue;
        }
        const start = offsets[row]!;
        const length = offsets[row + 1]! - start;
        view.setInt32(at, length + prefix);
        if (prefix === 1) view.setUint8(at + 4, 1);
        copyValue(data, source, start, chunk, view, at + 4 + prefix, length);
        cursor[row - from] = at + 4 + prefix + length;
      }
    },
  };
}

type LengthCheck = (data: Uint8Array, start: number, length: number, row: number) => void;

/** What PostgreSQL keeps of a name, unless it was built otherwise. */
const NAME_BYTES = 63;

/**
 * PostgreSQL cuts spaces off a value too long for varchar(n), fills one up that is too short for char(n), and cuts names,
 * all without a word.
 */
export function lengthCheck({ base, modifiers }: NativeType, place: FieldPlace): LengthCheck | undefined {
  if (base === 'name')
    return (_data, _start, length, row) => {
      if (length > NAME_BYTES) refuse(place, row, `it has ${length} bytes`, 'VALUE_TOO_LONG');
    };
  const most = modifiers[0];
  if (most === undefined || (base !== 'varchar' && base !== 'bpchar')) return undefined;
  const pads = base === 'bpchar';
  return (data, start, length, row) => {
    if (length <= most && !pads) return;
    const characters = countCharacters(data, start, start + length);
    if (characters > most) refuse(place, row, `it has ${characters} characters`, 'VALUE_TOO_LONG');
    if (pads && characters < most)
      refuse(place, row, `it has ${characters} characters and would be padded with blanks`);
  };
}

/** Code points of UTF-8 text: every byte but those that continue one. */
function countCharacters(data: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if ((data[at]! & 0xc0) !== 0x80) count++;
  return count;
}
