/** What was inferred of two halves of a file, as reading the whole would have inferred it. */
import type { InferredColumn } from '../types/file';
import type { LogicalType } from '../types/table';

/**
 * The columns of both halves together; undefined where that cannot be said without looking at the values again: where the
 * halves read a column differently, or leave different things open. Cautious on purpose: reading again is always right.
 */
export function mergeInferred(
  first: readonly InferredColumn[],
  second: readonly InferredColumn[],
): InferredColumn[] | undefined {
  if (first.length !== second.length) return undefined;
  const merged: InferredColumn[] = [];
  for (const [index, a] of first.entries()) {
    const column = mergeColumn(a, second[index]!);
    if (column === undefined) return undefined;
    merged.push(column);
  }
  return merged;
}

function mergeColumn(a: InferredColumn, b: InferredColumn): InferredColumn | undefined {
  const logical = widest(a.logical, b.logical);
  if (logical === undefined || !areAlike(a, b)) return undefined;
  const whole = largest(a.wholeDigits, b.wholeDigits);
  const fraction = largest(a.fractionDigits, b.fractionDigits);
  const [low, high] = [bound(a.smallest, b.smallest, -1), bound(a.largest, b.largest, 1)];
  return {
    ...a,
    logical,
    rows: a.rows + b.rows,
    nulls: a.nulls + b.nulls,
    maxChars: Math.max(a.maxChars, b.maxChars),
    maxBytes: Math.max(a.maxBytes, b.maxBytes),
    ...(low !== undefined && { smallest: low }),
    ...(high !== undefined && { largest: high }),
    ...(whole !== undefined && { wholeDigits: whole }),
    ...(fraction !== undefined && { fractionDigits: fraction }),
  };
}

/** Everything but figures is the same, and both have values: a half without any has nothing to say about the type. */
function areAlike(a: InferredColumn, b: InferredColumn): boolean {
  if (a.nulls === a.rows || b.nulls === b.rows) return false;
  const said = ({ name, format, nullTexts, ambiguity, alternatives, possibleNulls }: InferredColumn): string =>
    JSON.stringify([name, format, nullTexts, ambiguity ?? null, alternatives ?? [], possibleNulls ?? []]);
  return said(a) === said(b);
}

/** Integers grow, and decimals of one scale; undefined for any other difference. */
function widest(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  const isWhole = ({ kind }: LogicalType): boolean => kind === 'int32' || kind === 'int64';
  if (isWhole(a) && isWhole(b)) return { kind: 'int64' };
  if (a.kind !== 'decimal' || b.kind !== 'decimal' || a.scale !== b.scale) return undefined;
  return { kind: 'decimal', precision: Math.max(a.precision, b.precision), scale: a.scale };
}

const largest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

function bound(a: string | undefined, b: string | undefined, sign: -1 | 1): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return BigInt(a) > BigInt(b) === sign > 0 ? a : b;
}
