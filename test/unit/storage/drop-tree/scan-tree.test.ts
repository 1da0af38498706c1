import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isSameFile } from '../../../../core/drop/scan';
import { DROP_PATHS } from '../../../../core/drop/tree';
import { identityAt, scanTree } from '../../../../storage/drop-tree';
import { DROP, drop, makeTree, openToAll, removeTree, withoutRights } from './folder';

let root: string;
beforeEach(async () => {
  root = await makeTree();
});
afterEach(() => removeTree(root));

const scan = (over: Partial<Parameters<typeof scanTree>[1]> = {}) =>
  scanTree(root, { extensions: ['csv', 'txt'], maxFiles: 1000, ...over });
const problems = () =>
  scan()
    .problems.map(({ path, code }) => `${code} ${path}`)
    .sort();

describe('scanTree', () => {
  it('finds the files of the four drop folders, with size, time and inode as the system has them', async () => {
    for (const [index, folder] of DROP_PATHS.entries()) await drop(root, `${folder}/f${index}.csv`, 'x'.repeat(index));
    utimesSync(join(root, DROP, 'f0.csv'), 1_790_000_000.123_456, 1_790_000_000.123_456);
    const { files, problems: found, ignored } = scan();
    expect(files.map(({ path }) => path).sort()).toEqual(DROP_PATHS.map((folder, i) => `${folder}/f${i}.csv`).sort());
    for (const one of files) {
      const stats = lstatSync(join(root, one.path), { bigint: true });
      expect(one).toMatchObject({ size: Number(stats.size), inode: String(stats.ino) });
      expect(Math.abs(one.mtimeMs - Number(stats.mtimeNs) / 1e6)).toBeLessThan(0.001);
      expect(isSameFile(one, (await identityAt(join(root, one.path)))!)).toBe(true);
    }
    expect([found, ignored]).toEqual([[], 0]);
  });

  it('finds names with any character', async () => {
    const names = [
      'line\nbreak.csv',
      'carriage\rreturn.csv',
      '"quoted" \'names\'.csv',
      '-rf.csv',
      '--help.csv',
      ' space .csv',
      'back\\slash.csv',
      'tab\t;$(rm).csv',
      'é漢😀.csv',
      'e\u0301.csv',
      '%2e%2e%2f.csv',
      '\u0001\u007f.csv',
      '\ufffd.csv',
      `${'n'.repeat(251)}.csv`,
      `${'漢'.repeat(83)}.csv`,
      '*.csv',
      'con.csv',
    ];
    for (const name of names) await drop(root, `${DROP}/${name}`);
    const { files, problems: found } = scan();
    expect(files.map(({ path }) => path.slice(DROP.length + 1)).sort()).toEqual([...names].sort());
    expect(found).toEqual([]);
  });

  it('names, with its bytes, a name that is no text, and finds its neighbours all the same', async () => {
    const bytes = (name: string) => Buffer.concat([Buffer.from(`${join(root, DROP)}/`), Buffer.from(name, 'latin1')]);
    for (const name of ['caf\xe9.csv', 'caf\xe8.csv']) writeFileSync(bytes(name), 'x');
    await drop(root, `${DROP}/caf\ufffd.csv`);
    await drop(root, `${DROP}/good.csv`);
    expect(problems()).toEqual(['name-not-text ' + `${DROP}/caf\\xe8.csv`, 'name-not-text ' + `${DROP}/caf\\xe9.csv`]);
    // A name that holds the sign for such bytes cannot be told from them by its text, but by its bytes.
    expect(scan().files.map(({ path }) => path)).toContain(`${DROP}/good.csv`);
  });

  it('tells of links, folders, pipes and sockets by name, and follows none', async () => {
    await drop(root, `${DROP}/real.csv`);
    const outside = await makeTree();
    try {
      await drop(outside, 'secret.csv');
      symlinkSync(join(outside, 'secret.csv'), join(root, DROP, 'link.csv'));
      symlinkSync('nowhere', join(root, DROP, 'dangling.csv'));
      symlinkSync(outside, join(root, DROP, 'folder-link'));
      symlinkSync(outside, join(root, 'linked'));
      mkdirSync(join(root, DROP, 'folder.csv'));
      await drop(root, `${DROP}/folder.csv/inner.csv`);
      execFileSync('mkfifo', [join(root, DROP, 'pipe.csv')]);
      const server = createServer().listen(join(root, DROP, 'socket.csv'));
      await new Promise((resolve) => server.once('listening', resolve));
      expect(scan().files.map(({ path }) => path)).toEqual([`${DROP}/real.csv`]);
      expect(problems()).toEqual(
        [
          'link ' + `${DROP}/dangling.csv`,
          'link ' + `${DROP}/folder-link`,
          'not-a-file ' + `${DROP}/folder.csv`,
          'link ' + `${DROP}/link.csv`,
          'not-a-file ' + `${DROP}/pipe.csv`,
          'not-a-file ' + `${DROP}/socket.csv`,
          'link ' + 'linked',
        ].sort(),
      );
      server.close();
    } finally {
      await removeTree(outside);
    }
  });

  it('tells of files in wrong places and with other extensions, and counts hidden and temporary ones', async () => {
    for (const path of ['a.csv', 'reference_data_table/b.csv', `${DROP}/c.xlsx`, `${DROP}/d`]) await drop(root, path);
    mkdirSync(join(root, 'others'));
    mkdirSync(join(root, 'reference_data_table', 'monthly'));
    for (const path of ['.hidden.csv', `${DROP}/.h.csv`, `${DROP}/~$x.csv`, `${DROP}/x.csv.part`, `${DROP}/x.csv~`])
      await drop(root, path);
    expect(problems()).toEqual(
      [
        'misplaced ' + 'a.csv',
        'misplaced ' + 'others',
        'misplaced ' + 'reference_data_table/b.csv',
        'misplaced ' + 'reference_data_table/monthly',
        'extension ' + `${DROP}/c.xlsx`,
        'extension ' + `${DROP}/d`,
      ].sort(),
    );
    expect(scan()).toMatchObject({ files: [], ignored: 5 });
  });

  it('does not look at what has been put away, nor into folders of its own', async () => {
    for (const path of [`${DROP}/processed/a.csv`, `${DROP}/error/b.csv`, `${DROP}/error/b.csv.error.json`])
      await drop(root, path);
    expect(scan()).toEqual({ files: [], problems: [], problemCount: 0, ignored: 0 });
  });

  it('takes folders in other capitals for what they are', async () => {
    renameSync(join(root, 'reference_data_table'), join(root, 'x'));
    renameSync(join(root, 'x'), join(root, 'Reference_Data_Table'));
    await drop(root, 'Reference_Data_Table/fullload/a.csv');
    expect(scan().files).toMatchObject([{ path: 'Reference_Data_Table/fullload/a.csv' }]);
  });

  it('never takes a folder that cannot be seen for an empty one', async () => {
    await drop(root, `${DROP}/a.csv`);
    const append = join(root, 'none_reference_data_table/append');
    for (const kind of ['processed', 'error']) rmdirSync(join(append, kind));
    rmdirSync(append);
    const refused = {
      code: 'FOLDER_UNAVAILABLE',
      message: expect.stringContaining('none_reference_data_table/append') as string,
    };
    expect(() => scan()).toThrow(expect.objectContaining(refused));
    symlinkSync(join(root, DROP), append);
    expect(() => scan()).toThrow(expect.objectContaining(refused));
    await removeTree(root);
    expect(() => scan()).toThrow(
      expect.objectContaining({ code: 'FOLDER_UNAVAILABLE', message: expect.stringContaining('ENOENT') as string }),
    );
  });

  it('refuses more files than it may take', async () => {
    for (let index = 0; index < 4; index++) await drop(root, `${DROP}/f${index}.csv`);
    expect(scan({ maxFiles: 4 }).files).toHaveLength(4);
    expect(() => scan({ maxFiles: 3 })).toThrow(/more than 3 files/);
  });

  it('tells of so many problems and counts the others', async () => {
    for (let index = 0; index < 5; index++) await drop(root, `${DROP}/f${index}.doc`);
    const { problems: told, problemCount } = scan({ maxProblems: 2 });
    expect([told.length, problemCount]).toEqual([2, 5]);
  });

  it('sees a file under two names as two files of one inode', async () => {
    await drop(root, `${DROP}/a.csv`);
    linkSync(join(root, DROP, 'a.csv'), join(root, DROP, 'b.csv'));
    const { files } = scan();
    expect(files).toHaveLength(2);
    expect(files[0]?.inode).toBe(files[1]?.inode);
  });

  it('tells of files that it may not read', async () => {
    await drop(root, `${DROP}/open.csv`);
    await drop(root, `${DROP}/closed.csv`);
    openToAll(root);
    chmodSync(join(root, DROP, 'closed.csv'), 0o000);
    const found = await withoutRights(() => scan());
    expect(found.files.map(({ path }) => path)).toEqual([`${DROP}/open.csv`]);
    expect(found.problems).toMatchObject([
      { path: `${DROP}/closed.csv`, code: 'unreadable', message: expect.stringContaining('EACCES') as string },
    ]);
  });

  it('does not go on without a folder that it may not list', async () => {
    openToAll(root);
    chmodSync(join(root, DROP), 0o000);
    await expect(withoutRights(() => scan())).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
      message: expect.stringMatching(/fullload cannot be listed.*EACCES/) as string,
    });
    chmodSync(join(root, DROP), 0o700);
  });
});
