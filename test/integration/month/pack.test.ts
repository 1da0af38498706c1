import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { errorOf, january, monthRigs, TRADES } from './rig';

const rigOf = monthRigs();

const NAME = 'trades_2024-01.tsv';

/** Rows that do not compress, so that a file of them has several parts. */
const noisy = (rows = 6000): string[] => {
  let state = 1;
  const word = (): string => (state = Math.imul(state, 1_664_525) + 1_013_904_223).toString(36);
  return Array.from({ length: rows }, (_, index) => {
    const day = String((index % 31) + 1).padStart(2, '0');
    return `2024-01-${day}\t${index}\t${Array.from({ length: 20 }, word).join('')}`;
  });
};

async function planned(lines?: string[], options: Parameters<typeof rigOf>[0] = {}, more = {}) {
  const rig = await rigOf(options);
  rig.write(NAME, lines);
  const { ref, runId } = await rig.plan(more);
  const file = await rig.file(ref.batchId, NAME);
  const folder = join(rig.folder, 'staging', 'month', file.loadId);
  return { rig, ref: { ...ref, fileId: file.id }, runId, file, folder };
}

describe('packing a file', () => {
  it('puts every part into ledger and stage, leaves none on the disk, and knows its content by a fingerprint', async () => {
    const { rig, ref, file, folder } = await planned(noisy());
    const answer = await rig.run('packFile', ref);
    expect(answer.rows).toBe(6000);
    expect(answer.parts).toBeGreaterThan(2);
    const parts = await rig.deps.catalog.months.parts(file.id);
    expect(parts).toHaveLength(answer.parts);
    expect(parts.every(({ uploaded }) => uploaded)).toBe(true);
    expect(parts.reduce((sum, { result }) => sum + result.rows, 0)).toBe(6000);
    const stage = await rig.deps.warehouses.use(ref, (warehouse) => warehouse.stage.list(''));
    const sent = new Map(stage.map(({ name, bytes }) => [name.split('/').at(-1), bytes]));
    expect(sent).toEqual(new Map(parts.map(({ result }) => [result.name, result.bytes])));
    expect(readdirSync(folder).filter((name) => name.includes('part-'))).toEqual([]);
    expect(await rig.file(ref.batchId, NAME)).toMatchObject({ packed: true, rows: 6000, figures: { rows: 6000 } });
    expect((await rig.file(ref.batchId, NAME)).fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('goes on behind the last part when it was interrupted, and ends the same', async () => {
    const whole = await planned(noisy());
    await whole.rig.run('packFile', whole.ref);
    const cut = await planned(noisy());
    let uploads = 0;
    const fail = async (): Promise<never> => {
      throw new LongshoreError('CONNECTION_LOST', 'the stage is away');
    };
    await cut.rig.deps.warehouses.use(cut.ref, async (warehouse) => {
      const { stage } = warehouse;
      cut.rig.override({ stage: { ...stage, put: async (...args) => (++uploads > 1 ? fail() : stage.put(...args)) } });
    });
    expect(await errorOf(cut.rig.run('packFile', cut.ref))).toMatchObject({ code: 'CONNECTION_LOST' });
    const before = await cut.rig.deps.catalog.months.parts(cut.file.id);
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter(({ uploaded }) => uploaded)).toHaveLength(1);
    cut.rig.override({});
    expect(await cut.rig.run('packFile', cut.ref)).toMatchObject({ rows: 6000 });
    const after = await cut.rig.deps.catalog.months.parts(cut.file.id);
    expect(after.slice(0, before.length).map(({ result }) => result)).toEqual(before.map(({ result }) => result));
    expect(after.every(({ uploaded }) => uploaded)).toBe(true);
    const [a, b] = [await whole.rig.file(whole.ref.batchId, NAME), await cut.rig.file(cut.ref.batchId, NAME)];
    expect(b.figures).toEqual(a.figures);
    expect(b.fingerprint).toBe(a.fingerprint);
    expect(await cut.rig.run('judgeFile', cut.ref)).toMatchObject({ verdict: 'passed' });
  });

  it('begins anew where keys or parts are no longer on this disk', async () => {
    const { rig, ref, file, folder } = await planned(noisy(500));
    await rig.run('packFile', ref);
    rmSync(folder, { recursive: true });
    await rig.deps.catalog.months.updateFile(file.id, { state: 'waiting' });
    expect(await rig.run('packFile', ref)).toMatchObject({ rows: 500 });
    expect(await rig.run('judgeFile', ref)).toMatchObject({ verdict: 'passed' });
    const stage = await rig.deps.warehouses.use(ref, (warehouse) => warehouse.stage.list(''));
    expect(stage).toHaveLength((await rig.deps.catalog.months.parts(file.id)).length);
  });

  it('refuses a file that has changed, holds no rows, or has no table to go into', async () => {
    const changed = await planned();
    appendFileSync(join(changed.rig.folder, 'in', NAME), '2024-01-31\t99\tlate\n');
    expect(await errorOf(changed.rig.run('packFile', changed.ref))).toMatchObject({ code: 'FILE_CHANGED' });
    const empty = await planned([]);
    expect(await errorOf(empty.rig.run('packFile', empty.ref))).toMatchObject({ code: 'FILE_EMPTY' });
    const homeless = await planned(january(), { tables: { trades: { ...TRADES, table: 'nowhere' } } });
    const error = await errorOf(homeless.rig.run('packFile', homeless.ref));
    expect(error).toMatchObject({ code: 'TABLE_NOT_FOUND', place: { environment: homeless.rig.to, table: 'nowhere' } });
    expect(error.next).toContain('createTable: true');
  });

  it('makes the table from the file where its definition says so, once', async () => {
    const options = {
      tables: { trades: { ...TRADES, table: 'made', createTable: true, types: { name: 'VARCHAR(30)' } } },
    };
    const { rig, ref, runId } = await planned(january(), options);
    await rig.run('packFile', ref);
    const described = await rig.sql(
      "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'made' ORDER BY ordinal_position",
    );
    expect(described.map(({ column_name, data_type }) => [column_name, data_type])).toEqual([
      ['day', 'DATE'],
      ['id', 'BIGINT'],
      ['name', 'VARCHAR'],
    ]);
    expect((await rig.log(runId)).filter((line) => line.includes('was made'))).toHaveLength(1);
  });

  it('asked to check, uploads nothing and needs no warehouse', async () => {
    const { rig, ref, runId } = await planned(january(), {}, { action: 'check' });
    rig.override({
      describe: async () => {
        throw new LongshoreError('HOST_UNREACHABLE', 'nobody answers');
      },
    });
    expect(await rig.run('packFile', ref)).toEqual({ rows: 62, parts: 1 });
    expect(await rig.run('judgeFile', ref)).toMatchObject({ verdict: 'passed' });
    expect((await rig.log(runId)).join('\n')).toMatch(/warning .*types and widths are not checked.*nobody answers/);
    rig.override({});
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [] });
  });

  it('does nothing about a file that is published or left out already', async () => {
    const { rig, ref, file } = await planned();
    await rig.deps.catalog.months.updateFile(file.id, { state: 'published', rows: 62 });
    expect(await rig.run('packFile', ref)).toEqual({ rows: 62, parts: 0, skipped: 'published' });
    expect(await rig.deps.catalog.months.parts(file.id)).toEqual([]);
  });

  it('tells of a large file on a small warehouse, once', async () => {
    const { rig, ref, runId } = await planned(january(), { batch: { warnAbove: '1KB' } });
    rig.override({ compute: async () => ({ name: 'LOAD_WH', size: 'X-Small' }) });
    await rig.run('packFile', ref);
    await rig.deps.catalog.months.updateFile(ref.fileId, { state: 'waiting' });
    await rig.run('packFile', ref);
    const { warnings } = await rig.file(ref.batchId, NAME);
    expect(warnings).toEqual([expect.stringMatching(/1\.4 kB, and warehouse LOAD_WH is X-Small/)]);
    expect((await rig.log(runId)).filter((line) => line.startsWith('warning'))).not.toEqual([]);
  });
});

