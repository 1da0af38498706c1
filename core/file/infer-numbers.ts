/** Numbers of one column: tallied by how they are written, then brought under one format if there is one for all. */
import { asciiOf } from './values/bytes';
import { AFFIXES, MARKS, NumberScan } from './values/number-scan';
import { isDay as isCalendarDay } from './values/temporal-scan';
import type { LogicalType } from '../types/table';
import type { ValueFormat } from '../types/file';

/** All numbers of a column that are written alike. */
interface Style {
  thousands: number;
  decimal: number;
  /** `1,234`: the mark that `decimal` holds may separate thousands. */
  open: boolean;
  scientific: boolean;
  affix: number;
  count: number;
  maxInt: number;
  maxFrac: number;
  /** Of whole numbers the largest, and the magnitude of the smallest that is negative; digits of both. */
  high: number | bigint;
  low: number | bigint;
  highDigits: number;
  lowDigits: number;
  /** Values beyond 32 and 64 bits. */
  beyond32: boolean;
  beyond64: boolean;
  /** Values that would not come back as they were written: 007, +5, -0. */
  odd: number;
  /** Values that are more exact than a double. */
  inexact: number;
  clearlyScientific: number;
}

export interface NumberReading {
  format: Extract<ValueFormat, { kind: 'integer' | 'decimal' | 'float' }>;
  /** Undefined where a number of the column has no exact type, or would come back written differently. */
  logical: LogicalType | undefined;
  /** Values that the format reads. */
  count: number;
  /** Where `logical` is there: most digits before and after the decimal mark. */
  wholeDigits?: number;
  fractionDigits?: number;
  /** Of whole numbers. */
  smallest?: string;
  largest?: string;
  ambiguity?: string;
}

/** Marks of decimals that other columns of the file, or the options, tell. */
export interface MarkHints {
  file?: '.' | ',';
  option?: '.' | ',';
}

const [POINT, COMMA, ZERO, FIRST_SPACE] = [1, 2, 48, 5];
/** Numbers of so many digits are exact as a double. */
const EXACT_DIGITS = 15;
const LONG_MAX = '9223372036854775807';

export class NumberTally {
  count = 0;
  /** Values such as 20241231 that are a day of the calendar. */
  compactDays = 0;
  readonly #styles = new Map<number, Style>();
  readonly #scan = new NumberScan();
  #last: Style | undefined;
  #lastKey = -1;

  /** Counts the slice if it is a number. */
  add(data: Uint8Array, start: number, end: number): boolean {
    const scan = this.#scan;
    if (!scan.read(data, start, end)) return false;
    this.count++;
    const key =
      scan.thousands |
      (scan.decimal << 4) |
      (scan.affix << 8) |
      (scan.open ? 1 << 12 : 0) |
      (scan.scientific ? 1 << 13 : 0);
    if (key !== this.#lastKey) this.#turnTo(key, scan);
    const style = this.#last!;
    style.count++;
    if (scan.intDigits > style.maxInt) style.maxInt = scan.intDigits;
    if (scan.fracDigits > style.maxFrac) style.maxFrac = scan.fracDigits;
    if (scan.intDigits >= (scan.negative ? style.lowDigits : style.highDigits)) this.#extreme(style, data);
    if (scan.intDigits >= 8) this.#large(style, data);
    if (scan.leadingZero || scan.plus || (scan.negative && isZero(data, scan.from, scan.to))) style.odd++;
    if (scan.intDigits + scan.fracDigits > 15 || scan.scientific) this.#exactness(style, data);
    return true;
  }

  #turnTo(key: number, { thousands, decimal, open, scientific, affix }: NumberScan): void {
    let style = this.#styles.get(key);
    if (style === undefined) {
      const none = { count: 0, maxInt: 0, maxFrac: 0, beyond32: false, beyond64: false, odd: 0, inexact: 0 };
      const bounds = { high: 0, low: 0, highDigits: 0, lowDigits: 0 };
      style = { thousands, decimal, open, scientific, affix, ...none, ...bounds, clearlyScientific: 0 };
      this.#styles.set(key, style);
    }
    this.#last = style;
    this.#lastKey = key;
  }

