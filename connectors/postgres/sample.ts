/** A few values from anywhere in a table, for a guess at what a column holds: cheap, never kept, and no trouble when it fails. */
import { tableId, type TableRef } from '../../core/types/table';
import { sqlState, toPostgresError } from './errors';
import { describeTables } from './introspect';
import { parseNativeType } from './native-types';
import type { PostgresPool, Row } from './pool';
import { ident, qualified } from './sql';
import { textForm } from './types';

const TIMEOUT_MS = 3_000;
const MOST_CHARACTERS = 200;
/** Bytes as stored; a longer value would have to be unpacked for its beginning. */
const MOST_BYTES = 65_536;
/** Pages come or stay out as a whole, so more rows are asked for than are wanted. */
const SPARE = 2;

/**
 * Values of up to `rows` rows, NULLs and huge ones left out, each of at most 200 characters. Columns that are not there are
 * left out; when the database takes longer than seconds, every column has no values.
 */
export async function sampleText(
  pool: PostgresPool,
  table: TableRef,
  columns: readonly string[],
  rows: number,
): Promise<Record<string, string[]>> {
  const [schema] = await describeTables(pool, [table]);
  const found = (schema?.columns ?? []).filter(({ name }) => columns.includes(name));
  const samples = Object.fromEntries(found.map(({ name }): [string, string[]] => [name, []]));
  if (!schema || found.length === 0) return samples;
  const list = found.map(({ name, nativeType }, index) => {
    const column = ident(name);
    const text = `pg_catalog."left"(${textForm(column, parseNativeType(nativeType))}, ${MOST_CHARACTERS})`;
    return `CASE WHEN pg_catalog.pg_column_size(${column}) <= ${MOST_BYTES} THEN ${text} END AS c${index}`;
  });
  const select = (sample: string) => `SELECT ${list.join(', ')} FROM ${qualified(table)}${sample} LIMIT ${rows}`;
  const hasPages = schema.kind === 'table' || schema.kind === 'partitioned' || schema.kind === 'materialized-view';
  const percent = (100 * rows * SPARE) / schema.estimatedRows;
  const isSampled = hasPages && schema.estimatedRows > 0 && percent < 100;
  try {
    const read = (sql: string) => readOnly(pool, sql);
    const some = isSampled ? await read(select(` TABLESAMPLE SYSTEM (${percent.toFixed(6)})`)) : [];
    // A few pages may hold too little, and a stale estimate may leave none.
    const taken = some.length * 2 >= rows ? some : await read(select(''));
    for (const [index, { name }] of found.entries())
      samples[name] = taken.map((row) => row[`c${index}`] ?? null).filter((value) => value !== null);
    return samples;
  } catch (error) {
    if (sqlState(error) === '57014') return samples;
    throw toPostgresError(error, { table: tableId(table) }, pool.server);
  }
}

const readOnly = (pool: PostgresPool, sql: string): Promise<Row[]> =>
  pool.transaction(
    async (client) => {
      await client.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}; SET LOCAL lock_timeout = ${TIMEOUT_MS}`);
      return (await client.query<Row>(sql)).rows;
    },
    { readOnly: true },
  );
