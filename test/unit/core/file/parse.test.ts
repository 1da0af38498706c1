import fc from 'fast-check';
import { formatFor, nullTextsFor } from '../../../../core/file/column-format';
import { createInference } from '../../../../core/file/infer';
import { createParser } from '../../../../core/file/parse';
import type { FileColumn, InferredColumn, RejectedRow, ValueFormat } from '../../../../core/types/file';
import type { LogicalType } from '../../../../core/types/table';
import { type PlainValue, plainValues } from '../columnar/values';
import { columnBatch, type Field, fieldBatch } from './field-batch';

const q = (quoted: string): Field => ({ quoted });
const text = (value: PlainValue | undefined): PlainValue | string | undefined =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : value;

interface Outcome {
  values: PlainValue[];
  rejected: RejectedRow[];
}

function read(column: Omit<FileColumn, 'index' | 'name'>, values: Field[]): Outcome {
  const rejected: RejectedRow[] = [];
  const batch = createParser([{ index: 0, name: 'value', ...column }], (row) => rejected.push(row))(
    columnBatch(values),
  );
  return { values: plainValues(batch.columns[0]!, batch.rows), rejected };
}

const column = (logical: LogicalType, format: ValueFormat, rest: Partial<FileColumn> = {}) => ({
  logical,
  format,
  nullTexts: [],
  nullable: true,
  ...rest,
});

const INT32 = column({ kind: 'int32' }, { kind: 'integer' });
const TEXT = column({ kind: 'text', of: 'text' }, { kind: 'text' });
const decimal = (precision: number, scale: number, decimalMark: '.' | ',' = '.', thousands?: string) =>
  column({ kind: 'decimal', precision, scale }, { kind: 'decimal', decimalMark, ...(thousands && { thousands }) });

function infer(values: Field[], name = 'value'): InferredColumn {
  const inference = createInference([name]);
  inference.add(columnBatch(values));
  return inference.result()[0]!;
}

/** Reads values by what was inferred of them. */
function readInferred(values: Field[]): Outcome & { inferred: InferredColumn } {
  const inferred = infer(values);
  const { logical, format, nullTexts } = inferred;
  return { inferred, ...read({ logical, format, nullTexts, nullable: true }, values) };
}

/** Reads values into the type that a table's column has. */
const readInto = (logical: LogicalType, values: Field[], rest: Partial<FileColumn> = {}): Outcome => {
  const inferred = infer(values);
  const target = column(logical, formatFor(inferred, logical), { nullTexts: nullTextsFor(inferred, logical), ...rest });
  return read(target, values);
};

const reasons = ({ rejected }: Outcome) => rejected.map(({ value, reason }) => [value, reason]);

