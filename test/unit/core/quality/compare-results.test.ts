import { compareResults } from '../../../../core/quality/compare-results';
import { judge } from '../../../../core/quality/judge';
import { defaultQuality } from '../../../../core/quality/settings';
import { cleanFacts, JANUARY, january } from './sample-facts';

const settings = defaultQuality();
const clean = judge(cleanFacts(), settings, january());

describe('two results', () => {
  it('that are the same have no change', () => {
    const { checks, sentence, score, filledDays, emptiedDays } = compareResults(clean, clean);
    expect(new Set(checks.map(({ trend }) => trend))).toEqual(new Set(['same']));
    expect(score).toEqual({ older: 100, newer: 100, change: 0 });
    expect([filledDays, emptiedDays]).toEqual([[], []]);
    expect(sentence).toBe('Again passed; as many rows; no check changed.');
  });

  it('tell what is better and worse, and mirror one another', () => {
    const days = cleanFacts().days?.slice(2);
    const worse = judge(cleanFacts({ days, rows: 2900, dateInvalid: 29 }), settings, january());
    const there = compareResults(clean, worse);
    const back = compareResults(worse, clean);
    const trends = (trend: string, { checks }: typeof there): string[] =>
      checks.filter((each) => each.trend === trend).map(({ name }) => name);
    expect(trends('worse', there)).toEqual(['completeness', 'range']);
    expect(trends('better', back)).toEqual(['completeness', 'range']);
    expect(there.emptiedDays).toEqual([JANUARY, JANUARY + 1]);
    expect(back.filledDays).toEqual([JANUARY, JANUARY + 1]);
    expect(there.rows).toEqual({ older: 3100, newer: 2900, change: -200 });
    expect(there.sentence).toBe(
      `From passed to failed; score from 100 to ${worse.score}; 200 rows fewer; worse: completeness and range.`,
    );
    expect(back.score.change).toBe(-(there.score.change ?? 0));
  });

  it('tell more of the same fault from less of it', () => {
    const one = judge(cleanFacts({ encodingFaults: 1 }), settings, january());
    const two = judge(cleanFacts({ encodingFaults: 2 }), settings, january());
    const [change] = compareResults(two, one).checks.filter(({ check }) => check === 'encoding');
    expect(change).toMatchObject({
      status: { older: 'failed', newer: 'failed' },
      trend: 'better',
      count: { change: -1 },
    });
  });

  it('name checks that only one of them has made, and rules that are new', () => {
    const rules = [
      {
        rule: { name: 'r', condition: 'x', severity: 'info' as const },
        kind: 'row' as const,
        violations: 0,
        samples: [],
      },
    ];
    const newer = judge(cleanFacts({ rules, duplicates: undefined }), settings, january());
    const trends = new Map(compareResults(clean, newer).checks.map(({ name, trend }) => [name, trend]));
    expect([trends.get('r'), trends.get('duplicates'), trends.get('types')]).toEqual(['added', 'removed', 'same']);
  });

  it('do not take days of another month for gaps that were closed', () => {
    const january2 = judge(cleanFacts({ days: cleanFacts().days?.slice(1) }), settings, january());
    const february = {
      ...clean,
      expected: {
        range: { from: JANUARY + 31, to: JANUARY + 31 },
        expected: [JANUARY + 31],
        excused: {},
        description: '',
      },
    };
    expect(compareResults(january2, february).filledDays).toEqual([]);
  });
});
