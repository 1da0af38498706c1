/** SQL Server as the place where rows arrive: staging, load, keys, switch, cleanup. */
import type { TableRef } from '../../core/types/table';
import { tableId } from '../../core/types/table';
import type { TargetDatabase } from '../connector';
import { cleanup } from './cleanup';
import { addColumnSql, createTableSql } from './ddl';
import { toMssqlError } from './errors';
import { finishStaging } from './finish';
import { loadPart } from './load';
import { countOrphans } from './orphans';
import type { MssqlPool } from './pool';
import { PATIENCE_MS, publish } from './publish';
import { publishedMark } from './published-mark';
import { planReadBack, readBack, stagedAggregates } from './read-back';
import type { MssqlSettings } from './settings';
import { qualified } from './sql';
import { prepareStaging, resetStaging } from './staging';
import { chooseStrategy } from './strategy';

/**
 * Every method throws READ_ONLY_ENVIRONMENT when the environment is `readOnly`, before it does anything. `patienceMs`: how
 * long publishing asks for its locks in all; two minutes unless told.
 */
export function openTarget(
  pool: MssqlPool,
  { stagingSchema }: Pick<MssqlSettings, 'stagingSchema'>,
  { patienceMs = PATIENCE_MS }: { patienceMs?: number } = {},
): TargetDatabase {
  const guarded =
    <A extends unknown[], R>(what: string, method: (...args: A) => R) =>
    (...args: A): R => {
      pool.assertWritable(what);
      return method(...args);
    };
  const guardedAsync = <A extends unknown[], R>(
    what: string,
    method: (...args: A) => Promise<R>,
  ): ((...args: A) => Promise<R>) => {
    const checked = guarded(what, method);
    // A refusal is a rejected promise, as every other failure of these methods.
    return async (...args) => checked(...args);
  };
  return {
    chooseStrategy: guardedAsync('plan to write', (table, plan) => chooseStrategy(pool, table, plan)),
    addColumnSql: guarded('add columns', addColumnSql),
    createTableSql: guarded('create tables', createTableSql),
    prepare: guardedAsync('create staging tables', (request) => prepareStaging(pool, stagingSchema, request)),
    // Only the server's own kind sends rows in its format, and it takes them in another.
    openWireLoad: guardedAsync('load rows', async () => undefined),
    loadPart: guardedAsync('load rows', (request, progress, signal) =>
      loadPart(pool, stagingSchema, request, progress, signal),
    ),
    finish: guardedAsync('build keys', (request, signal) => finishStaging(pool, stagingSchema, request, signal)),
    aggregates: guardedAsync('read staging', (request, signal) =>
      stagedAggregates(pool, stagingSchema, request, signal),
    ),
    planReadBack: guardedAsync('read staging', (request, partBytes) =>
      planReadBack(pool, stagingSchema, request, partBytes),
    ),
    readBack: guardedAsync('read staging', (request, stage, signal) =>
      readBack(pool, stagingSchema, request, stage, signal),
    ),
    countOrphans: guardedAsync('read staging', (request, signal) => countOrphans(pool, stagingSchema, request, signal)),
    reset: guardedAsync('drop staging tables', (request) => resetStaging(pool, stagingSchema, request)),
    publish: guardedAsync('publish', (request, signal) => publish(pool, stagingSchema, request, patienceMs, signal)),
    publishedMark: guardedAsync('read staging', (runId) => publishedMark(pool, stagingSchema, runId)),
    cleanup: guardedAsync('drop staging tables', (runId) => cleanup(pool, stagingSchema, runId)),
    countRows: guardedAsync('publish', (ref) => countRows(pool, ref)),
  } satisfies TargetDatabase;
}

async function countRows(pool: MssqlPool, ref: TableRef): Promise<number> {
  try {
    const [row] = await pool.rows<{ rows: string }>(
      `SELECT CONVERT(varchar(30), COUNT_BIG(*)) AS rows FROM ${qualified(ref)}`,
    );
    return Number(row?.rows);
  } catch (error) {
    throw toMssqlError(error, { table: tableId(ref) }, pool.server);
  }
}
