import * as fc from 'fast-check';
import type { LogicalType } from '../../../../core/types/table';
import type { ColumnPair, PartColumn } from '../../../../core/types/transfer';
import { addFingerprints, createFingerprint, fingerprintError } from '../../../../core/verify/fingerprint';
import { anyColumns, anyLogical, batchOf, type PlainColumn, type PlainValue, utf8, valueOf } from '../columnar/values';

const column = (logical: LogicalType, nativeType: string = logical.kind): PartColumn => ({
  name: 'a',
  nativeType,
  logical,
});
const same = (logical: LogicalType): ColumnPair => ({ source: column(logical), target: column(logical) });

function fingerprint(columns: PlainColumn[], pairs = columns.map(({ logical }) => same(logical))): string {
  const taken = createFingerprint(pairs, 'source');
  taken.add(batchOf(columns));
  return taken.result();
}

const rowsOf = (columns: PlainColumn[]): number => columns[0]?.values.length ?? 0;
const pick = (columns: PlainColumn[], rows: number[]): PlainColumn[] =>
  columns.map(({ logical, values }) => ({ logical, values: rows.map((row) => values[row]!) }));

const plain = (value: PlainValue): string => {
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'number' && Number.isNaN(value)
    ? 'NaN'
    : Object.is(value, -0)
      ? '-0'
      : `${typeof value} ${value}`;
};

describe('a fingerprint', () => {
  it('does not depend on the order of rows, nor on batches and parts', () => {
    fc.assert(
      fc.property(anyColumns, fc.nat(40), fc.infiniteStream(fc.double({ noNaN: true })), (columns, cut, keys) => {
        const pairs = columns.map(({ logical }) => same(logical));
        const whole = fingerprint(columns);
        const order = columns[0]!.values.map((_, row) => row);
        const keyed = order.map((row) => [keys.next().value as number, row] as const).sort(([a], [b]) => a - b);
        expect(
          fingerprint(
            pick(
              columns,
              keyed.map(([, row]) => row),
            ),
          ),
        ).toBe(whole);
        const [first, second] = [pick(columns, order.slice(0, cut)), pick(columns, order.slice(cut))];
        expect(addFingerprints([fingerprint(first, pairs), fingerprint(second, pairs)])).toBe(whole);
        const taken = createFingerprint(pairs, 'target');
        taken.add(batchOf(second));
        taken.add(batchOf(first));
        expect(taken.result()).toBe(whole);
        expect(taken.rows).toBe(rowsOf(columns));
      }),
    );
  });

  it('changes with any one value', () => {
    fc.assert(
      fc.property(
        anyColumns.filter((columns) => rowsOf(columns) > 0),
        fc.nat(),
        fc.nat(),
        fc.gen(),
        (columns, atColumn, atRow, gen) => {
          const index = atColumn % columns.length;
          const row = atRow % rowsOf(columns);
          const old = columns[index]!.values[row]!;
          const value = gen(() => fc.option(valueOf(columns[index]!.logical)));
          fc.pre(plain(value) !== plain(old));
          const changed = columns.map(({ logical, values }, at) => ({
            logical,
            values: at === index ? values.with(row, value) : values,
          }));
          expect(fingerprint(changed)).not.toBe(fingerprint(columns));
        },
      ),
    );
  });

  it('is equal exactly when the rows are, each as often', () => {
    // Few different values, so that many tables are equal and many are nearly so.
    const table = fc
      .constantFrom<LogicalType[]>(
        [{ kind: 'int32' }, { kind: 'int32' }],
        [
          { kind: 'text', of: 'text' },
          { kind: 'text', of: 'text' },
        ],
        [{ kind: 'bytes' }, { kind: 'boolean' }],
      )
      .chain((types) => {
        const value = (logical: LogicalType): fc.Arbitrary<PlainValue> => {
          if (logical.kind === 'int32') return fc.constantFrom(null, 0, 1);
          if (logical.kind === 'boolean') return fc.constantFrom(null, false, true);
          return fc.constantFrom(null, '', 'a', 'a\0').map((text) => (text === null ? null : utf8(text)));
        };
        const rows = fc.array(fc.tuple(value(types[0]!), value(types[1]!)), { maxLength: 3 });
        return fc.tuple(rows, rows).map((pair) => ({ types, pair }));
      });
    let equal = 0;
    fc.assert(
      fc.property(table, ({ types, pair }) => {
        const [a, b] = pair.map((rows) =>
          fingerprint(types.map((logical, index) => ({ logical, values: rows.map((row) => row[index]!) }))),
        );
        const [left, right] = pair.map((rows) =>
          rows
            .map((row) => row.map(plain).join('|'))
            .sort()
            .join('\n'),
        );
        if (left === right) equal++;
        expect(a === b).toBe(left === right);
      }),
      { numRuns: 3000 },
    );
    expect(equal).toBeGreaterThan(30);
  });

  it('sees values that changed places between rows or between columns', () => {
    const kind: LogicalType = { kind: 'int64' };
    const table = (a: bigint[], b: bigint[]): string =>
      fingerprint([a, b].map((values) => ({ logical: kind, values })));
    const whole = table([1n, 2n], [3n, 4n]);
    expect(table([2n, 1n], [3n, 4n])).not.toBe(whole);
    expect(table([3n, 2n], [1n, 4n])).not.toBe(whole);
    expect(table([1n, 2n, 2n], [3n, 4n, 4n])).not.toBe(whole);
    expect(table([2n, 1n], [4n, 3n])).toBe(whole);
  });

  it('spreads single bits over all of its own', () => {
    const bits = (text: string): bigint => BigInt(`0x${text}`);
    const counts = Array.from({ length: 128 }, () => 0);
    for (let value = 0; value < 256; value++) {
      const difference =
        bits(fingerprint([{ logical: { kind: 'int32' }, values: [value] }])) ^
        bits(fingerprint([{ logical: { kind: 'int32' }, values: [value ^ 1] }]));
      for (let bit = 0; bit < 128; bit++) if ((difference >> BigInt(bit)) & 1n) counts[bit]!++;
    }
    for (const count of counts) {
      expect(count).toBeGreaterThan(80);
      expect(count).toBeLessThan(176);
    }
  });

  it('stays what it is from version to version, since parts of one run may be read by several', () => {
    const columns: PlainColumn[] = [
      { logical: { kind: 'int32' }, values: [1, -1, null] },
      { logical: { kind: 'text', of: 'text' }, values: [utf8('größe'), utf8(''), utf8('x'.repeat(100))] },
      { logical: { kind: 'decimal', precision: 38, scale: 10 }, values: [10n ** 37n, null, -1n] },
    ];
    expect(fingerprint(columns)).toBe('700544fa09ae57c6967b614d73f2d32b');
    expect(fingerprint(pick(columns, []))).toBe('0'.repeat(32));
  });
});

