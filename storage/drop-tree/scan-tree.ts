/**
 * A look at a drop folder. Synchronous on purpose: a promise for each file costs several times the system call. A look
 * at 100,000 files takes about a third of a second, so who has anything else to do calls it in a thread.
 */
import { closeSync, constants, lstatSync, opendirSync, openSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import {
  datasetOf,
  DROP_PATHS,
  extensionFilter,
  filedFolderOf,
  isIgnoredName,
  loadTypeOf,
  misplaced,
  placementOf,
  wrongExtension,
} from '../../core/drop/tree';
import type { ScannedFile, TreeProblem } from '../../core/types/drop';
import { isMissing } from '../disk-errors';
import { folderError, reasonOf } from './folder-errors';
import { identityOf } from './identity';

export interface ScanTreeOptions {
  /** Extensions of files that are loaded. */
  extensions: readonly string[];
  /** More files than this are refused. */
  maxFiles: number;
  /** Problems that are told of; the others are counted. Default 1000. */
  maxProblems?: number;
}

export interface TreeScan {
  files: ScannedFile[];
  problems: TreeProblem[];
  /** All of them, told of or not. */
  problemCount: number;
  /** Hidden files and files under temporary names. */
  ignored: number;
}

const MAY_BE_GONE = { throwIfNoEntry: false } as const;
const TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
/** Neither through a link that has taken the file's place, nor waiting for whoever writes into a pipe. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Every file of the four drop folders, and everything in the tree that is none, by name. Links are not followed;
 * `processed` and `error` are not entered. Throws FOLDER_UNAVAILABLE when any of the folders is missing or cannot be
 * read: what cannot be seen must not be taken for gone.
 */
export function scanTree(root: string, options: ScanTreeOptions): TreeScan {
  const look = new Look(root, options);
  look.enter('', (name) => datasetOf(name) !== undefined);
  const missing = DROP_PATHS.filter((path) => !look.entered.has(path));
  if (missing.length > 0)
    throw new LongshoreError(
      'FOLDER_UNAVAILABLE',
      `The drop folder ${root} has no folder ${missing.join(', ')}: it was removed, is a link, or its drive is away.`,
      { file: root },
    );
  return { files: look.files, problems: look.problems, problemCount: look.problemCount, ignored: look.ignored };
}

class Look {
  readonly files: ScannedFile[] = [];
  readonly problems: TreeProblem[] = [];
  problemCount = 0;
  ignored = 0;
  /** Folders that were listed, in lower case. */
  readonly entered = new Set<string>();
  private readonly wanted: (name: string) => boolean;
  private readonly mayRead = readerOf();

  constructor(
    private readonly root: string,
    private readonly options: ScanTreeOptions,
  ) {
    this.wanted = extensionFilter(options.extensions);
  }

  /** A folder above the drop folders: nothing but folders belongs there. */
  enter(folder: string, isOurs: (name: string) => boolean): void {
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const name of this.list(folder)) {
      if (isIgnoredName(name)) {
        this.ignored++;
        continue;
      }
      const path = prefix + name;
      const stats = this.stats(path);
      if (stats === undefined) continue;
      const type = stats.mode & TYPE;
      if (type === FOLDER && isOurs(name)) {
        if (folder === '') this.enter(path, (child) => loadTypeOf(child) !== undefined);
        else this.scan(path);
      } else if (type === FOLDER) this.report(misplaced(path, 'is a folder that is none of the tree'));
      else if (type === LINK) this.report(link(path));
      else {
        const found = placementOf(path);
        this.report(typeof found === 'object' && 'code' in found ? found : misplaced(path, 'is no folder'));
      }
    }
  }

  /** A folder that files are dropped into. The inner loop: everything that is not for every file is kept out of it. */
  private scan(folder: string): void {
    const { files, options, wanted, mayRead } = this;
    const prefix = `${folder}/`;
    const absolute = join(this.root, folder) + '/';
    for (const name of this.list(folder)) {
      const known = wanted(name);
      if ((!known || name.charCodeAt(0) === 46 || name.charCodeAt(0) === 126) && isIgnoredName(name)) {
        this.ignored++;
        continue;
      }
      let stats: Stats | undefined;
      try {
        stats = lstatSync(absolute + name, MAY_BE_GONE);
      } catch (error) {
        this.report(unreadable(prefix + name, error));
      }
      if (stats === undefined) continue;
      const type = stats.mode & TYPE;
      if (type === REGULAR && known && mayRead(stats)) {
        if (files.length >= options.maxFiles) throw tooMany(this.root, options.maxFiles);
        files.push({
          path: prefix + name,
          size: stats.size,
          mtimeMs: stats.mtimeMs,
          inode: Number.isSafeInteger(stats.ino) ? String(stats.ino) : this.inode(absolute + name, stats),
        });
      } else this.other(prefix + name, name, type, stats);
    }
  }

  private other(path: string, name: string, type: number, stats: Stats): void {
    if (type === LINK) return this.report(link(path));
    if (type === FOLDER && filedFolderOf(name) !== undefined) return;
    if (type === FOLDER) return this.report(notAFile(path, 'a folder; what lies in it is not loaded'));
    if (type !== REGULAR) return this.report(notAFile(path, 'a pipe, socket or device'));
    if (!this.wanted(name)) return this.report(wrongExtension(path, this.options.extensions));
    try {
      // The bits of the mode are not all that decides: access lists and capabilities may allow more.
      closeSync(openSync(join(this.root, path), READ));
      if (this.files.length >= this.options.maxFiles) throw tooMany(this.root, this.options.maxFiles);
      const identity = identityOf(stats, () => lstatSync(join(this.root, path), { bigint: true }));
      this.files.push({ path, ...identity });
    } catch (error) {
      if (error instanceof LongshoreError) throw error;
      if (!isMissing(error)) this.report(unreadable(path, error));
    }
  }

  private inode(path: string, stats: Stats): string {
    return String(lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? stats.ino);
  }

  private stats(path: string): Stats | undefined {
    try {
      return lstatSync(join(this.root, path), MAY_BE_GONE);
    } catch (error) {
      this.report(unreadable(path, error));
      return undefined;
    }
  }

  private list(folder: string): string[] {
    const absolute = join(this.root, folder);
    try {
      const names: string[] = [];
      // Entry by entry: a list would be sorted first, which takes longer than reading it.
      const directory = opendirSync(absolute, { bufferSize: 1000 });
      let isText = true;
      try {
        for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
          const { name } = entry;
          // Bytes that are no text come as U+FFFD, under which nothing is found.
          if (name.includes('\uFFFD') || !name.isWellFormed()) isText = false;
          names.push(name);
        }
      } finally {
        directory.closeSync();
      }
      this.entered.add(folder.toLowerCase());
      return isText ? names : this.texts(folder, names);
    } catch (error) {
      throw folderError(absolute, 'listed', error);
    }
  }

  private texts(folder: string, names: string[]): string[] {
    const bad = new Set<string>();
    for (const bytes of readdirSync(join(this.root, folder), { encoding: 'buffer' })) {
      const name = bytes.toString('utf8');
      if (name.isWellFormed() && Buffer.from(name, 'utf8').equals(bytes)) continue;
      bad.add(name);
      if (isIgnoredName(name)) this.ignored++;
      else this.report(notText(folder === '' ? shown(bytes) : `${folder}/${shown(bytes)}`));
    }
    return names.filter((name) => !bad.has(name) && name.isWellFormed());
  }

  private report(problem: TreeProblem): void {
    this.problemCount++;
    if (this.problems.length < (this.options.maxProblems ?? 1000)) this.problems.push(problem);
  }
}

