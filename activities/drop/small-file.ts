import type { DropFile } from '../../catalog/drop-files';
import type { ProgressCounter } from '../../connectors/connector';
import { type FolderContext, targetRun } from './context';
import type { DropDependencies } from './dependencies';
import { checkTolerance, type FileLoad, loadAtOnce, loadSlice, partCount, prepareLoad } from './load';
import { publishOnce, verifyOnce } from './once';
import { type Found, recogniseFile } from './recognise';
import { ensureTarget } from './tracking';

/**
 * All steps of a small file. Where the target takes it at once, its rows and its tracking row become visible in one
 * transaction, and the catalog hears of it once; otherwise it goes the way of large files.
 */
export async function processSmallFile(
  deps: DropDependencies,
  context: FolderContext,
  file: DropFile,
  runId: string,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<void> {
  const { dropFiles } = deps.catalog;
  let known: Found = {};
  const note = (found: Found): void => void (known = found);
  try {
    await deps.databases.use(context.target, (database) => ensureTarget(database, context));
    const recognised = await recogniseFile(deps, context, file, note, progress, signal);
    if (recognised.decision === 'skip') {
      await dropFiles.update(file.id, recognised.found);
      return;
    }
    const { plan, sha256, found } = recognised;
    const load: FileLoad = { context, file: { ...file, ...found }, plan, sha256, runId };
    const direct = await loadAtOnce(deps, load, progress, signal);
    known = { ...found, rejected: direct.rejectedCount };
    if (!direct.isVisible) {
      checkTolerance(load, [direct]);
      await staged(deps, load, known, progress, signal);
      return;
    }
    const { rows, verification } = direct;
    await dropFiles.update(file.id, {
      ...known,
      step: 'direct',
      publishedAt: deps.now(),
      rows,
      lockedMs: 0,
      ...(verification && { verification }),
    });
    // An earlier attempt may have come as far as a staging table.
    if (file.step) await deps.databases.use(context.target, ({ target }) => target.cleanup(targetRun(context, runId)));
  } catch (error) {
    // For the report on the file; the error itself is what matters.
    await dropFiles.update(file.id, known).catch(() => undefined);
    throw error;
  }
}

async function staged(
  deps: DropDependencies,
  direct: FileLoad,
  known: Found,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<void> {
  const load = await withStrategy(deps, direct, known);
  await prepareLoad(deps, load);
  const parts = [];
  for (let part = 0; part < partCount(load.plan); part += 1)
    parts.push(await loadSlice(deps, load, part, progress, signal));
  const rows = await verifyOnce(deps, load, parts, signal);
  await publishOnce(deps, load, rows, signal);
}

/** Which way of publishing fits the table, asked only when it is needed: that takes as long as loading a small file. */
async function withStrategy(deps: DropDependencies, load: FileLoad, known: Found): Promise<FileLoad> {
  const { table, rows } = load.plan;
  const { mode, targetRef } = table;
  const { strategy, reason } = await deps.databases.use(load.context.target, ({ target }) =>
    target.chooseStrategy(table.target, { mode, targetRef, estimatedRows: rows }),
  );
  const plan = { ...load.plan, table: { ...table, strategy, strategyReason: reason } };
  await deps.catalog.dropFiles.update(load.file.id, { ...known, plan });
  return { ...load, plan };
}
