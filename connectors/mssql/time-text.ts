/** The notation in which times of seven digits travel: `2024-02-29 23:59:59.1234567 +05:30`, `23:59:59.1234567`. */

export interface ParsedTime {
  year: number;
  month: number;
  day: number;
  /** Tenths of microseconds since midnight. */
  ticks: number;
  /** Minutes east of UTC; 0 when the text names no offset. */
  offset: number;
}

const [ZERO, NINE, DASH, COLON, SPACE, DOT, PLUS] = [0x30, 0x39, 0x2d, 0x3a, 0x20, 0x2e, 0x2b];

/** Undefined when the text is anything else, or no time that exists. The object is the same for every call. */
export function parseTimeText(data: Uint8Array, from: number, to: number, isDated: boolean): ParsedTime | undefined {
  let at = from;
  const number = (digits: number): number => {
    let value = 0;
    for (const end = at + digits; at < end; at++) {
      const byte = at < to ? data[at]! : 0;
      if (byte < ZERO || byte > NINE) return Number.NaN;
      value = value * 10 + byte - ZERO;
    }
    return value;
  };
  const takes = (byte: number): boolean => at < to && data[at++] === byte;
  parsed.year = 1970;
  parsed.month = 1;
  parsed.day = 1;
  parsed.offset = 0;
  if (isDated) {
    parsed.year = number(4);
    if (!takes(DASH)) return undefined;
    parsed.month = number(2);
    if (!takes(DASH)) return undefined;
    parsed.day = number(2);
    if (!isDay(parsed) || !takes(SPACE)) return undefined;
  }
  const hours = number(2);
  if (!takes(COLON)) return undefined;
  const minutes = number(2);
  if (!takes(COLON)) return undefined;
  const seconds = number(2);
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return undefined;
  let fraction = 0;
  if (at < to && data[at] === DOT) {
    at += 1;
    let digits = 0;
    while (at < to && data[at]! >= ZERO && data[at]! <= NINE) {
      fraction = fraction * 10 + data[at]! - ZERO;
      at += 1;
      digits += 1;
    }
    if (digits < 1 || digits > 7) return undefined;
    fraction *= 10 ** (7 - digits);
  }
  parsed.ticks = ((hours * 60 + minutes) * 60 + seconds) * 10_000_000 + fraction;
  if (at === to) return parsed;
  if (!isDated || !takes(SPACE)) return undefined;
  const sign = data[at++];
  const offsetHours = number(2);
  if ((sign !== PLUS && sign !== DASH) || !takes(COLON)) return undefined;
  const offset = offsetHours * 60 + number(2);
  if (!(offset <= 14 * 60) || at !== to) return undefined;
  parsed.offset = sign === DASH ? -offset : offset;
  return parsed;
}

const parsed: ParsedTime = { year: 1970, month: 1, day: 1, ticks: 0, offset: 0 };

const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay({ year, month, day }: ParsedTime): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && isLeap ? 29 : (MONTHS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= last;
}
