/** What is counted of each column: one statement for up to 200 columns, since Postgres takes 1664 expressions at the most. */
import type { ColumnFacts } from '../types/quality';
import type { Statement } from '../types/warehouse';
import { dialectOf } from './dialect';
import { type StagedColumn, type StagedRows, validity } from './staged';

const PER_STATEMENT = 200;
const FIGURES = 5;

export interface ColumnQuery extends Statement {
  columns: StagedColumn[];
}

/** Index 0 of each row of the answer is the number of rows; `readColumnFacts` reads the rest. */
export function columnQueries(rows: StagedRows, where?: Statement): ColumnQuery[] {
  const from = `FROM ${dialectOf(rows.kind).table(rows.from)}${where ? ` WHERE ${where.sql}` : ''}`;
  const queries: ColumnQuery[] = [];
  for (let start = 0; start < Math.max(1, rows.columns.length); start += PER_STATEMENT) {
    const columns = rows.columns.slice(start, start + PER_STATEMENT);
    const figures = columns.flatMap((column) => figuresOf(rows, column));
    queries.push({
      sql: `SELECT ${['COUNT(*)', ...figures].join(', ')} ${from}`,
      ...(where?.binds && { binds: where.binds }),
      columns,
    });
  }
  return queries;
}

/**
 * Facts of the columns of one query. Lengths are those of texts, 0 for columns of other types where the warehouse holds
 * values and no longer texts.
 */
export function readColumnFacts({ columns }: ColumnQuery, answer: readonly (string | null)[]): ColumnFacts[] {
  return columns.map(({ check }, index) => {
    const figure = (position: number): number => Number(answer[1 + index * FIGURES + position] ?? 0);
    const nulls = figure(0);
    return {
      name: check.name,
      nulls,
      maxCharacters: figure(1),
      maxBytes: figure(2),
      badType: figure(3),
      tooWide: figure(4),
      nullsForbidden: check.nullable ? 0 : nulls,
      type: check.type,
      ...(check.width && { width: check.width }),
    };
  });
}

/** The condition that a text is wider than its column takes; undefined where the column takes any. */
export function overWidth(rows: StagedRows, { check, column }: StagedColumn): string | undefined {
  const dialect = dialectOf(rows.kind);
  if (!check.width || check.type.kind !== 'text') return undefined;
  const name = dialect.ident(column.name);
  return `${check.width.unit === 'bytes' ? dialect.bytes(name) : `LENGTH(${name})`} > ${check.width.limit}`;
}

function figuresOf(rows: StagedRows, staged: StagedColumn): string[] {
  const dialect = dialectOf(rows.kind);
  const name = dialect.ident(staged.column.name);
  const isText = rows.isText || staged.column.type.kind === 'text';
  // A type that Longshore takes as text, such as an array, has no length of its own.
  const text = rows.isText ? name : dialect.text(name, { kind: 'text' });
  const valid = validity(rows, staged);
  const wide = rows.isText ? overWidth(rows, staged) : undefined;
  return [
    countOf(`${name} IS NULL`),
    isText ? `MAX(LENGTH(${text}))` : '0',
    isText ? `MAX(${dialect.bytes(text)})` : '0',
    valid === undefined ? '0' : countOf(`${name} IS NOT NULL AND NOT (${valid})`),
    wide === undefined ? '0' : countOf(wide),
  ];
}

export const countOf = (condition: string): string => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
