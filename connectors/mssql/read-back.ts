/** Staged rows read back, slice by slice, so that what arrived can be compared with what was sent. */
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PartColumn, RangeSpec, TableAggregates } from '../../core/types/transfer';
import type { BatchStage, ReadBackRequest, StagingRequest } from '../connector';
import { measure } from './aggregates';
import { typeText } from './bulk-columns';
import { askCapabilities } from './capabilities';
import { targetId } from './ddl';
import { toMssqlError } from './errors';
import { describeLive } from './live';
import type { MssqlPool } from './pool';
import { planRanges } from './ranges';
import { parseRange, selectSql } from './select';
import { readUnder } from './snapshot';
import { qualified } from './sql';
import { aggregateColumn, readColumn, stagedColumns } from './staged-columns';
import { stagingRef } from './staging';
import { TdsReader } from './tds-reader';

/** Figures of the staged rows, in the notation of those of a source. */
export async function stagedAggregates(
  pool: MssqlPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
  signal?: AbortSignal,
): Promise<TableAggregates> {
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  const place = { table: targetId(plan) };
  try {
    const columns = await stagedColumns(pool, staging, plan);
    return await measure(pool, undefined, columns.map(aggregateColumn), qualified(staging), signal);
  } catch (error) {
    if (signal?.aborted)
      throw new LongshoreError('CANCELLED', `Measuring ${place.table} was cancelled.`, place, { cause: error });
    throw toMssqlError(error, place, pool.server);
  }
}

/** Ranges of the key that staging was given; a table without one is read back as a whole. */
export async function planReadBack(
  pool: MssqlPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
  partBytes: number,
): Promise<RangeSpec[]> {
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  const [found] = await pool.use((session) => describeLive(session, [staging]));
  if (!found)
    throw new LongshoreError(
      'INTERNAL',
      `Nothing is staged for ${targetId(plan)}: ${tableId(staging)} does not exist.`,
      {
        table: targetId(plan),
      },
    );
  const columns = (await stagedColumns(pool, staging, plan)).map(readColumn);
  const schema = {
    ref: staging,
    kind: 'table' as const,
    columns: found.columns.map((column) => ({
      name: column.name,
      nativeType: typeText(column),
      logical: { kind: 'text' as const, of: 'other' as const },
      nullable: column.nullable,
    })),
    uniqueKeys: [],
    indexes: [],
    foreignKeys: [],
    estimatedRows: found.rows,
    estimatedBytes: found.bytes,
  };
  const request = { table: staging, columns, filter: {}, snapshot: '', orderBy: [], schema };
  return planRanges(pool, await askCapabilities(pool), request, partBytes);
}

/** Throws CANCELLED when `signal` is aborted, COUNT_MISMATCH when the server sent another number of rows than were understood. */
export async function readBack(
  pool: MssqlPool,
  stagingSchema: string,
  { runId, plan, range, batchRows }: ReadBackRequest,
  stage: BatchStage,
  signal?: AbortSignal,
): Promise<void> {
  const place = { table: targetId(plan) };
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  try {
    const columns = (await stagedColumns(pool, staging, plan)).map(readColumn);
    const wire = columns.map(({ target, sourceType, logical }): PartColumn => ({
      name: target,
      nativeType: sourceType,
      logical,
    }));
    const reader = new TdsReader(wire, { batchRows });
    const hand = stage(wire.map((column, index) => ({ ...column, nativeType: plan.columns[index]?.targetType ?? '' })));
    let rows = 0;
    const drain = async (next: () => ColumnBatch | undefined): Promise<void> => {
      for (let batch = next(); batch; batch = next()) {
        rows += batch.rows;
        await hand(batch);
      }
    };
    const sql = selectSql({ table: staging, columns, filter: {}, orderBy: [] }, parseRange(range));
    await readUnder(
      pool,
      undefined,
      sql,
      (chunk) => (reader.push(chunk) ? drain(() => reader.take()) : undefined),
      signal,
    );
    await drain(() => reader.take());
    await drain(() => reader.finish());
    if (reader.rowsSent !== rows)
      throw new LongshoreError(
        'COUNT_MISMATCH',
        `The server sent ${reader.rowsSent ?? 'an unknown number of'} staged rows of ${place.table} (${range.label}) and ${rows} were understood.`,
        place,
      );
  } catch (error) {
    if (signal?.aborted)
      throw new LongshoreError('CANCELLED', `Reading back ${place.table} (${range.label}) was cancelled.`, place, {
        cause: error,
      });
    throw toMssqlError(error, place, pool.server);
  }
}
