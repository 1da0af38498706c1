import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { platform } from 'node:os';
import { describeWith } from '../helpers/require-server';
import { APPEND, DropChaos, eventually, figureOf, FULL, madeFile, REFERENCE_FULL, sleep, waiting } from './drop-folder';
import { execute } from './shop';

jest.setTimeout(180_000);

const TABLE = '(id bigint, name text, amount numeric(18,2), day date, note text)';
const LARGE = 75_000;

let chaos: DropChaos;

afterEach(() => chaos.close());

describe('files that do not stand still', () => {
  test('a file that grows for a while is loaded once, whole, and only when it has stood still', async () => {
    chaos = await DropChaos.open();
    await chaos.watch();
    const pieces = Array.from({ length: 30 }, (_, index) => madeFile(40, 'growing', 1 + index * 40).text);
    writeFileSync(chaos.path(`${APPEND}/growing.csv`), pieces[0] ?? '');
    for (const piece of pieces.slice(1)) {
      await sleep(60);
      appendFileSync(chaos.path(`${APPEND}/growing.csv`), piece.slice(piece.indexOf('\n') + 1));
    }
    const whole = madeFile(1200, 'growing');
    const [file] = await chaos.ended(1);
    expect(file).toMatchObject({ state: 'loaded', rows: whole.rows });
    expect(await figureOf(chaos.target, 'ref.growing')).toBe(whole.figure);
    expect(readFileSync(chaos.path(file?.moved_to ?? ''), 'utf8')).toBe(whole.text);
    await sleep(500);
    expect(await chaos.known()).toHaveLength(1);
    await chaos.expectTidy();
  });

  test('a file that never settles is told of by name, and the others are loaded', async () => {
    chaos = await DropChaos.open({ scan: 'settleWithin: 1s' });
    await chaos.watch();
    writeFileSync(chaos.path(`${APPEND}/restless.csv`), 'a,b\n');
    const writing = setInterval(() => appendFileSync(chaos.path(`${APPEND}/restless.csv`), '1,2\n'), 20);
    try {
      chaos.drop(`${FULL}/calm.csv`, 'a,b\n1,2\n');
      const problem = await eventually('it is told of', async () =>
        (await chaos.status()).problems.find(({ code }) => code === 'never-settles'),
      );
      expect(problem.path).toBe(`${APPEND}/restless.csv`);
      await chaos.until(`${FULL}/calm.csv`, ({ state }) => state === 'loaded');
      await chaos.until(`${APPEND}/restless.csv`, ({ state }) => state === 'watching');
    } finally {
      clearInterval(writing);
    }
    // It stands still now.
    expect((await chaos.ended(2)).map(({ state }) => state)).toEqual(['loaded', 'loaded']);
    await chaos.expectTidy();
  });

  test('the checks of a file that was watched go on after the worker was killed', async () => {
    chaos = await DropChaos.open({ checks: 60 });
    await chaos.watch();
    chaos.drop(`${FULL}/patient.csv`, 'a,b\n1,2\n');
    await chaos.until(`${FULL}/patient.csv`, ({ state }) => state === 'watching');
    await chaos.installation.killWorker();
    const before = await chaos.known();
    await chaos.installation.startWorker();
    const [file] = await chaos.ended(1);
    expect(file).toMatchObject({ id: before[0]?.id, state: 'loaded', rows: 1 });
    await chaos.expectTidy();
  });
});

