/** Columns of batches from plain values and back, for tests: decimals as unscaled bigints, uuids and bytes as hex. */
import { allocateFixed, physicalForm } from '../../../../core/columnar/allocate';
import type { ColumnBatch, ColumnVector } from '../../../../core/columnar/batch';
import { readInt128, writeInt128 } from '../../../../core/columnar/int128';
import { createMasker, type MaskedColumn } from '../../../../core/mask/masker';
import type { ColumnMask } from '../../../../core/types/mask';
import type { LogicalType } from '../../../../core/types/table';

export type Plain = string | number | bigint | null;

export const KEY = Uint8Array.from({ length: 16 }, (_, index) => index * 7 + 1);
export const TEXT: LogicalType = { kind: 'text', of: 'text' };
export const OTHER: LogicalType = { kind: 'text', of: 'other' };
export const decimal = (precision: number, scale = 0): LogicalType => ({ kind: 'decimal', precision, scale });

export function vectorOf(logical: LogicalType, values: readonly Plain[]): ColumnVector {
  const validity = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  const more = values.includes(null) ? { validity } : {};
  const form = physicalForm(logical);
  if (form === 'bytes') {
    const encoded = values.map((value) =>
      value === null ? Buffer.alloc(0) : Buffer.from(String(value), logical.kind === 'bytes' ? 'hex' : 'utf8'),
    );
    const offsets = new Uint32Array(values.length + 1);
    encoded.forEach((bytes, index) => (offsets[index + 1] = offsets[index]! + bytes.length));
    return { logical, ...more, values: { data: new Uint8Array(Buffer.concat(encoded)), offsets } };
  }
  const room = allocateFixed(form, values.length);
  values.forEach((value, index) => {
    if (value === null) return;
    if (room instanceof BigInt64Array) room[index] = BigInt(value);
    else if (form !== 'fixed16') room[index] = Number(value);
    else if (logical.kind === 'uuid') (room as Uint8Array).set(Buffer.from(String(value), 'hex'), index * 16);
    else writeInt128(new DataView(room.buffer), index * 16, BigInt(value));
  });
  return { logical, ...more, values: room };
}

export function plainOf({ logical, validity, values }: ColumnVector, rows: number): Plain[] {
  return Array.from({ length: rows }, (_, index): Plain => {
    if (validity && validity[index] === 0) return null;
    if ('offsets' in values) {
      const bytes = values.data.subarray(values.offsets[index], values.offsets[index + 1]);
      if (logical.kind === 'bytes') return Buffer.from(bytes).toString('hex');
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    if (physicalForm(logical) !== 'fixed16') return values[index]!;
    if (logical.kind === 'uuid')
      return Buffer.from((values as Uint8Array).subarray(index * 16, index * 16 + 16)).toString('hex');
    return readInt128(new DataView(values.buffer, values.byteOffset), index * 16);
  });
}

export interface Options extends Partial<Omit<MaskedColumn, 'part'>> {
  nativeType?: string;
  key?: Uint8Array;
}

/** Masks one column of values. */
export function maskValues(mask: ColumnMask, logical: LogicalType, values: readonly Plain[], options: Options = {}) {
  const { nativeType = 'sometype', key = KEY, ...more } = options;
  const masker = createMasker([{ name: 'c', part: { name: 'c', nativeType, logical }, mask, ...more }], key);
  const batch: ColumnBatch = { rows: values.length, columns: [vectorOf(logical, values)] };
  return plainOf(masker(batch).columns[0]!, values.length);
}

export const maskOne = (mask: ColumnMask, logical: LogicalType, value: Plain, options: Options = {}): Plain =>
  maskValues(mask, logical, [value], options)[0]!;
