import type { Codec } from '../../schemas/constants';
import { decompress } from './compression';
import { PAGE } from './format';
import { numberField, optionalNumber, structField, ThriftReader, type ThriftStruct } from './thrift';

/** A page, unpacked. */
export interface DataPage {
  kind: 'data';
  rows: number;
  encoding: number;
  /** The whole body; definition levels in [levelsFrom, levelsTo), values in [valuesFrom, end). */
  body: Uint8Array;
  levelsFrom: number;
  levelsTo: number;
  valuesFrom: number;
}

export interface DictionaryPage {
  kind: 'dictionary';
  count: number;
  encoding: number;
  body: Uint8Array;
}

export type UnpackedPage = DataPage | DictionaryPage;

/** A page whose decompression is under way, or whose header alone is known. */
interface PackedPage {
  header: ThriftStruct;
  type: number;
  bytes: Uint8Array;
  unpacked: number;
}

/** Cuts a column chunk into its pages and unpacks them. Throws when `rows` values are not there. */
export async function unpackPages(
  chunk: Uint8Array,
  codec: Codec,
  rows: number,
  optional: boolean,
): Promise<UnpackedPage[]> {
  return Promise.all(cutPages(chunk, rows).map((page) => unpack(page, codec, optional)));
}

function cutPages(chunk: Uint8Array, rows: number): PackedPage[] {
  const reader = new ThriftReader(chunk);
  const pages: PackedPage[] = [];
  let seen = 0;
  while (seen < rows) {
    const header = reader.struct();
    const type = numberField(header, 1);
    const unpacked = numberField(header, 2);
    const packed = numberField(header, 3);
    if (unpacked < 0 || packed < 0 || packed > chunk.length - reader.at)
      throw new RangeError('a page lies outside its column');
    const bytes = chunk.subarray(reader.at, reader.at + packed);
    reader.at += packed;
    if (type === PAGE.index) continue;
    if (type === PAGE.data) seen += numberField(structField(header, 5), 1);
    else if (type === PAGE.dataV2) seen += numberField(structField(header, 8), 1);
    else if (type !== PAGE.dictionary) throw new RangeError(`a page is of the unknown type ${type}`);
    pages.push({ header, type, bytes, unpacked });
  }
  if (seen !== rows) throw new RangeError(`its pages have ${seen} values where ${rows} were expected`);
  return pages;
}

async function unpack(
  { header, type, bytes, unpacked }: PackedPage,
  codec: Codec,
  optional: boolean,
): Promise<UnpackedPage> {
  if (type === PAGE.dictionary) {
    const facts = structField(header, 7);
    return {
      kind: 'dictionary',
      count: numberField(facts, 1),
      encoding: numberField(facts, 2),
      body: await decompress(codec, bytes, unpacked),
    };
  }
  return type === PAGE.data
    ? unpackV1(structField(header, 5), await decompress(codec, bytes, unpacked), optional)
    : unpackV2(structField(header, 8), bytes, unpacked, codec);
}

function unpackV1(facts: ThriftStruct, body: Uint8Array, optional: boolean): DataPage {
  const page = { kind: 'data' as const, rows: numberField(facts, 1), encoding: numberField(facts, 2), body };
  if (!optional) return { ...page, levelsFrom: 0, levelsTo: 0, valuesFrom: 0 };
  const length = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(0, true);
  if (length > body.length - 4) throw new RangeError('definition levels are longer than their page');
  return { ...page, levelsFrom: 4, levelsTo: 4 + length, valuesFrom: 4 + length };
}

/** V2 keeps the levels outside the compression. */
async function unpackV2(facts: ThriftStruct, bytes: Uint8Array, unpacked: number, codec: Codec): Promise<DataPage> {
  const levels = numberField(facts, 5) + (optionalNumber(facts, 6) ?? 0);
  const levelsFrom = optionalNumber(facts, 6) ?? 0;
  if (levels > bytes.length || levels > unpacked) throw new RangeError('definition levels are longer than their page');
  const values = bytes.subarray(levels);
  const body = new Uint8Array(unpacked);
  body.set(bytes.subarray(0, levels));
  if (values.length > 0)
    body.set(facts.get(7) === false ? values : await decompress(codec, values, unpacked - levels), levels);
  return {
    kind: 'data',
    rows: numberField(facts, 1),
    encoding: numberField(facts, 4),
    body,
    levelsFrom,
    levelsTo: levels,
    valuesFrom: levels,
  };
}
