import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Warehouse } from '../../../connectors/warehouse';
import type { ErrorCode } from '../../../core/errors/catalogue';
import type { ErrorReport } from '../../../core/errors/longshore-error';
import { january, monthRigs } from './rig';

const rigOf = monthRigs();

const A = 'trades_2024-01_a.tsv';
const B = 'trades_2024-01_b.tsv';
const because = (code: ErrorCode): ErrorReport => ({ code, message: `it was ${code}`, place: {}, next: 'Look.' });

const STAGING = "SELECT 1 FROM information_schema.tables WHERE table_name LIKE 'ls_month_%'";

/** Two files in the stage, of which the first is staged in the warehouse too. */
async function underWay() {
  const rig = await rigOf();
  rig.write(A, january().slice(0, 30));
  rig.write(B, january().slice(30));
  const { ref, runId } = await rig.plan();
  const [a, b] = [await rig.file(ref.batchId, A), await rig.file(ref.batchId, B)];
  await rig.stage({ ...ref, fileId: a.id });
  await rig.run('packFile', { ...ref, fileId: b.id });
  const left = async () => ({
    stage: (await rig.deps.warehouses.use(ref, (warehouse) => warehouse.stage.list(''))).length,
    staging: (await rig.sql(STAGING)).length,
    disk: [a, b].filter(({ loadId }) => existsSync(join(rig.folder, 'staging', 'month', loadId))).length,
  });
  return { rig, ref, runId, a, b, left };
}

