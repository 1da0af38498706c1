/** PostgreSQL as the database that rows come from. */
import { tableId } from '../../core/types/table';
import type { ColumnPlan, TableAggregates } from '../../core/types/transfer';
import type { ReadRequest, SourceDatabase } from '../connector';
import { aggregateSql, parseAggregates, type AggregateColumn } from './aggregates';
import { abortable, extractPart, selectSql } from './extract';
import { wireFormat } from './wire-load';
import { checkExpression, checkFilter } from './filter';
import type { ServerFacts } from './introspect';
import type { PostgresClient, PostgresPool, Row } from './pool';
import { planRanges } from './ranges';
import { toReadError } from './read-errors';
import { sampleText } from './sample';
import { fromClause, parseRange, readOptions } from './select';
import { openSnapshot, sessionSettings, withSnapshot } from './snapshot';
import { ident } from './sql';
import { hasSqlMask, sourceExpression } from './types';
import { unchangedSince } from './unchanged';

export function createPostgresSource({ pool, facts }: { pool: PostgresPool; facts: ServerFacts }): SourceDatabase {
  return {
    openSnapshot: () => openSnapshot(pool),
    checkFilter: (table, filter) => checkFilter(pool, table, filter),
    checkExpression: (table, column, sql) => checkExpression(pool, table, column, sql),
    sampleText: (table, columns, rows) => sampleText(pool, table, columns, rows),
    countRows: (request, exact) => (exact ? countRows(pool, request) : estimateRows(pool, request)),
    selectSql: (request, range) => selectSql(request, range && parseRange(range)),
    planRanges: (request, partBytes) => planRanges(pool, facts, request, partBytes),
    extractPart: (request, options) => extractPart(pool, request, options),
    wireFormat,
    aggregates: (request, signal) => aggregates(pool, facts, request, signal),
    unchangedSince: (request, oldToken, slices) => unchangedSince(pool, request, oldToken, slices),
  };
}

type CountRequest = Parameters<SourceDatabase['countRows']>[0];

async function aggregates(
  pool: PostgresPool,
  facts: ServerFacts,
  request: ReadRequest,
  signal?: AbortSignal,
): Promise<TableAggregates> {
  const columns = request.columns.map(({ source, target, logical, sourceType, mask }): AggregateColumn => ({
    column: source,
    name: target,
    logical,
    nativeType: sourceType,
    ...(mask !== undefined && mask.rule !== 'sql' && { hidden: true }),
  }));
  const from = readsAsItIs(request) ? fromClause(request) : ` FROM (${rowsSql(request)}) AS the_rows`;
  const sql = aggregateSql(columns, from, facts.encoding);
  const row = await read(pool, request, (client) => abortable(pool, client, signal, () => client.query<Row>(sql)));
  return parseAggregates(columns, row.rows[0] ?? {});
}

const readsAsItIs = ({ filter, columns }: ReadRequest): boolean => filter.limit === undefined && !hasSqlMask(columns);

/** With a limit the rows are cut out first, and only then counted; masks of SQL stand in for their columns. */
function rowsSql(request: ReadRequest): string {
  const columns = new Map(request.columns.map((column): [string, ColumnPlan] => [column.source, column]));
  const list = [...columns.values()].map((column) => `${sourceExpression(column)} AS ${ident(column.source)}`);
  return `SELECT ${list.length === 0 ? '1' : list.join(', ')}${fromClause(request)}`;
}

async function countRows(pool: PostgresPool, request: CountRequest): Promise<number> {
  const { rows } = await read(pool, request, (client) =>
    client.query<Row>(`SELECT pg_catalog.count(*) AS rows FROM (SELECT 1${fromClause(request)}) AS counted`),
  );
  return Number(rows[0]?.['rows']);
}

/** The planner's reckoning of the same query: quick, and as good as the table's statistics. */
async function estimateRows(pool: PostgresPool, request: CountRequest): Promise<number> {
  const { rows } = await read(pool, request, (client) =>
    client.query<Row>(`EXPLAIN (FORMAT JSON) SELECT 1${fromClause(request)}`),
  );
  const plans = JSON.parse(rows[0]?.['QUERY PLAN'] ?? '[]') as { Plan?: { 'Plan Rows'?: number } }[];
  return plans[0]?.Plan?.['Plan Rows'] ?? -1;
}

/** Under the request's snapshot, or the present state where it has none. Read-only either way. */
async function read<T>(
  pool: PostgresPool,
  request: CountRequest,
  fn: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const options = readOptions(request);
  try {
    if (request.snapshot !== undefined) return await withSnapshot(pool, request.snapshot, fn, options);
    return await pool.transaction(
      async (client) => {
        for (const setting of sessionSettings(options)) await client.query(setting);
        return fn(client);
      },
      { readOnly: true },
    );
  } catch (error) {
    throw toReadError(error, { table: tableId(request.table) }, request, pool.server);
  }
}
