import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { companionName, numberedName, quarantineName } from '../../core/drop/filing';
import type { DropFile } from '../../catalog/drop-files';
import { renameExclusive } from '../../storage/drop-tree/exclusive';
import { identityAt } from '../../storage/drop-tree';
import type { DropTaskResult } from '../../workflows/drop-task/messages';
import type { FolderContext } from './context';
import type { DropDependencies } from './dependencies';
import { filePath } from './paths';

type Retried = Extract<DropTaskResult, { kind: 'retry' }>['files'][number];

/** More than these are retried by asking again. */
const MOST = 10_000;
const MOST_NAMES = 1000;

/** Puts failed files back to where they were dropped: the next looks find them as new ones. */
export async function retryFiles(
  { catalog }: Pick<DropDependencies, 'catalog'>,
  { ref, root }: FolderContext,
  { paths, code }: { paths?: string[]; code?: string },
): Promise<Retried[]> {
  const failed = await catalog.dropFiles.list({ folder: ref.folder, states: ['failed', 'cancelled'], limit: MOST });
  const wanted = failed.filter(
    (file) =>
      file.movedTo !== undefined &&
      (code === undefined || file.error?.code === code) &&
      (paths === undefined ||
        paths.some((path) => path === file.path || path === file.movedTo || path === nameOf(file.path))),
  );
  const results: Retried[] = [];
  for (const file of wanted) results.push(await putBack(file));
  for (const path of paths ?? [])
    if (!wanted.some((file) => [file.path, file.movedTo, nameOf(file.path)].includes(path)))
      results.push({ path, ok: false, message: 'No failed file of that name lies under `error`.' });
  return results;

  async function putBack(file: DropFile): Promise<Retried> {
    const filed = filePath(root, file.movedTo ?? '');
    if (!(await identityAt(filed)))
      return { path: file.path, ok: false, message: `${file.movedTo} is no longer there.` };
    const original = filePath(root, file.path);
    for (let number = 1; number <= MOST_NAMES; number += 1) {
      const name = number === 1 ? nameOf(file.path) : numberedName(nameOf(file.path), number);
      if (!(await renameExclusive(filed, join(dirname(original), name)))) continue;
      await catalog.dropFiles.update(file.id, { state: 'retried' });
      // What was wrong with it will be found again, if it still is.
      await Promise.all([companionName(filed), quarantineName(filed)].map((beside) => rm(beside, { force: true })));
      return { path: file.path, ok: true };
    }
    return { path: file.path, ok: false, message: 'Every name for it is taken.' };
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
