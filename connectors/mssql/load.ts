/** One Parquet part into staging, once: marker and rows are one transaction. Several connections may load at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Request, type Connection } from 'tedious';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import { hashFile, ParquetReader } from '../../storage';
import type { LoadRequest, ProgressCounter } from '../connector';
import { bulkLoad } from './bulk';
import { hasCollation, typeText, type BulkColumn } from './bulk-columns';
import { encodeRows, type RowChunk } from './bulk-encoder';
import { RowValueError } from './bulk-errors';
import { codePageOf } from './code-page';
import { targetId } from './ddl';
import { errorNumber, isDeadlock } from './errors';
import { liveColumns, type LiveColumn } from './live';
import { loadError, RowInPart } from './load-errors';
import { cancellable, retryingDeadlocks, type DedicatedSession, type MssqlPool, type MssqlSession } from './pool';
import { ident, qualified } from './sql';
import { marker, markerTable, stagingRef } from './staging';

/**
 * Loads a part unless it is there already; an attempt at the same time waits for the other and then returns. Throws
 * PART_CORRUPT, CANCELLED, or what is wrong with a value, naming table, column and key.
 */
export async function loadPart(
  pool: MssqlPool,
  stagingSchema: string,
  request: LoadRequest,
  progress: ProgressCounter,
  signal?: AbortSignal,
): Promise<void> {
  const place = { table: targetId(request.plan), part: request.part };
  const cancelled = () =>
    new LongshoreError('CANCELLED', `Loading part ${request.part} of ${place.table} was cancelled.`, place);
  if (signal?.aborted) throw cancelled();
  try {
    await retryingDeadlocks(() =>
      withSession(pool, signal, (session) => loadOnce(pool, session, stagingSchema, request, progress)),
    );
  } catch (error) {
    throw signal?.aborted ? cancelled() : await loadError(error, request);
  }
}

const LAST_WORDS_MS = 2_000;

