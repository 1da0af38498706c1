/**
 * Putting a dropped file away. The folder is shared with people and programs that know nothing of Longshore, so a file
 * is first taken out of reach by renaming it, then looked at, and only then given its new name: whatever comes in
 * between, nothing is overwritten, no other file is put away in its place, and every step can be repeated.
 */
import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { numberedName } from '../../core/drop/filing';
import { isSameFile } from '../../core/drop/scan';
import { OWN_PREFIX } from '../../core/drop/tree';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FileIdentity } from '../../core/types/drop';
import { codeOf, isMissing } from '../disk-errors';
import { copyAcross, type CopyHooks, isCopyOf } from './copy-across';
import { removeIfThere, renameExclusive, syncFolder } from './exclusive';
import { folderError } from './folder-errors';
import { identityAt } from './identity';

export interface MoveRequest {
  root: string;
  /** Where the file was dropped, relative to the root. */
  from: string;
  /** As it was when it was loaded. */
  identity: FileIdentity;
  /** Hex; with it a copy on another file system is known for certain. */
  sha256?: string;
  /** Where it goes, relative to the root; asked with 2, 3, … while names are taken. Must answer the same every time. */
  to(attempt: number): string;
  signal?: AbortSignal;
}

/**
 * moved: it lies at `to`, now or since an earlier call. replaced: another file, or a changed one, lies under the old
 * name and was left there. gone: somebody took it away.
 */
export type MoveOutcome =
  { outcome: 'moved'; to: string } | { outcome: 'replaced'; identity: FileIdentity } | { outcome: 'gone' };

/** Names that are tried before giving up. */
const MOST_ATTEMPTS = 10_000;

/**
 * Moves a file to where it is put away, on the same file system or another. Throws DISK_FULL and FOLDER_UNAVAILABLE with
 * the file still under its old name; what aborted when `signal` did.
 */
export async function moveFile(request: MoveRequest, hooks: MoveHooks = {}): Promise<MoveOutcome> {
  const target = join(request.root, dirname(request.to(1)));
  try {
    await ensureFolder(target);
    return await new Move(request, target, hooks).run();
  } catch (error) {
    request.signal?.throwIfAborted();
    throw folderError(join(request.root, request.from), `moved to ${target}`, error);
  }
}

/** Called between the steps, so that tests can let others come in between. */
export interface MoveHooks extends CopyHooks {
  beforeTaking?(): void | Promise<void>;
  afterTaking?(): void | Promise<void>;
}

/** Not its parents: where these are missing the drive is away. */
async function ensureFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

class Move {
  private readonly source: string;
  /** Names out of reach: by its identity, so that a repeated call finds what the first one took. */
  private readonly besideTarget: string;
  private readonly besideSource: string;

  constructor(
    private readonly request: MoveRequest,
    private readonly target: string,
    private readonly hooks: MoveHooks,
  ) {
    const { inode, size, mtimeMs } = request.identity;
    const hidden = `${OWN_PREFIX}-moving-${inode}-${size}-${Math.round(mtimeMs)}`;
    this.source = join(request.root, request.from);
    this.besideTarget = join(target, hidden);
    this.besideSource = join(dirname(this.source), hidden);
  }

  async run(): Promise<MoveOutcome> {
    const left = await this.leftBehind();
    if (left !== undefined) return this.finish(left);

    const found = await identityAt(this.source);
    if (found === undefined) return this.alreadyMoved();
    if (!found.isFile || !isSameFile(found, this.request.identity)) {
      // Put away by an earlier call, since when another came under its name; or replaced before it could be.
      const to = await this.whereItLies();
      return to === undefined ? { outcome: 'replaced', identity: found } : { outcome: 'moved', to };
    }
    await this.hooks.beforeTaking?.();
    const taken = await this.take();
    if (taken === undefined) return this.alreadyMoved();
    await this.hooks.afterTaking?.();
    return this.finish(taken);
  }

  /** What an earlier call took and did not get to the end with. */
  private async leftBehind(): Promise<string | undefined> {
    for (const path of [this.besideTarget, this.besideSource]) if ((await identityAt(path)) !== undefined) return path;
    return undefined;
  }

  private async take(): Promise<string | undefined> {
    try {
      await rename(this.source, this.besideTarget);
      return this.besideTarget;
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (codeOf(error) !== 'EXDEV') throw error;
    }
    try {
      await rename(this.source, this.besideSource);
      return this.besideSource;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private async finish(taken: string): Promise<MoveOutcome> {
    const { identity } = this.request;
    try {
      const found = await identityAt(taken);
      if (found === undefined) return await this.alreadyMoved();
      if (!isSameFile(found, identity)) {
        await this.putBack(taken);
        return { outcome: 'replaced', identity: found };
      }
      const to = taken === this.besideTarget ? await this.nameIt(taken) : await this.copyIt(taken);
      if (to === undefined) {
        const now = await identityAt(taken);
        await this.putBack(taken);
        return { outcome: 'replaced', identity: now ?? identity };
      }
      await syncFolder(this.target);
      return { outcome: 'moved', to };
    } catch (error) {
      // As it was; where even that fails, the next call finds it under its hidden name.
      await this.putBack(taken).catch(() => undefined);
      throw error;
    }
  }

  private async nameIt(taken: string): Promise<string> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const to = this.request.to(attempt);
      if (await renameExclusive(taken, join(this.request.root, to))) return to;
    }
    throw this.allTaken();
  }

  /** Onto another file system; undefined when the file turned out to be another than the one loaded. */
  private async copyIt(taken: string): Promise<string | undefined> {
    const { request, hooks } = this;
    const there = await this.whereItLies(taken);
    if (there === undefined) {
      const copy = join(this.target, `${basename(this.besideTarget)}.copy`);
      if (!(await copyAcross(taken, copy, request, hooks))) return undefined;
      const to = await this.nameIt(copy);
      const now = await identityAt(taken);
      if (now !== undefined && !isSameFile(now, request.identity)) {
        await removeIfThere(join(request.root, to));
        return undefined;
      }
      await syncFolder(this.target);
      await removeIfThere(taken);
      return to;
    }
    await removeIfThere(taken);
    return there;
  }

  private async alreadyMoved(): Promise<MoveOutcome> {
    const to = await this.whereItLies();
    return to === undefined ? { outcome: 'gone' } : { outcome: 'moved', to };
  }

  /** The name among those asked for under which the file lies already, as itself or as a copy. */
  private async whereItLies(original?: string): Promise<string | undefined> {
    const { request } = this;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      const to = request.to(attempt);
      const path = join(request.root, to);
      const found = await identityAt(path);
      if (found === undefined) return undefined;
      if (isSameFile(found, request.identity)) return to;
      if (await isCopyOf(path, found, { ...request, source: dirname(this.source), original })) return to;
    }
    return undefined;
  }

  /** Under its old name again or, when that is taken, beside it: it is a file that nobody has loaded yet. */
  private async putBack(taken: string): Promise<void> {
    if ((await identityAt(taken)) === undefined) return;
    for (let number = 1; number <= MOST_ATTEMPTS; number++) {
      const name = number === 1 ? basename(this.source) : numberedName(basename(this.source), number);
      if (await renameExclusive(taken, join(dirname(this.source), name))) return;
    }
    throw this.allTaken();
  }

  private allTaken(): LongshoreError {
    return new LongshoreError('FOLDER_UNAVAILABLE', `Every name for ${this.request.from} in ${this.target} is taken.`, {
      file: this.request.from,
    });
  }
}
