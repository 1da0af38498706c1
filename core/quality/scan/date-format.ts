/** Formats of dates and timestamps, taken apart once: every token has a fixed width, so a value is read by position. */
import { LongshoreError } from '../../errors/longshore-error';

export const TOKEN = {
  year: 1,
  shortYear: 2,
  month: 3,
  monthName: 4,
  day: 5,
  hour: 6,
  minute: 7,
  second: 8,
  /** A point and up to nine digits, or nothing. */
  fraction: 9,
  mark: 10,
} as const;

export interface FormatStep {
  token: number;
  /** Bytes; 0 for a fraction. */
  width: number;
  /** Of a mark: its byte. */
  byte: number;
}

const WORDS: [word: string, token: number, width: number][] = [
  ['YYYY', TOKEN.year, 4],
  ['YY', TOKEN.shortYear, 2],
  ['MON', TOKEN.monthName, 3],
  ['MM', TOKEN.month, 2],
  ['MI', TOKEN.minute, 2],
  ['DD', TOKEN.day, 2],
  ['HH24', TOKEN.hour, 2],
  ['SS', TOKEN.second, 2],
];
const FRACTION = /^[.]?FF[0-9]?/i;

const invalid = (format: string, why: string) =>
  new LongshoreError('CONFIG_INVALID', `the format ${JSON.stringify(format)} cannot be used: ${why}`);

function steps(format: string): FormatStep[] {
  const found: FormatStep[] = [];
  let rest = format;
  while (rest.length > 0) {
    const fraction = FRACTION.exec(rest);
    const word = WORDS.find(([text]) => rest.slice(0, text.length).toUpperCase() === text);
    if (fraction) {
      found.push({ token: TOKEN.fraction, width: 0, byte: 0 });
      rest = rest.slice(fraction[0].length);
    } else if (word) {
      found.push({ token: word[1], width: word[2], byte: 0 });
      rest = rest.slice(word[0].length);
    } else if (rest.startsWith('"')) {
      const end = rest.indexOf('"', 1);
      if (end < 0) throw invalid(format, 'a quotation mark is not closed');
      for (const mark of rest.slice(1, end)) found.push(markStep(format, mark));
      rest = rest.slice(end + 1);
    } else {
      const mark = rest.charAt(0);
      if (/[A-Za-z]/.test(mark) && mark.toUpperCase() !== 'T')
        throw invalid(format, `${rest} begins with no token that is known`);
      found.push(markStep(format, mark));
      rest = rest.slice(1);
    }
  }
  return found;
}

function markStep(format: string, mark: string): FormatStep {
  const byte = mark.charCodeAt(0);
  if (byte >= 0x80) throw invalid(format, `${mark} is not ASCII`);
  return { token: TOKEN.mark, width: 1, byte };
}

const isOfDate = ({ token }: FormatStep): boolean => token >= TOKEN.year && token <= TOKEN.day;
const isOfTime = ({ token }: FormatStep): boolean => token >= TOKEN.hour && token <= TOKEN.fraction;

/** Throws CONFIG_INVALID for a format that does not name year, month and day once each, or has a time. */
export function parseDateFormat(format: string): FormatStep[] {
  const found = steps(format);
  checkDate(format, found);
  if (found.some(isOfTime)) throw invalid(format, 'a date has no time');
  return found;
}

/** Both parts of it. Throws CONFIG_INVALID for one that is no date with a time behind it. */
export function parseTimestampFormat(format: string): { date: FormatStep[]; time: FormatStep[] } {
  const found = steps(format);
  checkDate(format, found);
  const split = found.findLastIndex(isOfDate) + 1;
  const [date, time] = [found.slice(0, split), found.slice(split)];
  if (date.some(isOfTime)) throw invalid(format, 'the time must stand behind the date');
  for (const [name, token] of [
    ['hour', TOKEN.hour],
    ['minute', TOKEN.minute],
    ['second', TOKEN.second],
  ] as const) {
    const times = time.filter((step) => step.token === token).length;
    if (times > 1) throw invalid(format, `it names the ${name} twice`);
    if (times === 0 && token !== TOKEN.second && time.some(isOfTime)) throw invalid(format, `it lacks the ${name}`);
  }
  return { date, time };
}

function checkDate(format: string, found: FormatStep[]): void {
  for (const [name, tokens] of [
    ['year', [TOKEN.year, TOKEN.shortYear]],
    ['month', [TOKEN.month, TOKEN.monthName]],
    ['day', [TOKEN.day]],
  ] as const) {
    const times = found.filter(({ token }) => (tokens as readonly number[]).includes(token)).length;
    if (times === 0) throw invalid(format, `it lacks the ${name}`);
    if (times > 1) throw invalid(format, `it names the ${name} twice`);
  }
}
