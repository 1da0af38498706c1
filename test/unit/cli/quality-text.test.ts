import { createColors } from 'picocolors';
import { qualityVerdict, renderQuality } from '../../../cli/output/quality-text';
import { widthOf } from '../../../cli/output/text';
import { judge, notChecked } from '../../../core/quality/judge';
import { defaultQuality } from '../../../core/quality/settings';
import type { QualityFacts } from '../../../core/types/quality';
import { cleanFacts, columnFacts, JANUARY, january } from '../core/quality/sample-facts';

const colours = createColors(false);
const settings = { ...defaultQuality(), nulls: { name: 1 } };
const render = (facts: Partial<QualityFacts>, width?: number, expected = january()): string =>
  renderQuality(judge(cleanFacts(facts), settings, expected), { colours, width });

/** Every kind of fault, with more of each than a screen would show. */
const faulty = (): Partial<QualityFacts> => ({
  rows: 1653,
  days: [
    [JANUARY - 1, 3],
    ...Array.from({ length: 16 }, (_, index): [number, number] => [JANUARY + 2 * index, index === 3 ? 40 : 110]),
  ],
  dateInvalid: 1,
  missingColumns: ['price'],
  columns: [
    columnFacts('id', { badType: 4, type: { kind: 'integer', digits: 9 } }),
    columnFacts('name', {
      nulls: 827,
      tooWide: 2,
      maxCharacters: 25,
      maxBytes: 27,
      width: { limit: 20, unit: 'characters' },
    }),
  ],
  duplicates: {
    keyColumns: ['day', 'id'],
    keys: 40,
    extraRows: 60,
    samples: Array.from({ length: 25 }, (_, index) => ({
      key: ['2024-01-01', index === 0 ? null : `k${index}`],
      count: index === 0 ? 12 : 2,
      lines: index === 0 ? [2, 3, 4, 5, 6, 7, 8, 9, 10, 11] : [100 + index, 1200 + index],
    })),
  },
  rules: [
    {
      rule: { name: 'positive', condition: 'amount >= 0', severity: 'warning' },
      kind: 'row',
      violations: 1,
      samples: [{ line: 77, message: 'amount is -1' }],
    },
  ],
  samples: { types: [{ line: 1234, column: 'id', value: 'x\u001b[2J', message: 'is no integer' }] },
});

describe('the verdict', () => {
  it('is one line with the reason', () => {
    const days = cleanFacts().days?.slice(1);
    expect(qualityVerdict(judge(cleanFacts({ days }), settings, january()), { colours })).toBe(
      'failed  score 99.3  trades_202401.tsv  1 day of January 2024 has no rows (2024-01-01).',
    );
    expect(qualityVerdict(notChecked(), { colours })).toBe('not checked  The rows were not checked, as was asked for.');
  });

  it('has the colour of its meaning', () => {
    const result = judge(cleanFacts({ encodingFaults: 1 }), settings, january());
    expect(qualityVerdict(result, { colours: createColors(true) })).toContain('\u001b[31mfailed\u001b[39m');
  });
});

describe('a result', () => {
  it('is shown with each check, and its points', () => {
    const lines = render({}).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'passed  score 100  trades_202401.tsv  3,100 rows passed all of 9 checks.',
      'checked in the file: 3,100 rows, 310 kB in 1.5 s',
    ]);
    expect(lines.find((line) => line.startsWith('completeness'))).toBe(
      'completeness  passed  critical      0  20 of 20  All 31 days of January 2024 have rows.',
    );
    expect(lines.slice(13)).toEqual([
      '',
      'passed  anomalies',
      '  None of 31 days differs by more than 10 % from the median of 100 rows a day (mean 100, deviation 0, 100 to 100 rows).',
    ]);
  });

  it('leaves out nothing that was found, in a pipe and in a narrow terminal', () => {
    for (const width of [undefined, 60, 120]) {
      const text = render(faulty(), width);
      const lines = text.split('\n').map((line) => line.trim().replace(/ {2,}/g, '  '));
      for (let day = 2; day <= 30; day += 2) expect(lines).toContain(`2024-01-${String(day).padStart(2, '0')}  1`);
      expect(lines).toContain('2023-12-31  3');
      expect(lines).toContain('2024-01-07  40  -63.6 %  extremely low');
      expect(text.replace(/\s+/g, ' ')).toContain(
        'rows a day (mean 105.6, deviation 16.9, 40 to 110 rows): 2024-01-07 is',
      );
      expect(lines).toContain('2024-01-01  NULL  12  first 2, 3, 4, 5, 6, 7, 8, 9, 10, 11');
      for (let index = 1; index < 25; index++)
        expect(lines).toContain(`2024-01-01  k${index}  2  ${100 + index}, ${(1200 + index).toLocaleString('en')}`);
      expect(lines).toContain('examples: 25 of 40 keys');
      expect(lines).toContain('id  integer of up to 9 digits  4');
      expect(lines).toContain('name  20 characters  25  27  2');
      expect(lines).toContain('name  827  50 %  0');
      expect(lines).toContain('line 1,234, id: is no integer ("x\\x1b[2J")');
      expect(lines).toContain('line 77: amount is -1');
      expect(text).not.toMatch(/and \d+ more|\u001b/);
    }
  });

  it('keeps its table within the terminal', () => {
    const table = render({}, 80).split('\n').slice(3, 13);
    for (const line of table) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });

  it('names holidays, that need no rows', () => {
    const expected = january({ days: 'business', closed: ['2024-01-02'] });
    expect(render({}, undefined, expected)).toMatch(/Days that need no rows\n {2}2024-01-02: closed$/);
  });

  it('says why nothing was checked', () => {
    expect(renderQuality(notChecked(), { colours, width: 80 })).toBe(
      'not checked  The rows were not checked, as was asked for.',
    );
  });
});
