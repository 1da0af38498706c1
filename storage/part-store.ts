import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LongshoreError } from '../core/errors/longshore-error';
import { codeOf, isMissing, stagingError } from './disk-errors';
import { hashFile } from './hash-file';

/** Where Parquet parts lie between extraction and load. A local folder now; an object store can take its place. */
export interface PartStore {
  /** The file of a part: always the same for the same names. Makes its folder. Throws STAGING_UNAVAILABLE, DISK_FULL. */
  path(runId: string, tableId: string, part: number): Promise<string>;
  /** Throws DISK_FULL, naming folder, free and needed, when writing `bytes` would leave less than the free room wanted. */
  reserve(bytes: number): Promise<void>;
  /** Whether the part is there. A part appears under its name only when it is complete; see `verify` for its content. */
  has(runId: string, tableId: string, part: number): Promise<boolean>;
  /** Throws PART_CORRUPT when the file is missing, or not the one that was written. */
  verify(runId: string, tableId: string, part: number, expected: { bytes: number; sha256: string }): Promise<void>;
  /** Removes one part, and what a crash left of it. Idempotent. */
  removePart(runId: string, tableId: string, part: number): Promise<void>;
  /** Removes everything of a run. Idempotent. */
  remove(runId: string): Promise<void>;
  /** Runs that have files here, oldest first. */
  leftovers(): Promise<Leftover[]>;
}

export interface Leftover {
  runId: string;
  files: number;
  bytes: number;
  modified: Date;
}

export interface LocalPartStoreOptions {
  root: string;
  /** Room that is to stay free on the disk. */
  minFreeBytes: number;
}

/** Holds the run's true id, which its folder's name only resembles. */
const RUN_FILE = 'run.json';

/** Parts in a local folder: `root/<run>/<table>/part-000007.parquet`, readable by their owner alone. */
export function localPartStore({ root, minFreeBytes }: LocalPartStoreOptions): PartStore {
  const runFolder = (runId: string): string => join(root, folderName(runId));
  const tableFolder = (runId: string, tableId: string): string => join(runFolder(runId), folderName(tableId));
  const fileOf = (runId: string, tableId: string, part: number): string =>
    join(tableFolder(runId, tableId), partName(part));

  return {
    async path(runId, tableId, part) {
      const folder = tableFolder(runId, tableId);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(join(runFolder(runId), RUN_FILE), JSON.stringify({ runId }), { flag: 'wx', mode: 0o600 }).catch(
          (error: unknown) => {
            if (codeOf(error) !== 'EEXIST') throw error;
          },
        );
      } catch (error) {
        throw stagingError(error, folder);
      }
      return fileOf(runId, tableId, part);
    },

    async reserve(bytes) {
      const free = await freeBytes(root);
      if (free - bytes >= minFreeBytes) return;
      throw new LongshoreError(
        'DISK_FULL',
        `The staging folder ${root} has ${megabytes(free)} free; ${megabytes(bytes)} are needed and ${megabytes(minFreeBytes)} are to stay free.`,
        { file: root },
      );
    },

    async has(runId, tableId, part) {
      const file = fileOf(runId, tableId, part);
      try {
        return (await stat(file)).isFile();
      } catch (error) {
        if (isMissing(error)) return false;
        throw stagingError(error, file);
      }
    },

    async verify(runId, tableId, part, expected) {
      const file = fileOf(runId, tableId, part);
      const place = { file, table: tableId, part };
      const found = await hashFile(file).catch((error: unknown) => {
        if (isMissing(error))
          throw new LongshoreError(
            'PART_CORRUPT',
            `Part ${part} of ${tableId} is gone: ${file} does not exist.`,
            place,
          );
        throw stagingError(error, file);
      });
      if (found.bytes !== expected.bytes) {
        throw new LongshoreError(
          'PART_CORRUPT',
          `Part ${part} of ${tableId} has ${found.bytes} bytes where ${expected.bytes} were written: ${file}.`,
          place,
        );
      }
      if (found.sha256 !== expected.sha256) {
        throw new LongshoreError(
          'PART_CORRUPT',
          `Part ${part} of ${tableId} is not what was written (SHA-256 ${found.sha256}): ${file}.`,
          place,
        );
      }
    },

    async removePart(runId, tableId, part) {
      const folder = tableFolder(runId, tableId);
      const name = partName(part);
      const names = await readFolder(folder);
      await Promise.all(
        names
          .filter((found) => found === name || found.startsWith(`${name}.`))
          .map((found) => removePath(join(folder, found))),
      );
    },

    remove: (runId) => removePath(runFolder(runId)),

    async leftovers() {
      const found = await Promise.all((await readFolder(root)).map((name) => describeRun(join(root, name))));
      return found.filter((run) => run !== undefined).sort((a, b) => a.modified.getTime() - b.modified.getTime());
    },
  };
}

/**
 * A name for a folder that is safe on every file system, tells people what is inside, and is different for different
 * texts, case included.
 */
export function folderName(text: string): string {
  const readable = text
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return readable === '' ? hash : `${readable}-${hash}`;
}

function partName(part: number): string {
  if (!Number.isSafeInteger(part) || part < 0) throw new RangeError(`${part} is no number of a part.`);
  return `part-${String(part).padStart(6, '0')}.parquet`;
}

async function freeBytes(root: string): Promise<number> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = await statfs(root);
    return bavail * bsize;
  } catch (error) {
    throw stagingError(error, root);
  }
}

async function removePath(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw stagingError(error, path);
  }
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw stagingError(error, folder);
  }
}

/** Undefined for what is no folder of a run, or has gone meanwhile. */
async function describeRun(folder: string): Promise<Leftover | undefined> {
  try {
    const runId = runIdOf(await readFile(join(folder, RUN_FILE), 'utf8'));
    if (runId === undefined) return undefined;
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const facts = await Promise.all(entries.map((entry) => stat(join(entry.parentPath, entry.name))));
    return {
      runId,
      files: facts.length - 1,
      bytes: facts.reduce((sum, { size }) => sum + size, 0),
      modified: new Date(Math.max(...facts.map(({ mtimeMs }) => mtimeMs))),
    };
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'ENOTDIR') return undefined;
    throw stagingError(error, folder);
  }
}

function runIdOf(text: string): string | undefined {
  try {
    const facts: unknown = JSON.parse(text);
    return typeof facts === 'object' && facts !== null && 'runId' in facts && typeof facts.runId === 'string'
      ? facts.runId
      : undefined;
  } catch {
    return undefined;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
