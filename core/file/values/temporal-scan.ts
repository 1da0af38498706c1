/**
 * Takes dates and times of day apart in the shapes that files have them in, from the bytes. Which of the first two
 * numbers of `03/04/2024` is the day is left open here: it is decided over all values of a column.
 */
import { daysFromCivil } from '../../columnar/civil';

const [SPACE, COMMA, PLUS, DASH, POINT, SLASH, ZERO, COLON] = [32, 44, 43, 45, 46, 47, 48, 58];
const [LOWER_A, LOWER_M, LOWER_P, LOWER_T, LOWER_Z] = [97, 109, 112, 116, 122];

/** How the parts of a date follow one another; 0 is no date. */
export const LAYOUT = {
  none: 0,
  /** 2024-12-31, also 2024-Dec-31. */
  ymd: 1,
  /** 31/12/2024 or 12/31/2024. */
  open: 2,
  /** 31-Dec-2024. */
  dayName: 3,
  /** Dec 31, 2024. */
  nameDay: 4,
  /** 20241231. */
  compact: 5,
  /** 24-12-31 in any order. */
  short: 6,
} as const;

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const isDay = (year: number, month: number, day: number): boolean =>
  year >= 1 &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= MONTH_DAYS[month - 1]! &&
  (month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)));

export class TemporalScan {
  layout = 0;
  /** Byte between the parts of the date; 0 for none. */
  separator = 0;
  /** The year has two digits, and stands as it was written. */
  shortYear = false;
  /** Numbers in the order of the layout; for `open` and `short` as they stand. */
  first = 0;
  second = 0;
  year = 0;
  /** The month was written as a word. */
  named = false;
  /** Day and month have two digits each. */
  padded = false;
  /** 0: no time of day; 1: of 24 hours; 2: of 12, with AM or PM. */
  clock = 0;
  hasSeconds = false;
  micros = 0;
  fractionDigits = 0;
  /** Below a microsecond, something else than zeros was written. */
  tooPrecise = false;
  zoned = false;
  /** Minutes east of UTC. */
  offset = 0;

  #data: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #value = 0;
  #digits = 0;

