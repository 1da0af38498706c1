import { expiredBackups } from '../../core/drop/retention';
import type { Database } from '../../connectors/connector';
import { cleanUpTree } from '../../storage/drop-tree';
import type { CleanUpCount } from '../../workflows/drop-task/messages';
import { durationOf, type FolderContext } from './context';
import type { DropDependencies } from './dependencies';
import { ensureTarget } from './tracking';

/** Removes what is older than the settings say, or counts it. */
export async function cleanUpFolder(
  deps: Pick<DropDependencies, 'catalog' | 'databases' | 'now'>,
  context: FolderContext,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<CleanUpCount[]> {
  const { settings, root, ref } = context;
  const now = deps.now();
  const { retention } = settings;
  const maxAgeMs = { processed: durationOf(retention.processed), error: durationOf(retention.error) };
  const files = await cleanUpTree(root, { now: now.getTime(), maxAgeMs, dryRun, signal });
  const before = new Date(now.getTime() - durationOf(retention.tracking));
  const [backups, tracking] = await deps.databases.use(context.target, async (database) => {
    await ensureTarget(database, context);
    return [
      await cleanUpBackups(database, context, now, dryRun),
      await database.reference.purgeTracking(context.tracking, before, dryRun),
    ] as const;
  });
  const rows = await deps.catalog.dropFiles.purge(ref.folder, before, dryRun);
  const counted = (what: CleanUpCount['what'], removed: number, bytes = 0): CleanUpCount => ({ what, removed, bytes });
  return [
    ...files.map(({ folder, files: removed, bytes }) =>
      counted(folder === 'processed' ? 'processed files' : 'error files', removed, bytes),
    ),
    counted('backups', backups),
    counted('tracking rows', tracking),
    counted('catalog rows', rows),
  ];
}

async function cleanUpBackups(
  database: Database,
  { settings }: FolderContext,
  now: Date,
  dryRun: boolean,
): Promise<number> {
  const { schema, keep, maxAge } = settings.backups;
  const expired = expiredBackups(await database.reference.backups(schema), { keep, maxAgeMs: durationOf(maxAge), now });
  if (!dryRun) for (const { ref } of expired) await database.reference.dropBackup(ref);
  return expired.length;
}
