/**
 * Takes the text of a number apart without reading its value: which marks stand where, how many digits there are, and
 * what is written around it. Knows nothing of the column; what a mark means is decided over all its values.
 */

const [SPACE, APOSTROPHE, PLUS, COMMA, MINUS, POINT, ZERO, PERCENT] = [32, 39, 43, 44, 45, 46, 48, 37];

/** Marks between digits, by the code that `thousands` and `decimal` hold; 0 is none. */
export const MARKS = ['', '.', ',', "'", '’', ' ', '\u00a0', '\u202f', '\u2009'] as const;
const [MARK_POINT, MARK_COMMA, MARK_QUOTE, MARK_CURLY, MARK_SPACE, MARK_NBSP, MARK_NARROW, MARK_THIN] = [
  1, 2, 3, 4, 5, 6, 7, 8,
];

/** What stands around a number, by the code that `affix` holds. */
export const AFFIXES = [undefined, 'percent', 'currency'] as const;

/** The longer ones of those that end alike come first. */
const CURRENCIES =
  'R$ US$ A$ C$ $ € £ ¥ ₹ ₽ ₺ ₩ zł Kč kr Fr. USD EUR GBP CHF JPY CNY INR CAD AUD SEK NOK DKK PLN CZK BRL MXN'
    .split(' ')
    .map((text) => new TextEncoder().encode(text));

/** Most groups of digits; what has more is no number of 38 digits. */
const MOST_GROUPS = 15;

export class NumberScan {
  /** Where digits and marks stand, without sign and affix. */
  from = 0;
  to = 0;
  negative = false;
  plus = false;
  intDigits = 0;
  fracDigits = 0;
  /** Codes of MARKS. */
  thousands = 0;
  decimal = 0;
  /** `1,234`: its one mark, which `decimal` holds, could separate thousands just as well. */
  open = false;
  /** Written with an exponent, and which. */
  scientific = false;
  exponent = 0;
  /** The exponent has a sign or the number a mark, as programs write it; `12E5` may be a code as well. */
  clearlyScientific = false;
  /** Code of AFFIXES. */
  affix = 0;
  /** A zero before other digits of the whole part, as in 00123. */
  leadingZero = false;

  #hasMark = false;
  readonly #groups = new Int32Array(MOST_GROUPS + 1);
  readonly #marks = new Int32Array(MOST_GROUPS + 1);

  /** False where the slice, which is not empty, is no number. The fields mean nothing then. */
  read(data: Uint8Array, start: number, end: number): boolean {
    let at = start;
    const first = data[at]!;
    this.negative = first === MINUS;
    this.plus = first === PLUS;
    if (this.negative || this.plus) at++;
    this.from = at;
    this.to = end;
    this.fracDigits = this.thousands = this.decimal = this.exponent = this.affix = 0;
    this.open = this.scientific = this.clearlyScientific = false;
    while (at < end && isDigit(data[at]!)) at++;
    const digits = at - this.from;
    this.intDigits = digits;
    this.leadingZero = digits > 1 && data[this.from] === ZERO;
    if (at === end) return digits > 0;
    if (digits > 0 && data[at] === POINT) {
      const point = at++;
      while (at < end && isDigit(data[at]!)) at++;
      if (at === end) {
        this.decimal = MARK_POINT;
        this.fracDigits = end - point - 1;
        this.open = this.fracDigits === 3 && digits <= 3 && data[this.from] !== ZERO;
        return true;
      }
    }
    return this.#general(data);
  }

