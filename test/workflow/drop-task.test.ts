import { failure, eventually, record, untilCancelled } from './harness';
import { withDrops } from './drop-harness';

jest.setTimeout(60_000);

const PROCESS = {
  kind: 'process',
  path: '/elsewhere/1.csv',
  dataset: 'reference',
  loadType: 'fullload',
  keep: true,
} as const;

describe('dropTask', () => {
  test('answers what a worker was asked', async () => {
    await withDrops(
      () => ({}),
      async ({ ask, calls }) => {
        const handle = await ask({ kind: 'health' });
        expect(await handle.result()).toEqual({ kind: 'health', status: 'ok', checks: [] });
        expect(calls).toEqual(['runDropTask health']);
        await record(handle, 'drop-task');
      },
    );
  });

  test('ends with the error that the worker met, its code and its place', async () => {
    await withDrops(
      () => ({
        runDropTask: async () => {
          throw failure('TABLE_NOT_FOUND', 'no such table', { table: 'public.t' });
        },
      }),
      async ({ ask }) => {
        const handle = await ask({ kind: 'table-info', table: 't' });
        await expect(handle.result()).rejects.toMatchObject({
          cause: { type: 'TABLE_NOT_FOUND', details: [{ message: 'no such table', place: { table: 'public.t' } }] },
        });
      },
    );
  });

  test('loads a file that it is given, and answers when that has ended', async () => {
    await withDrops(
      () => ({}),
      async ({ ask, calls, client, file }) => {
        const handle = await ask(PROCESS);
        expect(await handle.result()).toMatchObject({ kind: 'process', outcome: { fileId: 1, state: 'loaded' } });
        expect(calls).toEqual(['acceptFile process', 'processFile 1', 'fileAway 1']);
        expect(await client.workflow.getHandle(file(1).workflowId).result()).toMatchObject({ state: 'loaded' });
        await record(handle, 'drop-task-process');
      },
    );
  });

  test('cancelled, cancels the file that it loads', async () => {
    await withDrops(
      () => ({ processFile: untilCancelled }),
      async ({ ask, calls, client, file }) => {
        const handle = await ask(PROCESS);
        await eventually(() => calls.includes('processFile 1'));
        await handle.cancel();
        expect(await client.workflow.getHandle(file(1).workflowId).result()).toMatchObject({ state: 'cancelled' });
        await handle.result().catch(() => undefined);
        expect(calls.at(-1)).toBe('fileAway 1 CANCELLED');
      },
    );
  });

  test('a file that cannot be accepted is not loaded', async () => {
    await withDrops(
      () => ({
        acceptFile: async () => {
          throw failure('RUN_IN_PROGRESS', '1.csv is being loaded already');
        },
      }),
      async ({ ask, calls }) => {
        await expect((await ask(PROCESS)).result()).rejects.toMatchObject({ cause: { type: 'RUN_IN_PROGRESS' } });
        expect(calls).toEqual(['acceptFile process']);
      },
    );
  });
});
