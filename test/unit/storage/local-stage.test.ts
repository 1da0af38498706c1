import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStage, type LocalStage } from '../../../storage/local-stage';

describe('a folder as a stage', () => {
  let folder: string;
  let stage: LocalStage;
  let part: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
    stage = localStage(join(folder, 'stage'));
    part = join(folder, 'part');
    await writeFile(part, 'rows');
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  it('takes a file once, and again when its size is another', async () => {
    const progress = new BigInt64Array(2);
    expect(await stage.put(part, 't/load-1/part-1', { progress })).toBe(true);
    expect(await stage.put(part, 't/load-1/part-1', { progress })).toBe(false);
    expect(progress[1]).toBe(4n);
    await rm(part);
    expect(await readFile(stage.path('t/load-1/part-1'), 'utf8')).toBe('rows');
    await writeFile(part, 'more rows');
    expect(await stage.put(part, 't/load-1/part-1', {})).toBe(true);
    expect(await readFile(stage.path('t/load-1/part-1'), 'utf8')).toBe('more rows');
    expect(await readdir(join(folder, 'stage/t/load-1'))).toEqual(['part-1']);
  });

  it('copies no bytes where the file system has links', async () => {
    await stage.put(part, 'a', {});
    expect((await stat(stage.path('a'))).ino).toBe((await stat(part)).ino);
  });

  it('lists and removes what is below a prefix, and no more', async () => {
    for (const name of ['t/load-1/a', 't/load-1/b', 't/load-10/a', 'u/a']) await stage.put(part, name, {});
    expect(await stage.list('t/load-1/')).toEqual([
      { name: 't/load-1/a', bytes: 4 },
      { name: 't/load-1/b', bytes: 4 },
    ]);
    expect(await stage.list('t/load-1')).toHaveLength(3);
    expect(await stage.list('')).toHaveLength(4);
    expect(await stage.remove('t/load-1/')).toBe(2);
    expect(await stage.remove('t/load-1/')).toBe(0);
    expect((await stage.list('')).map(({ name }) => name)).toEqual(['t/load-10/a', 'u/a']);
    expect(await stage.remove('')).toBe(2);
    expect(await readdir(join(folder, 'stage'))).toEqual([]);
  });

  it('answers nothing where nothing was put', async () => {
    expect(await stage.list('t/')).toEqual([]);
    expect(await stage.remove('t/')).toBe(0);
  });

  it.each(['../out', 'a/../../out', '/etc/x', '', 'a//b', 'a\\b', '.'])(
    'takes no name that leaves it: %j',
    async (name) => {
      await expect(stage.put(part, name, {})).rejects.toMatchObject({ code: 'INTERNAL' });
    },
  );

  it('lets no prefix leave it', async () => {
    await stage.put(part, 'a', {});
    await expect(stage.remove('../')).rejects.toMatchObject({ code: 'INTERNAL' });
    expect((await stat(part)).size).toBe(4);
  });

  it('says when the part is not there, and stops when it is told to', async () => {
    await expect(stage.put(join(folder, 'none'), 'a', {})).rejects.toMatchObject({ code: 'STAGE_UPLOAD_FAILED' });
    await expect(stage.put(part, 'a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await stage.list('')).toEqual([]);
  });
});
