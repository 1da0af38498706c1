import fc from 'fast-check';
import { daysFromCivil } from '../../../../core/columnar/civil';
import {
  addMonths,
  formatMonth,
  monthOf,
  monthRange,
  monthsBetween,
  parseMonth,
  parseMonths,
} from '../../../../core/month/months';
import { errorOf } from '../../config/files';

const TODAY = daysFromCivil(2024, 3, 15);
const months = (...texts: string[]): string[] => parseMonths(texts, TODAY);

describe('a month', () => {
  it.each([
    ['2024-01', '2024-01'],
    ['2024/01', '2024-01'],
    ['202401', '2024-01'],
    ['012024', '2024-01'],
    ['201012', '2010-12'],
    ['122010', '2010-12'],
    ['201910', '2019-10'],
    ['102019', '2019-10'],
    [' 2199-12 ', '2199-12'],
  ])('%s is %s', (text, month) => {
    expect(parseMonth(text)).toBe(month);
  });

  it('is the same however it is written, and six digits are never in doubt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2199 }), fc.integer({ min: 1, max: 12 }), (year, number) => {
        const [yyyy, mm] = [String(year), String(number).padStart(2, '0')];
        const ways = [`${yyyy}-${mm}`, `${yyyy}/${mm}`, `${yyyy}${mm}`, `${mm}${yyyy}`];
        expect(ways.map(parseMonth)).toEqual(ways.map(() => `${yyyy}-${mm}`));
      }),
    );
  });

  it.each([
    ['2024-13', /months are 01 to 12, not 13/, /Write 2024-01/],
    ['2024-00', /months are 01 to 12/, /Write/],
    ['2024-1', /no month/, /Did you mean 2024-01\?/],
    ['1-2024', /no month/, /Did you mean 2024-01\?/],
    ['Jan 2024', /no month/, /Did you mean 2024-01\?/],
    ['2024 september', /no month/, /Did you mean 2024-09\?/],
    ['24-03', /no month/, /Did you mean 2024-03\?/],
    ['2024', /it is a year/, /2024-01\.\.2024-12/],
    ['2024-01-15', /it is a day/, /Did you mean 2024-01\?/],
    ['20240115', /it is a day/, /./],
    ['132024', /neither a year and a month/, /Write/],
    ['1800-01', /years are 1900 to 2199/, /Write/],
    ['', /no month/, /Write/],
    ['next', /no month/, /Write/],
  ])('is not %j, and the error helps', (text, says, next) => {
    const error = errorOf(() => parseMonth(text));
    expect(error.code).toBe('MONTH_INVALID');
    expect(error.message).toMatch(says);
    expect(error.next).toMatch(next);
  });

  it('has the days of the calendar', () => {
    const lengths = monthsBetween('2023-12', '2024-12').map((month) => {
      const { from, to } = monthRange(month);
      return to - from + 1;
    });
    expect(lengths).toEqual([31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    // By the Date of the platform, which counts for itself.
    expect(new Date(monthRange('2024-02').to * 86_400_000).toISOString().slice(0, 10)).toBe('2024-02-29');
  });

  it('contains a day exactly when the day is in its range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -25_000, max: 80_000 }), (day) => {
        const month = monthOf(day);
        const { from, to } = monthRange(month);
        expect(new Date(day * 86_400_000).toISOString().slice(0, 7)).toBe(month);
        expect(from <= day && day <= to).toBe(true);
      }),
    );
  });

  it('is so many months away from another', () => {
    expect([addMonths('2024-01', -1), addMonths('2024-12', 1), addMonths('2024-05', -29)]).toEqual([
      '2023-12',
      '2025-01',
      '2021-12',
    ]);
    expect(formatMonth(2024, 7)).toBe('2024-07');
  });
});

describe('months', () => {
  it('come from lists, blanks and several texts, sorted and each once', () => {
    expect(months('2024-03, 012024', '2024/02 2024-01')).toEqual(['2024-01', '2024-02', '2024-03']);
  });

  it.each([
    '2023-12..2024-02',
    '2023-12:2024-02',
    '2023-12-2024-02',
    '122023-022024',
    '2023-12 .. 022024',
    '202312 - 202402',
  ])('come from the range %s', (text) => {
    expect(months(text)).toEqual(['2023-12', '2024-01', '2024-02']);
  });

  it('come from words, seen from today', () => {
    expect(months('this-month')).toEqual(['2024-03']);
    expect(months('LAST-MONTH')).toEqual(['2024-02']);
    expect(months('2023-12..last-month')).toEqual(['2023-12', '2024-01', '2024-02']);
    expect(parseMonths(['last-month'], daysFromCivil(2024, 1, 1))).toEqual(['2023-12']);
  });

  it('are refused where the range ends before it begins, with the range that was meant', () => {
    const error = errorOf(() => months('2024-03..2024-01'));
    expect(error.code).toBe('MONTH_INVALID');
    expect(error.next).toBe('Did you mean 2024-01..2024-03?');
  });

  it('are at most six hundred, in one range or several', () => {
    expect(months('1950-01..1999-12')).toHaveLength(600);
    expect(errorOf(() => months('1950-01..2000-01')).message).toMatch(/601 months/);
    expect(errorOf(() => months('1950-01..1999-12', '2000-01')).code).toBe('MONTH_INVALID');
  });

  it('name the one text of many that is none', () => {
    expect(errorOf(() => months('2024-01', '2024-02,2024-14')).message).toMatch(/`2024-14`/);
  });

  it('are nothing where nothing is said', () => {
    expect(months('', ' , ')).toEqual([]);
  });
});
