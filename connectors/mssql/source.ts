/** SQL Server as the database that rows come from. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import type { TableAggregates } from '../../core/types/transfer';
import type { ReadRequest, SourceDatabase } from '../connector';
import { measure, sourceColumn } from './aggregates';
import type { MssqlCapabilities } from './capabilities';
import { toMssqlError } from './errors';
import { estimateRows } from './estimate';
import { extractPart } from './extract';
import { checkExpression, checkFilter } from './filter';
import type { MssqlPool } from './pool';
import { planRanges } from './ranges';
import { readRows } from './read-rows';
import { parseRange, rowsSql, selectSql } from './select';
import { openSnapshot } from './snapshot';
import { ident, qualified } from './sql';

export interface SourceParts {
  pool: MssqlPool;
  capabilities: MssqlCapabilities;
}

export function createMssqlSource({ pool, capabilities }: SourceParts): SourceDatabase {
  return {
    openSnapshot: () => openSnapshot(pool, capabilities),
    checkFilter: (table, filter) => checkFilter(pool, table, filter),
    checkExpression: (table, column, sql) => checkExpression(pool, table, column, sql),
    sampleText: (table, columns, rows) => sampleText(pool, table, columns, rows),
    countRows: (request, exact) => (exact ? countRows(pool, request) : estimateRows(pool, capabilities, request)),
    selectSql: (request, range) => selectSql(request, range && parseRange(range), false),
    planRanges: (request, partBytes) => planRanges(pool, capabilities, request, partBytes),
    extractPart: (request, options) => extractPart(pool, request, options),
    wireFormat: () => undefined,
    aggregates: (request, signal) => aggregates(pool, request, signal),
    // Rows carry no mark of when they were written that everyone could read.
    unchangedSince: async (_request, _oldToken, slices) => slices.map(() => false),
  };
}

type CountRequest = Parameters<SourceDatabase['countRows']>[0];

async function aggregates(pool: MssqlPool, request: ReadRequest, signal?: AbortSignal): Promise<TableAggregates> {
  try {
    // Values are computed once, and with a limit the rows are cut out before they are counted.
    const rows = request.columns.map((column, index) => ({ ...sourceColumn(column), column: ident(`c${index}`) }));
    const list = rows.length === 0 ? '1 AS one' : rows.map(({ value, column }) => `${value} AS ${column}`).join(', ');
    const measured = rows.map(({ column, ...rest }) => ({ ...rest, value: column }));
    const from = `(${rowsSql(list, request)}) AS measured`;
    return await measure(pool, request.snapshot, measured, from, signal);
  } catch (error) {
    if (signal?.aborted)
      throw new LongshoreError('CANCELLED', `Measuring ${tableId(request.table)} was cancelled.`, {}, { cause: error });
    throw toMssqlError(error, { table: tableId(request.table) }, pool.server);
  }
}

async function countRows(pool: MssqlPool, request: CountRequest): Promise<number> {
  try {
    const sql = `SELECT COUNT_BIG(*) AS rows FROM (${rowsSql('1 AS one', request)}) AS counted`;
    const shape = [{ name: 'rows', nativeType: 'bigint', logical: { kind: 'int64' as const } }];
    const [row] = await readRows(pool, request.snapshot, sql, shape);
    return Number(row?.[0] ?? 0);
  } catch (error) {
    throw toMssqlError(error, { table: tableId(request.table) }, pool.server);
  }
}

/** Enough to see what sort of thing a value is. */
const SAMPLE_UNITS = 400;

async function sampleText(
  pool: MssqlPool,
  table: TableRef,
  columns: string[],
  rows: number,
): Promise<Record<string, string[]>> {
  const samples: Record<string, string[]> = Object.fromEntries(columns.map((name) => [name, []]));
  if (columns.length === 0) return samples;
  const list = columns.map(
    (name, index) => `LEFT(CONVERT(nvarchar(max), ${ident(name)}), ${SAMPLE_UNITS}) AS ${ident(`c${index}`)}`,
  );
  try {
    const found = await pool.rows<Record<string, string | null>>(
      `SELECT TOP (${Math.max(0, Math.trunc(rows))}) ${list.join(', ')} FROM ${qualified(table)}`,
    );
    for (const row of found)
      columns.forEach((name, index) => {
        const value = row[`c${index}`];
        if (typeof value === 'string') samples[name]?.push(value);
      });
    return samples;
  } catch (error) {
    throw toMssqlError(error, { table: tableId(table) }, pool.server);
  }
}
