/** One Parquet part into staging, once: marker and rows are one transaction. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableRef } from '../../core/types/table';
import { ParquetReader } from '../../storage';
import type { LoadRequest, ProgressCounter } from '../connector';
import {
  BINARY_HEADER,
  BINARY_TRAILER,
  canEncodeBinary,
  encodeBinary,
  RowValueError,
  type TargetColumn,
} from './binary-encoder';
import { targetId } from './ddl';
import { loadError, RowInPart } from './load-errors';
import type { DedicatedClient, PostgresClient, PostgresPool } from './pool';
import { connectWatched, cutSession } from './own-session';
import { identList, qualified } from './sql';
import { partsTable, stagingRef } from './staging';
import { encodeText } from './text-encoder';

/**
 * Loads a part unless it is there already; an attempt at the same time waits for the other and then returns. Throws
 * PART_CORRUPT, CANCELLED, or what is wrong with a value, naming table, column and key.
 */
export async function loadPart(
  pool: PostgresPool,
  stagingSchema: string,
  request: LoadRequest,
  progress: ProgressCounter,
  signal?: AbortSignal,
): Promise<void> {
  const place = { table: targetId(request.plan), part: request.part };
  const cancelled = () =>
    new LongshoreError('CANCELLED', `Loading part ${request.part} of ${place.table} was cancelled.`, place);
  if (signal?.aborted) throw cancelled();
  const staging = stagingRef(stagingSchema, request.runId, request.plan.targetRef);
  const session = await connectWatched(pool);
  // Streams of a connection that is cut do not always say so; whoever waits for one is woken by this.
  const ended = new AbortController();
  const abort = () => {
    void cutSession(pool, session);
    ended.abort();
  };
  session.lost.catch((error: unknown) => ended.abort(error));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) throw cancelled();
    await loadOnce(session.client, stagingSchema, staging, request, progress, ended);
  } catch (error) {
    // Nothing of a failed COPY is worth a good-bye; the server rolls back.
    session.destroy();
    throw signal?.aborted ? cancelled() : await loadError(ended.signal.aborted ? ended.signal.reason : error, request);
  } finally {
    signal?.removeEventListener('abort', abort);
    await endQuietly(session);
  }
}

