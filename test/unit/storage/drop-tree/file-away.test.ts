import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filedPath } from '../../../../core/drop/filing';
import type { FileIdentity } from '../../../../core/types/drop';
import { identityAt, moveFile, type MoveRequest } from '../../../../storage/drop-tree';
import { describeWith } from '../../../helpers/require-server';
import { canMount, DROP, drop, makeTree, mountSmall, openToAll, otherDisk, removeTree, withoutRights } from './folder';

let root: string;
beforeEach(async () => {
  root = await makeTree();
});
afterEach(() => removeTree(root));

const AT = new Date('2026-11-26T22:15:03Z');
const FROM = `${DROP}/orders.csv`;
const FILED = `${DROP}/processed/20261126_221503_orders.csv`;

const request = (identity: FileIdentity, over: Partial<MoveRequest> = {}): MoveRequest => ({
  root,
  from: FROM,
  identity,
  to: (attempt) => filedPath(over.from ?? FROM, { into: 'processed', at: AT }, attempt),
  ...over,
});
const content = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
/** All files of the tree, hidden ones too. */
const everything = (): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();

describe('moveFile', () => {
  it('moves the file with its time, and a second call finds it moved', async () => {
    const identity = await drop(root, FROM, 'loaded');
    for (let call = 0; call < 3; call++)
      expect(await moveFile(request(identity))).toEqual({ outcome: 'moved', to: FILED });
    expect(everything()).toEqual([FILED]);
    expect(await content(FILED)).toBe('loaded');
    expect(await identityAt(join(root, FILED))).toMatchObject(identity);
  });

  it('never overwrites: names that are taken are passed over', async () => {
    writeFileSync(join(root, FILED), 'earlier');
    mkdirSync(join(root, FILED.replace('.csv', ' (2).csv')));
    symlinkSync('nowhere', join(root, FILED.replace('.csv', ' (3).csv')));
    const identity = await drop(root, FROM, 'loaded');
    const to = FILED.replace('.csv', ' (4).csv');
    expect(await moveFile(request(identity))).toEqual({ outcome: 'moved', to });
    expect(await moveFile(request(identity))).toEqual({ outcome: 'moved', to });
    expect([await content(FILED), await content(to)]).toEqual(['earlier', 'loaded']);
    expect(existsSync(join(root, FROM))).toBe(false);
  });

  it('keeps many files of one name apart that are moved at once', async () => {
    const jobs: MoveRequest[] = [];
    for (let index = 0; index < 20; index++) {
      const from = `${DROP}/in-${index}.csv`;
      const to = (attempt: number) => filedPath(FROM, { into: 'processed', at: AT }, attempt);
      jobs.push(request(await drop(root, from, `content ${index}`), { from, to }));
    }
    const outcomes = await Promise.all(jobs.map((job) => moveFile(job)));
    const places = outcomes.map((one) => (one.outcome === 'moved' ? one.to : ''));
    expect(new Set(places).size).toBe(20);
    expect(await Promise.all(places.map(content))).toEqual(jobs.map((_, index) => `content ${index}`));
    expect(everything()).toEqual(places.toSorted());
  });

  it.each(['line\nbreak.csv', '-rf.csv', 'é漢😀 "x".csv', `${'n'.repeat(251)}.csv`, '漢'.repeat(85)])(
    'moves %j',
    async (name) => {
      const from = `${DROP}/${name}`;
      const identity = await drop(root, from, name);
      const moved = await moveFile(request(identity, { from }));
      expect(moved).toMatchObject({ outcome: 'moved' });
      expect(await content(moved.outcome === 'moved' ? moved.to : '')).toBe(name);
      expect(everything()).toHaveLength(1);
    },
  );

  it('leaves a file alone that was replaced or changed since it was loaded', async () => {
    const loaded = await drop(root, FROM, 'loaded');
    unlinkSync(join(root, FROM));
    const newer = await drop(root, FROM, 'newer one');
    expect(await moveFile(request(loaded))).toMatchObject({ outcome: 'replaced', identity: newer });
    expect(everything()).toEqual([FROM]);
    expect(await content(FROM)).toBe('newer one');
  });

  it('gives a file back that took the place of the loaded one at the last moment', async () => {
    const loaded = await drop(root, FROM, 'loaded');
    await drop(root, 'elsewhere', 'newer one');
    const outcome = await moveFile(request(loaded), {
      beforeTaking: () => renameSync(join(root, 'elsewhere'), join(root, FROM)),
    });
    expect(outcome).toMatchObject({ outcome: 'replaced', identity: { size: 9 } });
    expect(everything()).toEqual([FROM]);
    expect(await content(FROM)).toBe('newer one');
  });

  it('loses neither of two files that come while it moves', async () => {
    const loaded = await drop(root, FROM, 'loaded');
    await drop(root, 'elsewhere', 'newer one');
    const outcome = await moveFile(request(loaded), {
      beforeTaking: () => renameSync(join(root, 'elsewhere'), join(root, FROM)),
      afterTaking: () => writeFileSync(join(root, FROM), 'newest of all'),
    });
    expect(outcome).toMatchObject({ outcome: 'replaced' });
    const beside = FROM.replace('.csv', ' (2).csv');
    expect(everything()).toEqual([beside, FROM].sort());
    expect([await content(FROM), await content(beside)]).toEqual(['newest of all', 'newer one']);
  });

  it('leaves a file that comes under the name of the moved one where it is', async () => {
    const loaded = await drop(root, FROM, 'loaded');
    expect(await moveFile(request(loaded), { afterTaking: () => writeFileSync(join(root, FROM), 'next day') })).toEqual(
      { outcome: 'moved', to: FILED },
    );
    // The answer was lost, the call comes again.
    expect(await moveFile(request(loaded))).toEqual({ outcome: 'moved', to: FILED });
    expect([await content(FROM), await content(FILED)]).toEqual(['next day', 'loaded']);
    expect(everything()).toEqual([FILED, FROM].sort());
  });

  it('puts back a folder that came in between', async () => {
    const loaded = await drop(root, FROM, 'loaded');
    const outcome = await moveFile(request(loaded), {
      beforeTaking: () => {
        unlinkSync(join(root, FROM));
        mkdirSync(join(root, FROM));
        writeFileSync(join(root, FROM, 'inner'), 'x');
      },
    });
    expect(outcome).toMatchObject({ outcome: 'replaced' });
    expect(everything()).toEqual([`${FROM}/inner`]);
  });

  it('goes on where a call ended, at each of its steps', async () => {
    for (const hook of ['beforeTaking', 'afterTaking'] as const) {
      const identity = await drop(root, FROM, hook);
      const stop = new Error('power cut');
      const call = moveFile(request(identity), {
        [hook]: () => {
          throw stop;
        },
      });
      await expect(call).rejects.toMatchObject({ code: 'FOLDER_UNAVAILABLE', cause: stop });
      const outcome = await moveFile(request(identity));
      expect(outcome).toMatchObject({ outcome: 'moved' });
      expect(await content(outcome.outcome === 'moved' ? outcome.to : '')).toBe(hook);
    }
    expect(everything()).toHaveLength(2);
  });

  it('goes on from between the new name and the old', async () => {
    const identity = await drop(root, FROM, 'loaded');
    // What a process leaves that dies after link(2): two names.
    const hidden = `${DROP}/processed/.longshore-moving-${identity.inode}-${identity.size}-${Math.round(identity.mtimeMs)}`;
    renameSync(join(root, FROM), join(root, hidden));
    linkSync(join(root, hidden), join(root, FILED));
    expect(await moveFile(request(identity))).toEqual({ outcome: 'moved', to: FILED });
    expect(everything()).toEqual([FILED]);
  });

  it('says when the file is gone', async () => {
    const identity = await drop(root, FROM);
    unlinkSync(join(root, FROM));
    expect(await moveFile(request(identity))).toEqual({ outcome: 'gone' });
  });

  it('makes the folder it moves to, but not the tree above it', async () => {
    const identity = await drop(root, FROM);
    rmSync(join(root, DROP, 'processed'), { recursive: true });
    expect(await moveFile(request(identity))).toMatchObject({ outcome: 'moved' });
    rmSync(join(root, 'reference_data_table'), { recursive: true });
    await expect(moveFile(request(identity))).rejects.toMatchObject({ code: 'FOLDER_UNAVAILABLE' });
    expect(existsSync(join(root, 'reference_data_table'))).toBe(false);
  });

  it('says what it may not, and leaves the file', async () => {
    const identity = await drop(root, FROM, 'loaded');
    openToAll(root);
    chmodSync(join(root, DROP, 'processed'), 0o555);
    await expect(withoutRights(() => moveFile(request(identity)))).rejects.toMatchObject({
      code: 'FOLDER_UNAVAILABLE',
      message: expect.stringMatching(/processed.*EACCES/) as string,
    });
    chmodSync(join(root, DROP, 'processed'), 0o777);
    expect(everything()).toEqual([FROM]);
    expect(await moveFile(request(identity))).toMatchObject({ outcome: 'moved' });
  });
});

