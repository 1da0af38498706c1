import type { ColumnBatch } from '../../../../core/columnar/batch';
import { createMasker, type MaskedColumn } from '../../../../core/mask/masker';
import { checkMask } from '../../../../core/mask/rules';
import type { ColumnMask } from '../../../../core/types/mask';
import type { LogicalType } from '../../../../core/types/table';
import { decimal, KEY, maskOne, maskValues, OTHER, plainOf, TEXT, vectorOf } from './vectors';

const column = (name: string, logical: LogicalType, more: Partial<MaskedColumn> = {}): MaskedColumn => ({
  name,
  part: { name, nativeType: 'sometype', logical },
  ...more,
});
const INT: LogicalType = { kind: 'int32' };
const JSON_TEXT: LogicalType = { kind: 'text', of: 'json' };
const NIL = '0'.repeat(32);

/** Every logical type with a value of it, as vectors.ts writes it. */
const SAMPLES: [LogicalType, string, string | number | bigint][] = [
  [{ kind: 'boolean' }, 'boolean', 1],
  [{ kind: 'int16' }, 'smallint', 12],
  [INT, 'integer', 12],
  [{ kind: 'int64' }, 'bigint', 12n],
  [{ kind: 'float32' }, 'real', 1.5],
  [{ kind: 'float64' }, 'double precision', 1.5],
  [decimal(9, 2), 'numeric(9,2)', 1234n],
  [decimal(30, 2), 'numeric(30,2)', 1234n],
  [{ kind: 'date' }, 'date', 7000],
  [{ kind: 'time' }, 'time', 1_000_000n],
  [{ kind: 'timestamp' }, 'timestamp', 1_000_000_000n],
  [{ kind: 'timestamptz' }, 'timestamptz', 1_000_000_000n],
  [{ kind: 'uuid' }, 'uuid', '00112233445566778899aabbccddeeff'],
  [{ kind: 'bytes' }, 'bytea', 'cafe'],
  [TEXT, 'text', 'hello'],
  [JSON_TEXT, 'jsonb', '{"a":1}'],
  [OTHER, 'inet', '10.0.0.1'],
];