describe('numbers', () => {
  it('rejects what an integer column cannot hold, by line and value', () => {
    const { values, rejected } = read(INT32, ['1', '12,5', '2', '2147483648', 'x', '-2147483648', '3.0', '3.5']);
    expect(values).toEqual([1, 2, -2147483648, 3]);
    expect(rejected.map(({ line, value, reason, message }) => ({ line, value, reason, message }))).toEqual([
      { line: 3, value: '12,5', reason: 'not-a-number', message: "'12,5' is not an integer." },
      {
        line: 5,
        value: '2147483648',
        reason: 'out-of-range',
        message: "'2147483648' is not between -2147483648 and 2147483647.",
      },
      { line: 6, value: 'x', reason: 'not-a-number', message: "'x' is not an integer." },
      { line: 9, value: '3.5', reason: 'too-precise', message: "'3.5' is not an integer." },
    ]);
  });

  it('keeps to the range of the target', () => {
    const tiny = { ...column({ kind: 'int16' }, { kind: 'integer' }), range: { min: '0', max: '255' } };
    expect(read(tiny, ['0', '255', '256', '-1', '007']).values).toEqual([0, 255, 7]);
  });

  it('rounds no decimal', () => {
    const outcome = read(decimal(6, 2), [
      '1.5',
      '1.500',
      '1.505',
      '9999.99',
      '10000',
      '-0.01',
      '.5',
      '1.',
      '1e3',
      '1e-3',
    ]);
    expect(outcome.values).toEqual([150n, 150n, 999999n, -1n, 50n, 100n, 100000n]);
    expect(reasons(outcome)).toEqual([
      ['1.505', 'too-precise'],
      ['10000', 'out-of-range'],
      ['1e-3', 'too-precise'],
    ]);
  });

  it.each<[string, FileColumn['format'], Field[], (bigint | number)[]]>([
    [
      'thousands of points',
      { kind: 'decimal', decimalMark: ',', thousands: '.' },
      ['1.234,5', '1.234', '12'],
      [123450n, 123400n, 1200n],
    ],
    ['percents', { kind: 'decimal', decimalMark: '.', affix: 'percent' }, ['12.5 %', '7%', '3'], [1250n, 700n, 300n]],
    [
      'currencies',
      { kind: 'decimal', decimalMark: '.', thousands: ',', affix: 'currency' },
      ['$1,234.50', '-$5', '7 EUR'],
      [123450n, -500n, 700n],
    ],
  ])('reads %s', (_, format, values, expected) => {
    expect(read(column({ kind: 'decimal', precision: 10, scale: 2 }, format), values)).toEqual({
      values: expected,
      rejected: [],
    });
  });

  it('takes groups of thousands only where they are whole', () => {
    const outcome = read(decimal(10, 2, '.', ','), ['1,234.5', '1,23', '12,34,567', '1234', ',5']);
    expect(outcome.values).toEqual([123450n, 123400n]);
  });

  it('reads doubles to the digit and rejects more digits than they have', () => {
    const outcome = read(column({ kind: 'float64' }, { kind: 'float', decimalMark: '.' }), [
      '0.1',
      '1e-7',
      '1.7976931348623157e308',
      '-2.5',
      '0.1234567890123456789',
      '1e999',
      '1e-999',
      'NaN',
      '-Infinity',
      'x',
    ]);
    expect(outcome.values).toEqual([0.1, 1e-7, 1.7976931348623157e308, -2.5, Number.NaN, Number.NEGATIVE_INFINITY]);
    expect(reasons(outcome).map(([, reason]) => reason)).toEqual([
      'too-precise',
      'out-of-range',
      'out-of-range',
      'not-a-number',
    ]);
  });

  it('gives every double back that was printed', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(double, { minLength: 1 }), (doubles) => {
        const values = doubles.map((value) => (Object.is(value, -0) ? '-0' : String(value)));
        const outcome = read(column({ kind: 'float64' }, { kind: 'float', decimalMark: '.' }), values);
        expect(outcome.rejected).toEqual([]);
        expect(outcome.values.every((value, index) => Object.is(value, doubles[index]))).toBe(true);
      }),
    );
  });
});

/** A number as digits, and how it is written in one of the ways that files have. */
const MARKS = [
  { decimal: '.', thousands: '' },
  { decimal: ',', thousands: '' },
  { decimal: '.', thousands: ',' },
  { decimal: ',', thousands: '.' },
  { decimal: ',', thousands: ' ' },
  { decimal: ',', thousands: '\u00a0' },
  { decimal: '.', thousands: "'" },
  { decimal: '.', thousands: '\u2009' },
];

function written(unscaled: bigint, scale: number, { decimal, thousands }: (typeof MARKS)[number]): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale).replaceAll(/\B(?=(\d{3})+$)/g, thousands);
  return `${unscaled < 0n ? '-' : ''}${whole}${scale > 0 ? decimal + digits.slice(digits.length - scale) : ''}`;
}

