/** Do snapshot transactions, opened one after the other, all see the database as it was at one moment? Pure. */

export interface SnapshotFacts {
  /** Number of the transaction, in the order in which transactions that use row versions start. */
  sequence: bigint;
  /** Numbers of the transactions that had started and not ended when this one's snapshot was taken. */
  active: ReadonlySet<bigint>;
}

/**
 * The largest group that sees the same, by their index. A snapshot sees what was committed by transactions with a lower
 * number that were not active when it was taken. So of two, the later one sees more only if, between them, a
 * transaction ended that the earlier one found active, or one started and ended. Both leave a trace: a number that the
 * later one does not find active any more.
 */
export function seeingTheSame(snapshots: readonly SnapshotFacts[]): number[] {
  const order = snapshots
    .map((_, index) => index)
    .toSorted((a, b) => compare(snapshots[a]!.sequence, snapshots[b]!.sequence));
  const own = new Set(snapshots.map(({ sequence }) => sequence));
  let best: number[] = [];
  let group: number[] = [];
  for (const index of order) {
    const last = group.at(-1);
    const joins = last !== undefined && nothingEnded(snapshots[last]!, snapshots[index]!, own);
    group = joins ? [...group, index] : [index];
    if (group.length > best.length) best = group;
  }
  return best;
}

/** Further apart than this, nobody looks at every number between two snapshots. */
const FURTHEST = 100_000n;

function nothingEnded(earlier: SnapshotFacts, later: SnapshotFacts, own: ReadonlySet<bigint>): boolean {
  if (later.sequence - earlier.sequence > FURTHEST) return false;
  const goesOn = (transaction: bigint): boolean => own.has(transaction) || later.active.has(transaction);
  for (const transaction of earlier.active) if (!goesOn(transaction)) return false;
  for (let between = earlier.sequence + 1n; between < later.sequence; between++) if (!goesOn(between)) return false;
  return true;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
