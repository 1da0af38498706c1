import { formOf, fractionDigits } from '../../../../connectors/value-forms';
import type { MonthFormat } from '../../../../core/types/month';
import type { CheckType } from '../../../../core/types/quality';

const FORMAT: MonthFormat = { delimiter: ',', quote: '', encoding: 'utf-8', headerLines: 0, nullTexts: [] };

const takes = (type: CheckType, text: string, format: Partial<MonthFormat> = {}, nativeType = 'X'): boolean => {
  const form = formOf({ name: 'c', type, nativeType, nullable: true, hasDefault: false }, { ...FORMAT, ...format });
  return form === undefined || new RegExp(`^(?:${form})$`).test(text);
};

describe('how values must be written', () => {
  const cases: [CheckType, string[], string[]][] = [
    [{ kind: 'integer', digits: 9 }, ['0', '-7', '+12', '1.0', '3.'], ['1.5', '1e3', '0x1F', '1_000', ' 1', '', '-']],
    [
      { kind: 'decimal', precision: 5, scale: 2 },
      ['1', '1.2', '-1.23', '.5', '1.2300', '7.'],
      ['1.234', '1e-3', '1,5', '.', '1.2001'],
    ],
    [{ kind: 'float' }, ['1', '-1.5e300', '.5', 'NaN', '-Infinity', 'inf'], ['1e', '0x1', '1_0', 'nano', '']],
    [{ kind: 'boolean' }, ['true', 'F', 'YES', 'off', '1'], ['2', 'ja', 'tru', '']],
    [{ kind: 'date' }, ['2024-01-31', '20240131'], ['2024-1-31', '2024-01-31 00:00:00', 'epoch', '240131']],
    [
      { kind: 'timestamp', zoned: false },
      ['2024-01-31', '2024-01-31 10:00', '2024-01-31T10:00:00.123456000', '20240131'],
      ['2024-01-31 10:00:00.1234567', '2024-01-31 10:00:00Z', '2024-01-31 10'],
    ],
    [
      { kind: 'timestamp', zoned: true },
      ['2024-01-31 10:00:00+02', '2024-01-31T10:00:00Z'],
      ['2024-01-31 10:00:00 CET'],
    ],
    [{ kind: 'text' }, ['', 'anything'], []],
  ];
  it.each(cases)('for %j', (type, good, bad) => {
    expect(good.filter((text) => !takes(type, text))).toEqual([]);
    expect(bad.filter((text) => takes(type, text))).toEqual([]);
  });

  it('follows the format of the file', () => {
    const format = { dateFormat: 'DD.MON.YY', timestampFormat: 'YYYY/MM/DD HH24:MI:SS' };
    expect(takes({ kind: 'date' }, '31.Jan.24', format)).toBe(true);
    expect(takes({ kind: 'date' }, '31-Jan-24', format)).toBe(false);
    expect(takes({ kind: 'date' }, '2024-01-31', format)).toBe(false);
    expect(takes({ kind: 'timestamp', zoned: false }, '2024/01/31 10:11:12.5', format)).toBe(true);
    expect(takes({ kind: 'timestamp', zoned: false }, '2024/01/31 10:11:12.5', format, 'TIMESTAMP_S')).toBe(false);
  });

  it('knows how fine a type of timestamps is', () => {
    expect(['TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP', 'timestamp(3) without time zone'].map(fractionDigits)).toEqual([
      0, 3, 6, 3,
    ]);
  });
});
