import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorOf, HEADER, january, monthRigs, TRADES } from './rig';

const rigOf = monthRigs();

const NAME = 'trades_2024-01.tsv';
const COUNT = 'SELECT count(*)::INT AS n FROM trades';

async function loaded() {
  const rig = await rigOf();
  rig.write(NAME);
  const ref = await rig.load();
  await rig.sql("INSERT INTO trades VALUES ('2024-02-01', 100, 'February')");
  return { rig, ref };
}

const DELETE = { kind: 'delete' as const, months: ['2024-01'] };

describe('deleting a month', () => {
  it('is shown first, day by day, with what would be run and the way back', async () => {
    const { rig } = await loaded();
    const preview = await rig.task({ kind: 'delete-preview', months: ['2024-01', '2024-03'] });
    if (preview.kind !== 'delete-preview') throw new Error(preview.kind);
    const [january, march] = preview.tables;
    expect(january).toMatchObject({ table: 'main.trades', month: '2024-01', rows: 62, tableRows: 63 });
    expect(january?.days).toHaveLength(31);
    expect(january?.days[0]).toEqual(['2024-01-01', 2]);
    expect(january?.statement).toMatch(/^DELETE FROM/);
    expect(march).toMatchObject({ rows: 0, days: [] });
    expect(await rig.sql(COUNT)).toEqual([{ n: 63 }]);
  });

  it('removes its rows alone, is written down, and is undone by restoring it', async () => {
    const { rig, ref } = await loaded();
    const done = await rig.task({ ...DELETE, expected: { 'main.trades/2024-01': 62 } }, { reason: 'twice' });
    if (done.kind !== 'delete') throw new Error(done.kind);
    const [deletion] = done.deletions;
    expect(deletion).toMatchObject({ table: 'trades', rows: 62, by: 'ann', reason: 'twice', state: 'deleted' });
    expect(existsSync(deletion?.backup ?? '')).toBe(true);
    expect(await rig.sql('SELECT name FROM trades')).toEqual([{ name: 'February' }]);
    expect(await rig.file(ref.batchId, NAME)).toMatchObject({ state: 'removed' });
    const audit = await rig.deps.catalog.audit.list({ subject: `${ref.batch}/trades/2024-01`, limit: 5 });
    expect(audit).toMatchObject([{ action: 'month.deleted', actor: 'ann', details: { rows: 62, reason: 'twice' } }]);
    const restored = await rig.task({ kind: 'restore', deletion: deletion?.id ?? '' });
    expect(restored).toMatchObject({ kind: 'restore', rows: 62, deletion: { state: 'restored' } });
    expect(await rig.sql(COUNT)).toEqual([{ n: 63 }]);
    expect(await rig.sql('SELECT count(DISTINCT id)::INT AS n FROM trades')).toEqual([{ n: 63 }]);
    expect(await rig.file(ref.batchId, NAME)).toMatchObject({ state: 'published' });
  });

  it('keeps backups for as long as the batch says, and then what was deleted stays on record alone', async () => {
    const { rig } = await loaded();
    const first = await rig.task(DELETE);
    if (first.kind !== 'delete') throw new Error(first.kind);
    const [deletion] = first.deletions;
    const { id = '', backup = '' } = deletion ?? {};
    await rig.sql("INSERT INTO trades VALUES ('2024-03-01', 200, 'March')");
    await rig.task({ kind: 'delete', months: ['2024-03'] });
    expect(existsSync(backup)).toBe(true);
    const later = jest.spyOn(rig.deps, 'now').mockImplementation(() => new Date(Date.now() + 91 * 86_400_000));
    await rig.task({ kind: 'delete', months: ['2024-02'] });
    later.mockRestore();
    expect(existsSync(backup)).toBe(false);
    const kept = await rig.deps.catalog.months.deletion(id);
    expect(kept).toMatchObject({ rows: 62, state: 'deleted' });
    expect(kept?.backup).toBeUndefined();
    expect(await errorOf(rig.task({ kind: 'restore', deletion: id }))).toMatchObject({ code: 'RESTORE_UNAVAILABLE' });
  });

  it('deletes nothing where other rows are there than were agreed to, or nothing was', async () => {
    const { rig } = await loaded();
    const changed = rig.task({ ...DELETE, expected: { 'main.trades/2024-01': 61 } });
    expect(await errorOf(changed)).toMatchObject({ code: 'COUNT_CHANGED' });
    expect(await rig.task({ ...DELETE, expected: { 'main.trades/2024-01': 0 } })).toEqual({
      kind: 'delete',
      deletions: [],
    });
    expect(await rig.sql(COUNT)).toEqual([{ n: 63 }]);
  });

  it('deletes once, however often the activity is tried', async () => {
    const { rig, ref } = await loaded();
    const { batch, configVersion } = ref;
    const input = { batch, configVersion, task: DELETE, triggeredBy: 'ann' };
    const at = { runId: `month-task/${batch}/delete/x`, temporalRunId: 't', input, task: input.task };
    await rig.run('beginTask', at);
    const first = await rig.run('runMonthTask', at);
    await rig.sql("INSERT INTO trades VALUES ('2024-01-05', 7, 'new')");
    const second = await rig.run('runMonthTask', at);
    expect(second).toMatchObject({ deletions: [{ rows: 62, state: 'deleted' }] });
    expect(first).toMatchObject({ deletions: [{ rows: 62 }] });
    expect(await rig.sql(COUNT)).toEqual([{ n: 2 }]);
    await rig.run('endTask', { runId: at.runId, status: 'done' });
  });

  it('is refused where tables are protected, and restoring what is not there as well', async () => {
    const rig = await rigOf({ environment: { protectedTables: ['*.trades'] } });
    expect(await errorOf(rig.task(DELETE))).toMatchObject({ code: 'PROTECTED_TABLE' });
    expect(await rig.task({ kind: 'delete-preview', months: ['2024-01'] })).toMatchObject({ tables: [{ rows: 0 }] });
    const free = await rigOf();
    expect(await errorOf(free.task({ kind: 'restore', deletion: 'none' }))).toMatchObject({
      code: 'RESTORE_UNAVAILABLE',
    });
    expect(await errorOf(free.task({ ...DELETE, tables: ['other'] }))).toMatchObject({
      code: 'CONFIG_UNKNOWN_NAME',
    });
  });

  it('is refused beside a load of its batch, and only looking is not', async () => {
    const { rig } = await loaded();
    await rig.plan({ batchId: 'second' });
    expect(await errorOf(rig.task(DELETE))).toMatchObject({ code: 'RUN_IN_PROGRESS' });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [] });
  });
});

