/**
 * In which form the values of a column are compared: chosen for each pair of source and target column, so that both give
 * the same bytes exactly when they hold the same value, whatever each of them stores it as.
 */
import { LongshoreError } from '../errors/longshore-error';
import type { LogicalType } from '../types/table';
import type { ColumnPair, PartColumn } from '../types/transfer';
import { isNumericText, isTemporalText } from './value-text';

export type CanonicalForm =
  /** A whole number of 10^-scale, in 128 bits. Booleans are 0 and 1. */
  | { by: 'number'; scale: number }
  /** A double. `single`: text stands for the nearest float32. Any NaN is one; zeros have signs. */
  | { by: 'float'; single: boolean }
  /** Days since 1970. */
  | { by: 'days' }
  /** Microseconds in UTC, nanoseconds below, and the offset that was written; a time of day counts from midnight. */
  | { by: 'instant' }
  /** `lowerCase`: text counts as a UUID only in the notation in which UUIDs become text. */
  | { by: 'uuid'; lowerCase: boolean }
  /** The bytes as they stand; text is UTF-8. */
  | { by: 'bytes' };

type Sort = 'number' | 'boolean' | 'float' | 'date' | 'time' | 'timestamp' | 'uuid' | 'bytes' | 'text';

/** Throws TYPE_NOT_SUPPORTED where values of the two columns have no form in common. */
export function canonicalForm(pair: ColumnPair): CanonicalForm {
  const { source, target } = pair;
  const [a, b] = [sortOf(source.logical), sortOf(target.logical)];
  const form = a === b ? sameSort(a, pair) : otherSort(a, b, pair);
  if (form !== undefined) return form;
  throw new LongshoreError(
    'TYPE_NOT_SUPPORTED',
    `Column ${target.name} is ${source.nativeType} in the source and ${target.nativeType} in the target, which have no form in common that a fingerprint could be taken of.`,
    { column: target.name },
    { next: 'Verify this table by `aggregates`, or exclude the column.' },
  );
}

function sortOf({ kind }: LogicalType): Sort {
  switch (kind) {
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal':
      return 'number';
    case 'float32':
    case 'float64':
      return 'float';
    case 'timestamp':
    case 'timestamptz':
      return 'timestamp';
    default:
      return kind;
  }
}

function sameSort(sort: Sort, { source, target }: ColumnPair): CanonicalForm {
  switch (sort) {
    case 'number':
    case 'boolean':
      return number(source, target);
    case 'float':
      return { by: 'float', single: false };
    case 'date':
      return { by: 'days' };
    case 'time':
    case 'timestamp':
      return { by: 'instant' };
    case 'uuid':
      return { by: 'uuid', lowerCase: false };
    case 'bytes':
      return { by: 'bytes' };
    case 'text':
      return textForm(source, target);
  }
}

/** Types of one database write their values alike; others of the same sort may use another number of digits. */
function textForm(source: PartColumn, target: PartColumn): CanonicalForm {
  if (source.nativeType === target.nativeType) return { by: 'bytes' };
  const both = (test: (logical: LogicalType, nativeType: string) => boolean): boolean =>
    [source, target].every(({ logical, nativeType }) => test(logical, nativeType));
  if (both(isTemporalText)) return { by: 'instant' };
  return both(isNumericText) ? { by: 'number', scale: 0 } : { by: 'bytes' };
}

function otherSort(a: Sort, b: Sort, pair: ColumnPair): CanonicalForm | undefined {
  const { source, target } = pair;
  const sorts = new Set([a, b]);
  if (sorts.has('text')) return fromText(a === 'text' ? b : a, pair);
  const only = (...allowed: Sort[]): boolean => [...sorts].every((sort) => allowed.includes(sort));
  if (only('number', 'boolean')) return number(source, target);
  if (only('number', 'boolean', 'float')) return { by: 'float', single: false };
  return only('date', 'timestamp') ? { by: 'instant' } : undefined;
}

/** One side is text, the other of this sort. */
function fromText(sort: Sort, { source, target }: ColumnPair): CanonicalForm {
  const isTextTarget = target.logical.kind === 'text';
  switch (sort) {
    case 'float': {
      const [a, b] = [source.logical.kind, target.logical.kind];
      return { by: 'float', single: a === 'float32' || b === 'float32' };
    }
    case 'uuid':
      return { by: 'uuid', lowerCase: isTextTarget };
    case 'bytes':
    case 'text':
      return { by: 'bytes' };
    default:
      return sameSort(sort, { source, target });
  }
}

const scaleOf = ({ logical }: PartColumn): number => (logical.kind === 'decimal' ? logical.scale : 0);

const number = (source: PartColumn, target: PartColumn): CanonicalForm => ({
  by: 'number',
  scale: Math.max(scaleOf(source), scaleOf(target)),
});
