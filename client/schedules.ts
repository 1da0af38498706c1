/** Transfer sets that start by themselves: Temporal Schedules. */
import { randomUUID } from 'node:crypto';
import {
  ScheduleNotFoundError,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleOptionsAction,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { LongshoreError } from '../core/errors/longshore-error';
import { TRANSFER_QUEUE } from '../workflows/queues';
import type { TransferSetInput } from '../workflows/transfer-set/messages';
import { type ConfigurationInput, transferEnds } from './configuration';
import type { ClientContext } from './context';
import { scheduledRunId, scheduleId } from './run-id';
import { runAttributes, withSearchAttributes } from './search-attributes';

export interface ScheduleTimes {
  /** Five fields; several expressions are one schedule. */
  cron: string | string[];
  /** IANA name. Default UTC. */
  timezone?: string;
  /** How late, in milliseconds, a start that was missed (server down) may still be made up for. Default one hour. */
  catchupMs?: number;
  /** Exists, but starts nothing. */
  paused?: boolean;
}

export interface ScheduleRequest extends ScheduleTimes {
  configuration: ConfigurationInput;
  set: string;
  by: string;
  note?: string;
}

export interface ScheduleInfo {
  id: string;
  set: string;
  paused: boolean;
  note?: string;
  timezone: string;
  configVersion?: number;
  nextRuns: Date[];
  lastRuns: { at: Date; runId: string }[];
}

export interface SchedulesClient {
  /** Creates the set's schedule, or brings it up to this configuration; a paused schedule stays paused. */
  save(request: ScheduleRequest): Promise<ScheduleInfo & { created: boolean }>;
  /** Each of these throws CONFIG_UNKNOWN_NAME when the set has no schedule. */
  describe(set: string): Promise<ScheduleInfo>;
  pause(set: string, request: { by: string; reason?: string }): Promise<void>;
  unpause(set: string, request: { by: string; reason?: string }): Promise<void>;
  /** Starts a run now, as the schedule would; skipped when one is under way. */
  trigger(set: string, request: { by: string }): Promise<void>;
  delete(set: string, request: { by: string }): Promise<void>;
  list(): Promise<ScheduleInfo[]>;
}

export function schedulesClient({ temporal, catalog }: ClientContext): SchedulesClient {
  const handle = (set: string) => temporal.client.schedule.getHandle(scheduleId(set));

  async function on<T>(set: string, work: () => Promise<T>): Promise<T> {
    try {
      return await temporal.call(work);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      const next = `Create it: \`longshore transfer schedule ${set}\`.`;
      throw new LongshoreError(
        'CONFIG_UNKNOWN_NAME',
        `Transfer set ${set} has no schedule in Temporal.`,
        {},
        { cause: error, next },
      );
    }
  }

  async function audited<T>(
    set: string,
    action: string,
    by: string,
    details: Record<string, unknown>,
    work: () => Promise<T>,
  ): Promise<T> {
    const result = await on(set, work);
    await catalog.audit.record({ id: randomUUID(), actor: by, action, subject: scheduleId(set), details });
    return result;
  }

  return {
    async save({ configuration, set, by, note, ...times }) {
      const ends = transferEnds(configuration, set);
      const { version } = await catalog.configurations.register({ ...configuration, by });
      const body = scheduleBody(set, ends, version, times, note ?? `${set}: ${ends.from} → ${ends.to}`);
      const existing = await on(set, () => handle(set).describe()).catch((error: unknown) => {
        if (error instanceof LongshoreError && error.code === 'CONFIG_UNKNOWN_NAME') return undefined;
        throw error;
      });
      await withSearchAttributes(temporal, () =>
        existing
          ? temporal.call(() =>
              handle(set).update(({ state }) => ({
                ...body,
                state: state.paused ? { paused: true, note: state.note } : { ...body.state },
              })),
            )
          : temporal.call(
              async () => void (await temporal.client.schedule.create({ ...body, scheduleId: scheduleId(set) })),
            ),
      );
      const action = existing ? 'schedule.update' : 'schedule.create';
      await catalog.audit.record({
        id: randomUUID(),
        actor: by,
        action,
        subject: scheduleId(set),
        details: { ...times, configVersion: version },
      });
      return { ...toInfo(set, await on(set, () => handle(set).describe())), created: !existing };
    },
    describe: async (set) => toInfo(set, await on(set, () => handle(set).describe())),
    pause: (set, { by, reason }) =>
      audited(set, 'schedule.pause', by, { reason: reason ?? null }, () =>
        handle(set).pause(`paused by ${by}${reason ? `: ${reason}` : ''}`),
      ),
    unpause: (set, { by, reason }) =>
      audited(set, 'schedule.resume', by, { reason: reason ?? null }, () =>
        handle(set).unpause(`resumed by ${by}${reason ? `: ${reason}` : ''}`),
      ),
    trigger: (set, { by }) =>
      audited(set, 'schedule.trigger', by, {}, () => handle(set).trigger(ScheduleOverlapPolicy.SKIP)),
    delete: (set, { by }) => audited(set, 'schedule.delete', by, {}, () => handle(set).delete()),
    async list() {
      const ids = await temporal.call(async () => {
        const found: string[] = [];
        for await (const { scheduleId: id } of temporal.client.schedule.list())
          if (id.startsWith(scheduleId(''))) found.push(id);
        return found;
      });
      const infos = await Promise.all(
        ids.sort().map(async (id) => this.describe(id.slice(scheduleId('').length)).catch(() => undefined)),
      );
      return infos.filter((info) => info !== undefined);
    },
  };
}

function scheduleBody(
  set: string,
  ends: { from: string; to: string },
  configVersion: number,
  { cron, timezone = 'UTC', catchupMs = 3_600_000, paused = false }: ScheduleTimes,
  note: string,
): Omit<ScheduleOptions<ScheduleOptionsAction>, 'scheduleId'> {
  const triggeredBy = `schedule:${set}`;
  const input: TransferSetInput = { set, configVersion, triggeredBy };
  const attributes = new TypedSearchAttributes(runAttributes({ name: set, target: ends.to, triggeredBy }));
  return {
    spec: { cronExpressions: [cron].flat(), timezone },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupMs },
    state: { note, paused },
    typedSearchAttributes: attributes,
    action: {
      type: 'startWorkflow',
      workflowType: 'transferSet',
      workflowId: scheduledRunId(set),
      taskQueue: TRANSFER_QUEUE,
      args: [input],
      typedSearchAttributes: attributes,
      staticSummary: `${set}: ${ends.from} → ${ends.to}`,
      staticDetails: `**${set}** from ${ends.from} to ${ends.to}\n- configuration: version ${configVersion}\n- triggered by: its schedule`,
    },
  };
}

function toInfo(set: string, description: ScheduleDescription): ScheduleInfo {
  const [input] = (description.action.args ?? []) as Partial<TransferSetInput>[];
  return {
    id: description.scheduleId,
    set,
    paused: description.state.paused,
    note: description.state.note,
    timezone: description.spec.timezone ?? 'UTC',
    configVersion: input?.configVersion,
    nextRuns: description.info.nextActionTimes,
    lastRuns: description.info.recentActions.map(({ takenAt, action }) => ({
      at: takenAt,
      runId: action.workflow.workflowId,
    })),
  };
}
