import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as fc from 'fast-check';
import { stagingError } from '../../../storage/disk-errors';
import { folderName, localPartStore, type PartStore } from '../../../storage/part-store';

let root: string;
let store: PartStore;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'longshore-store-')), 'staging');
  store = localPartStore({ root, minFreeBytes: 0 });
});
afterEach(() => rm(dirname(root), { recursive: true }));

const RUN = 'transfer/sales-daily/2026-11-20T05:00Z';

async function put(runId: string, tableId: string, part: number, content = 'rows'): Promise<string> {
  const path = await store.path(runId, tableId, part);
  await writeFile(path, content);
  return path;
}

describe('localPartStore', () => {
  it('gives the same place for the same names, in a folder that only its owner opens', async () => {
    const path = await store.path(RUN, 'public.orders', 7);
    expect(await store.path(RUN, 'public.orders', 7)).toBe(path);
    expect(relative(root, path).split(/[\\/]/)).toHaveLength(3);
    expect(path).toMatch(/part-000007\.parquet$/);
    for (const folder of [root, dirname(path), dirname(dirname(path))])
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('makes names that no file system objects to and that differ as the texts do', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        (a, b) => {
          expect(folderName(a)).toMatch(/^([A-Za-z0-9_][A-Za-z0-9_-]{0,59}-)?[0-9a-f]{16}$/);
          expect(folderName(a) === folderName(b)).toBe(a === b);
        },
      ),
    );
    expect(folderName('public.Orders').toLowerCase()).not.toBe(folderName('public.orders').toLowerCase());
    for (const text of ['..', '../../etc/passwd', '.', '', 'CON', 'a/b', 'a\\b', '\u0000'])
      expect(folderName(text)).toMatch(/^([A-Za-z0-9_][A-Za-z0-9_-]*-)?[0-9a-f]{16}$/);
  });

  it('has only what is there', async () => {
    expect(await store.has(RUN, 'public.orders', 1)).toBe(false);
    await put(RUN, 'public.orders', 1);
    expect(await store.has(RUN, 'public.orders', 1)).toBe(true);
    expect(await store.has(RUN, 'public.Orders', 1)).toBe(false);
    expect(await store.has(RUN, 'public.orders', 2)).toBe(false);
  });

  it('verifies what was written, and names the part that is another', async () => {
    const expected = { bytes: 4, sha256: createHash('sha256').update('rows').digest('hex') };
    const path = await put(RUN, 'public.orders', 1);
    await expect(store.verify(RUN, 'public.orders', 1, expected)).resolves.toBeUndefined();
    for (const damage of ['rowz', 'row', '']) {
      await writeFile(path, damage);
      await expect(store.verify(RUN, 'public.orders', 1, expected)).rejects.toMatchObject({
        code: 'PART_CORRUPT',
        place: { table: 'public.orders', part: 1, file: path },
      });
    }
    await rm(path);
    await expect(store.verify(RUN, 'public.orders', 1, expected)).rejects.toMatchObject({
      code: 'PART_CORRUPT',
      message: expect.stringContaining('is gone'),
    });
  });

  it('removes a part with what a crash left of it, and no other', async () => {
    const path = await put(RUN, 'public.orders', 1);
    await writeFile(`${path}.0123456789ab.partial`, '');
    await put(RUN, 'public.orders', 10);
    await store.removePart(RUN, 'public.orders', 1);
    await store.removePart(RUN, 'public.orders', 1);
    expect(await readdir(dirname(path))).toEqual(['part-000010.parquet']);
  });

  it('removes a run and leaves the others', async () => {
    await put(RUN, 'public.orders', 1);
    await put('other', 'public.orders', 1);
    await store.remove(RUN);
    await store.remove(RUN);
    expect(await store.has(RUN, 'public.orders', 1)).toBe(false);
    expect(await store.has('other', 'public.orders', 1)).toBe(true);
    expect(await readdir(root)).toHaveLength(1);
  });

  it('lists what runs have left, under their true names, and nothing else', async () => {
    expect(await store.leftovers()).toEqual([]);
    await put(RUN, 'public.orders', 1, 'x'.repeat(1000));
    await put(RUN, 'public.customers', 1, 'y'.repeat(500));
    await put('second', 'public.orders', 1);
    await mkdir(join(root, 'of somebody else'));
    await writeFile(join(root, 'a file'), '');
    const found = await store.leftovers();
    expect(found.map(({ runId, files }) => ({ runId, files }))).toEqual(
      expect.arrayContaining([
        { runId: RUN, files: 2 },
        { runId: 'second', files: 1 },
      ]),
    );
    expect(found).toHaveLength(2);
    expect(found.find(({ runId }) => runId === RUN)!.bytes).toBeGreaterThanOrEqual(1500);
  });

  it('says how much room is there and how much is needed, before it is used', async () => {
    await expect(store.reserve(1)).resolves.toBeUndefined();
    await expect(store.reserve(2 ** 60)).rejects.toMatchObject({
      code: 'DISK_FULL',
      place: { file: root },
      message: expect.stringMatching(/has [\d.]+ MB free; 1099511627776\.0 MB are needed/),
    });
    await expect(localPartStore({ root, minFreeBytes: 2 ** 60 }).reserve(0)).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
  });

  it('names the folder that cannot be made', async () => {
    await writeFile(root, 'a file where the folder should be');
    await expect(store.path(RUN, 'public.orders', 1)).rejects.toMatchObject({
      code: 'STAGING_UNAVAILABLE',
      message: expect.stringContaining(root),
    });
    await expect(store.reserve(1)).rejects.toMatchObject({ code: 'STAGING_UNAVAILABLE' });
  });

  it.each([-1, 1.5, Number.NaN])('takes %d for no number of a part', async (part) => {
    await expect(store.path(RUN, 'public.orders', part)).rejects.toThrow(RangeError);
  });
});

describe('stagingError', () => {
  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'STAGING_UNAVAILABLE'],
    ['EROFS', 'STAGING_UNAVAILABLE'],
    ['ENOENT', 'STAGING_UNAVAILABLE'],
  ])('takes %s for %s, naming the file', (system, code) => {
    const cause = Object.assign(new Error('no'), { code: system });
    expect(stagingError(cause, '/staging/a.parquet')).toMatchObject({
      code,
      cause,
      place: { file: '/staging/a.parquet' },
      message: expect.stringContaining('/staging'),
    });
  });

  it('leaves other errors as they are', () => {
    const error = new TypeError('not a matter of disks');
    expect(stagingError(error, '/a')).toBe(error);
  });
});
