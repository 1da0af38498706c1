import type { RunRecord } from '../../catalog/catalog';
import { linksFor } from '../../core/notify/links';
import { usualSeconds } from '../../core/notify/slow';
import type { Occurrence } from '../../core/notify/story';
import { parseDuration } from '../../core/units';
import type { Config } from '../../schemas/config';
import type { NotifyEvent } from '../../schemas/constants';
import type { NotifyDependencies } from './dependencies';

/** Earlier runs that are looked at for the one before: dry runs and other targets stand between. */
const LOOK_BACK = 50;

/** All that the catalog has about a run and about how runs of its set usually go. */
export async function occurrenceOf(
  { catalog, now }: Pick<NotifyDependencies, 'catalog' | 'now'>,
  config: Config,
  { run, event }: { run: RunRecord; event: NotifyEvent },
): Promise<Occurrence> {
  const { runId, kind, name, target } = run;
  const set = config.transferSets[name];
  const good = { kind, name, target, except: runId };
  const [tables, durations, lastGood, runs] = await Promise.all([
    catalog.tables.list(runId),
    catalog.runs.durations({ ...good, limit: config.notifications.slow.runs }),
    lastGoodRun(catalog, good),
    catalog.runs.list({ kind, name, limit: LOOK_BACK }),
  ]);
  const from = run.plan?.from ?? set?.from ?? '';
  const expectedMs = set?.expectedDuration === undefined ? undefined : parseDuration(set.expectedDuration);
  const before = runs.find(
    (other) =>
      other.runId !== runId &&
      other.target === target &&
      !other.dryRun &&
      other.finishedAt !== undefined &&
      other.startedAt <= run.startedAt,
  );
  return {
    event,
    run,
    from,
    tables,
    now: now(),
    usualSeconds: expectedMs === undefined ? usualSeconds(durations) : expectedMs / 1000,
    lastGood,
    previous: before?.status,
    links: linksFor(config.notifications, { run: runId, set: name, from, to: target }),
  };
}

async function lastGoodRun(
  catalog: NotifyDependencies['catalog'],
  filter: Parameters<NotifyDependencies['catalog']['runs']['lastGood']>[0],
): Promise<Occurrence['lastGood']> {
  const run = await catalog.runs.lastGood(filter);
  if (!run?.finishedAt) return undefined;
  const tables = await catalog.tables.list(run.runId);
  return {
    runId: run.runId,
    startedAt: run.startedAt,
    seconds: (run.finishedAt.getTime() - run.startedAt.getTime()) / 1000,
    rows: tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0),
  };
}
