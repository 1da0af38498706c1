/** Column batches from plain values and back, slowly and plainly, so that tests do not rely on what they test. */
import * as fc from 'fast-check';
import { allocateFixed, physicalForm } from '../../../../core/columnar/allocate';
import type { ColumnBatch, ColumnVector } from '../../../../core/columnar/batch';
import type { LogicalType } from '../../../../core/types/table';

/** bigint: int64, time, timestamps, unscaled decimals; number: narrower integers, dates, floats; bytes: uuid, bytes, text. */
export type PlainValue = null | boolean | number | bigint | Uint8Array;

export interface PlainColumn {
  logical: LogicalType;
  values: PlainValue[];
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function vectorOf({ logical, values }: PlainColumn): ColumnVector {
  const validity = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 0 : 1)) : undefined;
  const form = physicalForm(logical);
  if (form === 'bytes') {
    const parts = values.map((value) => (value instanceof Uint8Array ? value : new Uint8Array(0)));
    const offsets = new Uint32Array(values.length + 1);
    parts.forEach((part, index) => (offsets[index + 1] = offsets[index]! + part.length));
    return { logical, ...(validity && { validity }), values: { data: Uint8Array.from(Buffer.concat(parts)), offsets } };
  }
  const out = allocateFixed(form, values.length);
  values.forEach((value, row) => {
    if (value === null) return;
    if (out instanceof BigInt64Array) out[row] = value as bigint;
    else if (form === 'fixed16')
      (out as Uint8Array).set(value instanceof Uint8Array ? value : sixteen(value as bigint), row * 16);
    else out[row] = Number(value);
  });
  return { logical, ...(validity && { validity }), values: out };
}

export const batchOf = (columns: PlainColumn[]): ColumnBatch => ({
  rows: columns[0]?.values.length ?? 0,
  columns: columns.map(vectorOf),
});

export function plainValues({ logical, validity, values }: ColumnVector, rows: number): PlainValue[] {
  return Array.from({ length: rows }, (_, row): PlainValue => {
    if (validity && validity[row] === 0) return null;
    if ('offsets' in values) return values.data.slice(values.offsets[row], values.offsets[row + 1]);
    if (values instanceof BigInt64Array) return values[row]!;
    if (logical.kind === 'boolean') return values[row] === 1;
    if (physicalForm(logical) !== 'fixed16') return values[row]!;
    const bytes = (values as Uint8Array).slice(row * 16, row * 16 + 16);
    return logical.kind === 'uuid' ? bytes : signed(bytes);
  });
}

export const plainColumns = (batch: ColumnBatch): PlainColumn[] =>
  batch.columns.map((vector) => ({ logical: vector.logical, values: plainValues(vector, batch.rows) }));

/** The columns of several batches, one after the other. */
export function joined(batches: ColumnBatch[], types: LogicalType[]): PlainColumn[] {
  return types.map((logical, index) => ({
    logical,
    values: batches.flatMap((batch) => plainValues(batch.columns[index]!, batch.rows)),
  }));
}

function sixteen(value: bigint): Uint8Array {
  const bits = BigInt.asUintN(128, value).toString(16).padStart(32, '0');
  return Uint8Array.from(Buffer.from(bits, 'hex'));
}

const signed = (bytes: Uint8Array): bigint => BigInt.asIntN(128, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));

const INT64_MAX = 2n ** 63n - 1n;
/** Microseconds of Postgres' first and of DuckDB's last moment, and the infinities. */
const FIRST_MICRO = -210_866_803_200_000_000n;
const LAST_MICRO = 9_223_371_244_800_000_000n;

/** Any integer in the range, often a small or an extreme one; `special` ones may lie outside. */
const bounded = (least: bigint, most: bigint, ...special: bigint[]): fc.Arbitrary<bigint> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: least, max: most }) },
    {
      weight: 2,
      arbitrary: fc.bigInt({ min: least > -100_000n ? least : -100_000n, max: most < 100_000n ? most : 100_000n }),
    },
    { weight: 1, arbitrary: fc.constantFrom(least, most, ...special) },
  );

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', 'paid', '🐘', ' ', 'tab\tand\\N', 'x'.repeat(127), 'y'.repeat(129), 'z'.repeat(5000)),
);

/** Any value of a type that every one of Postgres, Parquet and DuckDB holds. */
export function valueOf(logical: LogicalType): fc.Arbitrary<Exclude<PlainValue, null>> {
  switch (logical.kind) {
    case 'boolean':
      return fc.boolean();
    case 'int16':
      return fc.integer({ min: -0x8000, max: 0x7fff });
    case 'int32':
      return fc.integer();
    case 'int64':
      return bounded(-INT64_MAX - 1n, INT64_MAX, 2n ** 53n, -(2n ** 32n));
    case 'float32':
      return fc.oneof(fc.float(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, Math.fround(1e-45)));
    case 'float64':
      return fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 5e-324, 2.2e-308));
    case 'decimal': {
      const most = 10n ** BigInt(logical.precision) - 1n;
      return bounded(-most, most, logical.scale < logical.precision ? 10n ** BigInt(logical.scale) : 0n);
    }
    case 'date':
      return fc.oneof(
        fc.integer({ min: -2_440_588, max: 2_145_042_541 }),
        fc.integer({ min: -800_000, max: 800_000 }),
        fc.constantFrom(0x7fffffff, -0x7fffffff),
      );
    case 'time':
      return bounded(0n, 86_400_000_000n);
    case 'timestamp':
    case 'timestamptz':
      return bounded(FIRST_MICRO, LAST_MICRO, INT64_MAX, -INT64_MAX);
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 });
    case 'bytes':
      return fc.uint8Array({ maxLength: 200 });
    case 'text':
      return (logical.of === 'json' ? fc.json() : words)
        .filter((text) => !text.includes('\u0000') && text.isWellFormed())
        .map(utf8);
  }
}

const decimalType = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) =>
    fc.integer({ min: 0, max: precision }).map((scale): LogicalType => ({ kind: 'decimal', precision, scale })),
  );

const SIMPLE = [
  'boolean',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'bytes',
] as const;

export const anyLogical: fc.Arbitrary<LogicalType> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SIMPLE).map((kind): LogicalType => ({ kind })) },
  { weight: 2, arbitrary: decimalType },
  {
    weight: 2,
    arbitrary: fc.constantFrom('text', 'json', 'other').map((of): LogicalType => ({ kind: 'text', of: of as 'text' })),
  },
);

/** Columns of one table, with any pattern of NULLs. */
export const anyColumns: fc.Arbitrary<PlainColumn[]> = fc
  .tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.array(fc.tuple(anyLogical, fc.constantFrom(0, 1, 3)), { minLength: 1, maxLength: 6 }),
  )
  .chain(([rows, types]) =>
    fc.tuple(
      ...types.map(([logical, nulls]) => {
        const value = nulls === 0 ? valueOf(logical) : fc.option(valueOf(logical), { nil: null, freq: nulls });
        return fc
          .array(value, { minLength: rows, maxLength: rows })
          .map((values): PlainColumn => ({ logical, values }));
      }),
    ),
  );
