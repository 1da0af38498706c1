/**
 * Dates, times and what goes with them in the names of files: whatever differs from one delivery to the next. Names are in
 * lower case here. Bare years (`census_2020`) and numbers that are no dates stay, because they tell tables apart.
 */
import { isDay } from './temporal-scan';

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const YEAR = '(?:19|20|21)\\d\\d';
const SEPARATOR = '[-_./ ]';
/** A time, a zone, or the number of a delivery on that day. */
const TAIL = '(?:[-_.,:+t ]+\\d{1,9}(?![\\p{L}\\d]|z\\p{L}))*(?:[-_ ]?(?:z|am|pm|utc|gmt)(?![\\p{L}\\d]))?';
const T_TIME = '(?:t\\d{2,9}(?:[-_:.]\\d{1,9})*(?:z(?!\\p{L}))?(?![\\p{L}\\d]))?';
const NOT_AFTER_DIGIT = '(?<!\\d)';
const NOT_AFTER_LETTER = '(?<![\\p{L}\\d])';
const END = '(?!\\d)';

interface NameDate {
  pattern: RegExp;
  /** Year, month and day that the groups stand for must be one of the calendar. */
  check?: (groups: string[]) => boolean;
}

const regex = (source: string): RegExp => new RegExp(source, 'gu');
const number = (text: string | undefined): number => Number(text ?? Number.NaN);

const SHAPES: readonly NameDate[] = [
  // Seconds, milliseconds and microseconds since 1970, in the years from 2001 to 2036.
  { pattern: regex(`${NOT_AFTER_LETTER}(?:1\\d{9}|20\\d{8})(?:\\d{3}|\\d{6})?(?![\\p{L}\\d])`) },
  // 20241201, 202412011230, 20241201123059, with fractions too.
  {
    pattern: regex(
      `${NOT_AFTER_DIGIT}(${YEAR})(\\d\\d)(\\d\\d)(?:(?:[01]\\d|2[0-3])[0-5]\\d(?:[0-5]\\d(?:\\d{1,6})?)?)?${END}${T_TIME}${TAIL}`,
    ),
    check: ([year, month, day]) => isDay(number(year), number(month), number(day)),
  },
  // 2024-12-01, 2024_12_01T23:59:59Z
  {
    pattern: regex(`${NOT_AFTER_DIGIT}(${YEAR})(${SEPARATOR})(\\d\\d?)\\2(\\d\\d?)${END}${T_TIME}${TAIL}`),
    check: ([year, , month, day]) => isDay(number(year), number(month), number(day)),
  },
  // 01.12.2024, 12-31-2024
  {
    pattern: regex(`${NOT_AFTER_DIGIT}(\\d\\d?)(${SEPARATOR})(\\d\\d?)\\2(${YEAR})${END}${T_TIME}${TAIL}`),
    check: ([first, , second, year]) => isEitherOrder(number(year), number(first), number(second)),
  },
  // 01122024
  {
    pattern: regex(`${NOT_AFTER_DIGIT}(\\d\\d)(\\d\\d)(${YEAR})${END}${T_TIME}${TAIL}`),
    check: ([first, second, year]) => isEitherOrder(number(year), number(first), number(second)),
  },
  // 01-Dec-2024, 1dec24, Dec-01-2024, 2024-Dec-01
  {
    pattern: regex(
      `${NOT_AFTER_DIGIT}\\d\\d?${SEPARATOR}?(?:${MONTH})${SEPARATOR}?(?:${YEAR}|\\d\\d)${END}${T_TIME}${TAIL}`,
    ),
  },
  { pattern: regex(`${NOT_AFTER_LETTER}(?:${MONTH})${SEPARATOR}?\\d\\d?,?${SEPARATOR}+${YEAR}${END}${TAIL}`) },
  { pattern: regex(`${NOT_AFTER_DIGIT}${YEAR}${SEPARATOR}?(?:${MONTH})${SEPARATOR}?\\d\\d?${END}${T_TIME}${TAIL}`) },
  // dec2024, 2024_dec, 2024-12, 202412, 12-2024
  { pattern: regex(`${NOT_AFTER_LETTER}(?:${MONTH})${SEPARATOR}?${YEAR}${END}`) },
  { pattern: regex(`${NOT_AFTER_DIGIT}${YEAR}${SEPARATOR}?(?:${MONTH})(?![\\p{L}\\d])`) },
  { pattern: regex(`${NOT_AFTER_DIGIT}${YEAR}${SEPARATOR}?(?:0[1-9]|1[0-2])${END}`) },
  { pattern: regex(`${NOT_AFTER_LETTER}(?:0?[1-9]|1[0-2])${SEPARATOR}${YEAR}${END}`) },
  // 2024q3, q3-2024, 2024-w05, 2024h1
  { pattern: regex(`${NOT_AFTER_DIGIT}${YEAR}[-_ ]?(?:q[1-4]|h[12]|(?:w|kw|cw|week)[-_ ]?\\d\\d?)(?![\\p{L}\\d])`) },
  { pattern: regex(`${NOT_AFTER_LETTER}(?:q[1-4]|h[12]|(?:w|kw|cw|week)[-_ ]?\\d\\d?)[-_ ]?${YEAR}${END}`) },
  // 24-12-01 and 23-59-59, whichever it is
  {
    pattern: regex(`${NOT_AFTER_LETTER}(\\d\\d)([-_.:])(\\d\\d)\\2(\\d\\d)(?![\\p{L}\\d])${TAIL}`),
    check: ([a, , b, c]) => isShortDate(number(a), number(b), number(c)),
  },
  // 10h30, 10.30am
  {
    pattern: regex(
      `${NOT_AFTER_LETTER}(?:[01]?\\d|2[0-3])(?:h[0-5]\\d|[.:-]?[0-5]\\d ?[ap]m)(?:m?[0-5]\\ds?)?(?![\\p{L}\\d])`,
    ),
  },
];

/** The name with `_` where a date or time stood. */
export function withoutDates(name: string): string {
  return SHAPES.reduce(
    (text, { pattern, check }) =>
      text.replaceAll(pattern, (match: string, ...rest: unknown[]) => {
        const groups = rest.filter((group): group is string => typeof group === 'string');
        return check === undefined || check([...groups.slice(0, -1), match]) ? '_' : match;
      }),
    name,
  );
}

const isEitherOrder = (year: number, first: number, second: number): boolean =>
  isDay(year, second, first) || isDay(year, first, second);

const isShortDate = (a: number, b: number, c: number): boolean =>
  isDay(2000 + a, b, c) || isEitherOrder(2000 + c, a, b) || (a < 24 && b < 60 && c < 60);
