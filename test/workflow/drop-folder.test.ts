import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ClaimedFile } from '../../activities';
import {
  type DropFolderProgress,
  type DropFolderState,
  folderProgressQuery,
  pauseFolderSignal,
  resumeFolderSignal,
  scanNowSignal,
} from '../../workflows/drop-folder/messages';
import { LOOK, outcome, SETTINGS, settled, withDrops } from './drop-harness';
import { eventually, failure, record } from './harness';

jest.setTimeout(120_000);

const progressOf = (handle: WorkflowHandle): Promise<DropFolderProgress> => handle.query(folderProgressQuery);

async function until(
  handle: WorkflowHandle,
  condition: (progress: DropFolderProgress) => boolean,
): Promise<DropFolderProgress> {
  let progress = await progressOf(handle);
  await eventually(async () => condition((progress = await progressOf(handle))));
  return progress;
}

const stop = async (handle: WorkflowHandle): Promise<DropFolderState> => {
  await handle.cancel();
  return (await handle.result()) as DropFolderState;
};

const count = (calls: readonly string[], name: string): number =>
  calls.filter((call) => call === name || call.startsWith(`${name} `)).length;

/** Something that files wait for. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('dropFolder', () => {
  test('starts the lifecycle of every file that has settled, counts how each ended, and tells of those that failed', async () => {
    const told: string[] = [];
    await withDrops(
      ({ file }) => ({
        ...settled([1, 2, 3, 4, 5].map((id) => file(id))),
        fileAway: async ({ fileId }) =>
          fileId === 2
            ? outcome(2, 'failed')
            : fileId === 4
              ? outcome(4, 'skipped')
              : outcome(fileId, 'loaded', { rows: 10 }),
        notifyDrop: async ({ since }) => void told.push(since),
      }),
      async ({ watch, calls, file }) => {
        const handle = await watch();
        const progress = await until(handle, ({ loaded, failed, skipped }) => loaded + failed + skipped === 5);
        expect(progress).toMatchObject({ status: 'running', loaded: 3, failed: 1, skipped: 1, rows: 30, running: [] });
        await eventually(() => told.length > 0);
        expect(await stop(handle)).toMatchObject({ loaded: 3, failed: 1, skipped: 1, rows: 30 });
        for (const id of [1, 2, 3, 4, 5]) expect(calls.filter((call) => call === `fileAway ${id}`)).toHaveLength(1);
        expect(calls[0]).toBe('openFolder');
        expect(calls.at(-1)).toBe('closeFolder');
        expect(count(calls, 'tidyFolder')).toBe(1);
        expect(file(1).workflowId).toMatch(/^drop\/in-.*\/1\.csv\/1$/);
        await record(handle, 'drop-folder-watched');
      },
    );
  });

  test('has no more files in work than allowed, and gives back those that it claimed and did not start', async () => {
    const { opened, open } = gate();
    const unstarted: number[][] = [];
    await withDrops(
      ({ file }) => ({
        ...settled([1, 2, 3, 4, 5].map((id) => file(id))),
        processFile: () => opened,
        closeFolder: async (input) => void unstarted.push(input.unstarted),
      }),
      async ({ watch, calls, client, file }) => {
        const handle = await watch();
        const { running, queued } = await until(handle, (progress) => progress.running.length === 2);
        expect(running.map(({ fileId }) => fileId)).toEqual([1, 2]);
        expect(queued.map(({ fileId }) => fileId)).toEqual([3, 4, 5]);
        await stop(handle);
        expect(unstarted).toEqual([[3, 4, 5]]);
        expect(count(calls, 'processFile')).toBe(2);
        open();
        for (const id of [1, 2])
          expect(await client.workflow.getHandle(file(id).workflowId).result()).toMatchObject({ state: 'loaded' });
        await record(handle, 'drop-folder-stopped');
      },
    );
  });

  test('paused, goes on looking and starts nothing until it is resumed', async () => {
    const files: ClaimedFile[] = [];
    await withDrops(
      () => settled(files),
      async ({ watch, calls, file }) => {
        const handle = await watch();
        await until(handle, ({ lastScanAt }) => lastScanAt !== undefined);
        await handle.signal(pauseFolderSignal, { by: 'anna' });
        expect(await until(handle, ({ status }) => status === 'paused')).toMatchObject({ pausedBy: 'anna' });
        files.push(file(1));
        await handle.signal(scanNowSignal);
        await until(handle, ({ ready }) => ready === 1);
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(count(calls, 'claimFiles')).toBe(0);
        await handle.signal(resumeFolderSignal, { by: 'anna' });
        const progress = await until(handle, ({ loaded }) => loaded === 1);
        expect(progress.status).toBe('running');
        expect(progress.pausedBy).toBeUndefined();
        await eventually(() => calls.includes('noteFolder running'));
        expect(calls.filter((call) => call.startsWith('noteFolder'))).toEqual([
          'noteFolder paused',
          'noteFolder running',
        ]);
        await stop(handle);
        await record(handle, 'drop-folder-paused');
      },
    );
  });

  test('looks again after its interval, and at once when asked', async () => {
    await withDrops(
      () => ({ openFolder: async () => ({ ...SETTINGS, intervalMs: 300 }) }),
      async ({ watch, calls }) => {
        const handle = await watch();
        await eventually(() => count(calls, 'scanFolder') >= 3);
        await stop(handle);
        const looks = count(calls, 'scanFolder');
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(count(calls, 'scanFolder')).toBe(looks);
      },
    );
    await withDrops(
      () => ({}),
      async ({ watch, calls }) => {
        const handle = await watch();
        await eventually(() => count(calls, 'scanFolder') === 1);
        await handle.signal(scanNowSignal);
        await eventually(() => count(calls, 'scanFolder') === 2);
        await stop(handle);
      },
    );
  });

  test('a folder that cannot be looked at is told of once, and watched again when it is back', async () => {
    let isAway = true;
    const told: (string | undefined)[] = [];
    await withDrops(
      () => ({
        openFolder: async () => ({ ...SETTINGS, intervalMs: 200 }),
        scanFolder: async () => {
          if (isAway) throw failure('FOLDER_UNAVAILABLE', 'the disk is gone');
          return LOOK;
        },
        notifyDrop: async ({ error }) => void told.push(error?.code),
      }),
      async ({ watch, calls }) => {
        const handle = await watch();
        const away = await until(handle, ({ error }) => error !== undefined);
        expect(away).toMatchObject({ status: 'running', error: { code: 'FOLDER_UNAVAILABLE' } });
        await eventually(() => count(calls, 'scanFolder') >= 4);
        expect(told).toEqual(['FOLDER_UNAVAILABLE']);
        isAway = false;
        await until(handle, ({ error }) => error === undefined);
        await stop(handle);
        await record(handle, 'drop-folder-unavailable');
      },
    );
  });

  test('ends with an error where another installation watches the folder', async () => {
    const closed: (string | undefined)[] = [];
    await withDrops(
      () => ({
        openFolder: async () => {
          throw failure('FOLDER_WATCHED', 'watched by another installation');
        },
        closeFolder: async ({ error }) => void closed.push(error?.code),
      }),
      async ({ watch, calls }) => {
        const handle = await watch();
        await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'FOLDER_WATCHED' } });
        expect(closed).toEqual(['FOLDER_WATCHED']);
        expect(count(calls, 'scanFolder')).toBe(0);
        await record(handle, 'drop-folder-refused');
      },
    );
  });

  test('messages that cannot be delivered and tidying that fails do not keep files from being loaded', async () => {
    await withDrops(
      ({ file }) => ({
        ...settled([file(1), file(2)]),
        fileAway: async ({ fileId }) => outcome(fileId, fileId === 1 ? 'failed' : 'loaded'),
        notifyDrop: async () => {
          throw failure('NOTIFICATION_FAILED', 'nobody hears of it');
        },
        tidyFolder: async () => {
          throw failure('PERMISSION_DENIED', 'may not remove it');
        },
      }),
      async ({ watch, calls }) => {
        const handle = await watch();
        await until(handle, ({ loaded, failed }) => loaded === 1 && failed === 1);
        await eventually(() => count(calls, 'notifyDrop') === 1);
        expect((await progressOf(handle)).status).toBe('running');
        await stop(handle);
      },
    );
  });

  test('a file whose lifecycle runs already is not started twice, and the next look tells how it ended', async () => {
    const { opened, open } = gate();
    const adopted: number[][] = [];
    let isEnded = false;
    await withDrops(
      ({ file }) => ({
        ...settled([file(1)]),
        processFile: () => opened,
        scanFolder: async (input) => {
          adopted.push(input.adopted);
          return {
            ...LOOK,
            ready: adopted.length === 1 ? 1 : 0,
            ended: isEnded ? [{ fileId: 1, state: 'failed', rows: 0 }] : [],
          };
        },
      }),
      async ({ watch, load, calls }) => {
        const first = await load();
        await eventually(() => calls.includes('processFile 1'));
        const handle = await watch();
        await until(handle, ({ running }) => running.length === 1);
        await handle.signal(scanNowSignal);
        await eventually(() => adopted.length === 2);
        expect(adopted).toEqual([[], [1]]);
        open();
        expect(await first.result()).toMatchObject({ state: 'loaded' });
        isEnded = true;
        await handle.signal(scanNowSignal);
        expect(await until(handle, ({ running }) => running.length === 0)).toMatchObject({ loaded: 0, failed: 1 });
        await eventually(() => count(calls, 'notifyDrop') === 1);
        expect(count(calls, 'processFile')).toBe(1);
        await stop(handle);
        await record(handle, 'drop-folder-adopting');
      },
    );
  });

  test('a worker that cannot claim for a moment loses nothing', async () => {
    let tries = 0;
    await withDrops(
      ({ file }) => {
        const { claimFiles, ...folder } = settled([file(1)]);
        return {
          ...folder,
          claimFiles: async (input) => {
            tries += 1;
            if (tries === 1) throw ApplicationFailure.create({ type: 'CATALOG_UNAVAILABLE', message: 'away' });
            return claimFiles(input);
          },
        };
      },
      async ({ watch }) => {
        const handle = await watch();
        await until(handle, ({ loaded }) => loaded === 1);
        expect(tries).toBe(2);
        await stop(handle);
      },
    );
  });

  test('continues as new after hundreds of files, and loses neither counts nor files in work', async () => {
    const { opened, open } = gate();
    const many = 405;
    const slow = 1;
    let isSlowEnded = false;
    const first: boolean[] = [];
    await withDrops(
      ({ file }) => {
        const files = Array.from({ length: many }, (_unused, index) => file(index + 1));
        const { claimFiles } = settled(files);
        return {
          claimFiles,
          openFolder: async (input) => {
            first.push(input.first);
            return { ...SETTINGS, parallelFiles: 30 };
          },
          scanFolder: async ({ adopted }) => ({
            ...LOOK,
            ready: files.length,
            ended: adopted
              .filter((id) => id !== slow || isSlowEnded)
              .map((fileId) => ({ fileId, state: 'loaded', rows: 1 })),
          }),
          processFile: async ({ fileId }) => (fileId === slow ? opened : undefined),
          fileAway: async ({ fileId }) => outcome(fileId, 'loaded', { rows: 1 }),
        };
      },
      async ({ watch, calls, client, file }) => {
        const handle = await watch();
        await eventually(() => first.length === 2, 90);
        await eventually(() => count(calls, 'fileAway') >= many - 1, 60);
        expect(first).toEqual([true, false]);
        const latest = client.workflow.getHandle(handle.workflowId);
        await latest.signal(scanNowSignal);
        const { running } = await until(latest, (progress) => progress.running.length === 1);
        expect(running).toMatchObject([{ fileId: slow }]);
        open();
        expect(await client.workflow.getHandle(file(slow).workflowId).result()).toMatchObject({ state: 'loaded' });
        isSlowEnded = true;
        await latest.signal(scanNowSignal);
        const { loaded, rows } = await until(latest, (progress) => progress.running.length === 0);
        expect([loaded, rows]).toEqual([many, many]);
        expect(new Set(calls.filter((call) => call.startsWith('processFile'))).size).toBe(many);
        expect(count(calls, 'processFile')).toBe(many);
        await stop(latest);
        await record(latest, 'drop-folder-continued');
        await record(latest, 'drop-folder-continues', handle.firstExecutionRunId);
      },
    );
  });
});
