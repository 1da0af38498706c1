/** Patterns of the files of a month: `*`, `?`, `{month}` and `{date_range}`. Letter case does not count. */
import { daysFromCivil, civilFromDays } from '../columnar/civil';
import type { DayRange, Month } from '../types/month';
import { MONTH_PATTERN, monthOf, monthRange, readMonth, YEAR_PATTERN } from './months';

/** What the name of a file says once a pattern fits it. */
export interface PatternMatch {
  /** Undefined: the pattern has neither `{month}` nor `{date_range}`. */
  month?: Month;
  range?: DayRange;
  /** The name fits, and still does not say which days these are: why, to follow the name in a sentence. */
  problem?: string;
  /** With a problem: months that it may be of, as far as that can be said. */
  possible?: Month[];
  /** Worth telling, to follow the name in a sentence. */
  warning?: string;
}

export interface FilePattern {
  text: string;
  /** Whether names that fit say which month they are of. */
  hasMonth: boolean;
  hasRange: boolean;
  hasWildcard: boolean;
  /** Of a name or of a path with slashes below the base path; undefined where the pattern does not fit. */
  match(relative: string): PatternMatch | undefined;
}

const DAY_PATTERN = '(?:0[1-9]|[12]\\d|3[01])';
const MONTH_TEXT = `${YEAR_PATTERN}[-_]?${MONTH_PATTERN}|${MONTH_PATTERN}[-_]?${YEAR_PATTERN}`;
const DATE_TEXT = `${YEAR_PATTERN}(?:${MONTH_PATTERN}${DAY_PATTERN}|-${MONTH_PATTERN}-${DAY_PATTERN}|_${MONTH_PATTERN}_${DAY_PATTERN})`;
const BETWEEN = '(?:[-_ ]*to[-_ ]*|[-_]{1,2}|\\.\\.)';
const RANGE_TEXT = `${DATE_TEXT}${BETWEEN}${DATE_TEXT}`;
const TOKEN = /\{([^{}]*)\}|\*+\/?|\?|[^{*?]+|\{/g;

/** What is wrong with a pattern, to follow it in a sentence; undefined when nothing is. */
export function patternProblem(text: string): string | undefined {
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)]
    .map(([, inner]) => inner ?? '')
    .find((inner) => inner !== 'month' && inner !== 'date_range');
  if (unknown !== undefined) return `has \`{${unknown}}\`: there are only {month} and {date_range}`;
  if (/[{}]/.test(text.replaceAll(/\{[^{}]*\}/g, ''))) return 'has a brace that is not closed, or not opened';
  if (text.includes('\\')) return 'has a backslash: folders are separated by /';
  if (text.startsWith('/') || /(^|\/)\.\.?(\/|$)/.test(text)) return 'must be a name or a path below the base path';
  return undefined;
}

/**
 * The pattern, compiled once. One without a slash looks at the name of a file alone, one with a slash at its path below
 * the base path, where `*` stays within a folder and `**` does not. `{month}` is 2024-01, 2024_01, 202401, 01-2024,
 * 01_2024 or 012024, `{date_range}` two days, 20240101-20240131 or 2024-01-01_to_2024-01-31, and neither begins or ends
 * within a longer number.
 */
export function compilePattern(text: string): FilePattern {
  const greedy = new RegExp(sourceOf(text, ''), 'isu');
  const lazy = new RegExp(sourceOf(text, '?'), 'isu');
  const isPath = text.includes('/');
  const fields = [...text.matchAll(/\{(month|date_range)\}/g)].map(([, name]) => name);
  return {
    text,
    hasMonth: fields.length > 0,
    hasRange: fields.includes('date_range'),
    hasWildcard: /[*?]/.test(text),
    match(relative) {
      const whole = relative.normalize('NFC');
      const subject = isPath ? whole : whole.slice(whole.lastIndexOf('/') + 1);
      const first = greedy.exec(subject);
      if (!first) return undefined;
      const found = readGroups(first.slice(1), fields);
      if (fields.length === 0 || found.problem !== undefined) return found;
      // Where wildcards leave open which of two dates is meant, taking much and taking little differ.
      const other = readGroups(lazy.exec(subject)?.slice(1) ?? [], fields);
      const isSame = other.month === found.month && sameRange(other.range, found.range);
      return isSame
        ? found
        : {
            problem: `can be of ${describe(other)} or of ${describe(found)} by the pattern \`${text}\``,
            possible: [other, found].flatMap((each) => each.month ?? each.possible ?? []),
          };
    },
  };
}

/** The same for a file whose base path is not known: any of the folders above it may be. */
export function matchBelow(pattern: FilePattern, path: string): PatternMatch | undefined {
  const parts = path.replaceAll('\\', '/').split('/');
  for (let from = parts.length - 1; from >= 0; from--) {
    const match = pattern.match(parts.slice(from).join('/'));
    if (match) return match;
  }
  return undefined;
}

