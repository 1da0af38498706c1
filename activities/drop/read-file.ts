import { mergeInferred } from '../../core/file/merge-inferred';
import type { RowMark } from '../../core/types/file';
import type { ProgressCounter } from '../../connectors/connector';
import type { ContentHashes, FileWorkers, ScanFileRequest, ScannedContent } from '../dependencies';

/** Below this a second thread would not make up for the look at the middle. */
const HALVES_BYTES = 32 * 1024 * 1024;

/** Reads a whole file, a large one in two halves at a time, and hashes it meanwhile. */
export async function readWhole(
  files: FileWorkers,
  request: ScanFileRequest & Required<Pick<ScanFileRequest, 'identity'>>,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<ScannedContent & { hashes: ContentHashes }> {
  const { path, identity } = request;
  if (identity.size < HALVES_BYTES) {
    const content = await files.scan(request, progress, signal);
    return { ...content, hashes: content.hashes ?? (await files.hash({ path, identity }, signal)) };
  }
  const [content, hashes] = await Promise.all([
    inHalves(files, request, progress, signal),
    files.hash({ path, identity }, signal),
  ]);
  return { ...content, hashes };
}

async function inHalves(
  files: FileWorkers,
  request: ScanFileRequest,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<ScannedContent> {
  const { format, middle } = await files.survey(request, signal);
  if (middle === undefined) return files.scan(request, progress, signal);
  const [first, second] = await Promise.all([
    files.scan({ ...request, slice: { format, until: middle } }, progress, signal),
    files.scan({ ...request, slice: { format, from: middle } }, progress, signal),
  ]);
  // A row that was cut in two shows as one that is not right. Where any row is not, or the halves do not agree on what
  // their columns are, the file is read again in one piece.
  const isRegular = first.rejectedCount === 0 && first.repairedCount === 0;
  const columns = isRegular ? mergeInferred(first.columns, second.columns) : undefined;
  if (columns === undefined || first.endLine === undefined) {
    progress.fill(0n);
    return files.scan(request, progress, signal);
  }
  const lines = first.endLine - 1;
  const onward = (mark: RowMark): RowMark => ({ ...mark, line: mark.line + lines, rows: mark.rows + first.rows });
  const cut = { offset: middle, line: first.endLine, rows: first.rows };
  return {
    ...first,
    columns,
    marks: [...first.marks.filter(({ offset }) => offset < middle), cut, ...second.marks.map(onward)],
    rows: first.rows + second.rows,
    rejectedCount: second.rejectedCount,
    rejected: second.rejected.map((row) => ({ ...row, line: row.line + lines })),
    repairedCount: second.repairedCount,
  };
}
