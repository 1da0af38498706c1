/** Binary COPY as its documentation describes it, a value at a time: what decoder and encoder are compared with. */
import type { LogicalType } from '../../../../core/types/table';
import type { PlainColumn, PlainValue } from '../../core/columnar/values';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const EPOCH_MICROS = 946_684_800_000_000n;
const EPOCH_DAYS = 10_957;
const INT64_MAX = 2n ** 63n - 1n;

/** The native type in which Postgres would have a column. */
export function nativeTypeOf(logical: LogicalType): string {
  switch (logical.kind) {
    case 'boolean':
      return 'boolean';
    case 'int16':
      return 'smallint';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float32':
      return 'real';
    case 'float64':
      return 'double precision';
    case 'decimal':
      return `numeric(${logical.precision},${logical.scale})`;
    case 'date':
      return 'date';
    case 'time':
      return 'time without time zone';
    case 'timestamp':
      return 'timestamp without time zone';
    case 'timestamptz':
      return 'timestamp with time zone';
    case 'uuid':
      return 'uuid';
    case 'bytes':
      return 'bytea';
    case 'text':
      return logical.of === 'json' ? 'jsonb' : 'text';
  }
}

const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** A numeric, from its decimal notation, grouped by fours around the point. */
export function numericBytes(unscaled: bigint, scale: number, display = scale): Buffer {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  const left = whole.padStart(Math.ceil(whole.length / 4) * 4, '0');
  const right = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
  const groups = ((left + right).match(/.{4}/g) ?? []).map(Number);
  let weight = left.length / 4 - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight--;
  }
  while (groups.at(-1) === 0) groups.pop();
  const head = [groups.length, groups.length === 0 ? 0 : weight, unscaled < 0n ? 0x4000 : 0, display];
  const bytes = Buffer.alloc(8 + groups.length * 2);
  [...head, ...groups].forEach((value, index) =>
    index === 2 ? bytes.writeUInt16BE(value, 4) : bytes.writeInt16BE(value, index * 2),
  );
  return bytes;
}

function fieldBytes(logical: LogicalType, nativeType: string, value: Exclude<PlainValue, null>): Buffer {
  switch (logical.kind) {
    case 'boolean':
      return Buffer.from([value === true ? 1 : 0]);
    case 'int16':
      return int32(Number(value)).subarray(2);
    case 'int32':
      return int32(Number(value));
    case 'int64':
    case 'time':
      return int64(BigInt(value as bigint));
    case 'float32': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(Number(value));
      return bytes;
    }
    case 'float64': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(value));
      return bytes;
    }
    case 'decimal':
      return numericBytes(value as bigint, logical.scale);
    case 'date':
      return int32(
        value === 0x7fffffff ? 0x7fffffff : value === -0x7fffffff ? -0x80000000 : Number(value) - EPOCH_DAYS,
      );
    case 'timestamp':
    case 'timestamptz':
      return int64(
        value === INT64_MAX ? INT64_MAX : value === -INT64_MAX ? -INT64_MAX - 1n : (value as bigint) - EPOCH_MICROS,
      );
    case 'uuid':
    case 'bytes':
      return Buffer.from(value as Uint8Array);
    case 'text':
      return nativeType === 'jsonb'
        ? Buffer.concat([Buffer.from([1]), value as Uint8Array])
        : Buffer.from(value as Uint8Array);
  }
}

export const header = (): Buffer => Buffer.concat([SIGNATURE, int32(0), int32(0)]);
export const trailer = (): Buffer => Buffer.from([0xff, 0xff]);

export function row(fields: (Buffer | null)[]): Buffer {
  const parts = [int32(fields.length).subarray(2)];
  for (const field of fields) parts.push(...(field === null ? [int32(-1)] : [int32(field.length), field]));
  return Buffer.concat(parts);
}

/** A whole stream. */
export function naiveEncode(columns: PlainColumn[]): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const body = Array.from({ length: rows }, (_, index) =>
    row(
      columns.map(({ logical, values }) =>
        values[index] === null ? null : fieldBytes(logical, nativeTypeOf(logical), values[index]!),
      ),
    ),
  );
  return Buffer.concat([header(), ...body, trailer()]);
}