describe('a file of somebody else', () => {
  it('is moved where the kernel gives it no second name to who does not own it', async () => {
    const identity = await drop(root, FROM, 'loaded');
    await drop(root, FILED, 'earlier');
    openToAll(root);
    chmodSync(join(root, FROM), 0o444);
    const to = FILED.replace('.csv', ' (2).csv');
    expect(await withoutRights(() => moveFile(request(identity)))).toEqual({ outcome: 'moved', to });
    expect([await content(FILED), await content(to)]).toEqual(['earlier', 'loaded']);
    expect(everything()).toHaveLength(2);
  });
});

describeWith(otherDisk !== undefined, 'there is no second file system', 'onto another file system', () => {
  let other: string;
  beforeEach(async () => {
    other = await makeTree(otherDisk);
    // As if the other disk were mounted there: its own name leads to it.
    if (statSync(other).dev === statSync(root).dev) throw new Error(`${otherDisk} is not another file system`);
  });
  afterEach(() => removeTree(other));

  /** From the temporary folder to the other disk: paths relative to `/`. */
  const across = (identity: FileIdentity, over: Partial<MoveRequest> = {}): MoveRequest => ({
    root: '/',
    from: join(root, FROM).slice(1),
    identity,
    to: (attempt) => join(other, filedPath(FROM, { into: 'processed', at: AT }, attempt)).slice(1),
    ...over,
  });
  const filed = () => join(other, FILED);
  const there = (): string[] => readdirSync(join(other, DROP, 'processed')).sort();
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

  it('copies, proves the copy, keeps the time and removes the original; again it finds it there', async () => {
    const text = 'x'.repeat(3_000_000);
    await drop(root, FROM, text);
    utimesSync(join(root, FROM), 1_600_000_000.123_456, 1_600_000_000.123_456);
    const { isFile: _isFile, ...identity } = (await identityAt(join(root, FROM)))!;
    for (const hash of [undefined, sha256(text), undefined]) {
      const outcome = await moveFile(across(identity, hash === undefined ? {} : { sha256: hash }));
      expect(outcome).toEqual({ outcome: 'moved', to: filed().slice(1) });
    }
    expect(await readFile(filed(), 'utf8')).toBe(text);
    expect(Math.abs(statSync(filed()).mtimeMs - identity.mtimeMs)).toBeLessThan(0.01);
    expect(everything()).toEqual([]);
    expect(there()).toHaveLength(1);
  });

  it('does not overwrite there either', async () => {
    writeFileSync(filed(), 'earlier');
    const identity = await drop(root, FROM, 'loaded');
    await moveFile(across(identity));
    expect(there()).toEqual(['20261126_221503_orders (2).csv', '20261126_221503_orders.csv']);
    expect(await readFile(filed(), 'utf8')).toBe('earlier');
  });

  it('gives the file back when its content is not what was loaded', async () => {
    const identity = await drop(root, FROM, 'loaded');
    const outcome = await moveFile(across(identity, { sha256: sha256('other') }));
    expect(outcome).toMatchObject({ outcome: 'replaced' });
    expect([everything(), there()]).toEqual([[FROM], []]);
  });

  it('gives the file back when somebody still writes to it', async () => {
    const identity = await drop(root, FROM, 'loaded');
    const outcome = await moveFile(across(identity), {
      onCopied: () => {
        const hidden = everything().find((path) => path.includes('.longshore'));
        appendFileSync(join(root, hidden ?? ''), ' and more');
      },
    });
    expect(outcome).toMatchObject({ outcome: 'replaced' });
    expect([everything(), there()]).toEqual([[FROM], []]);
    expect(await content(FROM)).toMatch(/^loaded( and more)+$/);
  });

  it('stops when it is to, with the file where it was', async () => {
    const identity = await drop(root, FROM, 'x'.repeat(3_000_000));
    const controller = new AbortController();
    const call = moveFile(across(identity, { signal: controller.signal }), {
      onCopied: () => controller.abort(new Error('enough')),
    });
    await expect(call).rejects.toThrow('enough');
    expect([everything(), there()]).toEqual([[FROM], []]);
  });

  it('goes on where a process died, with or without the copy made', async () => {
    const identity = await drop(root, FROM, 'loaded');
    const hidden = `.longshore-moving-${identity.inode}-${identity.size}-${Math.round(identity.mtimeMs)}`;
    renameSync(join(root, FROM), join(root, DROP, hidden));
    writeFileSync(join(other, DROP, 'processed', `${hidden}.copy`), 'loa');
    const outcome = await moveFile(across(identity));
    expect(outcome).toEqual({ outcome: 'moved', to: filed().slice(1) });
    // And once more from between the copy's name and the end of the original.
    writeFileSync(join(root, DROP, hidden), 'loaded');
    utimesSync(join(root, DROP, hidden), identity.mtimeMs / 1000, identity.mtimeMs / 1000);
    const again = (await identityAt(join(root, DROP, hidden)))!;
    renameSync(join(root, DROP, hidden), join(root, FROM));
    expect(await moveFile(across(again))).toEqual({ outcome: 'moved', to: filed().slice(1) });
    expect([everything(), there()]).toEqual([[], ['20261126_221503_orders.csv']]);
  });
});

describeWith(canMount, 'file systems cannot be mounted here', 'onto a disk that is full', () => {
  it('says so and leaves the file where it was; when there is room again it is moved', async () => {
    const identity = await drop(root, FROM, 'x'.repeat(200_000));
    const processed = join(root, DROP, 'processed');
    const unmount = mountSmall(processed, 65_536);
    try {
      await expect(moveFile(request(identity))).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(everything()).toEqual([FROM]);
      expect(statSync(join(root, FROM)).size).toBe(200_000);
      execFileSync('mount', ['-o', 'remount,size=1m', processed]);
      expect(await moveFile(request(identity))).toEqual({ outcome: 'moved', to: FILED });
      expect(everything()).toEqual([FILED]);
    } finally {
      unmount();
    }
  });
});
