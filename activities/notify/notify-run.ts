import { createHash } from 'node:crypto';
import type { NotificationRecord, RunRecord } from '../../catalog/catalog';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { channelsFor } from '../../core/notify/routes';
import { type Story, tell } from '../../core/notify/story';
import type { NotifyEvent } from '../../schemas/constants';
import type { NotificationsConfig } from '../../schemas/notifications';
import { withHeartbeat } from '../heartbeat';
import { deliver, type Delivered } from './deliver';
import type { NotifyDependencies } from './dependencies';
import { occurrenceOf } from './occurrence';

export interface NotifyArguments {
  runId: string;
  event: NotifyEvent;
}

export interface NotifyResult {
  /** Channels that have the message, from this attempt or an earlier one. */
  delivered: string[];
  /** Channels that have it not, or not for all recipients. */
  failed: { channel: string; error: ErrorReport }[];
}

export function createNotifyActivities(deps: NotifyDependencies) {
  return {
    /**
     * Tells whoever the run's configuration names, each channel by itself. What cannot be delivered is recorded and part
     * of the result, never an error of the activity; only a catalog that stays away is. Called again, it leaves out
     * channels that have the message. Dry runs, and runs that the catalog does not have, are told to nobody.
     */
    async notifyRun({ runId, event }: NotifyArguments): Promise<NotifyResult> {
      const run = await deps.catalog.runs.get(runId);
      if (!run || run.dryRun) return { delivered: [], failed: [] };
      const config = await deps.configurations.get(run.configVersion);
      if (config.notifications.routes.length === 0) return { delivered: [], failed: [] };
      return await withHeartbeat(async (signal) => {
        const occurrence = await occurrenceOf(deps, config, { run, event });
        const { previous } = occurrence;
        const channels = channelsFor(config.notifications, { event, set: run.name, target: run.target, previous });
        const earlier = await deps.catalog.notifications.list(runId);
        const done = channels.filter((channel) => hasIt(earlier, { run, event, channel }));
        const story = tell(occurrence);
        const job = { run, story, templates: config.notifications.templates, signal };
        const left = channels.filter((channel) => !done.includes(channel));
        const outcomes = await Promise.allSettled(left.map((channel) => tellChannel(deps, channel, job)));
        return outcomes.reduce<NotifyResult>(
          (result, outcome) => {
            // The catalog did not answer, or the activity was cancelled.
            if (outcome.status === 'rejected') throw outcome.reason;
            const { channel, delivered, error } = outcome.value;
            if (delivered) result.delivered.push(channel);
            if (error) result.failed.push({ channel, error });
            return result;
          },
          { delivered: done, failed: [] },
        );
      });
    },
  };
}

/** A run that Temporal has reset ends a second time, and that is told anew. */
function hasIt(
  earlier: readonly NotificationRecord[],
  { run, event, channel }: { run: RunRecord; event: NotifyEvent; channel: string },
): boolean {
  const since = event === 'slow' ? undefined : run.finishedAt;
  return earlier.some(
    (each) =>
      each.event === event && each.channel === channel && each.delivered && (since === undefined || each.at >= since),
  );
}

interface Job {
  run: RunRecord;
  story: Story;
  templates: NotificationsConfig['templates'];
  signal: AbortSignal;
}

async function tellChannel(deps: NotifyDependencies, channel: string, job: Job): Promise<Delivered> {
  const { run, story } = job;
  const { templates, signal } = job;
  const { configVersion } = run;
  const id = messageId(run, story.event, channel);
  const outcome = await deliver(deps, { configVersion, channel, story, templates, id, signal });
  const { delivered, error } = outcome;
  const { runId, temporalRunId } = run;
  await deps.catalog.notifications.record({ runId, event: story.event, ...outcome });
  await deps.catalog.audit.record({
    id: [temporalRunId, 'notify', story.event, channel, run.finishedAt?.getTime() ?? '', delivered].join(':'),
    actor: run.triggeredBy,
    action: 'run.notify',
    subject: runId,
    details: { event: story.event, channel, delivered, ...(error && { code: error.code, message: error.message }) },
  });
  return outcome;
}

/** The same for the same message, whoever sends it and however often. */
const messageId = ({ runId, temporalRunId, finishedAt }: RunRecord, event: NotifyEvent, channel: string): string =>
  createHash('sha256')
    .update(JSON.stringify([runId, temporalRunId, finishedAt?.toISOString() ?? null, event, channel]))
    .digest('hex')
    .slice(0, 32);
