import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DROP_PATHS, TREE_PATHS } from '../../../../core/drop/tree';
import type { FileErrorReport } from '../../../../core/drop/error-report';
import { cleanUpTree, ensureTree, folderHealth, writeCompanion } from '../../../../storage/drop-tree';
import { canMount, DROP, drop, makeTree, mountSmall, openToAll, removeTree, withoutRights } from './folder';
import { describeWith } from '../../../helpers/require-server';

let root: string;
beforeEach(async () => {
  root = await makeTree();
});
afterEach(() => removeTree(root));

const DAY = 86_400_000;
const namesIn = (folder: string): Set<string> => new Set(readdirSync(folder, { recursive: true }).map(String));

describe('ensureTree', () => {
  it('makes what is missing, once, and leaves nothing else', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'longshore-drop-'));
    const fresh = join(parent, 'not', 'there');
    try {
      expect((await ensureTree(fresh)).created).toEqual(TREE_PATHS);
      rmSync(join(fresh, DROP), { recursive: true });
      expect((await ensureTree(fresh)).created).toEqual([DROP, `${DROP}/processed`, `${DROP}/error`]);
      expect((await ensureTree(fresh)).created).toEqual([]);
      expect(namesIn(fresh)).toEqual(new Set(TREE_PATHS));
    } finally {
      await removeTree(parent);
    }
  });

  it('says which folder cannot be used, and why', async () => {
    const refused = (text: RegExp) => ({ code: 'FOLDER_UNAVAILABLE', message: expect.stringMatching(text) as string });
    rmSync(join(root, DROP), { recursive: true });
    writeFileSync(join(root, DROP), 'a file');
    await expect(ensureTree(root)).rejects.toMatchObject(refused(/fullload.*not a folder/));
    rmSync(join(root, DROP));
    symlinkSync(tmpdir(), join(root, DROP));
    // A link would take files out of the tree.
    await expect(ensureTree(root)).rejects.toMatchObject({ code: 'FOLDER_UNAVAILABLE' });
    writeFileSync(join(root, 'file'), '');
    await expect(ensureTree(join(root, 'file'))).rejects.toMatchObject(refused(/file cannot be made/));
  });

  it('says when a right is missing', async () => {
    openToAll(root);
    chmodSync(join(root, DROP, 'error'), 0o555);
    await expect(withoutRights(() => ensureTree(root))).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
      message: expect.stringMatching(/error cannot be written to.*EACCES/) as string,
    });
    chmodSync(join(root, DROP, 'error'), 0o700);
  });
});

describeWith(canMount, 'file systems cannot be mounted here', 'a disk that is full', () => {
  it('is told of before anything is dropped', async () => {
    const unmount = mountSmall(join(root, DROP, 'error'), 65_536);
    try {
      expect(() => writeFileSync(join(root, DROP, 'error', 'big'), Buffer.alloc(100_000))).toThrow(/ENOSPC/);
      const { problems } = await folderHealth(root);
      expect(problems).toMatchObject([{ folder: join(root, DROP, 'error'), error: { code: 'DISK_FULL' } }]);
      await expect(ensureTree(root)).rejects.toMatchObject({ code: 'DISK_FULL' });
    } finally {
      unmount();
    }
  });
});

describe('folderHealth', () => {
  it('tells of room on the disk and of folders that cannot be used', async () => {
    const { problems, disk } = await folderHealth(root);
    expect(problems).toEqual([]);
    expect(disk?.freeBytes).toBeGreaterThan(0);
    expect(disk?.totalBytes).toBeGreaterThanOrEqual(disk?.freeBytes ?? 0);
    rmSync(join(root, 'none_reference_data_table/append'), { recursive: true });
    expect((await folderHealth(root)).problems.map(({ folder }) => folder.slice(root.length + 1))).toEqual([
      'none_reference_data_table/append',
      'none_reference_data_table/append/processed',
      'none_reference_data_table/append/error',
    ]);
    const away = await folderHealth(join(root, 'away'));
    expect(away.disk).toBeUndefined();
    expect(away.problems[0]).toMatchObject({ error: { code: 'FOLDER_UNAVAILABLE' } });
  });
});

