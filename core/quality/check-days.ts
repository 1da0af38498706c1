/** Checks of the days that rows are of. */
import { count, plural } from '../notify/words';
import { listWords } from '../plan/suggest';
import type { AnomalyDay, CheckDetails, ExpectedDays, QualityFacts, QualitySettings } from '../types/quality';
import { dayAnomalies, type DayStatistics } from './anomalies';
import { dayText, rangeText, runsOf, runText } from './calendar/days';
import { type Opinion, shareOf, verb } from './check-result';

/** Runs that a sentence names one by one; the details have all of them. */
const NAMED = 6;

/** Expected days without rows. A file without any row has at least that against it, whether days are expected or not. */
export function completeness(facts: QualityFacts, expected: ExpectedDays | undefined): Opinion {
  const empty = facts.rows === 0;
  if (empty && expected === undefined)
    return { found: { clause: 'there are no rows at all', count: 1, share: 1, details: {} } };
  if (expected === undefined) return { skipped: 'no range of days is expected' };
  if (facts.days === undefined && !empty) return { skipped: 'the table has no date column' };
  const all = expected.expected.length;
  if (all === 0) return { passed: `no day of ${rangeText(expected.range)} needs rows` };
  const present = new Set((facts.days ?? []).flatMap(([day, rows]) => (rows > 0 ? [day] : [])));
  const missingDays = expected.expected.filter((day) => !present.has(day));
  const missing = missingDays.length;
  if (missing === 0)
    return {
      passed: `${verb(all, 'the one', `all ${count(all)}`)} ${expectedOf(all, expected)} ${verb(all, 'has', 'have')} rows`,
    };
  const gaps = gapsOf(expected.expected, present);
  const subject = `${count(missing)} ${expectedOf(missing, expected)}`;
  return {
    found: {
      clause: empty
        ? `there are no rows at all, where ${count(all)} ${expectedOf(all, expected)} must have some`
        : `${subject} ${verb(missing, 'has', 'have')} no rows (${gapsText(gaps)})`,
      count: missing,
      share: missing / all,
      details: { missingDays, gaps },
    },
  };
}

/** Runs of missing days among the expected ones: days that need no rows divide nothing. */
export function gapsOf(expected: readonly number[], present: ReadonlySet<number>): NonNullable<CheckDetails['gaps']> {
  const gaps: NonNullable<CheckDetails['gaps']> = [];
  let isOpen = false;
  for (const day of expected) {
    const last = gaps.at(-1);
    if (present.has(day)) isOpen = false;
    else if (isOpen && last) {
      last.to = day;
      last.days += 1;
    } else {
      gaps.push({ from: day, to: day, days: 1 });
      isOpen = true;
    }
  }
  return gaps;
}

/** Rows of days outside of the range, and rows of which nobody can tell the day. */
export function range(facts: QualityFacts, expected: ExpectedDays | undefined): Opinion {
  if (expected === undefined) return { skipped: 'no range of days is expected' };
  if (facts.days === undefined) return { skipped: 'the table has no date column' };
  if (facts.rows === 0) return { skipped: 'there are no rows' };
  const { from, to } = expected.range;
  const outside = facts.days.filter(([day, rows]) => rows > 0 && (day < from || day > to));
  const rows = outside.reduce((sum, [, each]) => sum + each, 0);
  const { dateNulls, dateInvalid } = facts;
  const faults = rows + dateNulls + dateInvalid;
  if (faults === 0) return { passed: `all rows are of ${rangeText(expected.range)}` };
  const parts: string[] = [];
  if (rows > 0)
    parts.push(
      `${plural(rows, 'row')} ${verb(rows, 'is', 'are')} of ${plural(outside.length, 'day')} outside of ${rangeText(expected.range)} (${runsText(outside.map(([day]) => day))})`,
    );
  if (dateNulls > 0) parts.push(`${plural(dateNulls, 'row')} ${verb(dateNulls, 'has', 'have')} no date`);
  if (dateInvalid > 0)
    parts.push(`${plural(dateInvalid, 'row')} ${verb(dateInvalid, 'has', 'have')} a date that cannot be read`);
  return {
    found: {
      clause: listWords(parts),
      count: faults,
      share: shareOf(faults, facts.rows),
      details: outside.length > 0 ? { outside } : {},
    },
  };
}

