/** Keys that occur more than once, counted exactly: NULLs equal one another, as GROUP BY has it. */
import type { DuplicateFacts } from '../types/quality';
import type { Statement } from '../types/warehouse';
import { dialectOf } from './dialect';
import type { StagedColumn, StagedRows } from './staged';

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
  const texts = key.map(({ column }) => {
    const name = dialect.ident(column.name);
    return rows.isText ? name : dialect.text(name, column.type);
  });
  const order = ['COUNT(*) DESC', ...namesOf(rows, key)].join(', ');
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

const namesOf = ({ kind }: StagedRows, key: readonly StagedColumn[]): string[] =>
  key.map(({ column }) => dialectOf(kind).ident(column.name));

const grouped = (rows: StagedRows, key: readonly StagedColumn[], where?: Statement): string =>
  `FROM ${dialectOf(rows.kind).table(rows.from)}${where ? ` WHERE ${where.sql}` : ''} GROUP BY ${namesOf(rows, key).join(', ')} HAVING COUNT(*) > 1`;
