/** Reads a whole file in a thread: what it is, what its columns hold, and where its parts begin. */
import { createHash } from 'node:crypto';
import type { ContentHashes, HashFileRequest, ScanFileRequest, ScannedContent } from '../../activities/dependencies';
import type { ProgressCounter } from '../../connectors/connector';
import { detectFormat } from '../../core/file/detect';
import { createInference } from '../../core/file/infer';
import { createRecordReader } from '../../core/file/record-reader';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FileIdentity } from '../../core/types/drop';
import type { FileFormat, RejectedRow, RowMark } from '../../core/types/file';
import { hashFile } from '../../storage/files/hash';
import { isSameFile } from '../../core/drop/scan';
import { identityOf } from '../../storage/files/identity';
import { openFile } from '../../storage/files/open-file';
import { readRows } from '../../storage/files/read-rows';
import { readSample, type StampedSample } from '../../storage/files/sample';

/** Rejected rows that are kept for the report; all of them are counted. */
const KEPT = 100;

/** Throws FILE_CHANGED, FILE_UNREADABLE, FILE_NOT_DELIMITED, FILE_EMPTY. */
export async function scanFile(
  request: ScanFileRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<ScannedContent> {
  const { path, options } = request;
  const sample = await readSample(path);
  const identity = checkedIdentity(sample, request);
  const format = detectFormat(sample, options);
  const content = await readContent(request, sample, format, progress, signal);
  const isWhole = sample.size === sample.head.length;
  return { identity, format, ...content, ...(isWhole && { hashes: hashesOf(sample.head) }) };
}

/** Of a file that is still the one that had settled. */
export async function hashContent({ path, identity }: HashFileRequest, signal: AbortSignal): Promise<ContentHashes> {
  const { file, stamp } = await openFile(path);
  await file.close();
  // From here on the hashing itself sees to it that nothing changes.
  if (!isSameFile(identityOf(stamp), identity)) throw changed(path);
  const { md5, sha256 } = await hashFile(path, signal);
  return { md5, sha256 };
}

async function readContent(
  { path, options, markBytes }: ScanFileRequest,
  { stamp }: StampedSample,
  format: FileFormat,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<Omit<ScannedContent, 'identity' | 'format'>> {
  const [table] = format.tables;
  if (table === undefined)
    throw new LongshoreError('FILE_EMPTY', `${path} has no rows: ${stamp.size} bytes, and nothing in them.`, {
      file: path,
    });
  const names = Array.from({ length: table.width }, (_, index) => table.header[index] ?? `column_${index + 1}`);
  const inference = createInference(names, options);
  const marks: RowMark[] = [];
  const rejected: RejectedRow[] = [];
  let [rejectedCount, repairedCount] = [0, 0];
  const reader = createRecordReader(format, {
    markEvery: markBytes,
    ...(options.ragged && { ragged: options.ragged }),
    onMark: (mark) => void marks.push(mark),
    onRejected: (row) => {
      if (++rejectedCount <= KEPT) rejected.push(row);
    },
    onRepaired: () => void (repairedCount += 1),
  });
  const onBytes = (bytes: number) => void Atomics.add(progress, 1, BigInt(bytes));
  let rows = 0;
  for await (const batch of readRows(path, reader, { signal, stamp, onBytes })) {
    inference.add(batch);
    rows += batch.rows;
    Atomics.add(progress, 0, BigInt(batch.rows));
  }
  return { columns: inference.result(), marks, rows, rejectedCount, rejected, repairedCount };
}

function checkedIdentity({ stamp }: StampedSample, { path, identity }: ScanFileRequest): FileIdentity {
  const found = identityOf(stamp);
  if (identity !== undefined && !isSameFile(found, identity)) throw changed(path);
  return identity ?? found;
}

const changed = (path: string): LongshoreError =>
  new LongshoreError('FILE_CHANGED', `${path} is no longer what it was when it had settled.`, { file: path });

const hashesOf = (bytes: Uint8Array): ContentHashes => ({
  md5: createHash('md5').update(bytes).digest('hex'),
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
