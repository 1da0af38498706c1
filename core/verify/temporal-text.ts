/**
 * Dates, times and timestamps written out, as the databases write them: `2024-02-29`, `23:59:59.5`,
 * `2024-02-29 23:59:59.1234567 +02:00`, `0044-03-15 12:00:00+00 BC`, `infinity`. Read from bytes without making strings,
 * because whole columns are read so.
 */
import { daysFromCivil } from '../columnar/civil';

/** What `TemporalReader.read` found; one object for all values, so read it before the next. */
export interface Temporal {
  /** Days since 1970-01-01 in UTC; 0 for a time of day. */
  days: number;
  /** Microseconds of that day; a time of day may be 24:00:00. */
  micros: number;
  /** Below a microsecond, 0–999. */
  nanos: number;
  /** Minutes east of UTC; 0 where none is written. */
  offset: number;
  /** ±1 for `infinity`; the rest is 0 then. */
  infinite: number;
}

const DAY_MINUTES = 1440;
const MINUTE_MICROS = 60_000_000;
const DAY_MICROS = DAY_MINUTES * MINUTE_MICROS;
const [ZERO, NINE, SPACE, DASH, PLUS, COLON, POINT] = [48, 57, 32, 45, 43, 58, 46];
const [UPPER_T, UPPER_Z] = [84, 90];
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export class TemporalReader {
  readonly value: Temporal = { days: 0, micros: 0, nanos: 0, offset: 0, infinite: 0 };
  #data: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  /** Reads `data[start .. end)` into `value`. False when it is none of the notations; `value` means nothing then. */
  read(data: Uint8Array, start: number, end: number): boolean {
    this.#data = data;
    this.#at = start;
    this.#end = end;
    const { value } = this;
    value.days = value.micros = value.nanos = value.offset = value.infinite = 0;
    if (end - start < 8) return false;
    if (this.#infinity()) return true;
    if (data[start + 2] === COLON) return this.#time() && this.#offset() && this.#done();
    const year = this.#number(4, 7);
    if (year < 0 || !this.#skip(DASH)) return false;
    const month = this.#number(2, 2);
    if (month < 1 || month > 12 || !this.#skip(DASH)) return false;
    const day = this.#number(2, 2);
    if (this.#at < end && this.#isTimeNext()) {
      this.#at++;
      if (!this.#time() || !this.#offset()) return false;
    }
    const isBeforeChrist = this.#era();
    if (!this.#done()) return false;
    const civilYear = isBeforeChrist ? 1 - year : year;
    if (day < 1 || day > daysOf(civilYear, month) || value.micros >= DAY_MICROS) return false;
    value.days = daysFromCivil(civilYear, month, day);
    if (value.offset !== 0) this.#toUtc();
    return true;
  }

  #toUtc(): void {
    const { value } = this;
    value.micros -= value.offset * MINUTE_MICROS;
    if (value.micros < 0) {
      value.micros += DAY_MICROS;
      value.days--;
    } else if (value.micros >= DAY_MICROS) {
      value.micros -= DAY_MICROS;
      value.days++;
    }
  }

  #isTimeNext(): boolean {
    const byte = this.#data[this.#at];
    const next = this.#data[this.#at + 1] ?? 0;
    return (byte === SPACE || byte === UPPER_T) && this.#at + 1 < this.#end && next >= ZERO && next <= NINE;
  }

  #time(): boolean {
    const hours = this.#number(2, 2);
    if (hours < 0 || hours > 24 || !this.#skip(COLON)) return false;
    const minutes = this.#number(2, 2);
    if (minutes < 0 || minutes > 59 || !this.#skip(COLON)) return false;
    const seconds = this.#number(2, 2);
    if (seconds < 0 || seconds > 59) return false;
    this.value.micros = (hours * 3600 + minutes * 60 + seconds) * 1e6;
    if (this.#skip(POINT)) {
      const from = this.#at;
      const fraction = this.#number(1, 9);
      if (fraction < 0) return false;
      const nanos = fraction * 10 ** (9 - (this.#at - from));
      this.value.micros += Math.floor(nanos / 1000);
      this.value.nanos = nanos % 1000;
    }
    return this.value.micros <= DAY_MICROS;
  }

  /** ` +02:00`, `+02`, `-05:30`, `Z` or nothing. */
  #offset(): boolean {
    const from = this.#at;
    this.#skip(SPACE);
    if (this.#skip(UPPER_Z)) return true;
    const sign = this.#skip(PLUS) ? 1 : this.#skip(DASH) ? -1 : 0;
    if (sign === 0) {
      this.#at = from;
      return true;
    }
    const hours = this.#number(2, 2);
    if (hours < 0 || hours > 15) return false;
    const minutes = this.#skip(COLON) ? this.#number(2, 2) : 0;
    if (minutes < 0 || minutes > 59) return false;
    this.value.offset = sign * (hours * 60 + minutes);
    return true;
  }

  #era(): boolean {
    const isEra = this.#isWord(' BC') || this.#isWord(' (BC)');
    if (isEra) this.#at = this.#end;
    return isEra;
  }

  #infinity(): boolean {
    const isPositive = this.#isWord('infinity');
    if (isPositive || this.#isWord('-infinity')) {
      this.value.infinite = isPositive ? 1 : -1;
      return true;
    }
    return false;
  }

  #isWord(word: string): boolean {
    if (this.#end - this.#at !== word.length) return false;
    for (let i = 0; i < word.length; i++) if (this.#data[this.#at + i] !== word.charCodeAt(i)) return false;
    return true;
  }

  #done(): boolean {
    return this.#at === this.#end;
  }

  #skip(byte: number): boolean {
    if (this.#at >= this.#end || this.#data[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** A number of so many digits; -1 where there are fewer, or one more follows. */
  #number(least: number, most: number): number {
    let value = 0;
    let digits = 0;
    while (this.#at < this.#end) {
      const byte = this.#data[this.#at]!;
      if (byte < ZERO || byte > NINE) break;
      if (++digits > most) return -1;
      value = value * 10 + (byte - ZERO);
      this.#at++;
    }
    return digits < least ? -1 : value;
  }
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && !isLeap ? 28 : MONTH_DAYS[month - 1]!;
}

const reader = new TemporalReader();

/** The instant of a text in nanoseconds since 1970-01-01, offset applied, or `±infinity`; undefined when it is no such text. */
export function instantOf(text: string): bigint | 'infinity' | '-infinity' | undefined {
  if (text.length > 64) return undefined;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = Math.min(255, text.charCodeAt(i));
  if (!reader.read(bytes, 0, bytes.length)) return undefined;
  const { days, micros, nanos, infinite } = reader.value;
  if (infinite !== 0) return infinite > 0 ? 'infinity' : '-infinity';
  return (BigInt(days) * BigInt(DAY_MICROS) + BigInt(micros)) * 1000n + BigInt(nanos);
}
