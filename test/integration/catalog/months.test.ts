import { type Catalog, type MonthBatchRecord, type MonthStore, openCatalog } from '../../../catalog';
import type { ErrorReport } from '../../../core/errors/longshore-error';
import type { MonthFile, MonthPart } from '../../../core/types/month';
import type { QualityFacts, QualityResult } from '../../../core/types/quality';
import type { ScanFigures } from '../../../core/types/scan';
import { testPostgres } from '../../helpers/postgres';
import { beginRun } from './fixture';

let url: string;
let catalog: Catalog;
let other: Catalog;
let store: MonthStore;
let configVersion: number;
let batchId: string;
let name: string;
let counter = 0;

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('catalog_months');
  catalog = await openCatalog({ url });
  other = await openCatalog({ url });
  store = catalog.months;
  configVersion = (await catalog.configurations.register({ document: {}, source: 'm.yaml', by: 'ann' })).version;
});

afterAll(async () => {
  await catalog.close();
  await other.close();
  await (await testPostgres()).dropDatabase(url);
});

beforeEach(async () => {
  counter += 1;
  name = `trades-${counter}`;
  batchId = `batch-${counter}`;
  await begin();
});

const MONTHS = Array.from({ length: 12 }, (_, index) => `2024-${String(index + 1).padStart(2, '0')}`);

const begin = (over: Partial<Parameters<MonthStore['begin']>[0]> = {}): Promise<MonthBatchRecord> =>
  store.begin({
    batchId,
    batch: name,
    action: 'load',
    target: 'dwh',
    configVersion,
    qualityMode: 'file',
    status: 'in_progress',
    months: MONTHS,
    completedMonths: [],
    failedMonths: [],
    currentMonths: [],
    currentFile: 0,
    totalFiles: 0,
    options: { tables: ['trades'], parallel: 3 },
    runId: `month/${name}/1`,
    ...over,
  });

const file = (path: string, over: Partial<MonthFile> = {}): MonthFile & { loadId: string } => ({
  path: `/data/${path}`,
  size: 50_000_000_000,
  mtimeMs: 1_790_000_000_123.456,
  table: 'trades',
  month: '2024-01',
  range: { from: 19_723, to: 19_753 },
  loadId: `load-${path}`,
  ...over,
});

const figures = (rows: number): ScanFigures => ({
  rows,
  bytes: rows * 10,
  lines: rows,
  columns: [],
  days: [[19_723, rows]],
  dateNulls: 0,
  dateInvalid: 0,
  raggedRows: 0,
  encodingFaults: 0,
  samples: { types: [{ line: 3, value: 'a\u0000b', message: 'no number' }] },
});

const part = (number: number, sha256 = 'ab'.repeat(32)): MonthPart => ({
  part: number,
  from: number * 1e10,
  to: (number + 1) * 1e10,
  line: 1 + number,
  rows: 5,
  name: `part-${number}.tsv.zst`,
  bytes: 160_000_000,
  sha256,
});

const error: ErrorReport = { code: 'COPY_FAILED', message: 'nothing\u0000in it', place: { line: 3 }, next: 'look' };

const addOne = async (path = 'a.tsv') => (await store.addFiles(batchId, [file(path)]))[0]!;

