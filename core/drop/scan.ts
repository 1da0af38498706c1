/** What a look at a drop folder changes: the files on disk against those that are known. */
import type { FileIdentity, FileState, ScannedFile, TreeProblem } from '../types/drop';

/** A file as it is known from earlier looks. */
export interface KnownFile extends ScannedFile {
  id: number;
  state: FileState;
  /** Look at which it was first found as it is now. */
  firstScan: number;
  firstSeenAt: Date;
}

export interface ScanOptions<Facts> {
  /** Number of this look. */
  scan: number;
  /** Looks in a row, after the first sight, that must find a file unchanged. */
  checks: number;
  now: Date;
  /** A file that is no nearer to standing still after so many milliseconds is reported. */
  settleWithinMs: number;
  /** What else is kept of a new file, from its path; undefined: the file is left alone. */
  describe(path: string): Facts | undefined;
  /** Files in `seen` at most; the rest is new at the next look. Default: all. */
  maxSeen?: number;
}

export interface ScanDiff<Facts> {
  seen: (ScannedFile & Facts)[];
  ready: number[];
  vanished: number[];
  /** Files that never settle. */
  problems: TreeProblem[];
  /** Files that wait for more checks after this look. */
  watching: number;
}

/**
 * Whether two looks saw the same file in the same state. Times come from numbers of several kinds: less than a hundredth
 * of a millisecond is no difference.
 */
export const isSameFile = (a: FileIdentity, b: FileIdentity): boolean =>
  a.size === b.size && Math.abs(a.mtimeMs - b.mtimeMs) < 0.01 && a.inode === b.inode;

/**
 * Compares a complete look with what is known. A file that is new or changed starts its checks; one that stood still
 * for `checks` looks after its first sight is ready; one that is gone, or no longer meant, has vanished. Files that are
 * processed are not looked at. Takes time in proportion to the number of files.
 */
export function diffScan<Facts>(
  scanned: readonly ScannedFile[],
  known: readonly KnownFile[],
  options: ScanOptions<Facts>,
): ScanDiff<Facts> {
  const { scan, checks, now, settleWithinMs, describe, maxSeen = Infinity } = options;
  const diff: ScanDiff<Facts> = { seen: [], ready: [], vanished: [], problems: [], watching: 0 };
  const positionOf = finder(known);
  const isThere = new Uint8Array(known.length);
  const longAgo = now.getTime() - settleWithinMs;

  for (const file of scanned) {
    const index = positionOf(file.path);
    const before = index === undefined ? undefined : known[index];
    if (index !== undefined) isThere[index] = 1;
    if (before?.state === 'processing') continue;
    const unchanged = before !== undefined && isSameFile(before, file);
    if (unchanged && before.state === 'ready') continue;
    const settled = unchanged && scan - before.firstScan >= checks;
    if (unchanged && !settled) {
      diff.watching++;
    } else {
      const facts = describe(file.path);
      if (facts === undefined) {
        if (before !== undefined) diff.vanished.push(before.id);
        continue;
      }
      if (settled) {
        diff.ready.push(before.id);
        continue;
      }
      if (diff.seen.length < maxSeen)
        diff.seen.push({ path: file.path, size: file.size, mtimeMs: file.mtimeMs, inode: file.inode, ...facts });
      diff.watching++;
    }
    // One that was first seen long ago and stood still since, while nobody looked, will be ready in a moment.
    const changing =
      before !== undefined && (!unchanged || file.mtimeMs - before.firstSeenAt.getTime() > settleWithinMs);
    if (changing && before.firstSeenAt.getTime() < longAgo) diff.problems.push(neverSettles(file.path, before, now));
  }
  known.forEach((file, index) => {
    if (isThere[index] === 0 && file.state !== 'processing') diff.vanished.push(file.id);
  });
  return diff;
}

/** Finds files by path. A folder is mostly listed in the order in which it was the last time: then the next is the one. */
function finder(known: readonly KnownFile[]): (path: string) => number | undefined {
  let next = 0;
  let byPath: Map<string, number> | undefined;
  return (path) => {
    if (known[next]?.path === path) return next++;
    byPath ??= new Map(known.map((file, index) => [file.path, index]));
    const found = byPath.get(path);
    if (found !== undefined) next = found + 1;
    return found;
  };
}

function neverSettles(path: string, { firstSeenAt }: KnownFile, now: Date): TreeProblem {
  const minutes = Math.round((now.getTime() - firstSeenAt.getTime()) / 60_000);
  const time = minutes < 1 ? 'less than a minute' : minutes === 1 ? 'a minute' : `${minutes} minutes`;
  return {
    path,
    code: 'never-settles',
    message: `${path} has been changing for ${time} and is not loaded until it stands still. Look at what writes it; let it write under a name that ends in .part and rename the file at the end.`,
  };
}
