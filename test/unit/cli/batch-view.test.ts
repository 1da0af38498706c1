import { createColors } from 'picocolors';
import { createContext, type GlobalOptions } from '../../../cli/core/context';
import { followBatch, followBatchToEnd } from '../../../cli/core/follow-batch';
import { BatchRates, batchLines, plainBatchLine } from '../../../cli/output/batch-view';
import { widthOf } from '../../../cli/output/text';
import type { LiveBatch, LiveFile, LongshoreClient } from '../../../client';
import { parts } from '../report/records';
import { fakeIo } from './fake-io';

const colours = createColors(false);

const file = (fileId: number, patch: Partial<LiveFile> = {}): LiveFile => ({
  fileId,
  file: `trades_${fileId}.tsv`,
  table: 'trades',
  month: '2024-02',
  state: 'packing',
  bytes: 1_000_000,
  rowsUnderway: 0,
  bytesUnderway: 0,
  ...patch,
});

const batch = (patch: Partial<LiveBatch> = {}): LiveBatch => ({
  runId: 'month/trades/1',
  batchId: 'trades-1',
  action: 'load',
  status: 'running',
  phase: 'loading',
  startedAt: '1970-01-01T00:00:00.000Z',
  months: [
    { month: '2024-01', state: 'done', files: 2, filesDone: 2 },
    { month: '2024-02', state: 'running', files: 3, filesDone: 0 },
    { month: '2024-03', state: 'waiting', files: 1, filesDone: 0 },
  ],
  files: [
    file(1, { state: 'published' }),
    file(2, { state: 'copying', rows: 1234, rowsUnderway: 500 }),
    file(3, { bytesUnderway: 250_000, rowsUnderway: 777 }),
  ],
  workerMissing: false,
  ...patch,
});

const linesOf = (of: LiveBatch, width = 120, rates = new BatchRates()): string[] =>
  batchLines(of, rates, { width, height: 3, colours, now: 60_000 });

const failed = {
  month: '2024-04',
  state: 'failed' as const,
  files: 1,
  filesDone: 1,
  error: { code: 'COPY_FAILED' as const, message: 'line\none', place: {}, next: '' },
};

describe('a batch under way', () => {
  it('shows months that ended, each file that moves with its step, and how much is done', () => {
    expect(linesOf(batch({ months: [...batch().months, failed] }))).toEqual([
      '✓ 1 month done: 2024-01',
      expect.stringMatching(/^✗ 2024-04 COPY_FAILED: line.*one$/),
      '  trades_2.tsv copying, 1,234 rows (500 so far)…',
      '  trades_3.tsv ████░░░░░░░░░░░░ 25 %  777 rows',
      'loading  2 of 4 months  4 of 7 files  1m 00s',
    ]);
  });

  it('tells speed and time left while files are read, by their bytes', () => {
    const rates = new BatchRates();
    let last = batch();
    for (let second = 0; second <= 10; second++) {
      last = batch({ files: [file(3, { bytesUnderway: second * 50_000 })] });
      rates.add(last, second * 1000);
    }
    const lines = linesOf(last, 200, rates);
    expect(lines.find((line) => line.includes('trades_3'))).toMatch(/50 %.*50(\.\d)? kB\/s.*1[01]s left/);
    expect(lines.at(-1)).toContain('kB/s');
    const copying = batch({ files: [file(3, { state: 'copying' })] });
    expect(linesOf(copying, 200, rates).at(-1)).not.toContain('/s');
  });

  it.each([20, 40, 79, 200])('fits %i columns, counts what has no line, and obeys no name', (width) => {
    const many = batch({
      files: Array.from({ length: 8 }, (_, index) =>
        file(index, { file: `a\u001b[2J\n${'x'.repeat(60)}.tsv`, state: index % 2 ? 'copying' : 'packing' }),
      ),
      months: [...batch().months, failed],
      pausedBy: 'somebody with a long name',
      status: 'paused',
    });
    const lines = linesOf(many, width);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines.join('')).not.toMatch(/[\u001b\n]/);
    expect(lines.some((line) => line.startsWith('  and 5 more under'))).toBe(true);
    expect(plainBatchLine(many, new BatchRates(), 0)).not.toMatch(/[\u001b\n]/);
  });

  it('says who paused it, that nobody works, and each step in words', () => {
    expect(linesOf(batch({ status: 'paused', pausedBy: 'anna' })).at(-1)).toContain('paused by anna');
    expect(linesOf(batch({ workerMissing: true })).at(-1)).toContain('no worker listens');
    expect(linesOf(batch({ status: 'paused' })).at(-1)).toMatch(/^paused/);
    const steps = (['checking', 'staged'] as const).map(
      (state) => linesOf(batch({ files: [file(1, { state })] })).at(-2) ?? '',
    );
    expect(steps).toEqual(['  trades_1.tsv checking…', '  trades_1.tsv waiting for the others of its table…']);
  });

  it('is one line in a pipe', () => {
    expect(plainBatchLine(batch(), new BatchRates(), 60_000)).toBe(
      'loading  1 of 3 months  3 of 6 files  1m 00s; trades_2.tsv copying; trades_3.tsv packing 25 %',
    );
  });
});

