import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { errorOf, january, monthRigs, TRADES } from './rig';

const rigOf = monthRigs();

const NAME = 'trades_2024-01.tsv';

async function packed(lines: string[], tables: object = TRADES, more = {}) {
  const rig = await rigOf({ tables: { trades: tables } });
  rig.write(NAME, lines);
  const { ref, runId } = await rig.plan(more);
  const at = { ...ref, fileId: (await rig.file(ref.batchId, NAME)).id };
  await rig.run('packFile', at);
  if (at.quality === 'warehouse') await rig.run('copyFile', at);
  return { rig, ref: at, runId };
}

/** Faults that both ways of checking must find, and what they are to be called. */
const FAULTS: [string, string[], RegExp][] = [
  ['a day without rows', january().filter((line) => !line.startsWith('2024-01-10')), /2024-01-10/],
  ['a day outside the month', [...january(), '2024-02-01\t99\tx'], /2024-02-01|outside/],
  ['a key that occurs twice', [...january(), '2024-01-31\t1\tx'], /[Dd]uplicate|more than once|twice/],
];

describe.each(['file', 'warehouse'] as const)('a file that is checked in the %s', (quality) => {
  const activity = quality === 'file' ? 'judgeFile' : 'judgeStaged';

  it('passes, and its result is kept', async () => {
    const { rig, ref, runId } = await packed(january(), TRADES, { quality });
    expect(await rig.run(activity, ref)).toMatchObject({ verdict: 'passed', score: 100 });
    const { qualityId = 0 } = await rig.file(ref.batchId, NAME);
    expect(await rig.deps.catalog.months.quality(qualityId)).toMatchObject({
      mode: quality,
      verdict: 'passed',
      rows: 62,
      month: '2024-01',
      table: 'trades',
      batchId: ref.batchId,
    });
    expect((await rig.log(runId)).some((line) => line.startsWith(`info ${NAME}: 62 rows passed`))).toBe(true);
  });

  it.each(FAULTS)('is refused for %s, in one sentence with what to do', async (_, lines, sentence) => {
    const { rig, ref } = await packed(lines, TRADES, { quality });
    const error = await errorOf(rig.run(activity, ref));
    expect(error).toMatchObject({ code: 'QUALITY_FAILED', place: { table: 'trades' } });
    expect(error.message).toMatch(sentence);
    expect(error.next).toContain(`longshore month quality ${ref.batch} --month 2024-01 --table trades`);
    const [kept] = await rig.deps.catalog.months.qualityHistory({ batchId: ref.batchId, limit: 5 });
    expect(kept).toMatchObject({ verdict: 'failed', mode: quality });
  });

  it('is refused for a rule of the user, and only told of one that is a warning', async () => {
    const rules = (severity: string): object => ({
      ...TRADES,
      quality: { rules: [{ name: 'few', condition: 'id <= 60', severity }] },
    });
    const strict = await packed(january(), rules('critical'), { quality });
    const error = await errorOf(strict.rig.run(activity, strict.ref));
    expect(error.message).toContain('few');
    const lenient = await packed(january(), rules('warning'), { quality });
    expect(await lenient.rig.run(activity, lenient.ref)).toMatchObject({ verdict: 'warnings' });
  });
});

describe('checking', () => {
  it('alone ends with the file, and its folder goes when the month is closed', async () => {
    const { rig, ref } = await packed(january(), TRADES, { action: 'check' });
    await rig.run('judgeFile', ref);
    expect(await rig.file(ref.batchId, NAME)).toMatchObject({ state: 'checked', finishedAt: expect.any(Date) });
    const { loadId } = await rig.file(ref.batchId, NAME);
    expect(await rig.run('closeMonth', ref)).toMatchObject({ status: 'done', loaded: 1, rows: 62 });
    expect(existsSync(join(rig.folder, 'staging', 'month', loadId))).toBe(false);
  });

  it('a file of several is judged by its own range where it names one, else with the month', async () => {
    const rig = await rigOf({ tables: { trades: { ...TRADES, files: 'trades_{date_range}.tsv' } } });
    rig.write('trades_20240101-20240115.tsv', january().slice(0, 30));
    rig.write('trades_20240116-20240131.tsv', january().slice(32));
    const { ref } = await rig.plan();
    const judge = async (name: string) => {
      const at = { ...ref, fileId: (await rig.file(ref.batchId, name)).id };
      await rig.run('packFile', at);
      return rig.run('judgeFile', at);
    };
    expect(await judge('trades_20240101-20240115.tsv')).toMatchObject({ verdict: 'passed' });
    expect((await errorOf(judge('trades_20240116-20240131.tsv'))).message).toContain('2024-01-16');
  });

  it('goes by days that the definition names, and by none where it wants none', async () => {
    const half = { ...TRADES, expectedRange: { from: '2024-01-01', to: '2024-01-15' } };
    const named = await packed(january().slice(0, 30), half);
    expect(await named.rig.run('judgeFile', named.ref)).toMatchObject({ verdict: 'passed' });
    const none = await packed(january().slice(0, 10), { ...TRADES, expectedRange: 'none' });
    expect(await none.rig.run('judgeFile', none.ref)).toMatchObject({ verdict: 'passed' });
  });

  it('for a load needs the warehouse, and a file that has been read', async () => {
    const { rig, ref } = await packed(january());
    const away = new LongshoreError('HOST_UNREACHABLE', 'nobody answers');
    rig.override({ describe: () => Promise.reject(away) });
    expect(await errorOf(rig.run('judgeFile', ref))).toBe(away);
    rig.override({});
    const { size, mtimeMs, loadId } = await rig.file(ref.batchId, NAME);
    await rig.deps.catalog.months.resetFile(ref.fileId, { size, mtimeMs, loadId });
    expect(await errorOf(rig.run('judgeFile', ref))).toMatchObject({ code: 'INTERNAL' });
  });
});