/** A name that fits the pattern, for messages: `trades_20240101-20240131.tsv`. */
export const exampleOf = (text: string): string =>
  text
    .replaceAll('{date_range}', '20240101-20240131')
    .replaceAll('{month}', '2024-01')
    .replaceAll(/\*\*\//g, '')
    .replaceAll(/\*+/g, 'x')
    .replaceAll('?', 'x');

/** `2024-01-31` of a day since 1970-01-01. */
export function formatDay(day: number): string {
  const { year, month, day: number } = civilFromDays(day);
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(number).padStart(2, '0')].join('-');
}

/** Days since 1970-01-01 of `20240131`, `2024-01-31` or `2024_01_31`; undefined where the calendar has no such day. */
export function readDay(text: string): number | undefined {
  const digits = text.replaceAll(/[-_]/g, '');
  if (!/^\d{8}$/.test(digits)) return undefined;
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number);
  const number = daysFromCivil(year ?? 0, month ?? 0, day ?? 0);
  return formatDay(number).replaceAll('-', '') === digits ? number : undefined;
}

/** Where a name holds a range of days, or failing that a month: what `{date_range}` or `{month}` can stand for. */
export function findDates(name: string): { field: 'date_range' | 'month'; from: number; to: number } | undefined {
  const ways = [
    ['date_range', RANGE_TEXT],
    ['month', MONTH_TEXT],
  ] as const;
  for (const [field, source] of ways) {
    const found = new RegExp(`(?<!\\d)(?:${source})(?!\\d)`, 'iu').exec(name);
    if (found) return { field, from: found.index, to: found.index + found[0].length };
  }
  return undefined;
}

function sourceOf(text: string, laziness: '' | '?'): string {
  const isPath = text.includes('/');
  const any = isPath ? '[^/]' : '.';
  const tokens = [...text.normalize('NFC').matchAll(TOKEN)].map(([token]) => token);
  // Digits that the pattern itself spells out belong to no number of the name.
  const isOpen = (token: string | undefined): boolean => token !== undefined && /^[*?{]/.test(token);
  const source = tokens.map((token, index) => {
    if (token === '{month}' || token === '{date_range}') {
      const before = isOpen(tokens[index - 1]) ? '(?<!\\d)' : '';
      const after = isOpen(tokens[index + 1]) ? '(?!\\d)' : '';
      return `${before}(${token === '{month}' ? MONTH_TEXT : RANGE_TEXT})${after}`;
    }
    if (token.startsWith('*')) {
      const slash = token.endsWith('/') ? '/' : '';
      if (isPath && token.startsWith('**')) return slash ? `(?:.*${laziness}/)?` : `.*${laziness}`;
      return `${any}*${laziness}${slash}`;
    }
    return token === '?' ? any : token.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`);
  });
  return `^${source.join('')}$`;
}

function readGroups(groups: readonly string[], fields: readonly (string | undefined)[]): PatternMatch {
  let month: Month | undefined;
  let range: DayRange | undefined;
  for (const [index, group] of groups.entries()) {
    if (fields[index] === 'month') {
      const next = monthIn(group);
      if (month !== undefined && next !== month)
        return { problem: `names two months, ${month} and ${next}`, possible: [month, next] };
      month = next;
    } else {
      const next = rangeIn(group);
      if ('problem' in next) return next;
      if (range && !sameRange(range, next))
        return { problem: 'names two ranges of days', possible: [monthOf(range.from), monthOf(next.from)] };
      range = next;
    }
  }
  if (!range) return month === undefined ? {} : { month };
  const begins = monthOf(range.from);
  const ends = monthOf(range.to);
  if (month !== undefined && (month < begins || month > ends))
    return {
      problem: `names the month ${month}, and days from ${formatDay(range.from)} to ${formatDay(range.to)}`,
      possible: [month, begins],
    };
  const own = month ?? begins;
  if (begins === ends) return { month: own, range };
  const days = `holds days from ${formatDay(range.from)} to ${formatDay(range.to)}`;
  return { month: own, range, warning: `${days}, which are of several months; it is taken for one of ${own}` };
}

function monthIn(text: string): Month {
  const month = readMonth(text.replaceAll(/[-_]/g, ''));
  // The pattern lets nothing else through.
  if (month === undefined) throw new RangeError(`${text} is no month`);
  return month;
}

function rangeIn(text: string): DayRange | { problem: string; possible: Month[] } {
  const [from = '', to = ''] = [...text.matchAll(new RegExp(DATE_TEXT, 'gu'))].map(([date]) => date);
  const [first, last] = [readDay(from), readDay(to)];
  const possible = [from, to].map((date) => monthIn(date.replaceAll(/[-_]/g, '').slice(0, 6)));
  if (first === undefined || last === undefined)
    return { problem: `names a day that the calendar does not have, ${first === undefined ? from : to}`, possible };
  if (last < first) return { problem: `names a range that ends before it begins, ${from} to ${to}`, possible };
  return { from: first, to: last };
}

const sameRange = (a: DayRange | undefined, b: DayRange | undefined): boolean => a?.from === b?.from && a?.to === b?.to;

const describe = ({ month, range }: PatternMatch): string =>
  range ? `${formatDay(range.from)} to ${formatDay(range.to)}` : (month ?? 'no month');

/** Days that a file stands for by its name: its range, or all of its calendar month. */
export const daysOf = ({ month, range }: { month: Month; range?: DayRange }): DayRange => range ?? monthRange(month);
