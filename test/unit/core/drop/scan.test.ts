import * as fc from 'fast-check';
import { diffScan, isSameFile, type KnownFile, type ScanOptions } from '../../../../core/drop/scan';
import type { ScannedFile } from '../../../../core/types/drop';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const file = (path: string, over: Partial<ScannedFile> = {}): ScannedFile => ({
  path,
  size: 10,
  mtimeMs: START - MINUTE,
  inode: '1',
  ...over,
});

const options = (over: Partial<ScanOptions<{ group: string }>> = {}): ScanOptions<{ group: string }> => ({
  scan: 1,
  checks: 6,
  now: new Date(START),
  settleWithinMs: 60 * MINUTE,
  describe: (path) => ({ group: path.toUpperCase() }),
  ...over,
});

const known = (path: string, over: Partial<KnownFile> = {}): KnownFile => ({
  ...file(path),
  id: 1,
  state: 'watching',
  firstScan: 1,
  firstSeenAt: new Date(START),
  ...over,
});

/** The store, as simply as it can be. */
class Ledger {
  readonly files = new Map<string, KnownFile>();
  scan = 0;
  private ids = 0;

  look(disk: readonly ScannedFile[], over: Partial<ScanOptions<{ group: string }>> = {}) {
    this.scan++;
    const now = new Date(START + this.scan * 15_000);
    const diff = diffScan(disk, [...this.files.values()], options({ scan: this.scan, now, ...over }));
    for (const id of diff.vanished) for (const [path, one] of this.files) if (one.id === id) this.files.delete(path);
    for (const one of this.files.values()) if (diff.ready.includes(one.id)) one.state = 'ready';
    for (const { group: _group, ...one } of diff.seen) {
      const before = this.files.get(one.path);
      const firstSeenAt = before?.firstSeenAt ?? now;
      this.files.set(one.path, {
        ...one,
        id: before?.id ?? ++this.ids,
        state: 'watching',
        firstScan: this.scan,
        firstSeenAt,
      });
    }
    return diff;
  }
}

describe('a file that stands still', () => {
  it('is ready at the sixth unchanged look after the first, 90 s later, and not before', () => {
    const ledger = new Ledger();
    const ready = Array.from({ length: 8 }, () => ledger.look([file('a')]).ready.length);
    expect(ready).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
  });

  it.each([
    ['size', { size: 11 }],
    ['time', { mtimeMs: START }],
    ['inode', { inode: '2' }],
  ])('starts again when its %s changes', (_what, change) => {
    const ledger = new Ledger();
    for (let look = 0; look < 6; look++) ledger.look([file('a')]);
    const ready = Array.from({ length: 7 }, () => ledger.look([file('a', change)]).ready.length);
    expect(ready).toEqual([0, 0, 0, 0, 0, 0, 1]);
  });

  it('is watched again when it changes after it was ready', () => {
    const ledger = new Ledger();
    for (let look = 0; look < 7; look++) ledger.look([file('a')]);
    expect(ledger.files.get('a')?.state).toBe('ready');
    expect(ledger.look([file('a', { size: 12 })]).seen).toMatchObject([{ path: 'a', size: 12, group: 'A' }]);
    expect(ledger.files.get('a')?.state).toBe('watching');
  });

  it('counts time that differs only by how it is written as the same', () => {
    expect(
      isSameFile(file('a', { mtimeMs: 1_790_000_000_123.457 }), file('a', { mtimeMs: 1_790_000_000_123.456 })),
    ).toBe(true);
    expect(isSameFile(file('a', { mtimeMs: 1_790_000_000_123 }), file('a', { mtimeMs: 1_790_000_000_124 }))).toBe(
      false,
    );
  });
});

