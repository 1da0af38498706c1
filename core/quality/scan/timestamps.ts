/** Timestamps, judged from their bytes: a date as `dates.ts` reads it, a time of day, and an offset where there is one. */
import { NO_DAY, type Values } from './batch';
import { parseTimestampFormat, TOKEN, type FormatStep } from './date-format';
import { DateReader, digitsAt } from './dates';

const [SPACE, PLUS, DASH, POINT, ZERO, COLON, UPPER_T, UPPER_Z, LOWER_T, LOWER_Z] = [
  32, 43, 45, 46, 48, 58, 84, 90, 116, 122,
];
const DAY_SECONDS = 86_400;
/** Digits of a second, at the most. */
const DIGITS = 9;
/** Furthest from UTC, in minutes, that databases take. */
const FURTHEST = 15 * 60 + 59;

export class TimestampReader {
  /** Of the value that was read last: its day as written, … */
  day = NO_DAY;
  /** … and day, second and nanosecond, in UTC where it has an offset. */
  utcDay = 0;
  second = 0;
  nano = 0;
  readonly #date: DateReader;
  readonly #time: readonly FormatStep[] | undefined;
  private readonly zoned: boolean;
  /** Nanoseconds that the last digit of a second counts which the column keeps. */
  readonly #unit: number;
  #at = 0;

  /** `dates` reads a plain date, which is a timestamp too. Throws CONFIG_INVALID for an impossible format. */
  constructor(
    private readonly dates: DateReader,
    { zoned, fraction = DIGITS }: { zoned: boolean; fraction?: number },
    format?: string,
  ) {
    this.zoned = zoned;
    this.#unit = 10 ** (DIGITS - fraction);
    const parts = format === undefined ? undefined : parseTimestampFormat(format);
    this.#date = new DateReader(parts?.date);
    this.#time = parts?.time;
  }

  /** Whether bytes[from, to) is a timestamp. */
  read(bytes: Uint8Array, view: DataView, from: number, to: number): boolean {
    this.second = 0;
    this.nano = 0;
    const width = this.#time === undefined ? 10 : this.#date.width;
    if (to - from <= width) {
      let day = this.#date.day(bytes, view, from, to);
      if (day === NO_DAY) day = this.dates.day(bytes, view, from, to);
      this.day = day;
      this.utcDay = day;
      return day !== NO_DAY;
    }
    const day = this.#date.day(bytes, view, from, from + width);
    this.day = day;
    this.utcDay = day;
    if (day === NO_DAY) return this.#plainDate(bytes, view, from, to);
    this.#at = from + width;
    const known = this.#time === undefined ? this.#standardTime(bytes, to) : this.#formattedTime(bytes, to, this.#time);
    if (known && (this.#at === to || (this.zoned && this.#offset(bytes, to)))) return true;
    return this.#plainDate(bytes, view, from, to);
  }

  #plainDate(bytes: Uint8Array, view: DataView, from: number, to: number): boolean {
    this.second = 0;
    this.nano = 0;
    this.day = this.dates.day(bytes, view, from, to);
    this.utcDay = this.day;
    return this.day !== NO_DAY;
  }

  /** A blank or T, HH:MM, and seconds where there are any. */
  #standardTime(bytes: Uint8Array, to: number): boolean {
    const at = this.#at;
    const gap = bytes[at]!;
    if ((gap !== SPACE && gap !== UPPER_T && gap !== LOWER_T) || at + 6 > to || bytes[at + 3] !== COLON) return false;
    const hour = digitsAt(bytes, at + 1, 2);
    const minute = digitsAt(bytes, at + 4, 2);
    let second = 0;
    this.#at = at + 6;
    if (at + 9 <= to && bytes[at + 6] === COLON) {
      second = digitsAt(bytes, at + 7, 2);
      this.#at = at + 9;
      if (this.#at < to && !this.#fraction(bytes, to)) return false;
    }
    return this.#clock(hour, minute, second);
  }

  #formattedTime(bytes: Uint8Array, to: number, steps: readonly FormatStep[]): boolean {
    let [hour, minute, second] = [0, 0, 0];
    let hasFraction = false;
    for (const { token, width, byte } of steps) {
      if (this.#at + width > to) return false;
      if (token === TOKEN.hour) hour = digitsAt(bytes, this.#at, 2);
      else if (token === TOKEN.minute) minute = digitsAt(bytes, this.#at, 2);
      else if (token === TOKEN.second) second = digitsAt(bytes, this.#at, 2);
      else if (token === TOKEN.fraction) {
        hasFraction = true;
        if (!this.#fraction(bytes, to)) return false;
      } else if (bytes[this.#at] !== byte) return false;
      this.#at += width;
    }
    return (hasFraction || this.#fraction(bytes, to)) && this.#clock(hour, minute, second);
  }

  #clock(hour: number, minute: number, second: number): boolean {
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
    this.second = hour * 3600 + minute * 60 + second;
    return true;
  }

  /** Nothing, or a point and one to nine digits, of which those that the column does not keep are noughts. */
  #fraction(bytes: Uint8Array, to: number): boolean {
    let at = this.#at;
    if (at >= to || bytes[at] !== POINT) return true;
    const first = ++at;
    let nano = 0;
    while (at < to && (bytes[at]! - ZERO) >>> 0 <= 9) nano = nano * 10 + (bytes[at++]! - ZERO);
    const digits = at - first;
    if (digits < 1 || digits > DIGITS) return false;
    for (let more = digits; more < DIGITS; more++) nano *= 10;
    if (nano % this.#unit !== 0) return false;
    this.nano = nano;
    this.#at = at;
    return true;
  }

  /** Z, +HH, +HHMM or +HH:MM up to the end, after a blank or not. */
  #offset(bytes: Uint8Array, to: number): boolean {
    let at = this.#at;
    if (bytes[at] === SPACE) at++;
    const sign = bytes[at]!;
    if (sign === UPPER_Z || sign === LOWER_Z) return at + 1 === to;
    if (sign !== PLUS && sign !== DASH) return false;
    const length = to - at - 1;
    const withColon = length === 5 && bytes[at + 3] === COLON;
    if (length !== 2 && length !== 4 && !withColon) return false;
    const hours = digitsAt(bytes, at + 1, 2);
    const minutes = length === 2 ? 0 : digitsAt(bytes, at + (withColon ? 4 : 3), 2);
    if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > FURTHEST) return false;
    const east = (hours * 60 + minutes) * (sign === DASH ? -60 : 60);
    let second = this.second - east;
    if (second < 0) this.utcDay--;
    else if (second >= DAY_SECONDS) this.utcDay++;
    second = (second + DAY_SECONDS) % DAY_SECONDS;
    this.second = second;
    return true;
  }
}

/** Fills in day, UTC day, second and nanosecond of each value; `bad` are those that are no timestamp. */
export function checkTimestamps(values: Values, bytes: Uint8Array, view: DataView, reader: TimestampReader): void {
  const { count, from, to, bad } = values;
  let bads = 0;
  for (let k = 0; k < count; k++) {
    const good = reader.read(bytes, view, from[k]!, to[k]!);
    values.day[k] = good ? reader.day : NO_DAY;
    values.utcDay[k] = reader.utcDay;
    values.second[k] = reader.second;
    values.nano[k] = reader.nano;
    if (!good) bad[bads++] = k;
  }
  values.bads = bads;
}
