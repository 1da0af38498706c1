import { allocateFixed, physicalForm } from '../../core/columnar/allocate';
import type { BytesValues, ColumnVector } from '../../core/columnar/batch';
import { BytesBuilder } from '../../core/columnar/bytes-builder';
import { copyValue, viewOf } from '../../core/columnar/copy-bytes';
import { convertValues } from './convert';
import { ENCODING, PHYSICAL } from './format';
import { decodeHybrid } from './hybrid';
import type { DataPage, DictionaryPage, UnpackedPage } from './pages';
import { decodeFixed, decodeStrings, type StoredValues } from './plain-decode';
import type { StoredColumn } from './read-schema';

/** Puts the pages of one column of a row group together. Throws RangeError when they are damaged. */
export function decodeColumnPages(column: StoredColumn, pages: UnpackedPage[], rows: number): ColumnVector {
  const dictionary = pages.find((page) => page.kind === 'dictionary');
  const data = pages.filter((page) => page.kind === 'data');
  const valid = data.map((page) => pageValidity(page, column.optional));
  const values =
    column.physical === PHYSICAL.byteArray
      ? stringColumn(data, valid, dictionary, rows)
      : fixedColumn(column, data, valid, dictionary, rows);
  const validity = joinValidity(data, valid, rows);
  return validity ? { logical: column.logical, validity, values } : { logical: column.logical, values };
}

/** Which rows of a page have a value; undefined when all have. */
function pageValidity({ rows, body, levelsFrom, levelsTo }: DataPage, optional: boolean): Uint8Array | undefined {
  if (!optional || rows === 0) return undefined;
  // One run of ones is what a page without NULLs has.
  const levels = new Uint8Array(rows);
  decodeHybrid(body, levelsFrom, levelsTo, 1, levels);
  return levels.includes(0) ? levels : undefined;
}

function joinValidity(pages: DataPage[], valid: (Uint8Array | undefined)[], rows: number): Uint8Array | undefined {
  if (valid.every((levels) => levels === undefined)) return undefined;
  if (valid.length === 1) return valid[0];
  const validity = new Uint8Array(rows).fill(1);
  let at = 0;
  for (const [index, page] of pages.entries()) {
    const levels = valid[index];
    if (levels) validity.set(levels, at);
    at += page.rows;
  }
  return validity;
}

function countValid(rows: number, levels: Uint8Array | undefined): number {
  if (!levels) return rows;
  let count = 0;
  for (let row = 0; row < rows; row++) count += levels[row]!;
  return count;
}

const usesDictionary = ({ encoding }: DataPage): boolean =>
  encoding === ENCODING.rleDictionary || encoding === ENCODING.plainDictionary;

/** Indexes into the dictionary, each within it. */
function dictionaryIndexes({ body, valuesFrom }: DataPage, count: number, size: number): Int32Array {
  const indexes = new Int32Array(count);
  if (count === 0) return indexes;
  const width = body[valuesFrom];
  if (width === undefined || width > 32) throw new RangeError('the width of dictionary indexes is impossible');
  decodeHybrid(body, valuesFrom + 1, body.length, width, indexes);
  for (let i = 0; i < count; i++)
    if (indexes[i]! >>> 0 >= size) throw new RangeError('an index points outside the dictionary');
  return indexes;
}

function dictionaryOf(dictionary: DictionaryPage | undefined): DictionaryPage {
  if (!dictionary) throw new RangeError('a page refers to a dictionary that is not there');
  if (dictionary.encoding !== ENCODING.plain && dictionary.encoding !== ENCODING.plainDictionary)
    throw new RangeError('the dictionary is not encoded plainly');
  return dictionary;
}

function stringColumn(
  pages: DataPage[],
  valid: (Uint8Array | undefined)[],
  dictionary: DictionaryPage | undefined,
  rows: number,
): BytesValues {
  const plainBytes = pages.reduce(
    (sum, page) => sum + (usesDictionary(page) ? 0 : Math.max(0, page.body.length - page.valuesFrom - 4 * page.rows)),
    0,
  );
  const builder = new BytesBuilder(rows, plainBytes);
  let words: BytesValues | undefined;
  for (const [index, page] of pages.entries()) {
    const levels = valid[index];
    const count = countValid(page.rows, levels);
    if (usesDictionary(page)) {
      words ??= dictionaryStrings(dictionaryOf(dictionary));
      appendWords(words, dictionaryIndexes(page, count, words.offsets.length - 1), page.rows, levels, builder);
    } else {
      decodeStrings(page.encoding, page.body, page.valuesFrom, page.rows, count, levels, builder);
    }
  }
  return builder.finish();
}

