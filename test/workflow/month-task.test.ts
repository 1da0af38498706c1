import { pauseBatchSignal } from '../../workflows/month-batch/messages';
import type { MonthTask } from '../../workflows/month-task/messages';
import { eventually, failure, record, untilCancelled } from './harness';
import { withMonths } from './month-harness';

jest.setTimeout(60_000);

const DELETE: MonthTask = { kind: 'delete', months: ['2024-01'], expected: { 'main.trades/2024-01': 40 } };

describe('monthTask', () => {
  test('is recorded, done by a worker, answered, and ended', async () => {
    await withMonths(
      () => ({ runMonthTask: async () => ({ kind: 'delete', deletions: [] }) }),
      async ({ ask, calls }) => {
        const handle = await ask(DELETE);
        expect(await handle.result()).toEqual({ kind: 'delete', deletions: [] });
        expect(calls).toEqual(['beginTask', 'runMonthTask delete', 'endTask done']);
        await record(handle, 'month-task-delete');
      },
    );
  });

  test.each<MonthTask>([
    { kind: 'widen', file: '/in/a.tsv', apply: false },
    { kind: 'clean-file', file: '/in/a.tsv', replace: false },
  ])('reads files where files are read: $kind', async (task) => {
    await withMonths(
      () => ({}),
      async ({ ask, calls }) => {
        await (await ask(task)).result();
        expect(calls).toEqual(['beginTask', `runFileTask ${task.kind}`, 'endTask done']);
      },
    );
  });

  test('ends its run, and ends itself with the error that the worker met', async () => {
    await withMonths(
      () => ({
        runMonthTask: async () => {
          throw failure('COUNT_CHANGED', 'Nothing was deleted.', { table: 'main.trades' });
        },
      }),
      async ({ ask, calls }) => {
        const handle = await ask(DELETE);
        await expect(handle.result()).rejects.toMatchObject({
          cause: { type: 'COUNT_CHANGED', details: [{ place: { table: 'main.trades' } }] },
        });
        expect(calls).toEqual(['beginTask', 'runMonthTask delete', 'endTask failed COUNT_CHANGED']);
        await record(handle, 'month-task-failed');
      },
    );
  });

  test('refused beside another run, does nothing, and is ended all the same', async () => {
    await withMonths(
      () => ({
        beginTask: async () => {
          throw failure('RUN_IN_PROGRESS', 'a load is under way');
        },
      }),
      async ({ ask, calls }) => {
        await expect((await ask(DELETE)).result()).rejects.toMatchObject({ cause: { type: 'RUN_IN_PROGRESS' } });
        expect(calls).toEqual(['beginTask', 'endTask failed RUN_IN_PROGRESS']);
      },
    );
  });

  test('cancelled, stops the worker and is recorded as cancelled; pausing it changes nothing', async () => {
    await withMonths(
      () => ({ runMonthTask: untilCancelled }),
      async ({ ask, calls }) => {
        const handle = await ask({ kind: 'report' });
        await eventually(() => calls.includes('runMonthTask report'));
        await handle.signal(pauseBatchSignal, { by: 'anna' });
        await handle.cancel();
        await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
        expect(calls.at(-1)).toBe('endTask cancelled CANCELLED');
      },
    );
  });
});
