/** Rows whose foreign key points at nothing, counted before anything is published. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { OrphanRequest } from '../connector';
import { targetId } from './ddl';
import { toPostgresError } from './errors';
import { abortable } from './extract';
import type { PostgresPool, Row } from './pool';
import { ident, qualified } from './sql';
import { stagingRef } from './staging';

const MOST_SAMPLES = 5;

/**
 * As the server checks a foreign key (MATCH SIMPLE): a row with a NULL in its key points at nothing. The samples are
 * different keys, those of most rows first. Throws CANCELLED when `signal` is aborted.
 */
export async function countOrphans(
  pool: PostgresPool,
  stagingSchema: string,
  { runId, child, parent, key }: OrphanRequest,
  signal?: AbortSignal,
): Promise<{ orphans: number; samples: string[][] }> {
  const place = { table: targetId(child), column: key.columns.join(', ') };
  const rowsOf = (plan: TablePlan): string[] => [
    qualified(stagingRef(stagingSchema, runId, plan.targetRef)),
    ...(plan.mode === 'append' && plan.target ? [qualified(plan.targetRef)] : []),
  ];
  const sql = orphansSql(key, rowsOf(child), parent ? rowsOf(parent) : [qualified(key.to)]);
  try {
    const { rows } = await pool.withClient((client) =>
      abortable(pool, client, signal, async () => {
        await client.query('BEGIN READ ONLY; SET LOCAL search_path TO DEFAULT');
        try {
          return await client.query<Row>(sql);
        } finally {
          await client.query('ROLLBACK').catch(() => undefined);
        }
      }),
    );
    return {
      orphans: Number(rows[0]?.['total'] ?? 0),
      samples: rows.map((row) => key.columns.map((_column, at) => row[`k${at}`] ?? '')),
    };
  } catch (error) {
    if (signal?.aborted)
      throw new LongshoreError(
        'CANCELLED',
        `Looking for rows of ${place.table} that point at no row of ${tableId(key.to)} was cancelled.`,
        place,
        { cause: error },
      );
    throw toPostgresError(error, place, pool.server);
  }
}

function orphansSql({ columns, toColumns }: OrphanRequest['key'], children: string[], parents: string[]): string {
  const names = columns.map((column, at) => `c.${ident(column)} AS k${at}`).join(', ');
  const filled = columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const same = columns.map((column, at) => `p.${ident(toColumns[at] ?? '')} = c.${ident(column)}`).join(' AND ');
  const missing = parents.map((parent) => `NOT EXISTS (SELECT FROM ${parent} p WHERE ${same})`);
  const orphans = children.map(
    (table) => `SELECT ${names} FROM ${table} c WHERE ${[...filled, ...missing].join(' AND ')}`,
  );
  const keys = columns.map((_column, at) => `k${at}`);
  const shown = keys.map((name) => `${name}::pg_catalog.text AS ${name}`).join(', ');
  return `SELECT ${shown}, pg_catalog.sum(pg_catalog.count(*)) OVER () AS total
    FROM (${orphans.join(' UNION ALL ')}) orphans GROUP BY ${keys.map((name) => `orphans.${name}`).join(', ')}
   ORDER BY pg_catalog.count(*) DESC, ${keys.map((name) => `orphans.${name}`).join(', ')} LIMIT ${MOST_SAMPLES}`;
}