describe('what was inferred is what is read', () => {
  it('gives every number back exactly, whatever marks it is written with', () => {
    const numbers = fc.integer({ min: 1, max: 30 }).chain((digits) =>
      fc.array(fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }), {
        minLength: 1,
        maxLength: 20,
      }),
    );
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 8 }), fc.constantFrom(...MARKS), (unscaled, scale, marks) => {
        // Two values that leave nothing open about the marks, whatever the others are.
        const sure = 12345678901n * 10n ** BigInt(scale) + (scale > 0 ? 1n : 0n);
        const all = [...unscaled, sure, 5n];
        const values = all.map((value) => written(value, scale, marks));
        const { inferred, ...outcome } = readInferred(values);
        expect(outcome.rejected).toEqual([]);
        expect(inferred.logical.kind === 'decimal' ? inferred.logical.scale : 0).toBe(scale);
        expect(outcome.values.map((value) => BigInt(value as bigint | number))).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });

  const day = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  });
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const parts = (date: Date) => ({
    y: String(date.getUTCFullYear()).padStart(4, '0'),
    m: String(date.getUTCMonth() + 1).padStart(2, '0'),
    d: String(date.getUTCDate()).padStart(2, '0'),
    mon: MONTHS[date.getUTCMonth()]!,
  });
  const DATES: ((date: Date) => string)[] = [
    (date) => `${parts(date).y}-${parts(date).m}-${parts(date).d}`,
    (date) => `${parts(date).y}/${Number(parts(date).m)}/${Number(parts(date).d)}`,
    (date) => `${parts(date).d}.${parts(date).m}.${parts(date).y}`,
    (date) => `${parts(date).d}/${parts(date).m}/${parts(date).y}`,
    (date) => `${Number(parts(date).m)}/${Number(parts(date).d)}/${parts(date).y}`,
    (date) => `${parts(date).d}-${parts(date).mon.toUpperCase()}-${parts(date).y}`,
    (date) => `${parts(date).mon} ${Number(parts(date).d)}, ${parts(date).y}`,
    (date) => `${parts(date).d} ${parts(date).mon} ${parts(date).y}`,
  ];
  // Days that only one order has, so that nothing is left open.
  const sure = [new Date('2024-12-31T00:00:00Z'), new Date('1900-01-31T00:00:00Z')];

  it('gives every day back, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(day, { maxLength: 20 }), fc.constantFrom(...DATES), (dates, write) => {
        const all = [...sure, ...dates];
        const { inferred, ...outcome } = readInferred(all.map(write));
        expect(inferred.logical).toEqual({ kind: 'date' });
        expect(outcome).toEqual({ values: all.map((date) => Math.floor(date.getTime() / 86_400_000)), rejected: [] });
      }),
      { numRuns: 300 },
    );
  });

  const TIMES: { write: (date: Date, micros: number) => string; unit: number }[] = [
    { write: (date) => date.toISOString().slice(11, 16), unit: 60_000 },
    { write: (date) => date.toISOString().slice(11, 19), unit: 1000 },
    { write: (date) => date.toISOString().slice(11, 23), unit: 1 },
    { write: (date, micros) => `${date.toISOString().slice(11, 23)}${String(micros).padStart(3, '0')}`, unit: 0 },
    {
      write: (date) =>
        `${((date.getUTCHours() + 11) % 12) + 1}:${date.toISOString().slice(14, 19)} ${date.getUTCHours() < 12 ? 'AM' : 'PM'}`,
      unit: 1000,
    },
  ];
  const ZONES: [string, number][] = [
    ['', 0],
    ['Z', 0],
    ['+05:30', 330],
    ['-0800', -480],
    [' +02', 120],
    [' UTC', 0],
  ];

  it('gives every timestamp back to the microsecond, in UTC where zones are written', () => {
    const micros = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(day, micros), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(...DATES),
        fc.constantFrom(...TIMES),
        fc.constantFrom(' ', 'T'),
        fc.constantFrom(...ZONES),
        (instants, writeDate, { write, unit }, joint, [zone, offset]) => {
          const all = [...sure.map((date): [Date, number] => [date, 0]), ...instants];
          const values = all.map(([date, extra]) => `${writeDate(date)}${joint}${write(date, extra)}${zone}`);
          const { inferred, ...outcome } = readInferred(values);
          expect(inferred.logical.kind).toBe(zone === '' ? 'timestamp' : 'timestamptz');
          const expected = all.map(([date, extra]) => {
            const kept = unit <= 1 ? date.getTime() : Math.floor(date.getTime() / unit) * unit;
            return BigInt(kept) * 1000n + (unit === 0 ? BigInt(extra) : 0n) - BigInt(offset) * 60_000_000n;
          });
          expect(outcome).toEqual({ values: expected, rejected: [] });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives times of day, booleans and UUIDs back', () => {
    expect(readInferred(['00:00', '23:59']).values).toEqual([0n, 86_340_000_000n]);
    expect(readInferred(['23:59:59.999999']).values).toEqual([86_399_999_999n]);
    expect(readInferred(['Yes', 'no', '']).values).toEqual([true, false, null]);
    fc.assert(
      fc.property(fc.array(fc.uuid(), { minLength: 1 }), (uuids) => {
        const { values } = readInferred(uuids);
        expect(values.map((value) => Buffer.from(value as Uint8Array).toString('hex'))).toEqual(
          uuids.map((uuid) => uuid.replaceAll('-', '')),
        );
      }),
    );
  });

  it('never rejects what it was inferred from, and never changes a text', () => {
    const value: fc.Arbitrary<Field> = fc.oneof(
      fc.constantFrom(
        ...'1|-1|007|-0|+1|1.5|1,5|1,234|1.234|1,234.5|1e5|1.5E-7|.5|5.|NaN|-|N/A|null|| | 1|true|No|12 %|$5'.split(
          '|',
        ),
        ...'99999999999999999999|0.12345678901234567|2024-01-31|31.01.2024|01/02/2024|13/02/2024|02/13/2024'.split('|'),
        ...'20240131|24-01-31|10:30|2024-01-31 10:00|2024-01-31T10:00:00Z|2024-01-31 10:00:00.1234567'.split('|'),
        ...'Jan 5, 2024|5 PM|6ba7b810-9dad-11d1-80b4-00c04fd430c8'.split('|'),
      ),
      fc.constantFrom('', ' ', '1 ', 'NULL', '12').map(q),
      fc.string({ unit: 'grapheme', maxLength: 6 }).map((string) => string.toWellFormed().replaceAll('\0', '')),
    );
    // Few different values in a column, so that most columns have a type.
    const columns = fc
      .uniqueArray(value, { minLength: 1, maxLength: 4, selector: (field) => JSON.stringify(field) })
      .chain((pool) => fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 25 }));
    fc.assert(
      fc.property(columns, (values) => {
        const { inferred, ...outcome } = readInferred(values);
        expect(outcome.rejected).toEqual([]);
        expect(outcome.values).toHaveLength(values.length);
        expect(outcome.values.filter((found) => found === null)).toHaveLength(inferred.nulls);
        if (inferred.logical.kind === 'text')
          expect(outcome.values.map(text)).toEqual(
            values.map((field) => (typeof field === 'string' ? field || null : field.quoted)),
          );
      }),
      { numRuns: 3000 },
    );
  });
});

