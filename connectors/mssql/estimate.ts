/** How many rows there are about, without counting them. */
import { tableId } from '../../core/types/table';
import type { SourceDatabase } from '../connector';
import type { MssqlCapabilities } from './capabilities';
import { toMssqlError } from './errors';
import type { MssqlPool } from './pool';
import { rowsSql } from './select';
import { qualified, sysOf } from './sql';

/** Rows and bytes of a table by its partitions, as a sub-select over `o`, for `describeTables`. -1 where nothing is known. */
export function sizeSql(sys: string, hasPartitionStats: boolean): { rows: string; bytes: string } {
  if (hasPartitionStats) {
    const stats = `FROM ${sys}dm_db_partition_stats p WHERE p.object_id = o.object_id`;
    return {
      rows: `(SELECT SUM(p.row_count) ${stats} AND p.index_id IN (0, 1))`,
      bytes: `(SELECT SUM(p.used_page_count) * 8192 ${stats} AND p.index_id IN (0, 1))`,
    };
  }
  return {
    rows: `(SELECT SUM(p.rows) FROM ${sys}partitions p WHERE p.object_id = o.object_id AND p.index_id IN (0, 1))`,
    bytes: 'CAST(NULL AS bigint)',
  };
}

/** The optimizer's reckoning of the same query where it may be asked, else the size of the table; -1 where neither is known. */
export async function estimateRows(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  request: Parameters<SourceDatabase['countRows']>[0],
): Promise<number> {
  try {
    const { where, dates, limit } = request.filter;
    const isWhole = where === undefined && dates === undefined;
    const rows = isWhole ? await tableRows(pool, capabilities, request.table) : await plannedRows(pool, request);
    return limit === undefined || rows < 0 ? rows : Math.min(rows, limit);
  } catch (error) {
    throw toMssqlError(error, { table: tableId(request.table) }, pool.server);
  }
}

async function tableRows(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  table: Parameters<typeof qualified>[0],
): Promise<number> {
  const size = sizeSql(sysOf(table.database), await capabilities.can('partitionStats'));
  const [row] = await pool.rows<{ rows: string | null }>(
    `SELECT CONVERT(nvarchar(20), ${size.rows}) AS rows FROM (SELECT OBJECT_ID(@name) AS object_id) AS o`,
    { name: qualified(table) },
  );
  return row?.rows == null ? -1 : Number(row.rows);
}

/** The plan of a query, which is not run. Needs the right SHOWPLAN; a server without plans in XML is found out first. */
async function plannedRows(pool: MssqlPool, request: Parameters<SourceDatabase['countRows']>[0]): Promise<number> {
  const sql = rowsSql('1 AS one', request);
  return pool.use(async (session) => {
    const planOf = async (query: string): Promise<string> =>
      String(Object.values((await session.rows<Record<string, unknown>>(query))[0] ?? {})[0] ?? '');
    try {
      await session.run('SET SHOWPLAN_XML ON');
      if (!(await planOf('SELECT 1 AS one')).startsWith('<')) return -1;
      const found = /StatementEstRows="([^"]+)"/.exec(await planOf(sql));
      return found ? Math.round(Number(found[1])) : -1;
    } catch {
      return -1;
    } finally {
      await session.run('SET SHOWPLAN_XML OFF').catch(() => undefined);
    }
  });
}
