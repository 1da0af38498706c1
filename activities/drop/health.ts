import { freemem, totalmem } from 'node:os';
import { formatBytes, formatDuration } from '../../core/units';
import { toLongshoreError } from '../../core/errors/longshore-error';
import { folderHealth } from '../../storage/drop-tree';
import type { HealthCheck } from '../../workflows/drop-task/messages';
import { durationOf, type FolderContext } from './context';
import type { DropDependencies } from './dependencies';

type Check = Pick<HealthCheck, 'status' | 'message'> & Partial<HealthCheck>;

/** Below this, or this share of the disk, the next large file may not fit. */
const LOW_DISK_BYTES = 1e9;
const LOW_DISK_SHARE = 0.05;
const LOW_MEMORY_SHARE = 0.05;

/** Everything that files of a folder need to get through, each looked at by itself. */
export async function checkHealth(
  deps: Pick<DropDependencies, 'catalog' | 'databases' | 'now'>,
  context: FolderContext,
): Promise<{ status: HealthCheck['status']; checks: HealthCheck[] }> {
  const checks = await Promise.all([
    check('target', () => target(deps, context)),
    check('catalog', () => timed('The catalog', () => deps.catalog.ping())),
    // This very answer came by way of it.
    check('temporal', async () => ({ status: 'ok', message: 'Temporal hands out work.' })),
    check('folders', () => folders(context)),
    check('disk', () => disk(context)),
    check('memory', async () => memory()),
    check('backlog', () => backlog(deps, context)),
  ]);
  const has = (status: HealthCheck['status']) => checks.some((each) => each.status === status);
  return { status: has('failed') ? 'failed' : has('warning') ? 'warning' : 'ok', checks };
}

async function check(name: HealthCheck['name'], work: () => Promise<Check>): Promise<HealthCheck> {
  try {
    return { name, details: {}, ...(await work()) };
  } catch (error) {
    const known = toLongshoreError(error);
    return { name, status: 'failed', message: known.message, details: {}, error: known.toJSON() };
  }
}

async function timed(what: string, work: () => Promise<unknown>): Promise<Check> {
  const started = performance.now();
  await work();
  const ms = Math.round(performance.now() - started);
  return { status: ms > 2000 ? 'warning' : 'ok', message: `${what} answers in ${ms} ms.`, details: { ms } };
}

async function target(
  { databases }: Pick<DropDependencies, 'databases'>,
  { target: ref }: FolderContext,
): Promise<Check> {
  return databases.use(ref, async (database) => {
    let server = '';
    const answer = await timed(`Environment ${ref.environment}`, async () => {
      const { product, version } = await database.ping();
      server = `${product} ${version}`;
    });
    return { ...answer, details: { ...answer.details, server } };
  });
}

async function folders({ root }: FolderContext): Promise<Check> {
  const { problems } = await folderHealth(root);
  const [first] = problems;
  if (!first) return { status: 'ok', message: 'Every folder can be read and written.', details: { root } };
  return {
    status: 'failed',
    message: first.error.message,
    details: { root, folders: problems.length },
    error: first.error.toJSON(),
  };
}

async function disk({ root }: FolderContext): Promise<Check> {
  const { disk: found } = await folderHealth(root);
  if (!found) return { status: 'failed', message: `The disk of ${root} does not answer.` };
  const { freeBytes, totalBytes } = found;
  const low = freeBytes < LOW_DISK_BYTES || freeBytes < totalBytes * LOW_DISK_SHARE;
  return {
    status: low ? 'warning' : 'ok',
    message: `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free.`,
    details: { freeBytes, totalBytes },
  };
}

function memory(): Check {
  const [free, total, used] = [freemem(), totalmem(), process.memoryUsage().rss];
  return {
    status: free < total * LOW_MEMORY_SHARE ? 'warning' : 'ok',
    message: `The worker uses ${formatBytes(used)}; ${formatBytes(free)} of ${formatBytes(total)} are free.`,
    details: { usedBytes: used, freeBytes: free, totalBytes: total },
  };
}

async function backlog(
  { catalog, now }: Pick<DropDependencies, 'catalog' | 'now'>,
  { ref, settings }: FolderContext,
): Promise<Check> {
  const { states, lastScanAt, oldestReadyAt } = await catalog.dropFiles.summary(ref.folder);
  const [ready, processing, failed] = [states.ready ?? 0, states.processing ?? 0, states.failed ?? 0];
  const details = {
    ready,
    processing,
    failed,
    watching: states.watching ?? 0,
    ...(lastScanAt && { lastScanAt: lastScanAt.toISOString() }),
  };
  const silentMs = lastScanAt ? now().getTime() - lastScanAt.getTime() : undefined;
  if (silentMs === undefined) return { status: 'warning', message: 'The folder has never been looked at.', details };
  if (silentMs > durationOf(settings.scan.interval) * 10 + 60_000)
    return {
      status: 'failed',
      message: `Nobody has looked at the folder for ${formatDuration(Math.round(silentMs / 1000) * 1000)}.`,
      details,
    };
  const waits = oldestReadyAt ? `, the oldest since ${oldestReadyAt.toISOString()}` : '';
  return {
    status: ready >= settings.alerts.backlog ? 'warning' : 'ok',
    message: `${ready} files wait${waits}; ${processing} are in work.`,
    details,
  };
}