describe('a batch', () => {
  it('is made once; begun again it is the one that is there, and knows the run that took it up', async () => {
    await store.moveMonth(batchId, '2024-01', 'completed');
    const again = await begin({ months: ['2030-01'], status: 'failed', options: {}, runId: `month/${name}/2` });
    await begin({ runId: `month/${name}/2` });
    expect(again).toMatchObject({
      batchId,
      batch: name,
      action: 'load',
      target: 'dwh',
      configVersion,
      qualityMode: 'file',
      status: 'in_progress',
      months: MONTHS,
      completedMonths: ['2024-01'],
      failedMonths: [],
      currentMonths: [],
      currentFile: 0,
      totalFiles: 0,
      options: { tables: ['trades'], parallel: 3 },
    });
    expect((await store.batch(batchId))?.runs).toEqual([`month/${name}/1`, `month/${name}/2`]);
    expect(await store.batch('nobody')).toBeUndefined();
  });

  it('keeps its months in the order they were asked for, and those that were done before', async () => {
    batchId = `${batchId}-order`;
    const made = await begin({ months: ['2024-03', '2024-01', '2024-02'], completedMonths: ['2024-01'] });
    expect(made).toMatchObject({ months: ['2024-03', '2024-01', '2024-02'], completedMonths: ['2024-01'] });
  });

  it('loses no month when many move at once, through several connections', async () => {
    const moves = MONTHS.flatMap((month, index) => {
      const months = index % 2 ? store : other.months;
      return [
        months
          .moveMonth(batchId, month, 'current')
          .then(() => months.moveMonth(batchId, month, index % 3 === 0 ? 'failed' : 'completed')),
      ];
    });
    await Promise.all(moves);
    const { completedMonths, failedMonths, currentMonths, months } = (await store.batch(batchId))!;
    expect(months).toEqual(MONTHS);
    expect(currentMonths).toEqual([]);
    expect(failedMonths).toEqual(MONTHS.filter((_, index) => index % 3 === 0));
    expect(completedMonths).toEqual(MONTHS.filter((_, index) => index % 3 !== 0));
  });

  it('has a month in one list only, and a repeated move changes nothing', async () => {
    await store.moveMonth(batchId, '2024-02', 'failed');
    await store.moveMonth(batchId, '2024-02', 'current');
    await store.moveMonth(batchId, '2024-02', 'current');
    expect(await store.batch(batchId)).toMatchObject({ currentMonths: ['2024-02'], failedMonths: [] });
    await expect(store.moveMonth('nobody', '2024-02', 'current')).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });

  it('sets only what a checkpoint gives, and the time', async () => {
    await store.moveMonth(batchId, '2024-01', 'completed');
    await store.moveMonth(batchId, '2024-02', 'current');
    const before = (await store.batch(batchId))!.lastUpdate;
    await store.checkpoint(batchId, { status: 'partial', currentMonths: [], failedMonths: ['2024-03'] });
    const after = (await store.batch(batchId))!;
    expect(after).toMatchObject({
      status: 'partial',
      completedMonths: ['2024-01'],
      currentMonths: [],
      failedMonths: ['2024-03'],
    });
    expect(after.lastUpdate.getTime()).toBeGreaterThan(before.getTime());
    await expect(store.checkpoint('nobody', {})).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });

  it('counts its files, and those that have ended', async () => {
    const files = await store.addFiles(batchId, [file('a'), file('b'), file('c')]);
    await store.updateFile(files[0]!.id, { state: 'published' });
    await store.updateFile(files[1]!.id, { state: 'copying' });
    expect(await store.batch(batchId)).toMatchObject({ currentFile: 1, totalFiles: 3 });
  });

  it('is listed with others, the newest first, by name and status', async () => {
    const first = batchId;
    batchId = `${first}-second`;
    await begin();
    await store.checkpoint(batchId, { status: 'failed' });
    const ids = async (filter: Parameters<MonthStore['batches']>[0]) =>
      (await store.batches(filter)).map((each) => each.batchId);
    expect(await ids({ batch: name, limit: 9 })).toEqual([batchId, first]);
    expect(await ids({ batch: name, limit: 1 })).toEqual([batchId]);
    expect(await ids({ batch: name, status: 'in_progress', limit: 9 })).toEqual([first]);
  });
});

