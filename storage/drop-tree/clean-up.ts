import { opendirSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { belongsTo, prefixedMoment } from '../../core/drop/filing';
import { datasetOf, FILED_FOLDERS, filedFolderOf, type FiledFolder, loadTypeOf } from '../../core/drop/tree';
import { isMissing } from '../disk-errors';
import { folderError } from './folder-errors';

export interface CleanUpOptions {
  /** Milliseconds since 1970. */
  now: number;
  /** Files that were put away longer ago than so many milliseconds go. */
  maxAgeMs: Record<FiledFolder, number>;
  /** Nothing is removed; the answer is what would be. */
  dryRun: boolean;
  signal?: AbortSignal;
  /** After each file that was looked at. */
  onFile?(): void;
}

export interface CleanUpOutcome {
  folder: FiledFolder;
  files: number;
  bytes: number;
  /** The first thousand, relative to the root. */
  paths: string[];
}

const MOST_PATHS = 1000;

/**
 * Removes files from `processed` and `error` that were put away long ago, each with its companion and quarantine file.
 * Links are neither followed nor removed, folders stay. Throws FOLDER_UNAVAILABLE.
 */
export async function cleanUpTree(root: string, options: CleanUpOptions): Promise<CleanUpOutcome[]> {
  const outcomes = new Map(
    FILED_FOLDERS.map((folder) => [folder, { folder, files: 0, bytes: 0, paths: [] as string[] }]),
  );
  for (const dataset of folders(root, '', (name) => datasetOf(name) !== undefined))
    for (const loadType of folders(root, dataset, (name) => loadTypeOf(name) !== undefined))
      for (const path of folders(root, loadType, (name) => filedFolderOf(name) !== undefined)) {
        const kind = filedFolderOf(path.slice(path.lastIndexOf('/') + 1));
        const outcome = kind && outcomes.get(kind);
        if (outcome) await cleanFolder(root, path, options, outcome);
      }
  return [...outcomes.values()];
}

async function cleanFolder(
  root: string,
  folder: string,
  options: CleanUpOptions,
  outcome: CleanUpOutcome,
): Promise<void> {
  const { now, maxAgeMs, dryRun, signal, onFile } = options;
  const names = entries(join(root, folder), (entry) => entry.isFile());
  const all = new Set(names);
  // What belongs to a file goes with it, after it: never is there a file whose explanation is gone.
  const own = names.filter((name) => !all.has(belongsTo(name) ?? ''));
  const followers = Map.groupBy(
    names.filter((name) => all.has(belongsTo(name) ?? '')),
    (name) => belongsTo(name) ?? '',
  );
  for (const name of own) {
    signal?.throwIfAborted();
    onFile?.();
    const at = await putAwayAt(join(root, folder, name), name);
    if (at === undefined || now - at <= maxAgeMs[outcome.folder]) continue;
    for (const member of [name, ...(followers.get(name) ?? [])]) {
      const bytes = await remove(join(root, folder, member), dryRun);
      if (bytes === undefined) continue;
      outcome.files++;
      outcome.bytes += bytes;
      if (outcome.paths.length < MOST_PATHS) outcome.paths.push(`${folder}/${member}`);
    }
  }
}

/** When a file came here: its own time says when it was written, which may be years ago. */
async function putAwayAt(path: string, name: string): Promise<number | undefined> {
  const prefixed = prefixedMoment(name);
  if (prefixed !== undefined) return prefixed.getTime();
  try {
    const { ctimeMs } = await lstat(path);
    return ctimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw folderError(path, 'looked at', error);
  }
}

/** Bytes that were, or would be, freed; undefined for what is no file or gone by now. */
async function remove(path: string, dryRun: boolean): Promise<number | undefined> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return undefined;
    if (!dryRun) await unlink(path);
    return stats.size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw folderError(path, 'removed', error);
  }
}

function folders(root: string, folder: string, isWanted: (name: string) => boolean): string[] {
  const names = entries(join(root, folder), (entry) => entry.isDirectory() && isWanted(entry.name));
  return names.map((name) => (folder === '' ? name : `${folder}/${name}`));
}

function entries(
  folder: string,
  isWanted: (entry: { name: string; isFile(): boolean; isDirectory(): boolean }) => boolean,
): string[] {
  try {
    const directory = opendirSync(folder, { bufferSize: 1000 });
    const names: string[] = [];
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
      if (isWanted(entry)) names.push(entry.name);
    directory.closeSync();
    return names;
  } catch (error) {
    throw folderError(folder, 'listed', error);
  }
}
