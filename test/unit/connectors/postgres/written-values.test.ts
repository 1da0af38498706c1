import fc from 'fast-check';
import { encodeText } from '../../../../connectors/postgres/text-encoder';
import type { LogicalType } from '../../../../core/types/table';

const other: LogicalType = { kind: 'text', of: 'other' };

/** Writes values into a column in the text format of COPY; throws what the encoder throws. */
function write(nativeType: string, values: (string | null)[], more: object = {}, logical = other): string {
  const bytes = values.map((value) => Buffer.from(value ?? '', 'utf8'));
  const offsets = Uint32Array.from([0, ...bytes].map((_, at) => Buffer.concat(bytes.slice(0, at)).length));
  const vector = {
    logical,
    values: { data: new Uint8Array(Buffer.concat(bytes)), offsets },
    ...(values.includes(null) && { validity: Uint8Array.from(values, (value) => (value === null ? 0 : 1)) }),
  };
  const batch = { rows: values.length, columns: [vector] };
  return Buffer.concat([...encodeText(batch, [{ name: 'c', logical, nativeType, ...more }])]).toString('utf8');
}

const failure = (nativeType: string, values: (string | null)[], more: object = {}): unknown => {
  try {
    return write(nativeType, values, more);
  } catch (error) {
    return error;
  }
};

describe('values written into columns of another sort', () => {
  test.each([
    ['timestamp without time zone', '2024-02-29 23:59:59.1234560'],
    ['timestamp without time zone', '0001-01-01 00:00:00.0000000'],
    ['timestamp(3) without time zone', '2024-02-29 23:59:59.1230000'],
    ['timestamp without time zone', '294277-01-01 00:00:00.5 BC'],
    ['timestamp without time zone', '-infinity'],
    ['timestamp with time zone', '2024-02-29 23:59:59.1234560 +00:00'],
    ['timestamp with time zone', '2024-02-29 23:59:59 +00:00'],
    ['timestamp with time zone', '294277-01-01 00:00:00.5+00'],
    ['time without time zone', '23:59:59.9999990'],
    ['date', '5874897-12-31'],
    ['numeric(12,2)', '-12.5000'],
    ['numeric(12,2)', 'NaN'],
    ['numeric(3,-2)', '1200'],
    ['numeric', '1.23456789e5'],
    ['xml', '<a/>'],
    ['interval', '1 mon'],
  ])('%s takes %s', (nativeType, value) => {
    expect(write(nativeType, [value, null])).toBe(`${value}\n\\N\n`);
  });

  test.each([
    ['timestamp without time zone', '2024-02-29 23:59:59.1234567', /more than 6 digits/],
    ['timestamp(3) without time zone', '2024-02-29 23:59:59.1234000', /more than 3 digits/],
    ['timestamp without time zone', '2024-02-29 23:59:59.1234560 +00:00', /offset/],
    ['timestamp without time zone', 'yesterday', /no date and time/],
    ['timestamp with time zone', '2024-02-29 23:59:59.1234560 +02:00', /\+00:00/],
    ['timestamp with time zone', '2024-02-29 23:59:59.1234567 +00:00', /more than 6 digits/],
    ['time without time zone', '23:59:59.9999999', /more than 6 digits/],
    ['time(0) without time zone', '23:59:59.1000000', /more than 0 digits/],
    ['date', '2024-02-29 10:00', /no date alone/],
    ['numeric(12,2)', '0.005', /more decimal places/],
    ['numeric(3,-2)', '1250', /more decimal places/],
    ['numeric(12,2)', '1e2', /no plain decimal/],
    ['xml', '<?xml version="1.0"?><a/>', /declaration/],
  ])('%s refuses %s, naming row and column and not the value', (nativeType, value, why) => {
    const error = failure(nativeType, [null, value]);
    expect(error).toMatchObject({
      code: 'VALUE_NOT_REPRESENTABLE',
      row: 1,
      place: { column: 'c' },
      message: expect.stringMatching(why) as string,
    });
    expect((error as Error).message).not.toContain(value);
  });

  test('a column of the very same type takes its own notation unasked', () => {
    expect(write('date', ['whatever'], { isSameType: true })).toBe('whatever\n');
  });

  test.each(['boolean', 'double precision', 'integer', 'uuid', 'interval(0)'])(
    'text from elsewhere does not go into %s, where one value has several spellings',
    (nativeType) => {
      expect(failure(nativeType, ['1'])).toMatchObject({ code: 'TYPE_NOT_SUPPORTED', place: { column: 'c' } });
    },
  );

  test('a time is taken exactly when no digit beyond those of the column is lost', () => {
    fc.assert(
      fc.property(fc.nat(9_999_999), fc.integer({ min: 0, max: 6 }), (fraction, digits) => {
        const value = `2024-01-01 00:00:00.${String(fraction).padStart(7, '0')}`;
        const fits = fraction % 10 ** (7 - digits) === 0;
        const error = failure(`timestamp(${digits}) without time zone`, [value]);
        expect(typeof error === 'string').toBe(fits);
      }),
    );
  });
});
