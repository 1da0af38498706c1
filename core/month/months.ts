/**
 * Months as people write them: `2024-01`, `2024/01`, `202401` and `012024`. Six digits are never in doubt: years are 1900
 * to 2199, so a text that begins with a year begins with 19, 20 or 21, and none of these is a month. `201012` is therefore
 * December 2010, and `122010` as well.
 */
import { civilFromDays, daysFromCivil } from '../columnar/civil';
import { LongshoreError } from '../errors/longshore-error';
import type { DayRange, Month } from '../types/month';

/** More months than this in one request are refused. */
export const MAX_MONTHS = 600;

/** Year and month as texts of regular expressions: what counts as either everywhere in month batches. */
export const YEAR_PATTERN = '(?:19|20|21)\\d\\d';
export const MONTH_PATTERN = '(?:0[1-9]|1[0-2])';

const YEAR_FIRST = new RegExp(`^(${YEAR_PATTERN})[-/]?(${MONTH_PATTERN})$`);
const MONTH_FIRST = new RegExp(`^(${MONTH_PATTERN})(${YEAR_PATTERN})$`);
const NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** What a range is written with; a hyphen only between months without words. */
const RANGE = /^([^.:]+)(?:\.\.|:)([^.:]+)$/;
const HYPHENATED = /^(\d{4}[-/]\d{2}|\d{6})-(\d{4}[-/]\d{2}|\d{6})$/;
const HOW = 'Write 2024-01 or 012024, and ranges as 2024-01..2024-03.';

/** `2024-01` of a year and a month from 1. */
export const formatMonth = (year: number, month: number): Month =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;

/** The month that a day, in days since 1970-01-01, belongs to. */
export function monthOf(day: number): Month {
  const { year, month } = civilFromDays(day);
  return formatMonth(year, month);
}

/** First and last day of a calendar month. */
export function monthRange(month: Month): DayRange {
  const { year, number } = partsOf(month);
  const next = addMonths(month, 1);
  const after = partsOf(next);
  return { from: daysFromCivil(year, number, 1), to: daysFromCivil(after.year, after.number, 1) - 1 };
}

/** The month so many months later, or earlier where `count` is negative. */
export function addMonths(month: Month, count: number): Month {
  const { year, number } = partsOf(month);
  const index = year * 12 + number - 1 + count;
  return formatMonth(Math.floor(index / 12), (((index % 12) + 12) % 12) + 1);
}

/** Every month from one to another, both included; none where the range ends before it begins. */
export function monthsBetween(from: Month, to: Month): Month[] {
  const count = indexOf(to) - indexOf(from) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => addMonths(from, index));
}

/** The month of one text, without words such as `last-month`; undefined when it is none. */
export function readMonth(text: string): Month | undefined {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst) return `${yearFirst[1]}-${yearFirst[2]}`;
  const monthFirst = MONTH_FIRST.exec(text);
  return monthFirst ? `${monthFirst[2]}-${monthFirst[1]}` : undefined;
}

/** The same; throws MONTH_INVALID with what may have been meant. */
export function parseMonth(text: string): Month {
  const trimmed = text.trim();
  const month = readMonth(trimmed);
  if (month !== undefined) return month;
  throw invalid(`\`${trimmed}\` is no month: ${reasonOf(trimmed)}.`, suggestionFor(trimmed));
}

/**
 * Months of texts such as `2024-01,2024-02`, `2024-01..2024-03`, `2024-01:2024-03`, `012024 032024`, `last-month` and
 * `this-month`; blanks and commas separate. Sorted, each once. `today` is in days since 1970-01-01. Throws MONTH_INVALID
 * for what is no month, a range that ends before it begins, and more than 600 months.
 */
export function parseMonths(texts: readonly string[], today: number): Month[] {
  const tokens = texts.flatMap((text) =>
    text
      .replaceAll(/\s*(\.\.|:)\s*|\s+(-)\s+/g, (_, mark: string | undefined) => mark ?? '-')
      .split(/[\s,;]+/)
      .filter((token) => token !== ''),
  );
  const months = new Set<Month>();
  for (const token of tokens) {
    for (const month of monthsOf(token, today)) months.add(month);
    if (months.size > MAX_MONTHS) throw tooMany(months.size);
  }
  return [...months].toSorted();
}

