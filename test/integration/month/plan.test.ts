import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorOf, january, monthRigs, touch, TRADES } from './rig';

const rigOf = monthRigs();

const JANUARY = 'trades_2024-01.tsv';

describe('planning a batch', () => {
  it('finds the files of its months, writes them down, and records the run', async () => {
    const rig = await rigOf({ tables: { trades: TRADES, quotes: { files: 'quotes_{month}.tsv' } } });
    for (const name of [JANUARY, 'trades_2024-02.tsv', 'quotes_2024-01.tsv', 'readme.txt']) rig.write(name);
    const input = rig.input({ parallel: 3, reason: 'month end' });
    const runId = `month/${input.batch}/a`;
    expect(await rig.run('planBatch', { runId, temporalRunId: 't', input })).toEqual({
      target: rig.to,
      parallelMonths: 3,
      parallelFiles: 1,
      months: [
        { month: '2024-01', files: 2 },
        { month: '2024-02', files: 1 },
      ],
    });
    expect(await rig.deps.catalog.months.batch(input.batchId)).toMatchObject({
      status: 'in_progress',
      months: ['2024-01', '2024-02'],
      totalFiles: 3,
      options: { parallel: 3 },
      runs: [runId],
    });
    expect(await rig.deps.catalog.runs.get(runId)).toMatchObject({
      kind: 'month',
      target: rig.to,
      reason: 'month end',
      dryRun: false,
    });
    expect(await rig.log(runId)).toContain(`info load of 2 months into ${rig.to} as batch ${input.batchId}`);
  });

  it('may be repeated, and adds nothing the second time', async () => {
    const rig = await rigOf();
    rig.write(JANUARY);
    const input = rig.input();
    const args = { runId: `month/${input.batch}/a`, temporalRunId: 't', input };
    const first = await rig.run('planBatch', args);
    expect(await rig.run('planBatch', args)).toEqual(first);
    expect(await rig.deps.catalog.months.files(input.batchId)).toHaveLength(1);
  });

  it('takes the months, tables and files that it was asked for, and no others', async () => {
    const rig = await rigOf({ tables: { trades: TRADES, quotes: { files: 'quotes_{month}.tsv' } } });
    const january = rig.write(JANUARY);
    rig.write('trades_2024-02.tsv');
    rig.write('quotes_2024-01.tsv');
    const filesOf = async (batchId: string): Promise<string[]> =>
      (await rig.deps.catalog.months.files(batchId)).map(({ path }) => path.split('/').at(-1) ?? '');
    const dry = { action: 'check' } as const;
    await rig.plan({ ...dry, batchId: 'm', months: ['2024-02'] });
    await rig.plan({ ...dry, batchId: 't', tables: ['quotes'] });
    await rig.plan({ ...dry, batchId: 'f', files: [january] });
    expect(await Promise.all(['m', 't', 'f'].map(filesOf))).toEqual([
      ['trades_2024-02.tsv'],
      ['quotes_2024-01.tsv'],
      [JANUARY],
    ]);
  });

  it.each([
    ['no file at all', {}, 'MONTH_NO_FILES'],
    ['a file that is not there', { files: ['/nowhere/trades_2024-01.tsv'] }, 'FILE_NOT_FOUND'],
    ['a folder that is not there', { basePath: '/nowhere' }, 'FOLDER_UNAVAILABLE'],
    ['a table that is not there', { tables: ['nothing'] }, 'CONFIG_UNKNOWN_NAME'],
  ])('is refused for %s', async (_, more, code) => {
    const rig = await rigOf();
    expect(await errorOf(rig.plan(more))).toMatchObject({ code });
  });

  it('is refused for a file whose name belongs to no table, and without a folder to look in', async () => {
    const rig = await rigOf();
    const stray = rig.write('readme.txt');
    expect(await errorOf(rig.plan({ files: [stray], months: ['2024-01'] }))).toMatchObject({
      code: 'MONTH_FILE_UNMATCHED',
    });
  });

  it('into what may not be written, or is protected, is refused before a file is read; a check is not', async () => {
    const readOnly = await rigOf({ environment: { readOnly: true } });
    readOnly.write(JANUARY);
    expect(await errorOf(readOnly.plan())).toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
    const guarded = await rigOf({ environment: { protectedTables: ['*.trades'] } });
    guarded.write(JANUARY);
    expect(await errorOf(guarded.plan())).toMatchObject({ code: 'PROTECTED_TABLE' });
    await readOnly.plan({ action: 'check', batchId: 'check' });
  });

  it('a load beside a load is refused; a check beside it is not', async () => {
    const rig = await rigOf();
    rig.write(JANUARY);
    await rig.plan();
    expect(await errorOf(rig.plan({ batchId: 'other' }))).toMatchObject({ code: 'RUN_IN_PROGRESS' });
    await rig.plan({ batchId: 'check', action: 'check' });
  });

  it('fails the files that two definitions claim, and no others', async () => {
    const rig = await rigOf({
      tables: { trades: { files: 'tr*_{month}.tsv' }, trips: { files: ['tri*_{month}.tsv'] } },
    });
    rig.write(JANUARY);
    rig.write('trips_2024-02.tsv');
    const { ref } = await rig.plan();
    const files = await rig.deps.catalog.months.files(ref.batchId);
    expect(files.filter(({ state }) => state === 'waiting').map(({ month }) => month)).toEqual(['2024-01']);
    const refused = files.filter(({ state }) => state === 'failed');
    expect(refused.map(({ table }) => table).toSorted()).toEqual(['trades', 'trips']);
    expect(refused.map(({ error }) => error?.code)).toEqual(['MONTH_FILE_AMBIGUOUS', 'MONTH_FILE_AMBIGUOUS']);
    // Such a file is not read in spite of it.
    expect((await rig.run('openMonth', { ...ref, month: '2024-02' })).map(({ state }) => state)).toEqual([
      'failed',
      'failed',
    ]);
  });
});