describe('a file whose content was loaded before', () => {
  const again = async (duplicates: string, more = {}) => {
    const rig = await rigOf({ tables: { trades: { ...TRADES, duplicates } } });
    rig.write(NAME);
    const first = await rig.load();
    await rig.run('endBatch', { runId: first.runId, batchId: first.batchId, status: 'done' });
    rig.write('trades_2024-01_again.tsv');
    rmSync(join(rig.folder, 'in', NAME));
    const { ref } = await rig.plan({ batchId: `${first.batchId}-again`, ...more });
    const file = await rig.file(ref.batchId, 'trades_2024-01_again.tsv');
    return { rig, ref: { ...ref, fileId: file.id }, file };
  };

  it('is left out, with a word on which that was, and nothing of it stays behind', async () => {
    const { rig, ref, file } = await again('skip');
    expect(await rig.run('packFile', ref)).toMatchObject({ rows: 62, skipped: 'loaded before' });
    const { state, warnings } = await rig.file(ref.batchId, 'trades_2024-01_again.tsv');
    expect([state, warnings]).toEqual(['skipped', [expect.stringContaining(NAME)]]);
    expect(existsSync(join(rig.folder, 'staging', 'month', file.loadId))).toBe(false);
    expect(await rig.task({ kind: 'stage-list' })).toMatchObject({ files: [] });
    expect(await rig.run('closeMonth', ref)).toMatchObject({ status: 'skipped', skipped: 1 });
  });

  it('fails where it must not happen, and is loaded where it may, or where rows give way', async () => {
    const failing = await again('fail');
    expect(await errorOf(failing.rig.run('packFile', failing.ref))).toMatchObject({ code: 'FILE_DUPLICATE' });
    for (const { rig, ref } of [await again('load'), await again('skip', { replace: true })]) {
      expect(await rig.run('packFile', ref)).not.toHaveProperty('skipped');
    }
  });
});