describe('values for a table that is there', () => {
  it('takes the format that most of the texts have, and rejects the others by line', () => {
    const outcome = readInto({ kind: 'date' }, ['31.12.2024', 'unknown', '01.02.2024', '2024-01-01', '30.02.2024']);
    expect(outcome.values).toHaveLength(2);
    expect(outcome.rejected.map(({ line, reason, message }) => ({ line, reason, message }))).toEqual([
      { line: 3, reason: 'not-a-date', message: "'unknown' is not a date written as DD.MM.YYYY." },
      { line: 5, reason: 'not-a-date', message: "'2024-01-01' is not a date written as DD.MM.YYYY." },
      { line: 6, reason: 'not-a-date', message: "'30.02.2024' is not a date written as DD.MM.YYYY." },
    ]);
  });

  it('takes spellings of NULL for it in every column but one of texts', () => {
    const numbers = infer(['1', 'N/A', '-']);
    expect(nullTextsFor(numbers, { kind: 'float64' })).toEqual(['N/A', '-']);
    expect(nullTextsFor(numbers, { kind: 'text', of: 'text' })).toEqual([]);
    expect(nullTextsFor(infer(['1', 'N/A', 'x']), { kind: 'int32' })).toEqual(['N/A']);
    const inference = createInference(['value'], { nullTexts: ['-999'] });
    inference.add(columnBatch(['1', '-999']));
    expect(nullTextsFor(inference.result()[0]!, { kind: 'text', of: 'text' })).toEqual(['-999']);
  });

  it('guesses no order of day and month there either', () => {
    const outcome = readInto({ kind: 'date' }, ['03/04/2024', '05/05/2024', 'x']);
    expect(outcome.values).toEqual([Date.UTC(2024, 4, 5) / 86_400_000]);
    expect(outcome.rejected[0]!.message).toMatch(/can be two days/);
  });

  it.each<[LogicalType, Field[], PlainValue[]]>([
    [{ kind: 'int64' }, ['00123', 'N/A', '7'], [123n, null, 7n]],
    [{ kind: 'int32' }, ['1.000', '2,000', '3'], [1, 3]],
    [{ kind: 'decimal', precision: 10, scale: 2 }, ['1', '2'], [100n, 200n]],
    [{ kind: 'decimal', precision: 30, scale: 2 }, ['1', '-12345678901234567890.12'], [100n, -1234567890123456789012n]],
    [{ kind: 'float64' }, ['1', '2.5'], [1, 2.5]],
    [{ kind: 'float32' }, ['1', '0.5'], [1, 0.5]],
    [{ kind: 'boolean' }, ['0', '1', 'yes'], [false, true, true]],
    [{ kind: 'date' }, ['20241231', '20240101'], [20088, 19723]],
    [{ kind: 'date' }, ['2024-12-31 00:00:00'], [20088]],
    [{ kind: 'timestamp' }, ['2024-12-31', '2024-01-01'], [1_735_603_200_000_000n, 1_704_067_200_000_000n]],
    [{ kind: 'timestamp' }, ['2024-12-31T00:00:00Z'], [1_735_603_200_000_000n]],
    [{ kind: 'timestamptz' }, ['2024-12-31 02:00:00'], [1_735_610_400_000_000n]],
    [{ kind: 'date' }, ['31.12.24', '01.01.70'], [20088, 0]],
  ])('reads into %j', (logical, values, expected) => {
    expect(readInto(logical, values).values).toEqual(expected);
  });

  it.each<[LogicalType, string, string]>([
    [{ kind: 'date' }, '2024-12-31 10:00:00', 'too-precise'],
    [{ kind: 'timestamp' }, '2024-12-31 10:00:00.1234567', 'too-precise'],
    [{ kind: 'timestamp' }, '2024-12-31 10:00:00+02:00', 'not-storable'],
    [{ kind: 'time' }, '25:00', 'not-a-date'],
    [{ kind: 'uuid' }, 'x', 'not-a-uuid'],
    [{ kind: 'boolean' }, '2', 'not-a-boolean'],
    [{ kind: 'bytes' }, '0xf', 'not-storable'],
    [{ kind: 'text', of: 'json' }, '{', 'not-storable'],
  ])('rejects for %j the value %s', (logical, value, reason) => {
    expect(reasons(readInto(logical, [value]))).toEqual([[value, reason]]);
  });

  it('reads bytes from hexadecimal digits, and JSON as it stands', () => {
    expect(readInto({ kind: 'bytes' }, ['0x00ff', String.raw`\xAB`, '']).values).toEqual([
      Uint8Array.of(0, 255),
      Uint8Array.of(171),
      null,
    ]);
    expect(readInto({ kind: 'text', of: 'json' }, ['{"a": 1}']).values.map(text)).toEqual(['{"a": 1}']);
  });
});

