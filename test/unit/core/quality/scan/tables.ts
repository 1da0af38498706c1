/** Random files: values of every type, good ones and bad ones, written with and without quotation marks. */
import fc from 'fast-check';
import type { CheckColumn, CheckType } from '../../../../../core/types/quality';
import type { ScanPlan } from '../../../../../core/types/scan';
import { utf8 } from './reference';
import { column, planOf } from './scans';

const TYPES: CheckType[] = [
  { kind: 'text' },
  { kind: 'integer', digits: 5 },
  { kind: 'integer', digits: 18 },
  { kind: 'decimal', precision: 7, scale: 2 },
  { kind: 'decimal', precision: 4, scale: 0 },
  { kind: 'float' },
  { kind: 'boolean' },
  { kind: 'date' },
  { kind: 'timestamp', zoned: false },
  { kind: 'timestamp', zoned: true },
];

const two = (most: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));
const year = fc.constantFrom('2024', '2023', '1900', '2000', '0000', '9999', '1969');
const dates = fc.oneof(
  fc.tuple(year, two(13), two(32)).map((parts) => parts.join('')),
  fc.tuple(year, two(13), two(32)).map((parts) => parts.join('-')),
  fc.tuple(two(32), two(13), year).map((parts) => parts.join('.')),
  fc.tuple(two(32), fc.constantFrom('JAN', 'feb', 'Dez'), two(99)).map((parts) => parts.join('-')),
);
const times = fc
  .tuple(
    year,
    two(12),
    two(31),
    fc.constantFrom(' ', 'T', '_'),
    two(24),
    two(60),
    fc.oneof(
      fc.constant(''),
      two(60).map((second) => `:${second}`),
    ),
    fc.constantFrom('', '', '.5', '.123456789', '.', '.1234567890'),
    fc.constantFrom('', '', 'Z', '+02', '-0330', '+01:00', ' +05:30', '+1', ' ', '+16:00'),
  )
  .map(([y, m, d, gap, ...time]) => `${y}-${m}-${d}${gap}${time[0]}:${time.slice(1).join('')}`);
const digits = (most: number) => fc.string({ unit: fc.constantFrom(...Array.from('0012345678900')), maxLength: most });
const numbers = fc.oneof(
  fc.tuple(fc.constantFrom('', '-', '+'), digits(20)).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('', '-', '+', '--'), digits(8), fc.constantFrom('.', '..', ','), digits(4))
    .map((p) => p.join('')),
  fc.tuple(digits(3), fc.constantFrom('e', 'E', 'e-', 'E+'), digits(4)).map((parts) => parts.join('')),
);
const words = fc.constantFrom(
  'true',
  'F',
  'Yes',
  'ON',
  'off',
  '1',
  '2',
  'nan',
  '-inf',
  'Infinity',
  'tru',
  'maybe',
  '-',
);
const texts = fc.oneof(
  fc.string({ maxLength: 12 }).map(utf8),
  fc.string({ unit: 'binary', maxLength: 8 }).map(utf8),
  fc.string({ unit: fc.constantFrom(...Array.from('äöü€😀x\t",;\'\r\n')), maxLength: 40 }).map(utf8),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const values = fc.oneof(dates, times, numbers, words, texts, fc.constantFrom('', '\\N', 'NULL'));

const columns: fc.Arbitrary<CheckColumn[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom(...TYPES),
      limit: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
      unit: fc.constantFrom('characters' as const, 'bytes' as const),
      nullable: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((list) =>
    list.map(({ type, limit, unit, nullable }, index) =>
      column(`c${index}`, type, { nullable, width: limit === undefined ? undefined : { limit, unit } }),
    ),
  );

export interface RandomFile {
  plan: ScanPlan;
  file: string;
}

export const randomFiles: fc.Arbitrary<RandomFile> = fc
  .record({
    columns,
    delimiter: fc.constantFrom('\t', ',', ';', '|', '~', '^'),
    quote: fc.constantFrom('' as const, '"' as const, "'" as const),
    encoding: fc.constantFrom('utf-8' as const, 'utf-8' as const, 'windows-1252' as const, 'iso-8859-1' as const),
    dateFormat: fc.constantFrom(undefined, undefined, 'DD.MM.YYYY', 'DD-MON-YY', 'YYYYMMDD'),
    newline: fc.constantFrom('\n', '\r\n'),
    open: fc.boolean(),
    date: fc.nat(),
    rows: fc.array(
      fc.record({
        values: fc.array(fc.tuple(values, fc.constantFrom(false, true)), { minLength: 6, maxLength: 6 }),
        more: fc.constantFrom(...Array<number>(12).fill(0), -1, 1, -9),
      }),
      { maxLength: 40 },
    ),
  })
  .map(({ columns, delimiter, quote, encoding, dateFormat, newline, open, date, rows }) => {
    const lines = rows.map((row) => {
      const fields = [...row.values, ...row.values].slice(0, Math.max(0, columns.length + row.more));
      return fields
        .map(([value, quoted]) => {
          if (quote !== '' && quoted) return quote + value.replaceAll(quote, quote + quote) + quote;
          return value.replaceAll(/[\n\r]/g, ' ').replaceAll(delimiter, ' ');
        })
        .join(delimiter);
    });
    const file = lines.join(newline) + (open ? '' : newline);
    const keyColumns = columns.map((_, index) => index).filter((index) => index % 2 === 0);
    const plan = planOf(columns, {
      dateColumn: date % columns.length,
      keyColumns,
      format: { delimiter, quote, encoding, dateFormat, nullTexts: ['\\N', 'NULL'] },
    });
    return { plan, file };
  });
