import { createHash } from 'node:crypto';
import { linksFor } from '../../core/notify/links';
import { type DropDigest, dropEvent, tellDrop } from '../../core/notify/drop-digest';
import { channelsFor } from '../../core/notify/routes';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { TreeProblem } from '../../core/types/drop';
import { withHeartbeat } from '../heartbeat';
import { deliver } from '../notify/deliver';
import type { NotifyDependencies } from '../notify/dependencies';
import { folderContext } from './context';
import type { DropDependencies } from './dependencies';
import type { WatchRef } from './scan';

export interface NotifyDropArguments extends WatchRef {
  /** ISO time from which on nobody has been told. */
  since: string;
  problems: TreeProblem[];
  /** Why the folder itself cannot be scanned. */
  error?: ErrorReport;
}

/** Failed files that a digest may name. */
const NAMED = 10;

export function createDropNotifyActivities(deps: DropDependencies & NotifyDependencies) {
  return {
    /** Tells what happened in a folder since people were last told. What cannot be delivered stands in the catalog. */
    async notifyDrop(input: NotifyDropArguments): Promise<void> {
      await withHeartbeat(async (signal) => {
        const config = await deps.configurations.get(input.configVersion);
        if (config.notifications.routes.length === 0) return;
        const digest = await digestOf(input);
        const event = dropEvent(digest);
        if (event === undefined) return;
        const { folder, runId, configVersion, since } = input;
        const channels = channelsFor(config.notifications, { event, folder, target: digest.to });
        const story = tellDrop(event, digest);
        for (const channel of channels) {
          const id = createHash('sha256')
            .update(JSON.stringify([runId, since, event, channel]))
            .digest('hex')
            .slice(0, 32);
          const { templates } = config.notifications;
          const outcome = await deliver(deps, { configVersion, channel, story, templates, id, signal });
          await deps.catalog.notifications.record({ runId, event, ...outcome });
        }
      });
    },
  };

  async function digestOf({ since, problems, error, ...ref }: NotifyDropArguments): Promise<DropDigest> {
    const { folder, runId, configVersion } = ref;
    const [{ settings }, config, run] = await Promise.all([
      folderContext(deps, ref),
      deps.configurations.get(configVersion),
      deps.catalog.runs.get(runId),
    ]);
    const from = new Date(since);
    const [summary, failed] = await Promise.all([
      deps.catalog.dropFiles.summary(folder, from),
      deps.catalog.dropFiles.list({ folder, states: ['failed'], limit: NAMED }),
    ]);
    return {
      folder,
      to: settings.to,
      since: from,
      now: deps.now(),
      loaded: summary.states.loaded ?? 0,
      skipped: summary.states.skipped ?? 0,
      failed: summary.states.failed ?? 0,
      rows: summary.rows,
      errors: summary.errors,
      files: failed.flatMap((file) =>
        file.error && file.finishedAt && file.finishedAt >= from
          ? [{ path: file.path, table: file.table, error: file.error }]
          : [],
      ),
      waiting: summary.states.ready ?? 0,
      oldestReadyAt: summary.oldestReadyAt,
      backlog: settings.alerts.backlog,
      problems,
      error,
      triggeredBy: run?.triggeredBy ?? 'unknown',
      links: linksFor(config.notifications, { run: runId, set: folder, from: folder, to: settings.to }),
    };
  }
}