describe('texts and missing values', () => {
  it('keeps an empty text apart from a missing one', () => {
    expect(read(TEXT, ['', q(''), 'a', ' ']).values.map(text)).toEqual([null, '', 'a', ' ']);
    expect(read(INT32, ['', q(''), ' ', '1']).values).toEqual([null, null, null, 1]);
  });

  it('rejects missing values where the table wants one', () => {
    const { values, rejected } = read({ ...INT32, nullable: false, nullTexts: ['N/A'] }, ['1', '', 'N/A']);
    expect(values).toEqual([1]);
    expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'missing-value'],
      [4, 'missing-value'],
    ]);
    expect(rejected[0]!.message).toBe('Column value has no value in this row, and the table wants one.');
  });

  it('counts characters as SQL Server does, and says how many there are', () => {
    const { values, rejected } = read({ ...TEXT, maxChars: 3 }, ['äöü', '😀a', '😀😀', 'abcd']);
    expect(values.map(text)).toEqual(['äöü', '😀a']);
    expect(rejected.map(({ message }) => message)).toEqual([
      "'😀😀' has 4 characters where the column takes 3.",
      "'abcd' has 4 characters where the column takes 3.",
    ]);
  });

  it('rejects NUL characters', () => {
    expect(reasons(read(TEXT, ['a\0b', 'c']))).toEqual([['a\0b', 'nul-byte']]);
  });

  it('cuts long values in reports, and shows the row', () => {
    const [rejected] = read(INT32, ['x'.repeat(10_000)]).rejected;
    expect(rejected!.value).toHaveLength(200);
    expect(rejected!.message.length).toBeLessThan(120);
    expect(rejected!.text.length).toBeLessThanOrEqual(2000);
  });
});

