/** Staged rows read back, slice by slice, so that what arrived can be compared with what was sent. */
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef, type TableSchema } from '../../core/types/table';
import type { ColumnPlan, PartColumn, RangeSpec } from '../../core/types/transfer';
import type { BatchStage, ReadBackRequest, StagingRequest } from '../connector';
import { BinaryCopyDecoder, NeedsText } from './binary-decoder';
import { copyOut, type CopySink } from './copy-out';
import { targetId } from './ddl';
import { toPostgresError } from './errors';
import { abortable, asText } from './extract';
import { describeTables, serverFacts } from './introspect';
import type { PostgresPool } from './pool';
import { planTableRanges } from './ranges';
import { fromClause, parseRange } from './select';
import { stagingRef } from './staging';
import { selectExpression } from './types';

/** Ranges of pages of the staging table. */
export async function planReadBack(
  pool: PostgresPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
  partBytes: number,
): Promise<RangeSpec[]> {
  const schema = await describeStaging(pool, stagingRef(stagingSchema, runId, plan.targetRef), targetId(plan));
  return planTableRanges(pool, await serverFacts(pool), schema, partBytes);
}

/**
 * A column that holds a value which must travel as text begins the slice anew, with a stage made for it: what the stage
 * before has gathered counts for nothing then. Throws CANCELLED when `signal` is aborted.
 */
export async function readBack(
  pool: PostgresPool,
  stagingSchema: string,
  request: ReadBackRequest,
  stage: BatchStage,
  signal?: AbortSignal,
): Promise<void> {
  const { runId, plan, range, batchRows } = request;
  const place = { table: targetId(plan) };
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  try {
    const { columns: staged } = await describeStaging(pool, staging, place.table);
    let columns = plan.columns.map(({ target }): ColumnPlan => {
      const column = staged.find(({ name }) => name === target);
      if (!column)
        throw new LongshoreError('COLUMN_NOT_FOUND', `The staging table of ${place.table} has no column ${target}.`, {
          ...place,
          column: target,
        });
      const { nativeType, logical } = column;
      return { source: target, target, sourceType: nativeType, targetType: nativeType, logical };
    });
    for (;;) {
      try {
        const list = columns.map((column) => selectExpression(column).sql).join(', ');
        const from = fromClause({ table: staging, filter: {}, orderBy: [], range: parseRange(range) });
        const sink = new StageSink(columns, batchRows, stage);
        const copySql = `COPY (SELECT ${list}${from}) TO STDOUT (FORMAT binary)`;
        // Rows are handed on, so nothing is repeated when the connection breaks.
        const sent = await pool.transaction(
          (client) => abortable(pool, client, signal, () => copyOut(client, copySql, sink)),
          { readOnly: true, retry: false },
        );
        await sink.finish();
        if (sent !== sink.rows)
          throw new LongshoreError(
            'COUNT_MISMATCH',
            `The server sent ${sent} staged rows of ${place.table} (${range.label}) and ${sink.rows} were understood.`,
            place,
          );
        return;
      } catch (error) {
        const column = error instanceof NeedsText ? columns[error.columnIndex] : undefined;
        if (!column || column.logical.kind === 'text') throw error;
        columns = columns.map((other) => (other === column ? asText(column) : other));
      }
    }
  } catch (error) {
    if (signal?.aborted)
      throw new LongshoreError('CANCELLED', `Reading back ${place.table} (${range.label}) was cancelled.`, place, {
        cause: error,
      });
    throw toPostgresError(error, place, pool.server);
  }
}

async function describeStaging(pool: PostgresPool, staging: TableRef, table: string): Promise<TableSchema> {
  const [schema] = await describeTables(pool, [staging]);
  if (schema) return schema;
  throw new LongshoreError('INTERNAL', `Nothing is staged for ${table}: ${tableId(staging)} does not exist.`, {
    table,
  });
}

class StageSink implements CopySink {
  rows = 0;
  readonly #decoder: BinaryCopyDecoder;
  readonly #stage: ReturnType<BatchStage>;

  constructor(columns: readonly ColumnPlan[], batchRows: number, stage: BatchStage) {
    const named = (nativeType: (column: ColumnPlan) => string): PartColumn[] =>
      columns.map((column) => ({ name: column.target, nativeType: nativeType(column), logical: column.logical }));
    this.#decoder = new BinaryCopyDecoder(
      named((column) => selectExpression(column).wireType),
      { batchRows },
    );
    this.#stage = stage(named(({ targetType }) => targetType));
  }

  push(chunk: Uint8Array, start: number, end: number): boolean {
    return this.#decoder.push(chunk, start, end);
  }

  async drain(): Promise<void> {
    for (let batch = this.#decoder.take(); batch; batch = this.#decoder.take()) await this.#hand(batch);
  }

  async finish(): Promise<void> {
    await this.drain();
    const last = this.#decoder.finish();
    if (last && last.rows > 0) await this.#hand(last);
  }

  async #hand(batch: ColumnBatch): Promise<void> {
    await this.#stage(batch);
    this.rows += batch.rows;
  }
}
