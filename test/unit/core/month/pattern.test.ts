import fc from 'fast-check';
import { daysFromCivil } from '../../../../core/columnar/civil';
import {
  compilePattern,
  exampleOf,
  findDates,
  formatDay,
  patternProblem,
  readDay,
} from '../../../../core/month/pattern';

const match = (pattern: string, name: string) => compilePattern(pattern).match(name);
const monthOf = (pattern: string, name: string) => match(pattern, name)?.month;

describe('a pattern of files', () => {
  it.each(['2024-01', '2024_01', '202401', '01-2024', '01_2024', '012024'])('takes %s for {month}', (text) => {
    expect(match('trades_{month}.tsv', `trades_${text}.tsv`)).toEqual({ month: '2024-01' });
  });

  it.each([
    '20240101-20240131',
    '20240101_20240131',
    '20240101_to_20240131',
    '20240101--20240131',
    '2024-01-01_2024-01-31',
    '2024-01-01-2024-01-31',
    '2024-01-01 to 2024-01-31',
    '2024_01_01_2024_01_31',
  ])('takes %s for {date_range}', (text) => {
    expect(match('trades_{date_range}.tsv', `trades_${text}.tsv`)).toEqual({
      month: '2024-01',
      range: { from: daysFromCivil(2024, 1, 1), to: daysFromCivil(2024, 1, 31) },
    });
  });

  it('does not look at letter case, nor at how a letter with an accent is put together', () => {
    expect(monthOf('TRADES_{month}.tsv', 'trades_2024-01.TSV')).toBe('2024-01');
    expect(monthOf('caf\u00e9_{month}.tsv', 'cafe\u0301_2024-01.tsv')).toBe('2024-01');
  });

  it('takes every other character for itself', () => {
    expect(match('a.b+(c)_{month}.tsv', 'a.b+(c)_2024-01.tsv')).toBeDefined();
    expect(match('a.b_{month}.tsv', 'axb_2024-01.tsv')).toBeUndefined();
  });

  it('has the whole name to itself', () => {
    expect(match('trades_{month}.tsv', 'old_trades_2024-01.tsv')).toBeUndefined();
    expect(match('trades_{month}.tsv', 'trades_2024-01.tsv.bak')).toBeUndefined();
  });

  it("finds no month within a longer number, and the pattern's own digits do not count", () => {
    expect(match('x{month}*', 'x20240115.tsv')).toBeUndefined();
    expect(match('*{month}.tsv', '9202401.tsv')).toBeUndefined();
    expect(monthOf('v2{month}.tsv', 'v2202401.tsv')).toBe('2024-01');
  });

  it('knows wildcards, and looks at the name alone unless it has a slash', () => {
    expect(monthOf('trades_?_{month}*', 'deep/down/trades_a_2024-01.part.tsv')).toBe('2024-01');
    expect(monthOf('{month}/trades*.tsv', '2024-01/trades_all.tsv')).toBe('2024-01');
    expect(match('{month}/trades*.tsv', 'a/2024-01/trades.tsv')).toBeUndefined();
    expect(match('*/{month}.tsv', 'a/b/2024-01.tsv')).toBeUndefined();
    expect(monthOf('**/{month}.tsv', 'a/b/2024-01.tsv')).toBe('2024-01');
    expect(monthOf('**/{month}.tsv', '2024-01.tsv')).toBe('2024-01');
  });

  it('says so where the name does not say which month it is', () => {
    expect(match('*{month}*', 'a_2024-01_2024-02.tsv')?.problem).toMatch(/can be of 2024-0[12] or of 2024-0[12]/);
    expect(match('{month}/x_{month}.tsv', '2024-01/x_2024-02.tsv')?.problem).toBe(
      'names two months, 2024-01 and 2024-02',
    );
    expect(match('{month}/x_{date_range}.tsv', '2024-03/x_20240101-20240131.tsv')?.problem).toMatch(
      /names the month 2024-03/,
    );
    expect(monthOf('{month}/x_{month}.tsv', '2024-01/x_012024.tsv')).toBe('2024-01');
  });

  it('says so where the days are none of the calendar, or the wrong way round', () => {
    expect(match('x_{date_range}', 'x_20240201-20240230')?.problem).toMatch(/does not have, 20240230/);
    expect(match('x_{date_range}', 'x_20240131-20240101')?.problem).toMatch(/ends before it begins/);
  });

  it('takes a range over several months for one of the first, aloud', () => {
    const found = match('x_{date_range}', 'x_20240115-20240214');
    expect(found?.month).toBe('2024-01');
    expect(found?.warning).toMatch(/2024-01-15 to 2024-02-14.*several months.*2024-01/);
    expect(match('x_{date_range}', 'x_20240101-20240131')?.warning).toBeUndefined();
  });

  it('may have neither, and then says nothing of a month', () => {
    expect(match('trades.tsv', 'trades.tsv')).toEqual({});
    expect(compilePattern('trades.tsv').hasMonth).toBe(false);
  });

  it.each([
    ['x_{day}.tsv', /only \{month\} and \{date_range\}/],
    ['x_{month.tsv', /brace/],
    ['x_month}.tsv', /brace/],
    ['a\\b_{month}', /backslash/],
    ['/abs/{month}', /below the base path/],
    ['../{month}', /below the base path/],
  ])('cannot be %s', (text, says) => {
    expect(patternProblem(text)).toMatch(says);
  });

  it('fits the example made of it', () => {
    const piece = fc.constantFrom('a', 'trades_', '.', '*', '?', '-', 'B', '(1)');
    const field = fc.constantFrom('{month}', '_{date_range}');
    const folder = fc.constantFrom('', 'in/', '**/', '*/');
    fc.assert(
      fc.property(
        folder,
        fc.array(piece, { maxLength: 4 }),
        field,
        fc.array(piece, { maxLength: 3 }),
        (dir, a, by, b) => {
          const text = `${dir}${a.join('')}x${by}.${b.join('')}`;
          expect(match(text, exampleOf(text))?.month).toBe('2024-01');
        },
      ),
    );
  });
});

describe('days in names', () => {
  it('are read as they are written, and only where the calendar has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 70_000 }), (day) => {
        const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
        expect(formatDay(day)).toBe(text);
        expect(readDay(text)).toBe(day);
        expect(readDay(text.replaceAll('-', ''))).toBe(day);
      }),
    );
    expect(['2023-02-29', '20240431', '2024-1-1', ''].map(readDay)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are found where a pattern can be made of them, ranges first', () => {
    const found = (name: string) => {
      const at = findDates(name);
      return at && `${name.slice(0, at.from)}{${at.field}}${name.slice(at.to)}`;
    };
    expect(found('x_20240101-20240131_v2.tsv')).toBe('x_{date_range}_v2.tsv');
    expect(found('2024-01_x.tsv')).toBe('{month}_x.tsv');
    expect(found('x_20240115.tsv')).toBeUndefined();
  });
});