/** A client whose batch goes through these states. */
function clientOf(states: LiveBatch[], io: { time: number }): LongshoreClient {
  const { run, batch: record, files, parts: totals, quality } = parts();
  return {
    months: {
      async *watch() {
        for (const state of states) {
          io.time += 6000;
          yield state;
        }
      },
      batchOfRun: async () => record,
      files: async () => files,
      partTotals: async () => totals,
      qualityHistory: async () => quality,
    },
    runs: { show: async () => ({ run, tables: [], notifications: [] }) },
  } as unknown as LongshoreClient;
}

const contextOf = (io: ReturnType<typeof fakeIo>, global: Partial<GlobalOptions> = {}) =>
  createContext(io, {
    json: false,
    quiet: false,
    colour: false,
    config: 'longshore.yaml',
    configGiven: false,
    ...global,
  });

const ENDED = batch({ phase: 'ended', status: 'partial' });

describe('following a batch', () => {
  it('writes lines into a pipe, each failed month once, and the summary at the end, with its exit code', async () => {
    const io = fakeIo();
    const withFailed = batch({ months: [...batch().months, failed] });
    const code = await followBatchToEnd(contextOf(io), clientOf([withFailed, withFailed, ENDED], io), 'month/trades/1');
    expect(code).toBe(3);
    expect(io.stderr.match(/2024-04 failed: COPY_FAILED/g)).toHaveLength(1);
    expect(io.stderr.match(/^loading /gm)).toHaveLength(2);
    expect(io.stdout).toContain('1 of 2 loaded');
    // The result of a file that did not pass stands there in full.
    expect(io.stdout).toContain('25 runs of days have no rows.');
  });

  it('draws over itself in a terminal, and leaves nothing of the view behind', async () => {
    const io = fakeIo({ terminal: true });
    const last = await followBatch(contextOf(io), clientOf([batch(), batch(), ENDED], io), 'month/trades/1');
    expect(last).toEqual(ENDED);
    expect(io.stderr).toContain('trades_3');
    expect(io.stderr).toMatch(/\u001b\[\d+A\r\u001b\[0J$/);
  });

  it('warns once that nobody works', async () => {
    const io = fakeIo();
    const waiting = batch({ workerMissing: true });
    await followBatch(contextOf(io), clientOf([waiting, waiting, ENDED], io), 'month/trades/1');
    expect(io.stderr.match(/NO_WORKER/g)).toHaveLength(1);
  });

  it('is silent but for the result when asked to be, which then is JSON', async () => {
    const io = fakeIo();
    await followBatchToEnd(contextOf(io, { json: true }), clientOf([batch(), ENDED], io), 'month/trades/1');
    expect(io.stderr).toBe('');
    expect(JSON.parse(io.stdout)).toMatchObject({ batchId: 'trading-1', status: 'partial' });
  });

  it('that the user lets go of says how to come back, and that the run goes on', async () => {
    const io = fakeIo();
    expect(await followBatchToEnd(contextOf(io), clientOf([batch()], io), 'month/trades/1')).toBe(130);
    expect(io.stderr).toContain('longshore run watch month/trades/1');
    const json = fakeIo();
    await followBatchToEnd(contextOf(json, { json: true }), clientOf([batch()], json), 'month/trades/1');
    expect(JSON.parse(json.stdout)).toEqual({ runId: 'month/trades/1', detached: true });
  });
});
