/**
 * One slice of a table into one Parquet file: by DuckDB's own writer, or, where something is to be done to the rows on
 * their way, through column batches, so that nothing but the outcome reaches a file.
 */
import { randomUUID } from 'node:crypto';
import { access, constants, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PartColumn, PartResult } from '../../core/types/transfer';
import type { Codec } from '../../schemas/constants';
import { ParquetWriter } from '../../storage/parquet/writer';
import type { BatchStage, ExtractOptions, ExtractRequest } from '../connector';
import { BatchGatherer } from './chunks';
import { fileFacts, syncFile, syncFolder } from './files';
import { conditions } from './filter';
import type { FileSettings, Session } from './instance';
import { hasMask, keyText, maskedNames, withoutValues } from './masked';
import { countSql, selectSql, streamSql } from './ranges';
import { withSnapshot } from './snapshot';
import { ident, literal, qualified } from './sql';
import { carrierType } from './type-names';

/** What DuckDB's own writer compresses at the level asked for; brotli, for one, it always does at its slowest. */
const CODECS: Partial<Record<Codec, string>> = { none: 'uncompressed', zstd: 'zstd' };
const AS_IT_IS: BatchStage = () => (batch) => batch;
/** DuckDB writes row groups in steps of its vectors. */
const VECTOR = 2048;

/** Reads the slice under its snapshot. The file has its name only once it is complete and on the disk. */
export async function extractPart(
  settings: FileSettings,
  request: ExtractRequest,
  options: ExtractOptions,
): Promise<PartResult> {
  const place = { table: tableId(request.table) };
  const columns = request.columns.map(({ target, sourceType, logical }): PartColumn => ({
    name: target,
    nativeType: sourceType,
    logical,
  }));
  const { stage } = options;
  if (!stage && request.columns.some(({ mask }) => mask !== undefined && mask.rule !== 'sql'))
    throw new LongshoreError(
      'INTERNAL',
      `Masked columns of ${place.table} were to be read without masking them.`,
      place,
    );
  try {
    await access(dirname(request.file), constants.W_OK);
    const own = CODECS[request.codec];
    const facts =
      own && !stage
        ? await writeDirectly(settings, request, options, own)
        : await writeStaged(settings, request, { ...options, stage: stage ?? AS_IT_IS }, columns);
    return { ...facts, columns };
  } catch (error) {
    throw withoutValues(error, request.columns, place);
  }
}

type Facts = Pick<PartResult, 'rows' | 'bytes' | 'sha256'>;

async function writeDirectly(
  settings: FileSettings,
  request: ExtractRequest,
  { progress, signal }: ExtractOptions,
  codec: string,
): Promise<Facts> {
  const temporary = `${request.file}.${randomUUID()}.tmp`;
  const inMemoryOnly = hasMask(request.columns);
  try {
    const rows = await withSnapshot(
      settings,
      request.snapshot,
      { paths: [temporary], signal, inMemoryOnly },
      async (session) => explained(session, request, async () => session.run(copySql(request, temporary, codec))),
    );
    const { sha256, bytes } = await fileFacts(temporary);
    await syncFile(temporary);
    await rename(temporary, request.file);
    await syncFolder(dirname(request.file));
    Atomics.add(progress, 0, BigInt(rows));
    Atomics.add(progress, 1, BigInt(bytes));
    return { rows, bytes, sha256 };
  } finally {
    await rm(temporary, { force: true });
  }
}

function copySql(request: ExtractRequest, file: string, codec: string): string {
  const group = Math.max(VECTOR, Math.ceil(request.batchRows / VECTOR) * VECTOR);
  const level = request.codec === 'zstd' ? `, COMPRESSION_LEVEL ${Math.trunc(request.codecLevel)}` : '';
  return `COPY (${selectSql(request, request.range)}) TO ${literal(file)} (FORMAT parquet, CODEC ${literal(codec)}, ROW_GROUP_SIZE ${group}${level})`;
}

