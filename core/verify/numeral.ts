/** Numbers written out, taken apart exactly: whichever notation they come in, equal numbers give equal parts. */
export interface Numeral {
  negative: boolean;
  /** Significant digits without zeros at either end; empty for 0. */
  digits: string;
  /** The number is `digits` × 10^`exponent`. */
  exponent: number;
}

const NUMERAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Undefined when the text is no number (`NaN`, `Infinity` and the empty text are none). */
export function parseNumeral(text: string): Numeral | undefined {
  const match = NUMERAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const all = whole + fraction;
  if (all === '') return undefined;
  let last = all.length;
  while (last > 0 && all[last - 1] === '0') last--;
  let first = 0;
  while (first < last && all[first] === '0') first++;
  const digits = all.slice(first, last);
  if (digits === '') return { negative: false, digits, exponent: 0 };
  return { negative: sign === '-', digits, exponent: Number(power) - fraction.length + (all.length - last) };
}

/** One text for one number: `-15e-1` for -1.50. */
export const numeralText = ({ negative, digits, exponent }: Numeral): string =>
  digits === '' ? '0' : `${negative ? '-' : ''}${digits}e${exponent}`;

export const sameNumeral = (a: Numeral, b: Numeral): boolean =>
  a.negative === b.negative && a.digits === b.digits && a.exponent === b.exponent;

/** Negative when `a` is the smaller, 0 when they are equal. */
export function compareNumerals(a: Numeral, b: Numeral): number {
  const [signA, signB] = [signOf(a), signOf(b)];
  if (signA !== signB || signA === 0) return signA - signB;
  const magnitude = a.digits.length + a.exponent - (b.digits.length + b.exponent);
  if (magnitude !== 0) return signA * magnitude;
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -signA : signA;
}

const signOf = ({ negative, digits }: Numeral): number => (digits === '' ? 0 : negative ? -1 : 1);

/** The number times 10^`scale` where that is whole and has at most 38 digits; undefined elsewhere. */
export function unscaled({ negative, digits, exponent }: Numeral, scale: number): bigint | undefined {
  if (digits === '') return 0n;
  const zeros = exponent + scale;
  if (zeros < 0 || digits.length + zeros > 38) return undefined;
  const value = BigInt(digits + '0'.repeat(zeros));
  return negative ? -value : value;
}

const NAMES = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['infinity', Infinity],
]);

/** A floating-point number as any of the databases writes it; undefined when the text is none. */
export function parseFloatText(text: string): number | undefined {
  if (parseNumeral(text)) return Number(text);
  const [, sign, name = ''] = /^([+-]?)([a-z]{3,8})$/i.exec(text) ?? [];
  const named = NAMES.get(name.toLowerCase());
  return named === undefined ? undefined : sign === '-' ? -named : named;
}

/** Bytes as characters, one for each, where only ASCII can mean anything. */
export function asciiText(data: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(data[at]!);
  return text;
}
