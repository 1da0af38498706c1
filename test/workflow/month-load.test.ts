import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { MonthOutcome } from '../../core/types/month';
import { monthProgressQuery, pauseMonthSignal, resumeMonthSignal } from '../../workflows/month-load/messages';
import { eventually, failure, record, untilCancelled } from './harness';
import { ended, JANUARY, waiting, withMonths } from './month-harness';

jest.setTimeout(90_000);

const result = async (handle: WorkflowHandle): Promise<MonthOutcome> => (await handle.result()) as MonthOutcome;

const statesOf = async (handle: WorkflowHandle): Promise<string[]> =>
  (await handle.query(monthProgressQuery)).files.map(({ state }) => state);

const started = (calls: readonly string[], name: string): string[] => calls.filter((call) => call.startsWith(name));

/** Something that activities wait for. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('monthLoad', () => {
  test('reads, judges, copies and publishes: a table when its last file is staged, and the month is closed', async () => {
    await withMonths(
      () => ({ openMonth: async () => [waiting(1), waiting(2, 'quotes'), waiting(3)] }),
      async ({ month, calls }) => {
        const handle = await month();
        expect(await result(handle)).toEqual(ended(JANUARY));
        const file = (id: number): string[] => [`packFile ${id}`, `judgeFile ${id}`, `copyFile ${id}`];
        expect(calls).toEqual([
          `openMonth ${JANUARY}`,
          ...file(1),
          ...file(3),
          `publishTable ${JANUARY} trades`,
          ...file(2),
          `publishTable ${JANUARY} quotes`,
          `closeMonth ${JANUARY}`,
        ]);
        expect(await statesOf(handle)).toEqual(['published', 'published', 'published']);
      },
    );
  });

  test('has no more files in work than allowed', async () => {
    let now = 0;
    let most = 0;
    await withMonths(
      () => ({
        openMonth: async () => [1, 2, 3, 4, 5].map((id) => waiting(id)),
        packFile: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 150));
          now -= 1;
          return { rows: 1, parts: 1 };
        },
      }),
      async ({ month, calls }) => {
        await result(await month({ parallelFiles: 2 }));
        expect(most).toBe(2);
        expect(started(calls, 'publishTable')).toHaveLength(1);
      },
    );
  });

  test('publishes a table once, also where all of its files are staged at the same moment', async () => {
    await withMonths(
      ({ calls }) => ({
        openMonth: async () => [1, 2, 3, 4].map((id) => waiting(id)),
        copyFile: async () => {
          await eventually(() => started(calls, 'copyFile').length === 4);
          return { rowsCopied: 1, rowsStaged: 1, seconds: 1 };
        },
      }),
      async ({ month, calls }) => {
        await result(await month({ parallelFiles: 4 }));
        expect(started(calls, 'publishTable')).toEqual([`publishTable ${JANUARY} trades`]);
      },
    );
  });

  test('a file that fails keeps its table from being published, and no other table', async () => {
    await withMonths(
      () => ({
        openMonth: async () => [waiting(1), waiting(2), waiting(3, 'quotes')],
        judgeFile: async ({ fileId }) => {
          if (fileId === 1) throw failure('QUALITY_FAILED', 'days are missing', { file: '1.tsv' });
          return { verdict: 'passed', sentence: 'It passed.' };
        },
        closeMonth: async ({ month, error }) => {
          expect(error).toBeUndefined();
          return ended(month, 'partial');
        },
      }),
      async ({ month, calls }) => {
        const handle = await month();
        expect(await result(handle)).toMatchObject({ status: 'partial' });
        expect(started(calls, 'copyFile')).toEqual(['copyFile 2', 'copyFile 3']);
        expect(started(calls, 'failFile')).toEqual(['failFile 1 QUALITY_FAILED']);
        expect(started(calls, 'publishTable')).toEqual([`publishTable ${JANUARY} quotes`]);
        expect(await statesOf(handle)).toEqual(['failed', 'staged', 'published']);
      },
    );
  });

  test('parts that vanished from the stage are packed and uploaded again, and copied then', async () => {
    let copies = 0;
    await withMonths(
      () => ({
        copyFile: async () => {
          copies += 1;
          if (copies < 3) throw failure('STAGE_INCOMPLETE', '1 of 2 parts is gone');
          return { rowsCopied: 40, rowsStaged: 40, seconds: 1 };
        },
      }),
      async ({ month, calls }) => {
        const handle = await month();
        expect(await result(handle)).toMatchObject({ status: 'done' });
        const once = ['packFile 1', 'judgeFile 1', 'copyFile 1'];
        expect(calls.slice(1, 10)).toEqual([...once, ...once, ...once]);
        expect(started(calls, 'failFile')).toEqual([]);
        await record(handle, 'month-load-stage-incomplete');
      },
    );
  });

  test('a stage that loses parts again and again fails the file in the end', async () => {
    await withMonths(
      () => ({
        copyFile: async () => {
          throw failure('STAGE_INCOMPLETE', 'gone');
        },
      }),
      async ({ month, calls }) => {
        await result(await month());
        expect(started(calls, 'copyFile')).toHaveLength(3);
        expect(started(calls, 'failFile')).toEqual(['failFile 1 STAGE_INCOMPLETE']);
        expect(started(calls, 'publishTable')).toEqual([]);
      },
    );
  });

  test('checked in the warehouse, rows are judged after they are copied and before they are published', async () => {
    await withMonths(
      () => ({
        openMonth: async () => [waiting(1), waiting(2, 'quotes')],
        judgeStaged: async ({ fileId }) => {
          if (fileId === 1) throw failure('QUALITY_FAILED', 'days are missing');
          return { verdict: 'warnings', sentence: 'It passed with warnings.' };
        },
      }),
      async ({ month, calls }) => {
        const handle = await month({ quality: 'warehouse' });
        await result(handle);
        expect(calls).toEqual([
          `openMonth ${JANUARY}`,
          'packFile 1',
          'copyFile 1',
          'judgeStaged 1',
          'failFile 1 QUALITY_FAILED',
          'packFile 2',
          'copyFile 2',
          'judgeStaged 2',
          `publishTable ${JANUARY} quotes`,
          `closeMonth ${JANUARY}`,
        ]);
        const { files } = await handle.query(monthProgressQuery);
        expect(files[1]).toMatchObject({ state: 'published', verdict: 'warnings', rows: 40, parts: 2 });
        await record(handle, 'month-load-warehouse');
      },
    );
  });

  test('where quality is not checked, nothing is judged', async () => {
    await withMonths(
      () => ({}),
      async ({ month, calls }) => {
        await result(await month({ quality: 'none' }));
        expect(calls.map((call) => call.split(' ')[0])).toEqual([
          'openMonth',
          'packFile',
          'copyFile',
          'publishTable',
          'closeMonth',
        ]);
      },
    );
  });

  test('asked to check, copies nothing, and has the month judged as a whole once', async () => {
    await withMonths(
      () => ({ openMonth: async () => [waiting(1), waiting(2, 'trades', { state: 'checked' }), waiting(3)] }),
      async ({ month, calls }) => {
        const handle = await month({ action: 'check', parallelFiles: 3 });
        await result(handle);
        expect(started(calls, 'copyFile')).toEqual([]);
        expect(started(calls, 'packFile').toSorted()).toEqual(['packFile 1', 'packFile 3']);
        expect(started(calls, 'publishTable')).toEqual([`publishTable ${JANUARY} trades`]);
        expect(await statesOf(handle)).toEqual(['checked', 'checked', 'checked']);
      },
    );
  });

  test('a month that does not pass as a whole fails one file of its table, so that it is told of', async () => {
    await withMonths(
      () => ({
        openMonth: async () => [waiting(1), waiting(2)],
        publishTable: async () => {
          throw failure('QUALITY_FAILED', 'January lacks days');
        },
      }),
      async ({ month, calls }) => {
        const handle = await month({ action: 'check' });
        await result(handle);
        expect(started(calls, 'failFile')).toEqual(['failFile 1 QUALITY_FAILED']);
        expect(await statesOf(handle)).toEqual(['failed', 'checked']);
      },
    );
    await withMonths(
      () => ({
        openMonth: async () => [waiting(1), waiting(2)],
        publishTable: async () => {
          throw failure('COUNT_MISMATCH', 'fewer rows');
        },
      }),
      async ({ month, calls }) => {
        const handle = await month();
        await result(handle);
        expect(started(calls, 'failFile')).toEqual(['failFile 1 COUNT_MISMATCH', 'failFile 2 COUNT_MISMATCH']);
        expect(await statesOf(handle)).toEqual(['failed', 'failed']);
      },
    );
  });

  test('what an earlier run has done is not done again: staged files are published, loaded ones left alone', async () => {
    await withMonths(
      () => ({
        openMonth: async () => [
          waiting(1, 'trades', { state: 'staged' }),
          waiting(2, 'trades', { state: 'staged' }),
          waiting(3, 'quotes', { state: 'published' }),
          waiting(4, 'rates', { state: 'skipped' }),
        ],
      }),
      async ({ month, calls }) => {
        await result(await month());
        expect(calls).toEqual([`openMonth ${JANUARY}`, `publishTable ${JANUARY} trades`, `closeMonth ${JANUARY}`]);
      },
    );
  });

  test('a file whose content is loaded already is left out, and the others of its table are published', async () => {
    await withMonths(
      () => ({
        openMonth: async () => [waiting(1), waiting(2)],
        packFile: async ({ fileId }) => ({ rows: 40, parts: 1, ...(fileId === 1 && { skipped: 'loaded before' }) }),
      }),
      async ({ month, calls }) => {
        const handle = await month();
        await result(handle);
        expect(started(calls, 'judgeFile')).toEqual(['judgeFile 2']);
        expect(started(calls, 'publishTable')).toHaveLength(1);
        expect(await statesOf(handle)).toEqual(['skipped', 'published']);
      },
    );
  });

  test('paused, starts no further step until it is resumed', async () => {
    const { opened, open } = gate();
    await withMonths(
      () => ({
        packFile: async () => {
          await opened;
          return { rows: 40, parts: 2 };
        },
      }),
      async ({ month, calls }) => {
        const handle = await month();
        await eventually(() => calls.includes('packFile 1'));
        await handle.signal(pauseMonthSignal);
        open();
        await eventually(() => calls.includes('judgeFile 1'));
        await eventually(async () => (await statesOf(handle))[0] === 'copying');
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(started(calls, 'copyFile')).toEqual([]);
        expect(await handle.query(monthProgressQuery)).toMatchObject({ paused: true });
        await handle.signal(resumeMonthSignal);
        expect(await result(handle)).toMatchObject({ status: 'done' });
      },
    );
    await withMonths(
      () => ({}),
      async ({ month, calls }) => {
        const handle = await month({ paused: true });
        await eventually(() => calls.length === 1);
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(calls).toEqual([`openMonth ${JANUARY}`]);
        await handle.signal(resumeMonthSignal);
        await result(handle);
      },
    );
  });

  test('cancelled, stops what runs, writes down which file that was, and closes the month', async () => {
    await withMonths(
      () => ({ openMonth: async () => [waiting(1), waiting(2), waiting(3, 'quotes')], copyFile: untilCancelled }),
      async ({ month, calls }) => {
        const handle = await month();
        await eventually(() => calls.includes('copyFile 1'));
        await handle.cancel();
        expect(await result(handle)).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } });
        expect(calls.slice(-2)).toEqual(['failFile 1 CANCELLED', `closeMonth ${JANUARY} CANCELLED`]);
        expect(started(calls, 'packFile')).toEqual(['packFile 1']);
        expect(started(calls, 'publishTable')).toEqual([]);
        await record(handle, 'month-load-cancelled');
      },
    );
  });

  test('cancelled while it publishes or is paused, closes the month as well', async () => {
    await withMonths(
      () => ({ publishTable: untilCancelled }),
      async ({ month, calls }) => {
        const handle = await month();
        await eventually(() => started(calls, 'publishTable').length === 1);
        await handle.cancel();
        expect(await result(handle)).toMatchObject({ status: 'cancelled' });
        expect(calls.at(-1)).toBe(`closeMonth ${JANUARY} CANCELLED`);
      },
    );
    await withMonths(
      () => ({}),
      async ({ month, calls }) => {
        const handle = await month({ paused: true });
        await eventually(() => calls.length === 1);
        await handle.cancel();
        expect(await result(handle)).toMatchObject({ status: 'cancelled' });
        expect(calls).toEqual([`openMonth ${JANUARY}`, `closeMonth ${JANUARY} CANCELLED`]);
      },
    );
  });

  test('tries again while a warehouse is away', async () => {
    let tries = 0;
    await withMonths(
      () => ({
        publishTable: async () => {
          tries += 1;
          if (tries < 3) throw ApplicationFailure.create({ type: 'CONNECTION_LOST', message: 'gone', details: [] });
          return { rows: 40 };
        },
      }),
      async ({ month, calls }) => {
        expect(await result(await month())).toMatchObject({ status: 'done' });
        expect(tries).toBe(3);
        expect(started(calls, 'failFile')).toEqual([]);
      },
    );
  });

  test('a month without files is closed with that as its reason', async () => {
    await withMonths(
      () => ({
        openMonth: async () => {
          throw failure('MONTH_NO_FILES', 'no file of 2024-01');
        },
      }),
      async ({ month, calls }) => {
        expect(await result(await month())).toMatchObject({ status: 'failed', error: { code: 'MONTH_NO_FILES' } });
        expect(calls).toEqual([`openMonth ${JANUARY}`, `closeMonth ${JANUARY} MONTH_NO_FILES`]);
      },
    );
  });
});
