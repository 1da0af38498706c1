/** Parts of a file into a staging table of texts, two at a time, each in one transaction with its mark. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { from as copyFrom } from 'pg-copy-streams';
import type { ErrorCode } from '../../core/errors/catalogue';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { CopyResult, WarehouseTableRef } from '../../core/types/warehouse';
import type { LocalStage } from '../../storage/local-stage';
import type { ProgressCounter } from '../connector';
import { checkParts } from '../staged-parts';
import type { CopyRequest } from '../warehouse';
import { sqlState, toPostgresError } from './errors';
import { connectWatched, cutSession } from './own-session';
import { partRewriter } from './part-rewriter';
import type { DedicatedClient, PostgresClient, PostgresPool } from './pool';
import { identList, qualified } from './sql';
import { checkValues } from './warehouse-check';
import { countMarksSql, markPartSql, prepareStaging, readMarkSql } from './warehouse-staging';

/** Two streams into an unindexed table are what a server takes best. */
const LANES = 2;
const CHUNK = 1 << 18;

export interface CopyContext {
  pool: PostgresPool;
  stage: LocalStage;
  staging: WarehouseTableRef;
  progress?: ProgressCounter | undefined;
  signal?: AbortSignal | undefined;
  /** Hears of the first session, before anything is copied in it; awaited. */
  onSession(session: DedicatedClient): Promise<void>;
}

type Part = CopyRequest['parts'][number] & { index: number };

/** Throws COPY_FAILED, VALUE_NOT_REPRESENTABLE, VALUE_TOO_LONG, NULL_IN_NOT_NULL, STAGE_INCOMPLETE, CANCELLED. */
export async function copyParts(request: CopyRequest, context: CopyContext): Promise<Omit<CopyResult, 'statementId'>> {
  const { pool, stage, staging, signal } = context;
  const started = performance.now();
  const table = `${request.table.ref.schema}.${request.table.ref.name}`;
  await checkParts(stage, request);
  await prepareStaging(pool, staging, request.columns);
  const waiting: Part[] = request.parts.map((part, index) => ({ ...part, index }));
  const stop = new AbortController();
  const any = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let told: Promise<void> | undefined;
  const lane = async (): Promise<void> => {
    try {
      await inSession(pool, any, async (session) => {
        told ??= context.onSession(session);
        await told;
        for (let part = waiting.shift(); part; part = waiting.shift())
          await copyPart(session, request, part, context, any, table);
      });
    } catch (error) {
      // The other lane has nothing to hope for.
      stop.abort(error);
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(LANES, waiting.length) }, lane));
  if (signal?.aborted) throw cancelled(table);
  const failed = lanes.filter((one) => one.status === 'rejected').map((one): unknown => one.reason);
  if (failed.length > 0) throw failed.find((error) => error === stop.signal.reason) ?? failed[0];
  const rowsStaged = await countStaged(pool, request, staging, table);
  await checkValues(pool, request, staging, signal);
  const seconds = (performance.now() - started) / 1000;
  return { rowsLoaded: rowsStaged, rowsParsed: rowsStaged, rowsStaged, files: request.parts.length, seconds };
}

const cancelled = (table: string): LongshoreError =>
  new LongshoreError('CANCELLED', `Copying rows for ${table} was cancelled.`, { table });

