/** Checks of columns, values and keys. */
import { count, plural } from '../notify/words';
import { listWords } from '../plan/suggest';
import type { CheckType, ColumnFacts, QualityFacts, Severity } from '../types/quality';
import { percent } from './check-days';
import { type Opinion, shareOf, verb } from './check-result';

/** Columns that a sentence names one by one; the details have all of them. */
const NAMED = 3;
const NO_ROWS: Opinion = { skipped: 'there are no rows' };

/** Columns that are missing or unexpected, and rows with another number of fields. */
export function columns(facts: QualityFacts): Opinion {
  const { missingColumns, unexpectedColumns, raggedRows, rows } = facts;
  const names = missingColumns.length + unexpectedColumns.length;
  if (names + raggedRows === 0)
    return {
      passed: `${verb(facts.columns.length, 'the one column is', `all ${count(facts.columns.length)} columns are`)} as expected, in every row`,
    };
  const parts: string[] = [];
  if (missingColumns.length > 0)
    parts.push(
      `${plural(missingColumns.length, 'column')} ${verb(missingColumns.length, 'is', 'are')} missing (${missingColumns.join(', ')})`,
    );
  if (unexpectedColumns.length > 0)
    parts.push(
      `${plural(unexpectedColumns.length, 'column')} ${verb(unexpectedColumns.length, 'was', 'were')} not expected (${unexpectedColumns.join(', ')})`,
    );
  if (raggedRows > 0)
    parts.push(`${plural(raggedRows, 'row')} ${verb(raggedRows, 'has', 'have')} too few or too many fields`);
  const kept = (1 - shareOf(names, facts.columns.length + missingColumns.length)) * (1 - shareOf(raggedRows, rows));
  return {
    found: {
      clause: listWords(parts),
      count: names + raggedRows,
      share: 1 - kept,
      details: {
        ...(missingColumns.length > 0 && { missingColumns }),
        ...(unexpectedColumns.length > 0 && { unexpectedColumns }),
      },
    },
  };
}

/** Values that are not of the type of their column. */
export const types = (facts: QualityFacts): Opinion =>
  byColumn(facts, ({ badType }) => badType, {
    passed: 'all values are of the types of their columns',
    one: ({ name, badType, type }) =>
      `${plural(badType, 'value')} of ${name} ${verb(badType, 'is', 'are')} no ${type ? typeText(type) : 'value of its type'}`,
    many: 'are not of their type',
  });

/** Texts that are longer than the table takes. */
export const widths = (facts: QualityFacts): Opinion =>
  byColumn(facts, ({ tooWide }) => tooWide, {
    passed: 'no text is longer than the table takes',
    one: ({ name, tooWide, width, maxBytes, maxCharacters }) => {
      const longest = width?.unit === 'bytes' ? maxBytes : maxCharacters;
      const limit = width ? `the ${count(width.limit)} ${width.unit} of its column` : 'its column takes';
      return `${plural(tooWide, 'value')} of ${name} ${verb(tooWide, 'is', 'are')} longer than ${limit} (the longest has ${count(longest)})`;
    },
    many: 'are longer than the table takes',
  });

/** NULLs beyond the limits, and those in columns that take none: these are never less than a warning. */
export function nulls(facts: QualityFacts, limits: Readonly<Record<string, number>>): Opinion {
  if (facts.rows === 0) return NO_ROWS;
  const { rows } = facts;
  const told = facts.columns.filter((column) => column.nulls > 0 || column.nullsForbidden > 0);
  const parts: string[] = [];
  let faults = 0;
  let excess = 0;
  let atLeast: Severity | undefined;
  for (const column of told) {
    const { name, nullsForbidden } = column;
    const limit = limitOf(name, limits);
    const isAbove = limit !== undefined && column.nulls * 100 > limit * rows;
    if (nullsForbidden === 0 && !isAbove) continue;
    if (nullsForbidden > 0) {
      atLeast = 'warning';
      parts.push(`${plural(nullsForbidden, 'NULL')} ${verb(nullsForbidden, 'is', 'are')} in ${name}, which takes none`);
    } else
      parts.push(
        `${plural(column.nulls, 'NULL')} ${verb(column.nulls, 'is', 'are')} in ${name} (${share(column.nulls, rows)} of the rows, where ${percent(limit ?? 0)} ${verb(limit ?? 0, 'is', 'are')} allowed)`,
      );
    faults += Math.max(nullsForbidden, isAbove ? column.nulls : 0);
    excess += Math.max(nullsForbidden, isAbove ? column.nulls - ((limit ?? 0) * rows) / 100 : 0);
  }
  const details = told.length > 0 ? { columns: told } : {};
  if (parts.length === 0) {
    const all = told.reduce((sum, column) => sum + column.nulls, 0);
    return {
      passed:
        all === 0 ? 'there are no NULLs' : `${plural(all, 'NULL')} ${verb(all, 'is', 'are')} where they are allowed`,
      details,
    };
  }
  const clause =
    parts.length <= NAMED
      ? listWords(parts)
      : `${count(parts.length)} columns have NULLs that are not allowed (first of all, ${parts[0]})`;
  return { found: { clause, count: faults, share: shareOf(excess, rows), details, ...(atLeast && { atLeast }) } };
}