describe('a file replaced while it is loaded', () => {
  const old = madeFile(LARGE, 'old');
  const path = `${APPEND}/replaced.csv`;

  /** Held with its parts in staging. */
  async function loading(): Promise<() => Promise<void>> {
    chaos = await DropChaos.open({ settings: 'partSize: 2MB' });
    await execute(chaos.target, `create schema ref; create table ref.replaced ${TABLE}`);
    await chaos.watch();
    chaos.drop(path, old.text);
    const { id } = await chaos.until(path, ({ step }) => step === 'recognised');
    const release = await chaos.holdRecord(id, 'update');
    await waiting(chaos.catalog, '%drop_parts%');
    return release;
  }

  test('by another under its name: only the other is loaded', async () => {
    const release = await loading();
    const other = madeFile(700, 'other');
    chaos.drop(path, other.text);
    await release();
    const known = await chaos.ended(1);
    expect(known).toMatchObject([{ path, state: 'loaded', rows: other.rows }]);
    expect(await figureOf(chaos.target, 'ref.replaced')).toBe(other.figure);
    expect(readFileSync(chaos.path(known[0]?.moved_to ?? ''), 'utf8')).toBe(other.text);
    await chaos.expectTidy();
  });

  test('in place, to the same length: only the new content is loaded', async () => {
    const release = await loading();
    const other = madeFile(LARGE, 'new');
    expect(other.text).toHaveLength(old.text.length);
    const file = openSync(chaos.path(path), 'r+');
    writeSync(file, other.text);
    closeSync(file);
    await release();
    const known = await chaos.ended(1);
    expect(known).toMatchObject([{ path, state: 'loaded', rows: other.rows }]);
    expect(await figureOf(chaos.target, 'ref.replaced')).toBe(other.figure);
    await chaos.expectTidy();
  });

  test('taken away: nothing is loaded, and nothing is left', async () => {
    const release = await loading();
    execFileSync('rm', [chaos.path(path)]);
    await release();
    expect(await chaos.ended(1)).toMatchObject([{ path, state: 'vanished', moved_to: null }]);
    expect(await chaos.sql('select count(*)::int as n from ref.replaced')).toEqual([{ n: 0 }]);
    await chaos.expectTidy();
  });

  /** Committed in the target, and nobody else knows; then the worker dies. */
  async function committed(rowCount: number): Promise<() => Promise<void>> {
    chaos = await DropChaos.open({ settings: 'partSize: 2MB' });
    await execute(chaos.target, `create schema ref; create table ref.replaced ${TABLE}`);
    await chaos.watch();
    const free = await chaos.hold(chaos.target, 'lock table ref.replaced in share mode');
    chaos.drop(path, madeFile(rowCount, 'old').text);
    const isLarge = rowCount === LARGE;
    const { id } = await chaos.until(path, ({ state, step }) =>
      isLarge ? step === 'verified' : state === 'processing',
    );
    const release = await chaos.holdRecord(id);
    await waiting(chaos.target, '%replaced%');
    await free();
    await waiting(chaos.catalog, 'update%drop_files%');
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    return release;
  }

  test.each([
    ['small', 500],
    ['large', LARGE],
  ])('after a %s one was committed and the worker killed: both are loaded, each once', async (_, rowCount) => {
    const release = await committed(rowCount);
    const [first, second] = [madeFile(rowCount, 'old'), madeFile(300, 'old', rowCount + 1)];
    chaos.drop(path, second.text);
    await release();
    await chaos.installation.startWorker();
    const known = await chaos.ended(2);
    expect(known.map(({ state, rows, moved_to: to }) => ({ state, rows, isMoved: to !== null }))).toEqual([
      { state: 'loaded', rows: first.rows, isMoved: false },
      { state: 'loaded', rows: second.rows, isMoved: true },
    ]);
    expect(await figureOf(chaos.target, 'ref.replaced')).toBe(madeFile(rowCount + 300, 'old').figure);
    await chaos.expectTidy();
  });

  test('taken away after it was committed and the worker killed: it counts as loaded', async () => {
    const release = await committed(500);
    execFileSync('rm', [chaos.path(path)]);
    await release();
    await chaos.installation.startWorker();
    expect(await chaos.ended(1)).toMatchObject([{ state: 'loaded', rows: 500, moved_to: null }]);
    expect(await chaos.sql('select status from ref."File_Monitor_Tracking"')).toEqual([{ status: 'completed' }]);
    expect(await chaos.sql('select count(*)::int as n from ref.replaced')).toEqual([{ n: 500 }]);
    await chaos.expectTidy();
  });
});