describe('a month that is closed', () => {
  it('leaves nothing behind when it was cancelled', async () => {
    const { rig, ref, left } = await underWay();
    expect(await left()).toEqual({ stage: 1, staging: 1, disk: 1 });
    expect(await rig.run('closeMonth', { ...ref, error: because('CANCELLED') })).toMatchObject({
      status: 'cancelled',
      files: 2,
      loaded: 0,
      failed: 2,
      error: { code: 'CANCELLED' },
    });
    expect(await left()).toEqual({ stage: 0, staging: 0, disk: 0 });
    const files = await rig.deps.catalog.months.files(ref.batchId);
    expect(files.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(await rig.deps.catalog.months.batch(ref.batchId)).toMatchObject({
      failedMonths: ['2024-01'],
      currentMonths: [],
    });
  });

  it('ends a COPY that nobody waits for any more before it drops what that would fill', async () => {
    const { rig, ref, b, left } = await underWay();
    await rig.deps.catalog.months.updateFile(b.id, { copyStatement: 'copy-1' });
    const done: string[] = [];
    rig.override({
      async cancel(id) {
        done.push(`cancel ${id}`);
      },
      async dropStaging(this: Warehouse, loadId, table) {
        done.push(`drop ${loadId}`);
        return this.dropStaging(loadId, table);
      },
    });
    await rig.run('closeMonth', { ...ref, error: because('CANCELLED') });
    expect(done.filter((each) => each.startsWith('cancel'))).toEqual(['cancel copy-1']);
    expect(done.indexOf('cancel copy-1')).toBeLessThan(done.indexOf(`drop ${b.loadId}`));
    expect(await left()).toEqual({ stage: 0, staging: 0, disk: 0 });
  });

  it('keeps what an outage interrupted, and loads it on resuming without reading or copying again', async () => {
    const { rig, ref, runId, b, left } = await underWay();
    await rig.run('failFile', { ...ref, fileId: b.id, error: because('CONNECTION_LOST') });
    expect(await rig.run('closeMonth', ref)).toMatchObject({ status: 'failed', error: { code: 'CONNECTION_LOST' } });
    expect(await left()).toEqual({ stage: 1, staging: 1, disk: 1 });
    await rig.run('endBatch', { runId, batchId: ref.batchId, status: 'failed' });
    const copied: string[] = [];
    rig.override({
      // The warehouse that is in use: one that was lent before may be closed by now.
      async copy(this: Warehouse, request, control) {
        copied.push(request.loadId);
        return this.copy(request, control);
      },
    });
    const again = await rig.plan({ resume: true });
    const files = await rig.run('openMonth', again.ref);
    expect(files.map(({ state }) => state)).toEqual(['staged', 'waiting']);
    await rig.stage({ ...again.ref, fileId: b.id });
    expect(copied).toEqual([b.loadId]);
    await rig.run('publishTable', { ...again.ref, table: 'trades' });
    expect(await rig.run('closeMonth', again.ref)).toMatchObject({ status: 'done', loaded: 2, rows: 62 });
    expect(await rig.sql('SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM trades')).toEqual([
      { n: 62, ids: 62 },
    ]);
    expect(await left()).toEqual({ stage: 0, staging: 0, disk: 0 });
  });

  it('removes what failed for a reason that stays, and keeps the others of its table for the next run', async () => {
    const { rig, ref, runId, b, left } = await underWay();
    await rig.run('failFile', { ...ref, fileId: b.id, error: because('COPY_FAILED') });
    expect(await rig.run('closeMonth', ref)).toMatchObject({ status: 'failed', failed: 1 });
    expect(await left()).toEqual({ stage: 0, staging: 1, disk: 0 });
    expect(await rig.log(runId)).toEqual(
      expect.arrayContaining([
        'error COPY_FAILED: it was COPY_FAILED Look.',
        expect.stringMatching(/^warning 2024-01 ended failed/),
      ]),
    );
  });

  it('may be closed twice, and is partial when some of it arrived', async () => {
    const { rig, ref, a, b } = await underWay();
    await rig.deps.catalog.months.updateFile(a.id, { state: 'published' });
    await rig.run('failFile', { ...ref, fileId: b.id, error: because('COPY_FAILED') });
    const { seconds: _first, ...first } = await rig.run('closeMonth', ref);
    const { seconds: _second, ...second } = await rig.run('closeMonth', ref);
    expect(first).toMatchObject({ status: 'partial', loaded: 1, failed: 1, rows: 30 });
    expect(second).toEqual(first);
  });

  it('without files has the reason that was found', async () => {
    const { rig, ref } = await underWay();
    expect(await rig.run('closeMonth', { ...ref, month: '2024-07', error: because('MONTH_NO_FILES') })).toMatchObject({
      status: 'failed',
      files: 0,
      error: { code: 'MONTH_NO_FILES' },
    });
  });
});

describe('a batch that ends', () => {
  it('is written down in checkpoint, run, audit and log', async () => {
    const { rig, ref, runId } = await underWay();
    await rig.run('noteMonthStatus', { runId, status: 'paused' });
    expect(await rig.deps.catalog.runs.get(runId)).toMatchObject({ status: 'paused' });
    await rig.run('endBatch', { runId, batchId: ref.batchId, status: 'partial', error: because('COPY_FAILED') });
    expect(await rig.deps.catalog.months.batch(ref.batchId)).toMatchObject({ status: 'partial' });
    expect(await rig.deps.catalog.runs.get(runId)).toMatchObject({ status: 'partial', error: { code: 'COPY_FAILED' } });
    const audit = await rig.deps.catalog.audit.list({ subject: runId, limit: 9 });
    expect(audit.find(({ action }) => action === 'run.end')).toMatchObject({
      actor: 'ann',
      details: { status: 'partial', batchId: ref.batchId, code: 'COPY_FAILED' },
    });
    expect((await rig.log(runId)).at(-1)).toMatch(/^error batch .* ended partial: COPY_FAILED/);
  });

  it.each([
    ['done', 'completed'],
    ['cancelled', 'cancelled'],
    ['refused', 'failed'],
  ] as const)('%s has a checkpoint that is %s', async (status, checkpoint) => {
    const { rig, ref, runId } = await underWay();
    await rig.run('endBatch', { runId, batchId: ref.batchId, status });
    expect(await rig.deps.catalog.months.batch(ref.batchId)).toMatchObject({ status: checkpoint });
  });

  it('before it began has no checkpoint, and is ended all the same', async () => {
    const { rig, runId } = await underWay();
    await rig.run('endBatch', { runId, batchId: 'nobody', status: 'refused', error: because('RUN_IN_PROGRESS') });
    expect(await rig.deps.catalog.runs.get(runId)).toMatchObject({ status: 'refused' });
  });
});
