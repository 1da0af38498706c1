import type { WorkflowHandle } from '@temporalio/client';
import {
  type BatchProgress,
  batchProgressQuery,
  type MonthBatchResult,
  pauseBatchSignal,
  resumeBatchSignal,
} from '../../workflows/month-batch/messages';
import { monthProgressQuery } from '../../workflows/month-load/messages';
import { eventually, failure, record, untilCancelled } from './harness';
import { ended, planned, withMonths } from './month-harness';

jest.setTimeout(90_000);

const MONTHS = ['2024-01', '2024-02', '2024-03', '2024-04'];

const result = async (handle: WorkflowHandle): Promise<MonthBatchResult> => (await handle.result()) as MonthBatchResult;
const progressOf = (handle: WorkflowHandle): Promise<BatchProgress> => handle.query(batchProgressQuery);
const started = (calls: readonly string[], name: string): string[] => calls.filter((call) => call.startsWith(name));

/** Something that activities wait for. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('monthBatch', () => {
  test('takes its months in order, each as a workflow of its own, and sums up what they loaded', async () => {
    await withMonths(
      () => ({}),
      async ({ batch, calls, client }) => {
        const handle = await batch({ months: MONTHS.slice(0, 2) });
        expect(await result(handle)).toMatchObject({
          status: 'done',
          rows: 80,
          bytes: 2000,
          months: [ended('2024-01'), ended('2024-02')],
        });
        expect(calls[0]).toBe('planBatch');
        expect(started(calls, 'openMonth')).toEqual(['openMonth 2024-01', 'openMonth 2024-02']);
        expect(calls.slice(-2)).toEqual(['endBatch done', 'notifyMonth done']);
        expect(await client.workflow.getHandle(`${handle.workflowId}/2024-02`).result()).toEqual(ended('2024-02'));
        expect(await progressOf(handle)).toMatchObject({
          status: 'done',
          phase: 'ended',
          months: [
            { month: '2024-01', state: 'done', filesDone: 1 },
            { month: '2024-02', state: 'done', filesDone: 1 },
          ],
        });
        await record(handle, 'month-batch-done');
      },
    );
  });

  test('has no more months in work than planned', async () => {
    let now = 0;
    let most = 0;
    await withMonths(
      () => ({
        planBatch: async ({ input }) => planned(input.months, { parallelMonths: 2 }),
        packFile: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 300));
          now -= 1;
          return { rows: 1, parts: 1 };
        },
      }),
      async ({ batch }) => {
        expect(await result(await batch({ months: MONTHS }))).toMatchObject({ status: 'done', rows: 160 });
        expect(most).toBe(2);
      },
    );
  });

  test('a month that fails stops no other, and the batch is partial with its error', async () => {
    await withMonths(
      () => ({
        openMonth: async ({ month }) => {
          if (month === '2024-02') throw failure('MONTH_NO_FILES', 'no file of 2024-02');
          return [];
        },
      }),
      async ({ batch, calls }) => {
        const handle = await batch({ months: MONTHS.slice(0, 3) });
        expect(await result(handle)).toMatchObject({
          status: 'partial',
          error: { code: 'MONTH_NO_FILES' },
          months: [{ status: 'done' }, { status: 'failed' }, { status: 'done' }],
        });
        expect(calls.slice(-2)).toEqual(['endBatch partial MONTH_NO_FILES', 'notifyMonth partial']);
        expect((await progressOf(handle)).months.map(({ state }) => state)).toEqual(['done', 'failed', 'done']);
        await record(handle, 'month-batch-partial');
      },
    );
  });

  test('a month that is terminated is a month that failed', async () => {
    await withMonths(
      ({ client, calls }) => ({
        packFile: async ({ runId, month }) => {
          if (month === '2024-01' && started(calls, 'packFile').length === 1)
            await client.workflow.getHandle(`${runId}/${month}`).terminate('by somebody');
          return { rows: 1, parts: 1 };
        },
      }),
      async ({ batch }) => {
        const { status, months } = await result(await batch({ months: MONTHS.slice(0, 2) }));
        expect(status).toBe('partial');
        expect(months).toMatchObject([{ month: '2024-01', status: 'failed', rows: 0 }, { status: 'done' }]);
      },
    );
  });

  test('where no month arrives the run fails with the first error', async () => {
    await withMonths(
      () => ({
        openMonth: async ({ month }) => {
          throw failure('MONTH_NO_FILES', `no file of ${month}`);
        },
      }),
      async ({ batch, calls }) => {
        const handle = await batch({ months: MONTHS.slice(0, 2) });
        await expect(handle.result()).rejects.toMatchObject({
          cause: { type: 'MONTH_NO_FILES', message: 'no file of 2024-01' },
        });
        expect(calls.slice(-2)).toEqual(['endBatch failed MONTH_NO_FILES', 'notifyMonth failed']);
      },
    );
  });

  test('what cannot be planned starts no month: refused by a rule, failed otherwise', async () => {
    for (const [code, status] of [
      ['READ_ONLY_ENVIRONMENT', 'refused'],
      ['FOLDER_UNAVAILABLE', 'failed'],
    ] as const)
      await withMonths(
        () => ({
          planBatch: async () => {
            throw failure(code, 'not like this');
          },
        }),
        async ({ batch, calls }) => {
          await expect((await batch()).result()).rejects.toMatchObject({ cause: { type: code } });
          expect(started(calls, 'openMonth')).toEqual([]);
          expect(calls).toContain(`endBatch ${status} ${code}`);
        },
      );
  });

  test('a message that cannot be delivered does not change how the batch ended', async () => {
    await withMonths(
      () => ({
        notifyMonth: async () => {
          throw failure('NOTIFICATION_FAILED', 'nobody hears of it');
        },
      }),
      async ({ batch }) => {
        expect(await result(await batch({ months: ['2024-01'] }))).toMatchObject({ status: 'done' });
      },
    );
  });

  test('paused, holds up the months that run and starts no further one, until it is resumed', async () => {
    const { opened, open } = gate();
    await withMonths(
      () => ({
        packFile: async () => {
          await opened;
          return { rows: 40, parts: 2 };
        },
      }),
      async ({ batch, calls, client }) => {
        const handle = await batch({ months: MONTHS.slice(0, 2) });
        await eventually(() => calls.includes('packFile 1'));
        await handle.signal(pauseBatchSignal, { by: 'anna' });
        expect(await progressOf(handle)).toMatchObject({ status: 'paused', pausedBy: 'anna' });
        const month = client.workflow.getHandle(`${handle.workflowId}/2024-01`);
        await eventually(async () => (await month.query(monthProgressQuery)).paused);
        open();
        await eventually(() => calls.includes('judgeFile 1'));
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(started(calls, 'copyFile')).toEqual([]);
        await handle.signal(resumeBatchSignal, { by: 'anna' });
        expect(await result(handle)).toMatchObject({ status: 'done' });
        expect(started(calls, 'noteMonthStatus')).toEqual(['noteMonthStatus paused', 'noteMonthStatus running']);
        await record(handle, 'month-batch-paused');
      },
    );
  });

  test('paused while it is planned, starts no month until it is resumed', async () => {
    await withMonths(
      ({ client }) => ({
        planBatch: async ({ runId, input }) => {
          await client.workflow.getHandle(runId).signal(pauseBatchSignal, { by: 'anna' });
          return planned(input.months);
        },
      }),
      async ({ batch, calls }) => {
        const handle = await batch({ months: ['2024-01'] });
        await eventually(async () => (await progressOf(handle)).phase === 'loading');
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(started(calls, 'openMonth')).toEqual([]);
        await handle.signal(resumeBatchSignal, { by: 'anna' });
        expect(await result(handle)).toMatchObject({ status: 'done' });
      },
    );
  });

  test('cancelled, waits for the months that run to be closed, starts no further one, and ends cancelled', async () => {
    for (const months of [MONTHS, MONTHS.slice(0, 1)])
      await withMonths(
        () => ({ packFile: untilCancelled }),
        async ({ batch, calls }) => {
          const handle = await batch({ months });
          await eventually(() => calls.includes('packFile 1'));
          await handle.cancel();
          await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
          const closed = calls.indexOf('closeMonth 2024-01 CANCELLED');
          expect(closed).toBeGreaterThan(0);
          expect(calls.slice(closed + 1)).toEqual(['endBatch cancelled CANCELLED', 'notifyMonth cancelled']);
          expect(started(calls, 'openMonth')).toEqual(['openMonth 2024-01']);
        },
      );
  });

  test('cancelled after a month has arrived, is partial: what arrived stays', async () => {
    await withMonths(
      () => ({
        packFile: async ({ month }) => (month === '2024-01' ? { rows: 40, parts: 1 } : untilCancelled()),
      }),
      async ({ batch, calls }) => {
        const handle = await batch({ months: MONTHS.slice(0, 2) });
        await eventually(() => started(calls, 'packFile').length === 2);
        await handle.cancel();
        expect(await result(handle)).toMatchObject({
          status: 'partial',
          error: { code: 'CANCELLED' },
          months: [{ status: 'done' }, { status: 'cancelled' }],
        });
      },
    );
  });
});
