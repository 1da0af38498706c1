/** Dates, judged from their bytes. The days that a file has are few: each is worked out once and remembered. */
import { daysFromCivil } from '../../columnar/civil';
import { isDay } from '../../file/values/temporal-scan';
import { NO_DAY, type Values } from './batch';
import { TOKEN, type FormatStep } from './date-format';

const [DASH, ZERO] = [45, 48];
const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Years of two digits from here on are of the last century, as Snowflake and Postgres read them. */
const PIVOT = 70;

/** Of `length` digits at `at`; -1: they are not all digits. */
export function digitsAt(bytes: Uint8Array, at: number, length: number): number {
  let number = 0;
  for (let k = 0; k < length; k++) {
    const digit = bytes[at + k]! - ZERO;
    if (digit >>> 0 > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function monthNamed(bytes: Uint8Array, at: number): number {
  const name = String.fromCharCode(bytes[at]! | 0x20, bytes[at + 1]! | 0x20, bytes[at + 2]! | 0x20);
  return MONTH_NAMES.indexOf(name) + 1;
}

const dayOf = (year: number, month: number, day: number): number =>
  year >= 1 && isDay(year, month, day) ? daysFromCivil(year, month, day) : NO_DAY;

/** ISO 8601 or YYYYMMDD. */
function standardDay(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length === 8) return dayOf(digitsAt(bytes, from, 4), digitsAt(bytes, from + 4, 2), digitsAt(bytes, from + 6, 2));
  if (length !== 10 || bytes[from + 4] !== DASH || bytes[from + 7] !== DASH) return NO_DAY;
  return dayOf(digitsAt(bytes, from, 4), digitsAt(bytes, from + 5, 2), digitsAt(bytes, from + 8, 2));
}

function formattedDay(bytes: Uint8Array, from: number, steps: readonly FormatStep[]): number {
  let [year, month, day] = [0, 0, 0];
  let at = from;
  for (const { token, width, byte } of steps) {
    if (token === TOKEN.year) year = digitsAt(bytes, at, 4);
    else if (token === TOKEN.shortYear) {
      const short = digitsAt(bytes, at, 2);
      year = short < 0 ? -1 : short + (short >= PIVOT ? 1900 : 2000);
    } else if (token === TOKEN.month) month = digitsAt(bytes, at, 2);
    else if (token === TOKEN.monthName) month = monthNamed(bytes, at);
    else if (token === TOKEN.day) day = digitsAt(bytes, at, 2);
    else if (bytes[at] !== byte) return NO_DAY;
    at += width;
  }
  return dayOf(year, month, day);
}

const SLOTS = 2048;
/** Longest value that is remembered: its length takes the last byte of the third word. */
const REMEMBERED = 11;
/** Bits of the first `bytes` bytes of a word. */
const maskOf = (bytes: number): number => (bytes <= 0 ? 0 : bytes >= 4 ? -1 : (1 << (8 * bytes)) - 1);

export class DateReader {
  /** Four words each: three of the value, with its length, and its day. */
  readonly #slots = new Int32Array(SLOTS * 4);
  readonly #width: number;

  /** Undefined: ISO 8601 or YYYYMMDD, whichever a value is. */
  constructor(private readonly steps?: readonly FormatStep[]) {
    this.#width = steps?.reduce((sum, { width }) => sum + width, 0) ?? 0;
  }

  /** Bytes that a date has; 0: it depends. */
  get width(): number {
    return this.#width;
  }

  /** Days since 1970-01-01 of the date that bytes[from, to) is; NO_DAY where it is none. */
  day(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    const length = to - from;
    if (length > REMEMBERED || length <= 0 || from + 12 > view.byteLength) return this.#work(bytes, from, to);
    let first = view.getInt32(from, true);
    let second = view.getInt32(from + 4, true);
    let third = length << 24;
    if (length === 10) third |= view.getUint16(from + 8, true);
    else if (length !== 8) {
      first &= maskOf(length);
      second &= maskOf(length - 4);
      third |= view.getInt32(from + 8, true) & maskOf(length - 8);
    }
    const mixed = Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35);
    const slot = ((mixed ^ (mixed >>> 15)) & (SLOTS - 1)) << 2;
    const slots = this.#slots;
    if (slots[slot] === first && slots[slot + 1] === second && slots[slot + 2] === third) return slots[slot + 3]!;
    const day = this.#work(bytes, from, to);
    slots[slot] = first;
    slots[slot + 1] = second;
    slots[slot + 2] = third;
    slots[slot + 3] = day;
    return day;
  }

  #work(bytes: Uint8Array, from: number, to: number): number {
    if (!this.steps) return standardDay(bytes, from, to);
    return to - from === this.#width ? formattedDay(bytes, from, this.steps) : NO_DAY;
  }
}

/** Fills in the day of each value; `bad` are those that have none. */
export function checkDates(values: Values, bytes: Uint8Array, view: DataView, dates: DateReader): void {
  const { count, from, to, bad, day: days } = values;
  let bads = 0;
  for (let k = 0; k < count; k++) {
    const day = dates.day(bytes, view, from[k]!, to[k]!);
    days[k] = day;
    if (day === NO_DAY) bad[bads++] = k;
  }
  values.bads = bads;
}
