/**
 * Keys that occur more than once, counted exactly: NULLs equal one another, as GROUP BY has it, and staged texts do where
 * their values do: 007 and 7 are one integer.
 */
import type { DuplicateFacts } from '../types/quality';
import type { Statement } from '../types/warehouse';
import { dialectOf } from './dialect';
import { castOrNull } from './postgres-text';
import { type StagedColumn, type StagedRows, validity } from './staged';

/** One row: keys that occur more than once, and rows beyond the first of each. */
export function duplicateCountQuery(rows: StagedRows, key: readonly StagedColumn[], where?: Statement): Statement {
  return {
    sql: `SELECT COUNT(*), COALESCE(SUM(n), 0) - COUNT(*) FROM (SELECT COUNT(*) AS n ${grouped(rows, key, where)}) AS d`,
    ...(where?.binds && { binds: where.binds }),
  };
}

/** The most frequent of them: texts of the key, then how often. */
export function duplicateSampleQuery(
  rows: StagedRows,
  key: readonly StagedColumn[],
  samples: number,
  where?: Statement,
): Statement {
  const dialect = dialectOf(rows.kind);
  const texts = key.map((staged) => {
    const { type } = staged.column;
    const [value = '', unfit] = grouping(rows, staged);
    if (rows.isText && type.kind === 'text') return value;
    return unfit === undefined ? dialect.text(value, type) : `COALESCE(${dialect.text(value, type)}, ${unfit})`;
  });
  const order = ['COUNT(*) DESC', ...groupings(rows, key)].join(', ');
  return {
    sql: `SELECT ${texts.join(', ')}, COUNT(*) ${grouped(rows, key, where)} ORDER BY ${order} LIMIT ${samples}`,
    ...(where?.binds && { binds: where.binds }),
  };
}

export function readDuplicates(
  key: readonly StagedColumn[],
  count: readonly (string | null)[] | undefined,
  samples: readonly (readonly (string | null)[])[],
): DuplicateFacts {
  return {
    keyColumns: key.map(({ check }) => check.name),
    keys: Number(count?.[0] ?? 0),
    extraRows: Number(count?.[1] ?? 0),
    samples: samples.map((row) => ({ key: row.slice(0, -1), count: Number(row.at(-1)), lines: [] })),
  };
}

/** What a key column is grouped by: its value, and the text where it is none. */
function grouping(rows: StagedRows, staged: StagedColumn): string[] {
  const { column } = staged;
  const name = dialectOf(rows.kind).ident(column.name);
  const valid = validity(rows, staged);
  if (valid === undefined) return [name];
  return [castOrNull(column, name, rows.format), `CASE WHEN NOT (${valid}) THEN ${name} END`];
}

const groupings = (rows: StagedRows, key: readonly StagedColumn[]): string[] =>
  key.flatMap((staged) => grouping(rows, staged));

const grouped = (rows: StagedRows, key: readonly StagedColumn[], where?: Statement): string =>
  `FROM ${dialectOf(rows.kind).table(rows.from)}${where ? ` WHERE ${where.sql}` : ''} GROUP BY ${groupings(rows, key).join(', ')} HAVING COUNT(*) > 1`;