describe('the stage of a batch', () => {
  const withParts = async () => {
    const rig = await rigOf();
    rig.write(NAME);
    const { ref, runId } = await rig.plan();
    await rig.run('packFile', { ...ref, fileId: (await rig.file(ref.batchId, NAME)).id });
    await rig.run('endBatch', { runId, batchId: ref.batchId, status: 'failed' });
    return { rig, ref };
  };

  it('is listed with what a batch that can be resumed needs, which is kept by cleaning', async () => {
    const { rig, ref } = await withParts();
    const { loadId } = await rig.file(ref.batchId, NAME);
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [{ load: loadId, needed: true }] });
    expect(await rig.task({ kind: 'stage-clean', all: false, dryRun: false })).toEqual({
      kind: 'stage-clean',
      removed: [],
    });
    expect(await rig.task({ kind: 'stage-clean', all: true, dryRun: true })).toMatchObject({ removed: [{}] });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [{}] });
    expect(await rig.task({ kind: 'stage-clean', all: true, dryRun: false })).toMatchObject({ removed: [{}] });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [] });
  });

  it('is freed of what nobody needs, and of nothing that somebody else put there', async () => {
    const { rig, ref } = await withParts();
    const { id } = await rig.file(ref.batchId, NAME);
    await rig.deps.catalog.months.updateFile(id, { state: 'published' });
    await rig.deps.warehouses.use(ref, (warehouse) =>
      warehouse.stage.put(join(rig.folder, 'in', NAME), 'somebody/else.tsv', {}),
    );
    expect(await rig.task({ kind: 'stage-clean', all: true, dryRun: false })).toMatchObject({ removed: [{}] });
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [{ name: 'somebody/else.tsv' }] });
  });
});