  /**
   * False where the slice is no date, time of day or both. The calendar is not asked, except that months that are
   * words are months. Fields mean nothing after false.
   */
  read(data: Uint8Array, start: number, end: number): boolean {
    this.#data = data;
    this.#at = start;
    this.#end = end;
    this.layout = this.clock = this.micros = this.fractionDigits = this.offset = this.separator = 0;
    this.tooPrecise = this.zoned = this.shortYear = this.named = this.hasSeconds = false;
    if (end - start < 4 || end - start > 48) return false;
    if (!this.#date()) {
      if (this.#at !== start) return false;
      return this.#time() && this.#at === end;
    }
    if (this.#at === end) return true;
    if (!this.#joint()) return false;
    if (!(this.layout === LAYOUT.compact && this.#compactTime()) && !this.#time()) return false;
    return this.#zone() && this.#at === end;
  }

  /**
   * Days since 1970-01-01 with the parts of an open date in this order, or undefined where there is no such day. Years of
   * two digits are 1970 to 2069.
   */
  days(order: 'dmy' | 'mdy' | 'ymd'): number | undefined {
    let { year } = this;
    let month = this.first;
    let day = this.second;
    if (this.layout === LAYOUT.short && order === 'ymd') {
      year = this.first;
      month = this.second;
      day = this.year;
    } else if (this.layout === LAYOUT.open || this.layout === LAYOUT.short) {
      if (order === 'ymd') return undefined;
      if (order === 'dmy') {
        month = this.second;
        day = this.first;
      }
    }
    if (this.shortYear) year += year < 70 ? 2000 : 1900;
    return isDay(year, month, day) ? daysFromCivil(year, month, day) : undefined;
  }

  /** Leaves `#at` where it was and answers false only where a time of day may stand instead. */
  #date(): boolean {
    const start = this.#at;
    this.#number();
    const [digits, value] = [this.#digits, this.#value];
    if (digits === 0) return this.#nameFirst();
    if (this.#data[this.#at] === COLON) {
      this.#at = start;
      return false;
    }
    if (digits === 4) return this.#yearFirst(value);
    if (digits === 8 || digits === 14) return this.#compact(start);
    return digits <= 2 && this.#dayFirst(value, digits);
  }

  #yearFirst(year: number): boolean {
    const separator = this.#separator();
    if (separator <= 0) return false;
    this.year = year;
    this.layout = LAYOUT.ymd;
    this.separator = separator;
    this.#number();
    this.padded = this.#digits === 2;
    if (this.#digits === 0) {
      if (!this.#month()) return false;
      this.named = true;
      this.first = this.#value;
      this.padded = true;
    } else if (this.#digits > 2) return false;
    else this.first = this.#value;
    if (this.#separator() !== separator) return false;
    this.#number();
    this.second = this.#value;
    this.padded &&= this.#digits === 2;
    return this.#digits === 1 || this.#digits === 2;
  }

  #dayFirst(first: number, firstDigits: number): boolean {
    const separator = this.#separator();
    if (separator < 0) return false;
    this.separator = separator;
    this.#number();
    if (this.#digits === 0) {
      if (!this.#month()) return false;
      this.layout = LAYOUT.dayName;
      this.named = true;
      this.first = this.#value;
      this.second = first;
      this.padded = firstDigits === 2;
      return this.#separator() === separator && this.#lastYear();
    }
    if (this.#digits > 2 || separator === 0 || separator === SPACE) return false;
    this.padded = firstDigits === 2 && this.#digits === 2;
    this.layout = LAYOUT.open;
    this.first = first;
    this.second = this.#value;
    if (this.#separator() !== separator || !this.#lastYear()) return false;
    if (this.shortYear) this.layout = LAYOUT.short;
    return true;
  }

  #nameFirst(): boolean {
    if (!this.#month()) return false;
    this.layout = LAYOUT.nameDay;
    this.named = true;
    this.first = this.#value;
    this.separator = SPACE;
    if (this.#data[this.#at] === POINT) this.#at++;
    if (!this.#skip(SPACE)) return false;
    this.#number();
    this.second = this.#value;
    this.padded = this.#digits === 2;
    if (this.#digits === 0 || this.#digits > 2) return false;
    this.#skip(COMMA);
    return this.#skip(SPACE) && this.#lastYear();
  }

  #compact(start: number): boolean {
    this.#at = start;
    this.layout = LAYOUT.compact;
    this.padded = true;
    this.year = this.#pair() * 100 + this.#pair();
    this.first = this.#pair();
    this.second = this.#pair();
    return true;
  }

  #lastYear(): boolean {
    this.#number();
    this.year = this.#value;
    this.shortYear = this.#digits === 2;
    return this.#digits === 4 || this.#digits === 2;
  }

  /** What stands between date and time. */
  #joint(): boolean {
    const byte = this.#data[this.#at]!;
    if (this.layout === LAYOUT.compact && isDigit(byte)) return true;
    if ((byte | 32) === LOWER_T) {
      this.#at++;
      return true;
    }
    this.#skip(COMMA);
    return this.#skip(SPACE);
  }

  /** 235959 or 2359, behind a date that has no separators either. */
  #compactTime(): boolean {
    const start = this.#at;
    this.#number();
    const digits = this.#digits;
    this.#at = start;
    if (digits !== 6 && digits !== 4) return false;
    const [hour, minute] = [this.#pair(), this.#pair()];
    this.hasSeconds = digits === 6;
    return this.#clock(hour, minute, this.hasSeconds ? this.#pair() : 0);
  }

  #time(): boolean {
    this.#number();
    const hour = this.#value;
    if (this.#digits === 0 || this.#digits > 2 || !this.#skip(COLON)) return false;
    this.#number();
    const minute = this.#value;
    if (this.#digits !== 2) return false;
    let second = 0;
    if (this.#skip(COLON)) {
      this.#number();
      if (this.#digits !== 2) return false;
      second = this.#value;
      this.hasSeconds = true;
    }
    return this.#clock(hour, minute, second);
  }

  /** Checks the hands, then reads a fraction of a second and AM or PM. */
  #clock(hour: number, minute: number, second: number): boolean {
    if (minute > 59 || second > 59) return false;
    if (this.hasSeconds && !this.#fraction()) return false;
    const half = this.#half();
    this.clock = half < 0 ? 1 : 2;
    if (half < 0 ? hour > 23 : hour < 1 || hour > 12) return false;
    const hours = half < 0 ? hour : (hour % 12) + half;
    this.micros += (hours * 3600 + minute * 60 + second) * 1e6;
    return true;
  }

  #fraction(): boolean {
    const byte = this.#data[this.#at];
    if (this.#at >= this.#end || (byte !== POINT && byte !== COMMA)) return true;
    const from = ++this.#at;
    let micros = 0;
    for (; this.#at < this.#end && isDigit(this.#data[this.#at]!); this.#at++) {
      const digit = this.#data[this.#at]! - ZERO;
      if (this.#at - from < 6) micros = micros * 10 + digit;
      else if (digit !== 0) this.tooPrecise = true;
    }
    this.fractionDigits = this.#at - from;
    for (let digits = this.fractionDigits; digits < 6; digits++) micros *= 10;
    this.micros = micros;
    return this.fractionDigits > 0 && this.fractionDigits <= 12;
  }

  /** Hours to add for AM (0) and PM (12); -1 where neither is written. */
  #half(): number {
    const from = this.#at;
    this.#skip(SPACE);
    const letter = (this.#data[this.#at] ?? 0) | 32;
    if (
      this.#at + 1 < this.#end &&
      (letter === LOWER_A || letter === LOWER_P) &&
      (this.#data[this.#at + 1]! | 32) === LOWER_M
    ) {
      this.#at += 2;
      return letter === LOWER_P ? 12 : 0;
    }
    this.#at = from;
    return -1;
  }

  /** `Z`, ` UTC`, `+02:00`, ` -0530`, `+02` or nothing. */
  #zone(): boolean {
    if (this.#at === this.#end) return true;
    this.#skip(SPACE);
    this.zoned = true;
    const byte = this.#data[this.#at] ?? 0;
    if ((byte | 32) === LOWER_Z) {
      this.#at++;
      return true;
    }
    if (this.#word('utc') || this.#word('gmt')) return true;
    if (byte !== PLUS && byte !== DASH) return false;
    this.#at++;
    this.#number();
    let hours = this.#value;
    let minutes = 0;
    if (this.#digits === 4) {
      minutes = hours % 100;
      hours = Math.floor(hours / 100);
    } else if (this.#digits !== 2) return false;
    else if (this.#skip(COLON)) {
      this.#number();
      if (this.#digits !== 2) return false;
      minutes = this.#value;
    }
    this.offset = (byte === DASH ? -1 : 1) * (hours * 60 + minutes);
    return hours <= 15 && minutes <= 59;
  }

  /** The name of a month in English, whole or of three letters; its number in `#value`. */
  #month(): boolean {
    const start = this.#at;
    let length = 0;
    while (start + length < this.#end && isLetter(this.#data[start + length]!)) length++;
    if (length < 3 || length > 9) return false;
    for (let month = 0; month < 12; month++) {
      const name = MONTHS[month]!;
      if (length !== 3 && length !== name.length && !(month === 8 && length === 4)) continue;
      let at = 0;
      while (at < length && (this.#data[start + at]! | 32) === name.charCodeAt(at)) at++;
      if (at < length) continue;
      this.#at += length;
      this.#value = month + 1;
      return true;
    }
    return false;
  }

  #word(text: string): boolean {
    if (this.#at + text.length > this.#end) return false;
    for (let at = 0; at < text.length; at++)
      if ((this.#data[this.#at + at]! | 32) !== text.charCodeAt(at)) return false;
    this.#at += text.length;
    return true;
  }

  /** A byte that separates the parts of a date; 0 where a letter or digit follows at once; -1 for anything else. */
  #separator(): number {
    const byte = this.#at < this.#end ? this.#data[this.#at]! : 0;
    if (byte === DASH || byte === SLASH || byte === POINT || byte === SPACE) {
      this.#at++;
      return byte;
    }
    return isLetter(byte) || isDigit(byte) ? 0 : -1;
  }

  #skip(byte: number): boolean {
    if (this.#at >= this.#end || this.#data[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #pair(): number {
    const value = (this.#data[this.#at]! - ZERO) * 10 + this.#data[this.#at + 1]! - ZERO;
    this.#at += 2;
    return value;
  }

  /** The digits that follow, into `#value` and `#digits`. */
  #number(): void {
    let at = this.#at;
    let value = 0;
    for (; at < this.#end; at++) {
      const digit = this.#data[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.#digits = at - this.#at;
    this.#value = value;
    this.#at = at;
  }
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 57;
const isLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122;
