import * as fc from 'fast-check';
import { BinaryCopyDecoder, NeedsText } from '../../../../connectors/postgres/binary-decoder';
import type { LogicalType } from '../../../../core/types/table';
import { anyColumns, plainValues } from '../../core/columnar/values';
import { header, naiveEncode, nativeTypeOf, numericBytes, row, trailer } from './binary-naive';

const decode = (logical: LogicalType, fields: (Buffer | null)[], nativeType = nativeTypeOf(logical)) => {
  const decoder = new BinaryCopyDecoder([{ name: 'c', nativeType, logical }], { batchRows: 100 });
  decoder.push(Buffer.concat([header(), ...fields.map((field) => row([field])), trailer()]));
  const batch = decoder.finish();
  return plainValues(batch!.columns[0]!, batch!.rows);
};

describe('BinaryCopyDecoder', () => {
  it('tells a stream that is cut short from one that is whole', () => {
    fc.assert(
      fc.property(anyColumns, fc.nat(), (columns, at) => {
        const whole = naiveEncode(columns);
        const decoder = new BinaryCopyDecoder(
          columns.map(({ logical }, index) => ({ name: `c${index}`, logical, nativeType: nativeTypeOf(logical) })),
          { batchRows: 1000 },
        );
        decoder.push(whole, 0, at % whole.length);
        expect(() => decoder.finish()).toThrow('ends before its trailer');
      }),
    );
  });

  it.each([
    ['a wrong signature', Buffer.from('PGCOPX\n\xff\r\n\0', 'latin1'), 'signature'],
    ['critical flags', Buffer.concat([header().subarray(0, 11), Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])]), 'flags'],
    ['another number of fields', Buffer.concat([header(), row([null, null])]), 'has 2 fields where 1 were expected'],
    ['a negative length', Buffer.concat([header(), Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xfe])]), 'has -2 bytes'],
    [
      'an impossible length',
      Buffer.concat([header(), Buffer.from([0, 1, 0x7f, 0xff, 0xff, 0xff])]),
      'has 2147483647 bytes',
    ],
    ['bytes behind the trailer', Buffer.concat([header(), trailer(), Buffer.from([0])]), 'follow its trailer'],
  ])('refuses %s', (_, wire, message) => {
    const decoder = new BinaryCopyDecoder([{ name: 'c', nativeType: 'integer', logical: { kind: 'int32' } }], {
      batchRows: 10,
    });
    expect(() => decoder.push(wire)).toThrow(message);
  });

  it.each<[string, LogicalType, Buffer]>([
    ['a boolean of two bytes', { kind: 'boolean' }, Buffer.from([0, 1])],
    ['a boolean that is neither', { kind: 'boolean' }, Buffer.from([2])],
    ['an int2 of four bytes', { kind: 'int16' }, Buffer.alloc(4)],
    ['an int4 of eight bytes', { kind: 'int32' }, Buffer.alloc(8)],
    ['an int8 of four bytes', { kind: 'int64' }, Buffer.alloc(4)],
    ['a float of one byte', { kind: 'float32' }, Buffer.alloc(1)],
    ['a double of four bytes', { kind: 'float64' }, Buffer.alloc(4)],
    ['a date of eight bytes', { kind: 'date' }, Buffer.alloc(8)],
    ['a timestamp of four bytes', { kind: 'timestamptz' }, Buffer.alloc(4)],
    ['a uuid of fifteen bytes', { kind: 'uuid' }, Buffer.alloc(15)],
    ['an empty numeric', { kind: 'decimal', precision: 9, scale: 0 }, Buffer.alloc(0)],
    [
      'a numeric with too few digits',
      { kind: 'decimal', precision: 9, scale: 0 },
      Buffer.from([0, 2, 0, 0, 0, 0, 0, 0, 0, 1]),
    ],
    [
      'a numeric of unknown sign',
      { kind: 'decimal', precision: 9, scale: 0 },
      Buffer.from([0, 0, 0, 0, 0x12, 0x34, 0, 0]),
    ],
    [
      'a digit beyond 9999',
      { kind: 'decimal', precision: 9, scale: 0 },
      Buffer.from([0, 1, 0, 0, 0, 0, 0, 0, 0x27, 0x10]),
    ],
    [
      'a long digit beyond 9999',
      { kind: 'decimal', precision: 38, scale: 0 },
      Buffer.from([0, 4, 0, 3, 0, 0, 0, 0, 0x27, 0x0f, 0x27, 0x10, 0, 1, 0, 1]),
    ],
    ['jsonb of version 2', { kind: 'text', of: 'json' }, Buffer.from([2, 0x7b, 0x7d])],
    ['empty jsonb', { kind: 'text', of: 'json' }, Buffer.alloc(0)],
  ])('refuses %s rather than making a value of it', (_, logical, field) => {
    expect(() => decode(logical, [null, field])).toThrow(/column c/);
  });

  it.each([0xc000, 0xd000, 0xf000])('asks for text at a numeric of sign 0x%s', (sign) => {
    const field = Buffer.alloc(8);
    field.writeUInt16BE(sign, 4);
    expect(() => decode({ kind: 'decimal', precision: 20, scale: 2 }, [field])).toThrow(NeedsText);
  });

  it('reads decimals of any number of digits, at any scale', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 38 })
          .chain((precision) =>
            fc.tuple(
              fc.constant(precision),
              fc.integer({ min: 0, max: precision }),
              fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
            ),
          ),
        fc.integer({ min: 0, max: 37 }),
        ([precision, scale, value], shorter) => {
          // Values of every length, not only the longest.
          const unscaled = value / 10n ** BigInt(shorter % precision);
          expect(decode({ kind: 'decimal', precision, scale }, [numericBytes(unscaled, scale)])).toEqual([unscaled]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('refuses decimals that have more digits than their type', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 38 }),
        fc.integer({ min: 0, max: 38 }),
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        (precision, rawScale, extra, whole) => {
          const scale = Math.min(rawScale, precision);
          const tooLong = whole
            ? numericBytes(10n ** BigInt(precision + extra - 1), scale)
            : numericBytes(10n ** BigInt(extra) + 1n, scale + extra);
          expect(() => decode({ kind: 'decimal', precision, scale }, [tooLong])).toThrow(/more digits than decimal/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps the payload of NaNs and the sign of zeros', () => {
    const decoder = new BinaryCopyDecoder(
      [
        { name: 'a', nativeType: 'double precision', logical: { kind: 'float64' } },
        { name: 'b', nativeType: 'real', logical: { kind: 'float32' } },
      ],
      { batchRows: 10 },
    );
    const doubles = [
      Buffer.from('7ff8000000abcdef', 'hex'),
      Buffer.from('fff0000000000001', 'hex'),
      Buffer.from('8000000000000000', 'hex'),
    ];
    const singles = [Buffer.from('7fc0abcd', 'hex'), Buffer.from('ff800001', 'hex'), Buffer.from('80000000', 'hex')];
    decoder.push(Buffer.concat([header(), ...doubles.map((value, index) => row([value, singles[index]!])), trailer()]));
    const [a, b] = decoder.finish()!.columns;
    const bytes = (values: Float64Array | Float32Array): string =>
      Buffer.from(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)).toString('hex');
    expect(bytes(a!.values as Float64Array)).toBe(
      doubles.map((value) => Buffer.from(value).reverse().toString('hex')).join(''),
    );
    expect(bytes(b!.values as Float32Array)).toBe(
      singles.map((value) => Buffer.from(value).reverse().toString('hex')).join(''),
    );
  });

  it('reads oid without a sign, and narrower integers into wider columns', () => {
    expect(decode({ kind: 'int64' }, [Buffer.from('ffffffff', 'hex'), null], 'oid')).toEqual([4294967295n, null]);
    expect(decode({ kind: 'int64' }, [Buffer.from('ffffffff', 'hex')], 'integer')).toEqual([-1n]);
    expect(decode({ kind: 'int64' }, [Buffer.from('8000', 'hex')], 'int2')).toEqual([-32768n]);
    expect(decode({ kind: 'float64' }, [Buffer.from('3f800000', 'hex')], 'real')).toEqual([1]);
  });

  it('skips an extension of the header', () => {
    const extended = Buffer.concat([
      header().subarray(0, 15),
      Buffer.from([0, 0, 0, 3, 9, 9, 9]),
      row([Buffer.from([0, 0, 0, 5])]),
      trailer(),
    ]);
    const decoder = new BinaryCopyDecoder([{ name: 'c', nativeType: 'integer', logical: { kind: 'int32' } }], {
      batchRows: 1,
    });
    for (const byte of extended) decoder.push(Uint8Array.of(byte));
    expect(plainValues(decoder.take()!.columns[0]!, 1)).toEqual([5]);
    expect(decoder.finish()).toBeUndefined();
  });

  it('cuts wide tables into batches that stay small', () => {
    const columns = Array.from({ length: 1600 }, (_, index) => ({
      name: `c${index}`,
      nativeType: 'boolean',
      logical: { kind: 'boolean' } as const,
    }));
    const decoder = new BinaryCopyDecoder(columns, { batchRows: 1_000_000 });
    const nulls = row(columns.map(() => null));
    decoder.push(Buffer.concat([header(), ...Array.from({ length: 3000 }, () => nulls)]));
    expect(decoder.take()?.rows).toBe(2500);
  });
});