async function withSession(
  pool: MssqlPool,
  signal: AbortSignal | undefined,
  work: (session: DedicatedSession) => Promise<void>,
): Promise<void> {
  const session = await pool.dedicated();
  try {
    await cancellable(session, signal, async () => {
      const working = work(session);
      // A refused value may cost the connection, and is the better thing to say.
      const lost = session.lost.catch(async (error: unknown) => {
        await Promise.race([working.catch(() => undefined), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
        throw error;
      });
      await Promise.race([working, lost]);
    });
    await session.close();
  } catch (error) {
    // Nothing of a failed bulk load is worth a good-bye; the server rolls back.
    session.destroy();
    throw error;
  }
}

const DUPLICATE = new Set([2601, 2627]);

async function loadOnce(
  pool: MssqlPool,
  session: DedicatedSession,
  stagingSchema: string,
  request: LoadRequest,
  progress: ProgressCounter,
): Promise<void> {
  const { plan, runId, part } = request;
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  const columns = await bulkColumns(pool, session, staging, request);
  // Whoever loads the same part may take long, and is worth waiting for.
  await session.run('SET LOCK_TIMEOUT -1; BEGIN TRANSACTION');
  try {
    await session.run(
      `INSERT INTO ${markerTable(stagingSchema, 'parts')} (run, tbl, part) VALUES (@run, @tbl, @part)`,
      {
        run: marker(runId),
        tbl: marker(tableId(plan.targetRef)),
        part,
      },
    );
  } catch (error) {
    if (!DUPLICATE.has(errorNumber(error) ?? 0)) throw error;
    await session.run('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION');
    return;
  }
  await checkFile(request);
  const counted: bigint[] = [0n, 0n];
  const reader = await ParquetReader.open(request.file);
  try {
    const loaded =
      reader.rows === 0
        ? 0
        : await bulkLoad(session.connection, staging, columns, chunksOf(reader, columns, progress, counted));
    if (loaded !== request.rows)
      throw new LongshoreError(
        'COUNT_MISMATCH',
        `Part ${part} of ${targetId(plan)} has ${request.rows} rows, and SQL Server took ${loaded}.`,
        { table: targetId(plan), part },
      );
    await session.run('COMMIT TRANSACTION');
  } catch (error) {
    // Another attempt counts them again.
    if (isDeadlock(error)) counted.forEach((count, index) => Atomics.sub(progress, index, count));
    throw error;
  } finally {
    await reader.close();
  }
}

async function* chunksOf(
  reader: ParquetReader,
  columns: readonly BulkColumn[],
  progress: ProgressCounter,
  counted: bigint[],
): AsyncGenerator<RowChunk, void, undefined> {
  let before = 0;
  for await (const batch of reader.batches()) {
    try {
      for (const chunk of encodeRows(batch, columns)) {
        yield chunk;
        for (const [index, count] of [BigInt(chunk.rows), BigInt(chunk.data.length)].entries()) {
          Atomics.add(progress, index, count);
          counted[index]! += count;
        }
      }
    } catch (error) {
      throw error instanceof RowValueError ? new RowInPart(error, before + error.row) : error;
    }
    before += batch.rows;
  }
}

/** Throws PART_CORRUPT unless the file is byte for byte what was written. */
async function checkFile({ file, sha256, plan, part }: LoadRequest): Promise<void> {
  const place = { table: targetId(plan), part, file };
  const found = await hashFile(file).catch((error: unknown) => {
    throw new LongshoreError(
      'PART_CORRUPT',
      `Part ${part} of ${place.table} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      place,
      { cause: error },
    );
  });
  if (found.sha256 !== sha256)
    throw new LongshoreError(
      'PART_CORRUPT',
      `Part ${part} of ${place.table} is not the file that was written: its SHA-256 differs.`,
      place,
    );
}

/** What staging tables look like. They never change while a run loads, and asking takes as long as loading many rows. */
const known = new WeakMap<MssqlPool, Map<string, BulkColumn[]>>();

/** Columns of the part in the order of the plan, with the types that staging gives them. */
async function bulkColumns(
  pool: MssqlPool,
  session: MssqlSession,
  staging: TableRef,
  request: Pick<LoadRequest, 'plan' | 'columns' | 'part'>,
): Promise<BulkColumn[]> {
  const ofPool = known.get(pool) ?? new Map<string, BulkColumn[]>();
  known.set(pool, ofPool);
  const key = JSON.stringify([staging, request.plan.columns.map(({ target, targetType }) => [target, targetType])]);
  const columns = ofPool.get(key) ?? (await askColumns(pool, session, staging, request));
  ofPool.set(key, columns);
  return columns;
}

async function askColumns(
  pool: MssqlPool,
  session: MssqlSession,
  staging: TableRef,
  { plan, columns, part }: Pick<LoadRequest, 'plan' | 'columns' | 'part'>,
): Promise<BulkColumn[]> {
  if (columns.length !== plan.columns.length)
    throw new LongshoreError(
      'PART_CORRUPT',
      `Part ${part} of ${targetId(plan)} has ${columns.length} columns where the plan has ${plan.columns.length}.`,
      { table: targetId(plan), part },
    );
  const found = await liveColumns(session, staging);
  if (!found)
    throw new LongshoreError(
      'INTERNAL',
      `Nothing is prepared for ${targetId(plan)}, so there is nothing to load into.`,
      {
        table: targetId(plan),
      },
    );
  const collations = await collationsOf(
    session.connection,
    `SELECT TOP (0) ${plan.columns.map(({ target }) => ident(target)).join(', ')} FROM ${qualified(staging)}`,
  );
  const result: BulkColumn[] = [];
  for (const [index, { target }] of plan.columns.entries()) {
    const column = found.find(({ name }) => name === target);
    if (!column)
      throw new LongshoreError('COLUMN_NOT_FOUND', `Table ${targetId(plan)} has no column ${target}.`, {
        table: targetId(plan),
        column: target,
      });
    result.push(await bulkColumn(pool, session, plan, column, collations[index]));
  }
  return result;
}

async function bulkColumn(
  pool: MssqlPool,
  session: MssqlSession,
  plan: TablePlan,
  column: LiveColumn,
  collationBytes: Uint8Array | undefined,
): Promise<BulkColumn> {
  const { name, type, maxLength, precision, scale, nullable, collation } = column;
  const isLegacy = (type === 'char' || type === 'varchar') && collation !== null;
  const codePage = isLegacy ? await codePageOf(pool, session, collation) : undefined;
  const finalType = plan.columns.find(({ target }) => target === name)?.targetType ?? '';
  return {
    name,
    type,
    nativeType: finalType || typeText(column),
    maxLength,
    precision,
    scale,
    nullable,
    collation: hasCollation(column) ? collation : null,
    ...(collationBytes && { collationBytes }),
    ...(codePage && { codePage }),
    ...(/^smallmoney$/i.test(finalType) && { smallMoney: true }),
  };
}

/** The five bytes of each column's collation, as the server itself sends them. */
async function collationsOf(connection: Connection, sql: string): Promise<(Uint8Array | undefined)[]> {
  return new Promise((resolve, reject) => {
    let collations: (Uint8Array | undefined)[] = [];
    const request = new Request(sql, (error) => (error ? reject(error) : resolve(collations)));
    request.on('columnMetadata', (columns) => {
      if (Array.isArray(columns)) collations = columns.map(({ collation }) => collation?.toBuffer());
    });
    connection.execSqlBatch(request);
  });
}
