import { randomUUID } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OWN_PREFIX } from '../../core/drop/tree';
import { removeIfThere, renameExclusive, syncFolder } from './exclusive';

/**
 * Writes a small file so that whoever reads it sees all of it or none. `replace`: takes the place of one that is there;
 * otherwise answers false, and changes nothing, when the name is taken.
 */
export async function writeAtomically(
  path: string,
  content: string,
  { replace }: { replace: boolean },
): Promise<boolean> {
  const folder = dirname(path);
  const draft = join(folder, `${OWN_PREFIX}-writing-${randomUUID()}`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(draft, path);
    else if (!(await renameExclusive(draft, path))) return false;
    await syncFolder(folder);
    return true;
  } finally {
    await removeIfThere(draft);
  }
}
