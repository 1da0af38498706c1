/** `longshore drop …` as a user types it, against workflows that stand in for the real ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, NOUNS } from '../../cli/commands';
import { runCli } from '../../cli/core/program';
import { fakeIo } from '../unit/cli/fake-io';
import { type DropSite, dropSite, eventually } from './drop-client/site';

let site: DropSite;
let disk: string;
let folder: string;

async function longshore(line: string, options: { terminal?: boolean } = {}) {
  const io = fakeIo({ env: site.env, cwd: disk, width: 100, ...options });
  io.now = () => Date.now();
  const code = await runCli(line.split(' '), io, { commands: COMMANDS, nouns: NOUNS, version: '1' });
  return { code, out: io.stdout, err: io.stderr };
}

async function json(line: string): Promise<{ code: number; data: Record<string, unknown> }> {
  const { code, out } = await longshore(`${line} --json`);
  return { code, data: JSON.parse(out) as Record<string, unknown> };
}

const addFile = (path: string) =>
  site.client.catalog.dropFiles.add({
    folder,
    path,
    size: 1500,
    mtimeMs: 1,
    inode: path,
    dataset: 'reference',
    loadType: 'append',
    groupKey: path,
  });

beforeAll(async () => {
  site = await dropSite();
});

beforeEach(() => {
  folder = site.unique('ref');
  disk = mkdtempSync(join(tmpdir(), 'longshore-drop-cli-'));
  writeFileSync(
    join(disk, 'longshore.yaml'),
    `version: 1\nenvironments:\n  lake: { kind: duckdb, path: lake.db }\ndropFolders:\n  ${folder}: { path: drop, to: lake }\n`,
  );
});

afterEach(() => rmSync(disk, { recursive: true, force: true }));

afterAll(() => site.close());

describe('longshore drop', () => {
  it('watches a folder from a script, says so again, and refuses another configuration until it is asked to', async () => {
    const first = await longshore(`drop watch ${folder} --no-wait`);
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${folder} is watched from now on, with version`),
    });
    expect((await longshore(`drop watch ${folder} --no-wait`)).out).toContain('is watched already');
    const env = { [`LONGSHORE__dropFolders__${folder}__match`]: '50' };
    const io = fakeIo({ env: { ...site.env, ...env }, cwd: disk });
    const other = (more: string[]) =>
      runCli(['drop', 'watch', folder, '--no-wait', ...more], io, { commands: COMMANDS, nouns: NOUNS, version: '1' });
    expect(await other([])).toBe(4);
    expect(io.stderr).toContain(`longshore drop watch ${folder} --restart`);
    expect(await other(['--restart'])).toBe(0);
  });

  it('shows what happens until the watch is stopped, and ends with 0', async () => {
    const watching = longshore(`drop watch ${folder}`, { terminal: true });
    await eventually(() => site.client.drops.watched(folder), Boolean);
    await longshore(`drop scan ${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await longshore(`drop stop ${folder} --reason enough`)).toMatchObject({ code: 0 });
    const { code, out, err } = await watching;
    expect(code).toBe(0);
    expect(err).toContain('a.csv ████████░░░░░░░░ 50%  5 rows');
    expect(err).toContain('left alone: stray.csv');
    expect(out).toContain('stopped');
  });

  it('shows all folders in a line each, and one in full; a name that nobody knows is a slip', async () => {
    await longshore(`drop watch ${folder} --no-wait`);
    const id = await addFile('bad.csv');
    await site.client.catalog.dropFiles.update(id, {
      state: 'failed',
      finishedAt: new Date(),
      error: { code: 'FILE_EMPTY', message: 'It has no rows.', place: {}, next: 'Look.' },
    });
    const all = await longshore('drop status --no-color', { terminal: true });
    expect(all.out).toMatch(new RegExp(`${folder} +running +lake`));
    for (const line of all.out.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    const one = await longshore(`drop status ${folder}`);
    expect(one.out).toContain('files: 1 failed; 0 rows loaded');
    expect(one.out).toContain('FILE_EMPTY');
    expect((await json(`drop status ${folder}`)).data).toMatchObject({ state: 'running', files: { failed: 1 } });
    expect(await longshore('drop status nowhere')).toMatchObject({
      code: 2,
      err: expect.stringContaining(`the configuration defines ${folder}`),
    });
  });

  it('lists files by state, and what they have in common', async () => {
    const id = await addFile('reference_data_table/append/bad.csv');
    await addFile('reference_data_table/append/good.csv');
    await site.client.catalog.dropFiles.update(id, {
      state: 'failed',
      table: 'ref.bad',
      finishedAt: new Date(),
      error: { code: 'FILE_REJECTED_ROWS', message: 'Row 7.', place: { line: 7 }, next: 'Correct it.' },
    });
    const { code, data } = await json(`drop files ${folder} --state failed`);
    expect([code, data]).toEqual([0, [expect.objectContaining({ id, state: 'failed', warnings: [] })]]);
    expect((await longshore(`drop files ${folder} --limit 1`)).out.trim().split('\n')).toHaveLength(2);
    const errors = await longshore(`drop errors ${folder} --last 1h`);
    expect(errors.out).toContain('1 file failed: 1 by content.');
    expect(errors.out).toContain('bad.csv, for ref.bad, line 7: Row 7.');
    const shown = await longshore(`drop performance ${folder} --since 1h`);
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('1 failed (100%)') });
    expect(shown.out).toContain(`longshore drop errors ${folder}`);
    expect(await json(`drop performance ${folder}`)).toMatchObject({
      code: 0,
      data: { folder, failed: 1, findings: [{ kind: 'failures' }] },
    });
    const nobodys = await longshore(`drop performance ${folder}-nobody`);
    expect(nobodys).toMatchObject({ code: 0, out: expect.stringContaining('No file has ended') });
  });

  it('asks a worker, whether the folder is watched or not', async () => {
    const health = await longshore(`drop health ${folder}`);
    expect(health).toMatchObject({ code: 1, out: expect.stringMatching(/disk +failed +nothing is left/) });
    expect(await json(`drop clean-up ${folder} --dry-run`)).toMatchObject({ code: 0, data: { dryRun: true } });
    expect((await json(`drop check-config ${folder}`)).code).toBe(1);
    expect((await json(`drop check-config ${folder} --repair`)).code).toBe(0);
    expect(await longshore(`drop table ${folder} ref.none`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('TABLE_NOT_FOUND'),
    });
    expect(await longshore(`drop retry ${folder} --file a.csv -f b.csv`)).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 files put back.'),
    });
  });

  it.each([
    ['good.csv', 0, 'loaded', '3 rows'],
    ['twice.csv', 0, 'skipped', ''],
    ['bad.csv', 1, 'failed', 'FILE_EMPTY'],
  ])('loads %s at once, and ends with %i', async (name, exit, state, text) => {
    const { code, out } = await longshore(`drop process ${folder} ${name} --dataset reference --load fullload`);
    expect(code).toBe(exit);
    expect(out).toContain(`${state} ${join(disk, name)}`);
    expect(out).toContain(text);
  });

  it('starts a file for a script, which can ask for it', async () => {
    const line = `drop process ${folder} slow.csv --dataset none-reference --load append --no-wait`;
    const { code, data } = await json(line);
    expect([code, data['path']]).toEqual([0, join(disk, 'slow.csv')]);
    await site.client.drops.cancelTask(String(data['operationId']), { by: 'ann' });
  });

  it('pauses, resumes and looks, and says who must watch first', async () => {
    expect(await longshore(`drop pause ${folder}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`longshore drop watch ${folder}`),
    });
    await longshore(`drop watch ${folder} --no-wait`);
    expect((await longshore(`drop pause ${folder}`)).out).toContain('is paused');
    await eventually(
      () => site.client.drops.status(folder),
      ({ state }) => state === 'paused',
    );
    expect((await longshore(`drop resume ${folder}`)).code).toBe(0);
  });

  it.each([
    ['drop process F x.csv --load append', '--dataset must be given'],
    ['drop process F x.csv', '--dataset and --load must be given'],
    ['drop process F x.csv --dataset ref --load append', "'ref' is invalid"],
    ['drop errors F --last yesterday', 'is no duration'],
    ['drop performance F --since yesterday', 'is no duration'],
    ['drop retry F --code EMPTY', 'EMPTY is no code of an error'],
    ['drop files F --state done', "'done' is invalid"],
    ['drop watch', "missing required argument 'FOLDER'"],
    ['drop wach F', 'watch'],
  ])('%s ends with 2', async (line, message) => {
    const { code, err } = await longshore(line);
    expect(code).toBe(2);
    expect(err.toLowerCase()).toContain(message.toLowerCase());
  });
});

describe('longshore run', () => {
  it('shows, pauses, resumes and cancels a folder like any run', async () => {
    await longshore(`drop watch ${folder} --no-wait`);
    const run = `drop/${folder}`;
    expect((await longshore(`run show ${run}`)).out).toContain(`${folder}  running  into lake`);
    expect((await longshore(`run pause ${run}`)).code).toBe(0);
    await eventually(
      () => site.client.drops.status(folder),
      ({ state }) => state === 'paused',
    );
    expect((await longshore(`run resume ${folder}`)).code).toBe(0);
    expect((await longshore(`run cancel ${run}`)).code).toBe(0);
    await eventually(
      () => site.client.drops.watched(folder),
      (found) => found === undefined,
    );
    expect(await longshore(`run report ${run}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no report'),
    });
  });

  it('watches a folder by its run until it is stopped', async () => {
    await longshore(`drop watch ${folder} --no-wait`);
    const watching = longshore(`run watch drop/${folder}`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await longshore(`drop stop ${folder}`);
    expect(await watching).toMatchObject({ code: 0, out: expect.stringContaining('stopped') });
  });
});
