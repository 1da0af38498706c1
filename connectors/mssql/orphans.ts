/** Rows about to be published whose foreign key points at no row. */
import { tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { OrphanRequest } from '../connector';
import { toMssqlError } from './errors';
import { noParent } from './foreign-keys';
import { liveColumns } from './live';
import type { MssqlPool } from './pool';
import { shownSql } from './shown';
import { ident, identList, qualified } from './sql';
import { stagingRef } from './staging';

const SAMPLES = 5;

/** Counts rows; samples are different keys. */
export async function countOrphans(
  pool: MssqlPool,
  stagingSchema: string,
  { runId, child, parent, key }: OrphanRequest,
  signal?: AbortSignal,
): Promise<{ orphans: number; samples: string[][] }> {
  const stagingOf = ({ targetRef }: TablePlan): TableRef => stagingRef(stagingSchema, runId, targetRef);
  const rowsOf = (plan: TablePlan): string[] => [
    qualified(stagingOf(plan)),
    ...(plan.mode === 'append' && plan.target ? [qualified(plan.targetRef)] : []),
  ];
  try {
    return await pool.use(async (session) => {
      const types = (await liveColumns(session, stagingOf(child))) ?? [];
      const columns = identList(key.columns);
      const filled = key.columns.map((name) => `c.${ident(name)} IS NOT NULL`);
      const missing = (parent ? rowsOf(parent) : [qualified(key.to)]).map((from) => noParent(from, key));
      const where = [...filled, ...missing].join(' AND ');
      const orphaned = rowsOf(child)
        .map(
          (from) => `SELECT ${key.columns.map((name) => `c.${ident(name)}`).join(', ')} FROM ${from} c WHERE ${where}`,
        )
        .join(' UNION ALL ');
      const [counted] = await session.rows<{ orphans: string }>(
        `SELECT CONVERT(varchar(30), COUNT_BIG(*)) AS orphans FROM (${orphaned}) o`,
      );
      const orphans = Number(counted?.orphans ?? 0);
      if (orphans === 0) return { orphans, samples: [] };
      const shown = key.columns.map(
        (name, at) => `${shownSql(name, types.find((column) => column.name === name)?.type ?? '', 'd')} AS c${at}`,
      );
      const samples = await session.rows<Record<string, unknown>>(
        `SELECT TOP (${SAMPLES}) ${shown.join(', ')} FROM (SELECT DISTINCT ${columns} FROM (${orphaned}) o) d ORDER BY ${key.columns.map((name) => `d.${ident(name)}`).join(', ')}`,
      );
      return { orphans, samples: samples.map((row) => key.columns.map((_, at) => String(row[`c${at}`] ?? '').trim())) };
    }, signal);
  } catch (error) {
    throw toMssqlError(error, { table: tableId(child.targetRef) }, pool.server);
  }
}