function monthsOf(token: string, today: number): Month[] {
  const range = RANGE.exec(token) ?? HYPHENATED.exec(token);
  if (!range) return [oneMonth(token, today)];
  const [from, to] = [oneMonth(range[1] ?? '', today), oneMonth(range[2] ?? '', today)];
  const months = indexOf(to) - indexOf(from) + 1;
  if (months < 1) throw invalid(`The range \`${token}\` ends before it begins.`, `Did you mean ${to}..${from}?`);
  if (months > MAX_MONTHS) throw tooMany(months);
  return monthsBetween(from, to);
}

function oneMonth(text: string, today: number): Month {
  if (/^this-month$/i.test(text)) return monthOf(today);
  if (/^last-month$/i.test(text)) return addMonths(monthOf(today), -1);
  return parseMonth(text);
}

/** Year and number of a month. */
export function partsOf(month: Month): { year: number; number: number } {
  return { year: Number(month.slice(0, 4)), number: Number(month.slice(5, 7)) };
}

const indexOf = (month: Month): number => partsOf(month).year * 12 + partsOf(month).number;

const tooMany = (count: number): LongshoreError =>
  invalid(`These are ${count} months; at most ${MAX_MONTHS} can be asked for at once.`, 'Ask for fewer at a time.');

const invalid = (message: string, next = HOW): LongshoreError =>
  new LongshoreError('MONTH_INVALID', message, {}, { next });

function reasonOf(text: string): string {
  const dashed = /^(\d{4})[-/._](\d{1,2})$/.exec(text);
  const number = Number(dashed?.[2]);
  if (dashed && (number < 1 || number > 12)) return `months are 01 to 12, not ${dashed[2]}`;
  if (dashed && !new RegExp(`^${YEAR_PATTERN}$`).test(dashed[1] ?? '')) return 'years are 1900 to 2199';
  if (/^\d{6}$/.test(text)) return 'its digits are neither a year and a month nor a month and a year (1900 to 2199)';
  if (/^\d{4}[-/.]?\d{2}[-/.]?\d{2}$/.test(text)) return 'it is a day';
  if (/^\d{4}$/.test(text)) return 'it is a year';
  return 'months are written as 2024-01, 202401 or 012024';
}

/** What somebody who wrote this may have meant; undefined where nothing is near. */
function suggestionFor(text: string): string | undefined {
  const meant = meantMonth(text.toLowerCase());
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (new RegExp(`^${YEAR_PATTERN}$`).test(text)) return `Did you mean ${text}-01..${text}-12?`;
  return undefined;
}

function meantMonth(text: string): Month | undefined {
  const yearFirst = /^(\d{4})[-/._ ]?(\d{1,2})(?:[-/._ ]?\d{1,2})?$/.exec(text);
  const monthFirst = /^(\d{1,2})[-/._ ]?(\d{4})$/.exec(text);
  const short = /^(\d{2})[-/._](\d{2})$/.exec(text);
  const named = /^([a-z]{3})[a-z]*[-/._ ]*(\d{4})$/.exec(text);
  const namedLast = /^(\d{4})[-/._ ]*([a-z]{3})[a-z]*$/.exec(text);
  const candidates: [string | undefined, number][] = [
    [yearFirst?.[1], Number(yearFirst?.[2])],
    [monthFirst?.[2], Number(monthFirst?.[1])],
    [short ? `20${short[1]}` : undefined, Number(short?.[2])],
    [named?.[2], NAMES.indexOf(named?.[1] ?? '') + 1],
    [namedLast?.[1], NAMES.indexOf(namedLast?.[2] ?? '') + 1],
  ];
  for (const [year, number] of candidates) {
    const month = year === undefined ? undefined : readMonth(formatMonth(Number(year), number));
    if (month !== undefined) return month;
  }
  return undefined;
}
