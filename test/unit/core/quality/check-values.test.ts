import { judge } from '../../../../core/quality/judge';
import { defaultQuality } from '../../../../core/quality/settings';
import type { CheckName, CheckResult, QualityFacts, QualitySettings } from '../../../../core/types/quality';
import { checkOf, cleanFacts, columnFacts, january } from './sample-facts';

const settings = defaultQuality();
const check = (name: CheckName, facts: Partial<QualityFacts>, patch: Partial<QualitySettings> = {}): CheckResult =>
  checkOf(judge(cleanFacts(facts), { ...settings, ...patch }, january()), name);

describe('columns', () => {
  it('are named where they are missing or not expected, and rows are counted', () => {
    const facts = { missingColumns: ['price', 'venue'], unexpectedColumns: ['prcie'], raggedRows: 31 };
    expect(check('columns', facts)).toMatchObject({
      status: 'failed',
      count: 34,
      sentence:
        '2 columns are missing (price, venue), 1 column was not expected (prcie) and 31 rows have too few or too many fields.',
      details: { missingColumns: ['price', 'venue'], unexpectedColumns: ['prcie'] },
    });
    expect(check('columns', facts).points).toBeCloseTo((1 - 3 / 5) * (1 - 31 / 3100));
  });
});

describe('values', () => {
  it('that are not of their type are counted by column', () => {
    const columns = [
      columnFacts('id', { badType: 1, type: { kind: 'integer', digits: 18 } }),
      columnFacts('price', { badType: 1200, type: { kind: 'decimal', precision: 10, scale: 2 } }),
      columnFacts('name'),
    ];
    expect(check('types', { columns })).toMatchObject({
      count: 1201,
      sentence:
        '1,200 values of price are no decimal of 10 digits with 2 behind the point and 1 value of id is no integer of up to 18 digits.',
      details: { columns: columns.slice(0, 2) },
    });
  });

  it('are counted over all columns where there are many of them, each of which the details have', () => {
    const columns = Array.from({ length: 9 }, (_, index) => columnFacts(`c${index}`, { badType: index + 1 }));
    const found = check('types', { columns });
    expect(found.sentence).toBe('45 values in 9 columns are not of their type, most of them in c8 (9).');
    expect(found.details.columns).toEqual(columns);
  });

  it('that are too wide are told with the longest and the limit, in the unit of the limit', () => {
    const wide = { tooWide: 3, maxCharacters: 25, maxBytes: 31 };
    const columns = [columnFacts('name', { ...wide, width: { limit: 20, unit: 'characters' } })];
    expect(check('widths', { columns }).sentence).toBe(
      '3 values of name are longer than the 20 characters of its column (the longest has 25).',
    );
    const bytes = [columnFacts('name', { ...wide, width: { limit: 30, unit: 'bytes' } })];
    expect(check('widths', { columns: bytes }).sentence).toContain('the 30 bytes of its column (the longest has 31)');
  });

  it('that are NULL are held against the limit of their column, or that of every other', () => {
    const columns = [
      columnFacts('id'),
      columnFacts('Name', { nulls: 310 }),
      columnFacts('note', { nulls: 3100 }),
      columnFacts('email', { nulls: 156 }),
    ];
    expect(check('nulls', { columns }, { nulls: { name: 10, note: 100, '*': 5 } })).toMatchObject({
      status: 'warning',
      count: 156,
      points: 1 - 1 / 3100,
      sentence: '156 NULLs are in email (5 % of the rows, where 5 % are allowed).',
    });
    expect(check('nulls', { columns }, { nulls: { name: 10 } })).toMatchObject({
      status: 'passed',
      sentence: '3,566 NULLs are where they are allowed.',
      details: { columns: columns.slice(1) },
    });
  });

  it('that are no text are counted', () => {
    expect(check('encoding', { encodingFaults: 1 }).sentence).toBe('1 sequence of bytes is no text in the encoding.');
  });
});

describe('keys', () => {
  it('that occur more than once are told with rows and samples', () => {
    const duplicates = {
      keyColumns: ['day', 'id'],
      keys: 2,
      extraRows: 31,
      samples: [{ key: ['2024-01-01', null], count: 3, lines: [4, 8, 9] }],
    };
    expect(check('duplicates', { duplicates })).toMatchObject({
      status: 'failed',
      count: 2,
      points: 0.99,
      sentence: '2 keys of day and id occur more than once (31 rows too many).',
      details: { duplicates },
    });
  });
});

describe('a file without rows', () => {
  it('has no values to be judged, but a header', () => {
    const result = judge(cleanFacts({ rows: 0, days: [], missingColumns: ['x'] }), settings, january());
    const by = (status: string): string[] =>
      result.checks.filter((each) => each.status === status).map((each) => each.name);
    expect(by('failed')).toEqual(['completeness', 'columns']);
    expect(by('skipped')).toEqual(['range', 'anomalies', 'duplicates', 'types', 'widths', 'nulls']);
  });
});
