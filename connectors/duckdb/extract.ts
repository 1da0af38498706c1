/** One slice of a table into one Parquet file, by DuckDB's own writer. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PartResult } from '../../core/types/transfer';
import type { Codec } from '../../schemas/constants';
import type { ExtractRequest, ProgressCounter } from '../connector';
import { mapError } from './errors';
import type { FileSettings, Session } from './instance';
import { selectSql } from './ranges';
import { withSnapshot } from './snapshot';
import { ident, literal, qualified } from './sql';
import { conditions } from './filter';
import { carrierType } from './types';

const CODECS: Record<Codec, string> = { none: 'uncompressed', zstd: 'zstd', gzip: 'gzip', brotli: 'brotli' };
/** DuckDB writes row groups in steps of its vectors. */
const VECTOR = 2048;

/** Reads the slice under its snapshot. The file has its name only once it is complete and on the disk. */
export async function extractPart(
  settings: FileSettings,
  request: ExtractRequest,
  progress: ProgressCounter,
  signal?: AbortSignal,
): Promise<PartResult> {
  const temporary = `${request.file}.${randomUUID()}.tmp`;
  const place = { table: tableId(request.table) };
  try {
    await access(dirname(request.file), constants.W_OK);
    const rows = await withSnapshot(settings, request.snapshot, { paths: [temporary], signal }, async (session) => {
      try {
        return await session.run(copySql(request, temporary));
      } catch (error) {
        throw await explain(session, request, error);
      }
    });
    const { sha256, bytes } = await fileFacts(temporary);
    await syncFile(temporary);
    await rename(temporary, request.file);
    await syncFolder(dirname(request.file));
    Atomics.add(progress, 0, BigInt(rows));
    Atomics.add(progress, 1, BigInt(bytes));
    const columns = request.columns.map(({ source, sourceType, logical }) => ({
      name: source,
      nativeType: sourceType,
      logical,
    }));
    return { rows, bytes, sha256, columns };
  } catch (error) {
    throw mapError(error, place);
  } finally {
    await rm(temporary, { force: true });
  }
}

function copySql(request: ExtractRequest, file: string): string {
  const group = Math.max(VECTOR, Math.ceil(request.batchRows / VECTOR) * VECTOR);
  const level = request.codec === 'zstd' ? `, COMPRESSION_LEVEL ${Math.trunc(request.codecLevel)}` : '';
  return `COPY (${selectSql(request, request.range)}) TO ${literal(file)} (FORMAT parquet, CODEC ${literal(CODECS[request.codec])}, ROW_GROUP_SIZE ${group}${level})`;
}

/** Finds column and key of a value that has no exact form on the way, e.g. a TIMESTAMP_S beyond the range of TIMESTAMP. */
async function explain(session: Session, request: ExtractRequest, error: unknown): Promise<unknown> {
  if (!(error instanceof LongshoreError) || error.code !== 'VALUE_NOT_REPRESENTABLE') return error;
  for (const { source, logical, sourceType } of request.columns) {
    const carrier = carrierType(logical);
    const lost = `${ident(source)} IS NOT NULL AND TRY_CAST(${ident(source)} AS ${carrier}) IS NULL`;
    const where = [lost, ...conditions(request.filter)].join(' AND ');
    const keys = request.orderBy.map((name) => `${ident(name)}::VARCHAR`).join(', ');
    const [found] = await session
      .rows(`SELECT ${keys || '1'} FROM ${qualified(request.table)} WHERE ${where} LIMIT 1`)
      .catch(() => []);
    if (found === undefined) continue;
    const key = request.orderBy.map((name, index) => `${name}=${String(Object.values(found)[index])}`).join(', ');
    const message = `Table ${tableId(request.table)}, column ${source}: a value of type ${sourceType} does not fit ${carrier}, the form in which it would travel${key ? ` (row ${key})` : ''}.`;
    return new LongshoreError(
      'VALUE_NOT_REPRESENTABLE',
      message,
      { table: tableId(request.table), column: source, ...(key && { key }) },
      { cause: error },
    );
  }
  return error;
}

/** Size and SHA-256 of a file. */
export async function fileFacts(file: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), bytes };
}

/** Has the operating system write a file out, so that it outlives a power cut. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The same for the names in a folder; Windows neither needs nor allows it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
