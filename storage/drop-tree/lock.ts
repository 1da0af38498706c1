/**
 * One watcher for a folder, wherever it runs: a file in the folder itself says whose it is, since two catalogs or two
 * machines have nothing else in common.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OWN_PREFIX } from '../../core/drop/tree';
import { LongshoreError } from '../../core/errors/longshore-error';
import { isMissing } from '../disk-errors';
import { writeAtomically } from './atomic-file';
import { removeIfThere, renameExclusive } from './exclusive';
import { folderError } from './folder-errors';

export const LOCK_NAME = `${OWN_PREFIX}-watch.json`;

export interface LockOptions {
  /** One that was not refreshed for so long, in milliseconds, is taken over. */
  staleMs: number;
  now: Date;
}

interface Lock {
  owner: string;
  host: string;
  /** ISO 8601. */
  since: string;
  refreshedAt: string;
}

/** Contenders come and go between two steps; more often than this it is no coincidence. */
const MOST_ROUNDS = 10;

/**
 * Takes the folder for `owner` (catalog and folder: the same after a restart and on another machine), or says again that
 * it is taken: to be called at each scan. Throws FOLDER_WATCHED, naming who has it; FOLDER_UNAVAILABLE, DISK_FULL when
 * the lock cannot be written. Of several that find a stale lock one gets it.
 */
export async function takeLock(root: string, owner: string, options: LockOptions): Promise<void> {
  const path = join(root, LOCK_NAME);
  try {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const text = await readIfThere(path);
      const lock = text === undefined ? undefined : parse(text);
      if (text === undefined) {
        if (await writeAtomically(path, content(owner, options.now), { replace: false })) return;
      } else if (isStale(lock, options)) await removeExactly(path, text);
      else if (lock?.owner === owner) {
        await writeAtomically(path, content(owner, options.now, lock.since), { replace: true });
        return;
      } else throw watched(root, lock);
    }
  } catch (error) {
    throw folderError(path, 'written', error);
  }
  throw watched(root, undefined);
}

/** Gives the folder free if it is this owner's. */
export async function releaseLock(root: string, owner: string): Promise<void> {
  const path = join(root, LOCK_NAME);
  try {
    const text = await readIfThere(path);
    if (text !== undefined && parse(text)?.owner === owner) await removeExactly(path, text);
  } catch (error) {
    throw folderError(path, 'removed', error);
  }
}

/** Removes the lock unless it has become another: taken out of the way first, so that nobody's fresh lock is removed. */
async function removeExactly(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if ((await readIfThere(aside)) !== text) await renameExclusive(aside, path);
  await removeIfThere(aside);
}

// A clock that is ahead by more than the time allowed would otherwise hold the folder until it is caught up with.
const isStale = (lock: Lock | undefined, { staleMs, now }: LockOptions): boolean =>
  lock === undefined || !(Math.abs(now.getTime() - Date.parse(lock.refreshedAt)) <= staleMs);

const content = (owner: string, now: Date, since?: string): string => {
  const refreshedAt = now.toISOString();
  const lock: Lock = { owner, host: hostname(), since: since ?? refreshedAt, refreshedAt };
  return `${JSON.stringify(lock, null, 2)}\n`;
};

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** undefined for what is no lock: it is written in one piece, so this one was spoilt and holds nobody off. */
function parse(text: string): Lock | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isLock =
      typeof value === 'object' &&
      value !== null &&
      ['owner', 'host', 'since', 'refreshedAt'].every((key) => typeof Reflect.get(value, key) === 'string');
    return isLock ? (value as Lock) : undefined;
  } catch {
    return undefined;
  }
}

function watched(root: string, lock: Lock | undefined): LongshoreError {
  const who = lock
    ? `by ${lock.owner} on ${lock.host} since ${lock.since}, last seen ${lock.refreshedAt}`
    : 'by others';
  return new LongshoreError('FOLDER_WATCHED', `The drop folder ${root} is watched ${who}.`, { file: root });
}
