/** Loads a slice of a file into staging, in a thread: fields become typed columns and go on to the target as they come. */
import { rm, writeFile } from 'node:fs/promises';
import type { DirectFileRequest, DirectlyLoaded, FilePartRequest, LoadedFilePart } from '../../activities/dependencies';
import type { BatchLoad, Database, ProgressCounter } from '../../connectors/connector';
import type { ColumnBatch } from '../../core/columnar/batch';
import { toleratedRows } from '../../core/drop/tolerance';
import { compareWithFile } from '../../core/verify/file-figures';
import { createParser } from '../../core/file/parse';
import { createRecordReader } from '../../core/file/record-reader';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { RejectedRow } from '../../core/types/file';
import type { ColumnPlan, PartColumn, TableVerification } from '../../core/types/transfer';
import { ParquetWriter } from '../../storage';
import { stagingError } from '../../storage/disk-errors';
import { isSameFile } from '../../core/drop/scan';
import { identityOf } from '../../storage/files/identity';
import { readRows } from '../../storage/files/read-rows';
import { openFile } from '../../storage/files/open-file';
import { withLine } from './row-line';
import { partStages } from './stages';

/** Rejected rows that travel with the result; the file has all of them. */
const KEPT = 20;

/**
 * Rows go into staging in passing where the target takes batches, else through a Parquet file. What a target says against
 * a value that passed our own checks is found again by loading from the file, and named by row and column.
 */
export async function loadFile(
  { target }: Pick<Database, 'target'>,
  request: FilePartRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<LoadedFilePart> {
  const opened = await target.openBatchLoad?.(request.load);
  // The run is bound to this very content, so rows in staging are these rows, whatever snapshot they were marked with.
  if (opened === 'loaded' || opened === 'doubtful') return readPart(request, progress, signal, async () => undefined);
  if (opened !== undefined) {
    const part = await inPassing(opened, request, progress, signal);
    if (part) return part;
  }
  return throughFile(target, request, progress, signal);
}

async function inPassing(
  load: BatchLoad,
  request: FilePartRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<LoadedFilePart | undefined> {
  try {
    const part = await readPart(request, progress, signal, (batch) => load.write(batch));
    if (part.rejectedCount > request.maxRejected) return part;
    return (await load.finish(part.rows)) ? part : undefined;
  } finally {
    load.abandon();
  }
}

async function throughFile(
  target: Database['target'],
  request: FilePartRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<LoadedFilePart> {
  const { load, parquetFile: file } = request;
  const writer = await ParquetWriter.open(file, load.columns, { codec: 'zstd' });
  try {
    const part = await readPart(request, progress, signal, (batch) => writer.write(batch));
    if (part.rejectedCount > request.maxRejected) return part;
    const { sha256 } = await writer.finish();
    await target.loadPart({ ...load, file, sha256, rows: part.rows }, progress, signal);
    return part;
  } catch (error) {
    throw await withLine(error, request, signal);
  } finally {
    await writer.abort();
    await rm(file, { force: true });
  }
}

/** Reads all of a small file, and has the target take it in one transaction. */
export async function loadFileDirect(
  { target }: Pick<Database, 'target'>,
  request: DirectFileRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<DirectlyLoaded> {
  const batches: ColumnBatch[] = [];
  const part = await readPart(request, progress, signal, async (batch) => void batches.push(batch));
  const { rows, rejectedCount } = part;
  const tolerated = toleratedRows(request.tolerance, rows + rejectedCount);
  const { runId, plan, columns } = request.load;
  // What is visible cannot be read back before anybody sees it.
  const isDirect = target.loadDirect !== undefined && plan.verify !== 'fingerprint';
  const isAll = rows + rejectedCount === request.knownRows;
  if (target.loadDirect === undefined || !isDirect || !isAll || rejectedCount > tolerated || rows === 0)
    return { ...part, isVisible: false };
  let verification: TableVerification | undefined;
  const isVisible = await target.loadDirect(
    {
      runId,
      plan,
      columns,
      batches,
      rows,
      bookkeeping: request.bookkeeping,
      lockTimeoutMs: request.lockTimeoutMs,
      ...(request.backup && { backup: request.backup }),
      isRight: (found) => {
        const compared = compareWithFile(plan, { rows, figures: part.figures ? [part.figures] : [] }, found);
        verification = compared.verification;
        return compared.problem === undefined;
      },
    },
    signal,
  );
  return { ...part, isVisible, ...(verification && { verification }) };
}

/** Reads the slice and hands its good rows to `take`, column by column. */
async function readPart(
  request: FilePartRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
  take: (batch: ColumnBatch) => Promise<void>,
): Promise<LoadedFilePart> {
  const { path, from, until, ragged, maxRejected } = request;
  const rejected: RejectedRow[] = [];
  let [rejectedCount, repairedCount, rows, bytes] = [0, 0, 0, 0];
  const reject = (row: RejectedRow): void => {
    if (++rejectedCount <= maxRejected + 1) rejected.push(row);
  };
  const reader = createRecordReader(request.format, {
    ragged,
    ...(from && { from }),
    ...(until !== undefined && { until }),
    onRejected: reject,
    onRepaired: () => void (repairedCount += 1),
  });
  const parse = createParser(request.columns, reject);
  const { stage, findings } = partStages({ columns: request.load.plan.columns }, request.checks, undefined);
  const staged = stage?.(partColumns(request.load.plan.columns)) ?? ((batch: ColumnBatch) => batch);
  const stamp = await checkedStamp(request);
  const onBytes = (more: number) => {
    bytes += more;
    Atomics.add(progress, 1, BigInt(more));
  };
  for await (const fields of readRows(path, reader, { signal, stamp, onBytes })) {
    const batch = parse(fields);
    if (rejectedCount > maxRejected) break;
    if (batch.rows === 0) continue;
    await take(await staged(batch));
    rows += batch.rows;
    Atomics.add(progress, 0, BigInt(batch.rows));
  }
  if (rejected.length > 0) await keepRejected(request.rejectedFile, rejected);
  return { rows, bytes, rejectedCount, rejected: rejected.slice(0, KEPT), repairedCount, ...findings() };
}

async function checkedStamp({ path, identity }: FilePartRequest) {
  const { file, stamp } = await openFile(path);
  await file.close();
  if (isSameFile(identityOf(stamp), identity)) return stamp;
  throw new LongshoreError('FILE_CHANGED', `${path} changed while it was loaded.`, { file: path });
}

async function keepRejected(file: string, rejected: readonly RejectedRow[]): Promise<void> {
  try {
    await writeFile(file, rejected.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
  } catch (error) {
    throw stagingError(error, file);
  }
}

/** Columns of a batch, as parts have them. */
export const partColumns = (columns: readonly ColumnPlan[]): PartColumn[] =>
  columns.map(({ target, sourceType, logical }) => ({ name: target, nativeType: sourceType, logical }));
