import { parseDateFormat, parseTimestampFormat } from '../../../../../core/quality/scan/date-format';
import type { CheckType } from '../../../../../core/types/quality';
import type { MonthFormat } from '../../../../../core/types/month';
import { column, planOf, scan } from './scans';

/** Which of the values are not of the type. */
function badOnes(type: CheckType, values: string[], format: Partial<MonthFormat> = {}): (string | undefined)[] {
  const { figures } = scan(values.join('\n'), planOf([column('v', type)], { samples: 100, format }));
  const samples = figures.samples.types ?? [];
  expect(figures.columns[0]!.badType).toBe(samples.length);
  return samples.map(({ value }) => value);
}

describe('values of a type', () => {
  const all: [CheckType, string[], string[], Partial<MonthFormat>?][] = [
    [{ kind: 'integer', digits: 3 }, ['1', '-12', '+123', '000123'], ['1234', '1.0', ' 1', '1 ', '-', '1e2']],
    [
      { kind: 'decimal', precision: 5, scale: 2 },
      ['1', '123.45', '-.5', '5.', '0123.4500', '+0'],
      ['1234', '1.234', '.', '-', '1,5', '1.2.3', '1e2', '12345.6'],
    ],
    [
      { kind: 'float' },
      ['1', '1.5e-3', '-1E+10', 'NaN', '-Infinity', 'INF', '.5', '5.', '1e308', '9'.repeat(300)],
      ['1e', 'e5', '.', '1e999', 'infinit', '1.2.3', '0x10', `-${'9'.repeat(170)}e200`],
    ],
    [{ kind: 'boolean' }, ['TRUE', 'f', 'Yes', 'n', 'on', 'OFF', '0', '1'], ['2', 'ja', 'tr', 'p', 'Q']],
    [
      { kind: 'date' },
      ['20240229', '2024-02-29', '20000229', '0001-01-01', '9999-12-31'],
      [
        '20230229',
        '19000229',
        '2024-13-01',
        '2024-00-01',
        '20240431',
        '2024/01/01',
        '2024-1-1',
        '202401011',
        '00000101',
      ],
    ],
    [
      { kind: 'date' },
      ['29.02.2024'],
      ['20240229', '30.02.2024', '2.2.2024', '29.02.24'],
      { dateFormat: 'DD.MM.YYYY' },
    ],
    [{ kind: 'date' }, ['01-jan-24', '31-DEC-99'], ['01-JAB-24', '31-JUN-24'], { dateFormat: 'DD-MON-YY' }],
    [
      { kind: 'timestamp', zoned: false },
      ['2024-02-29', '20240229', '2024-02-29 23:59:59', '2024-02-29T10:00', '2024-02-29 10:00:00.123456789'],
      [
        '2024-02-30 10:00:00',
        '2024-02-29 24:00:00',
        '2024-02-29 10:60:00',
        '2024-02-29 10:00:60',
        '2024-02-29 10:00:00Z',
        '2024-02-29 10:00:00.',
        '2024-02-29 10:00:00.1234567890',
        '2024-02-29 10',
        '2024-02-29 ',
        '20240229 10:00:00',
      ],
    ],
    [
      { kind: 'timestamp', zoned: true },
      ['2024-02-29 10:00:00Z', '2024-02-29 10:00+02', '2024-02-29T10:00:00.5 -03:30', '2024-02-29 10:00:00+0530'],
      ['2024-02-29 10:00:00+1', '2024-02-29 10:00:00+17:00', '2024-02-29 10:00:00 ', '2024-02-29Z'],
    ],
    [
      { kind: 'timestamp', zoned: false },
      ['29.02.2024 10:11:12', '29.02.2024 10:11:12.5', '29.02.2024'],
      ['2024-02-29 10:11:12', '29.02.2024 10:11', '29.02.2024T10:11:12'],
      { dateFormat: 'DD.MM.YYYY', timestampFormat: 'DD.MM.YYYY HH24:MI:SS' },
    ],
    [
      { kind: 'timestamp', zoned: false },
      ['20240229T101112', '20240229T101112.123'],
      ['20240229101112', '20240229T1011'],
      { timestampFormat: 'YYYYMMDD"T"HH24MISS.FF3' },
    ],
  ];
  it.each(all.map(([type, good, bad, format = {}]) => ({ type, good, bad, format })))('$type as $format', (one) => {
    const { type, good, bad, format } = one;
    expect(badOnes(type, [...good, ...bad], format)).toEqual(bad);
  });

  it.each<[CheckType, string, string]>([
    [
      { kind: 'decimal', precision: 5, scale: 2 },
      '1.234',
      'v has more than 2 digits behind the point, and the table would round it silently',
    ],
    [{ kind: 'decimal', precision: 5, scale: 2 }, '1234.5', 'v has more than 3 digits before the point'],
    [{ kind: 'integer', digits: 2 }, '123', 'v has more than 2 digits'],
    [{ kind: 'date' }, '2024', 'v is no date (YYYY-MM-DD or YYYYMMDD)'],
  ])('%j: what is wrong with %s is said', (type, value, message) => {
    expect(scan(value, planOf([column('v', type)])).figures.samples.types).toEqual([
      { line: 1, column: 'v', value, message },
    ]);
  });
});

