/** What one check says, before it is known what that means for the load. */
import type { CheckDetails, CheckLevel, CheckName, CheckResult, CheckStatus, Severity } from '../types/quality';

/**
 * Points that a check is worth in the score. Rows at the wrong time or twice spoil every figure that is made of them, so
 * whole days and duplicates weigh most; then values that cannot be loaded as they are; then what is only suspicious. The
 * rules of a user share five.
 */
export const WEIGHTS: Readonly<Record<CheckName, number>> = {
  completeness: 20,
  range: 10,
  anomalies: 10,
  duplicates: 15,
  columns: 10,
  types: 15,
  widths: 5,
  nulls: 5,
  encoding: 5,
  rules: 5,
};

/** Something was found. */
export interface Finding {
  /** Without capital letter and full stop: it may stand among others in one sentence. */
  clause: string;
  /** The same in full, for the check's own sentence. */
  full?: string;
  count: number;
  /** Share of the check that is at fault, 0 to 1. */
  share: number;
  details: CheckDetails;
  /** Not less than this, whatever the level. */
  atLeast?: Severity;
}

/** A clause again, in all three cases. */
export type Opinion = { found: Finding } | { passed: string; details?: CheckDetails } | { skipped: string };

export interface JudgedCheck {
  result: CheckResult;
  clause: string;
}

const STATUS: Readonly<Record<Severity, CheckStatus>> = { critical: 'failed', warning: 'warning', info: 'info' };
const RANK: readonly Severity[] = ['info', 'warning', 'critical'];

/** A check with its status. `off` is never looked at, so `opinion` is only asked otherwise. */
export function judged(
  check: CheckName,
  level: CheckLevel,
  opinion: () => Opinion,
  { name = check, weight = WEIGHTS[check] }: { name?: string; weight?: number } = {},
): JudgedCheck {
  const made = level === 'off' ? { skipped: 'this check is switched off' } : opinion();
  const of = (status: CheckStatus, clause: string, rest: Partial<CheckResult>): JudgedCheck => ({
    clause,
    result: {
      check,
      name,
      status,
      severity: level,
      sentence: sentenceOf(clause),
      count: 0,
      points: status === 'skipped' ? 0 : 1,
      weight,
      details: {},
      ...rest,
    },
  });
  if ('skipped' in made) return of('skipped', made.skipped, {});
  if ('passed' in made) return of('passed', made.passed, { details: made.details ?? {} });
  const { clause, full, count, share, details, atLeast } = made.found;
  const severity = level === 'off' ? 'info' : stronger(level, atLeast);
  return of(STATUS[severity], clause, {
    severity,
    sentence: sentenceOf(full ?? clause),
    count,
    points: Math.min(1, Math.max(0, 1 - share)),
    details,
  });
}

/** `3 keys occur twice` → `3 keys occur twice.` */
export function sentenceOf(clause: string): string {
  const text = clause.trim().replace(/[.\s]+$/, '');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Faults among `all`, as a share; where there is nothing at all one fault is everything. */
export const shareOf = (faults: number, all: number): number =>
  faults <= 0 ? 0 : all <= 0 ? 1 : Math.min(1, faults / all);

/** Singular where it is one. */
export const verb = (amount: number, one: string, several: string): string => (amount === 1 ? one : several);

const stronger = (level: Severity, other: Severity | undefined): Severity =>
  other !== undefined && RANK.indexOf(other) > RANK.indexOf(level) ? other : level;