describe('writeCompanion', () => {
  const report = { file: 'a.csv', code: 'FILE_EMPTY', message: 'line\n"2"\u0000' } as FileErrorReport;

  it('writes the report beside the file, once', async () => {
    const filed = join(root, DROP, 'error', 'a.csv');
    expect(await writeCompanion(filed, report)).toBe(`${filed}.error.json`);
    expect(await writeCompanion(filed, report)).toBe(`${filed}.error.json`);
    expect(JSON.parse(readFileSync(`${filed}.error.json`, 'utf8'))).toEqual(report);
    expect(readdirSync(join(root, DROP, 'error'))).toEqual(['a.csv.error.json']);
  });

  it('does not overwrite what another wrote', async () => {
    const filed = join(root, DROP, 'error', 'a.csv');
    writeFileSync(`${filed}.error.json`, 'somebody');
    const path = await writeCompanion(filed, report);
    expect(path).toBe(join(root, DROP, 'error', 'a.csv.error (2).json'));
    expect(await writeCompanion(filed, report)).toBe(path);
    expect(readFileSync(`${filed}.error.json`, 'utf8')).toBe('somebody');
  });

  it('says when it cannot, and leaves no half of it', async () => {
    await expect(writeCompanion(join(root, 'away', 'a.csv'), report)).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
    });
  });
});

describe('cleanUpTree', () => {
  const processed = `${DROP}/processed`;
  const error = 'none_reference_data_table/append/error';
  const clean = (now: number, over: Partial<Parameters<typeof cleanUpTree>[1]> = {}) =>
    cleanUpTree(root, { now, maxAgeMs: { processed: 90 * DAY, error: 180 * DAY }, dryRun: false, ...over });
  const left = (folder: string) => readdirSync(join(root, folder)).sort();

  it('goes by when a processed file was put away, and not by how old it is', async () => {
    await drop(root, `${processed}/20260101_000000_old.csv`, '12345');
    await drop(root, `${processed}/20260301_000000_young.csv`);
    const now = Date.UTC(2026, 3, 2);
    expect(await clean(now, { dryRun: true })).toMatchObject([
      { folder: 'processed', files: 1, bytes: 5, paths: [`${processed}/20260101_000000_old.csv`] },
      { folder: 'error', files: 0, bytes: 0 },
    ]);
    expect(left(processed)).toHaveLength(2);
    expect((await clean(now))[0]).toMatchObject({ files: 1, bytes: 5 });
    expect(left(processed)).toEqual(['20260301_000000_young.csv']);
    expect((await clean(now))[0]).toMatchObject({ files: 0, bytes: 0 });
  });

  it('removes a failed file with its companion and quarantine file, after its own time', async () => {
    for (const name of ['a.csv', 'a.csv.error.json', 'a.csv.rejected.csv', 'orphan.csv.error.json'])
      await drop(root, `${error}/${name}`);
    const came = statSync(join(root, error, 'a.csv')).ctimeMs;
    expect((await clean(came + 179 * DAY))[1]).toMatchObject({ files: 0 });
    expect((await clean(came + 181 * DAY))[1]).toMatchObject({ files: 4 });
    expect(left(error)).toEqual([]);
  });

  it('touches nothing outside, no links and no folders', async () => {
    for (const folder of DROP_PATHS) await drop(root, `${folder}/waiting.csv`);
    await drop(root, 'target.csv');
    symlinkSync(join(root, 'target.csv'), join(root, error, 'link.csv'));
    mkdirSync(join(root, error, '20200101_000000_folder'));
    await drop(root, `${error}/20200101_000000_folder/inner.csv`);
    rmSync(join(root, processed), { recursive: true });
    symlinkSync(root, join(root, processed));
    const before = namesIn(root);
    expect(await clean(Date.now() + 10_000 * DAY)).toMatchObject([{ files: 0 }, { files: 0 }]);
    expect(namesIn(root)).toEqual(before);
  });

  it('removes thousands, names the first of them and stops when it is to', async () => {
    for (let index = 0; index < 1200; index++) writeFileSync(join(root, processed, `20200101_000000_${index}`), 'x');
    const controller = new AbortController();
    let looked = 0;
    const onFile = () => {
      if (++looked === 100) controller.abort(new Error('enough'));
    };
    await expect(clean(Date.now(), { signal: controller.signal, onFile })).rejects.toThrow('enough');
    expect(left(processed)).toHaveLength(1100);
    const [outcome] = await clean(Date.now());
    expect([outcome?.files, outcome?.paths.length]).toEqual([1100, 1000]);
  });
});
