import * as fc from 'fast-check';
import { columnMetadata, declaration, type BulkColumn } from '../../../../connectors/mssql/bulk-columns';
import { encodeRows } from '../../../../connectors/mssql/bulk-encoder';
import { TdsReader } from '../../../../connectors/mssql/tds-reader';
import type { LogicalType } from '../../../../core/types/table';
import { batchOf, joined, plainColumns, utf8, type PlainValue } from '../../core/columnar/values';

const column = (name: string, type: string, facts: Partial<BulkColumn> = {}): BulkColumn => ({
  name,
  type,
  nativeType: type,
  maxLength: 8,
  precision: 0,
  scale: 0,
  nullable: true,
  collation: null,
  ...facts,
});

const hex = (logical: LogicalType, value: PlainValue, target: BulkColumn): string =>
  [...encodeRows(batchOf([{ logical, values: [value] }]), [target])].map(({ data }) => data.toString('hex')).join('').slice(2); // prettier-ignore

const decimal = (precision: number, scale: number): LogicalType => ({ kind: 'decimal', precision, scale });
const TEXT: LogicalType = { kind: 'text', of: 'text' };
const OTHER: LogicalType = { kind: 'text', of: 'other' };
const micros = (text: string): bigint => BigInt(Date.parse(`${text}Z`)) * 1000n;