describe('files of a batch', () => {
  it('are added once, however often and by however many', async () => {
    const files = [file('b.tsv'), file('a.tsv', { month: '2024-02' })];
    const answers = await Promise.all([store.addFiles(batchId, files), other.months.addFiles(batchId, files)]);
    const again = await store.addFiles(batchId, [{ ...files[0]!, loadId: 'another' }]);
    expect(answers[0]).toEqual(answers[1]);
    expect(again).toEqual([answers[0][0]]);
    expect(answers[0].map(({ path, month }) => [path, month])).toEqual([
      ['/data/b.tsv', '2024-01'],
      ['/data/a.tsv', '2024-02'],
    ]);
    const { loadId: _, ...kept } = files[0]!;
    expect(answers[0][0]).toMatchObject({
      ...kept,
      batch: name,
      batchId,
      state: 'waiting',
      loadId: 'load-b.tsv',
      packed: false,
      warnings: [],
    });
    expect(await store.files(batchId)).toEqual(answers[0]);
    expect(await store.files(batchId, '2024-02')).toEqual([answers[0][1]]);
    expect(await store.file(answers[0][0]!.id)).toEqual(answers[0][0]);
    await expect(store.addFiles('nobody', files)).rejects.toMatchObject({ code: 'BATCH_NOT_FOUND' });
  });

  it('may be many', async () => {
    const files = Array.from({ length: 5000 }, (_, index) => file(`many-${index}`, { month: MONTHS[index % 12]! }));
    expect(await store.addFiles(batchId, [...files, files[0]!])).toHaveLength(5000);
    expect(await store.addFiles(batchId, files)).toHaveLength(5000);
    expect(await store.batch(batchId)).toMatchObject({ totalFiles: 5000 });
  });

  it('that changed before they were loaded begin anew in their place; loaded ones stay beside the new', async () => {
    const [open, loaded] = await store.addFiles(batchId, [file('a'), file('b')]);
    await store.updateFile(open!.id, { state: 'failed', error, packed: true });
    await store.addPart(open!.id, part(0), figures(5));
    await store.updateFile(loaded!.id, { state: 'published' });
    await store.addFiles(
      batchId,
      [file('a', { size: 7 }), file('b', { size: 8 })].map((f) => ({ ...f, loadId: 'new' })),
    );
    const files = await store.files(batchId);
    expect(files.map(({ id, path, size, state, loadId }) => ({ id, path, size, state, loadId }))).toEqual([
      { id: open!.id, path: '/data/a', size: 7, state: 'waiting', loadId: 'new' },
      { id: loaded!.id, path: '/data/b', size: 50_000_000_000, state: 'published', loadId: 'load-b' },
      { id: expect.any(Number) as number, path: '/data/b', size: 8, state: 'waiting', loadId: 'new' },
    ]);
    expect(files[0]).toMatchObject({ packed: false, error: undefined, finishedAt: undefined });
    expect(await store.parts(open!.id)).toEqual([]);
  });

  it('keep all that is written about them, and lose nothing that a patch does not name', async () => {
    const { id } = await addOne();
    const copied = { rowsLoaded: 5, rowsParsed: 5, rowsStaged: 5, files: 1, statementId: '01b', seconds: 1.5 };
    const startedAt = new Date('2026-11-20T05:00:00Z');
    await store.updateFile(id, { state: 'packing', startedAt });
    await store.updateFile(id, { fingerprint: 'ff', rows: 5, packed: true, figures: figures(5), qualityId: 9 });
    await store.updateFile(id, { copyStatement: '01b', copied, warnings: ['large'] });
    await store.updateFile(id, {});
    expect(await store.file(id)).toMatchObject({
      state: 'packing',
      startedAt,
      fingerprint: 'ff',
      rows: 5,
      packed: true,
      figures: figures(5),
      qualityId: 9,
      copyStatement: '01b',
      copied,
      warnings: ['large'],
    });
    await expect(store.updateFile(-1, { rows: 1 })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('have an end when they end, and neither end nor error when they are taken up again', async () => {
    const { id } = await addOne();
    await store.updateFile(id, { state: 'failed', error });
    const ended = (await store.file(id))!;
    expect(ended).toMatchObject({ state: 'failed', error });
    expect(ended.finishedAt).toBeInstanceOf(Date);
    await store.updateFile(id, { state: 'failed' });
    expect(await store.file(id)).toEqual(ended);
    await store.updateFile(id, { state: 'copying' });
    expect(await store.file(id)).toMatchObject({ state: 'copying', error: undefined, finishedAt: undefined });
  });

  it('forget everything when they are reset, also where the new content was found already', async () => {
    const { id } = await addOne();
    await store.addPart(id, part(0), figures(5));
    await store.updateFile(id, { state: 'published', fingerprint: 'ff', rows: 5, packed: true, warnings: ['large'] });
    await store.addFiles(batchId, [file('a.tsv', { size: 7 })]);
    await store.resetFile(id, { size: 7, mtimeMs: 1_790_000_000_123.456, loadId: 'new' });
    await store.resetFile(id, { size: 7, mtimeMs: 1_790_000_000_123.456, loadId: 'new' });
    const { range, ...rest } = file('a.tsv', { size: 7 });
    expect(await store.files(batchId)).toEqual([
      { ...rest, range, loadId: 'new', id, batchId, batch: name, state: 'waiting', packed: false, warnings: [] },
    ]);
    expect(await store.parts(id)).toEqual([]);
    await expect(store.resetFile(-1, { size: 1, mtimeMs: 1, loadId: 'x' })).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('are known again by their content: same table, same environment, published, another file', async () => {
    const { id } = await addOne();
    await store.updateFile(id, { state: 'published', fingerprint: `f-${name}` });
    const filter = { fingerprint: `f-${name}`, table: 'trades', target: 'dwh', exceptFile: 0 };
    expect((await store.loadedBefore(filter))?.id).toBe(id);
    expect(await store.loadedBefore({ ...filter, exceptFile: id })).toBeUndefined();
    expect(await store.loadedBefore({ ...filter, table: 'quotes' })).toBeUndefined();
    expect(await store.loadedBefore({ ...filter, target: 'uat' })).toBeUndefined();
    expect(await store.loadedBefore({ ...filter, fingerprint: 'other' })).toBeUndefined();
    await store.updateFile(id, { state: 'failed' });
    expect(await store.loadedBefore(filter)).toBeUndefined();
  });
});

describe('the ledger of parts', () => {
  it('keeps each part once, in order, to the last bit', async () => {
    const { id } = await addOne();
    await store.addPart(id, part(1), figures(4));
    await store.addPart(id, part(0), figures(5));
    await store.addPart(id, part(1), figures(6));
    expect(await store.parts(id)).toEqual([
      { fileId: id, result: part(0), figures: figures(5), uploaded: false },
      { fileId: id, result: part(1), figures: figures(6), uploaded: false },
    ]);
    expect(await store.partTotals(batchId)).toEqual([{ fileId: id, parts: 2, bytes: 320_000_000 }]);
    expect(await store.partTotals('nobody')).toEqual([]);
  });

  it('knows a part as uploaded until its content is another', async () => {
    const { id } = await addOne();
    await store.addPart(id, part(0), figures(5));
    await store.partUploaded(id, 0);
    await store.partUploaded(id, 0);
    await store.addPart(id, part(0), figures(5));
    expect((await store.parts(id))[0]?.uploaded).toBe(true);
    await store.addPart(id, part(0, 'cd'.repeat(32)), figures(5));
    expect((await store.parts(id))[0]?.uploaded).toBe(false);
    await expect(store.partUploaded(id, 7)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('results of checks', () => {
  const facts: QualityFacts = {
    mode: 'file',
    file: '/data/a.tsv',
    rows: 5,
    bytes: 50,
    columns: [{ name: 'id', nulls: 0, maxCharacters: 1, maxBytes: 1, badType: 0, tooWide: 0, nullsForbidden: 0 }],
    missingColumns: [],
    unexpectedColumns: [],
    days: [[19_723, 5]],
    dateNulls: 0,
    dateInvalid: 0,
    raggedRows: 0,
    encodingFaults: 0,
    rules: [],
    samples: {},
    seconds: 1,
  };
  const record = (month: string, over: Partial<QualityResult> = {}) => ({
    batch: name,
    batchId,
    table: 'trades',
    month,
    file: '/data/a.tsv',
    mode: 'file' as const,
    verdict: 'passed' as const,
    score: 98.5,
    rows: 5,
    result: {
      mode: 'file' as const,
      verdict: 'passed' as const,
      sentence: 'Well.',
      score: 98.5,
      checks: [],
      facts,
      ...over,
    },
  });

  it('are kept whole, and once when they are told twice', async () => {
    const id = await store.addQuality(record('2024-01'));
    expect(await store.addQuality(record('2024-01'))).toBe(id);
    const changed = await store.addQuality(record('2024-01', { sentence: 'Better.' }));
    expect(changed).not.toBe(id);
    expect(await store.quality(id)).toEqual({ id, at: expect.any(Date) as Date, ...record('2024-01') });
    expect(await store.quality(-1)).toBeUndefined();
  });

  it('are found by batch, table and month, the newest first, with figures of columns and days only when asked', async () => {
    const first = await store.addQuality(record('2024-01'));
    const second = await store.addQuality(record('2024-02'));
    const ids = async (filter: Partial<Parameters<MonthStore['qualityHistory']>[0]>) =>
      (await store.qualityHistory({ batch: name, limit: 9, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual([second, first]);
    expect(await ids({ limit: 1 })).toEqual([second]);
    expect(await ids({ month: '2024-01' })).toEqual([first]);
    expect(await ids({ batchId, table: 'quotes' })).toEqual([]);
    const [short] = await store.qualityHistory({ batch: name, summary: true, limit: 1 });
    expect(short?.result.facts).toMatchObject({ rows: 5, columns: [] });
    expect(short?.result.facts?.days).toBeUndefined();
  });
});

describe('deletions', () => {
  it('are kept under their id: a later word replaces the earlier, the time stays', async () => {
    const record = {
      id: `del-${name}`,
      batch: name,
      table: 'trades',
      month: '2024-01',
      environment: 'dwh',
      rows: 31,
      by: 'ann',
      reason: 'wrong file',
      state: 'deleting' as const,
      restoreSql: 'INSERT INTO …',
    };
    await store.saveDeletion(record);
    const first = (await store.deletion(record.id))!;
    const restoredAt = new Date('2026-11-20T05:00:00Z');
    await store.saveDeletion({ ...record, state: 'restored', backup: '/backups/a.parquet', restoredAt });
    const last = { ...record, at: first.at, state: 'restored', backup: '/backups/a.parquet', restoredAt };
    expect(await store.deletion(record.id)).toEqual(last);
    await store.saveDeletion({ ...record, id: `${record.id}-2`, month: '2024-02' });
    const ids = async (filter: Partial<Parameters<MonthStore['deletions']>[0]>) =>
      (await store.deletions({ batch: name, limit: 9, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual([`${record.id}-2`, record.id]);
    expect(await ids({ month: '2024-01', table: 'trades' })).toEqual([record.id]);
    expect(await ids({ table: 'quotes' })).toEqual([]);
    expect(await store.deletion('nobody')).toBeUndefined();
  });
});

describe('the log of a run', () => {
  it('is read on behind the last event, in order, with keyed events once', async () => {
    const runId = `month/${name}/log`;
    await store.log({ runId, level: 'info', message: 'begins\u0000', key: 'start', details: { files: 3 } });
    await store.log({ runId, level: 'info', message: 'begins again', key: 'start' });
    await store.log({ runId, level: 'warning', message: 'large' });
    await store.log({ runId, level: 'warning', message: 'large' });
    await store.log({ runId: `${runId}-other`, level: 'error', message: 'elsewhere', key: 'start' });
    const events = await store.events({ runId, limit: 2 });
    expect(events.map(({ level, message, details }) => [level, message, details])).toEqual([
      ['info', 'begins\ufffd', { files: 3 }],
      ['warning', 'large', undefined],
    ]);
    const rest = await store.events({ runId, after: events[1]!.id, limit: 9 });
    expect(rest.map(({ message }) => message)).toEqual(['large']);
  });

  it('shows a follower every event, whoever writes at the same time', async () => {
    const runId = `month/${name}/busy`;
    let done = false;
    const writing = Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        (index % 2 ? store : other.months).log({ runId, level: 'info', message: String(index) }),
      ),
    ).finally(() => (done = true));
    const seen: string[] = [];
    let after = 0;
    for (let last = false; !last;) {
      last = done;
      const events = await store.events({ runId, after, limit: 1000 });
      seen.push(...events.map(({ message }) => message));
      after = events.at(-1)?.id ?? after;
    }
    await writing;
    expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, index) => index));
  });
});

describe('cleaning up', () => {
  it('takes ended runs with events, files and parts; results and deletions stay, and so does what is still needed', async () => {
    const runIds = [`month/${name}/1`, `month/${name}/2`];
    for (const runId of runIds)
      await beginRun(catalog, configVersion, { runId, kind: 'month', name: `${name}-${runId}`, target: 'dwh' });
    const kept = await beginRun(catalog, configVersion);
    await catalog.runs.finish(kept, { status: 'done' });
    await begin({ runId: runIds[1]! });
    const { id } = await addOne();
    await store.addPart(id, part(0), figures(5));
    for (const runId of runIds) await store.log({ runId, level: 'info', message: 'here' });
    await store.saveDeletion({
      id: `del-${name}`,
      batch: name,
      table: 'trades',
      month: '2024-01',
      environment: 'dwh',
      rows: 1,
      by: 'ann',
      state: 'deleted',
    });
    const later = new Date(Date.now() + 3_600_000);

    await catalog.runs.finish(runIds[0]!, { status: 'failed', error });
    expect(await store.cleanUp(new Date(Date.now() - 3_600_000))).toEqual({ runs: 0, events: 0 });
    expect(await store.cleanUp(later)).toMatchObject({ runs: 1, events: 1 });
    expect(await store.batch(batchId)).toBeDefined();
    expect(await store.parts(id)).toHaveLength(1);

    await catalog.runs.finish(runIds[1]!, { status: 'done' });
    expect(await store.cleanUp(later)).toMatchObject({ runs: 1, events: 1 });
    expect(await store.cleanUp(later)).toEqual({ runs: 0, events: 0 });
    expect(await store.batch(batchId)).toBeUndefined();
    expect(await store.file(id)).toBeUndefined();
    expect(await store.parts(id)).toEqual([]);
    expect(await store.deletion(`del-${name}`)).toBeDefined();
    expect(await catalog.runs.get(kept)).toBeDefined();
  });
});

describe('a run of a month batch', () => {
  it('that would be the second at once is refused under its name', async () => {
    const run = { kind: 'month' as const, name: `${name}-twice`, target: 'dwh' };
    await beginRun(catalog, configVersion, { ...run, runId: `month/${name}/a` });
    await expect(beginRun(catalog, configVersion, { ...run, runId: `month/${name}/b` })).rejects.toMatchObject({
      code: 'RUN_IN_PROGRESS',
      message: expect.stringMatching(new RegExp(`^Month batch ${name}-twice is already running into dwh`)) as string,
    });
  });
});
