/** Two results of one table: what has changed from the older to the newer. */
import { plural } from '../notify/words';
import { listWords } from '../plan/suggest';
import type { CheckName, CheckResult, CheckStatus, QualityResult, QualityVerdict } from '../types/quality';
import { figure } from './check-days';

export interface Change<T> {
  older?: T;
  newer?: T;
  /** Newer less older, where both are there. */
  change?: number;
}

export interface CheckChange {
  check: CheckName;
  /** Of a rule: its name. */
  name: string;
  status: { older?: CheckStatus; newer?: CheckStatus };
  count: Change<number>;
  points: Change<number>;
  /**
   * `better`, `worse`: by status, and within one status by count. `added`, `removed`: only one of the results has looked,
   * or looked and not skipped it.
   */
  trend: 'better' | 'worse' | 'same' | 'added' | 'removed';
}

export interface ResultComparison {
  verdict: { older: QualityVerdict; newer: QualityVerdict };
  score: Change<number>;
  rows: Change<number>;
  bytes: Change<number>;
  /** Every check of either result, in the order of the newer, then those that only the older has. */
  checks: CheckChange[];
  /** Expected days that had no rows and have some now, and the other way round; days since 1970-01-01. */
  filledDays: number[];
  emptiedDays: number[];
  /** For people. */
  sentence: string;
}

const RANK: readonly CheckStatus[] = ['skipped', 'passed', 'info', 'warning', 'failed'];

/** What changed between two results of the same table, such as two months, or a file and its correction. */
export function compareResults(older: QualityResult, newer: QualityResult): ResultComparison {
  const [before, after] = [byName(older), byName(newer)];
  const names = new Set([...after.keys(), ...before.keys()]);
  const checks = [...names].flatMap((name) => changeOf(before.get(name), after.get(name)));
  const [missingBefore, missingAfter] = [missingDays(older), missingDays(newer)];
  const [needed, needs] = [new Set(older.expected?.expected), new Set(newer.expected?.expected)];
  const comparison = {
    verdict: { older: older.verdict, newer: newer.verdict },
    score: change(older.score, newer.score, 10),
    rows: change(older.facts?.rows, newer.facts?.rows),
    bytes: change(older.facts?.bytes, newer.facts?.bytes),
    checks,
    filledDays: [...missingBefore].filter((day) => needs.has(day) && !missingAfter.has(day)),
    emptiedDays: [...missingAfter].filter((day) => needed.has(day) && !missingBefore.has(day)),
  };
  return { ...comparison, sentence: sentenceFor(comparison) };
}

function changeOf(older: CheckResult | undefined, newer: CheckResult | undefined): CheckChange[] {
  const either = newer ?? older;
  if (!either) return [];
  return [
    {
      check: either.check,
      name: either.name,
      status: { ...(older && { older: older.status }), ...(newer && { newer: newer.status }) },
      count: change(older?.count, newer?.count),
      points: change(older?.points, newer?.points),
      trend: trendOf(older, newer),
    },
  ];
}

function trendOf(older: CheckResult | undefined, newer: CheckResult | undefined): CheckChange['trend'] {
  const [looked, looks] = [isMade(older), isMade(newer)];
  if (!looked || !looks) return looked === looks ? 'same' : looks ? 'added' : 'removed';
  const step =
    RANK.indexOf(newer?.status ?? 'skipped') - RANK.indexOf(older?.status ?? 'skipped') ||
    (newer?.count ?? 0) - (older?.count ?? 0);
  return step === 0 ? 'same' : step < 0 ? 'better' : 'worse';
}

function sentenceFor({ verdict, score, rows, checks }: Omit<ResultComparison, 'sentence'>): string {
  const named = (trend: CheckChange['trend']): string =>
    listWords(checks.filter((each) => each.trend === trend).map(({ name }) => name));
  const [better, worse] = [named('better'), named('worse')];
  const parts = [
    verdict.older === verdict.newer ? `Again ${verdict.newer}` : `From ${verdict.older} to ${verdict.newer}`,
    scoreText(score),
    rowsText(rows),
    better && `better: ${better}`,
    worse && `worse: ${worse}`,
    !better && !worse && 'no check changed',
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

const scoreText = ({ older, newer, change: by }: Change<number>): string =>
  older === undefined || newer === undefined || !by ? '' : `score from ${figure(older)} to ${figure(newer)}`;

function rowsText({ change: by }: Change<number>): string {
  if (by === undefined) return '';
  return by === 0 ? 'as many rows' : `${plural(Math.abs(by), 'row')} ${by > 0 ? 'more' : 'fewer'}`;
}

/** `scale`: differences of decimals are rounded to that of the figures. */
function change(older: number | undefined, newer: number | undefined, scale?: number): Change<number> {
  return {
    ...(older !== undefined && { older }),
    ...(newer !== undefined && { newer }),
    ...(older !== undefined &&
      newer !== undefined && {
        change: scale === undefined ? newer - older : Math.round((newer - older) * scale) / scale,
      }),
  };
}

const isMade = (check: CheckResult | undefined): boolean => check !== undefined && check.status !== 'skipped';

/** A rule may be named like a check. */
const byName = ({ checks }: QualityResult): Map<string, CheckResult> =>
  new Map(checks.map((check) => [`${check.check} ${check.name}`, check]));

const missingDays = ({ checks }: QualityResult): Set<number> =>
  new Set(checks.find(({ check }) => check === 'completeness')?.details.missingDays);