describe('the same values stored differently', () => {
  const text: LogicalType = { kind: 'text', of: 'text' };
  const other: LogicalType = { kind: 'text', of: 'other' };
  const decimal = (precision: number, scale: number): LogicalType => ({ kind: 'decimal', precision, scale });
  type Side = [PartColumn, PlainValue];

  function pairOf([source, left]: Side, [target, right]: Side): [string, string] {
    const pairs = [{ source, target }];
    const take = ({ logical }: PartColumn, value: PlainValue, side: 'source' | 'target'): string => {
      const taken = createFingerprint(pairs, side);
      taken.add(batchOf([{ logical, values: [value, null] }]));
      return taken.result();
    };
    return [take(source, left, 'source'), take(target, right, 'target')];
  }
  const at = (logical: LogicalType, value: PlainValue | string, native?: string): Side => [
    column(logical, native),
    typeof value === 'string' ? utf8(value) : value,
  ];
  const MIDNIGHT = 1_767_225_600_000_000n;
  const UUID = Uint8Array.from(Buffer.from('0011223344556677889900aabbccddee', 'hex'));
  const UUID_TEXT = '00112233-4455-6677-8899-00aabbccddee';

  it.each<[string, Side, Side]>([
    ['a narrow and a wide integer', at({ kind: 'int16' }, -7), at({ kind: 'int64' }, -7n)],
    ['an integer and a decimal', at({ kind: 'int64' }, -(2n ** 63n)), at(decimal(38, 10), -(2n ** 63n) * 10n ** 10n)],
    ['an integer and a whole decimal', at({ kind: 'int32' }, 5), at(decimal(10, 0), 5n)],
    ['decimals of two scales', at(decimal(10, 2), 150n), at(decimal(38, 4), 15_000n)],
    [
      'decimals of two scales, beyond a double',
      at(decimal(18, 2), 10n ** 17n + 1n),
      at(decimal(38, 4), (10n ** 17n + 1n) * 100n),
    ],
    ['a decimal and a shorter one', at(decimal(38, 10), 10n ** 37n), at(decimal(38, 0), 10n ** 27n)],
    [
      'numeric text and a decimal',
      at(other, '-12345678901234567890.50', 'numeric'),
      at(decimal(38, 4), -123456789012345678905000n),
    ],
    ['short numeric text and a decimal', at(other, '1.5', 'numeric'), at(decimal(38, 4), 15_000n)],
    ['a decimal and its text', at(decimal(10, 2), -5n), at(text, '-0.05')],
    ['zero and a negative zero in text', at(decimal(10, 2), 0n), at(text, '-0.00')],
    ['an integer and its text', at({ kind: 'int64' }, 9_223_372_036_854_775_807n), at(text, '9223372036854775807')],
    ['two numeric texts', at(other, '1.5', 'numeric'), at(other, '1.5000', 'numeric(50,4)')],
    ['a boolean and its text', at({ kind: 'boolean' }, true), at(text, 'true')],
    ['a boolean and a bit', at({ kind: 'boolean' }, false), at({ kind: 'int16' }, 0)],
    ['a float32 and a double', at({ kind: 'float32' }, Math.fround(0.1)), at({ kind: 'float64' }, Math.fround(0.1))],
    ['a float32 and its text', at({ kind: 'float32' }, Math.fround(0.1)), at(text, '0.1')],
    ['a double and its text', at({ kind: 'float64' }, 1e21), at(text, '1e+21')],
    ['NaN and its text', at({ kind: 'float64' }, Number.NaN), at(text, 'NaN')],
    ['-Infinity and its text', at({ kind: 'float64' }, -Infinity), at(text, '-Infinity')],
    ['an integer and a double', at({ kind: 'int64' }, 2n ** 53n), at({ kind: 'float64' }, 2 ** 53)],
    ['a large integer and a double', at({ kind: 'int64' }, 2n ** 62n), at({ kind: 'float64' }, 2 ** 62)],
    ['a decimal and a double', at(decimal(10, 2), 150n), at({ kind: 'float64' }, 1.5)],
    [
      'datetime2(7) and microseconds',
      at(other, '2026-01-01 00:00:00.1234560', 'datetime2(7)'),
      at({ kind: 'timestamp' }, MIDNIGHT + 123_456n),
    ],
    [
      'datetime2(7) before 1970',
      at(other, '0001-01-01 00:00:00.0000000', 'datetime2(7)'),
      at({ kind: 'timestamp' }, -62_135_596_800_000_000n),
    ],
    [
      'datetime2(7) after 9999',
      at(other, '9999-12-31 23:59:59.9999990', 'datetime2(7)'),
      at({ kind: 'timestamp' }, 253_402_300_799_999_999n),
    ],
    [
      'datetime2 of two lengths',
      at(other, '2026-01-01 00:00:00.100', 'datetime2(3)'),
      at(other, '2026-01-01 00:00:00.1000000', 'datetime2(7)'),
    ],
    [
      'datetime2(7) and text',
      at(other, '2026-01-01 00:00:00.1234567', 'datetime2(7)'),
      at(text, '2026-01-01 00:00:00.1234567', 'text'),
    ],
    [
      'datetimeoffset and timestamptz',
      at(other, '2026-01-01 00:00:00.0000000 +00:00', 'datetimeoffset(7)'),
      at({ kind: 'timestamptz' }, MIDNIGHT),
    ],
    [
      'timestamptz and datetimeoffset',
      at({ kind: 'timestamptz' }, MIDNIGHT),
      at(other, '2026-01-01 00:00:00.000000 +00:00', 'datetimeoffset(6)'),
    ],
    ['timestamptz and its text', at({ kind: 'timestamptz' }, -1n), at(text, '1969-12-31 23:59:59.999999+00')],
    ['time(7) and microseconds', at(other, '23:59:59.9999990', 'time(7)'), at({ kind: 'time' }, 86_399_999_999n)],
    ['a date and its timestamp', at({ kind: 'date' }, 20_454), at({ kind: 'timestamp' }, MIDNIGHT)],
    ['an infinite date and timestamp', at({ kind: 'date' }, -0x7fffffff), at({ kind: 'timestamp' }, -(2n ** 63n) + 1n)],
    ['an infinite timestamp and its text', at({ kind: 'timestamp' }, 2n ** 63n - 1n), at(text, 'infinity')],
    ['a date BC and its text', at({ kind: 'date' }, -735_160), at(text, '0044-03-15 BC')],
    ['a UUID and its text', at({ kind: 'uuid' }, UUID), at(text, UUID_TEXT)],
    ['upper-case text and a UUID', at(text, UUID_TEXT.toUpperCase()), at({ kind: 'uuid' }, UUID)],
    ['JSON and text', at({ kind: 'text', of: 'json' }, '{"a": 1}'), at(text, '{"a": 1}')],
  ])('count as equal: %s', (_name, source, target) => {
    const [a, b] = pairOf(source, target);
    expect(a).toBe(b);
  });

  it.each<[string, Side, Side]>([
    ['a decimal that lost its last digit', at(decimal(10, 4), 15_001n), at(decimal(10, 2), 150n)],
    ['numeric text that was rounded', at(other, '1.00005', 'numeric'), at(decimal(38, 4), 10_000n)],
    ['numeric text beyond 38 digits', at(other, `1${'0'.repeat(45)}`, 'numeric'), at(decimal(38, 0), 10n ** 37n)],
    ['NaN and 0', at(other, 'NaN', 'numeric'), at(decimal(38, 4), 0n)],
    ['an integer that no double holds', at({ kind: 'int64' }, 2n ** 53n + 1n), at({ kind: 'float64' }, 2 ** 53)],
    ['a double that became a float32', at({ kind: 'float64' }, 0.1), at({ kind: 'float32' }, Math.fround(0.1))],
    ['zeros of two signs', at({ kind: 'float64' }, -0), at({ kind: 'float64' }, 0)],
    [
      '100 nanoseconds that were dropped',
      at(other, '2026-01-01 00:00:00.1234561', 'datetime2(7)'),
      at({ kind: 'timestamp' }, MIDNIGHT + 123_456n),
    ],
    [
      'an offset that was dropped',
      at(other, '2026-01-01 02:00:00.0000000 +02:00', 'datetimeoffset(7)'),
      at({ kind: 'timestamptz' }, MIDNIGHT),
    ],
    [
      'a day that is none',
      at(other, '2026-02-30 00:00:00.0000000', 'datetime2(7)'),
      at({ kind: 'timestamp' }, MIDNIGHT),
    ],
    ['UUID text in other letters', at({ kind: 'uuid' }, UUID), at(text, UUID_TEXT.toUpperCase())],
    ['text with a blank at its end', at(text, 'a'), at(text, 'a ')],
    ['text with NULs at its end', at(text, 'abc'), at(text, 'abc\0')],
    ['an empty text and NULL', at(text, ''), at(text, null)],
    ['a word that names a property', at(other, 'constructor', 'numeric'), at(decimal(38, 4), 0n)],
    ['another such word', at(text, 'constructor'), at({ kind: 'float64' }, Number.NaN)],
    ['two BLOBs of 16 bytes', at({ kind: 'bytes' }, UUID), at({ kind: 'bytes' }, UUID.with(15, 0))],
  ])('count as different: %s', (_name, source, target) => {
    const [a, b] = pairOf(source, target);
    expect(a).not.toBe(b);
  });

  it('is found again in a part that holds a column as text where others hold decimals', () => {
    const planned = { source: column(decimal(10, 2)), target: column(decimal(10, 2)) };
    expect(fingerprint([{ logical: other, values: [utf8('1.50')] }], [planned])).toBe(
      fingerprint([{ logical: decimal(10, 2), values: [150n] }], [planned]),
    );
  });

  it('never depends on which NULLs stand where a value is', () => {
    fc.assert(
      fc.property(
        anyLogical.chain((logical) => fc.tuple(fc.constant(logical), valueOf(logical))),
        ([logical, value]) => {
          expect(fingerprint([{ logical, values: [value] }])).not.toBe(fingerprint([{ logical, values: [null] }]));
        },
      ),
    );
  });

  it('refuses types whose values are never equal', () => {
    expect(() =>
      createFingerprint([{ source: column({ kind: 'date' }), target: column({ kind: 'uuid' }) }], 'source'),
    ).toThrow(expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED' }));
  });

  it('wants as many columns as were planned', () => {
    expect(() => createFingerprint([], 'target').add(batchOf([{ logical: text, values: [] }]))).toThrow(/1 columns, 0/);
  });
});

describe('adding and comparing', () => {
  it('wraps at 128 bits, and gives the fingerprint of no rows for none', () => {
    expect(addFingerprints(['f'.repeat(32), `${'0'.repeat(31)}1`])).toBe('0'.repeat(32));
    expect(addFingerprints([])).toBe('0'.repeat(32));
  });

  it('does not take a missing fingerprint for one of no rows', () => {
    expect(() => addFingerprints([''])).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  });

  it('names table and both fingerprints where they differ', () => {
    expect(fingerprintError('public.t', { source: 'a', target: 'a' })).toBeUndefined();
    expect(fingerprintError('public.t', { source: 'a', target: 'b' })).toMatchObject({
      code: 'FINGERPRINT_MISMATCH',
      place: { table: 'public.t' },
    });
  });
});
