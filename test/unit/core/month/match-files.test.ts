import fc from 'fast-check';
import { effectiveBatch } from '../../../../core/month/effective-batch';
import { type FoundFile, matchFiles, noFilesError } from '../../../../core/month/match-files';
import { parseDocument } from '../../../../config/load';
import { errorOf } from '../../config/files';

const batchOf = (tables: Record<string, object>) =>
  effectiveBatch(
    parseDocument({
      version: 1,
      environments: { wh: { kind: 'duckdb', path: 'wh.duckdb' } },
      monthBatches: { daily: { to: 'wh', basePath: 'in', tables } },
    }),
    'daily',
  );
const file = (relative: string): FoundFile => ({ path: `/in/${relative}`, relative, size: 10, mtimeMs: 1 });
const files = (...names: string[]) => names.map(file);
const TRADES = batchOf({ trades: { files: ['trades_{date_range}.tsv', 'trades_{month}*.tsv'] } });
const TWO = batchOf({ trades: { files: 'trades_{month}.tsv' }, rates: { files: 'rates_{month}.tsv' } });
const all = { named: false };
const shown = (found: ReturnType<typeof matchFiles>) =>
  found.files.map(({ table, month, path }) => `${month} ${table} ${path.slice(4)}`);
const codes = (found: ReturnType<typeof matchFiles>) => found.errors.map(({ code }) => code);

