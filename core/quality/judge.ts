/** What facts mean: one result per check, a score, and whether the rows may be loaded. */
import { plural } from '../notify/words';
import { listWords } from '../plan/suggest';
import type {
  CheckResult,
  CheckStatus,
  ExpectedDays,
  QualityFacts,
  QualityResult,
  QualitySettings,
  QualityVerdict,
} from '../types/quality';
import { anomalies, completeness, figure, range } from './check-days';
import { judged, type JudgedCheck, sentenceOf } from './check-result';
import { judgeRules } from './check-rules';
import { columns, duplicates, encoding, nulls, types, widths } from './check-values';

/** Reasons that the sentence gives; what is more is counted in it, and stands with the checks. */
const REASONS = 3;

/**
 * Judges what was counted in a file or a warehouse. `expected` undefined: no days are expected, and days are only held
 * against one another. Asks nobody and cannot fail; the same facts always come to the same result.
 */
export function judge(facts: QualityFacts, settings: QualitySettings, expected?: ExpectedDays): QualityResult {
  const { levels } = settings;
  const all: JudgedCheck[] = [
    judged('completeness', levels.completeness, () => completeness(facts, expected)),
    judged('range', levels.range, () => range(facts, expected)),
    judged('anomalies', levels.anomalies, () => anomalies(facts, settings.anomalies, expected)),
    judged('duplicates', levels.duplicates, () => duplicates(facts)),
    judged('columns', levels.columns, () => columns(facts)),
    judged('types', levels.types, () => types(facts)),
    judged('widths', levels.widths, () => widths(facts)),
    judged('nulls', levels.nulls, () => nulls(facts, settings.nulls)),
    judged('encoding', levels.encoding, () => encoding(facts)),
    ...judgeRules(facts),
  ];
  const checks = all.map(({ result }) => withSamples(result, facts));
  const score = scoreOf(checks);
  const verdict = verdictOf(checks, score, settings.minScore);
  return {
    mode: facts.mode,
    verdict,
    sentence: sentence(all, facts.rows, verdict, score, settings.minScore),
    ...(score !== undefined && { score }),
    checks,
    facts,
    ...(expected && { expected }),
  };
}

/** The result where nothing is to be checked. */
export const notChecked = (): QualityResult => ({
  mode: 'none',
  verdict: 'not checked',
  sentence: 'The rows were not checked, as was asked for.',
  checks: [],
});

/**
 * 0 to 100 with one decimal: points by weight, of the checks that were made; undefined when none was. Rounded down, so
 * that 100 means that nothing at all was found.
 */
export function scoreOf(checks: readonly CheckResult[]): number | undefined {
  const made = checks.filter(({ status }) => status !== 'skipped');
  const sum = (of: (check: CheckResult) => number): number => made.reduce((total, check) => total + of(check), 0);
  const weights = sum(({ weight }) => weight);
  if (weights === 0) return undefined;
  if (made.every(({ status }) => status === 'passed')) return 100;
  return Math.max(0, Math.min(99.9, Math.floor((sum(({ points, weight }) => points * weight) * 1000) / weights) / 10));
}

function verdictOf(checks: readonly CheckResult[], score: number | undefined, minScore: number): QualityVerdict {
  const has = (wanted: CheckStatus): boolean => checks.some(({ status }) => status === wanted);
  if (has('failed') || (score !== undefined && score < minScore)) return 'failed';
  if (score === undefined) return 'not checked';
  return has('warning') ? 'warnings' : 'passed';
}

function sentence(
  all: readonly JudgedCheck[],
  rows: number,
  verdict: QualityVerdict,
  score: number | undefined,
  minScore: number,
): string {
  const of = (wanted: CheckStatus): JudgedCheck[] => all.filter(({ result }) => result.status === wanted);
  switch (verdict) {
    case 'failed': {
      const failed = of('failed');
      if (failed.length > 0) return sentenceOf(reasons(failed));
      const found = all.filter(({ result }) => result.status === 'warning' || result.status === 'info');
      return sentenceOf(
        `the score of ${figure(score ?? 0)} is below ${figure(minScore)}, the least that is allowed: ${reasons(found)}`,
      );
    }
    case 'warnings':
      return sentenceOf(`${plural(rows, 'row')} passed with a warning: ${reasons(of('warning'))}`);
    case 'passed': {
      const told = of('info');
      if (told.length > 0) return sentenceOf(`${plural(rows, 'row')} passed, and this was seen: ${reasons(told)}`);
      const skipped = of('skipped').map(({ result }) => result.name);
      const made = plural(all.length - skipped.length, 'check');
      return sentenceOf(
        skipped.length > 0
          ? `${plural(rows, 'row')} passed ${made}; not checked: ${listWords(skipped)}`
          : `${plural(rows, 'row')} passed all of ${made}`,
      );
    }
    case 'not checked':
      return sentenceOf(
        `${plural(rows, 'row')} could not be checked: every check is switched off or has nothing to go by`,
      );
  }
}

/** The weightiest first. */
function reasons(found: readonly JudgedCheck[]): string {
  const lost = ({ result }: JudgedCheck): number => result.weight * (1 - result.points);
  const sorted = found.toSorted((a, b) => b.result.weight - a.result.weight || lost(b) - lost(a));
  const more = sorted.length - REASONS;
  return listWords([
    ...sorted.slice(0, REASONS).map(({ clause }) => clause),
    ...(more > 0 ? [`${plural(more, 'further check')} found something`] : []),
  ]);
}

function withSamples(result: CheckResult, { samples }: QualityFacts): CheckResult {
  const own = result.check === 'rules' ? undefined : samples[result.check];
  const isFound = result.status !== 'passed' && result.status !== 'skipped';
  return isFound && own && own.length > 0 ? { ...result, details: { ...result.details, samples: own } } : result;
}
