import { Context } from '@temporalio/activity';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { groupKeyOf } from '../../core/drop/group-key';
import { dropFileId, dropRunId } from '../../core/drop/ids';
import { isPlacement, placementOf } from '../../core/drop/tree';
import { diffScan } from '../../core/drop/scan';
import type { FileState, TreeProblem } from '../../core/types/drop';
import { ensureTree, releaseLock, takeLock } from '../../storage/drop-tree';
import { withHeartbeat } from '../heartbeat';
import { durationOf, folderContext, type FolderContext, type FolderRef, ruleOf } from './context';
import type { DropFile } from '../../catalog/drop-files';
import type { DropDependencies } from './dependencies';
import { forgetMarks } from './forget-marks';

export interface WatchRef extends FolderRef {
  /** Workflow id of the watching workflow. */
  runId: string;
}

/** What the workflow needs to know of the settings. */
export interface WatchSettings {
  intervalMs: number;
  parallelFiles: number;
  parallelParts: number;
  tellEveryMs: number;
  /** One file may take no longer. */
  timeoutMs: number;
}

export interface ScanResult {
  /** ISO time. */
  at: string;
  watching: number;
  ready: number;
  /** The first twenty. */
  problems: TreeProblem[];
  /** Files of `adopted` whose lifecycle has ended, and how. */
  ended: EndedFile[];
  /** Too many files wait, or one never settles. */
  worrying: boolean;
}

export interface EndedFile {
  fileId: number;
  /** undefined: the catalog knows nothing of it any more. */
  state?: FileState;
  rows: number;
}

export interface ClaimedFile {
  fileId: number;
  path: string;
  size: number;
  workflowId: string;
}

/** Problems that a workflow is told of; all of them are counted and logged by their name at the next look. */
const SHOWN = 20;

type Facts = Pick<DropFile, 'dataset' | 'loadType' | 'groupKey'>;
/** How long whoever claims a file may take to start its lifecycle. */
const CLAIM_MS = 60_000;
/** A lock that was not refreshed for so many looks is nobody's. */
const STALE_LOOKS = 10;