describe('diffScan', () => {
  it('for any history makes files ready exactly when they have stood still long enough', () => {
    const paths = ['a', 'b', 'c'];
    const look = fc.record(Object.fromEntries(paths.map((path) => [path, fc.integer({ min: 0, max: 2 })])));
    fc.assert(
      fc.property(fc.array(look, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (history, checks) => {
        const ledger = new Ledger();
        const still = new Map<string, { version: number; looks: number }>();
        for (const versions of history) {
          // Version 0: the file is not there.
          const there = paths.filter((path) => versions[path] !== 0);
          ledger.look(
            there.map((path) => file(path, { size: versions[path] ?? 0 })),
            { checks },
          );
          for (const path of paths) {
            const version = versions[path] ?? 0;
            const before = still.get(path);
            if (version === 0) still.delete(path);
            else still.set(path, { version, looks: before?.version === version ? before.looks + 1 : 0 });
          }
          expect([...ledger.files.keys()].sort()).toEqual([...still.keys()].sort());
          for (const [path, { looks }] of still)
            expect([path, ledger.files.get(path)?.state]).toEqual([path, looks >= checks ? 'ready' : 'watching']);
        }
      }),
    );
  });

  it('forgets files that are gone, and leaves those that are processed alone whatever happens to them', () => {
    const files = [
      known('a', { id: 1 }),
      known('b', { id: 2, state: 'ready' }),
      known('c', { id: 3, state: 'processing' }),
      known('d', { id: 4, state: 'processing' }),
    ];
    const diff = diffScan([file('d', { size: 99 })], files, options({ scan: 2 }));
    expect(diff).toEqual({ seen: [], ready: [], vanished: [1, 2], problems: [], watching: 0 });
  });

  it('leaves files alone that are not meant, and forgets them when they are no longer', () => {
    const files = [known('b', { id: 7, firstScan: 1 })];
    const diff = diffScan([file('a'), file('b')], files, options({ scan: 9, describe: () => undefined }));
    expect(diff).toMatchObject({ seen: [], ready: [], vanished: [7], watching: 0 });
  });

  it('takes in no more new files at a look than it may; the rest at the next', () => {
    const ledger = new Ledger();
    const disk = ['a', 'b', 'c', 'd', 'e'].map((path) => file(path));
    expect(ledger.look(disk, { maxSeen: 3 })).toMatchObject({ watching: 5, seen: { length: 3 } });
    expect(ledger.look(disk, { maxSeen: 3 }).seen.map(({ path }) => path)).toEqual(['d', 'e']);
  });

  it('reports a file that never settles for as long as it changes, and not one that nobody looked at', () => {
    const late = new Date(START + 61 * MINUTE);
    const look = (disk: ScannedFile, before: KnownFile) =>
      diffScan([disk], [before], options({ scan: 3, now: late, settleWithinMs: 60 * MINUTE })).problems;
    expect(look(file('a', { size: 11 }), known('a'))).toEqual([
      { path: 'a', code: 'never-settles', message: expect.stringContaining('61 minutes') as string },
    ]);
    // Unchanged since the last look, but written to an hour after it came.
    const written = { mtimeMs: START + 60.5 * MINUTE };
    expect(look(file('a', written), known('a', { ...written, firstScan: 2 }))).toHaveLength(1);
    expect(look(file('a'), known('a', { firstScan: 2 }))).toEqual([]);
    expect(look(file('a', { size: 11 }), known('a', { firstSeenAt: new Date(START + 2 * MINUTE) }))).toEqual([]);
  });

  it('answers the same in whatever order files are listed and known', () => {
    const paths = Array.from({ length: 8 }, (_, index) => `f${index}`);
    const some = fc.shuffledSubarray(paths);
    fc.assert(
      fc.property(some, some, fc.func(fc.nat(1)), (onDisk, inCatalog, changed) => {
        const files = inCatalog.map((path) => known(path, { id: Number(path.slice(1)) }));
        const disk = onDisk.map((path) => file(path, { size: 10 + changed(path) }));
        const diff = diffScan(disk, files, options({ scan: 7 }));
        const isKnown = (path: string) => inCatalog.includes(path);
        const isChanged = (path: string) => changed(path) === 1;
        const ids = (all: string[]) => new Set(all.map((path) => Number(path.slice(1))));
        expect(new Set(diff.ready)).toEqual(ids(onDisk.filter((path) => isKnown(path) && !isChanged(path))));
        expect(new Set(diff.vanished)).toEqual(ids(inCatalog.filter((path) => !onDisk.includes(path))));
        expect(new Set(diff.seen.map(({ path }) => path))).toEqual(
          new Set(onDisk.filter((path) => !isKnown(path) || isChanged(path))),
        );
      }),
    );
  });

  it('compares a hundred thousand files in a moment', () => {
    const disk = Array.from({ length: 100_000 }, (_, index) =>
      file(`reference_data_table/fullload/orders_${index}.csv`),
    );
    const files = disk.map((one, id) => known(one.path, { id, firstScan: id % 2 ? 1 : 8 }));
    let best = Infinity;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      const diff = diffScan(disk, files, options({ scan: 9 }));
      best = Math.min(best, performance.now() - start);
      expect(diff.ready).toHaveLength(50_000);
    }
    process.stderr.write(`diffScan, 100,000 files: ${best.toFixed(0)} ms\n`);
    // 100 ms where nothing else runs.
    expect(best).toBeLessThan(1000);
  });
});