describe('createMasker', () => {
  it('hands on the very vectors of columns without a mask, and of those that SQL has masked', () => {
    const batch: ColumnBatch = {
      rows: 2,
      columns: [vectorOf(INT, [1, 2]), vectorOf(TEXT, ['a', 'b']), vectorOf(INT, [3, 4])],
    };
    const masked = createMasker(
      [
        column('a', INT),
        column('b', TEXT, { mask: { rule: 'sql', sql: 'left(b, 1)' } }),
        column('c', INT, { mask: { rule: 'hash' } }),
      ],
      KEY,
    )(batch);
    expect(masked.columns[0]).toBe(batch.columns[0]);
    expect(masked.columns[1]).toBe(batch.columns[1]);
    expect(masked.columns[2]).not.toBe(batch.columns[2]);
  });

  it.each(SAMPLES)('leaves the slot of a NULL empty, whatever is made of %j, %s', (logical, nativeType, value) => {
    const masks: ColumnMask[] = [
      ...(['null', 'hash', 'email', 'phone', 'name', 'address'] as const).map((rule): ColumnMask => ({ rule })),
      { rule: 'redact', with: 'REDACTED' },
      { rule: 'constant', value: 7 },
      { rule: 'keep-last', n: 1, with: '*' },
      { rule: 'date-shift', days: 3 },
      { rule: 'noise', percent: 5 },
    ];
    const facts = { name: 'c', nativeType, logical, nullable: true, isKey: false };
    for (const mask of masks.filter((one) => checkMask(one, facts, {}) === undefined)) {
      const one = { name: 'c', part: { name: 'c', nativeType, logical }, mask };
      const [vector] = createMasker(
        [one],
        KEY,
      )({ rows: 3, columns: [vectorOf(logical, [value, null, value])] }).columns;
      const { values, validity } = vector!;
      expect(validity?.[1]).toBe(0);
      if ('offsets' in values) expect(values.offsets[2]).toBe(values.offsets[1]);
      else {
        const width = values.length / 3;
        expect(Array.from(values.subarray(width, 2 * width), Number)).toEqual(Array.from({ length: width }, () => 0));
      }
    }
  });

  it('never changes the batch that it is given', () => {
    const batch: ColumnBatch = { rows: 3, columns: [vectorOf(INT, [1, null, 3]), vectorOf(TEXT, ['a', null, 'c'])] };
    const before = structuredClone(batch);
    createMasker(
      [column('a', INT, { mask: { rule: 'hash' } }), column('b', TEXT, { mask: { rule: 'email' } })],
      KEY,
    )(batch);
    expect(batch).toEqual(before);
  });

  it.each(SAMPLES)('makes NULL of %j in any type', (logical, nativeType, value) => {
    expect(maskValues({ rule: 'null' }, logical, [value, null, value], { nativeType })).toEqual([null, null, null]);
  });

  it.each(SAMPLES)('redacts %j to the same value in every row, and keeps NULL', (logical, nativeType, value) => {
    const masked = maskValues({ rule: 'redact', with: 'REDACTED' }, logical, [value, null, value], { nativeType });
    expect(masked[1]).toBeNull();
    expect(masked[0]).toEqual(masked[2]);
    expect(masked[0]).not.toEqual(value);
  });

  it.each<[LogicalType, string, unknown]>([
    [{ kind: 'boolean' }, 'bit', 0],
    [{ kind: 'date' }, 'date', Date.UTC(1900, 0, 1) / 86_400_000],
    [{ kind: 'timestamp' }, 'timestamp', BigInt(Date.UTC(1900, 0, 1)) * 1000n],
    [{ kind: 'uuid' }, 'uuid', NIL],
    [{ kind: 'bytes' }, 'bytea', ''],
    [{ kind: 'bytes' }, 'binary(3)', '000000'],
    [JSON_TEXT, 'json', '"REDACTED"'],
    [OTHER, 'datetime2(7)', '1900-01-01 00:00:00.0000000'],
    [OTHER, 'datetimeoffset(0)', '1900-01-01 00:00:00 +00:00'],
    [OTHER, 'datetimeoffset(7)', '1900-01-01 00:00:00.0000000 +00:00'],
    [OTHER, 'time(7)', '00:00:00.0000000'],
    [OTHER, 'numeric', '0'],
  ])('redacts %j, %s, to %p', (logical, nativeType, expected) => {
    const value =
      logical.kind === 'text'
        ? 'x'
        : logical.kind === 'bytes' || logical.kind === 'uuid'
          ? NIL.replaceAll('0', 'a')
          : 1;
    expect(maskOne({ rule: 'redact', with: 'REDACTED' }, logical, value, { nativeType })).toEqual(expected);
  });

  it('cuts redacted text to the width of the column, between characters', () => {
    const redact = (text: string, maxLength: number) =>
      maskOne({ rule: 'redact', with: text }, TEXT, 'x', { maxLength });
    expect(redact('REDACTED', 3)).toBe('RED');
    expect(redact('ab👍', 3)).toBe('ab');
  });

  it.each<[LogicalType, string, string | number | boolean, unknown]>([
    [{ kind: 'boolean' }, 'bit', true, 1],
    [{ kind: 'int64' }, 'bigint', '9223372036854775807', 9223372036854775807n],
    [decimal(9, 2), 'numeric(9,2)', 12.5, 1250n],
    [decimal(30, 2), 'numeric(30,2)', '-12.50', -1250n],
    [{ kind: 'float64' }, 'float', 0.25, 0.25],
    [{ kind: 'date' }, 'date', '2024-02-29', Date.UTC(2024, 1, 29) / 86_400_000],
    [{ kind: 'time' }, 'time', '12:30:01.5', 45_001_500_000n],
    [{ kind: 'timestamp' }, 'timestamp', '2024-02-29 12:00', BigInt(Date.UTC(2024, 1, 29, 12)) * 1000n],
    [{ kind: 'timestamptz' }, 'timestamptz', '2024-02-29T12:00:00+02:00', BigInt(Date.UTC(2024, 1, 29, 10)) * 1000n],
    [{ kind: 'timestamptz' }, 'timestamptz', '2024-02-29 12:00:00Z', BigInt(Date.UTC(2024, 1, 29, 12)) * 1000n],
    [{ kind: 'uuid' }, 'uuid', '00112233-4455-6677-8899-AABBCCDDEEFF', '00112233445566778899aabbccddeeff'],
    [{ kind: 'bytes' }, 'varbinary(4)', '0xCAFE', 'cafe'],
    [TEXT, 'text', 'äöü', 'äöü'],
    [TEXT, 'char(4)', 'ab', 'ab  '],
    [JSON_TEXT, 'json', '{"a":1}', '{"a":1}'],
    [OTHER, 'datetime2(3)', '2020-01-01 10:00:00.123', '2020-01-01 10:00:00.123'],
  ])('fills %j, %s, with the constant %p', (logical, nativeType, value, expected) => {
    expect(maskValues({ rule: 'constant', value }, logical, [null], { nativeType })).toEqual([null]);
    const one = logical.kind === 'text' ? 'x' : logical.kind === 'bytes' ? 'aa' : logical.kind === 'uuid' ? NIL : 1;
    expect(maskOne({ rule: 'constant', value }, logical, one, { nativeType })).toEqual(expected);
  });

  it('refuses rules that planning would have refused', () => {
    expect(() => maskOne({ rule: 'email' }, INT, 1)).toThrow("Column c is sometype, and rule 'email' does not fit it");
    expect(() => maskOne({ rule: 'hash' }, { kind: 'boolean' }, 1)).toThrow('hides neither');
    expect(() => maskOne({ rule: 'date-shift', days: 3, by: 'gone' }, { kind: 'date' }, 1)).toThrow('gone');
    expect(() => maskOne({ rule: 'constant', value: 'x' }, INT, 1)).toThrow('is no whole number');
  });
});

