import fc from 'fast-check';
import {
  type FolderFigures,
  judgePerformance,
  type PerformanceSettings,
  type TableFigures,
} from '../../../../core/drop/performance';

const SETTINGS: PerformanceSettings = {
  files: 8,
  parts: 2,
  partBytes: 64e6,
  verify: 'aggregates',
  intervalMs: 15_000,
  checks: 6,
};

const tableOf = (change: Partial<TableFigures> = {}): TableFigures => ({
  table: 'ref.airports',
  files: 50,
  rows: 50_000,
  bytes: 25e6,
  ms: 10_000,
  p95Ms: 300,
  direct: 50,
  staged: 0,
  ...change,
});

const figuresOf = (change: Partial<FolderFigures> = {}): FolderFigures => ({
  loaded: 100,
  failed: 5,
  skipped: 10,
  cancelled: 1,
  rows: 100_000,
  bytes: 50e6,
  worked: 116,
  busyMs: 4_000,
  workMs: 24_000,
  took: { medianMs: 200, p95Ms: 400, longestMs: 900 },
  slowest: { path: 'append/slow.csv', table: 'ref.airports', rows: 9, bytes: 100, ms: 900 },
  waited: { medianMs: 10, p95Ms: 20, longestMs: 30 },
  direct: 100,
  staged: 0,
  tables: [tableOf()],
  tableCount: 1,
  ...change,
});

const findingsOf = (figures: Partial<FolderFigures>, settings: Partial<PerformanceSettings> = {}) =>
  judgePerformance('reference', figuresOf(figures), { ...SETTINGS, ...settings }).findings;