describe('looking at a COPY', () => {
  it('finds the statements of the latest load, and what came of those that the warehouse forgot', async () => {
    const { rig, ref } = await loaded();
    const { copyStatement } = await rig.file(ref.batchId, NAME);
    rig.override({
      statement: async (id) => ({ id, state: 'unknown', figures: {} }),
      compute: async () => ({ name: 'WH', state: 'SUSPENDED' }),
    });
    expect(await rig.task({ kind: 'diagnose' })).toMatchObject({
      statements: [{ id: copyStatement, state: 'done', figures: { rows: 62, parts: 1 } }],
      compute: { name: 'WH' },
      findings: [expect.stringContaining('is suspended')],
    });
    expect(await rig.task({ kind: 'diagnose', statement: 'q-9' })).toMatchObject({
      statements: [{ id: 'q-9', state: 'unknown' }],
    });
  });

  it('asks the warehouse for what ran lately where no load is known', async () => {
    const rig = await rigOf();
    rig.override({ recentStatements: async () => [{ id: 'q-1', state: 'failed', figures: {}, error: 'no' }] });
    expect(await rig.task({ kind: 'diagnose' })).toMatchObject({ findings: ['q-1 failed: no'] });
  });
});

describe('a preview of a batch', () => {
  it('tells which file belongs where, also while the warehouse is away', async () => {
    const rig = await rigOf();
    rig.write(NAME);
    rig.write('readme.txt');
    rig.override({ compute: () => Promise.reject(new Error('nobody answers')) });
    expect(await rig.task({ kind: 'preview' })).toMatchObject({
      files: [{ table: 'trades', month: '2024-01' }],
      unmatched: ['readme.txt'],
      warnings: ['The warehouse could not be asked: nobody answers'],
    });
    expect(await rig.task({ kind: 'preview', months: ['2024-02'] })).toMatchObject({ files: [] });
  });
});

describe('a report on tables', () => {
  it('tells rows, days and what is amiss', async () => {
    const { rig } = await loaded();
    const answer = await rig.task({ kind: 'report', months: ['2024-01'] });
    expect(answer).toMatchObject({
      kind: 'report',
      report: { environment: rig.to, months: ['2024-01'], tables: [{ name: 'trades', status: 'ok', rows: 62 }] },
    });
  });
});

describe('a file by itself', () => {
  const faulty = [...january(1), '2024-01-05\tnine\tx', '2024-01-06\t7'];

  it('is split into its good rows and the others, with the reason of each', async () => {
    const rig = await rigOf();
    const file = rig.write(NAME, faulty);
    const done = await rig.task({ kind: 'clean-file', file, replace: false });
    const [clean, rejected] = ['clean', 'rejected'].map((word) => file.replace(/tsv$/, `${word}.tsv`));
    expect(done).toEqual({ kind: 'clean-file', clean, rejected, rows: 31, rejectedRows: 2 });
    expect(readFileSync(clean ?? '', 'utf8')).toBe(`${[HEADER, ...january(1)].join('\n')}\n`);
    expect(
      readFileSync(rejected ?? '', 'utf8')
        .split('\n')
        .slice(1, 3),
    ).toEqual([expect.stringMatching(/^33\t.*nine/), expect.stringMatching(/^34\t/)]);
    expect((await errorOf(rig.task({ kind: 'clean-file', file, replace: false }))).message).toContain('clean');
    const elsewhere = join(rig.folder, 'elsewhere');
    mkdirSync(elsewhere);
    expect(
      await rig.task({ kind: 'clean-file', file, folder: elsewhere, table: 'trades', replace: true }),
    ).toMatchObject({
      clean: join(elsewhere, 'trades_2024-01.clean.tsv'),
    });
  });

  it('needs no wider columns where its table takes texts of any length', async () => {
    const rig = await rigOf();
    const file = rig.write(NAME);
    expect(await rig.task({ kind: 'widen', file, apply: false })).toEqual({
      kind: 'widen',
      table: 'main.trades',
      proposals: [],
    });
  });

  it('is refused where its name does not say to which table it belongs', async () => {
    const rig = await rigOf({ tables: { trades: TRADES, quotes: { files: 'q_{month}.tsv' } } });
    const file = rig.write('other.tsv');
    const error = await errorOf(rig.task({ kind: 'clean-file', file, replace: false }));
    expect(error).toMatchObject({ code: 'MONTH_FILE_UNMATCHED', next: 'Give --table: trades, quotes.' });
    expect(await rig.task({ kind: 'clean-file', file, table: 'trades', replace: false })).toMatchObject({ rows: 62 });
  });
});