async function endQuietly(session: DedicatedClient): Promise<void> {
  await Promise.race([session.end(), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
}

async function loadOnce(
  client: PostgresClient,
  stagingSchema: string,
  staging: TableRef,
  request: LoadRequest,
  progress: ProgressCounter,
  ended: AbortController,
): Promise<void> {
  // Functions in checks and generated columns may rely on the path that the user usually works with.
  await client.query(`BEGIN; SET LOCAL search_path TO DEFAULT; LOCK TABLE ${qualified(staging)} IN ROW EXCLUSIVE MODE`);
  const marked = await client.query(
    `INSERT INTO ${partsTable(stagingSchema)} (run_id, table_id, part) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [request.runId, targetId(request.plan), request.part],
  );
  if (marked.rowCount === 0) {
    await client.query('ROLLBACK');
    return;
  }
  await checkFile(request);
  const copied = await copyPart(client, staging, request, progress, ended);
  if (copied !== request.rows) {
    throw new LongshoreError(
      'COUNT_MISMATCH',
      `Part ${request.part} of ${targetId(request.plan)} has ${request.rows} rows, and PostgreSQL took ${copied}.`,
      { table: targetId(request.plan), part: request.part },
    );
  }
  await client.query('COMMIT');
}

/** Throws PART_CORRUPT unless the file is byte for byte what was written. */
async function checkFile({ file, sha256, plan, part }: LoadRequest): Promise<void> {
  const hash = createHash('sha256');
  const place = { table: targetId(plan), part, file };
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  } catch (error) {
    throw new LongshoreError(
      'PART_CORRUPT',
      `Part ${part} of ${place.table} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      place,
      { cause: error },
    );
  }
  if (hash.digest('hex') !== sha256)
    throw new LongshoreError(
      'PART_CORRUPT',
      `Part ${part} of ${place.table} is not the file that was written: its SHA-256 differs.`,
      place,
    );
}

async function copyPart(
  client: PostgresClient,
  staging: TableRef,
  request: LoadRequest,
  progress: ProgressCounter,
  ended: AbortController,
): Promise<number> {
  const columns = await targetColumns(client, staging, request);
  const isBinary = columns.every((column) => canEncodeBinary(column, column.nativeType));
  const reader = await ParquetReader.open(request.file);
  try {
    const options = isBinary ? 'FORMAT binary' : "FORMAT text, ENCODING 'UTF8'";
    const stream = client.query(
      copyFrom(
        `COPY ${qualified(staging)} (${identList(columns.map(({ name }) => name))}) FROM STDIN WITH (${options})`,
      ),
    );
    // Also long after the last one who waited for it has gone.
    stream.on('error', (error) => ended.abort(error));
    const { signal } = ended;
    const finished = once(stream, 'finish', { signal });
    finished.catch(() => undefined);
    const write = (chunk: Uint8Array) => writeChunk(stream, chunk, signal);
    if (isBinary) await write(BINARY_HEADER);
    let before = 0;
    for (let group = 0; group < reader.rowGroups.length; group += 1) {
      const batch = await reader.readRowGroup(group);
      await writeBatch(write, batch, columns, isBinary, progress).catch((error: unknown) => {
        throw error instanceof RowValueError ? new RowInPart(error, before + error.row) : error;
      });
      before += batch.rows;
    }
    if (isBinary) await write(BINARY_TRAILER);
    stream.end();
    await finished;
    return stream.rowCount;
  } finally {
    await reader.close();
  }
}

async function writeBatch(
  write: (chunk: Uint8Array) => Promise<void>,
  batch: ColumnBatch,
  columns: TargetColumn[],
  isBinary: boolean,
  progress: ProgressCounter,
): Promise<void> {
  let bytes = 0;
  for (const chunk of isBinary ? encodeBinary(batch, columns) : encodeText(batch, columns)) {
    bytes += chunk.byteLength;
    await write(chunk);
  }
  Atomics.add(progress, 0, BigInt(batch.rows));
  Atomics.add(progress, 1, BigInt(bytes));
}

/** Waits while the server is behind. */
async function writeChunk(stream: CopyStreamQuery, chunk: Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (!stream.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
    await once(stream, 'drain', { signal });
}

/** Columns of the part in the order of the plan, with the types that staging gives them. */
export async function targetColumns(
  client: Pick<PostgresClient, 'query'>,
  staging: TableRef,
  { plan, columns, part }: Pick<LoadRequest, 'plan' | 'columns' | 'part'>,
): Promise<TargetColumn[]> {
  if (columns.length !== plan.columns.length) {
    throw new LongshoreError(
      'PART_CORRUPT',
      `Part ${part} of ${targetId(plan)} has ${columns.length} columns where the plan has ${plan.columns.length}.`,
      { table: targetId(plan), part },
    );
  }
  const { rows } = await client.query<{ name: string; type: string; own: string; enum: string }>(
    `WITH RECURSIVE base AS (
       SELECT a.attname AS name, a.atttypid AS type, a.atttypmod AS mod, pg_catalog.format_type(a.atttypid, a.atttypmod) AS own FROM pg_catalog.pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
       UNION ALL SELECT b.name, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.mod END, b.own FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype = 'd'
     )
     SELECT b.name, pg_catalog.format_type(b.type, b.mod) AS type, b.own, (t.typtype = 'e')::int::text AS enum FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'`,
    [qualified(staging)],
  );
  return columns.map((column, index) => {
    const { target: name = column.name, sourceType } = plan.columns[index] ?? {};
    const found = rows.find((row) => row.name === name);
    if (!found)
      throw new LongshoreError('COLUMN_NOT_FOUND', `Table ${targetId(plan)} has no column ${name}.`, {
        table: targetId(plan),
        column: name,
      });
    const isSameType = plan.sourceKind === 'postgres' && sourceType === found.own;
    return {
      name,
      logical: column.logical,
      nativeType: found.type,
      ...(found.enum === '1' ? { isEnum: true } : {}),
      ...(isSameType ? { isSameType } : {}),
    };
  });
}
