/** Cuts tables into slices of the clustered index, along which a slice is read without sorting or passing over others. */
import { tableId, type TableSchema } from '../../core/types/table';
import type { RangeSpec } from '../../core/types/transfer';
import type { ReadRequest } from '../connector';
import type { MssqlCapabilities } from './capabilities';
import { toMssqlError } from './errors';
import { logicalType, parseNativeType } from './native-types';
import type { MssqlPool } from './pool';
import { DATED, type KeyRange, type MssqlRange } from './select';
import { ident, qualified, sysOf } from './sql';

/** More slices than this cost more than they bring. */
const MOST_SLICES = 10_000;
/** Sampled rows for each slice: even enough, and a small part of it. */
const SAMPLES_PER_SLICE = 40;
/** Fewer rows than this say nothing. */
const LEAST_SAMPLES = 4;

interface Lead {
  column: string;
  type: string;
}

/**
 * Slices of about `partBytes`, by the first column of the clustered index: its values are asked of a sample of pages, of
 * the statistics, or worked out between the smallest and the largest. Bounds are kept in the catalog, so a column that
 * is masked or left out gives none. Heaps, views and limited tables are one slice.
 */
export async function planRanges(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  request: ReadRequest & { schema: TableSchema },
  partBytes: number,
): Promise<RangeSpec[]> {
  const { schema, filter } = request;
  const { estimatedRows, estimatedBytes } = schema;
  const spec: MssqlRange = { by: 'all' };
  const label = filter.limit === undefined ? 'all rows' : `first ${filter.limit} rows`;
  const whole = [{ label, spec, estimatedRows, estimatedBytes }];
  const count = Math.min(MOST_SLICES, Math.ceil(estimatedBytes / Math.max(1, partBytes)));
  if (filter.limit !== undefined || schema.kind === 'view' || count < 2) return whole;
  try {
    const lead = await findLead(pool, capabilities, request);
    if (!lead) return whole;
    const bounds = await findBounds(pool, capabilities, request, lead, count, estimatedRows);
    return bounds.length === 0 ? whole : slicesOf(lead, bounds, schema);
  } catch (error) {
    throw toMssqlError(error, { table: tableId(request.table) }, pool.server);
  }
}

function slicesOf({ column, type }: Lead, bounds: string[], schema: TableSchema): RangeSpec[] {
  const count = bounds.length + 1;
  return Array.from({ length: count }, (_unused, index) => {
    const from = index === 0 ? undefined : bounds[index - 1];
    const until = bounds[index];
    const spec: KeyRange = {
      by: 'key',
      column,
      type,
      ...(from !== undefined && { from }),
      ...(until !== undefined && { until }),
    };
    const ends = [...(from === undefined ? [] : [`from ${from}`]), ...(until === undefined ? [] : [`before ${until}`])];
    return {
      label: `${column} ${ends.join(', ')}`,
      spec,
      estimatedRows: Math.round(schema.estimatedRows / count),
      estimatedBytes: Math.round(schema.estimatedBytes / count),
    };
  });
}

const SLICEABLE =
  /^(tinyint|smallint|int|bigint|decimal|money|smallmoney|date|time|datetime|smalldatetime|datetime2|datetimeoffset|uniqueidentifier|char|varchar|nchar|nvarchar)$/;

async function findLead(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  { table, columns, schema }: ReadRequest & { schema: TableSchema },
): Promise<Lead | undefined> {
  const sys = sysOf(table.database);
  // Elsewhere a range of any other index would have each slice read the whole table.
  const index = (await capabilities.can('clusteredIndexes')) ? 'i.type = 1' : 'i.is_primary_key = 1';
  const [row] = await pool.rows<{ name: string }>(
    `SELECT TOP (1) c.name AS name FROM ${sys}indexes i
       JOIN ${sys}index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal = 1
       JOIN ${sys}columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
      WHERE i.object_id = OBJECT_ID(@name) AND ${index} AND i.is_disabled = 0`,
    { name: qualified(table) },
  );
  const planned = columns.find(({ source, mask }) => source === row?.name && mask === undefined);
  const column = schema.columns.find(({ name }) => name === row?.name);
  const type = column && parseNativeType(column.nativeType);
  return planned && column && type && SLICEABLE.test(type.name)
    ? { column: column.name, type: column.nativeType }
    : undefined;
}

