/** What a run that is under way says of itself, and what its activities report by heartbeat. */
import { defaultPayloadConverter } from '@temporalio/common';
import { progressQuery, type RunProgress } from '../workflows/transfer-set/messages';
import { tableProgressQuery } from '../workflows/transfer-table/messages';
import type { ClientContext } from './context';
import { type LiveProgress, liveTable, type Underway, underway } from './progress';
import { describeRun } from './runs';

/** The workflow's own answer; undefined when no worker is there to give it. */
export async function askWorkflow({ temporal }: ClientContext, runId: string): Promise<RunProgress | undefined> {
  try {
    return await temporal.call(() => temporal.client.workflow.getHandle(runId).query(progressQuery), 4_000);
  } catch {
    return undefined;
  }
}

export async function liveProgress(
  context: ClientContext,
  runId: string,
  progress: RunProgress,
): Promise<LiveProgress> {
  const records = new Map((await context.catalog.tables.list(runId)).map((record) => [record.tableId, record]));
  const tables = await Promise.all(
    progress.tables.map(async (table) => {
      const record = records.get(table.table);
      if (table.phase !== 'copying' || table.workflowId === undefined) return liveTable(table, record);
      const [child, live] = await Promise.all([
        askChild(context, table.workflowId),
        pendingWork(context, table.workflowId),
      ]);
      return liveTable(table, record, child, live);
    }),
  );
  return { ...progress, runId, tables, workerMissing: false };
}

async function askChild({ temporal }: ClientContext, workflowId: string) {
  return temporal
    .call(() => temporal.client.workflow.getHandle(workflowId).query(tableProgressQuery), 2_000)
    .catch(() => undefined);
}

async function pendingWork(context: ClientContext, workflowId: string): Promise<Underway | undefined> {
  const description = await describeRun(context, workflowId).catch(() => undefined);
  const pending = (description?.raw.pendingActivities ?? []).map(({ activityType, heartbeatDetails }) => {
    const payload = heartbeatDetails?.payloads?.[0];
    return {
      type: activityType?.name ?? '',
      heartbeat: payload ? defaultPayloadConverter.fromPayload<unknown>(payload) : undefined,
    };
  });
  return underway(pending);
}