describe('rows of a bulk load', () => {
  it.each<[title: string, LogicalType, PlainValue, BulkColumn, expected: string]>([
    ['the largest decimal', decimal(38, 10), 10n ** 38n - 1n, column('d', 'decimal', { precision: 38, scale: 10 }), '1101ffffffff3f228a097ac4865aa84c3b4b'],
    ['the smallest decimal', decimal(38, 10), -(10n ** 38n) + 1n, column('d', 'decimal', { precision: 38, scale: 10 }), '1100ffffffff3f228a097ac4865aa84c3b4b'],
    ['a narrow decimal in full width', decimal(5, 2), -513n, column('d', 'decimal', { precision: 5, scale: 2 }), `110001020000${'00'.repeat(12)}`],
    ['a decimal that gains places', decimal(5, 1), 15n, column('d', 'decimal', { precision: 10, scale: 3 }), `1101dc050000${'00'.repeat(12)}`],
    ['a whole number as decimal', { kind: 'int64' }, -1n, column('d', 'decimal', { precision: 20, scale: 0 }), `110001${'00'.repeat(15)}`],
    ['money, high half first', decimal(19, 4), -1n, column('m', 'money'), '08ffffffffffffffff'],
    ['the largest money', decimal(19, 4), 2n ** 63n - 1n, column('m', 'money'), '08ffffff7fffffffff'],
    ['smallmoney', decimal(10, 4), -2147483648n, column('m', 'smallmoney'), '0400000080'],
    ['negative zero', { kind: 'float64' }, -0, column('f', 'float'), '080000000000000080'],
    ['the smallest bigint', { kind: 'int64' }, -(2n ** 63n), column('i', 'bigint'), '080000000000000080'],
    ['a tinyint above 127', { kind: 'int16' }, 255, column('i', 'tinyint'), '01ff'],
    ['a GUID in its mixed order', { kind: 'uuid' }, Buffer.from('00112233445566778899aabbccddeeff', 'hex'), column('g', 'uniqueidentifier'), '1033221100554477668899aabbccddeeff'],
    ['the last moment of datetime2(7)', OTHER, utf8('9999-12-31 23:59:59.9999999'), column('t', 'datetime2', { scale: 7 }), '08ffbf692ac9dab937'],
    ['the first of datetime2(0)', { kind: 'timestamp' }, micros('0001-01-01T00:00:00'), column('t', 'datetime2', { scale: 0 }), '06000000000000'],
    ['time(7)', OTHER, utf8('00:00:00.0000001'), column('t', 'time', { scale: 7 }), '050100000000'],
    ['time(3) from microseconds', { kind: 'time' }, 86_399_999_000n, column('t', 'time', { scale: 3 }), '04ff5b2605'],
    ['an offset: UTC on the wire', OTHER, utf8('0001-01-02 00:30:00 +01:00'), column('t', 'datetimeoffset', { scale: 0 }), '08784a010000003c00'],
    ['datetime as it is shown', { kind: 'timestamp' }, micros('1900-01-02T00:00:00.003'), column('t', 'datetime'), '080100000001000000'],
    ['datetime as it is counted', { kind: 'timestamp' }, micros('1900-01-01T00:00:00') + 6667n, column('t', 'datetime'), '080000000002000000'],
    ['the first datetime', { kind: 'timestamp' }, micros('1753-01-01T00:00:00'), column('t', 'datetime'), '08462effff00000000'],
    ['the last smalldatetime', { kind: 'timestamp' }, micros('2079-06-06T23:59:00'), column('t', 'smalldatetime'), '04ffff9f05'],
    ['nvarchar with a NUL and a pair', TEXT, utf8('a\0😀'), column('s', 'nvarchar', { maxLength: 20 }), '0800610000003dd800de'],
    ['an empty nvarchar(max)', TEXT, utf8(''), column('s', 'nvarchar', { maxLength: -1 }), '000000000000000000000000'],
    ['varbinary(max) in one chunk', { kind: 'bytes' }, Uint8Array.of(1, 2), column('b', 'varbinary', { maxLength: -1 }), '020000000000000002000000010200000000'],
    ['NULL of a limited type', TEXT, null, column('s', 'varchar', { maxLength: 20 }), 'ffff'],
    ['NULL of a max type', TEXT, null, column('s', 'nvarchar', { maxLength: -1 }), 'ffffffffffffffff'],
    ['NULL of a fixed type', { kind: 'int32' }, null, column('i', 'int'), '00'],
    ['blanks beyond the width of char', TEXT, utf8('ab   '), column('s', 'nchar', { maxLength: 6 }), '0600610062002000'],
  ])('has %s', (_title, logical, value, target, expected) => {
    expect(hex(logical, value, target)).toBe(expected);
  }); // prettier-ignore

  it('writes text of a code page as the server said, and refuses what it lacks', () => {
    const bytes = new Int32Array(65_536).fill(-1);
    for (let ascii = 0; ascii < 128; ascii++) bytes[ascii] = ascii;
    bytes[0x20ac] = 0x80;
    bytes[0x3042] = 0x82a0;
    const target = column('s', 'varchar', { maxLength: 5, nativeType: 'varchar(5)', codePage: { name: '932', bytes } });
    expect(hex(TEXT, utf8('a€あ'), target)).toBe('0400618082a0');
    expect(() => hex(TEXT, utf8('aé'), target)).toThrow(/code page 932 lacks the character U\+00E9/);
    expect(() => hex(TEXT, utf8('ああああ'), target)).toThrow(expect.objectContaining({ code: 'VALUE_TOO_LONG' }));
    expect(() => hex(TEXT, utf8('😀'), target)).toThrow(/U\+1F600/);
  });

  it('never quotes a value that it refuses', () => {
    const secret = 'very secret value';
    const refusals = [
      () => hex(TEXT, utf8(secret), column('s', 'nvarchar', { maxLength: 4 })),
      () => hex(OTHER, utf8(secret), column('s', 'datetime2', { scale: 7 })),
    ];
    for (const refusal of refusals) expect(refusal).toThrow(expect.not.objectContaining({ message: expect.stringContaining(secret) as string })); // prettier-ignore
  });

  it('declares columns with their collation and quotes their names', () => {
    const quoted = declaration(column('a]b', 'varchar', { maxLength: 5, collation: 'Latin1_General_CI_AS' }));
    expect(quoted).toMatch(/^(\[a\]\]b\]|"a\]b") varchar\(5\) COLLATE Latin1_General_CI_AS$/);
    expect(declaration(column('x', 'nvarchar', { maxLength: -1 }))).toBe('[x] nvarchar(max)');
    expect(declaration(column('x', 'numeric', { precision: 9, scale: 2 }))).toBe('[x] numeric(9,2)');
  });

  const opt = <T extends PlainValue>(value: fc.Arbitrary<T>): fc.Arbitrary<PlainValue> => fc.option(value);
  const text = fc
    .string({ unit: 'grapheme' })
    .filter((value) => value.isWellFormed())
    .map(utf8);
  const KINDS: [LogicalType, BulkColumn, fc.Arbitrary<PlainValue>][] = [
    [{ kind: 'boolean' }, column('c', 'bit'), fc.boolean()],
    [{ kind: 'int16' }, column('c', 'smallint'), fc.integer({ min: -0x8000, max: 0x7fff })],
    [{ kind: 'int32' }, column('c', 'int'), fc.integer()],
    [{ kind: 'int64' }, column('c', 'bigint'), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    [{ kind: 'float64' }, column('c', 'float'), fc.double({ noNaN: true, noDefaultInfinity: true })],
    [decimal(18, 4), column('c', 'decimal', { precision: 18, scale: 4 }), fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n })],
    [decimal(38, 10), column('c', 'decimal', { precision: 38, scale: 10 }), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })],
    [decimal(19, 4), column('c', 'money'), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    [{ kind: 'date' }, column('c', 'date'), fc.integer({ min: -719_162, max: 2_932_896 })],
    [{ kind: 'time' }, column('c', 'time', { scale: 6 }), fc.bigInt({ min: 0n, max: 86_399_999_999n })],
    [{ kind: 'timestamp' }, column('c', 'datetime2', { scale: 6 }), fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })],
    [{ kind: 'uuid' }, column('c', 'uniqueidentifier'), fc.uint8Array({ minLength: 16, maxLength: 16 })],
    [{ kind: 'bytes' }, column('c', 'varbinary', { maxLength: -1 }), fc.uint8Array()],
    [TEXT, column('c', 'nvarchar', { maxLength: -1 }), text],
    [TEXT, column('c', 'nvarchar', { maxLength: 8000 }), text],
  ]; // prettier-ignore

  it('comes back unchanged when it is read as an answer of a server is read', () => {
    const table = fc.subarray(KINDS, { minLength: 1 }).chain((kinds) =>
      fc
        .array(fc.tuple(...kinds.map(([, , values]) => opt(values))), { maxLength: 50 })
        .map((rows) => ({ kinds, columns: kinds.map(([logical], at) => ({ logical, values: rows.map((row) => row[at] ?? null) })) })),
    ); // prettier-ignore
    fc.assert(
      fc.property(table, ({ kinds, columns }) => {
        const targets = kinds.map(([, target], at) => ({ ...target, name: `c${at}` }));
        const reader = new TdsReader(kinds.map(([logical], at) => ({ name: `c${at}`, nativeType: '', logical })), { batchRows: 1000 }); // prettier-ignore
        reader.push(columnMetadata(targets));
        for (const { data } of encodeRows(batchOf(columns), targets)) reader.push(data);
        const rows = columns[0]?.values.length ?? 0;
        const done = Buffer.alloc(13);
        done[0] = 0xfd;
        done[1] = 0x10;
        done.writeUInt32LE(rows, 5);
        reader.push(done);
        const batches = [];
        for (let batch = reader.take(); batch; batch = reader.take()) batches.push(batch);
        for (let batch = reader.finish(); batch; batch = reader.finish()) batches.push(batch);
        expect(joined(batches, kinds.map(([logical]) => logical))).toEqual(plainColumns(batchOf(columns))); // prettier-ignore
      }),
      { numRuns: 200 },
    );
  });
});
