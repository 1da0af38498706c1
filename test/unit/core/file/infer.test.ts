import fc from 'fast-check';
import { createInference, type InferenceOptions } from '../../../../core/file/infer';
import type { InferredColumn } from '../../../../core/types/file';
import { columnBatch, type Field, fieldBatch } from './field-batch';

function infer(values: Field[], options?: InferenceOptions, name = 'value'): InferredColumn {
  const inference = createInference([name], options);
  inference.add(columnBatch(values));
  return inference.result()[0]!;
}

/** Type in a word: `decimal(18,2)`, `text`. */
function typeOf(values: Field[], options?: InferenceOptions, name?: string): string {
  const { logical } = infer(values, options, name);
  return logical.kind === 'decimal' ? `decimal(${logical.precision},${logical.scale})` : logical.kind;
}

const q = (quoted: string): Field => ({ quoted });

describe('inference of whole numbers', () => {
  it.each<[string, string[]]>([
    ['int32', ['0', '1', '-5', '2147483647', '-2147483648']],
    ['int64', ['2147483648']],
    ['int64', ['-2147483649', '1']],
    ['int64', ['9223372036854775807', '-9223372036854775808']],
    ['decimal(28,0)', ['9223372036854775808']],
    ['decimal(28,0)', ['-9223372036854775809']],
    ['decimal(38,0)', ['9'.repeat(38)]],
    ['text', ['9'.repeat(39)]],
    ['int32', ['0', '1', '1', '0']],
  ])('%s holds %j', (type, values) => {
    expect(typeOf(values)).toBe(type);
  });

  it.each([['00123'], ['+5'], ['-0'], ['007']])('leaves a column with %s as text, beside numbers', (value) => {
    expect(typeOf(['1', value, '2'])).toBe('text');
  });

  it('leaves spaces inside quotes to a text, and passes over those outside', () => {
    expect(typeOf(['1', q(' 2')])).toBe('text');
    expect(typeOf(['1', q('2 ')])).toBe('text');
    expect(typeOf(['1', ' 2', '3  '])).toBe('int32');
  });
});

describe('inference of decimals and floats', () => {
  it.each<[string, string[]]>([
    ['decimal(18,2)', ['1.5', '2.25', '-7']],
    ['decimal(18,1)', ['.5', '0.5', '1']],
    ['decimal(18,4)', ['123456789012.1234']],
    ['decimal(28,4)', ['1234567890123.1234']],
    ['decimal(38,10)', ['1234567890123456789012345678.1234567890']],
    ['decimal(28,17)', ['0.30000000000000004']],
    ['text', ['12345678901234567890.1', '0.1234567890123456789']],
    ['text', ['00.5', '1.5']],
    ['text', ['-0.00', '1.5']],
    ['text', ['1.2.3']],
    ['float64', ['1e-05', '2.5', '3']],
    ['float64', ['1.7976931348623157E+308', '5e-324']],
    ['float64', ['0.30000000000000004', '1e-7']],
    ['text', ['0.10000000000000001', '1e-7']],
    ['text', ['1e400', '1.5']],
    ['text', ['1234567890123456789', '1.5e3']],
    ['text', ['12E5', '3E7']],
    ['text', ['inf', '1.5']],
    ['text', ['1,234', '1.5E-7']],
    ['float64', ['0.000000000000000000000000000001', '12345678901.5']],
  ])('%s for %j', (type, values) => {
    expect(typeOf(values)).toBe(type);
  });
});

describe('inference of doubles', () => {
  it('knows the doubles that a program printed, and no others, once one has an exponent', () => {
    const fraction = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value));
    fc.assert(
      fc.property(fc.array(fraction, { minLength: 1, maxLength: 10 }), fc.nat(9), (doubles, digit) => {
        const printed = doubles.map(String);
        expect(typeOf(['1.5e-7', ...printed])).toBe('float64');
        // 18 digits are one more than any double is printed with.
        expect(typeOf(['1.5e-7', ...printed, `0.10000000000000000${digit === 0 ? 1 : digit}`])).toBe('text');
      }),
    );
  });
});

