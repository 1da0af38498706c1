/** How an inferred column is read into the type that a column of a table has. */
import { BOOLEAN_PAIRS } from './values/words';
import type { InferredColumn, ValueFormat } from '../types/file';
import type { LogicalType } from '../types/table';

/**
 * The format in which the texts of the column are read as values of `logical`: the column's own where it gives them, else
 * the commonest of its values that does, else the plain notation of the type. Values that do not have it are for the
 * parser to reject; dates whose order is open are read only where both orders mean the same day. Years of two digits are
 * those from 1970 to 2069, and percentages and amounts the numbers as written: `12 %` is 12.
 */
export function formatFor(inferred: InferredColumn, logical: LogicalType): ValueFormat {
  const formats = [inferred.format, ...(inferred.alternatives ?? [])];
  const first = (...kinds: ValueFormat['kind'][]): ValueFormat | undefined =>
    formats.find(({ kind }) => kinds.includes(kind));
  switch (logical.kind) {
    case 'text':
    case 'bytes':
      return { kind: 'text' };
    case 'int16':
    case 'int32':
    case 'int64':
      return first('integer', 'decimal', 'float') ?? { kind: 'integer' };
    case 'decimal':
      return first('decimal', 'integer', 'float') ?? { kind: 'decimal', decimalMark: '.' };
    case 'float32':
    case 'float64':
      return first('float', 'decimal', 'integer') ?? { kind: 'float', decimalMark: '.' };
    case 'boolean':
      return inferred.format.kind === 'boolean' ? inferred.format : anyBoolean();
    case 'uuid':
      return { kind: 'uuid' };
    case 'date':
      return first('date', 'timestamp') ?? { kind: 'date', pattern: 'YYYY-MM-DD' };
    case 'time':
      return first('time') ?? { kind: 'time', pattern: 'HH:MM:SS' };
    case 'timestamp':
    case 'timestamptz':
      return timestampFor(first('timestamp', 'date'), logical.kind === 'timestamptz');
  }
}

/**
 * Texts that stand for NULL when the column is read as `logical`: spellings such as N/A count in every column but one of
 * texts, where they are texts.
 */
export const nullTextsFor = (inferred: InferredColumn, logical: LogicalType): string[] => {
  const possible = inferred.possibleNulls ?? [];
  const isText = logical.kind === 'text' || logical.kind === 'bytes';
  if (isText) return inferred.nullTexts.filter((text) => !possible.includes(text));
  return [...new Set([...inferred.nullTexts, ...possible])];
};

/** Every word there is, and 1 and 0, where a column of the table says that its values are booleans. */
const anyBoolean = (): ValueFormat => ({
  kind: 'boolean',
  trueTexts: [...BOOLEAN_PAIRS.map(([yes]) => yes), '1', 'on'],
  falseTexts: [...BOOLEAN_PAIRS.map(([, no]) => no), '0', 'off'],
});

function timestampFor(format: ValueFormat | undefined, zoned: boolean): ValueFormat {
  if (format?.kind === 'timestamp') return format;
  // Days alone are midnights.
  if (format?.kind === 'date') return { kind: 'timestamp', date: format.pattern, time: '', zoned: false };
  return { kind: 'timestamp', date: 'YYYY-MM-DD', time: 'HH:MM:SS.f', zoned };
}
