import fc from 'fast-check';
import { judge, notChecked } from '../../../../core/quality/judge';
import { defaultQuality } from '../../../../core/quality/settings';
import type { CheckLevel, CheckName, QualityFacts, QualityRule, RuleFacts } from '../../../../core/types/quality';
import { checkOf, cleanFacts, columnFacts, JANUARY, january } from './sample-facts';

const settings = defaultQuality();
const rule = (patch: Partial<QualityRule> = {}): QualityRule => ({
  name: 'positive',
  condition: 'amount >= 0',
  severity: 'warning',
  ...patch,
});
const ruleFacts = (patch: Partial<RuleFacts> = {}): RuleFacts => ({
  rule: rule(),
  kind: 'row',
  violations: 0,
  samples: [],
  ...patch,
});

/** For each check, a fault of some size that no other check sees. */
const FAULTS: Record<CheckName, (size: number) => Partial<QualityFacts>> = {
  completeness: (size) => {
    // Half of the days stay, so that the median is still there.
    const gone = Math.min(size, 15);
    return { days: cleanFacts().days?.filter((_, index) => index >= gone), rows: 3100 - 100 * gone };
  },
  range: (size) => ({ dateInvalid: size }),
  anomalies: (size) => ({
    days: cleanFacts().days?.map(([day, rows], index) => [day, index === 3 ? rows + 10 + size : rows]),
    rows: 3110 + size,
  }),
  duplicates: (size) => ({ duplicates: { keyColumns: ['id'], keys: 1, extraRows: size, samples: [] } }),
  columns: (size) => ({ raggedRows: size }),
  types: (size) => ({ columns: [columnFacts('id', { badType: size })] }),
  widths: (size) => ({ columns: [columnFacts('id', { tooWide: size })] }),
  nulls: (size) => ({ columns: [columnFacts('id', { nulls: size, nullsForbidden: size })] }),
  encoding: (size) => ({ encodingFaults: size }),
  rules: (size) => ({ rules: [ruleFacts({ violations: size })] }),
};