/** Days with far fewer or more rows than the median; where days are expected, of those alone. */
export function anomalies(
  facts: QualityFacts,
  settings: QualitySettings['anomalies'],
  expected: ExpectedDays | undefined,
): Opinion {
  if (facts.days === undefined) return { skipped: 'the table has no date column' };
  const judgeable = expected && new Set(expected.expected);
  const days = facts.days.filter(([day, rows]) => rows > 0 && (judgeable?.has(day) ?? true));
  const found = dayAnomalies(days, settings);
  if (!found)
    return {
      skipped: `${plural(days.length, 'day')} ${verb(days.length, 'has', 'have')} rows, and fewer than ${count(settings.minDays)} have no median to speak of`,
    };
  const { statistics } = found;
  const median = `the median of ${figure(statistics.median)} rows a day`;
  if (found.anomalies.length === 0)
    return {
      passed: `none of ${plural(statistics.days, 'day')} differs by more than ${percent(settings.tolerance)} from ${median} (${statisticsText(statistics)})`,
      details: { statistics },
    };
  const amount = found.anomalies.length;
  const head = `${count(amount)} of ${plural(statistics.days, 'day')} ${verb(amount, 'differs', 'differ')} by more than ${percent(settings.tolerance)} from ${median}`;
  const { extreme } = settings;
  const isCritical =
    extreme !== undefined && found.anomalies.some(({ class: of }) => of === 'extremely low' || of === 'extremely high');
  return {
    found: {
      clause: `${head} (${worstText(found.anomalies)})`,
      full: `${head} (${statisticsText(statistics)}): ${worstText(found.anomalies)}`,
      count: amount,
      share: amount / statistics.days,
      details: { anomalies: found.anomalies, statistics },
      ...(isCritical && { atLeast: 'critical' }),
    },
  };
}

/** `mean 990.3, deviation 12.1, 3 to 1,600 rows`. */
export const statisticsText = ({ mean, deviation, min, max }: DayStatistics): string =>
  `mean ${figure(mean)}, deviation ${figure(deviation)}, ${count(min)} to ${count(max)} rows`;

/** `2024-01-07 is extremely low with 3 rows, 99.7 % below`. */
export const anomalyText = ({ day, rows, difference, class: of }: AnomalyDay): string =>
  `${dayText(day)} is ${of} with ${plural(rows, 'row')}, ${percent(Math.abs(difference))} ${difference < 0 ? 'below' : 'above'}`;

function worstText(found: readonly AnomalyDay[]): string {
  const worst = found.toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const first = worst[0];
  if (worst.length <= 3 || !first) return worst.map(anomalyText).join('; ');
  return `most of all ${anomalyText(first)}`;
}

function gapsText(gaps: NonNullable<CheckDetails['gaps']>): string {
  const [first, last] = [gaps[0], gaps.at(-1)];
  if (gaps.length <= NAMED || !first || !last)
    return gaps
      .map((gap) => (gap.days === gap.to - gap.from + 1 ? runText(gap) : `${runText(gap)}: ${count(gap.days)}`))
      .join(', ');
  return `in ${count(gaps.length)} gaps between ${dayText(first.from)} and ${dayText(last.to)}`;
}

function runsText(days: readonly number[]): string {
  const runs = runsOf(days);
  if (runs.length <= NAMED) return runs.map(runText).join(', ');
  return `from ${dayText(days[0] ?? 0)} to ${dayText(days.at(-1) ?? 0)}`;
}

/** `business days of January 2024 in DE`, of one: `business day of …`. */
function expectedOf(amount: number, { description }: ExpectedDays): string {
  const business = 'business days of ';
  return description.startsWith(business)
    ? `${verb(amount, 'business day', 'business days')} of ${description.slice(business.length)}`
    : `${verb(amount, 'day', 'days')} of ${description}`;
}

/** One decimal, where there is one. */
export function figure(value: number): string {
  const [whole, decimal] = value.toFixed(1).split('.');
  return `${count(Number(whole))}${decimal === '0' ? '' : `.${decimal}`}`;
}

export const percent = (value: number): string => `${figure(value)} %`;