describe('hash of uuids and bytes', () => {
  const uuids = Array.from({ length: 5_000 }, (_, index) => index.toString(16).padStart(32, '0'));

  it('makes different UUIDs of version 4', () => {
    const masked = maskValues({ rule: 'hash' }, { kind: 'uuid' }, [...uuids, null]) as string[];
    expect(masked.pop()).toBeNull();
    expect(new Set(masked).size).toBe(uuids.length);
    expect(masked.every((value) => /^.{12}4.{3}[89ab]/.test(value))).toBe(true);
  });

  it.each([
    ['bytea', undefined, 16],
    ['varbinary(8)', undefined, 8],
    ['varbinary(max)', undefined, 16],
    ['binary(20)', undefined, 20],
    ['binary(6)', undefined, 6],
  ])('fills %s', (nativeType, _, octets) => {
    const masked = maskValues({ rule: 'hash' }, { kind: 'bytes' }, ['', ...uuids.slice(0, 500), null], { nativeType });
    expect(masked[0]).toBe('');
    expect(masked.at(-1)).toBeNull();
    const rest = masked.slice(1, -1) as string[];
    expect(rest.every((value) => value.length === octets * 2)).toBe(true);
    expect(new Set(rest).size).toBe(500);
  });
});

describe('all rules of a table together', () => {
  it('are independent of one another and of the number of rows', () => {
    const names = Array.from({ length: 100 }, (_, index) => `name ${index}`);
    const columns = [
      column('id', INT, { mask: { rule: 'hash' } }),
      column('email', TEXT, { mask: { rule: 'email' } }),
      column('name', TEXT, { mask: { rule: 'name' } }),
    ];
    const masker = createMasker(columns, KEY);
    const batchOf = (some: string[]): ColumnBatch => ({
      rows: some.length,
      columns: [
        vectorOf(
          INT,
          some.map((_, index) => index),
        ),
        vectorOf(TEXT, some),
        vectorOf(TEXT, some),
      ],
    });
    const whole = masker(batchOf(names));
    const small = masker(batchOf(names.slice(0, 7)));
    whole.columns.forEach((vector, index) =>
      expect(plainOf(small.columns[index]!, 7)).toEqual(plainOf(vector, 100).slice(0, 7)),
    );
    expect(masker({ rows: 0, columns: batchOf([]).columns }).rows).toBe(0);
  });
});