describe('inference of numbers with marks', () => {
  const format = (values: string[], options?: InferenceOptions) => {
    const { logical, format: found, ambiguity } = infer(values, options);
    return { kind: logical.kind, found, ambiguity };
  };

  it.each<[string[], string, object]>([
    [['1,234.50', '12'], 'decimal', { kind: 'decimal', decimalMark: '.', thousands: ',' }],
    [['1.234,50', '1.234'], 'decimal', { kind: 'decimal', decimalMark: ',', thousands: '.' }],
    [['1 234,5', '12'], 'decimal', { kind: 'decimal', decimalMark: ',', thousands: ' ' }],
    [['1\u00a0234,5'], 'decimal', { kind: 'decimal', decimalMark: ',', thousands: '\u00a0' }],
    [["1'234.5", "1'234'567"], 'decimal', { kind: 'decimal', decimalMark: '.', thousands: "'" }],
    [['1,234,567', '1,234'], 'int32', { kind: 'integer', thousands: ',' }],
    [['0,5', '1,234'], 'decimal', { kind: 'decimal', decimalMark: ',' }],
    [['1,5', '12'], 'decimal', { kind: 'decimal', decimalMark: ',' }],
    [['1 234', '999'], 'int32', { kind: 'integer', thousands: ' ' }],
  ])('%j is %s', (values, kind, found) => {
    expect(format(values)).toEqual({ kind, found, ambiguity: undefined });
  });

  it.each([[['1,234.50', '1.234,50']], [['1,23,456']], [['12,34.5']], [['12 345']], [['1,234.50', '1234,5']]])(
    'leaves %j as text',
    (values) => expect(typeOf(values)).toBe('text'),
  );

  it('does not guess what 1,234 is, and says so', () => {
    const { logical, ambiguity } = infer(['1,234', '2,500', '12']);
    expect(logical.kind).toBe('text');
    expect(ambiguity).toMatch(/thousands/);
    expect(infer(['1,234'], { decimalMark: '.' })).toMatchObject({ logical: { kind: 'int32' } });
    expect(infer(['1,234'], { decimalMark: ',' })).toMatchObject({ logical: { kind: 'decimal', scale: 3 } });
  });

  it('takes the marks from other columns of the file', () => {
    const inference = createInference(['a', 'b']);
    inference.add(
      fieldBatch([
        ['1,234', '2.50'],
        ['5,000', '1.75'],
      ]),
    );
    expect(inference.result()[0]).toMatchObject({ logical: { kind: 'int32' }, format: { thousands: ',' } });
    const german = createInference(['a', 'b']);
    german.add(
      fieldBatch([
        ['1.234', '2,50'],
        ['5.000', '1,75'],
      ]),
    );
    expect(german.result()[0]).toMatchObject({ logical: { kind: 'int32' }, format: { thousands: '.' } });
  });

  it('reads 1.234 as a decimal and says what else it could be, unless another value settles it', () => {
    expect(infer(['1.234', '2.500'])).toMatchObject({
      logical: { kind: 'decimal', scale: 3 },
      ambiguity: expect.any(String),
    });
    expect(infer(['1.234', '1234']).ambiguity).toBeUndefined();
    expect(infer(['1.234', '0.5']).ambiguity).toBeUndefined();
  });

  it.each([[['12 %', '5 %']], [['$5', '-$1,234.50']], [['5 €', '1.234,50 €']], [['USD 5', 'USD 7']]])(
    'keeps %j as text, with the number as an alternative',
    (values) => {
      const { logical, alternatives } = infer(values);
      expect(logical.kind).toBe('text');
      expect(alternatives?.[0]).toMatchObject({ affix: values[0]!.includes('%') ? 'percent' : 'currency' });
    },
  );
});