describe('judging facts', () => {
  it('finds nothing in clean facts, whatever their size and the level of each check', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom<CheckLevel>('critical', 'warning', 'info'),
        fc.integer({ min: 0, max: 4 }),
        (rows, level, rules) => {
          const facts = cleanFacts({
            rows: rows * 31,
            days: cleanFacts().days?.map(([day]) => [day, rows]),
            rules: Array.from({ length: rules }, (_, index) => ruleFacts({ rule: rule({ name: `r${index}` }) })),
          });
          const levels = Object.fromEntries(Object.keys(settings.levels).map((check) => [check, level]));
          const result = judge(facts, { ...settings, levels: { ...settings.levels, ...levels } }, january());
          expect(result).toMatchObject({ verdict: 'passed', score: 100 });
          expect(new Set(result.checks.map(({ status }) => status))).toEqual(new Set(['passed']));
        },
      ),
    );
  });

  it.each(Object.keys(FAULTS) as CheckName[])('puts a fault of %s down to that check alone', (check) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (size) => {
        const clean = judge(cleanFacts({ rules: [ruleFacts()] }), settings, january());
        const facts = cleanFacts({ rules: [ruleFacts()], ...FAULTS[check](size) });
        const result = judge(facts, settings, january());
        const changed = result.checks.filter(
          ({ check: name, status }, index) =>
            status !== clean.checks[index]?.status || name !== clean.checks[index].check,
        );
        expect(changed.map((each) => each.check)).toEqual([check]);
        expect(changed[0]?.count).toBeGreaterThan(0);
        expect(changed[0]?.points).toBeLessThan(1);
        expect(result.score).toBeLessThan(100);
        expect(result.verdict).toBe(changed[0]?.status === 'failed' ? 'failed' : 'warnings');
      }),
    );
  });

  it.each(Object.keys(settings.levels) as Exclude<CheckName, 'rules'>[])('does with %s as its level says', (check) => {
    const facts = cleanFacts(FAULTS[check](5));
    const statusAt = (level: CheckLevel): string =>
      checkOf(judge(facts, { ...settings, levels: { ...settings.levels, [check]: level } }, january()), check).status;
    expect(['critical', 'warning', 'off'].map((level) => statusAt(level as CheckLevel))).toEqual([
      'failed',
      'warning',
      'skipped',
    ]);
    // NULLs where the table takes none are never only told of.
    expect(statusAt('info')).toBe(check === 'nulls' ? 'warning' : 'info');
  });

  it('never gives 100 points when something was found, and never more for more faults', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 1e6 }), (few, more) => {
        const scoreFor = (extraRows: number): number =>
          judge(
            cleanFacts({
              rows: Number.MAX_SAFE_INTEGER,
              duplicates: { keyColumns: ['id'], keys: 1, extraRows, samples: [] },
            }),
            settings,
            january(),
          ).score ?? 0;
        expect(scoreFor(few)).toBeLessThan(100);
        expect(scoreFor(few + more)).toBeLessThanOrEqual(scoreFor(few));
      }),
    );
  });

  it('scores by weight and share, of the checks that were made', () => {
    const score = (facts: Partial<QualityFacts>): number | undefined =>
      judge(cleanFacts(facts), settings, january()).score;
    // 95 points can be had without rules; half of the rows are doubles: 15 × ½ are lost.
    expect(score({ duplicates: { keyColumns: ['id'], keys: 9, extraRows: 1550, samples: [] } })).toBe(
      Math.floor(((95 - 7.5) / 95) * 1000) / 10,
    );
    // Without keys 80 can be had, and a third of the types' 15 are lost.
    expect(score({ duplicates: undefined, columns: [columnFacts('a', { badType: 1033 })] })).toBe(93.7);
    // Two rules share five points; one of them fails as a whole: 2.5 of 100.
    expect(
      score({ rules: [ruleFacts(), ruleFacts({ kind: 'aggregate', violations: 1, rule: rule({ name: 'b' }) })] }),
    ).toBe(97.5);
  });

  it('fails on a score below the least that is allowed, though no check fails', () => {
    const facts = cleanFacts({ rules: [ruleFacts({ violations: 3100 })] });
    const result = judge(facts, { ...settings, minScore: 96 }, january());
    expect(result.verdict).toBe('failed');
    expect(result.sentence).toBe(
      'The score of 95 is below 96, the least that is allowed: 3,100 rows break the rule positive (amount >= 0).',
    );
    expect(judge(facts, { ...settings, minScore: 95 }, january()).verdict).toBe('warnings');
  });

  it('says in one sentence why it failed, the weightiest first', () => {
    const days = cleanFacts().days?.filter(([day]) => ![6, 12, 13].includes(day - JANUARY));
    const duplicates = { keyColumns: ['day', 'id'], keys: 14, extraRows: 20, samples: [] };
    expect(judge(cleanFacts({ days, duplicates }), settings, january()).sentence).toBe(
      '3 days of January 2024 have no rows (2024-01-07, 2024-01-13 to 2024-01-14) and 14 keys occur more than once (20 rows too many).',
    );
    const all = cleanFacts({
      days,
      duplicates,
      raggedRows: 1,
      encodingFaults: 2,
      columns: [columnFacts('a', { badType: 1, type: { kind: 'date' } })],
    });
    expect(judge(all, settings, january()).sentence).toBe(
      '3 days of January 2024 have no rows (2024-01-07, 2024-01-13 to 2024-01-14), 14 keys occur more than once (20 rows too many), 1 value of a is no date and 2 further checks found something.',
    );
  });

  it('says in one sentence that all went well, and what was not looked at', () => {
    expect(judge(cleanFacts(), settings, january()).sentence).toBe('3,100 rows passed all of 9 checks.');
    expect(judge(cleanFacts({ days: undefined, duplicates: undefined }), settings, january()).sentence).toBe(
      '3,100 rows passed 5 checks; not checked: completeness, range, anomalies and duplicates.',
    );
    const seen = judge(
      cleanFacts({ rules: [ruleFacts({ violations: 1, rule: rule({ severity: 'info' }) })] }),
      settings,
      january(),
    );
    expect(seen).toMatchObject({
      verdict: 'passed',
      sentence: '3,100 rows passed, and this was seen: 1 row breaks the rule positive (amount >= 0).',
    });
  });

  it('tells that nothing was checked where no check could be made', () => {
    const levels = Object.fromEntries(Object.keys(settings.levels).map((check) => [check, 'off']));
    const result = judge(cleanFacts(), { ...settings, levels: { ...settings.levels, ...levels } }, january());
    expect(result).toMatchObject({ verdict: 'not checked' });
    expect(result.score).toBeUndefined();
    expect(result.sentence).toContain('3,100 rows could not be checked');
    expect(notChecked()).toMatchObject({ mode: 'none', verdict: 'not checked', checks: [] });
  });

  it('keeps samples with the check that found something', () => {
    const samples = { types: [{ line: 7, column: 'id', value: 'x', message: 'is no integer' }] };
    const bad = judge(cleanFacts({ samples, columns: [columnFacts('id', { badType: 1 })] }), settings, january());
    expect(checkOf(bad, 'types').details.samples).toEqual(samples.types);
    expect(checkOf(judge(cleanFacts({ samples }), settings, january()), 'types').details.samples).toBeUndefined();
  });
});

describe('rules', () => {
  it('have a result each, by their severity', () => {
    const result = judge(
      cleanFacts({
        rules: [
          ruleFacts({ violations: 2, samples: [{ line: 4, message: 'amount is -1' }] }),
          ruleFacts({
            rule: rule({ name: 'many', condition: 'count(*) > 5000', severity: 'critical' }),
            kind: 'aggregate',
            violations: 1,
          }),
          ruleFacts({ rule: rule({ name: 'kept', severity: 'critical' }) }),
        ],
      }),
      settings,
      january(),
    );
    expect(checkOf(result, 'positive')).toMatchObject({
      status: 'warning',
      sentence: '2 rows break the rule positive (amount >= 0).',
      details: { samples: [{ line: 4, message: 'amount is -1' }] },
    });
    expect(checkOf(result, 'many')).toMatchObject({
      status: 'failed',
      points: 0,
      sentence: 'The rule many does not hold (count(*) > 5000).',
    });
    expect(checkOf(result, 'kept')).toMatchObject({
      status: 'passed',
      sentence: 'All rows keep the rule kept (amount >= 0).',
    });
  });

  it('fail when they cannot be evaluated, however lightly they are taken', () => {
    const facts = ruleFacts({ rule: rule({ severity: 'info' }), error: 'There is no column\n amuont.' });
    const result = judge(cleanFacts({ rules: [facts] }), settings, january());
    expect(result).toMatchObject({
      verdict: 'failed',
      sentence: 'The rule positive cannot be evaluated (There is no column amuont).',
    });
  });
});
