import { createHash } from 'node:crypto';
import type { Catalog, NotificationRecord, RunRecord } from '../../catalog/catalog';
import { linksFor } from '../../core/notify/links';
import { tellMonth } from '../../core/notify/month-summary';
import { channelsFor } from '../../core/notify/routes';
import type { Story } from '../../core/notify/story';
import { batchAttachments } from '../../report/batch-files';
import { type BatchSummary, batchSummary } from '../../report/batch-summary';
import type { NotificationsConfig } from '../../schemas/notifications';
import { withHeartbeat } from '../heartbeat';
import { deliver } from './deliver';
import type { NotifyDependencies } from './dependencies';
import type { NotifyArguments, NotifyResult } from './notify-run';

export type MonthNotifyDependencies = Omit<NotifyDependencies, 'catalog'> & {
  catalog: Pick<Catalog, 'runs' | 'notifications' | 'audit' | 'months'>;
};

/** Results that are read at most: more files than a batch has. */
const RESULTS = 100_000;
/** Earlier runs of a batch that are looked at for the one before. */
const LOOK_BACK = 50;

export function createMonthNotifyActivities(deps: MonthNotifyDependencies) {
  return {
    /**
     * Tells whoever the configuration names what became of a batch, by mail with the summary and the results of all
     * checks attached. What cannot be delivered is recorded and part of the result, never an error of the activity.
     * Called again, it leaves out channels that have the message. A run that the catalog does not have is told to nobody;
     * one that only checked is told like any other.
     */
    async notifyMonth({ runId, event }: NotifyArguments): Promise<NotifyResult> {
      const result: NotifyResult = { delivered: [], failed: [] };
      const run = await deps.catalog.runs.get(runId);
      if (!run) return result;
      const { notifications } = await deps.configurations.get(run.configVersion);
      if (notifications.routes.length === 0) return result;
      return await withHeartbeat(async (signal) => {
        const previous = await previousStatus(run);
        const channels = channelsFor(notifications, { event, batch: run.name, target: run.target, previous });
        if (channels.length === 0) return result;
        const summary = await summaryOf(run);
        const links = linksFor(notifications, { run: runId, set: run.name, from: run.name, to: run.target });
        const story = tellMonth(event, { ...summary, now: deps.now(), links });
        const earlier = await deps.catalog.notifications.list(runId);
        for (const channel of channels) {
          if (hasIt(earlier, { run, event, channel })) {
            result.delivered.push(channel);
            continue;
          }
          const { delivered, error } = await tell(channel, { run, story, summary, notifications, channels, signal });
          if (delivered) result.delivered.push(channel);
          if (error) result.failed.push({ channel, error });
        }
        return result;
      });
    },
  };

  interface Job {
    run: RunRecord;
    story: Story;
    summary: BatchSummary;
    notifications: NotificationsConfig;
    channels: readonly string[];
    signal: AbortSignal;
  }

  async function tell(channel: string, { run, story, summary, notifications, channels, signal }: Job) {
    const { runId, temporalRunId, configVersion, finishedAt, triggeredBy } = run;
    const { event } = story;
    const key = [runId, temporalRunId, finishedAt?.toISOString() ?? null, event, channel];
    const outcome = await deliver(deps, {
      configVersion,
      channel,
      story: notifications.channels[channel]?.kind === 'slack' ? withMailWord(story, notifications, channels) : story,
      templates: notifications.templates,
      id: createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32),
      signal,
      attachments: ({ attachments }) => batchAttachments(summary, attachments, deps.now()),
    });
    const { delivered, error } = outcome;
    await deps.catalog.notifications.record({ runId, event, ...outcome });
    await deps.catalog.audit.record({
      id: [temporalRunId, 'notify', event, channel, finishedAt?.getTime() ?? '', delivered].join(':'),
      actor: triggeredBy,
      action: 'run.notify',
      subject: runId,
      details: { event, channel, delivered, ...(error && { code: error.code, message: error.message }) },
    });
    return outcome;
  }

  async function summaryOf(run: RunRecord): Promise<BatchSummary> {
    const { months } = deps.catalog;
    const batches = await months.batches({ batch: run.name, limit: LOOK_BACK });
    const batch = batches.find(({ runs }) => runs.includes(run.runId));
    // It ended before there was a checkpoint: what went wrong is all there is to tell.
    if (!batch) return emptySummary(run);
    const { batchId } = batch;
    const [files, parts, quality] = await Promise.all([
      months.files(batchId),
      months.partTotals(batchId),
      months.qualityHistory({ batchId, limit: RESULTS }),
    ]);
    return batchSummary({ run, batch, files, parts, quality });
  }

  async function previousStatus(run: RunRecord) {
    const runs = await deps.catalog.runs.list({ kind: run.kind, name: run.name, limit: LOOK_BACK });
    return runs.find(
      (other) =>
        other.runId !== run.runId &&
        other.target === run.target &&
        other.finishedAt !== undefined &&
        other.startedAt <= run.startedAt,
    )?.status;
  }
}

/** Slack takes no files: there it is said where they are. */
function withMailWord(story: Story, { channels: known }: NotificationsConfig, channels: readonly string[]): Story {
  const isMailed = channels.some((name) => {
    const channel = known[name];
    return channel?.kind === 'email' && channel.attachments.length > 0;
  });
  return isMailed ? { ...story, lead: `${story.lead} The report is attached to the mail.` } : story;
}

const emptySummary = (run: RunRecord): BatchSummary => ({
  ...run,
  batch: run.name,
  batchId: run.runId,
  action: run.dryRun ? 'check' : 'load',
  qualityMode: 'none',
  months: [],
  files: [],
  quality: {},
});

/** A run that Temporal has reset ends a second time, and that is told anew. */
const hasIt = (
  earlier: readonly NotificationRecord[],
  { run, event, channel }: { run: RunRecord; event: string; channel: string },
): boolean =>
  earlier.some(
    (each) =>
      each.event === event &&
      each.channel === channel &&
      each.delivered &&
      (run.finishedAt === undefined || each.at >= run.finishedAt),
  );
