import { createColors } from 'picocolors';
import { dropDisplay } from '../../../cli/output/drop-display';
import { errorReport, fileTable, folderReport, folderTable } from '../../../cli/output/drop-status';
import { cleanUpReport, healthReport, outcomeReport, retryReport, tableReport } from '../../../cli/output/drop-task';
import { DropRates, dropLines, plainDropLine } from '../../../cli/output/drop-view';
import { widthOf } from '../../../cli/output/text';
import type { DropFile } from '../../../catalog';
import type { FileInWork, FolderStatus } from '../../../client';
import { analyseFileErrors } from '../../../core/drop/failure-analysis';
import { fakeIo } from './fake-io';

const colours = createColors(false);

const inWork = (fileId: number, rows: number, totalRows?: number): FileInWork => ({
  fileId,
  path: `reference_data_table/fullload/file-${fileId}.csv`,
  progress: { step: 'loading', state: 'processing', table: 'ref.file', rows, totalRows, parts: 4, partsLoaded: 1 },
});

const status = (patch: Partial<FolderStatus> = {}): FolderStatus => ({
  folder: 'reference',
  runId: 'drop/reference',
  state: 'running',
  workerMissing: false,
  to: 'uat',
  configVersion: 3,
  triggeredBy: 'ann',
  startedAt: new Date(0),
  files: { loaded: 120, failed: 3, ready: 17, watching: 5, processing: 1 },
  rows: 1_000_000,
  inWork: [inWork(7, 500, 2000)],
  lastScanAt: new Date(57_000),
  problems: [],
  errors: analyseFileErrors([
    { code: 'FILE_EMPTY', count: 1 },
    {
      code: 'FILE_REJECTED_ROWS',
      count: 2,
      example: { path: 'append/bad.csv', table: 'ref.bad', line: 7, column: 'code', message: 'Row 7 is too long.' },
    },
  ]),
  ...patch,
});

const linesOf = (of: FolderStatus, width: number, rates = new DropRates()) =>
  dropLines(of, rates, { width, height: 3, colours, now: 60_000 });

describe('a folder that is watched', () => {
  it('shows what arrived, what failed by code, each file in work, what waits, and when it was looked at', () => {
    expect(linesOf(status(), 120)).toEqual([
      '✓ 120 files loaded, 1,000,000 rows',
      '✗ 3 files failed: 2 FILE_REJECTED_ROWS, 1 FILE_EMPTY',
      '  reference_data_table/fullload/file-7.csv ████░░░░░░░░░░░░ 25%  500 rows  → ref.file',
      '  17 files ready, 5 files until they stand still',
      'running  1 in work  looked 3.0 s ago  watched for 1m 00s',
    ]);
  });

  it('tells speed and time left of each file, and of all that are ready', () => {
    const rates = new DropRates();
    let last = status();
    for (let second = 0; second <= 10; second += 1) {
      last = status({
        files: { loaded: 100 + 2 * second, ready: 39, processing: 1 },
        inWork: [inWork(7, 100 * second, 2000)],
      });
      rates.add(last, second * 1000);
    }
    const lines = linesOf(last, 200, rates);
    expect(lines.find((line) => line.includes('file-7'))).toMatch(/50% {2}1,000 rows {2}100 rows\/s {2}1[01]s left/);
    expect(lines.at(-1)).toMatch(/2\.0 files\/s.*2[01]s left/);
  });

  it('forgets the speed of files that have ended', () => {
    const rates = new DropRates();
    for (let second = 0; second <= 5; second += 1)
      rates.add(status({ inWork: [inWork(7, 1000 * second)] }), second * 1000);
    rates.add(status({ inWork: [] }), 6000);
    rates.add(status({ inWork: [inWork(7, 5)] }), 7000);
    expect(rates.ofFile(inWork(7, 5))).toBeUndefined();
  });

  it.each([20, 40, 79, 200])('fits %i columns, and counts what has no line', (width) => {
    const many = status({
      inWork: Array.from({ length: 8 }, (_, index) => inWork(index, 10, 20)),
      problems: [{ path: 'x'.repeat(90), code: 'misplaced', message: 'It lies in no folder of the tree.' }],
      error: { code: 'FOLDER_UNAVAILABLE', message: 'gone '.repeat(40), place: {}, next: '' },
      pausedBy: 'somebody with a long name',
      state: 'paused',
    });
    const lines = linesOf(many, width);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines).toContain('  and 5 more in work');
  });

  it('obeys nothing that stands in the name of a file', () => {
    const hostile = { fileId: 1, path: 'a\u001b[2J\nb.csv' };
    const lines = linesOf(status({ inWork: [hostile] }), 100);
    expect(lines.join('')).not.toMatch(/[\u001b\n]/);
    expect(plainDropLine(status({ inWork: [hostile] }))).not.toMatch(/[\u001b\n]/);
  });

  it('is told in a pipe only when something happened, and at most every five seconds', () => {
    const io = fakeIo();
    const display = dropDisplay(io, colours, false);
    display.show(status());
    io.time = 6_000;
    display.show(status({ lastScanAt: new Date(6_000) }));
    io.time = 7_000;
    display.show(status({ rows: 1_000_001 }));
    io.time = 7_500;
    display.show(status({ rows: 1_000_002 }));
    expect(io.stderr.split('\n').filter(Boolean)).toEqual([
      'running  120 loaded  3 failed  1,000,000 rows  17 files ready, 5 files until they stand still  [reference_data_table/fullload/file-7.csv loading]',
      expect.stringContaining('1,000,001 rows'),
    ]);
  });

  it('is drawn over itself in a terminal, and nowhere when nobody wants to see it', () => {
    const io = fakeIo({ terminal: true });
    const display = dropDisplay(io, colours, false);
    display.show(status());
    display.show(status());
    expect(io.stderr).toContain('\u001b[5A\r\u001b[0J');
    const quiet = fakeIo({ terminal: true });
    dropDisplay(quiet, colours, true).show(status());
    expect(quiet.stderr).toBe('');
  });
});