async function writeStaged(
  settings: FileSettings,
  request: ExtractRequest,
  { progress, signal, stage }: ExtractOptions & { stage: BatchStage },
  columns: PartColumn[],
): Promise<Facts> {
  const writer = await ParquetWriter.open(request.file, columns, { codec: request.codec, level: request.codecLevel });
  const counted = { rows: 0, bytes: 0 };
  const count = (rows: number, bytes: number): void => {
    Atomics.add(progress, 0, BigInt(rows));
    Atomics.add(progress, 1, BigInt(bytes));
    counted.rows += rows;
    counted.bytes += bytes;
  };
  const apply = stage(columns);
  const write = async (batch: ColumnBatch): Promise<void> => {
    await writer.write(await apply(batch));
    count(batch.rows, writer.bytesWritten - counted.bytes);
  };
  try {
    const logicals = columns.map(({ logical }) => logical);
    const access = { signal, inMemoryOnly: hasMask(request.columns) };
    const sent = await withSnapshot(settings, request.snapshot, access, async (session) =>
      explained(session, request, async () => {
        const sql = streamSql(request, request.range);
        const gatherer = new BatchGatherer(logicals, request.batchRows);
        const rows = await session.stream(sql, countSql(request, request.range), async (chunk) =>
          gatherer.add(chunk, write),
        );
        await gatherer.finish(write);
        return rows;
      }),
    );
    const facts = await writer.finish();
    count(0, facts.bytes - counted.bytes);
    if (facts.rows === sent) return facts;
    await rm(request.file, { force: true });
    const table = tableId(request.table);
    throw new LongshoreError('COUNT_MISMATCH', `DuckDB sent ${sent} rows of ${table} and ${facts.rows} were written.`, {
      table,
    });
  } catch (error) {
    await writer.abort();
    Atomics.sub(progress, 0, BigInt(counted.rows));
    Atomics.sub(progress, 1, BigInt(counted.bytes));
    throw error;
  }
}

/** Does the work; names column and key of a value that has no exact form on the way, e.g. a TIMESTAMP_S beyond the range of TIMESTAMP. */
async function explained<T>(session: Session, request: ExtractRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await explain(session, request, error);
  }
}

async function explain(session: Session, request: ExtractRequest, error: unknown): Promise<unknown> {
  if (!(error instanceof LongshoreError) || error.code !== 'VALUE_NOT_REPRESENTABLE') return error;
  const masked = maskedNames(request.columns, 'source');
  const table = tableId(request.table);
  for (const { source, logical, sourceType, mask } of request.columns) {
    const carrier = carrierType(logical);
    const value = mask?.rule === 'sql' ? `(\n${mask.sql}\n)` : ident(source);
    const lost = `${value} IS NOT NULL AND TRY_CAST(TRY_CAST(${value} AS ${sourceType}) AS ${carrier}) IS NULL`;
    const where = [lost, ...conditions(request.filter)].join(' AND ');
    const keys = request.orderBy.map((name) => `${ident(name)}::VARCHAR`).join(', ');
    const [found] = await session
      .rows(`SELECT ${keys || '1'} FROM ${qualified(request.table)} WHERE ${where} LIMIT 1`)
      .catch(() => []);
    if (found === undefined) continue;
    const key = keyText(request.orderBy, Object.values(found), masked);
    const what =
      mask?.rule === 'sql'
        ? `what the expression of its mask gives cannot be cast to ${sourceType}`
        : `a value of type ${sourceType} does not fit ${carrier}, the form in which it would travel`;
    return new LongshoreError(
      'VALUE_NOT_REPRESENTABLE',
      `Table ${table}, column ${source}: ${what}${key ? ` (row ${key})` : ''}.`,
      { table, column: source, ...(key && { key }) },
      { cause: error },
    );
  }
  return error;
}
