/** A folder on the worker that stands in for the stage of a warehouse: parts wait in it to be copied. */
import { randomBytes } from 'node:crypto';
import { copyFile, link, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { LongshoreError } from '../core/errors/longshore-error';
import { isMissing, stagingError } from './disk-errors';

/** Names are paths below the folder, with `/` between; they cannot leave it. */
export interface LocalStage {
  /**
   * Has the bytes of a file lie under `name`, durably; false where a file of that size is there already. A hard link where
   * the file system has them, so whoever writes the file anew must make a new one in its place. Throws STAGE_UPLOAD_FAILED,
   * DISK_FULL, STAGING_UNAVAILABLE, CANCELLED.
   */
  put(
    localFile: string,
    name: string,
    options: { signal?: AbortSignal | undefined; progress?: BigInt64Array | undefined },
  ): Promise<boolean>;
  list(prefix: string): Promise<{ name: string; bytes: number }[]>;
  /** Folders that become empty go, too. */
  remove(prefix: string): Promise<number>;
  /** Where a file of that name lies. */
  path(name: string): string;
}

const PARTIAL = '.partial';

/** The folder is made by the first `put`. */
export function localStage(folder: string): LocalStage {
  const path = (name: string): string => join(folder, ...safeParts(name));

  async function files(below: string): Promise<string[]> {
    const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw stagingError(error, below);
    });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  async function matching(prefix: string): Promise<string[]> {
    if (prefix !== '') safeParts(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix);
    const folderPart = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const found = await files(join(folder, ...folderPart.split('/').filter((part) => part !== '')));
    return found.filter((file) => nameOf(folder, file).startsWith(prefix));
  }

  return {
    path,
    async put(localFile, name, { signal, progress }) {
      const target = path(name);
      if (signal?.aborted) throw new LongshoreError('CANCELLED', `Staging ${name} was cancelled.`, { file: localFile });
      const size = await stat(localFile).then(
        (found) => found.size,
        (error: unknown) => {
          throw new LongshoreError(
            'STAGE_UPLOAD_FAILED',
            `The part ${localFile} cannot be staged: it is not there.`,
            { file: localFile },
            { cause: error },
          );
        },
      );
      const there = await stat(target).catch(() => undefined);
      if (there?.isFile() && there.size === size) return false;
      await place(localFile, target);
      if (progress) Atomics.add(progress, 1, BigInt(size));
      return true;
    },
    async list(prefix) {
      const found: { name: string; bytes: number }[] = [];
      for (const file of await matching(prefix)) {
        const facts = await stat(file).catch(() => undefined);
        if (facts && !file.endsWith(PARTIAL)) found.push({ name: nameOf(folder, file), bytes: facts.size });
      }
      return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async remove(prefix) {
      const found = await matching(prefix);
      for (const file of found) {
        await rm(file, { force: true }).catch((error: unknown) => {
          throw stagingError(error, file);
        });
        await removeEmpty(folder, dirname(file));
      }
      return found.filter((file) => !file.endsWith(PARTIAL)).length;
    },
  };
}

const nameOf = (folder: string, file: string): string => relative(folder, file).split(sep).join('/');

function safeParts(name: string): string[] {
  const parts = name.split('/');
  const isSafe = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));
  if (!isSafe)
    throw new LongshoreError('INTERNAL', `${JSON.stringify(name)} is no name of a file in a stage.`, { file: name });
  return parts;
}

/** Linked or copied beside its place and then renamed, so that under its name there is never half a file. */
async function place(localFile: string, target: string): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}${PARTIAL}`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    // Other file systems, and some network shares, have no link to it.
    await link(localFile, temporary).catch(() => copyFile(localFile, temporary));
    await sync(temporary, 'r+');
    await rename(temporary, target);
    if (process.platform !== 'win32') await sync(dirname(target), 'r');
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw stagingError(error, target);
  }
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeEmpty(root: string, from: string): Promise<void> {
  for (let folder = from; folder !== root && folder.startsWith(root); folder = dirname(folder)) {
    // Not empty, or another one was quicker.
    if (
      await rmdir(folder).then(
        () => false,
        () => true,
      )
    )
      return;
  }
}