describe('files of a batch', () => {
  it('go to the table and month that their names say, sorted by month, table and days', () => {
    const found = matchFiles(
      TWO,
      files('trades_2024-02.tsv', 'rates_012024.tsv', 'sub/rates_2024-02.tsv', 'trades_202401.tsv', 'readme.txt'),
      all,
    );
    expect(shown(found)).toEqual([
      '2024-01 trades trades_202401.tsv',
      '2024-01 rates rates_012024.tsv',
      '2024-02 trades trades_2024-02.tsv',
      '2024-02 rates sub/rates_2024-02.tsv',
    ]);
    expect(found.unmatched).toEqual(['readme.txt']);
    expect([found.errors, found.warnings]).toEqual([[], []]);
  });

  it('are those of the months and tables asked for, and what has none is told', () => {
    const found = matchFiles(TWO, files('trades_2024-01.tsv', 'rates_2024-02.tsv'), {
      months: ['2024-01', '2024-02', '2024-03'],
      named: false,
    });
    expect(shown(found)).toHaveLength(2);
    expect(found.emptyMonths).toEqual(['2024-03']);
    expect(found.missing).toEqual([
      { month: '2024-01', table: 'rates' },
      { month: '2024-02', table: 'trades' },
    ]);
    const one = matchFiles(TWO, files('trades_2024-01.tsv', 'rates_2024-01.tsv'), { tables: ['rates'], named: false });
    expect(shown(one)).toEqual(['2024-01 rates rates_2024-01.tsv']);
    expect(errorOf(() => matchFiles(TWO, [], { tables: ['rate'], named: false })).code).toBe('CONFIG_UNKNOWN_NAME');
    expect(noFilesError(TWO, ['2024-03'], '/in').message).toMatch(/\/in is of 2024-03.*`trades_\{month\}\.tsv`/);
  });

  it('that fit two definitions are refused, and one is not taken for the first', () => {
    const batch = batchOf({ a: { files: 'x_{month}*.tsv' }, b: { files: 'x_*.tsv' } });
    const found = matchFiles(batch, files('x_2024-01_b.tsv'), all);
    expect(found.files).toEqual([]);
    expect(found.errors).toMatchObject([{ code: 'MONTH_FILE_AMBIGUOUS', place: { file: '/in/x_2024-01_b.tsv' } }]);
    expect(found.errors[0]?.message).toBe('x_2024-01_b.tsv fits `a` (`x_{month}*.tsv`) and `b` (`x_*.tsv`).');
    expect(shown(matchFiles(batch, files('x_2024-01_b.tsv'), { named: false, tables: ['a'] }))).toHaveLength(1);
  });

  it('with the same days are refused, both of them', () => {
    const found = matchFiles(TRADES, files('trades_20240101-20240120.tsv', 'trades_20240115-20240131.tsv'), all);
    expect(found.files).toEqual([]);
    expect(found.errors[0]).toMatchObject({ code: 'MONTH_FILES_OVERLAP', place: { table: 'trades' } });
    expect(found.errors[0]?.message).toMatch(/both hold 2024-01-15 to 2024-01-20/);
  });

  it('that are refused are kept out of every table and month that they could be of', () => {
    const places = (found: ReturnType<typeof matchFiles>): string[] =>
      found.refused.map(
        ({ file: { month, table, path }, error }) => `${month} ${table} ${path.slice(4)} ${error.code}`,
      );
    const batch = batchOf({ a: { files: 'x_{month}*.tsv' }, b: { files: '*_b_{month}.tsv' }, c: { files: 'c_*.tsv' } });
    expect(places(matchFiles(batch, files('x_2024-01_b_2024-01.tsv', 'x_2024-02.tsv'), all))).toEqual([
      '2024-01 a x_2024-01_b_2024-01.tsv MONTH_FILE_AMBIGUOUS',
      '2024-01 b x_2024-01_b_2024-01.tsv MONTH_FILE_AMBIGUOUS',
    ]);
    // Each of two that reach into each other is kept out of its own month, also where only one was asked for.
    const two = files('trades_20240115-20240210.tsv', 'trades_20240201-20240229.tsv');
    expect(places(matchFiles(TRADES, two, all))).toEqual([
      '2024-01 trades trades_20240115-20240210.tsv MONTH_FILES_OVERLAP',
      '2024-02 trades trades_20240201-20240229.tsv MONTH_FILES_OVERLAP',
    ]);
    expect(places(matchFiles(TRADES, two, { ...all, months: ['2024-01'] }))).toEqual([
      '2024-01 trades trades_20240115-20240210.tsv MONTH_FILES_OVERLAP',
    ]);
  });

  it('that `clean-file` wrote belong where their originals do, when they are named', () => {
    const clean = files('trades_2024-01.clean.tsv');
    expect(shown(matchFiles(TWO, clean, { named: true }))).toEqual(['2024-01 trades trades_2024-01.clean.tsv']);
    expect(matchFiles(TWO, clean, all)).toMatchObject({ files: [], unmatched: ['trades_2024-01.clean.tsv'] });
  });

  it('of neighbouring days are not', () => {
    const found = matchFiles(TRADES, files('trades_20240116-20240131.tsv', 'trades_20240101-20240115.tsv'), all);
    expect(shown(found)).toEqual([
      '2024-01 trades trades_20240101-20240115.tsv',
      '2024-01 trades trades_20240116-20240131.tsv',
    ]);
    expect(found.errors).toEqual([]);
  });

  it('of the same month by two patterns, two spellings or two folders are refused', () => {
    for (const names of [
      ['trades_20240101-20240131.tsv', 'trades_2024-01.tsv'],
      ['a/trades_2024-01.tsv', 'b/trades_2024-01.tsv'],
    ])
      expect(codes(matchFiles(TRADES, files(...names), all))).toEqual(['MONTH_FILES_OVERLAP']);
    expect(codes(matchFiles(TWO, files('trades_2024-01.tsv', 'trades_012024.tsv'), all))).toEqual([
      'MONTH_FILES_OVERLAP',
    ]);
  });

  it('of one month that a wildcard tells apart are loaded, with a warning', () => {
    const found = matchFiles(
      TRADES,
      files('trades_2024-01_a.tsv', 'trades_2024-01_b.tsv', 'trades_2024-01_c.tsv'),
      all,
    );
    expect(found.files).toHaveLength(3);
    expect(found.errors).toEqual([]);
    expect(found.warnings).toHaveLength(1);
    const twins = matchFiles(
      TRADES,
      files('a/trades_2024-01_a.tsv', 'trades_2024-01_b.tsv', 'trades_2024-01_a.tsv'),
      all,
    );
    expect(codes(twins)).toEqual(['MONTH_FILES_OVERLAP']);
    expect(shown(twins)).toEqual(['2024-01 trades trades_2024-01_b.tsv']);
  });

  it('may hold the same days where no range is expected', () => {
    const batch = batchOf({ trades: { files: 'trades_{date_range}.tsv', expectedRange: 'none' } });
    const found = matchFiles(batch, files('trades_20240101-20240120.tsv', 'trades_20240115-20240131.tsv'), all);
    expect(found.files).toHaveLength(2);
    expect(found.errors).toEqual([]);
  });

  it('of other months than those asked for do not stand in the way', () => {
    const found = matchFiles(
      TRADES,
      files('trades_20240101-20240120.tsv', 'trades_20240115-20240131.tsv', 'trades_20240201-20240229.tsv'),
      { months: ['2024-02'], named: false },
    );
    expect(found.errors).toEqual([]);
    expect(shown(found)).toEqual(['2024-02 trades trades_20240201-20240229.tsv']);
  });

  it('that reach into a month asked for are told of, though they belong to another', () => {
    const found = matchFiles(TRADES, files('trades_20240115-20240214.tsv'), { months: ['2024-02'], named: false });
    expect(found.files).toEqual([]);
    expect(found.emptyMonths).toEqual(['2024-02']);
    expect(found.warnings[0]).toMatch(/several months/);
  });

  it('that were named must belong somewhere, and may take their month from the one asked for', () => {
    const batch = batchOf({ trades: { files: ['trades.tsv', 'trades_{month}.tsv'] } });
    expect(shown(matchFiles(batch, files('trades.tsv'), { named: true, months: ['2024-05'] }))).toEqual([
      '2024-05 trades trades.tsv',
    ]);
    const none = matchFiles(batch, files('trades.tsv', 'other.tsv'), { named: true });
    expect(codes(none)).toEqual(['MONTH_FILE_UNMATCHED', 'MONTH_FILE_UNMATCHED']);
    expect(none.errors[0]?.next).toBe('Say the month with --month.');
    const wrong = matchFiles(batch, files('trades_2024-01.tsv'), { named: true, months: ['2024-02'] });
    expect(wrong.errors[0]?.message).toBe('trades_2024-01.tsv is of 2024-01, and 2024-02 was asked for.');
    const found = matchFiles(batch, files('trades.tsv'), { named: false, months: ['2024-05'] });
    expect([found.files, found.errors]).toEqual([[], []]);
    expect(found.warnings[0]).toMatch(/name it with --files/);
  });

  it('that were named may lie anywhere, also where the pattern speaks of folders', () => {
    const batch = batchOf({ trades: { files: '{month}/trades*.tsv' } });
    const found = { path: '/else/2024-05/trades_x.tsv', relative: 'trades_x.tsv', size: 1, mtimeMs: 1 };
    expect(matchFiles(batch, [found], { named: true }).files).toMatchObject([{ month: '2024-05' }]);
    expect(matchFiles(batch, [found], { named: false }).unmatched).toEqual(['trades_x.tsv']);
  });

  it('whose names are no answer are kept out of every month that they may be of', () => {
    const refused = (...names: string[]) =>
      matchFiles(batchOf({ t: { files: ['*_{month}*.tsv', 'd_{date_range}'] } }), files(...names), all).refused.map(
        ({ file: { table, month }, error }) => `${error.code} ${table} ${month}`,
      );
    expect(refused('x_2024-01_2024-02.tsv').toSorted()).toEqual([
      'MONTH_FILE_AMBIGUOUS t 2024-01',
      'MONTH_FILE_AMBIGUOUS t 2024-02',
    ]);
    expect(refused('d_20240201-20240230')).toEqual(['MONTH_FILE_AMBIGUOUS t 2024-02']);
    expect(refused('d_20240301-20240201').toSorted()).toEqual([
      'MONTH_FILE_AMBIGUOUS t 2024-02',
      'MONTH_FILE_AMBIGUOUS t 2024-03',
    ]);
  });

  it('are of the fiscal month in which their days begin, where months are fiscal', () => {
    const batch = batchOf({
      t: {
        files: ['t_{date_range}.tsv', 'm_{month}.tsv'],
        quality: { calendar: { fiscal: { startMonth: 4, startDay: 1, pattern: '4-4-5' } } },
      },
    });
    // From 1 April 2024: four weeks, four weeks, five weeks.
    const found = matchFiles(
      batch,
      files('t_20240401-20240428.tsv', 't_20240527-20240630.tsv', 't_20250310-20250331.tsv'),
      all,
    );
    expect(found.files.map(({ month }) => month)).toEqual(['2024-01', '2024-03', '2024-12']);
    expect(found.warnings).toEqual([]);
    const twice = matchFiles(batch, files('t_20240427-20240430.tsv', 'm_2024-02.tsv'), all);
    expect(twice.warnings[0]).toMatch(/several fiscal months; it is taken for one of 2024-01/);
    expect(twice.errors[0]?.message).toMatch(/both hold 2024-04-29 to 2024-04-30/);
  });

  it('count once, however often they are named', () => {
    expect(matchFiles(TWO, files('trades_2024-01.tsv', 'trades_2024-01.tsv'), { named: true }).files).toHaveLength(1);
  });

  it('are either loaded or spoken of, never both and never neither', () => {
    const name = fc.oneof(
      fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 40 })).map(([day, length]) => {
        const from = new Date(Date.UTC(2024, 0, day));
        const to = new Date(Date.UTC(2024, 0, day + length));
        const digits = (date: Date) => date.toISOString().slice(0, 10).replaceAll('-', '');
        return `trades_${digits(from)}-${digits(to)}.tsv`;
      }),
      fc.constantFrom(
        'trades_2024-01.tsv',
        'trades_012024.tsv',
        'a/trades_2024-01.tsv',
        'trades_2024-02_x.tsv',
        'other.tsv',
      ),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 8 }), (names) => {
        const found = matchFiles(TRADES, files(...names), all);
        const loaded = found.files.map(({ path }) => path.slice(4));
        const refused = names.filter((each) =>
          found.errors.some(({ message }) => message.startsWith(`${each} `) || message.includes(` and ${each} both`)),
        );
        expect([...loaded, ...refused, ...found.unmatched].toSorted()).toEqual(names.toSorted());
        // Days by brute force: no two files that are loaded share one, unless a wildcard tells them apart.
        const days = found.files.flatMap(({ range, path }) =>
          range ? Array.from({ length: range.to - range.from + 1 }, (_, index) => `${range.from + index} ${path}`) : [],
        );
        expect(new Set(days.map((day) => day.split(' ')[0])).size).toBe(days.length);
      }),
    );
  });

  it('are a hundred thousand in less than two seconds', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => file(`d${index % 100}/other_${index}_2024-01.tsv`));
    const started = performance.now();
    const found = matchFiles(TRADES, [...many, file('trades_2024-01.tsv')], all);
    expect(performance.now() - started).toBeLessThan(2000);
    expect([found.files.length, found.unmatched.length]).toEqual([1, 100_000]);
  });
});