/** Whether the bits of a file's mode let this process read it. */
function readerOf(): (stats: Stats) => boolean {
  const user = process.geteuid?.();
  if (user === undefined || user === 0) return () => true;
  const groups = new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])]);
  return ({ mode, uid, gid }) => (mode & (uid === user ? 0o400 : groups.has(gid) ? 0o040 : 0o004)) !== 0;
}

const tooMany = (root: string, most: number): LongshoreError =>
  new LongshoreError(
    'FOLDER_UNAVAILABLE',
    `The drop folder ${root} has more than ${most} files.`,
    { file: root },
    { next: 'Take files away, or raise `scan.maxFiles`.' },
  );

/** A name that is no text, with the bytes that spoil it as `\xHH`. */
const shown = (bytes: Buffer): string =>
  [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');

const link = (path: string): TreeProblem => ({
  path,
  code: 'link',
  message: `${path} is a link; links are not followed. Drop the file itself.`,
});

const notAFile = (path: string, what: string): TreeProblem => ({
  path,
  code: 'not-a-file',
  message: `${path} is ${what}.`,
});

const unreadable = (path: string, error: unknown): TreeProblem => ({
  path,
  code: 'unreadable',
  message: `${path} cannot be read: ${reasonOf(error)}. Give the user of the worker the right to read it.`,
});

const notText = (path: string): TreeProblem => ({
  path,
  code: 'name-not-text',
  message: `The name ${path} is not valid UTF-8. Rename the file.`,
});
