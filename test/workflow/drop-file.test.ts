import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { dropFileId } from '../../core/drop/ids';
import type { FileOutcome } from '../../core/types/drop';
import { fileProgressQuery, pauseFileSignal, resumeFileSignal } from '../../workflows/drop-file/messages';
import { LARGE, outcome, withDrops } from './drop-harness';
import { eventually, failure, record, untilCancelled } from './harness';

jest.setTimeout(60_000);

const end = async (handle: WorkflowHandle): Promise<FileOutcome> => (await handle.result()) as FileOutcome;

const started = (calls: readonly string[], name: string): string[] => calls.filter((call) => call.startsWith(name));

describe('dropFile', () => {
  test('takes a small file through all of it in one step, and files it away', async () => {
    await withDrops(
      () => ({}),
      async ({ load, calls, folder }) => {
        const handle = await load();
        expect(handle.workflowId).toBe(dropFileId(folder, '1.csv', 1));
        expect(await end(handle)).toEqual(outcome(1, 'loaded', { rows: 40 }));
        expect(calls).toEqual(['processFile 1', 'fileAway 1']);
        expect(await handle.query(fileProgressQuery)).toMatchObject({ step: 'ended', state: 'loaded', rows: 40 });
        await record(handle, 'drop-file-small');
      },
    );
  });

  test('tries a small file again while its target is away', async () => {
    let tries = 0;
    await withDrops(
      () => ({
        processFile: async () => {
          tries += 1;
          if (tries < 3) throw ApplicationFailure.create({ type: 'CONNECTION_LOST', message: 'gone', details: [] });
        },
      }),
      async ({ load, calls }) => {
        expect(await end(await load())).toMatchObject({ state: 'loaded' });
        expect(tries).toBe(3);
        expect(started(calls, 'fileAway')).toEqual(['fileAway 1']);
      },
    );
  });

  test('loads every part of a large file once, as many at a time as allowed, before it is verified and published', async () => {
    let most = 0;
    let now = 0;
    await withDrops(
      () => ({
        loadFilePart: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, 100));
          now -= 1;
          return { rows: 10 };
        },
      }),
      async ({ load, calls }) => {
        const handle = await load({ size: LARGE });
        expect(await end(handle)).toMatchObject({ state: 'loaded' });
        expect(calls.slice(0, 2)).toEqual(['recogniseFile 1', 'prepareFile 1']);
        expect(calls.slice(2, 6).toSorted()).toEqual([0, 1, 2, 3].map((part) => `loadFilePart 1 ${part}`));
        expect(calls.slice(6)).toEqual(['verifyFile 1', 'publishFile 1', 'fileAway 1']);
        expect(most).toBe(2);
        expect(await handle.query(fileProgressQuery)).toMatchObject({
          table: 'public.t',
          totalRows: 40,
          parts: 4,
          partsLoaded: 4,
        });
        await record(handle, 'drop-file-large');
      },
    );
  });

  test('a large file that need not be loaded is filed away without touching its table', async () => {
    await withDrops(
      () => ({
        recogniseFile: async () => ({ decision: 'skip' }),
        fileAway: async ({ fileId }) => outcome(fileId, 'skipped'),
      }),
      async ({ load, calls }) => {
        expect(await end(await load({ size: LARGE }))).toMatchObject({ state: 'skipped' });
        expect(calls).toEqual(['recogniseFile 1', 'fileAway 1']);
      },
    );
  });

  test('a part that fails stops the others, and the file is filed away with that error', async () => {
    let stopped = 0;
    await withDrops(
      ({ calls }) => ({
        loadFilePart: async ({ part }) => {
          if (part === 1) {
            await eventually(() => calls.includes('loadFilePart 1 0'));
            throw failure('VALUE_TOO_LONG', 'too long', { line: 7 });
          }
          return untilCancelled().finally(() => (stopped += 1));
        },
      }),
      async ({ load, calls }) => {
        const handle = await load({ size: LARGE });
        expect(await end(handle)).toMatchObject({
          state: 'failed',
          error: { code: 'VALUE_TOO_LONG', message: 'too long', place: { line: 7 } },
        });
        expect(started(calls, 'loadFilePart')).toHaveLength(2);
        expect(stopped).toBe(1);
        expect(calls.at(-1)).toBe('fileAway 1 VALUE_TOO_LONG');
        expect(calls.some((call) => /^(verify|publish)File/.test(call))).toBe(false);
      },
    );
  });

  test('paused, starts no further part until it is resumed', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await withDrops(
      () => ({
        loadFilePart: async () => {
          await gate;
          return { rows: 10 };
        },
      }),
      async ({ load, calls }) => {
        const handle = await load({ size: LARGE, parallel: 1 });
        await eventually(() => calls.includes('loadFilePart 1 0'));
        await handle.signal(pauseFileSignal);
        release();
        await eventually(async () => (await handle.query(fileProgressQuery)).partsLoaded === 1);
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(started(calls, 'loadFilePart')).toEqual(['loadFilePart 1 0']);
        await handle.signal(resumeFileSignal);
        expect(await end(handle)).toMatchObject({ state: 'loaded' });
        await record(handle, 'drop-file-paused');
      },
    );
  });

  test('cancelled while parts are loaded, stops them and files the file away as cancelled', async () => {
    await withDrops(
      () => ({ loadFilePart: untilCancelled }),
      async ({ load, calls }) => {
        const handle = await load({ size: LARGE });
        await eventually(() => started(calls, 'loadFilePart').length === 2);
        await handle.cancel();
        expect(await end(handle)).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } });
        expect(calls.at(-1)).toBe('fileAway 1 CANCELLED');
        expect(started(calls, 'publishFile')).toEqual([]);
        await record(handle, 'drop-file-cancelled');
      },
    );
  });

  test('a small file is cancelled within its one step', async () => {
    await withDrops(
      () => ({ processFile: untilCancelled }),
      async ({ load, calls }) => {
        const handle = await load();
        await eventually(() => calls.includes('processFile 1'));
        await handle.cancel();
        expect(await end(handle)).toMatchObject({ state: 'cancelled' });
        expect(calls).toEqual(['processFile 1', 'fileAway 1 CANCELLED']);
        await record(handle, 'drop-file-small-cancelled');
      },
    );
  });

  test.each([
    ['small', 100, 'processFile'],
    ['large', LARGE, 'recogniseFile'],
  ] as const)(
    'a %s file that takes too long is given up, and the error says how long it had',
    async (name, size, step) => {
      await withDrops(
        () => ({ [step]: untilCancelled }),
        async ({ load, calls }) => {
          const handle = await load({ size, timeoutMs: 1000 });
          const { state, error } = await end(handle);
          expect(state).toBe('failed');
          expect(error).toMatchObject({ code: 'FILE_TIMED_OUT', place: { file: '1.csv' } });
          expect(error?.message).toMatch(/1\.csv was not loaded within 1 ?s/);
          expect(calls).toEqual([`${step} 1`, 'fileAway 1 FILE_TIMED_OUT']);
          await record(handle, `drop-file-timed-out-${name}`);
        },
      );
    },
  );

  test('a file that changed while it was loaded is not published, and goes back to being watched', async () => {
    await withDrops(
      () => ({
        loadFilePart: async () => {
          throw failure('FILE_CHANGED', 'changed while it was read');
        },
        fileAway: async ({ fileId }) => outcome(fileId, 'watching'),
      }),
      async ({ load, calls }) => {
        const handle = await load({ size: LARGE });
        expect(await end(handle)).toMatchObject({ state: 'watching' });
        expect(calls.at(-1)).toBe('fileAway 1 FILE_CHANGED');
        expect(started(calls, 'publishFile')).toEqual([]);
        await record(handle, 'drop-file-changed');
      },
    );
  });
});