describe('days', () => {
  it.each<CheckType>([{ kind: 'integer', digits: 8 }, { kind: 'text' }, { kind: 'date' }])(
    'of a date column of type %j are counted alike',
    (type) => {
      const { figures } = scan('20240131\n20240132\n\n20240131\n', planOf([column('d', type)], { dateColumn: 0 }));
      expect(figures.days).toEqual([[Date.UTC(2024, 0, 31) / 86_400_000, 2]]);
      expect(figures).toMatchObject({ dateNulls: 1, dateInvalid: 1 });
      expect(figures.samples.types).toEqual([
        { line: 2, column: 'd', value: '20240132', message: 'd is no date (YYYY-MM-DD or YYYYMMDD)' },
      ]);
    },
  );

  it('of a timestamp are those that are written, whatever its offset', () => {
    const type: CheckType = { kind: 'timestamp', zoned: true };
    const { figures } = scan('2024-01-31 23:00:00-05\n2024-01-31\n', planOf([column('t', type)], { dateColumn: 0 }));
    expect(figures.days).toEqual([[Date.UTC(2024, 0, 31) / 86_400_000, 2]]);
  });
});

describe('widths', () => {
  it('of single-byte encodings are those of the text as UTF-8', () => {
    const plan = planOf([column('v', { kind: 'text' }, { width: { limit: 4, unit: 'bytes' } })], {
      format: { encoding: 'windows-1252' },
    });
    const { columns, samples } = scan('\x80\n\xe4\xe4\n\x80\xe4\n', plan).figures;
    expect(columns[0]).toMatchObject({ maxCharacters: 2, maxBytes: 5, tooWide: 1 });
    expect(samples.widths).toEqual([
      { line: 3, column: 'v', value: '€ä', message: 'v has 5 bytes, and the table takes 4' },
    ]);
  });

  it('count characters beyond 16 bits once', () => {
    const { columns } = scan(Buffer.from('😀😀').toString('latin1'), planOf([column('v')])).figures;
    expect(columns[0]).toMatchObject({ maxCharacters: 2, maxBytes: 8 });
  });
});

describe('samples', () => {
  it('are the first by line and column, as many as wanted, cut to 200 characters', () => {
    const type: CheckType = { kind: 'integer', digits: 3 };
    const long = 'ä'.repeat(300);
    const row = `${long}\t${long}\n`;
    const plan = planOf([column('a', type), column('b', type)], { samples: 3 });
    const { samples, columns } = scan(Buffer.from(row.repeat(600)).toString('latin1'), plan, [3000]).figures;
    expect(samples.types?.map(({ line, column: name }) => [line, name])).toEqual([
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
    ]);
    expect(samples.types?.[0]!.value).toBe('ä'.repeat(200));
    expect(columns.map(({ badType }) => badType)).toEqual([600, 600]);
  });
});

describe('formats', () => {
  it.each(['YYYY-MM', 'DD.MM.YYYY HH24:MI', 'MM/DD/YYYY/DD', 'YYYY-MM-DD Q', 'YYYY-MM-DD"', 'YYYY年MM月DD'])(
    'of dates cannot be %j',
    (format) => {
      expect(() => parseDateFormat(format)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    },
  );

  it.each(['HH24:MI:SS DD.MM.YYYY', 'YYYY-MM-DD HH24', 'YYYY-MM-DD HH24:MI:SS:SS', 'HH24:MI'])(
    'of timestamps cannot be %j',
    (format) => {
      expect(() => parseTimestampFormat(format)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    },
  );
});