async function findBounds(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  request: ReadRequest,
  lead: Lead,
  count: number,
  rows: number,
): Promise<string[]> {
  const sampled = await sampleBounds(pool, request, lead, count, rows).catch(() => []);
  if (sampled.length > 0) return sampled;
  if (request.table.database === undefined && (await capabilities.can('histogram'))) {
    const known = await histogramBounds(pool, request, lead, count).catch(() => []);
    if (known.length > 0) return known;
  }
  return logicalType(lead.type).kind.startsWith('int') ? evenBounds(pool, request, lead, count) : [];
}

/** A value as text that reads back as itself. */
const shown = (value: string, { type }: Lead): string =>
  `CONVERT(nvarchar(4000), ${value}${DATED.test(type) ? ', 121' : ''})`;

/** Whole pages are sampled, so a handful of them for each slice must be among them. */
async function sampleBounds(
  pool: MssqlPool,
  { table }: ReadRequest,
  lead: Lead,
  count: number,
  rows: number,
): Promise<string[]> {
  const wanted = Math.max(1000, count * SAMPLES_PER_SLICE * 10);
  const percent = Math.max(0.01, Math.min(100, (100 * wanted) / Math.max(1, rows)));
  const key = ident(lead.column);
  const found = await pool.rows<{ bound: string }>(
    `SELECT ${shown('s.k', lead)} AS bound
       FROM (SELECT ${key} AS k, ROW_NUMBER() OVER (ORDER BY ${key}) - 1 AS place, COUNT(*) OVER () AS total
               FROM ${qualified(table)} TABLESAMPLE SYSTEM (${percent.toFixed(4)} PERCENT) WHERE ${key} IS NOT NULL) s
      WHERE s.total >= ${count * LEAST_SAMPLES} AND s.place > 0
        AND (s.place * ${count}) / s.total <> ((s.place - 1) * ${count}) / s.total
      ORDER BY s.place`,
  );
  return distinct(found.map(({ bound }) => bound));
}

/** The statistics of the column say how many rows lie up to each of at most 200 values. */
async function histogramBounds(pool: MssqlPool, { table }: ReadRequest, lead: Lead, count: number): Promise<string[]> {
  const steps = await pool.rows<{ bound: string; rows: number }>(
    `SELECT ${shown(`CONVERT(${lead.type}, h.range_high_key)`, lead)} AS bound, CONVERT(float, h.range_rows + h.equal_rows) AS rows
       FROM sys.stats s
       JOIN sys.stats_columns sc ON sc.object_id = s.object_id AND sc.stats_id = s.stats_id AND sc.stats_column_id = 1
       CROSS APPLY sys.dm_db_stats_histogram(s.object_id, s.stats_id) h
      WHERE s.object_id = OBJECT_ID(@name) AND s.stats_id = 1 AND h.range_high_key IS NOT NULL
      ORDER BY h.step_number`,
    { name: qualified(table) },
  );
  const total = steps.reduce((sum, step) => sum + step.rows, 0);
  const bounds: string[] = [];
  let passed = 0;
  for (const { bound, rows } of steps) {
    if (passed >= (total * (bounds.length + 1)) / count) bounds.push(bound);
    passed += rows;
  }
  return distinct(bounds);
}

/** Between the ends of the index, as if its numbers lay evenly. */
async function evenBounds(pool: MssqlPool, { table }: ReadRequest, lead: Lead, count: number): Promise<string[]> {
  const key = ident(lead.column);
  const [row] = await pool.rows<{ low: string | null; high: string | null }>(
    `SELECT ${shown(`MIN(${key})`, lead)} AS low, ${shown(`MAX(${key})`, lead)} AS high FROM ${qualified(table)}`,
  );
  if (!row?.low || !row.high) return [];
  const [low, high] = [BigInt(row.low), BigInt(row.high)];
  const bounds = Array.from({ length: count - 1 }, (_unused, index) =>
    String(low + ((high - low + 1n) * BigInt(index + 1)) / BigInt(count)),
  );
  return distinct(bounds.filter((bound) => BigInt(bound) > low));
}

const distinct = (bounds: string[]): string[] => bounds.filter((bound, index) => bound !== bounds[index - 1]);