describe('resuming a batch', () => {
  it('takes what is left, a replaced file as it is now, and not one that is gone', async () => {
    const rig = await rigOf();
    for (const name of [JANUARY, 'trades_2024-02.tsv', 'trades_2024-03.tsv']) rig.write(name);
    const { ref, runId } = await rig.plan();
    await rig.deps.catalog.months.moveMonth(ref.batchId, '2024-01', 'completed');
    const before = await rig.file(ref.batchId, 'trades_2024-02.tsv');
    await rig.run('endBatch', { runId, batchId: ref.batchId, status: 'partial' });
    touch(rig.write('trades_2024-02.tsv', january(1)));
    rmSync(join(rig.folder, 'in', 'trades_2024-03.tsv'));
    const input = rig.input({ resume: true });
    const planned = await rig.run('planBatch', { runId: `${runId}-b`, temporalRunId: 't', input });
    expect(planned.months).toEqual([
      { month: '2024-02', files: 1 },
      { month: '2024-03', files: 0 },
    ]);
    const after = await rig.file(ref.batchId, 'trades_2024-02.tsv');
    expect(after).toMatchObject({ id: before.id, state: 'waiting' });
    expect(after.size).toBeLessThan(before.size);
    expect(after.loadId).not.toBe(before.loadId);
    expect(await rig.deps.catalog.months.batch(ref.batchId)).toMatchObject({
      status: 'in_progress',
      completedMonths: ['2024-01'],
      runs: [runId, `${runId}-b`],
    });
  });

  it('removes what was uploaded of a file that has been replaced since', async () => {
    const rig = await rigOf();
    rig.write(JANUARY);
    const { ref, runId } = await rig.plan();
    const { id } = await rig.file(ref.batchId, JANUARY);
    await rig.run('packFile', { ...ref, fileId: id });
    await rig.run('endBatch', { runId, batchId: ref.batchId, status: 'failed' });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [{ needed: true }] });
    touch(rig.write(JANUARY, january(3)));
    await rig.plan({ resume: true });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [] });
    expect(await rig.file(ref.batchId, JANUARY)).toMatchObject({ state: 'waiting', packed: false });
  });

  it('of a batch that has nothing left is refused', async () => {
    const rig = await rigOf();
    rig.write(JANUARY);
    await rig.load();
    expect(await errorOf(rig.plan({ resume: true }))).toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });
});

describe('opening a month', () => {
  it('tells how far its files are, and gives those that failed another chance', async () => {
    const rig = await rigOf();
    rig.write(JANUARY);
    const { ref } = await rig.plan();
    const { id: fileId } = await rig.file(ref.batchId, JANUARY);
    await rig.run('packFile', { ...ref, fileId });
    const error = { message: 'm', place: {}, next: 'n' };
    await rig.run('failFile', { ...ref, fileId, error: { ...error, code: 'CONNECTION_LOST' } });
    // An outage: what was packed is gone on with.
    expect(await rig.run('openMonth', ref)).toMatchObject([{ fileId, file: JANUARY, state: 'waiting', rows: 62 }]);
    expect(await rig.file(ref.batchId, JANUARY)).toMatchObject({ state: 'waiting', packed: true });
    await rig.run('failFile', { ...ref, fileId, error: { ...error, code: 'COPY_FAILED' } });
    await rig.run('openMonth', ref);
    expect(await rig.file(ref.batchId, JANUARY)).toMatchObject({ state: 'waiting', packed: false });
    expect(await rig.deps.catalog.months.parts(fileId)).toEqual([]);
  });

  it('of a run that goes on leaves alone what that run has given up', async () => {
    const rig = await rigOf();
    rig.write(JANUARY);
    const { ref } = await rig.plan();
    const { id: fileId } = await rig.file(ref.batchId, JANUARY);
    const error = { code: 'COPY_FAILED', message: 'm', place: {}, next: 'n' } as const;
    await rig.run('failFile', { ...ref, fileId, error });
    expect(await rig.run('openMonth', { ...ref, continued: true })).toMatchObject([{ state: 'failed' }]);
    expect(await rig.file(ref.batchId, JANUARY)).toMatchObject({ state: 'failed', error });
  });

  it('without files says where they were looked for, and what similar there is', async () => {
    const rig = await rigOf();
    const path = rig.write(JANUARY);
    const { ref } = await rig.plan({ months: ['2024-01', '2024-05'] });
    renameSync(path, `${path}.old`);
    const error = await errorOf(rig.run('openMonth', { ...ref, month: '2024-05' }));
    expect(error).toMatchObject({ code: 'MONTH_NO_FILES' });
    expect(error.message).toContain('2024-05');
    expect(error.message).toContain(join(rig.folder, 'in'));
  });
});
