import { dropFileId, dropRunId } from '../../core/drop/ids';
import { type FolderContext, targetRun } from './context';
import type { DropDependencies } from './dependencies';

/** More files than this are never in work at once. */
const MOST_IN_WORK = 10_000;

/** Removes the marks of direct loads from the target, but for files whose end the catalog does not know yet. */
export async function forgetMarks(
  { catalog, databases }: Pick<DropDependencies, 'catalog' | 'databases'>,
  context: FolderContext,
): Promise<void> {
  const { ref, target } = context;
  const { folder } = ref;
  const inWork = await catalog.dropFiles.list({ folder, states: ['processing'], limit: MOST_IN_WORK });
  const except = inWork.map(({ id, path, workflowId }) =>
    targetRun(context, workflowId ?? dropFileId(folder, path, id)),
  );
  await databases.use(target, async (database) => {
    await database.target.forgetDirect?.(targetRun(context, `${dropRunId(folder)}/`), except);
    // Also drops the staging schema when nobody needs it any more.
    await database.target.cleanup(dropRunId(folder));
  });
}
