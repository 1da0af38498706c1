/** Figures are exact text in the notations of several databases: which of them mean the same, and which is the larger. */
import type { LogicalType } from '../types/table';
import { compareNumerals, parseFloatText, parseNumeral, sameNumeral } from './numeral';
import { instantOf } from './temporal-text';

/**
 * Whether two figures of a column mean the same value: numbers may differ in zeros that mean nothing, floats in their
 * notation, dates and timestamps in the digits of a second and in the offset that they are written with.
 */
export function sameFigure(a: string, b: string, logical?: LogicalType): boolean {
  if (a === b) return true;
  if (logical?.kind === 'float32' || logical?.kind === 'float64') {
    const [left, right] = [parseFloatText(a), parseFloatText(b)];
    if (left === undefined || right === undefined) return false;
    return logical.kind === 'float32' ? sameFloat(Math.fround(left), Math.fround(right)) : sameFloat(left, right);
  }
  const [first, second] = [plain(a), plain(b)];
  if (first !== undefined || second !== undefined)
    return first !== undefined && second !== undefined && sameNumeral(first, second);
  const instant = instantOf(a);
  return instant !== undefined && instant === instantOf(b);
}

/** Exponents are a notation of floats alone. */
const plain = (text: string): ReturnType<typeof parseNumeral> =>
  /^[+-]?\d+(\.\d*)?$/.test(text) ? parseNumeral(text) : undefined;

const sameFloat = (a: number, b: number): boolean => a === b || (a !== a && b !== b);

/**
 * Order of two smallest or largest values: negative when `a` is the smaller. NaN is the largest. Undefined when they are
 * not values of one kind.
 */
export function orderFigures(a: string, b: string): number | undefined {
  if (a === b) return 0;
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) return rankA - rankB;
  const [first, second] = [parseNumeral(a), parseNumeral(b)];
  if (first && second) return compareNumerals(first, second);
  const [left, right] = [instantOf(a), instantOf(b)];
  if (typeof left !== 'bigint' || typeof right !== 'bigint') return undefined;
  return left < right ? -1 : left > right ? 1 : 0;
}

const RANKS = new Map([
  ['-infinity', -1],
  ['infinity', 1],
  ['nan', 2],
]);

const rankOf = (text: string): number => RANKS.get(text.toLowerCase()) ?? 0;