  /** A number of at least as many digits as any before it. */
  #extreme(style: Style, data: Uint8Array): void {
    const { intDigits, negative, decimal, from, to } = this.#scan;
    if (decimal !== 0) return;
    let value: number | bigint = 0;
    if (intDigits > EXACT_DIGITS) value = BigInt(asciiOf(data, from, to).replaceAll(/\D/g, ''));
    else
      for (let at = from; at < to; at++) {
        const digit = data[at]! - ZERO;
        if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      }
    if (negative) {
      style.lowDigits = intDigits;
      if (value > style.low) style.low = value;
    } else {
      style.highDigits = intDigits;
      if (value > style.high) style.high = value;
    }
  }

  #large(style: Style, data: Uint8Array): void {
    const { intDigits, negative, from, to } = this.#scan;
    if (intDigits === 8) {
      if (to - from === 8 && !negative && isCompactDay(data, from)) this.compactDays++;
    } else if (intDigits === 10 && !style.beyond32) {
      style.beyond32 = isBeyond(data, from, to, negative ? '2147483648' : '2147483647');
    } else if (intDigits > 10) {
      style.beyond32 = true;
      if (intDigits === 19) style.beyond64 ||= isBeyond(data, from, to, negative ? '9223372036854775808' : LONG_MAX);
      else if (intDigits > 19) style.beyond64 = true;
    }
  }

  /** Doubles hold 15 digits for sure; of longer numbers, those that are written as a double would be. */
  #exactness(style: Style, data: Uint8Array): void {
    const { from, to, scientific, exponent, clearlyScientific, fracDigits, intDigits, thousands } = this.#scan;
    if (clearlyScientific) style.clearlyScientific++;
    if (style.inexact > 0) return;
    if (fracDigits + intDigits <= 15 && Math.abs(exponent) < 290) return;
    // Whole numbers of more digits are keys far more often than measurements, and thousands are for people.
    if ((fracDigits === 0 && !scientific) || thousands !== 0) {
      style.inexact++;
      return;
    }
    const digits = asciiOf(data, from, to).replace(',', '.');
    if (!isShortest(digits, exponent)) style.inexact++;
  }

  /** What the decimal mark of this column is beyond doubt, for other columns of the file. */
  get certainMark(): '.' | ',' | undefined {
    const marks = new Set(
      [...this.#styles.values()].filter((style) => style.affix === 0 && !style.open).flatMap(certainMarks),
    );
    const [mark] = marks;
    return marks.size === 1 ? markText(mark!) : undefined;
  }

  /** One format for the numbers; for as many as possible where they contradict each other. */
  reading(hints: MarkHints): NumberReading | undefined {
    const styles = [...this.#styles.values()].toSorted((a, b) => b.count - a.count);
    const affix = styles[0]?.affix ?? 0;
    const alike = styles.filter((style) => style.affix === affix || style.affix === 0);
    return styles.length === 0 ? undefined : settle(alike, affix, hints, this.count);
  }
}

const markText = (mark: number): '.' | ',' => (mark === COMMA ? ',' : '.');

/** Decimal marks that a style proves. */
function certainMarks({ thousands, decimal }: Style): number[] {
  if (decimal !== 0) return [decimal];
  return thousands === POINT ? [COMMA] : thousands === COMMA ? [POINT] : [];
}

function settle(styles: Style[], affix: number, hints: MarkHints, total: number): NumberReading {
  const closed = styles.filter((style) => !style.open);
  const proof = closed.find((style) => certainMarks(style).length > 0);
  const openMark = styles.find((style) => style.open)?.decimal;
  const separator = closed.find((style) => style.thousands !== 0)?.thousands ?? 0;
  const known =
    proof !== undefined
      ? markText(certainMarks(proof)[0]!)
      : // Where thousands are set apart by spaces or apostrophes, a point or comma cannot be for them.
        separator !== 0 && openMark !== undefined
        ? markText(openMark)
        : undefined;
  const mark = known ?? (openMark === undefined ? undefined : (hints.file ?? hints.option));
  const decimal = mark ?? '.';
  const openThousands = openMark !== undefined && mark !== undefined && markText(openMark) !== decimal;
  const thousands = separator !== 0 ? separator : openThousands ? openMark : 0;
  const read = styles.filter((style) => reads(style, decimal, thousands));
  const ambiguity = mark === undefined && openMark !== undefined ? openNumber(openMark, styles) : undefined;
  const count = read.reduce((sum, style) => sum + style.count, 0);
  const isOpen = ambiguity !== undefined && openMark === COMMA;
  const format = formatOf(read, decimal, thousands, affix);
  const isWhole = count === total && !isOpen && affix === 0 && isGrouped(read, thousands);
  const logical = isWhole ? typeOf(read, decimal, format) : undefined;
  return {
    format: logical?.kind === 'float64' ? { kind: 'float', decimalMark: decimal } : format,
    logical,
    count,
    ...(logical && boundsOf(read, decimal)),
    ...(ambiguity !== undefined && { ambiguity }),
  };
}

function openNumber(mark: number, styles: Style[]): string | undefined {
  if (mark === COMMA)
    return 'numbers such as 1,234 can have three decimals or a separator of thousands; set `decimalMark`, or they stay text';
  // Whoever separates thousands does not write 12345 beside 1.234.
  if (styles.some((style) => style.decimal === 0 && style.thousands === 0 && style.maxInt > 3)) return undefined;
  return 'numbers such as 1.234 can have three decimals or a separator of thousands; they are read as decimals';
}

/** `12 345` can be a telephone number or a postal code; a number without groups or with decimals beside it says no. */
const isGrouped = (styles: Style[], thousands: number): boolean =>
  thousands < FIRST_SPACE || styles.some((style) => style.decimal !== 0 || (style.thousands === 0 && style.maxInt < 4));

/** Whether the numbers of a style are read rightly with these marks. */
function reads(style: Style, decimal: '.' | ',', thousands: number): boolean {
  if (style.thousands !== 0 && style.thousands !== thousands) return false;
  if (style.decimal === 0) return true;
  return markText(style.decimal) === decimal || (style.open && style.decimal === thousands);
}

const isFraction = (style: Style, decimal: '.' | ','): boolean =>
  style.decimal !== 0 && markText(style.decimal) === decimal;

function formatOf(styles: Style[], decimalMark: '.' | ',', code: number, affixCode: number): NumberReading['format'] {
  const affix = AFFIXES[affixCode];
  const thousands = MARKS[code]!;
  const marks = { ...(thousands !== '' && { thousands }), ...(affix !== undefined && { affix }) };
  if (styles.some((style) => style.scientific)) return { kind: 'float', decimalMark };
  if (styles.some((style) => isFraction(style, decimalMark))) return { kind: 'decimal', decimalMark, ...marks };
  return { kind: 'integer', ...marks };
}

function typeOf(styles: Style[], decimal: '.' | ',', format: NumberReading['format']): LogicalType | undefined {
  if (styles.some((style) => style.odd > 0)) return undefined;
  const isExact = styles.every((style) => style.inexact === 0);
  if (format.kind === 'float') {
    // An exponent beside groups of thousands: two sorts of people wrote this.
    const isGrouped = styles.some((style) => style.thousands !== 0 || (style.open && !isFraction(style, decimal)));
    const isMeant = styles.some((style) => style.clearlyScientific > 0);
    return isExact && isMeant && !isGrouped ? { kind: 'float64' } : undefined;
  }
  const whole = (style: Style) => style.maxInt + (style.open && !isFraction(style, decimal) ? 3 : 0);
  const maxInt = Math.max(1, ...styles.map(whole));
  if (format.kind === 'integer' && !styles.some((style) => style.beyond64))
    return { kind: styles.some((style) => style.beyond32) ? 'int64' : 'int32' };
  const scale = Math.max(0, ...styles.filter((style) => isFraction(style, decimal)).map((style) => style.maxFrac));
  if (maxInt + scale <= 38) return decimalOf(maxInt, scale);
  // Magnitudes so far apart are measurements, if doubles hold every one of them.
  return isExact && format.kind === 'decimal' && format.thousands === undefined ? { kind: 'float64' } : undefined;
}

/**
 * Room to grow: two more digits before the point than were seen, then up to the next of 18, 28 and 38 digits, which take
 * 8 bytes in memory and 9, 13 and 17 on SQL Server; what needs all 38 gets 38. The scale stays as seen, since more of it
 * would take digits from the whole part, and zeros that nobody wrote would appear behind every number.
 */
function decimalOf(whole: number, scale: number): LogicalType {
  const precision = [18, 28].find((digits) => whole + scale + 2 <= digits) ?? 38;
  return { kind: 'decimal', precision, scale };
}

function boundsOf(
  styles: Style[],
  decimal: '.' | ',',
): Pick<NumberReading, 'wholeDigits' | 'fractionDigits' | 'smallest' | 'largest'> {
  const fractions = styles.filter((style) => isFraction(style, decimal));
  const digits = {
    wholeDigits: Math.max(
      1,
      ...styles.map((style) => style.maxInt + (style.open && !fractions.includes(style) ? 3 : 0)),
    ),
    fractionDigits: Math.max(0, ...fractions.map((style) => style.maxFrac)),
  };
  if (styles.some((style) => style.decimal !== 0 || style.scientific)) return digits;
  const most = (values: (number | bigint)[]): bigint => values.map(BigInt).reduce((a, b) => (a > b ? a : b), 0n);
  return {
    ...digits,
    smallest: String(-most(styles.map(({ low }) => low))),
    largest: String(most(styles.map(({ high }) => high))),
  };
}

function isZero(data: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (data[at]! > ZERO && data[at]! <= 57) return false;
  return true;
}

/** Whether the whole part, whose digits are as many as those of `limit`, is larger. Marks are passed over. */
function isBeyond(data: Uint8Array, from: number, to: number, limit: string): boolean {
  let place = 0;
  for (let at = from; at < to && place < limit.length; at++) {
    const byte = data[at]!;
    if (byte < ZERO || byte > 57) continue;
    const difference = byte - limit.charCodeAt(place++);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function isCompactDay(data: Uint8Array, at: number): boolean {
  const two = (from: number) => (data[from]! - ZERO) * 10 + data[from + 1]! - ZERO;
  const [century, month, day] = [two(at), two(at + 4), two(at + 6)];
  return century >= 17 && century <= 22 && isCalendarDay(century * 100 + two(at + 2), month, day);
}

/** Whether a double, written as short as it may be, has the very digits. */
function isShortest(digits: string, exponent: number): boolean {
  const text = exponent === 0 ? digits : `${digits}e${exponent}`;
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  return String(value) === text || sameDigits(value.toExponential(), text);
}

/** Compares two numbers as they are written, exactly. */
function sameDigits(a: string, b: string): boolean {
  const plain = (text: string): string => {
    const [mantissa = '', exponent = '0'] = text.split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    const all = (whole + fraction).replace(/^0+/, '');
    const kept = all.replace(/0+$/, '');
    return kept === '' ? '0' : `${kept}e${Number(exponent) - fraction.length + all.length - kept.length}`;
  };
  return plain(a) === plain(b);
}
