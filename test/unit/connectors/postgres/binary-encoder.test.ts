import * as fc from 'fast-check';
import {
  BINARY_HEADER,
  BINARY_TRAILER,
  canEncodeBinary,
  encodeBinary,
  RowValueError,
} from '../../../../connectors/postgres/binary-encoder';
import { encodeText } from '../../../../connectors/postgres/text-encoder';
import type { LogicalType } from '../../../../core/types/table';
import { batchOf, type PlainValue, utf8 } from '../../core/columnar/values';
import { header, numericBytes, row, trailer } from './binary-naive';

const text: LogicalType = { kind: 'text', of: 'text' };
const decimal = (precision: number, scale: number): LogicalType => ({ kind: 'decimal', precision, scale });

const target = (logical: LogicalType, nativeType: string) => ({ name: 'c', logical, nativeType });
const encode = (logical: LogicalType, nativeType: string, values: PlainValue[]): Buffer =>
  Buffer.concat([...encodeBinary(batchOf([{ logical, values }]), [target(logical, nativeType)])]);
const encodeAsText = (logical: LogicalType, nativeType: string, values: PlainValue[]): string =>
  Buffer.concat([...encodeText(batchOf([{ logical, values }]), [target(logical, nativeType)])]).toString();

describe('encodeBinary', () => {
  it('has the header and trailer of the documentation', () => {
    expect(Buffer.from(BINARY_HEADER).equals(header())).toBe(true);
    expect(Buffer.from(BINARY_TRAILER).equals(trailer())).toBe(true);
  });

  it('writes decimals and integers with the scale of a numeric that holds them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 38 }),
        fc.nat({ max: 38 }),
        fc.bigInt(-(10n ** 38n) + 1n, 10n ** 38n - 1n),
        fc.integer({ min: 0, max: 10 }),
        (precision, rawScale, raw, wider) => {
          const scale = Math.min(rawScale, precision);
          const value = raw % 10n ** BigInt(precision);
          const wire = encode(decimal(precision, scale), `numeric(${precision + 2 * wider},${scale + wider})`, [value]);
          expect(wire.equals(row([numericBytes(value, scale, scale + wider)]))).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('refuses exactly those decimals that a narrower numeric would round or not take', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(9, 18, 38),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: -3, max: 12 }),
        fc.bigInt(-(10n ** 9n) + 1n, 10n ** 9n - 1n),
        (precision, scale, toPrecision, toScale, raw) => {
          const value = raw % 10n ** 9n;
          const magnitude = value < 0n ? -value : value;
          // As a multiple of 10^-20, so that every scale here divides.
          const fine = magnitude * 10n ** BigInt(20 - scale);
          const fits = fine % 10n ** BigInt(20 - toScale) === 0n && fine < 10n ** BigInt(20 + toPrecision - toScale);
          const nativeType = `numeric(${toPrecision},${toScale})`;
          for (const attempt of [
            () => encode(decimal(precision, scale), nativeType, [value]),
            () => encodeAsText(decimal(precision, scale), nativeType, [value]),
          ]) {
            if (fits) expect(attempt).not.toThrow();
            else expect(attempt).toThrow(RowValueError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each<[string, LogicalType, string, PlainValue, string]>([
    ['an int4 in a smallint', { kind: 'int32' }, 'smallint', 32768, 'VALUE_NOT_REPRESENTABLE'],
    ['an int8 in an integer', { kind: 'int64' }, 'integer', 2147483648n, 'VALUE_NOT_REPRESENTABLE'],
    ['a huge int8 in an integer', { kind: 'int64' }, 'integer', -(2n ** 63n), 'VALUE_NOT_REPRESENTABLE'],
    ['a negative oid', { kind: 'int64' }, 'oid', -1n, 'VALUE_NOT_REPRESENTABLE'],
    ['an int8 that no double holds', { kind: 'int64' }, 'double precision', 2n ** 53n + 1n, 'VALUE_NOT_REPRESENTABLE'],
    ['an int4 that no float holds', { kind: 'int32' }, 'real', 16_777_217, 'VALUE_NOT_REPRESENTABLE'],
    ['a double that no float holds', { kind: 'float64' }, 'real', 0.1, 'VALUE_NOT_REPRESENTABLE'],
    ['an integer too long for a numeric', { kind: 'int32' }, 'numeric(4,2)', 100, 'VALUE_NOT_REPRESENTABLE'],
    [
      'a fraction of a second',
      { kind: 'timestamp' },
      'timestamp(3) without time zone',
      1_500n,
      'VALUE_NOT_REPRESENTABLE',
    ],
    [
      'a fraction of a second before the epoch',
      { kind: 'timestamptz' },
      'timestamp(0) with time zone',
      -1n,
      'VALUE_NOT_REPRESENTABLE',
    ],
    [
      'a fraction of a second of a time',
      { kind: 'time' },
      'time(1) without time zone',
      10_000n,
      'VALUE_NOT_REPRESENTABLE',
    ],
    ['a time of day after 24:00', { kind: 'time' }, 'time', 86_400_000_001n, 'VALUE_NOT_REPRESENTABLE'],
    ['a day before Postgres begins', { kind: 'date' }, 'date', -2_440_589, 'VALUE_NOT_REPRESENTABLE'],
    [
      'a moment before Postgres begins',
      { kind: 'timestamp' },
      'timestamp',
      -(2n ** 63n) + 2n,
      'VALUE_NOT_REPRESENTABLE',
    ],
    ['a text that is too long', text, 'character varying(3)', utf8('äöüß'), 'VALUE_TOO_LONG'],
    ['trailing spaces that would be cut', text, 'varchar(2)', utf8('ab '), 'VALUE_TOO_LONG'],
    ['a text too long for char', text, 'character(2)', utf8('abc'), 'VALUE_TOO_LONG'],
    ['blanks that char would cut', text, 'character(2)', utf8('ab  '), 'VALUE_TOO_LONG'],
    ['a text that char would pad', text, 'character(2)', utf8('ä'), 'VALUE_NOT_REPRESENTABLE'],
    ['a text that name would cut', text, 'name', utf8('x'.repeat(64)), 'VALUE_TOO_LONG'],
  ])('refuses %s, naming row and column', (_, logical, nativeType, value, code) => {
    const attempt = (): unknown => {
      try {
        return encode(logical, nativeType, [null, value, value]);
      } catch (error) {
        return error;
      }
    };
    expect(attempt()).toMatchObject({
      code,
      row: 1,
      columnIndex: 0,
      place: { column: 'c' },
      message: expect.stringContaining(nativeType),
    });
  });

  it.each<[string, LogicalType, string, PlainValue, string]>([
    ['a smallint in a bigint', { kind: 'int16' }, 'bigint', -2, 'fffffffffffffffe'],
    ['an int8 in a smallint', { kind: 'int64' }, 'smallint', -32768n, '8000'],
    ['a decimal without a scale in an integer', decimal(10, 0), 'integer', 7n, '00000007'],
    ['the largest oid', { kind: 'int64' }, 'oid', 4294967295n, 'ffffffff'],
    ['a float in a double', { kind: 'float32' }, 'double precision', 0.5, '3fe0000000000000'],
    ['a double that a float holds', { kind: 'float64' }, 'real', 0.5, '3f000000'],
    [
      'milliseconds in timestamp(3)',
      { kind: 'timestamp' },
      'timestamp(3) without time zone',
      946_684_800_001_000n,
      '00000000000003e8',
    ],
    [
      'infinity in timestamp(3)',
      { kind: 'timestamp' },
      'timestamp(3) without time zone',
      2n ** 63n - 1n,
      '7fffffffffffffff',
    ],
    ['four umlauts in varchar(4)', text, 'varchar(4)', utf8('äöüß'), 'c3a4c3b6c3bcc39f'],
    ['a value of char with its padding', text, 'character(2)', utf8('ä '), 'c3a420'],
    ['jsonb behind its version', { kind: 'text', of: 'json' }, 'jsonb', utf8('[]'), '015b5d'],
  ])('writes %s', (_, logical, nativeType, value, hex) => {
    expect(encode(logical, nativeType, [value]).subarray(6).toString('hex')).toBe(hex);
  });

  it('writes the labels of an enum, and of no other type that it does not know', () => {
    expect(canEncodeBinary({ logical: text, isEnum: true }, 'mood')).toBe(true);
    for (const type of [
      'mood',
      'interval',
      'integer[]',
      'money',
      'inet',
      '"integer"',
      'timestamp with time zone[]',
      'bit(3)',
    ]) {
      expect(canEncodeBinary({ logical: text }, type)).toBe(false);
    }
    expect(canEncodeBinary({ logical: { kind: 'timestamp' } }, 'timestamp with time zone')).toBe(false);
    expect(canEncodeBinary({ logical: text }, 'integer')).toBe(false);
    expect(() => encode(text, 'interval', [utf8('1 day')])).toThrow(
      expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED' }),
    );
  });

  it('cuts chunks of whole rows, of about half a megabyte unless a row is longer', () => {
    const values = Array.from({ length: 60 }, (_, index) => utf8('x'.repeat(index === 30 ? 2_000_000 : 100_000)));
    const chunks = [...encodeBinary(batchOf([{ logical: text, values }]), [target(text, 'text')])];
    expect(chunks.length).toBeGreaterThan(8);
    expect(chunks.filter((chunk) => chunk.length > 600_000).map((chunk) => chunk.length)).toEqual([2_000_006]);
    expect(Buffer.concat(chunks).equals(Buffer.concat(values.map((value) => row([Buffer.from(value)]))))).toBe(true);
  });
});

describe('encodeText', () => {
  it.each<[string, LogicalType, PlainValue, string]>([
    ['NULL', text, null, '\\N'],
    ['text that looks like NULL', text, utf8('\\N'), '\\\\N'],
    ['characters with a meaning', text, utf8('a\tb\nc\rd\be\ff\vg\\'), 'a\\tb\\nc\\rd\\be\\ff\\vg\\\\'],
    ['an empty text', text, utf8(''), ''],
    ['bytes', { kind: 'bytes' }, Uint8Array.of(0, 255, 92), '\\\\x00ff5c'],
    ['a boolean', { kind: 'boolean' }, true, 'true'],
    ['an int8', { kind: 'int64' }, -(2n ** 63n), '-9223372036854775808'],
    ['a small negative decimal', decimal(18, 6), -1n, '-0.000001'],
    ['a long decimal', decimal(38, 38), 10n ** 37n, `0.1${'0'.repeat(37)}`],
    ['a float by its shortest digits', { kind: 'float32' }, Math.fround(0.1), '0.1'],
    ['a negative zero', { kind: 'float32' }, -0, '-0'],
    ['a day before Christ', { kind: 'date' }, -719_529, '0002-12-31 BC'],
    ['the end of days', { kind: 'date' }, 0x7fffffff, 'infinity'],
    ['midnight at the end', { kind: 'time' }, 86_400_000_000n, '24:00:00'],
    ['a moment before the epoch', { kind: 'timestamp' }, -1n, '1969-12-31 23:59:59.999999'],
    ['a moment long ago', { kind: 'timestamptz' }, -62_198_755_200_000_000n, '0002-01-01 00:00:00+00 BC'],
    ['minus infinity', { kind: 'timestamptz' }, -(2n ** 63n) + 1n, '-infinity'],
    ['a uuid', { kind: 'uuid' }, Uint8Array.from({ length: 16 }, (_, i) => i), '00010203-0405-0607-0809-0a0b0c0d0e0f'],
  ])('writes %s', (_, logical, value, expected) => {
    expect(encodeAsText(logical, 'text', [value])).toBe(`${expected}\n`);
  });

  it('refuses types whose values the server would round without a word', () => {
    for (const [logical, nativeType] of [
      [{ kind: 'float64' }, 'numeric(10,2)'],
      [decimal(10, 2), 'double precision'],
      [{ kind: 'timestamptz' }, 'timestamp without time zone'],
      [{ kind: 'timestamp' }, 'date'],
    ] as const) {
      expect(() => encodeAsText(logical, nativeType, [null])).toThrow(
        expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED', place: { column: 'c' } }),
      );
    }
  });
});
