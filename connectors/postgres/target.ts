/** PostgreSQL as the place where rows arrive: staging, load, keys, switch, cleanup. */
import { tableId, type TableRef, type TableSchema } from '../../core/types/table';
import type { TableAggregates } from '../../core/types/transfer';
import { choosePublishStrategy, type StrategyChoice } from '../../core/plan/publish-strategy';
import type { PostgresEnvironment } from '../../schemas/environment';
import type { StagingRequest, TargetDatabase } from '../connector';
import { aggregateSql, parseAggregates, type AggregateColumn } from './aggregates';
import { openBatchLoad } from './batch-load';
import { cleanup } from './cleanup';
import { addColumnSql, createTableSql } from './ddl';
import { mayQuiet } from './delete-insert';
import { forgetDirect, loadDirect } from './direct-load';
import { describeLive } from './dependents';
import { toPostgresError } from './errors';
import { abortable } from './extract';
import { finishStaging } from './finish';
import { serverFacts } from './introspect';
import { loadPart } from './load';
import { openWireLoad } from './wire-load';
import { mssqlNotation } from './foreign-types';
import { countOrphans } from './orphans';
import { planReadBack, readBack } from './read-back';
import type { PostgresPool, Row } from './pool';
import { PATIENCE, publish, type PublishPatience } from './publish';
import { publishedMark } from './published-mark';
import { openReference, type PostgresReference } from './reference';
import { qualified } from './sql';
import { prepareStaging, resetStaging, stagingRef } from './staging';
import { swapObstacles } from './swap-obstacles';

export interface PostgresTargetDeps {
  pool: PostgresPool;
  environment: PostgresEnvironment;
  /** Shared with whoever writes the same tables by itself, so that their columns are asked for once. */
  reference?: PostgresReference;
  /** How long publishing waits for others. Default: two minutes for locks, half a minute for readers with an older snapshot. */
  patience?: PublishPatience;
}

/** Every method throws READ_ONLY_ENVIRONMENT when the environment is `readOnly`, before it does anything. */
export function createPostgresTarget({
  pool,
  environment,
  patience = PATIENCE,
  reference = openReference(pool),
}: PostgresTargetDeps): TargetDatabase {
  const { stagingSchema } = environment;
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
    openWireLoad: guardedAsync('load rows', (request) => openWireLoad(pool, stagingSchema, request)),
    openBatchLoad: guardedAsync('load rows', (request) => openBatchLoad(pool, stagingSchema, request)),
    loadDirect: guardedAsync('load rows', (request, signal) =>
      loadDirect(pool, stagingSchema, request, reference, signal),
    ),
    forgetDirect: guardedAsync('forget loads', (prefix, except) => forgetDirect(pool, stagingSchema, prefix, except)),
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
    publish: guardedAsync('publish', (request, signal) => publish(pool, stagingSchema, request, patience, signal)),
    publishedMark: guardedAsync('read staging', (runId) => publishedMark(pool, stagingSchema, runId)),
    cleanup: guardedAsync('drop staging tables', (runId) => cleanup(pool, stagingSchema, runId)),
    countRows: guardedAsync('publish', (ref) => countRows(pool, ref)),
  } satisfies TargetDatabase;
}

async function chooseStrategy(
  pool: PostgresPool,
  table: TableSchema | undefined,
  plan: Parameters<TargetDatabase['chooseStrategy']>[1],
): Promise<StrategyChoice> {
  const { mode, forced, estimatedRows, targetRef } = plan;
  const asked = { mode, ...(forced === undefined ? {} : { forced }) };
  const none = {
    ...asked,
    exists: false,
    obstacles: [],
    rows: estimatedRows,
    bytes: 0,
    referenced: false,
    mayQuietTriggers: false,
  };
  if (!table) return choosePublishStrategy(none);
  return pool.transaction(async (client) => {
    const [live] = await describeLive(client, [targetRef]);
    if (!live) return choosePublishStrategy(none);
    const rows = estimatedRows < 0 ? -1 : Math.max(estimatedRows, live.rows);
    return choosePublishStrategy({
      ...asked,
      exists: true,
      obstacles: swapObstacles(live),
      rows,
      bytes: live.bytes,
      referenced: live.referencedBy.length > 0,
      mayQuietTriggers: await mayQuiet(client),
    });
  });
}

async function stagedAggregates(
  pool: PostgresPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
  signal?: AbortSignal,
): Promise<TableAggregates> {
  const columns = plan.columns.map(({ target, targetType, sourceType, logical }): AggregateColumn => {
    const isWritten = plan.sourceKind === 'mssql' && logical.kind === 'text' && logical.of === 'other';
    const notation = isWritten ? mssqlNotation(sourceType) : undefined;
    return { column: target, name: target, logical, nativeType: targetType, ...(notation && { notation }) };
  });
  const { encoding } = await serverFacts(pool);
  const sql = aggregateSql(columns, `FROM ${qualified(stagingRef(stagingSchema, runId, plan.targetRef))}`, encoding);
  const { rows } = await pool
    .withClient((client) => abortable(pool, client, signal, () => client.query<Row>(sql)))
    .catch((error: unknown) => {
      throw toPostgresError(error, { table: tableId(plan.targetRef) });
    });
  return parseAggregates(columns, rows[0] ?? {});
}

async function countRows(pool: PostgresPool, ref: TableRef): Promise<number> {
  const { rows } = await pool.query(`SELECT count(*)::text AS rows FROM ${qualified(ref)}`);
  return Number(rows[0]?.['rows']);
}
