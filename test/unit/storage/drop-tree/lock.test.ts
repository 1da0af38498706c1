import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LOCK_NAME, releaseLock, scanTree, takeLock } from '../../../../storage/drop-tree';
import { makeTree, removeTree } from './folder';

let root: string;
beforeEach(async () => {
  root = await makeTree();
});
afterEach(() => removeTree(root));

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
const take = (owner: string, seconds: number) => takeLock(root, owner, { staleMs: 60_000, now: at(seconds) });
const lock = () => JSON.parse(readFileSync(join(root, LOCK_NAME), 'utf8')) as Record<string, string>;
const watched = (owner: string) => ({ code: 'FOLDER_WATCHED', message: expect.stringContaining(owner) as string });
const extras = () => readdirSync(root).filter((name) => name.startsWith('.') && name !== LOCK_NAME);

describe('the lock of a folder', () => {
  it('is refreshed by its owner and keeps others off, who learn whose it is', async () => {
    await take('catalog-1/drop', 0);
    await take('catalog-1/drop', 15);
    expect(lock()).toEqual({
      owner: 'catalog-1/drop',
      host: hostname(),
      since: at(0).toISOString(),
      refreshedAt: at(15).toISOString(),
    });
    await expect(take('catalog-2/drop', 75)).rejects.toMatchObject(watched('catalog-1/drop'));
    await expect(take('catalog-2/drop', 75)).rejects.toMatchObject(watched(hostname()));
    expect(extras()).toEqual([]);
  });

  it('is nobody’s when it was not refreshed, and its old owner learns that it lost it', async () => {
    await take('a', 0);
    await take('b', 61);
    await expect(take('a', 62)).rejects.toMatchObject(watched('b'));
    await take('b', 70);
  });

  it('does not last for ever because a clock was ahead', async () => {
    await take('a', 1_000_000);
    await take('b', 0);
    expect(lock().owner).toBe('b');
  });

  it('goes to one of many that find it free or stale', async () => {
    for (const [round, seconds] of [0, 100, 200, 300].entries()) {
      const owners = Array.from({ length: 12 }, (_, index) => `owner ${round}.${index}`);
      const results = await Promise.allSettled(owners.map((owner) => take(owner, seconds)));
      const winners = owners.filter((_, index) => results[index]?.status === 'fulfilled');
      expect(winners).toEqual([lock().owner]);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'FOLDER_WATCHED' });
    }
    expect(extras()).toEqual([]);
  });

  it('is given free by its owner only', async () => {
    await take('a', 0);
    await releaseLock(root, 'b');
    expect(lock().owner).toBe('a');
    await releaseLock(root, 'a');
    await releaseLock(root, 'a');
    await take('b', 1);
    expect(lock().owner).toBe('b');
  });

  it.each(['', '{', 'null', '[]', '{"owner":"a"}', '{"owner":"a","host":"h","since":"x","refreshedAt":"never"}'])(
    'is nobody’s when it is spoilt: %j',
    async (text) => {
      writeFileSync(join(root, LOCK_NAME), text);
      await take('b', 0);
      expect(lock().owner).toBe('b');
    },
  );

  it('is not in the way of a scan', async () => {
    await take('a', 0);
    expect(scanTree(root, { extensions: ['csv', 'json'], maxFiles: 1 })).toMatchObject({ files: [], problems: [] });
  });

  it('cannot be taken in a folder that is not there', async () => {
    await expect(takeLock(join(root, 'away'), 'a', { staleMs: 1, now: at(0) })).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
    });
  });
});
