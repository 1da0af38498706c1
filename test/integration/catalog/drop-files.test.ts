import * as fc from 'fast-check';
import { Client } from 'pg';
import { type Catalog, type DropFileStore, openCatalog, type ScanChanges } from '../../../catalog';
import type { ErrorReport } from '../../../core/errors/longshore-error';
import type { FilePlan } from '../../../core/types/drop';
import { testPostgres } from '../../helpers/postgres';

let url: string;
let catalog: Catalog;
let other: Catalog;
let sql: Client;
let store: DropFileStore;
let folder: string;
let folders = 0;

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('catalog_drop');
  catalog = await openCatalog({ url });
  other = await openCatalog({ url });
  store = catalog.dropFiles;
  sql = new Client({ connectionString: url });
  await sql.connect();
});

afterAll(async () => {
  await sql.end();
  await catalog.close();
  await other.close();
  await (await testPostgres()).dropDatabase(url);
});

beforeEach(() => {
  folder = `drop-${++folders}`;
});

type Seen = ScanChanges['seen'][number];

const file = (name: string, over: Partial<Seen> = {}): Seen => ({
  path: `reference_data_table/fullload/${name}`,
  size: 10,
  mtimeMs: 1_790_000_000_123.456,
  inode: '18446744073709551615',
  dataset: 'reference',
  loadType: 'fullload',
  groupKey: name.replace(/\..*/, ''),
  ...over,
});

async function scan(changes: Partial<ScanChanges>): Promise<number> {
  const number = await store.nextScan(folder);
  await store.applyScan({ folder, scan: number, seen: [], ready: [], vanished: [], ...changes });
  return number;
}

/** Files that are ready at once. */
async function settled(...files: Seen[]): Promise<void> {
  await scan({ seen: files });
  await scan({ ready: (await store.watched(folder)).map(({ id }) => id) });
}

const byPath = <T extends { path: string }>(files: T[]): T[] =>
  [...files].sort((a, b) => Number(a.path > b.path) - Number(a.path < b.path));

const error = (code: 'FILE_EMPTY' | 'DEADLOCK'): ErrorReport => ({
  code,
  message: 'nothing\u0000in it',
  place: { file: 'a.csv', line: 3 },
  next: 'look',
});

describe('scans', () => {
  it('are numbered on and on, without a gap or a double when many ask at once', async () => {
    const numbers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? store : other.dropFiles).nextScan(folder)),
    );
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await store.nextScan(`${folder} of somebody else`)).toBe(1);
  });

  it('keep what was seen to the last bit, whatever the name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((name) => !name.includes('\u0000')),
          { maxLength: 20 },
        ),
        fc.double({ min: 0, max: 4e12, noNaN: true }),
        fc.maxSafeNat(),
        async (names, mtimeMs, size) => {
          folder = `drop-${++folders}`;
          const seen = names.map((name) => file('x', { path: name, mtimeMs, size, groupKey: name }));
          const number = await scan({ seen });
          const known = await store.watched(folder);
          const whatever = { id: expect.any(Number) as number, firstSeenAt: expect.any(Date) as Date };
          expect(byPath(known)).toEqual(
            byPath(seen).map(({ path, inode }) => ({
              ...whatever,
              path,
              inode,
              mtimeMs,
              size,
              state: 'watching',
              firstScan: number,
            })),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('begin the checks of a changed file again and leave one that is processed alone', async () => {
    await settled(file('a.csv'), file('b.csv'), file('c.csv'));
    const before = byPath(await store.watched(folder));
    const [taken] = await store.claim(folder, 1);
    const number = await scan({ seen: ['a.csv', 'b.csv'].map((name) => file(name, { size: 11, inode: '7' })) });
    const [a, b, c] = byPath(await store.watched(folder));
    expect(taken?.path).toBe(a?.path);
    expect(a).toMatchObject({ state: 'processing', size: 10 });
    expect(b).toMatchObject({ id: before[1]?.id, state: 'watching', size: 11, inode: '7', firstScan: number });
    // How long it has been there does not begin again: else one that never settles would never be reported.
    expect(b?.firstSeenAt).toEqual(before[1]?.firstSeenAt);
    expect(c).toEqual(before[2]);
  });

  it('forget files that are gone, but none that is processed, and take the same path as a new file', async () => {
    await settled(file('a.csv'), file('b.csv', { mtimeMs: 1 }));
    await store.claim(folder, 1);
    const [a, b] = byPath(await store.watched(folder));
    await scan({ vanished: [a!.id, b!.id], seen: [file('a.csv', { size: 99 })] });
    expect(byPath(await store.watched(folder))).toMatchObject([
      { path: a!.path, state: 'watching', size: 99 },
      { id: b!.id, state: 'processing' },
    ]);
    expect(await store.get(a!.id)).toMatchObject({ state: 'vanished', finishedAt: expect.any(Date) as Date });
  });

  it('change nothing when they are told twice or come late', async () => {
    const first = await scan({ seen: [file('a.csv')] });
    const late = await store.nextScan(folder);
    const number = await scan({ ready: (await store.watched(folder)).map(({ id }) => id) });
    for (const again of [first, late, number])
      await store.applyScan({ folder, scan: again, seen: [file('a.csv', { size: 77 })], ready: [], vanished: [] });
    expect(await store.watched(folder)).toMatchObject([{ state: 'ready', size: 10, firstScan: first }]);
  });

  it('do not touch files of other folders', async () => {
    await settled(file('a.csv'));
    const [mine] = await store.watched(folder);
    const before = folder;
    folder = `drop-${++folders}`;
    await scan({ vanished: [mine!.id] });
    expect(await store.watched(before)).toEqual([mine]);
  });

  it('of a hundred thousand files take seconds at the first sight and about one afterwards', async () => {
    const seen = Array.from({ length: 100_000 }, (_, index) => file(`orders_${index}.csv`, { mtimeMs: index }));
    const ms: Record<string, number> = {};
    const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const start = performance.now();
      const result = await work();
      ms[name] = Math.round(performance.now() - start);
      return result;
    };
    await timed('first', () => scan({ seen }));
    await sql.query('ANALYZE longshore.drop_files');
    const known = await timed('watched', () => store.watched(folder));
    expect(known).toHaveLength(100_000);
    await timed('steady', () => scan({ seen: seen.slice(0, 100).map((one) => ({ ...one, size: 12 })) }));
    await timed('ready', () => scan({ ready: known.map(({ id }) => id) }));
    const taken = await timed('claim', () => store.claim(folder, 8));
    expect(taken.map(({ mtimeMs }) => mtimeMs)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    process.stderr.write(`drop files, 100,000: ${JSON.stringify(ms)} ms\n`);
    // Generous: other tests run beside it.
    expect(ms.watched! + ms.steady!).toBeLessThan(10_000);
    expect(ms.claim).toBeLessThan(3000);
  });
});

