/** Numbers that travel as text, such as PostgreSQL's numeric without a precision. */
import type { BytesBuilder } from '../columnar/bytes-builder';

export interface TextNumber {
  unscaled: bigint;
  /** Digits after the point, as they stand. */
  scale: number;
}

/** Longest number of PostgreSQL: 131072 digits before the point, 16383 after it. */
const LONGEST = 147_457;

/** A number in plain notation; `special` for NaN and infinities; undefined for anything else. */
export function readNumberText(data: Uint8Array, start: number, end: number): TextNumber | 'special' | undefined {
  if (end - start > LONGEST) return undefined;
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(data[at]!);
  return parseNumber(text);
}

export function parseNumber(text: string): TextNumber | 'special' | undefined {
  if (/^(nan|[+-]?inf(inity)?)$/i.test(text)) return 'special';
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  const [, sign = '', integer = '', fraction = ''] = match ?? [];
  if (!match || integer.length + fraction.length === 0) return undefined;
  const magnitude = BigInt(integer + fraction);
  return { unscaled: sign === '-' ? -magnitude : magnitude, scale: fraction.length };
}

/** Writes a number in plain notation with all the digits of its scale; returns its length. */
export function showNumber(unscaled: bigint, scale: number, out: BytesBuilder): number {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
  out.reserve(text.length);
  for (let index = 0; index < text.length; index++) out.data[out.size + index] = text.charCodeAt(index);
  return text.length;
}