export function createScanActivities(deps: DropDependencies) {
  const { dropFiles } = deps.catalog;
  return {
    /** Makes the tree, takes the lock, records the run. Throws FOLDER_WATCHED, FOLDER_UNAVAILABLE. */
    async openFolder({
      runId,
      triggeredBy,
      temporalRunId,
      first,
      ...ref
    }: WatchRef & { triggeredBy: string; temporalRunId: string; first: boolean }): Promise<WatchSettings> {
      const context = await folderContext(deps, ref);
      const { settings, root } = context;
      // Before the folder is looked at: one that is refused shows as what it is.
      if (first) {
        await endEarlier(runId, temporalRunId);
        await deps.catalog.runs.begin({
          runId,
          temporalRunId,
          kind: 'drop',
          name: ref.folder,
          target: settings.to,
          configVersion: ref.configVersion,
          triggeredBy,
          dryRun: false,
          input: ref,
        });
      }
      await ensureTree(root);
      await lock(context);
      return {
        intervalMs: durationOf(settings.scan.interval),
        parallelFiles: settings.parallel.files,
        parallelParts: settings.parallel.parts,
        tellEveryMs: durationOf(settings.alerts.every),
        timeoutMs: durationOf(settings.timeout),
      };
    },

    /**
     * One look at the folder: what is new, changed, gone or has settled is written down. Files whose lifecycle has been
     * lost (a worker died between claiming and starting it) are given back.
     */
    async scanFolder({
      running,
      adopted,
      ...ref
    }: WatchRef & { running: number[]; adopted: number[] }): Promise<ScanResult> {
      return withHeartbeat(async (signal) => {
        const context = await folderContext(deps, ref);
        const { folder } = ref;
        const { settings, root } = context;
        await lock(context);
        const scan = await dropFiles.nextScan(folder);
        const { extensions, scan: limits } = settings;
        // Before the look: what is put away in between is then neither new nor gone.
        const known = await dropFiles.watched(folder);
        const tree = await deps.files.tree({ root, extensions, maxFiles: limits.maxFiles }, signal);
        const isIgnored = (path: string) => ruleOf(settings, path.slice(path.lastIndexOf('/') + 1))?.ignore === true;
        const files = settings.files.length === 0 ? tree.files : tree.files.filter(({ path }) => !isIgnored(path));
        const problems = tree.problems.filter(({ path }) => !isIgnored(path));
        const diff = diffScan(files, known, {
          scan,
          checks: settings.scan.checks,
          now: deps.now(),
          settleWithinMs: durationOf(settings.scan.settleWithin),
          describe: (path): Facts | undefined => {
            const place = placementOf(path);
            if (!isPlacement(place)) return undefined;
            const { name, dataset, loadType } = place;
            return { dataset, loadType, groupKey: groupKeyOf(name, settings) };
          },
        });
        await dropFiles.applyScan({ folder, scan, seen: diff.seen, ready: diff.ready, vanished: diff.vanished });
        const processing = known.filter(({ state }) => state === 'processing').map(({ id }) => id);
        await giveBackLost(processing.filter((id) => !running.includes(id)));
        const ready = known.filter(({ state }) => state === 'ready').length + diff.ready.length;
        return {
          at: deps.now().toISOString(),
          watching: diff.watching,
          ready,
          problems: [...problems, ...diff.problems].slice(0, SHOWN),
          ended: await endedOf(adopted),
          worrying: ready >= settings.alerts.backlog || diff.problems.length > 0,
        };
      });
    },

    /** Takes files that are ready, the oldest of each table. A repeated call takes the same again. */
    async claimFiles({
      folder,
      limit,
    }: WatchRef & { limit: number }): Promise<{ files: ClaimedFile[]; ready: number }> {
      const { activityId, workflowExecution } = Context.current().info;
      const claimed = await dropFiles.claim(folder, limit, `${workflowExecution?.runId}/${activityId}`);
      const { states } = await dropFiles.summary(folder, deps.now());
      return {
        files: claimed.map(({ id, path, size }) => ({
          fileId: id,
          path,
          size,
          workflowId: dropFileId(folder, path, id),
        })),
        ready: states.ready ?? 0,
      };
    },

    /** Records pausing and resuming, so that `run list` shows it. */
    async noteFolder({ runId, status }: WatchRef & { status: 'running' | 'paused' | 'ended' }): Promise<void> {
      if (status !== 'ended') await deps.catalog.runs.setStatus(runId, status);
    },

    /** Lets the lock go and records the end. Files in work come to theirs by themselves. */
    async closeFolder({
      runId,
      unstarted,
      error,
      ...ref
    }: WatchRef & { unstarted: number[]; error?: ErrorReport }): Promise<void> {
      await giveBackLost(unstarted, true);
      const { root } = await folderContext(deps, ref);
      await releaseLock(root, await owner(ref.folder)).catch(() => undefined);
      await forgetMarks(deps, await folderContext(deps, ref)).catch(() => undefined);
      await deps.catalog.runs.finish(runId, { status: error ? 'failed' : 'cancelled', ...(error && { error }) });
      await deps.databases.release(dropRunId(ref.folder));
    },
  };

  /** Workers of one catalog are one owner. */
  async function owner(folder: string): Promise<string> {
    return `${await deps.catalog.installationId()}/${folder}`;
  }

  async function lock({ root, settings, ref }: FolderContext): Promise<void> {
    const staleMs = Math.max(60_000, durationOf(settings.scan.interval) * STALE_LOOKS);
    await takeLock(root, await owner(ref.folder), { staleMs, now: deps.now() });
  }

  /** A watching run that was ended behind our back would stand in the way of this one. */
  async function endEarlier(runId: string, temporalRunId: string): Promise<void> {
    const earlier = await deps.catalog.runs.get(runId);
    if (earlier && !earlier.finishedAt && earlier.temporalRunId !== temporalRunId)
      await deps.catalog.runs.finish(runId, { status: 'cancelled' });
  }

  /** `unstarted`: nobody is about to start them. */
  async function giveBackLost(ids: readonly number[], unstarted = false): Promise<void> {
    for (const id of ids) {
      const file = await dropFiles.get(id);
      if (file?.state !== 'processing') continue;
      const justClaimed = file.startedAt !== undefined && deps.now().getTime() - file.startedAt.getTime() < CLAIM_MS;
      if (justClaimed && !unstarted) continue;
      if (await deps.isRunOpen(workflowOf(file))) continue;
      await dropFiles.update(id, { state: 'ready' });
    }
  }

  async function endedOf(ids: readonly number[]): Promise<EndedFile[]> {
    const ended: EndedFile[] = [];
    for (const fileId of ids) {
      const file = await dropFiles.get(fileId);
      if (!file) ended.push({ fileId, rows: 0 });
      else if (file.state !== 'processing' || !(await deps.isRunOpen(workflowOf(file))))
        ended.push({ fileId, state: file.state, rows: file.rows ?? 0 });
    }
    return ended;
  }
}

const workflowOf = ({ workflowId, folder, path, id }: DropFile): string => workflowId ?? dropFileId(folder, path, id);