  /** Everything but plain digits with or without a point. */
  #general(data: Uint8Array): boolean {
    if (!this.#stripAffixes(data)) return false;
    const { to } = this;
    let at = this.from;
    let groups = 0;
    let run = at;
    for (; at < to; at++) {
      if (isDigit(data[at]!)) continue;
      const mark = markAt(data, at, to);
      if (mark === 0) break;
      if (groups === MOST_GROUPS) return false;
      this.#groups[groups] = at - run;
      this.#marks[groups++] = mark;
      at += markLength(mark) - 1;
      run = at + 1;
    }
    this.#groups[groups] = at - run;
    this.#hasMark = groups > 0;
    if (at < to && !this.#exponentAt(data, at)) return false;
    return this.#settle(data, groups);
  }

  /** What the marks mean by their places alone. `marks` of them stand between `marks` + 1 groups of digits. */
  #settle(data: Uint8Array, marks: number): boolean {
    const groups = this.#groups;
    const mark = this.#marks[0]!;
    const last = this.#marks[marks - 1]!;
    const first = groups[0]!;
    const startsWithZero = data[this.from] === ZERO;
    this.intDigits = first;
    this.fracDigits = 0;
    this.leadingZero = first > 1 && startsWithZero;
    if (marks === 0) return first > 0;
    const isDecimalMark = last === MARK_POINT || last === MARK_COMMA;
    if (marks === 1 && isDecimalMark) {
      this.decimal = last;
      this.fracDigits = groups[1]!;
      this.open = this.fracDigits === 3 && first >= 1 && first <= 3 && !startsWithZero && !this.scientific;
      return first + this.fracDigits > 0;
    }
    const grouped = last !== mark && isDecimalMark ? marks - 1 : marks;
    if (this.scientific || first < 1 || first > 3) return false;
    for (let index = 1; index <= grouped; index++)
      if (groups[index] !== 3 || this.#marks[index - 1] !== mark) return false;
    this.thousands = mark;
    this.intDigits = first + grouped * 3;
    this.leadingZero = startsWithZero;
    if (grouped < marks) {
      this.decimal = last;
      this.fracDigits = groups[marks]!;
    }
    return true;
  }

  #exponentAt(data: Uint8Array, from: number): boolean {
    const { to } = this;
    if ((data[from]! | 32) !== 101) return false;
    let at = from + 1;
    const isNegative = data[at] === MINUS;
    if (isNegative || data[at] === PLUS) at++;
    if (at >= to || to - at > 4) return false;
    let exponent = 0;
    for (; at < to; at++) {
      if (!isDigit(data[at]!)) return false;
      exponent = exponent * 10 + data[at]! - ZERO;
    }
    this.scientific = true;
    this.clearlyScientific = isNegative || data[from + 1] === PLUS || this.#hasMark;
    this.exponent = isNegative ? -exponent : exponent;
    this.to = from;
    return true;
  }

  /** Takes `%` and currencies off both ends, and a sign that stands behind them: `-$5`, `$ -5`, `5 %`. */
  #stripAffixes(data: Uint8Array): boolean {
    let { from, to } = this;
    if (!isDigit(data[from]!) && data[from] !== POINT && data[from] !== COMMA) {
      const length = currencyFrom(data, from, to);
      if (length === 0) return false;
      this.affix = 2;
      from = skipSpaces(data, from + length, to);
      if (!this.negative && !this.plus && from < to) {
        this.negative = data[from] === MINUS;
        this.plus = data[from] === PLUS;
        if (this.negative || this.plus) from++;
      }
    }
    if (to > from && !isDigit(data[to - 1]!) && data[to - 1] !== POINT && data[to - 1] !== COMMA) {
      if (this.affix !== 0) return false;
      const isPercent = data[to - 1] === PERCENT;
      const length = isPercent ? 1 : currencyUpTo(data, from, to);
      if (length === 0) return false;
      this.affix = isPercent ? 1 : 2;
      to = skipSpacesBack(data, from, to - length);
    }
    this.from = from;
    this.to = to;
    return from < to;
  }
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= 57;

/** Code of the mark that begins at `at`; 0 for none. */
function markAt(data: Uint8Array, at: number, end: number): number {
  switch (data[at]) {
    case POINT:
      return MARK_POINT;
    case COMMA:
      return MARK_COMMA;
    case APOSTROPHE:
      return MARK_QUOTE;
    case SPACE:
      return MARK_SPACE;
    case 0xc2:
      return at + 1 < end && data[at + 1] === 0xa0 ? MARK_NBSP : 0;
    case 0xe2:
      if (at + 2 >= end || data[at + 1] !== 0x80) return 0;
      if (data[at + 2] === 0x99) return MARK_CURLY;
      return data[at + 2] === 0xaf ? MARK_NARROW : data[at + 2] === 0x89 ? MARK_THIN : 0;
    default:
      return 0;
  }
}

const markLength = (mark: number): number =>
  mark === MARK_NBSP ? 2 : mark === MARK_CURLY || mark === MARK_NARROW || mark === MARK_THIN ? 3 : 1;

function skipSpaces(data: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const mark = markAt(data, at, to);
    if (mark < MARK_SPACE) break;
    at += markLength(mark);
  }
  return at;
}

function skipSpacesBack(data: Uint8Array, from: number, to: number): number {
  let end = to;
  for (;;) {
    if (end - 1 >= from && data[end - 1] === SPACE) end--;
    else if (end - 2 >= from && markAt(data, end - 2, end) === MARK_NBSP) end -= 2;
    else if (end - 3 >= from && markAt(data, end - 3, end) >= MARK_NARROW) end -= 3;
    else return end;
  }
}

const currencyFrom = (data: Uint8Array, from: number, to: number): number =>
  CURRENCIES.find((text) => from + text.length < to && text.every((byte, index) => data[from + index] === byte))
    ?.length ?? 0;

const currencyUpTo = (data: Uint8Array, from: number, to: number): number =>
  CURRENCIES.find(
    (text) => to - text.length > from && text.every((byte, index) => data[to - text.length + index] === byte),
  )?.length ?? 0;
