/** Reads a whole file in a thread: what it is, what its columns hold, and where its parts begin. */
import { createHash } from 'node:crypto';
import type {
  ContentHashes,
  HashFileRequest,
  ScanFileRequest,
  ScannedContent,
  SurveyedFile,
} from '../../activities/dependencies';
import type { ProgressCounter } from '../../connectors/connector';
import { detectFormat } from '../../core/file/detect';
import { createInference } from '../../core/file/infer';
import { createRecordReader, type RecordReader } from '../../core/file/record-reader';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FileIdentity } from '../../core/types/drop';
import type { FileFormat, RejectedRow, RowMark } from '../../core/types/file';
import { hashFile } from '../../storage/files/hash';
import { isSameFile } from '../../core/drop/scan';
import { identityOf } from '../../storage/files/identity';
import { openFile, readFully } from '../../storage/files/open-file';
import { readRows } from '../../storage/files/read-rows';
import { readSample, type StampedSample } from '../../storage/files/sample';

/** Rejected rows that are kept for the report; all of them are counted. */
const KEPT = 100;
/** A line end is looked for in so many bytes; longer lines are rare, and their files are read in one piece. */
const LINE_WINDOW = 1 << 20;
const LF = 0x0a;

/** Throws FILE_CHANGED, FILE_UNREADABLE, FILE_NOT_DELIMITED, FILE_EMPTY. */
export async function scanFile(
  request: ScanFileRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<ScannedContent> {
  const { path, options } = request;
  const sample = await readSample(path);
  const identity = checkedIdentity(sample, request);
  const format = request.slice?.format ?? detectFormat(sample, options);
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

/**
 * Recognises a file, and looks for a line end near its middle. That it is the end of a row as well is for whoever reads
 * the halves to find out: a quoted field with line ends in it leaves a row at the end of the first half that is none.
 */
export async function surveyFile(request: ScanFileRequest, signal: AbortSignal): Promise<SurveyedFile> {
  const { path, options } = request;
  const sample = await readSample(path);
  checkedIdentity(sample, request);
  const format = detectFormat(sample, options);
  const [table] = format.tables;
  const isByteWise = format.encoding !== 'utf-16le' && format.encoding !== 'utf-16be';
  const endsInLf = format.dialect.newline === '\n' || format.dialect.newline === '\r\n';
  if (!table || table.end !== undefined || !isByteWise || !endsInLf || format.dialect.escape === 'backslash')
    return { format };
  const { file } = await openFile(path);
  try {
    signal.throwIfAborted();
    const at = Math.floor(sample.size / 2);
    const window = new Uint8Array(LINE_WINDOW);
    const bytes = await readFully(file, window, at);
    const end = window.subarray(0, bytes).indexOf(LF);
    return { format, ...(end >= 0 && { middle: at + end + 1 }) };
  } finally {
    await file.close();
  }
}

async function readContent(
  { path, options, markBytes, slice }: ScanFileRequest,
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
    ...(slice?.from !== undefined && { from: { offset: slice.from, line: 1, rows: 0 } }),
    ...(slice?.until !== undefined && { until: slice.until }),
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
  const lines = slice?.until === undefined ? undefined : lineCounter(reader, slice.until);
  for await (const batch of readRows(path, lines?.reader ?? reader, { signal, stamp, onBytes })) {
    inference.add(batch);
    rows += batch.rows;
    Atomics.add(progress, 0, BigInt(batch.rows));
  }
  const endLine = lines && table.firstRow.line + lines.count();
  return {
    columns: inference.result(),
    marks,
    rows,
    rejectedCount,
    rejected,
    repairedCount,
    ...(endLine !== undefined && { endLine }),
  };
}

/** The reader, with the line ends counted of the bytes that go into it, up to `until`. */
function lineCounter(reader: RecordReader, until: number): { reader: RecordReader; count(): number } {
  let [at, lines] = [reader.firstByte, 0];
  const counting: RecordReader = {
    push(chunk) {
      const mine = chunk.subarray(0, Math.max(0, until - at));
      for (let end = mine.indexOf(LF); end >= 0; end = mine.indexOf(LF, end + 1)) lines += 1;
      at += chunk.length;
      return reader.push(chunk);
    },
    end: () => reader.end(),
    get firstByte() {
      return reader.firstByte;
    },
    get done() {
      return reader.done;
    },
    get rows() {
      return reader.rows;
    },
  };
  return { reader: counting, count: () => lines };
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