describe('inference of booleans, UUIDs and missing values', () => {
  it.each<[string, string[]]>([
    ['boolean', ['true', 'FALSE']],
    ['boolean', ['true']],
    ['boolean', ['Y', 'n', 'N']],
    ['boolean', ['yes', 'no', 'N/A']],
    ['boolean', ['t', 'f']],
    ['text', ['Y', 'Y']],
    ['text', ['yes', 'n']],
    ['text', ['true', 'no']],
    ['text', ['true', '1']],
    ['uuid', ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6BA7B811-9DAD-11D1-80B4-00C04FD430C8']],
    ['text', ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6ba7b810-9dad-11d1-80b4-00c04fd430c']],
    ['text', ['6ba7b810-9dad-11d1-80b4x00c04fd430c8']],
    ['text', ['', '']],
    ['text', ['NULL', 'N/A']],
  ])('%s for %j', (type, values) => {
    expect(typeOf(values)).toBe(type);
  });

  it.each(['NULL', 'null', 'NA', 'N/A', 'n/a', '-', '\\N', '#N/A', 'None', 'nan', 'NaN', '?', '.'])(
    'counts %s as NULL among numbers and dates, and as a text among texts',
    (spelled) => {
      expect(infer(['1', spelled, '2'])).toMatchObject({ logical: { kind: 'int32' }, nulls: 1, nullTexts: [spelled] });
      expect(infer(['2024-01-31', spelled])).toMatchObject({ logical: { kind: 'date' }, nulls: 1 });
      expect(infer(['a', spelled, '2'])).toMatchObject({ logical: { kind: 'text' }, nulls: 0, nullTexts: [] });
    },
  );

  it('takes configured texts for NULL in every column, and no others', () => {
    const options = { nullTexts: ['-999', 'missing'] };
    expect(infer(['1', '-999', '2'], options)).toMatchObject({ logical: { kind: 'int32' }, nulls: 1 });
    expect(infer(['a', 'missing'], options)).toMatchObject({
      logical: { kind: 'text' },
      nulls: 1,
      nullTexts: options.nullTexts,
    });
    expect(infer(['1', 'N/A'], options)).toMatchObject({ logical: { kind: 'text' }, nulls: 0 });
  });

  it('tells an empty text from a missing one by its quotes, but only among texts', () => {
    expect(infer(['a', '', q('')])).toMatchObject({ rows: 3, nulls: 1 });
    expect(infer(['1', '', q(''), '  '])).toMatchObject({ logical: { kind: 'int32' }, rows: 4, nulls: 3 });
  });

  it('counts the longest value in UTF-16 units and in bytes', () => {
    expect(infer(['abc', 'é😀', 'x'])).toMatchObject({ maxChars: 3, maxBytes: 6 });
    expect(infer(['éé', 'abc'])).toMatchObject({ maxChars: 3, maxBytes: 4 });
  });
});

describe('inference of dates and times', () => {
  const formatOf = (values: string[], options?: InferenceOptions) => {
    const { logical, format } = infer(values, options);
    return logical.kind === 'text' ? 'text' : format;
  };
  const date = (pattern: string) => ({ kind: 'date', pattern });

  it.each<[string[], string]>([
    [['2024-01-31', '1999-12-01'], 'YYYY-MM-DD'],
    [['2024-1-31', '1999-12-01'], 'YYYY-M-D'],
    [['2024/01/31'], 'YYYY/MM/DD'],
    [['31.12.2024', '01.02.2024'], 'DD.MM.YYYY'],
    [['01.02.2024', '03.04.2024'], 'DD.MM.YYYY'],
    [['31/1/2024', '1/2/2024'], 'D/M/YYYY'],
    [['01/31/2024', '02/03/2024'], 'MM/DD/YYYY'],
    [['01-JAN-2024', '31-dec-1999'], 'DD-MON-YYYY'],
    [['1 January 2024'], 'D MON YYYY'],
    [['Jan 5, 2024', 'December 31, 1999'], 'MON D, YYYY'],
    [['05JAN2024'], 'DDMONYYYY'],
    [['05/05/2024'], 'DD/MM/YYYY'],
  ])('reads %j as %s', (values, pattern) => {
    expect(formatOf(values)).toEqual(date(pattern));
  });

  it.each([
    [['2024-02-30']],
    [['29.02.2023']],
    [['0000-00-00']],
    [['2024-01-31', '2024-01-31 10:00:00']],
    [['2024-01-31', '31.01.2024']],
    [['31/01/2024', '01/31/2024']],
    [['24-01-31']],
    [['31-JAN-24']],
    [['2024-01-31 25:00:00']],
    [['2024-01-31 10:00:60']],
    [['2024-01-31T10:00:00', '2024-01-31T10:00:00Z']],
    [['2024-01-31 10:00:00.1234567']],
    [['24:00']],
    [['13:00 PM']],
    [['10:00', '10:00 AM']],
    [['2024-01-31 10:00:00 CET']],
  ])('keeps %j as text', (values) => expect(formatOf(values)).toBe('text'));

  it('does not guess the order of day and month', () => {
    const open = infer(['03/04/2024', '01/02/2024']);
    expect(open).toMatchObject({ logical: { kind: 'text' }, ambiguity: expect.stringContaining('03/04/2024') });
    expect(formatOf(['03/04/2024'], { dateOrder: 'mdy' })).toEqual(date('MM/DD/YYYY'));
    expect(formatOf(['03/04/2024'], { dateOrder: 'dmy' })).toEqual(date('DD/MM/YYYY'));
    // What the values say outweighs the option.
    expect(formatOf(['03/04/2024', '13/04/2024'], { dateOrder: 'mdy' })).toEqual(date('DD/MM/YYYY'));
  });

  it('tells that years of two digits are open', () => {
    expect(infer(['31.12.24']).ambiguity).toMatch(/century/);
  });

  it.each<[string, string, string]>([
    ['order_date', '20241231', 'date'],
    ['OrderDate', '20241231', 'date'],
    ['DATUM', '20241231', 'date'],
    ['id', '20241231', 'int32'],
    ['candidate', '20241231', 'int32'],
    ['birthdate', '20241231', 'date'],
    ['order_date', '20241331', 'int32'],
  ])('a column %s of %s is %s', (name, value, type) => {
    expect(typeOf([value, '20240101'], {}, name)).toBe(type);
  });

  it.each<[string[], object]>([
    [['10:00', '9:30'], { kind: 'time', pattern: 'HH:MM' }],
    [['10:00:30.5'], { kind: 'time', pattern: 'HH:MM:SS.f' }],
    [['1:05 PM', '12:00 am'], { kind: 'time', pattern: 'HH:MM AM' }],
    [['2024-01-31 10:00'], { kind: 'timestamp', date: 'YYYY-MM-DD', time: 'HH:MM', zoned: false }],
    [['2024-01-31T10:00:00.123456'], { kind: 'timestamp', date: 'YYYY-MM-DD', time: 'HH:MM:SS.f', zoned: false }],
    [['2024-01-31 10:00:00.1234560'], { kind: 'timestamp', date: 'YYYY-MM-DD', time: 'HH:MM:SS.f', zoned: false }],
    [
      ['2024-01-31T10:00:00Z', '2024-01-31 10:00:00 +0530'],
      { kind: 'timestamp', date: 'YYYY-MM-DD', time: 'HH:MM:SS', zoned: true },
    ],
    [['31/01/2024 1:05:00 PM'], { kind: 'timestamp', date: 'DD/MM/YYYY', time: 'HH:MM:SS AM', zoned: false }],
    [['20240131T100000Z'], { kind: 'timestamp', date: 'YYYYMMDD', time: 'HH:MM:SS', zoned: true }],
  ])('reads %j with its time', (values, format) => {
    expect(formatOf(values)).toEqual(format);
  });
});

describe('inference of a whole file', () => {
  it('finds the one value that makes a column wider, wherever it stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2999 }), fc.constantFrom('x', '1.5', '9999999999'), (place, value) => {
        const values = Array.from({ length: 3000 }, (_, index) => String(index));
        values[place] = value;
        const expected = { x: 'text', '1.5': 'decimal(18,1)', '9999999999': 'int64' }[value];
        expect(typeOf(values)).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('finds the same, however the rows are cut into batches', () => {
    const value = fc.oneof(
      fc.constantFrom('1', '-', 'N/A', '', '2024-01-31', '31.01.2024', '1,234', '1.5', 'true', 'text', '1e-5', '12 %'),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 59 }), (values, cut) => {
        const whole = infer(values);
        const inference = createInference(['value']);
        if (cut < values.length) inference.add(columnBatch(values.slice(0, cut)));
        inference.add(columnBatch(cut < values.length ? values.slice(cut) : values));
        expect(inference.result()[0]).toEqual(whole);
      }),
    );
  });

  it('counts rows, missing values and lengths exactly', () => {
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 9 }), fc.constant(''));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (strings) => {
        const values = strings.map((text) => text.toWellFormed());
        const column = infer([...values, 'certainly text']);
        expect(column.rows).toBe(values.length + 1);
        expect(column.nulls).toBe(values.filter((text) => text === '').length);
        expect(column.maxChars).toBe(Math.max(14, ...values.map((text) => text.length)));
        expect(column.maxBytes).toBe(Math.max(14, ...values.map((text) => Buffer.byteLength(text))));
      }),
    );
  });

  it('keeps versions as text, because 1.10 is not 1.1 among them', () => {
    expect(typeOf(['1.9', '1.10'], {}, 'app_version')).toBe('text');
    expect(typeOf(['1.9', '1.10'], {}, 'conversion')).toBe('decimal(18,2)');
    expect(typeOf(['1', '2'], {}, 'version')).toBe('int32');
  });

  it('refuses a batch of another width', () => {
    expect(() => createInference(['a', 'b']).add(columnBatch(['1']))).toThrow(RangeError);
  });
});