describe('how fast a folder is', () => {
  it('is told in files per second of work, files at once, and rows and bytes per second by table', () => {
    expect(judgePerformance('reference', figuresOf(), SETTINGS)).toMatchObject({
      folder: 'reference',
      filesPerSecond: 29,
      filesAtOnce: 6,
      failedPercent: 4.3,
      directPercent: 100,
      tables: [{ table: 'ref.airports', rowsPerSecond: 5_000, bytesPerSecond: 2.5e6 }],
      findings: [],
    });
  });

  it('is told without rates where nothing was worked on', () => {
    const nothing = { loaded: 0, failed: 0, skipped: 0, cancelled: 0, rows: 0, bytes: 0, worked: 0, busyMs: 0, workMs: 0, direct: 0, staged: 0, tables: [], tableCount: 0 }; // prettier-ignore
    expect(judgePerformance('reference', nothing, SETTINGS)).toEqual({ ...nothing, folder: 'reference', findings: [] });
  });

  it('never breaks, and names the folder or a setting in every advice, whatever the figures', () => {
    const number = fc.nat({ max: 1e9 });
    const spread = fc.record({ medianMs: number, p95Ms: number, longestMs: number });
    const changes = fc.record({
      loaded: number,
      failed: number,
      skipped: number,
      busyMs: number,
      workMs: number,
      took: spread,
      waited: spread,
      direct: number,
      staged: number,
      tables: fc.array(fc.record({ ms: number, staged: number }).map(tableOf), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(changes, (change) => {
        const { findings, failedPercent } = judgePerformance('reference', figuresOf(change), SETTINGS);
        expect(failedPercent === undefined || (failedPercent >= 0 && failedPercent <= 100)).toBe(true);
        expect(new Set(findings.map(({ kind }) => kind)).size).toBe(findings.length);
        for (const { message, next } of findings) {
          expect(`${message} ${next}`).not.toMatch(/undefined|NaN|Infinity/);
          expect(next).toMatch(/`|ref\.airports/);
        }
      }),
    );
  });
});

describe('files that take far longer than others', () => {
  const slow = (bytes: number) => ({
    took: { medianMs: 600, p95Ms: 6_001, longestMs: 90_000 },
    slowest: { path: 'append/slow.csv', table: 'ref.airports', rows: 9, bytes, ms: 90_000 },
  });

  it('are warned of above ten times the median, by the name of the slowest', () => {
    expect(findingsOf(slow(1e9))).toEqual([
      {
        kind: 'slow-files',
        message:
          'Half of the files take 600ms at most, but five of a hundred 6s or more; the slowest is append/slow.csv (1.0 GB, into ref.airports) with 1m30s.',
        next: 'Raise `parallel.parts` (now 2), so that more parts of a large file are loaded side by side.',
      },
    ]);
    expect(findingsOf({ took: { medianMs: 600, p95Ms: 6_000, longestMs: 90_000 } })).toEqual([]);
  });

  it('are none where all are fast, or too few to tell', () => {
    expect(findingsOf({ took: { medianMs: 10, p95Ms: 4_999, longestMs: 5_000 } })).toEqual([]);
    expect(findingsOf({ ...slow(1e9), loaded: 19, failed: 0 })).toEqual([]);
  });

  it.each([
    ['a file that is one part', 50e6, {}, 'Lower `partSize` (now 64.0 MB)'],
    ['a small file', 1000, {}, 'Look at the indexes, triggers and foreign keys of ref.airports'],
    ['values read back', 1e9, { verify: 'fingerprint' }, 'Set `verify` to `aggregates`'],
  ] as const)('get the advice that fits: %s', (_title, bytes, settings, next) => {
    expect(findingsOf(slow(bytes), settings)[0]?.next).toContain(next);
  });
});

describe('files that wait for their turn', () => {
  const waited = (p95Ms: number) => ({ waited: { medianMs: 1, p95Ms, longestMs: p95Ms } });

  it('are warned of from twice interval times checks on', () => {
    expect(findingsOf(waited(180_000))).toEqual([]);
    expect(findingsOf(waited(180_001))).toMatchObject([
      { kind: 'waiting', message: expect.stringContaining('(1m30s); 6 of 8 possible files') as string },
    ]);
    expect(findingsOf(waited(30_001), { intervalMs: 5_000, checks: 3 })).toMatchObject([{ kind: 'waiting' }]);
  });

  it.each([
    ['all places are taken', { workMs: 24_000 }, 'Raise `parallel.files` (now 8), or start another worker.'],
    ['one table has most of the work', { workMs: 12_000 }, 'Have rows for ref.airports come in fewer files'],
    [
      'nothing was in the way',
      { workMs: 12_000, tables: [tableOf({ ms: 5_999 })] },
      'See with `longshore drop health reference`',
    ],
  ])('get the advice that fits: %s', (_title, change, next) => {
    expect(findingsOf({ ...waited(200_000), ...change })[0]?.next).toContain(next);
  });
});

describe('files that fail', () => {
  it('are warned of above ten per cent, of those that were tried', () => {
    expect(findingsOf({ loaded: 85, skipped: 5, failed: 10 })).toEqual([]);
    expect(findingsOf({ loaded: 84, skipped: 5, failed: 11 })).toEqual([
      {
        kind: 'failures',
        message: '11 of 100 files failed (11%).',
        next: expect.stringMatching(/`longshore drop errors reference`.*`format`.*`tolerance`/) as string,
      },
    ]);
  });
});

describe('small files that are staged', () => {
  const detour = { mode: 'replace', targetKind: 'postgres', verify: 'aggregates', tableRows: 10 } as const;
  const staged = (change: object) => ({
    direct: 40,
    staged: 60,
    tables: [tableOf({ direct: 40, staged: 0 }), tableOf({ table: 'ref.routes', staged: 60, detour: { ...detour, ...change } })],
  }); // prettier-ignore

  it.each([
    ['something hangs on the table', {}, {}, 'Take triggers, foreign keys, policies, identity columns'],
    ['a large table is added to', { mode: 'append', tableRows: 200_001 }, {}, 'Collect rows for ref.routes in fewer'],
    ['a small table is added to', { mode: 'append', tableRows: 200_000 }, {}, 'Take triggers'],
    ['values are read back', { verify: 'fingerprint' }, { verify: 'fingerprint' }, 'Set `verify` to `aggregates`'],
  ] as const)('are warned of, with the advice that fits: %s', (_title, change, settings, next) => {
    expect(findingsOf(staged(change), settings)).toEqual([
      {
        kind: 'staged',
        message: expect.stringMatching(/^60 of 100 small files \(60%\).*ref\.routes\.$/) as string,
        next: expect.stringContaining(next) as string,
      },
    ]);
  });

  it('are not warned of where half go directly, they are few, or the target knows no other way', () => {
    expect(findingsOf({ ...staged({}), direct: 60, staged: 60 })).toEqual([]);
    expect(findingsOf({ ...staged({}), direct: 0, staged: 9 })).toEqual([]);
    expect(findingsOf(staged({ targetKind: 'mssql' }))).toEqual([]);
  });
});