function dictionaryStrings({ body, count }: DictionaryPage): BytesValues {
  if (count * 4 > body.length) throw new RangeError('the dictionary has fewer values than it claims');
  const builder = new BytesBuilder(count, body.length);
  decodeStrings(ENCODING.plain, body, 0, count, count, undefined, builder);
  return builder.finish();
}

function appendWords(
  { data, offsets }: BytesValues,
  indexes: Int32Array,
  rows: number,
  levels: Uint8Array | undefined,
  builder: BytesBuilder,
): void {
  let bytes = 0;
  for (let i = 0; i < indexes.length; i++) bytes += offsets[indexes[i]! + 1]! - offsets[indexes[i]!]!;
  builder.reserve(bytes);
  const source = viewOf(data);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (levels && levels[row] === 0) {
      builder.close(0);
      continue;
    }
    const word = indexes[next++]!;
    const from = offsets[word]!;
    const length = offsets[word + 1]! - from;
    copyValue(data, source, from, builder.data, builder.view, builder.size, length);
    builder.close(length);
  }
}

function fixedColumn(
  column: StoredColumn,
  pages: DataPage[],
  valid: (Uint8Array | undefined)[],
  dictionary: DictionaryPage | undefined,
  rows: number,
): StoredValues {
  const form = physicalForm(column.logical);
  if (form === 'bytes') throw new TypeError('A column of fixed width was expected.');
  const unit = form === 'fixed16' ? 16 : 1;
  const out = pages.length === 1 && !valid[0] ? undefined : allocateFixed(form, rows);
  let words: StoredValues | undefined;
  let at = 0;
  for (const [index, page] of pages.entries()) {
    const levels = valid[index];
    const count = countValid(page.rows, levels);
    let dense: StoredValues;
    if (usesDictionary(page)) {
      if (!words) {
        const { body, count: size } = dictionaryOf(dictionary);
        words = convertValues(column, decodeFixed(column, ENCODING.plain, body, 0, size));
      }
      dense = gather(words, dictionaryIndexes(page, count, words.length / unit), unit);
    } else {
      dense = convertValues(column, decodeFixed(column, page.encoding, page.body, page.valuesFrom, count));
    }
    if (!out) return dense;
    place(dense, levels, page.rows, out, at, unit);
    at += page.rows;
  }
  return out ?? allocateFixed(form, 0);
}

const asBytes = (values: StoredValues): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** By bytes or 32-bit words, whatever the values are, so that no NaN changes and no BigInt is made. */
function gather(words: StoredValues, indexes: Int32Array, unit: number): StoredValues {
  const out =
    words.slice(0, 0).constructor === Uint8Array
      ? new Uint8Array(indexes.length * unit)
      : sameKind(words, indexes.length);
  const width = words.BYTES_PER_ELEMENT * unit;
  if (width === 1) {
    for (let i = 0; i < indexes.length; i++) out[i] = words[indexes[i]!]!;
    return out;
  }
  const per = width / 4;
  const from = new Int32Array(words.buffer, words.byteOffset, words.byteLength / 4);
  const to = new Int32Array(out.buffer);
  for (let i = 0, next = 0; i < indexes.length; i++)
    for (let word = indexes[i]! * per, end = word + per; word < end; word++) to[next++] = from[word]!;
  return out;
}

function sameKind(values: StoredValues, length: number): StoredValues {
  if (values instanceof Int32Array) return new Int32Array(length);
  if (values instanceof BigInt64Array) return new BigInt64Array(length);
  if (values instanceof Float32Array) return new Float32Array(length);
  return values instanceof Float64Array ? new Float64Array(length) : new Uint8Array(length);
}

/** Spreads a page's values over its rows. */
function place(
  dense: StoredValues,
  levels: Uint8Array | undefined,
  rows: number,
  out: StoredValues,
  at: number,
  unit: number,
): void {
  const width = out.BYTES_PER_ELEMENT * unit;
  if (!levels) {
    asBytes(out).set(asBytes(dense), at * width);
    return;
  }
  if (width === 1) {
    for (let row = 0, next = 0; row < rows; row++) if (levels[row] === 1) out[at + row] = dense[next++]!;
    return;
  }
  const per = width / 4;
  const from = new Int32Array(dense.buffer, dense.byteOffset, dense.byteLength / 4);
  const to = new Int32Array(out.buffer, out.byteOffset, out.byteLength / 4);
  for (let row = 0, next = 0; row < rows; row++) {
    if (levels[row] === 0) continue;
    for (let word = (at + row) * per, end = word + per; word < end; word++) to[word] = from[next++]!;
  }
}
