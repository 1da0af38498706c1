import {
  CancellationScope,
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  condition,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { NotifyEvent } from '../../schemas/constants';
import { eventFor } from '../../core/notify/events';
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { PlannedRun, PlannedTable } from '../../activities';
import { OUTCOME_ATTRIBUTE } from '../search-attributes';
import { control, holding, notifying, planning, tidying } from '../proxies';
import { errorReport, failureOf } from '../errors';
import { inLanes } from '../in-lanes';
import { pauseTableSignal, resumeTableSignal } from '../transfer-table/messages';
import type { transferTable } from '../transfer-table/workflow';
import { currentDetails, outcome } from './outcome';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  snapshotReadySignal,
  type RunProgress,
  type TableProgress,
  type TransferSetInput,
  type TransferSetResult,
} from './messages';

/**
 * Runs a transfer set: plan, copy every table into staging under one snapshot, publish, tidy up. Tables fail one by one;
 * the run fails as a whole only where going on would be wrong.
 */
export async function transferSet(input: TransferSetInput): Promise<TransferSetResult> {
  const runId = workflowInfo().workflowId;
  const progress: RunProgress = {
    status: 'running',
    phase: 'planning',
    tables: [],
    startedAt: workflowInfo().startTime.toISOString(),
  };
  const running = new Set<string>();
  const watch = new CancellationScope();
  let epoch = 0;
  let released = Promise.resolve();

  setHandler(progressQuery, () => progress);
  setHandler(snapshotReadySignal, (ready) => void (epoch = Math.max(epoch, ready.epoch)));
  setHandler(pauseSignal, ({ by }) => setPaused(by));
  setHandler(resumeSignal, () => setPaused(undefined));

  let error: ErrorReport | undefined;
  try {
    const plan = await planning.planRun.executeWithOptions({ summary: `plan ${input.set}` }, [
      { runId, temporalRunId: workflowInfo().firstExecutionRunId, input },
    ]);
    progress.tables = plan.tables.map(waiting);
    if (plan.slowAfterSeconds !== undefined)
      watch.run(() => warnWhenSlow(plan.slowAfterSeconds!)).catch(() => undefined);
    if (!input.dryRun) await moveAndPublish(plan);
  } catch (thrown) {
    error = errorReport(thrown);
  }
  return await end(error);

  async function moveAndPublish(plan: PlannedRun): Promise<void> {
    enter('copying');
    const holder = new CancellationScope();
    const copying = new CancellationScope();
    const held = holder.run(() =>
      holding.holdSnapshot.executeWithOptions({ summary: `snapshot of ${plan.from}` }, [{ runId }]),
    );
    // Rejected on purpose when the copy is done; a failure before that is seen by the race below.
    held.catch(() => undefined);
    try {
      await Promise.race([condition(() => epoch > 0), held]);
      const copied = copying.run(() => copyAll(plan));
      try {
        await Promise.race([copied, held]);
      } catch (thrown) {
        copying.cancel();
        await CancellationScope.nonCancellable(() => copied.catch(() => undefined));
        throw thrown;
      }
    } finally {
      // The holder hears of it with its next heartbeat; meanwhile publishing can begin.
      holder.cancel();
      released = held.catch(() => undefined);
    }
    if (plan.publish === 'set') await publishReady(plan.tables);
  }

  /** Copies until every table that can arrive has all its parts from the newest snapshot. */
  async function copyAll(plan: PlannedRun): Promise<void> {
    const settled = new Map<string, number>();
    let pending = plan.tables;
    while (pending.length > 0) {
      await inLanes(pending, plan.parallelTables, async (table) => {
        const reached = await copyTable(table);
        if (reached === undefined) return;
        settled.set(table.table, reached);
        if (plan.publish === 'table') {
          await condition(() => table.after.every((parent) => !isUnderWay(find(parent))));
          await publishReady([table]);
        }
      });
      // A table that is already visible is done with; the others must share one snapshot.
      pending = plan.tables.filter(({ table }) => find(table).phase === 'ready' && (settled.get(table) ?? 0) < epoch);
    }
  }

  async function copyTable({ table, parallel, verify }: PlannedTable): Promise<number | undefined> {
    const state = find(table);
    await condition(() => !progress.pausedBy);
    const workflowId = `${runId}/${table}`;
    state.phase = 'copying';
    state.workflowId = workflowId;
    running.add(workflowId);
    describe();
    try {
      const result = await executeChild<typeof transferTable>('transferTable', {
        workflowId,
        args: [{ runId, table, parallel, verify, paused: false }],
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${table} of ${input.set}`,
      });
      Object.assign(state, {
        phase: 'ready',
        rows: result.rows,
        bytes: result.bytes,
        parts: result.parts,
        partsLoaded: result.parts,
      });
      return result.epoch;
    } catch (thrown) {
      if (isCancellation(thrown)) throw thrown;
      Object.assign(state, { phase: 'failed', error: errorReport(thrown) });
      return undefined;
    } finally {
      running.delete(workflowId);
      describe();
    }
  }

  /** Publishes those of `tables` that are ready. A table that cannot be published is left out, and the rest tried again. */
  async function publishReady(tables: readonly PlannedTable[]): Promise<void> {
    for (;;) {
      const ready = tables.map(({ table }) => table).filter((table) => find(table).phase === 'ready');
      if (ready.length === 0) return;
      await condition(() => !progress.pausedBy);
      if (tables.length > 1) enter('publishing');
      try {
        if (await dropOrphans(tables.filter(({ table }) => ready.includes(table)))) continue;
        const summary = ready.length === 1 ? `publish ${ready[0]}` : `publish ${ready.length} tables`;
        await control.publishTables.executeWithOptions({ summary }, [{ runId, tables: ready }]);
        for (const table of ready) find(table).phase = 'published';
        return;
      } catch (thrown) {
        const report = errorReport(thrown);
        const culprit = ready.find((table) => table === report.place.table);
        if (isCancellation(thrown)) throw thrown;
        for (const table of culprit ? [culprit] : ready) Object.assign(find(table), { phase: 'failed', error: report });
      } finally {
        describe();
      }
    }
  }

  /** Fails the tables whose rows point at nothing, where that is to stop them. True: there were such, so look again. */
  async function dropOrphans(ready: readonly PlannedTable[]): Promise<boolean> {
    if (!ready.some(({ checkReferences }) => checkReferences)) return false;
    const { failed } = await control.checkReferences.executeWithOptions({ summary: 'check foreign keys' }, [
      { runId, tables: ready.map(({ table }) => table) },
    ]);
    for (const { table, error: why } of failed) Object.assign(find(table), { phase: 'failed', error: why });
    return failed.length > 0;
  }

  /** Far longer than usual is worth a message while it lasts; the run goes on. */
  async function warnWhenSlow(seconds: number): Promise<void> {
    await sleep(seconds * 1000);
    await notify('slow');
  }

  /** What comes of it stands in the catalog; nothing here depends on it. */
  async function notify(event: NotifyEvent): Promise<void> {
    await notifying.notifyRun
      .executeWithOptions({ summary: `tell of ${event}` }, [{ runId, event }])
      .catch(() => undefined);
  }

  async function end(reason: ErrorReport | undefined): Promise<TransferSetResult> {
    watch.cancel();
    return await CancellationScope.nonCancellable(async () => {
      enter('cleaning');
      const unfinished = progress.tables.filter(({ phase }) => phase !== 'published' && phase !== 'failed');
      const result = outcome(progress.tables, reason);
      let failure = result.error;
      try {
        await tidying.cleanUp.executeWithOptions({ summary: 'remove staging tables and files' }, [{ runId }]);
      } catch (thrown) {
        failure ??= errorReport(thrown);
      }
      const stopped = input.dryRun
        ? []
        : unfinished.map(({ table }) => ({ table, phase: 'cancelled' as const, error: reason }));
      const failed = progress.tables
        .filter(({ phase }) => phase === 'failed')
        .map(({ table, error: why }) => ({ table, phase: 'failed' as const, error: why }));
      await tidying.endRun.executeWithOptions({ summary: `record: ${result.status}` }, [
        { runId, status: result.status, error: failure, failures: [...failed, ...stopped] },
      ]);
      progress.status = result.status;
      enter('ended');
      upsertSearchAttributes([{ key: OUTCOME_ATTRIBUTE, value: result.status }]);
      await released;
      const event = eventFor(result.status);
      if (event && !input.dryRun) await notify(event);
      if (result.status === 'done' || result.status === 'partial') return { ...result, error: failure };
      throw failureOf(failure ?? errorReport(new Error(`the run ended ${result.status}`)));
    });
  }

  function setPaused(by: string | undefined): void {
    progress.pausedBy = by;
    if (progress.phase === 'cleaning' || progress.phase === 'ended') return;
    const status = by ? 'paused' : 'running';
    progress.status = status;
    // For `run list`; the run itself does not depend on it.
    control.noteStatus
      .executeWithOptions({ summary: by ? `paused by ${by}` : 'resumed' }, [{ runId, status }])
      .catch(() => undefined);
    for (const workflowId of running) {
      // A table that has just ended need not hear of it.
      getExternalWorkflowHandle(workflowId)
        .signal(by ? pauseTableSignal : resumeTableSignal)
        .catch(() => undefined);
    }
    describe();
  }

  function find(table: string): TableProgress {
    const state = progress.tables.find((candidate) => candidate.table === table);
    if (!state) throw new Error(`no table ${table} in this run`);
    return state;
  }

  function enter(phase: RunProgress['phase']): void {
    progress.phase = phase;
    describe();
  }

  function describe(): void {
    setCurrentDetails(currentDetails(progress));
  }
}

const waiting = ({ table, estimatedRows }: PlannedTable): TableProgress => ({
  table,
  phase: 'waiting',
  estimatedRows,
  rows: 0,
  bytes: 0,
  parts: 0,
  partsLoaded: 0,
});

const isUnderWay = ({ phase }: TableProgress): boolean =>
  phase === 'waiting' || phase === 'copying' || phase === 'ready';