/** A session of its own, which is cut on the server, too, when the signal says so. */
async function inSession(
  pool: PostgresPool,
  signal: AbortSignal,
  work: (session: DedicatedClient) => Promise<void>,
): Promise<void> {
  const session = await connectWatched(pool);
  session.lost.catch(() => undefined);
  const cut = (): void => void cutSession(pool, session);
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) throw cancelled('a month batch');
    await work(session);
    await session.end();
  } catch (error) {
    // Nothing of a failed COPY is worth a good-bye; the server rolls back.
    session.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

async function copyPart(
  session: DedicatedClient,
  request: CopyRequest,
  part: Part,
  { staging, stage, progress }: CopyContext,
  signal: AbortSignal,
  table: string,
): Promise<void> {
  const { client } = session;
  const { name, rows, bytes, index } = part;
  try {
    await client.query('BEGIN');
    const marked = await client.query(markPartSql(staging), [name, rows, bytes]);
    if (marked.rowCount === 0) {
      await checkMark(client, staging, part, table);
      await client.query('ROLLBACK');
    } else {
      const copied = await stream(session, request, stage.path(`${request.prefix}${name}`), staging, signal);
      if (copied !== rows)
        throw new LongshoreError('COPY_FAILED', `PostgreSQL took ${copied} rows where ${rows} were packed.`);
      await client.query('COMMIT');
    }
  } catch (error) {
    throw placed(error, name, index, table);
  }
  if (!progress) return;
  Atomics.add(progress, 0, BigInt(rows));
  Atomics.add(progress, 1, BigInt(bytes));
}

async function checkMark(
  client: PostgresClient,
  staging: WarehouseTableRef,
  { name, rows, bytes }: Part,
  table: string,
): Promise<void> {
  const { rows: found } = await client.query<{ rows: string; bytes: string }>(readMarkSql(staging), [name]);
  if (Number(found[0]?.rows) === rows && Number(found[0]?.bytes) === bytes) return;
  throw new LongshoreError(
    'COPY_FAILED',
    `Another version of part ${name} was copied before, with ${found[0]?.rows} rows where this one has ${rows}.`,
    { table },
    { next: 'Drop what is staged of this load, and copy again.' },
  );
}

async function stream(
  { client, lost }: DedicatedClient,
  { format, columns, compression }: CopyRequest,
  file: string,
  staging: WarehouseTableRef,
  signal: AbortSignal,
): Promise<number> {
  const rewriter = partRewriter(format, columns.length);
  const copy = client.query(
    copyFrom(`COPY ${qualified(staging)} (${identList(columns)}) FROM STDIN WITH (${rewriter.options})`),
  );
  // Streams of a connection that is cut do not always say so; whoever waits for one is woken by this.
  const ended = new AbortController();
  copy.on('error', (error) => ended.abort(error));
  lost.catch((error: unknown) => ended.abort(error));
  const any = AbortSignal.any([signal, ended.signal]);
  const finished = once(copy, 'finish', { signal: any });
  finished.catch(() => undefined);
  const source = createReadStream(file, { highWaterMark: CHUNK, signal: any });
  const unpacked =
    compression === 'zstd' ? createZstdDecompress({ chunkSize: CHUNK }) : createGunzip({ chunkSize: CHUNK });
  source.on('error', (error) => unpacked.destroy(error));
  const write = async (chunk: Uint8Array): Promise<void> => {
    any.throwIfAborted();
    if (chunk.length > 0 && !copy.write(chunk)) await once(copy, 'drain', { signal: any });
  };
  try {
    for await (const chunk of source.pipe(unpacked)) await write(rewriter.push(chunk as Uint8Array));
    await write(rewriter.finish());
    copy.end();
    await finished;
    return copy.rowCount;
  } catch (error) {
    // The server's own word says more than that of a stream that was cut for it.
    throw ended.signal.aborted && !signal.aborted ? (ended.signal.reason as unknown) : error;
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

/** Rows that are not those of the table's shape. */
const BAD_ROW = '22P04';
const STOPPED = '57014';
const CODES: Record<string, ErrorCode> = { [BAD_ROW]: 'COPY_FAILED', [STOPPED]: 'CANCELLED' };

function placed(error: unknown, name: string, part: number, table: string): LongshoreError {
  const state = sqlState(error);
  const known = toPostgresError(error, { table });
  const row = /row (\d+)/.exec(known.place.key ?? '')?.[1];
  const key = row === undefined ? undefined : `row ${row} of ${name}`;
  const isDamaged = known.code === 'INTERNAL' && /zstd|zlib|header|data|unexpected end/i.test(known.message);
  const code = isDamaged ? 'STAGE_INCOMPLETE' : (CODES[state ?? ''] ?? known.code);
  const column = known.place.column === undefined ? '' : `, column ${known.place.column}`;
  const place = { ...known.place, table, part, ...(key !== undefined && { key }) };
  return new LongshoreError(code, `Table ${table}, ${key ?? `part ${name}`}${column}: ${known.message}`, place, {
    cause: known.cause ?? known,
    next: known.code === code ? known.next : undefined,
  });
}

async function countStaged(
  pool: PostgresPool,
  { parts }: CopyRequest,
  staging: WarehouseTableRef,
  table: string,
): Promise<number> {
  const expected = parts.reduce((sum, { rows }) => sum + rows, 0);
  const { rows: marks } = await pool.query(countMarksSql(staging));
  const { rows: counted } = await pool.query(`SELECT count(*) AS rows FROM ${qualified(staging)}`);
  const found = Number(counted[0]?.['rows']);
  if (Number(marks[0]?.['parts']) === parts.length && found === expected) return found;
  throw new LongshoreError(
    'COPY_FAILED',
    `${found} rows of ${marks[0]?.['parts']} parts are staged for ${table} where ${expected} of ${parts.length} were packed.`,
    { table },
    { next: 'Drop what is staged of this load, and copy again.' },
  );
}