describe('rows', () => {
  const columns: FileColumn[] = [
    { index: 2, name: 'c', ...TEXT },
    { index: 0, name: 'a', ...INT32 },
    { index: 1, name: 'b', ...decimal(30, 1) },
  ];

  it('leaves a row out once, by the first column that cannot take it', () => {
    const rejected: RejectedRow[] = [];
    const batch = createParser(columns, (row) => rejected.push(row))(
      fieldBatch(
        [
          ['1', '1.5', 'x'],
          ['bad', 'worse', 'say "hi"'],
          ['2', 'x', ''],
          ['3', '', 'z'],
        ],
        10,
      ),
    );
    expect(batch.rows).toBe(2);
    expect(batch.columns.map((vector) => plainValues(vector, 2).map(text))).toEqual([
      ['x', 'z'],
      [1, 3],
      [15n, null],
    ]);
    expect(rejected.map(({ line, column: name, text: row }) => [line, name, row])).toEqual([
      [11, 'a', 'bad,worse,"say ""hi"""'],
      [12, 'b', '2,x,'],
    ]);
  });

  it('keeps the other rows as they are, whichever go', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 600 }), (good) => {
        const rows = good.map((isGood, row) => [
          isGood ? String(row) : 'x',
          `${row}.5`,
          row % 3 === 0 ? '' : `t${row}`,
        ]);
        const rejected: RejectedRow[] = [];
        const batch = createParser(columns, (row) => rejected.push(row))(fieldBatch(rows));
        const kept = good.flatMap((isGood, row) => (isGood ? [row] : []));
        expect(plainValues(batch.columns[1]!, batch.rows)).toEqual(kept);
        expect(plainValues(batch.columns[2]!, batch.rows)).toEqual(kept.map((row) => BigInt(row * 10 + 5)));
        expect(plainValues(batch.columns[0]!, batch.rows).map(text)).toEqual(
          kept.map((row) => (row % 3 === 0 ? null : `t${row}`)),
        );
        expect(rejected.map(({ line }) => line)).toEqual(good.flatMap((isGood, row) => (isGood ? [] : [row + 2])));
      }),
    );
  });

  it('refuses a batch without the columns it reads', () => {
    expect(() => createParser(columns, () => {})(columnBatch(['1']))).toThrow(RangeError);
  });
});
