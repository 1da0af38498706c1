/** Which definition a file may have been meant for, and why. */
import { tableNameOf } from '../file/table-name';
import { LongshoreError } from '../errors/longshore-error';
import { listWords } from '../plan/suggest';
import type { MonthBatch } from '../types/month-batch';
import type { Month, MonthTable } from '../types/month';
import { showDelimiter } from './format';
import { compilePattern, matchBelow } from './pattern';
import type { SampledFile } from './sampled-file';

/** What of a file is compared with definitions. */
export type FileLook = Pick<SampledFile, 'name' | 'path' | 'names'> & {
  delimiter: string;
  /** Whether `names` are from a header. */
  hasHeader: boolean;
};

export interface Suggestion {
  batch: string;
  definition: string;
  /** 0 to 100: 50 for the name, 40 for the columns, 10 for the delimiter. */
  score: number;
  /** The file would be taken as it is. */
  fits: boolean;
  month?: Month;
  /** Sentences without a full stop, the weightiest first. */
  reasons: string[];
  missingColumns: string[];
  unexpectedColumns: string[];
}

const POINTS = { pattern: 50, tableName: 20, columns: 40, delimiter: 10 };
/** Fewer points are no resemblance: any two files of a delimiter have that much. */
const LEAST = 25;

export const lookOf = ({ name, path, names, format }: SampledFile): FileLook => ({
  name,
  path,
  names,
  delimiter: format.dialect.delimiter,
  hasHeader: (format.tables[0]?.headerRows ?? 0) > 0,
});

/** Definitions that are like the file, the likest first; none where nothing is. */
export function suggestDefinitions(batches: readonly MonthBatch[], file: FileLook): Suggestion[] {
  return batches
    .flatMap((batch) => batch.tables.map((table) => rate(batch, table, file)))
    .filter(({ score }) => score >= LEAST)
    .toSorted((a, b) => Number(b.fits) - Number(a.fits) || b.score - a.score || compare(nameOf(a), nameOf(b)));
}

function rate(batch: MonthBatch, table: MonthTable, file: FileLook): Suggestion {
  const name = rateName(table, file);
  const columns = rateColumns(table, file);
  const isDelimiter = table.format.delimiter === file.delimiter;
  const delimiter = isDelimiter
    ? `the delimiter is \`${showDelimiter(file.delimiter)}\`, as it should be`
    : `the delimiter is \`${showDelimiter(file.delimiter)}\`, not \`${showDelimiter(table.format.delimiter)}\``;
  return {
    batch: batch.name,
    definition: table.name,
    score: Math.round(name.points + columns.points + (isDelimiter ? POINTS.delimiter : 0)),
    fits: name.fits && columns.fits && isDelimiter,
    ...(name.month !== undefined && { month: name.month }),
    reasons: [name.reason, columns.reason, delimiter],
    missingColumns: columns.missing,
    unexpectedColumns: columns.unexpected,
  };
}

function rateName(
  table: MonthTable,
  { name, path }: FileLook,
): { points: number; fits: boolean; reason: string; month?: Month } {
  for (const text of table.files) {
    const match = matchBelow(compilePattern(text), path);
    if (!match) continue;
    if (match.problem !== undefined)
      return {
        points: POINTS.pattern / 2,
        fits: false,
        reason: `the name fits the pattern \`${text}\`, but ${match.problem}`,
      };
    const { month } = match;
    return {
      points: POINTS.pattern,
      fits: true,
      reason: `the name fits the pattern \`${text}\`${month === undefined ? '' : `, of ${month}`}`,
      ...(month !== undefined && { month }),
    };
  }
  const made = madeName(name);
  if (made !== undefined && [table.name, table.table].some((each) => each.toLowerCase() === made))
    return {
      points: POINTS.tableName,
      fits: false,
      reason: `the name is that of a file of \`${made}\`, but fits no pattern (${listWords(table.files.map((text) => `\`${text}\``))})`,
    };
  return {
    points: 0,
    fits: false,
    reason: `the name fits no pattern (${listWords(table.files.map((text) => `\`${text}\``))})`,
  };
}

interface ColumnRating {
  points: number;
  fits: boolean;
  reason: string;
  missing: string[];
  unexpected: string[];
}

function rateColumns({ columns, dateColumn, keyColumns }: MonthTable, { names, hasHeader }: FileLook): ColumnRating {
  const none = { missing: [], unexpected: [] };
  if (columns && !hasHeader) {
    const isSame = columns.length === names.length;
    const reason = isSame
      ? `there is no header, and as many columns as expected, ${names.length}`
      : `there is no header, and ${names.length} columns where ${columns.length} are expected`;
    return { ...none, points: isSame ? POINTS.columns / 2 : 0, fits: isSame, reason };
  }
  const has = (list: readonly string[], name: string): boolean => list.some((each) => fold(each) === fold(name));
  if (!columns) {
    const wanted = [...new Set([...(dateColumn === undefined ? [] : [dateColumn]), ...keyColumns])];
    const missing = wanted.filter((name) => !has(names, name));
    if (wanted.length === 0)
      return { ...none, points: 0, fits: true, reason: 'the definition does not say which columns it expects' };
    const points = (POINTS.columns / 2) * (1 - missing.length / wanted.length);
    const reason =
      missing.length === 0
        ? `it has the columns that the definition speaks of: ${listWords(wanted)}`
        : `it lacks columns that the definition speaks of: ${listWords(missing)}`;
    return { points, fits: missing.length === 0, reason, missing, unexpected: [] };
  }
  const missing = columns.filter((name) => !has(names, name));
  const unexpected = names.filter((name) => !has(columns, name));
  const shared = columns.length - missing.length;
  const inOrder =
    missing.length === 0 &&
    unexpected.length === 0 &&
    columns.every((name, index) => fold(name) === fold(names[index] ?? ''));
  const share = shared / Math.max(columns.length, names.length, 1);
  const differences = [
    missing.length > 0 && `lacks ${listWords(missing)}`,
    unexpected.length > 0 && `has ${listWords(unexpected)} besides`,
    missing.length + unexpected.length === 0 && !inOrder && 'has them in another order',
  ].filter((text) => text !== false);
  return {
    points: POINTS.columns * share * (inOrder || missing.length + unexpected.length > 0 ? 1 : 0.9),
    fits: missing.length + unexpected.length === 0,
    reason: inOrder
      ? `its ${columns.length} columns are those expected`
      : `${shared} of ${columns.length} expected columns are there; it ${listWords(differences)}`,
    missing,
    unexpected,
  };
}

function madeName(name: string): string | undefined {
  try {
    return tableNameOf(name);
  } catch (error) {
    if (error instanceof LongshoreError) return undefined;
    throw error;
  }
}

const fold = (name: string): string => name.trim().toLowerCase();
const nameOf = ({ batch, definition }: Suggestion): string => `${batch} ${definition}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
