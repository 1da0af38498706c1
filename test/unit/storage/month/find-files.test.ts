import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFiles } from '../../../../storage/month/find-files';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longshore-find-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (...names: string[]): void => {
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), name);
  }
};

describe('files below a folder', () => {
  it('are all found, with size and time, sorted by path', async () => {
    write('b.tsv', 'a/x.tsv', 'a/deep/er/y.tsv', 'c d/ü.tsv');
    const found = await findFiles(root);
    expect(found.map(({ relative, size }) => [relative, size])).toEqual([
      ['a/deep/er/y.tsv', 15],
      ['a/x.tsv', 7],
      ['b.tsv', 5],
      ['c d/ü.tsv', 10],
    ]);
    expect(found[0]?.path).toBe(join(root, 'a/deep/er/y.tsv'));
    expect(Date.now() - (found[0]?.mtimeMs ?? 0)).toBeLessThan(60_000);
  });

  it('are not hidden ones, and no link is followed: neither in a circle nor out of the folder', async () => {
    write('in/a.tsv', 'in/.hidden.tsv', 'in/.git/b.tsv', 'out/secret.tsv');
    symlinkSync(join(root, 'in'), join(root, 'in/circle'));
    symlinkSync(join(root, 'out'), join(root, 'in/away'));
    symlinkSync(join(root, 'out/secret.tsv'), join(root, 'in/secret.tsv'));
    expect((await findFiles(join(root, 'in'))).map(({ relative }) => relative)).toEqual(['a.tsv']);
  });

  it('cannot be found in a folder that is not there, or is a file', async () => {
    write('file');
    await expect(findFiles(join(root, 'none'))).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
      message: expect.stringMatching(/none cannot be listed: it does not exist/) as string,
    });
    await expect(findFiles(join(root, 'file'))).rejects.toMatchObject({ code: 'FOLDER_UNAVAILABLE' });
  });

  it('are refused beyond a limit', async () => {
    write('a', 'b', 'c');
    await expect(findFiles(root, { limit: 3 })).resolves.toHaveLength(3);
    await expect(findFiles(root, { limit: 2 })).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
      message: `${root} has more than 2 files.`,
    });
  });

  it('are listed without keeping others from their turn', async () => {
    for (let folder = 0; folder < 10; folder++) {
      mkdirSync(join(root, `${folder}`));
      for (let file = 0; file < 1000; file++) writeFileSync(join(root, `${folder}`, `${file}`), '');
    }
    let turns = 0;
    let isListing = true;
    const count = (): void => {
      turns++;
      if (isListing) setImmediate(count);
    };
    setImmediate(count);
    expect(await findFiles(root)).toHaveLength(10_000);
    isListing = false;
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