describe('claims', () => {
  const many = (groups: number, each: number): Seen[] =>
    Array.from({ length: groups * each }, (_, index) =>
      file(`g${index % groups}_${String(index).padStart(5, '0')}.csv`, {
        groupKey: `g${index % groups}`,
        mtimeMs: 1000 + ((index * 7919) % 10_007),
      }),
    );

  it('takes the oldest of each group, by time and then by name, and no second of a group at work', async () => {
    await settled(
      file('b2.csv', { groupKey: 'b', mtimeMs: 5 }),
      file('b1.csv', { groupKey: 'b', mtimeMs: 5 }),
      file('a1.csv', { groupKey: 'a', mtimeMs: 9 }),
      file('a0.csv', { groupKey: 'a', mtimeMs: 10 }),
      file('c.csv', { groupKey: 'c', mtimeMs: 20 }),
    );
    const names = (files: { path: string }[]) => files.map(({ path }) => path.split('/')[2]);
    const first = await store.claim(folder, 2);
    expect(names(first)).toEqual(['b1.csv', 'a1.csv']);
    expect(first[0]).toMatchObject({ state: 'processing', startedAt: expect.any(Date) as Date });
    expect(names(await store.claim(folder, 5))).toEqual(['c.csv']);
    expect(await store.claim(folder, 5)).toEqual([]);
    await store.update(first[0]!.id, { state: 'loaded' });
    expect(names(await store.claim(folder, 5))).toEqual(['b2.csv']);
  });

  it('finds free groups behind thousands of files of one that is at work', async () => {
    await settled(...many(1, 1500), file('last.csv', { groupKey: 'z', mtimeMs: 1e9 }));
    const [first] = await store.claim(folder, 1);
    expect(first?.groupKey).toBe('g0');
    expect(await store.claim(folder, 3)).toMatchObject([{ groupKey: 'z' }]);
  });

  it('gives a file to one caller only and keeps groups apart, however many callers', async () => {
    const files = many(7, 40);
    await settled(...files);
    const expected = new Map<string, string[]>();
    for (const one of [...files].sort((a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : 1)))
      expected.set(one.groupKey, [...(expected.get(one.groupKey) ?? []), one.path]);
    const taken = new Map<string, string[]>();
    const atWork = new Set<string>();
    let left = files.length;
    const caller = async (mine: DropFileStore): Promise<void> => {
      while (left > 0) {
        for (const { id, groupKey, path } of await mine.claim(folder, 3)) {
          expect(atWork.has(groupKey)).toBe(false);
          atWork.add(groupKey);
          taken.set(groupKey, [...(taken.get(groupKey) ?? []), path]);
          await new Promise((resolve) => setTimeout(resolve, 1));
          atWork.delete(groupKey);
          await mine.update(id, { state: 'loaded', rows: 1 });
          left--;
        }
      }
    };
    await Promise.all([store, other.dropFiles, store, other.dropFiles, store].map(caller));
    expect(taken).toEqual(expected);
    expect((await store.summary(folder)).states).toEqual({ loaded: 280 });
  });

  it('never has two of a group at work while files become ready in between', async () => {
    await scan({ seen: many(5, 30) });
    const waiting = (await store.watched(folder)).map(({ id }) => id);
    const watchdog = async () => {
      const { rows } = await sql.query(
        `SELECT group_key FROM longshore.drop_files WHERE folder = $1 AND state = 'processing'
         GROUP BY group_key HAVING count(*) > 1`,
        [folder],
      );
      expect(rows).toEqual([]);
    };
    let done = 0;
    const caller = async (mine: DropFileStore): Promise<void> => {
      while (done < 150) {
        const files = await mine.claim(folder, 2);
        await watchdog();
        for (const { id } of files) await mine.update(id, { state: 'loaded' });
        done += files.length;
      }
    };
    const settle = async (): Promise<void> => {
      while (waiting.length > 0) await scan({ ready: waiting.splice(-7) });
    };
    await Promise.all([settle(), caller(store), caller(other.dropFiles), caller(store)]);
    expect(done).toBe(150);
  });

  it('repeats its answer to who asks again under the same name', async () => {
    await settled(file('a.csv'), file('b.csv'), file('c.csv'));
    const first = await store.claim(folder, 2, 'watcher 1, attempt for scan 9');
    expect(first).toHaveLength(2);
    expect(await store.claim(folder, 2, 'watcher 1, attempt for scan 9')).toEqual(first);
    expect(await store.claim(folder, 2, 'another')).toHaveLength(1);
  });
});