describe('a folder with strange names in it', () => {
  test('loads each under its name, and follows no link', async () => {
    chaos = await DropChaos.open();
    await chaos.watch();
    const names = [
      'new\nline.csv',
      'émoji 😀.csv',
      'quote " and \' and `.csv',
      '; drop table x; --.csv',
      'back\\slash.csv',
      '$(touch pwned) %s {0}.csv',
      '-rf.csv',
      `${'long '.repeat(49)}.csv`,
    ];
    const outside = chaos.installation.write('outside.csv', 'a,b\n9,9\n');
    mkdirSync(chaos.path('elsewhere'));
    symlinkSync(outside, chaos.path(`${FULL}/link.csv`));
    symlinkSync(chaos.installation.folder, chaos.path(`${FULL}/folder.csv`));
    for (const name of names) chaos.drop(`${FULL}/${name}`, `a,b\n1,${name.length}\n`);
    const known = await chaos.ended(names.length);
    expect(known.map(({ path }) => path).toSorted()).toEqual(names.map((name) => `${FULL}/${name}`).toSorted());
    for (const { path, state, error, moved_to: to } of known) {
      if (state !== 'loaded') expect([path, error?.code]).toEqual([path, 'FILE_NAME_UNUSABLE']);
      expect(chaos.exists(path)).toBe(false);
      expect(chaos.exists(to ?? '')).toBe(true);
    }
    const { problems } = await chaos.status();
    expect(
      problems.map(({ path, code }) => [path, code]).toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual([
      ['elsewhere', 'misplaced'],
      [`${FULL}/folder.csv`, 'link'],
      [`${FULL}/link.csv`, 'link'],
    ]);
    expect(readFileSync(outside, 'utf8')).toBe('a,b\n9,9\n');
    expect(existsSync(chaos.path('pwned'))).toBe(false);
    await chaos.tell('stop');
  });
});

describe('a file that is loaded in one step', () => {
  test('is loaded whole, though it is longer than a part', async () => {
    chaos = await DropChaos.open({ settings: 'partSize: 1MB' });
    await chaos.watch();
    const file = madeFile(40_000, 'longer');
    chaos.drop(`${FULL}/longer.csv`, file.text);
    expect(await chaos.ended(1)).toMatchObject([{ state: 'loaded', step: 'direct', rows: file.rows }]);
    expect(await figureOf(chaos.target, 'ref.longer')).toBe(file.figure);
    await chaos.expectTidy();
  });
});

describe('a folder that is paused', () => {
  test('begins no file until it is resumed, over a restart of the worker', async () => {
    chaos = await DropChaos.open();
    await chaos.watch();
    await chaos.tell('pause');
    chaos.drop(`${FULL}/waits.csv`, 'a,b\n1,2\n');
    await chaos.until(`${FULL}/waits.csv`, ({ state }) => state === 'ready');
    await chaos.installation.killWorker();
    await chaos.installation.startWorker();
    await sleep(1500);
    expect((await chaos.known()).map(({ state }) => state)).toEqual(['ready']);
    expect((await chaos.status()).state).toBe('paused');
    await chaos.tell('resume');
    expect(await chaos.ended(1)).toMatchObject([{ state: 'loaded' }]);
    await chaos.expectTidy();
  });
});

describe('two watchers of one folder', () => {
  let other: DropChaos | undefined;
  afterEach(() => other?.close());

  test('two folders of one name, of two catalogs, into one target: no file of one is taken for a file of the other', async () => {
    chaos = await DropChaos.open();
    other = await DropChaos.open({ targetUrl: chaos.target });
    for (const [index, site] of [chaos, other].entries()) {
      await site.watch();
      site.drop(`${APPEND}/common.csv`, madeFile(10, 'common', 1 + index * 10).text);
      expect(await site.ended(1)).toMatchObject([{ id: 1, state: 'loaded', rows: 10 }]);
    }
    expect(await figureOf(chaos.target, 'ref.common')).toBe(madeFile(20, 'common').figure);
  });

  test('of two catalogs, and of one: the second is refused, and every file is loaded once', async () => {
    chaos = await DropChaos.open({ folders: ['again: { path: link, to: uat, scan: { interval: 50ms, checks: 2 } }'] });
    await chaos.watch();
    symlinkSync(chaos.root, `${chaos.installation.folder}/link`);
    other = await DropChaos.open({ root: chaos.root, targetUrl: chaos.target });
    await other.watch();
    await chaos.watch('again');
    for (const [installation, folder] of [
      [other, 'inbox'],
      [chaos, 'again'],
    ] as const) {
      const status = await eventually('it ends', async () => {
        const found = await installation.status(folder);
        return found.state === 'failed' || found.state === 'stopped' ? found : undefined;
      });
      expect(status.error?.code).toBe('FOLDER_WATCHED');
    }
    for (let table = 0; table < 20; table += 1)
      chaos.drop(`${APPEND}/shared${table}.csv`, madeFile(10, `shared${table}`).text);
    const known = await chaos.ended(20);
    expect(known.map(({ state }) => state)).toEqual(known.map(() => 'loaded'));
    for (let table = 0; table < 20; table += 1)
      expect(await figureOf(chaos.target, `ref.shared${table}`)).toBe(madeFile(10, `shared${table}`).figure);
    expect(await other.known()).toEqual([]);
    await chaos.expectTidy();
    // Free again: whoever was refused may have it.
    await other.watch();
    other.drop(`${APPEND}/shared0.csv`, madeFile(5, 'shared0', 11).text);
    expect(await other.ended(1)).toMatchObject([{ state: 'loaded' }]);
    expect(await figureOf(chaos.target, 'ref.shared0')).toBe(madeFile(15, 'shared0').figure);
  });
});

/** A file system of so many kilobytes, where this process may mount one. */
function mounted(path: string, kilobytes: number): boolean {
  try {
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function canMount(): boolean {
  if (platform() !== 'linux' || process.getuid?.() !== 0) return false;
  const path = `/tmp/longshore-mount-${process.pid}`;
  const isMounted = mounted(path, 64);
  if (isMounted) execFileSync('umount', [path]);
  return isMounted;
}

describeWith(
  canMount(),
  'only root may mount a small file system',
  'a disk that is full when a file is put away',
  () => {
    const full = (): string => chaos.path(`${REFERENCE_FULL}/processed`);
    afterEach(() => void execFileSync('umount', [full()]));

    test('the file stays where it was, is loaded once, and is put away when there is room', async () => {
      chaos = await DropChaos.open();
      mkdirSync(chaos.path(REFERENCE_FULL), { recursive: true });
      expect(mounted(full(), 512)).toBe(true);
      await chaos.watch();
      writeFileSync(`${full()}/ballast`, Buffer.alloc(500 * 1024));
      const file = madeFile(2000, 'crowded');
      chaos.drop(`${REFERENCE_FULL}/crowded.csv`, file.text);
      await chaos.until(`${REFERENCE_FULL}/crowded.csv`, ({ step }) => step === 'direct');
      await sleep(2000);
      expect(chaos.files().filter((name) => name.includes('crowded'))).toEqual([`${REFERENCE_FULL}/crowded.csv`]);
      expect(await figureOf(chaos.target, 'ref.crowded')).toBe(file.figure);
      truncateSync(`${full()}/ballast`, 0);
      const [ended] = await chaos.ended(1, 120_000);
      expect(ended).toMatchObject({ state: 'loaded', rows: file.rows });
      expect(chaos.files().filter((name) => name.includes('crowded'))).toEqual([ended?.moved_to]);
      expect(readFileSync(chaos.path(ended?.moved_to ?? ''), 'utf8')).toBe(file.text);
      expect(await figureOf(chaos.target, 'ref.crowded')).toBe(file.figure);
      expect(await chaos.sql('select status from ref."File_Monitor_Tracking"')).toEqual([{ status: 'completed' }]);
    });
  },
);
