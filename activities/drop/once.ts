import type { LoadedFilePart } from '../dependencies';
import type { DropDependencies } from './dependencies';
import { checkAllRead, checkTolerance, type FileLoad, publishLoad, sum, verifyLoad } from './load';

/** Builds keys, proves what is staged, and writes down that it is proven. Answers its rows. Throws FILE_REJECTED_ROWS, … */
export async function verifyOnce(
  deps: DropDependencies,
  load: FileLoad,
  parts: readonly LoadedFilePart[],
  signal: AbortSignal,
): Promise<number> {
  const rejected = sum(parts.map(({ rejectedCount }) => rejectedCount));
  if (rejected > 0) await deps.catalog.dropFiles.update(load.file.id, { rejected });
  checkTolerance(load, parts);
  checkAllRead(load, parts);
  const verification = await verifyLoad(deps, load, parts, signal);
  const rows = sum(parts.map((part) => part.rows));
  await deps.catalog.dropFiles.update(load.file.id, { step: 'verified', rows, ...(verification && { verification }) });
  return rows;
}

/** Makes the rows visible unless they are, and writes down that they are. */
export async function publishOnce(
  deps: DropDependencies,
  load: FileLoad,
  rows: number,
  signal: AbortSignal,
): Promise<void> {
  if (load.file.step === 'published') return;
  const { lockedMs } = await publishLoad(deps, load, rows, signal);
  await deps.catalog.dropFiles.update(load.file.id, { step: 'published', publishedAt: deps.now(), lockedMs });
}