/** Bytes that are no text in the encoding. */
export function encoding(facts: QualityFacts): Opinion {
  const faults = facts.encodingFaults;
  if (faults === 0) return { passed: 'all bytes are text in the encoding' };
  return {
    found: {
      clause: `${plural(faults, 'sequence')} of bytes ${verb(faults, 'is', 'are')} no text in the encoding`,
      count: faults,
      share: shareOf(faults, facts.rows),
      details: {},
    },
  };
}

/** Keys that occur more than once. */
export function duplicates(facts: QualityFacts): Opinion {
  const found = facts.duplicates;
  if (found === undefined) return { skipped: 'the table has no key columns' };
  if (facts.rows === 0) return NO_ROWS;
  const key = `key${found.keyColumns.length > 0 ? ` (${found.keyColumns.join(', ')})` : ''}`;
  if (found.keys === 0) return { passed: `no ${key} occurs more than once`, details: { duplicates: found } };
  const clause = `${plural(found.keys, 'key')} ${verb(found.keys, 'occurs', 'occur')} more than once`;
  const extra = `${plural(found.extraRows, 'row')} too many`;
  return {
    found: {
      clause: `${clause} (${extra})`,
      full: `${plural(found.keys, 'key')} of ${listWords(found.keyColumns)} ${verb(found.keys, 'occurs', 'occur')} more than once (${extra})`,
      count: found.keys,
      share: shareOf(found.extraRows, facts.rows),
      details: { duplicates: found },
    },
  };
}

/** `decimal with 10 digits, 2 of them decimals`, to stand behind `no`. */
export function typeText(type: CheckType): string {
  switch (type.kind) {
    case 'integer':
      if (type.low !== undefined && type.high !== undefined) return `integer from ${type.low} to ${type.high}`;
      return `integer of up to ${plural(type.digits, 'digit')}`;
    case 'decimal':
      return `decimal of ${type.precision} digits with ${type.scale} behind the point`;
    case 'float':
      return 'number';
    case 'timestamp':
      return type.zoned ? 'timestamp with time zone' : 'timestamp';
    case 'text':
    case 'boolean':
    case 'date':
      return type.kind;
  }
}

function byColumn(
  facts: QualityFacts,
  faultsOf: (column: ColumnFacts) => number,
  words: { passed: string; one: (column: ColumnFacts) => string; many: string },
): Opinion {
  if (facts.rows === 0) return NO_ROWS;
  const faulty = facts.columns.filter((column) => faultsOf(column) > 0);
  const faults = faulty.reduce((sum, column) => sum + faultsOf(column), 0);
  if (faults === 0) return { passed: words.passed };
  const worst = faulty.toSorted((a, b) => faultsOf(b) - faultsOf(a));
  const clause =
    worst.length <= NAMED
      ? listWords(worst.map(words.one))
      : `${plural(faults, 'value')} in ${count(worst.length)} columns ${words.many}, most of them in ${worst[0]?.name} (${count(worst[0] ? faultsOf(worst[0]) : 0)})`;
  return { found: { clause, count: faults, share: shareOf(faults, facts.rows), details: { columns: faulty } } };
}

/** By name without regard to case, as a warehouse takes names. */
function limitOf(name: string, limits: Readonly<Record<string, number>>): number | undefined {
  const own = Object.entries(limits).find(([column]) => column.toLowerCase() === name.toLowerCase());
  return own?.[1] ?? limits['*'];
}

/** Never rounded to the limit that it is above. */
function share(nullCount: number, rows: number): string {
  const value = (nullCount * 100) / rows;
  return value > 0 && value < 0.1 ? 'less than 0.1 %' : percent(value);
}
