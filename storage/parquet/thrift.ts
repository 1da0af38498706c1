/**
 * The part of Thrift's compact protocol that Parquet's metadata needs, without generated code: structs are maps from
 * field id to value, and whoever reads one knows what its fields mean.
 */

export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftValue[] | ThriftStruct;
export type ThriftStruct = Map<number, ThriftValue>;

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

const MAX_DEPTH = 24;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes that are not Thrift. Callers turn it into an error that names the file. */
export class ThriftError extends Error {
  override readonly name = 'ThriftError';
}

/** Reads one struct and remembers where it ended. */
export class ThriftReader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
  ) {}

  struct(depth = 0): ThriftStruct {
    if (depth > MAX_DEPTH) throw new ThriftError('structs are nested too deeply');
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === STOP) return fields;
      const delta = head >>> 4;
      id = delta === 0 ? this.#zigzag() : id + delta;
      fields.set(id, type === TRUE ? true : type === FALSE ? false : this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case TRUE:
      case FALSE:
        return this.#byte() === TRUE;
      case BYTE:
        return (this.#byte() << 24) >> 24;
      case I16:
      case I32:
      case I64:
        return this.#zigzag();
      case DOUBLE:
        return new DataView(this.#take(8).slice().buffer).getFloat64(0, true);
      case BINARY:
        return this.#take(this.#varint());
      case LIST:
      case SET:
        return this.#list(depth);
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw new ThriftError(`type ${type} is unknown`);
    }
  }

  #list(depth: number): ThriftValue[] {
    const head = this.#byte();
    const type = head & 0x0f;
    const size = head >>> 4 === 15 ? this.#varint() : head >>> 4;
    if (size > this.bytes.length - this.at) throw new ThriftError(`a list claims ${size} entries`);
    const list: ThriftValue[] = [];
    for (let i = 0; i < size; i++) list.push(this.#value(type, depth + 1));
    return list;
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new ThriftError('it ends too early');
    return byte;
  }

  #take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new ThriftError('it ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Exact up to 2^53, which no size, count or offset exceeds; larger ones (statistics we do not use) lose digits. */
  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new ThriftError('a number has no end');
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** What a field holds, for writing: fields must be given in rising order of id. */
export type ThriftField =
  | { id: number; i32: number }
  | { id: number; i64: number }
  | { id: number; i16: number }
  | { id: number; i8: number }
  | { id: number; bool: boolean }
  | { id: number; text: string }
  | { id: number; struct: ThriftField[] }
  | { id: number; structs: ThriftField[][] }
  | { id: number; i32s: number[] }
  | { id: number; texts: string[] };

/** Writes a struct as compact Thrift. */
export function encodeStruct(fields: ThriftField[]): Uint8Array {
  const writer = new ThriftWriter();
  writer.struct(fields);
  return writer.finish();
}

class ThriftWriter {
  #bytes = new Uint8Array(256);
  #size = 0;

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  struct(fields: ThriftField[]): void {
    let last = 0;
    for (const field of fields) {
      this.#field(field, last);
      last = field.id;
    }
    this.#byte(STOP);
  }

  #field(field: ThriftField, last: number): void {
    if ('bool' in field) return this.#head(field.id, last, field.bool ? TRUE : FALSE);
    if ('i32' in field) return this.#number(field.id, last, I32, field.i32);
    if ('i64' in field) return this.#number(field.id, last, I64, field.i64);
    if ('i16' in field) return this.#number(field.id, last, I16, field.i16);
    if ('i8' in field) {
      this.#head(field.id, last, BYTE);
      return this.#byte(field.i8 & 0xff);
    }
    if ('text' in field) {
      this.#head(field.id, last, BINARY);
      return this.#text(field.text);
    }
    if ('struct' in field) {
      this.#head(field.id, last, STRUCT);
      return this.struct(field.struct);
    }
    this.#head(field.id, last, LIST);
    if ('structs' in field) {
      this.#listHead(field.structs.length, STRUCT);
      for (const entry of field.structs) this.struct(entry);
    } else if ('i32s' in field) {
      this.#listHead(field.i32s.length, I32);
      for (const entry of field.i32s) this.#zigzag(entry);
    } else {
      this.#listHead(field.texts.length, BINARY);
      for (const entry of field.texts) this.#text(entry);
    }
  }

  #number(id: number, last: number, type: number, value: number): void {
    this.#head(id, last, type);
    this.#zigzag(value);
  }

  #head(id: number, last: number, type: number): void {
    if (id - last <= 15) return this.#byte(((id - last) << 4) | type);
    this.#byte(type);
    this.#zigzag(id);
  }

  #listHead(size: number, type: number): void {
    if (size < 15) return this.#byte((size << 4) | type);
    this.#byte(0xf0 | type);
    this.#varint(size);
  }

  #text(text: string): void {
    const bytes = encoder.encode(text);
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  #zigzag(value: number): void {
    this.#varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#size++] = byte;
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#size + more, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

const wrongType = (id: number): ThriftError => new ThriftError(`field ${id} is missing or of another type`);

export function numberField(struct: ThriftStruct, id: number): number {
  const value = struct.get(id);
  if (typeof value === 'number') return value;
  throw wrongType(id);
}

export const optionalNumber = (struct: ThriftStruct, id: number): number | undefined =>
  struct.has(id) ? numberField(struct, id) : undefined;

export function structField(struct: ThriftStruct, id: number): ThriftStruct {
  const value = struct.get(id);
  if (value instanceof Map) return value;
  throw wrongType(id);
}

export const optionalStruct = (struct: ThriftStruct, id: number): ThriftStruct | undefined =>
  struct.has(id) ? structField(struct, id) : undefined;

export function structList(struct: ThriftStruct, id: number): ThriftStruct[] {
  const value = struct.get(id) ?? [];
  if (!Array.isArray(value)) throw wrongType(id);
  return value.map((entry) => {
    if (entry instanceof Map) return entry;
    throw wrongType(id);
  });
}

export function textField(struct: ThriftStruct, id: number): string {
  const value = struct.get(id);
  if (value instanceof Uint8Array) return decoder.decode(value);
  throw wrongType(id);
}
