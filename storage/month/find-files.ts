/** The files below the folder of a batch. */
import { lstatSync, opendirSync, type Stats } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FoundFile } from '../../core/month/match-files';
import { isMissing } from '../disk-errors';
import { folderError } from '../drop-tree/folder-errors';

export interface FindOptions {
  /** More files than this are refused; 200,000 unless told. */
  limit?: number;
}

const LIMIT = 200_000;
/** Entries between two pauses in which others get their turn. */
const TURN = 2000;

/**
 * Every regular file below a folder, by path. Hidden files and folders are left out, and links are not followed: neither
 * a circle nor the way out of the folder is ever taken. What vanishes meanwhile is left out. Throws FOLDER_UNAVAILABLE
 * for a folder that is missing or cannot be listed, and for more files than `limit`.
 */
export async function findFiles(basePath: string, { limit = LIMIT }: FindOptions = {}): Promise<FoundFile[]> {
  const root = resolve(basePath);
  const prefix = root.endsWith(sep) ? root : root + sep;
  const files: FoundFile[] = [];
  const folders = [''];
  let entries = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    // Synchronous on purpose: a promise for each file costs several times the system call.
    for (const { name, isFolder, isFile } of list(root, folder)) {
      if (name.startsWith('.')) continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      if (isFolder) folders.push(path);
      else if (isFile) {
        const absolute = prefix + path;
        const stats = statsOf(absolute);
        if (!stats?.isFile()) continue;
        if (files.length >= limit) throw tooMany(root, limit);
        files.push({ path: absolute, relative: path, size: stats.size, mtimeMs: stats.mtimeMs });
      }
      if (++entries % TURN === 0) await new Promise((resume) => setImmediate(resume));
    }
  }
  return files.toSorted((a, b) => (a.relative < b.relative ? -1 : 1));
}

function list(root: string, folder: string): { name: string; isFolder: boolean; isFile: boolean }[] {
  const absolute = join(root, folder);
  const entries = [];
  try {
    const directory = opendirSync(absolute, { bufferSize: 1000 });
    try {
      for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
        entries.push({ name: entry.name, isFolder: entry.isDirectory(), isFile: entry.isFile() });
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    if (folder !== '' && isMissing(error)) return [];
    throw folderError(absolute, 'listed', error);
  }
  return entries;
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw folderError(path, 'looked at', error);
  }
}

const tooMany = (root: string, limit: number): LongshoreError =>
  new LongshoreError(
    'FOLDER_UNAVAILABLE',
    `${root} has more than ${limit} files.`,
    { file: root },
    { next: 'Name a folder that holds fewer with --base-path, or the files with --files.' },
  );
