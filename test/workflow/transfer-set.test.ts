import type { WorkflowHandle } from '@temporalio/client';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  type TransferSetResult,
} from '../../workflows/transfer-set/messages';
import { eventually, failure, plan, record, reportOf, table, untilCancelled, withWorkflows } from './harness';

jest.setTimeout(60_000);

const result = async (handle: WorkflowHandle): Promise<TransferSetResult> =>
  (await handle.result()) as TransferSetResult;

describe('transferSet', () => {
  test('copies every part of every table once and publishes the set in one call', async () => {
    await withWorkflows(
      () => ({}),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({
          status: 'done',
          tables: 2,
          published: 2,
          failed: 0,
          rows: 60,
          bytes: 600,
        });
        for (const name of ['public.a', 'public.b']) {
          for (const part of [0, 1, 2]) {
            expect(calls.filter((call) => call === `extractPart ${name} ${part}`)).toHaveLength(1);
            expect(calls.filter((call) => call === `loadPart ${name} ${part}`)).toHaveLength(1);
          }
        }
        expect(calls.filter((call) => call.startsWith('publishTables'))).toEqual(['publishTables public.a+public.b']);
        expect(calls.slice(-3)).toEqual(['cleanUp', 'endRun done', 'notifyRun done']);
        await record(handle, 'set-done');
      },
    );
  });

  test('leaves out tables whose rows point at nothing, and looks at the others again without them', async () => {
    const orphans = failure('FOREIGN_KEY_VIOLATED', 'points at nothing', { table: 'public.b' });
    await withWorkflows(
      () => ({
        planRun: async () =>
          plan(['public.a', 'public.b'].map((name) => table(name, { checkReferences: true, verify: 'fingerprint' }))),
        checkReferences: async ({ tables }) => ({
          failed: tables.includes('public.b') ? [{ table: 'public.b', error: reportOf(orphans) }] : [],
        }),
      }),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({ status: 'partial', published: 1, failed: 1 });
        expect(calls.filter((call) => call.startsWith('fingerprintTable'))).toHaveLength(2);
        expect(calls.filter((call) => /^(checkReferences|publishTables)/.test(call))).toEqual([
          'checkReferences public.a+public.b',
          'checkReferences public.a',
          'publishTables public.a',
        ]);
        expect(calls.at(-1)).toBe('notifyRun partial');
        await record(handle, 'set-orphans');
      },
    );
  });

  test('tells of a run that takes far longer than usual while it lasts, once, and ends as it would', async () => {
    await withWorkflows(
      ({ calls }) => ({
        planRun: async () => plan([table('public.a')], { slowAfterSeconds: 1 }),
        verifyTable: () => eventually(() => calls.includes('notifyRun slow')),
        notifyRun: async () => {
          throw failure('CATALOG_UNAVAILABLE', 'nobody hears of it');
        },
      }),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({ status: 'done' });
        expect(calls.filter((call) => call.startsWith('notifyRun'))).toEqual(['notifyRun slow', 'notifyRun done']);
        await record(handle, 'set-slow');
      },
    );
  });

  test('ends partial when one table fails, and publishes the others', async () => {
    await withWorkflows(
      () => ({
        loadPart: async ({ table: name, part }) => {
          if (name === 'public.a' && part === 1) throw failure('VALUE_TOO_LONG', 'too long', { table: name });
        },
      }),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({ status: 'partial', published: 1, failed: 1 });
        expect(calls.filter((call) => call.startsWith('publishTables'))).toEqual(['publishTables public.b']);
        const { tables } = await handle.query(progressQuery);
        expect(tables[0]).toMatchObject({
          table: 'public.a',
          phase: 'failed',
          error: { code: 'VALUE_TOO_LONG', message: 'too long' },
        });
        await record(handle, 'set-partial');
      },
    );
  });

  test('leaves out the table that cannot be published and publishes the rest', async () => {
    await withWorkflows(
      () => ({
        publishTables: async ({ tables }) => {
          if (tables.includes('public.b')) throw failure('FOREIGN_KEY_VIOLATED', 'no parent', { table: 'public.b' });
        },
      }),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({ status: 'partial', published: 1, failed: 1 });
        expect(calls.filter((call) => call.startsWith('publishTables'))).toEqual([
          'publishTables public.a+public.b',
          'publishTables public.a',
        ]);
      },
    );
  });

  test('fails without touching a table when planning refuses', async () => {
    await withWorkflows(
      () => ({ planRun: () => Promise.reject(failure('PROTECTED_TABLE', 'public.users is protected')) }),
      async ({ start, calls }) => {
        const handle = await start();
        await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PROTECTED_TABLE' } });
        expect(calls).toEqual(['planRun', 'cleanUp', 'endRun refused', 'notifyRun refused']);
        await record(handle, 'set-refused');
      },
    );
  });

  test('plans and stops on a dry run', async () => {
    await withWorkflows(
      () => ({}),
      async ({ start, calls }) => {
        expect(await result(await start({ dryRun: true }))).toMatchObject({ status: 'done', published: 0 });
        expect(calls).toEqual(['planRun', 'cleanUp', 'endRun done']);
      },
    );
  });

  test('cancelled while copying, stops its activities, publishes nothing and tidies up', async () => {
    await withWorkflows(
      () => ({ loadPart: untilCancelled }),
      async ({ start, calls }) => {
        const handle = await start();
        await eventually(() => calls.some((call) => call.startsWith('loadPart')));
        await handle.cancel();
        await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
        expect(calls.slice(-3)).toEqual(['cleanUp', 'endRun cancelled', 'notifyRun cancelled']);
        expect(calls.some((call) => call.startsWith('publishTables'))).toBe(false);
        expect((await handle.describe()).status.name).toBe('CANCELLED');
        await record(handle, 'set-cancelled');
      },
    );
  });

  test('paused, starts no further part until it is resumed', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await withWorkflows(
      () => ({
        planRun: async () => plan([table('public.a', { parallel: 1 })]),
        extractPart: async ({ part }) => {
          if (part === 0) await gate;
          return { rows: 1, bytes: 1 };
        },
      }),
      async ({ start, calls }) => {
        const handle = await start();
        await eventually(() => calls.includes('extractPart public.a 0'));
        await handle.signal(pauseSignal, { by: 'anna' });
        await eventually(async () => (await handle.query(progressQuery)).status === 'paused');
        release();
        await new Promise((resolve) => setTimeout(resolve, 700));
        expect(calls.filter((call) => /extractPart|loadPart/.test(call))).toEqual(['extractPart public.a 0']);
        expect(calls).toContain('noteStatus paused');
        await handle.signal(resumeSignal, { by: 'anna' });
        expect(await result(handle)).toMatchObject({ status: 'done' });
        await record(handle, 'set-paused');
      },
    );
  });

  test('reads again what belongs to a lost snapshot, and measures the source anew', async () => {
    let stale = 2;
    await withWorkflows(
      () => ({
        planRun: async () => plan([table('public.a')]),
        settleParts: async () => ({ epoch: 2, stale: stale-- > 1 ? 1 : 0 }),
      }),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({ status: 'done', rows: 30 });
        expect(calls.filter((call) => call === 'extractPart public.a 0')).toHaveLength(2);
        expect(calls.filter((call) => call === 'measureSource public.a')).toHaveLength(2);
        await record(handle, 'set-snapshot-lost');
      },
    );
  });

  test('copies a finished table again when the snapshot was lost after it', async () => {
    let epoch = 1;
    await withWorkflows(
      (harness) => ({
        planRun: async () => plan([table('public.a'), table('public.b')], { parallelTables: 1 }),
        settleParts: async () => ({ epoch, stale: 0 }),
        measureSource: async () => ({ epoch }),
        verifyTable: async ({ runId, table: name }) => {
          if (name !== 'public.b' || epoch > 1) return;
          epoch = 2;
          await harness.announce(runId, 2);
        },
      }),
      async ({ start, calls }) => {
        expect(await result(await start())).toMatchObject({ status: 'done', published: 2 });
        expect(calls.filter((call) => call === 'settleParts public.a')).toHaveLength(2);
        expect(calls.filter((call) => call.startsWith('publishTables'))).toEqual(['publishTables public.a+public.b']);
      },
    );
  });

  test('with publish: table, publishes a child only after its parent', async () => {
    await withWorkflows(
      () => ({
        planRun: async () =>
          plan([table('public.parent'), table('public.child', { after: ['public.parent'] })], { publish: 'table' }),
        verifyTable: async ({ table: name }) => {
          if (name === 'public.parent') await new Promise((resolve) => setTimeout(resolve, 500));
        },
      }),
      async ({ start, calls }) => {
        const handle = await start();
        expect(await result(handle)).toMatchObject({ status: 'done', published: 2 });
        expect(calls.filter((call) => call.startsWith('publishTables'))).toEqual([
          'publishTables public.parent',
          'publishTables public.child',
        ]);
        await record(handle, 'set-publish-table');
      },
    );
  });
});
