import type { BackupTable } from '../types/drop';

/**
 * Backups that are no longer kept: beyond the newest `keep` of a table, and those older than `maxAgeMs`; the newest of a
 * table always stays.
 */
export function expiredBackups(
  backups: readonly BackupTable[],
  { keep, maxAgeMs, now }: { keep: number; maxAgeMs: number; now: Date },
): BackupTable[] {
  const byTable = Map.groupBy(backups, ({ of }) => of);
  return [...byTable.values()].flatMap((members) =>
    members
      .toSorted((a, b) => b.takenAt.getTime() - a.takenAt.getTime() || (a.ref.name < b.ref.name ? 1 : -1))
      .filter((backup, index) => index > 0 && (index >= keep || now.getTime() - backup.takenAt.getTime() > maxAgeMs)),
  );
}