describe('a file', () => {
  it('added by hand is ready at once, and one however often it is added', async () => {
    const one = { ...file('a.csv'), folder };
    const ids = await Promise.all([store.add(one), other.dropFiles.add(one), store.add(one)]);
    expect(new Set(ids).size).toBe(1);
    expect(await store.get(ids[0])).toMatchObject({ ...one, state: 'ready' });
    await store.claim(folder, 1);
    expect(await store.add({ ...one, size: 12 })).toBe(ids[0]);
    expect(await store.get(ids[0])).toMatchObject({ state: 'processing', size: 10 });
    await store.update(ids[0], { state: 'loaded' });
    expect(await store.add(one)).not.toBe(ids[0]);
  });

  it('being watched already becomes ready when it is added', async () => {
    await scan({ seen: [file('a.csv')] });
    const [known] = await store.watched(folder);
    expect(await store.add({ ...file('a.csv', { size: 11 }), folder })).toBe(known?.id);
    expect(await store.watched(folder)).toMatchObject([{ state: 'ready', size: 11 }]);
  });

  it('keeps what is patched, drops an error that is taken away, and ends with a time', async () => {
    const id = await store.add({ ...file('a.csv'), folder });
    const plan = { rows: 3, warnings: ['so\u0000so'], marks: [{ offset: 1, line: 2, rows: 3 }] } as unknown as FilePlan;
    const patch = {
      md5: 'm',
      sha256: 's',
      table: 'ref.a',
      plan,
      rows: 3,
      rejected: 1,
      workflowId: 'w',
      movedTo: 'p/a',
    };
    await store.update(id, { ...patch, error: error('FILE_EMPTY') });
    expect(await store.get(id)).toMatchObject({ ...patch, error: error('FILE_EMPTY') });
    await store.update(id, { error: undefined, state: 'cancelled' });
    const ended = await store.get(id);
    expect(ended).toMatchObject({ ...patch, state: 'cancelled', finishedAt: expect.any(Date) as Date });
    expect(ended?.error).toBeUndefined();
    await store.update(id, {});
    await expect(store.update(0, { rows: 1 })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await store.get(0)).toBeUndefined();
  });

  it('that changed while it was worked on is watched from the next scan on, as if never seen', async () => {
    await settled(file('a.csv'));
    const [taken] = await store.claim(folder, 1);
    await store.update(taken!.id, { md5: 'm', table: 'ref.a', rows: 5, error: error('DEADLOCK') });
    await store.rewatch(taken!.id, { size: 50, mtimeMs: 60.5, inode: '70' });
    const next = await store.nextScan(folder);
    const now = await store.get(taken!.id);
    expect(now).toMatchObject({ state: 'watching', size: 50, mtimeMs: 60.5, inode: '70', firstScan: next });
    expect(now?.firstSeenAt.getTime()).toBeGreaterThan(taken!.firstSeenAt.getTime());
    for (const key of ['md5', 'table', 'rows', 'error', 'startedAt'] as const) expect(now?.[key]).toBeUndefined();
    await store.update(taken!.id, { state: 'failed' });
    await expect(store.rewatch(taken!.id, taken!)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('is known again by its content, the latest loaded one into the same table', async () => {
    const ids: number[] = [];
    for (const [name, table, state, at] of [
      ['a.csv', 'ref.a', 'loaded', 1],
      ['b.csv', 'ref.a', 'loaded', 3],
      ['c.csv', 'ref.a', 'loaded', 2],
      ['d.csv', 'ref.b', 'loaded', 9],
      ['e.csv', 'ref.a', 'failed', 9],
    ] as const) {
      const id = await store.add({ ...file(name), folder });
      await store.update(id, { sha256: `same ${folder}`, table, state, finishedAt: new Date(at) });
      ids.push(id);
    }
    const ask = (except: number) => store.duplicateOf({ folder, sha256: `same ${folder}`, table: 'ref.a', except });
    expect((await ask(0))?.id).toBe(ids[1]);
    expect((await ask(ids[1]!))?.id).toBe(ids[2]);
    expect(await store.duplicateOf({ folder, sha256: 'other', table: 'ref.a', except: 0 })).toBeUndefined();
  });
});

describe('the account of a folder', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

  async function ended(name: string, patch: Parameters<DropFileStore['update']>[1]): Promise<number> {
    const id = await store.add({ ...file(name), folder });
    await store.update(id, patch);
    return id;
  }

  it('counts states, rows and errors by code, since a time if one is given', async () => {
    expect(await store.summary(folder)).toEqual({ states: {}, rows: 0, errors: [] });
    await ended('a.csv', { state: 'loaded', rows: 5, finishedAt: at(1) });
    await ended('b.csv', { state: 'loaded', rows: 7, finishedAt: at(9) });
    await ended('c.csv', { state: 'failed', rows: 100, error: error('FILE_EMPTY'), finishedAt: at(2) });
    const latest = await ended('d.csv', { state: 'failed', error: error('FILE_EMPTY'), finishedAt: at(8) });
    await ended('e.csv', { state: 'failed', error: error('DEADLOCK'), finishedAt: at(1) });
    await scan({ seen: [file('f.csv'), file('g.csv')] });
    await store.add({ ...file('g.csv'), folder });
    const all = await store.summary(folder);
    expect(all).toMatchObject({ states: { loaded: 2, failed: 3, watching: 1, ready: 1 }, rows: 12 });
    expect(all.errors.map(({ code, count, latest: { id } }) => [code, count, id])).toEqual([
      ['FILE_EMPTY', 2, latest],
      ['DEADLOCK', 1, expect.any(Number)],
    ]);
    expect(all.lastScanAt).toBeInstanceOf(Date);
    expect(all.oldestReadyAt).toBeInstanceOf(Date);
    expect(await store.summary(folder, at(5))).toMatchObject({
      states: { loaded: 1, failed: 1, watching: 1, ready: 1 },
      rows: 7,
      errors: [{ code: 'FILE_EMPTY', count: 1 }],
    });
  });

  it('lists the newest first, by state and by path', async () => {
    const a = await ended('a.csv', { state: 'loaded' });
    const b = await ended('b.csv', { state: 'failed' });
    const again = await ended('a.csv', { state: 'failed' });
    const ids = async (filter: Parameters<DropFileStore['list']>[0]) => (await store.list(filter)).map(({ id }) => id);
    expect(await ids({ folder, limit: 10 })).toEqual([again, b, a]);
    expect(await ids({ folder, limit: 1, states: ['failed'] })).toEqual([again]);
    expect(await ids({ folder, limit: 9, states: ['loaded'] })).toEqual([a]);
    expect(await ids({ folder, limit: 9, path: file('a.csv').path })).toEqual([again, a]);
    expect(await ids({ folder, limit: 9, states: [] })).toEqual([]);
  });

  it('is purged of what ended long ago and of nothing else', async () => {
    await ended('a.csv', { state: 'loaded', finishedAt: at(1) });
    const kept = await ended('b.csv', { state: 'failed', finishedAt: at(5) });
    await scan({ seen: [file('c.csv')] });
    await sql.query(`UPDATE longshore.drop_files SET finished_at = '2020-01-01' WHERE state = 'watching'`);
    expect(await store.purge(folder, at(5))).toBe(1);
    expect(await store.purge(folder, at(5))).toBe(0);
    expect((await store.list({ folder, limit: 9 })).map(({ state, id }) => [state, id === kept])).toEqual([
      ['watching', false],
      ['failed', true],
    ]);
  });
});