describe('pages about drop folders', () => {
  const file: DropFile = {
    id: 12,
    folder: 'reference',
    path: 'reference_data_table/fullload/airports.csv',
    size: 1500,
    mtimeMs: 1,
    inode: '1',
    dataset: 'reference',
    loadType: 'fullload',
    state: 'failed',
    groupKey: 'ref.airports',
    firstScan: 1,
    firstSeenAt: new Date(0),
    startedAt: new Date(1000),
    finishedAt: new Date(3000),
    rows: 0,
    rejected: 2,
    error: { code: 'FILE_REJECTED_ROWS', message: 'Row 7 is too long.', place: { line: 7 }, next: 'Correct it.' },
  };

  it('show a folder with all that is known of it', () => {
    const page = folderReport(status({ problems: [{ path: 'x.csv', code: 'misplaced', message: 'Wrong place.' }] }), {
      colours,
    });
    for (const text of [
      'reference  running  into uat',
      'watched since 1970-01-01 00:00:00Z, started by ann, configuration version 3',
      'files: 5 watching, 17 ready, 1 processing, 120 loaded, 3 failed; 1,000,000 rows loaded',
      'warning x.csv: Wrong place.',
      'FILE_REJECTED_ROWS',
      'Row 7 is too long.',
    ])
      expect(page).toContain(text);
  });

  it.each([60, 80, 100])('show several folders and files in lines of %i columns', (width) => {
    const error = { code: 'FOLDER_UNAVAILABLE', message: 'm'.repeat(200), place: {}, next: '' } as const;
    const folders = folderTable([status({ error }), status({ folder: 'other'.repeat(10), to: 'e'.repeat(40) })], {
      colours,
      width: 120,
    });
    expect(folders).toContain('reference');
    for (const line of folders.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(120);
    const report = errorReport(status().errors, { colours, width });
    for (const line of report.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width + 20);
    expect(report).toContain('bad.csv, for ref.bad, line 7, column code');
  });

  it('show files with what became of them', () => {
    const table = fileTable([file], { colours });
    expect(table).toMatch(/12 {2}reference_data_table\/fullload\/airports\.csv {2}failed/);
    expect(table).toContain('2.0 s');
    expect(table).toContain('FILE_REJECTED_ROWS: Row 7 is too long.');
    expect(fileTable([], { colours })).toBe('There is no such file.');
  });

  it('say that nothing has failed when nothing has', () => {
    expect(errorReport(analyseFileErrors([]), { colours })).toBe('No file has failed.');
  });

  it('show what is well and what is not', () => {
    const page = healthReport(
      {
        kind: 'health',
        status: 'failed',
        checks: [
          { name: 'target', status: 'ok', message: 'uat answers.', details: { ms: 3 } },
          { name: 'disk', status: 'failed', message: 'No room.', details: { free: 12_345 }, error: file.error },
        ],
      },
      { colours },
    );
    expect(page).toMatch(/target {2}ok {6}uat answers\./);
    expect(page).toContain('free 12,345');
    expect(page).toContain('Something has failed.');
  });

  it('show what went back, what would go, and what a table is', () => {
    expect(
      retryReport(
        [
          { path: 'a.csv', ok: true },
          { path: 'b.csv', ok: false, message: 'A file of this name was dropped since.' },
        ],
        { colours },
      ),
    ).toBe(
      '1 file put back. They are loaded when they have stood still.\n✗ b.csv: A file of this name was dropped since.',
    );
    expect(retryReport([], { colours })).toBe('There is no such failed file.');
    expect(
      cleanUpReport({ kind: 'clean-up', removed: [{ what: 'backups', removed: 3, bytes: 0 }] }, true, { colours }),
    ).toContain('WOULD GO');
    const page = tableReport(
      {
        kind: 'table-info',
        rows: 9,
        table: {
          ref: { schema: 'ref', name: 'airports' },
          kind: 'table',
          columns: [{ name: 'code', nativeType: 'text', logical: { kind: 'text', of: 'text' }, nullable: false }],
          uniqueKeys: [],
          indexes: [],
          foreignKeys: [],
          estimatedRows: 9,
          estimatedBytes: 1,
        },
        backups: [{ ref: { schema: 'bkp', name: 'airports_1' }, of: 'airports', takenAt: new Date(0), rows: 8 }],
      },
      { colours },
    );
    for (const text of ['ref.airports  9 rows', 'code', 'bkp.airports_1']) expect(page).toContain(text);
  });

  it('tell how a file ended, and where it lies now', () => {
    const outcome = { fileId: 1, path: 'a.csv', rows: 5, rejected: 1, table: 'ref.a' };
    expect(outcomeReport({ ...outcome, state: 'loaded', movedTo: 'processed/a.csv' }, { colours })).toBe(
      'loaded a.csv → ref.a, 5 rows, 1 rejected\n  now at processed/a.csv',
    );
    expect(outcomeReport({ ...outcome, state: 'failed', error: file.error }, { colours })).toContain('Correct it.');
  });
});
