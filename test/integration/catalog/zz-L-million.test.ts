import * as fc from 'fast-check';
import { Client } from 'pg';
import { type Catalog, openCatalog } from '../../../catalog';
import { testPostgres } from '../../helpers/postgres';

let url: string;
let catalog: Catalog;
let sql: Client;
let folders = 0;

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('catalog_million');
  catalog = await openCatalog({ url });
  sql = new Client({ connectionString: url });
  await sql.connect();
});

afterAll(async () => {
  await sql.end();
  await catalog.close();
  await (await testPostgres()).dropDatabase(url);
});

interface Row {
  state: 'loaded' | 'failed' | 'retried' | 'skipped' | 'cancelled' | 'vanished' | 'ready' | 'processing';
  table: string | null;
  size: number;
  rows: number;
  step: 'direct' | 'published' | null;
  /** Not dropped, but added by `drop process`. */
  added: boolean;
  /** Milliseconds: ready, from then to started, from then to finished. */
  ready: number;
  waits: number | null;
  takes: number;
}

const BASE = Date.UTC(2026, 0, 1);
const at = (ms: number): string => new Date(BASE + ms).toISOString();

async function write(rows: readonly Row[], plan: object | null = null): Promise<string> {
  const folder = `folder-${++folders}`;
  for (const [index, row] of rows.entries()) {
    const started = row.waits === null ? null : row.ready + row.waits;
    const hasEnded = row.state !== 'ready' && row.state !== 'processing';
    await sql.query(
      `INSERT INTO longshore.drop_files (folder, path, size, mtime_ms, inode, dataset, load_type, group_key, state, first_scan,
         ready_at, started_at, finished_at, table_id, rows, step, plan)
       VALUES ($1, $2, $3, 0, '1', 'reference', 'append', 'g', $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        folder,
        `file-${index}.csv`,
        row.size,
        row.state,
        row.added ? 0 : 3,
        at(row.ready),
        started === null ? null : at(started),
        hasEnded ? at((started ?? row.ready) + row.takes) : null,
        row.table,
        row.rows,
        row.step,
        plan && JSON.stringify(plan),
      ],
    );
  }
  return folder;
}

/** Milliseconds in which at least one is at work: counted one by one. */
const busyMs = (spans: [number, number][]): number => {
  const busy = new Set<number>();
  for (const [from, to] of spans) for (let ms = from; ms < to; ms += 1) busy.add(ms);
  return busy.size;
};

const quantile = (values: number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (high - low) * (place % 1);
};

const spreadOf = (values: number[]) =>
  values.length === 0
    ? undefined
    : Object.fromEntries(
        ([['medianMs', 0.5], ['p95Ms', 0.95], ['longestMs', 1]] as const).map(([name, q]) => [
          name,
          expect.closeTo(quantile(values, q), 3) as number,
        ]),
      ); // prettier-ignore

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

const aRow: fc.Arbitrary<Row> = fc.record({
  state: fc.constantFrom('loaded', 'loaded', 'loaded', 'failed', 'retried', 'skipped', 'cancelled', 'vanished', 'ready', 'processing'),
  table: fc.constantFrom('ref.a', 'ref.b', 'ref."c d"', null),
  size: fc.constantFrom(0, 100, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1, 5e9),
  rows: fc.nat({ max: 1e6 }),
  step: fc.constantFrom('direct', 'published', null),
  added: fc.boolean(),
  ready: fc.nat({ max: 500 }),
  waits: fc.option(fc.nat({ max: 100 })),
  takes: fc.nat({ max: 200 }),
}); // prettier-ignore

describe('figures of a folder', () => {
  it('are what counting file by file gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aRow, { maxLength: 15 }), async (rows) => {
        // Only one file of a path is at work, and each has a path of its own.
        const folder = await write(rows);
        const found = await catalog.dropFiles.figures(folder);
        const began = ({ ready, waits, added }: Row): number | undefined =>
          waits !== null ? ready + waits : added ? ready : undefined;
        const ended = rows.filter(({ state }) => !['vanished', 'ready', 'processing'].includes(state));
        const worked = ended.filter((row) => began(row) !== undefined);
        const loaded = rows.filter(({ state }) => state === 'loaded');
        const small = loaded.filter(({ size }) => size <= 4 * 1024 * 1024);
        const times = loaded.filter((row) => began(row) !== undefined).map(({ takes }) => takes);
        const byTable = new Map<string, Row[]>();
        for (const row of loaded)
          if (row.table !== null) byTable.set(row.table, [...(byTable.get(row.table) ?? []), row]);
        expect(found).toMatchObject({
          loaded: loaded.length,
          failed: ended.filter(({ state }) => state === 'failed' || state === 'retried').length,
          skipped: ended.filter(({ state }) => state === 'skipped').length,
          cancelled: ended.filter(({ state }) => state === 'cancelled').length,
          rows: sum(loaded.map((row) => row.rows)),
          bytes: sum(loaded.map(({ size }) => size)),
          worked: worked.length,
          workMs: expect.closeTo(sum(worked.map(({ takes }) => takes)), 3) as number,
          busyMs: expect.closeTo(busyMs(worked.map((row) => [began(row)!, began(row)! + row.takes])), 3) as number,
          direct: small.filter(({ step }) => step === 'direct').length,
          staged: small.filter(({ step }) => step === 'published').length,
          tableCount: byTable.size,
        });
        expect(found.took).toEqual(spreadOf(times));
        expect(found.waited).toEqual(
          spreadOf(ended.filter(({ added, waits }) => !added && waits !== null).map(({ waits }) => waits!)),
        );
        expect(found.slowest?.ms).toEqual(times.length === 0 ? undefined : expect.closeTo(Math.max(...times), 3));
        expect(new Map(found.tables.map((table) => [table.table, [table.files, table.rows, table.bytes]]))).toEqual(
          new Map(
            [...byTable].map(([table, of]) => [
              table,
              [of.length, sum(of.map((row) => row.rows)), sum(of.map(({ size }) => size))],
            ]),
          ),
        );
      }),
      { numRuns: 30 },
    );
  });

  const loaded = (change: Partial<Row> = {}): Row => ({
    state: 'loaded', table: 'ref.a', size: 10, rows: 5, step: 'direct', added: false, ready: 0, waits: 5, takes: 10, ...change,
  }); // prettier-ignore

  it('are of the files that ended since a moment', async () => {
    const folder = await write([loaded({ takes: 10 }), loaded({ takes: 1000, table: 'ref.b' })]);
    const found = await catalog.dropFiles.figures(folder, new Date(BASE + 500));
    expect(found).toMatchObject({
      loaded: 1,
      slowest: { path: 'file-1.csv', table: 'ref.b' },
      tables: [{ table: 'ref.b' }],
    });
    expect(await catalog.dropFiles.figures(folder, new Date(BASE + 5000))).toEqual({
      loaded: 0,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      rows: 0,
      bytes: 0,
      worked: 0,
      busyMs: 0,
      workMs: 0,
      direct: 0,
      staged: 0,
      tables: [],
      tableCount: 0,
    });
  });

  it('tell how the latest staged small file of a table was planned', async () => {
    const table = {
      mode: 'append',
      targetKind: 'postgres',
      verify: 'aggregates',
      target: { estimatedRows: 300_000 },
    };
    const folder = await write([loaded({ step: 'published' }), loaded({ table: 'ref.b' })], { table });
    const { tables } = await catalog.dropFiles.figures(folder);
    expect(tables.map(({ table: name, detour }) => [name, detour])).toEqual([
      ['ref.a', { mode: 'append', targetKind: 'postgres', verify: 'aggregates', tableRows: 300_000 }],
      ['ref.b', undefined],
    ]);
  });

  it('name the twenty tables that took longest, of however many', async () => {
    const folder = await write(
      Array.from({ length: 30 }, (_, index) => loaded({ table: `ref.t${index}`, takes: index })),
    );
    const { tables, tableCount } = await catalog.dropFiles.figures(folder);
    expect(tableCount).toBe(30);
    expect(tables.map(({ table }) => table)).toEqual(Array.from({ length: 20 }, (_, index) => `ref.t${29 - index}`));
  });

  it('of two hundred thousand files are there within ten seconds', async () => {
    await sql.query(
      `INSERT INTO longshore.drop_files (folder, path, size, mtime_ms, inode, dataset, load_type, group_key, state, first_scan,
         ready_at, started_at, finished_at, table_id, rows, step)
       SELECT 'many', 'f' || i, i % 9000, 0, '1', 'reference', 'append', 'g', 'loaded', 3,
         t, t + interval '2 s', t + interval '2 s' + (i % 700) * interval '1 ms', 'ref.t' || i % 300, i % 1000, 'direct'
       FROM generate_series(1, 1000000) i, LATERAL (SELECT timestamptz '2026-01-01' + i * interval '50 ms' AS t) AS at`,
    );
    await sql.query('ANALYZE longshore.drop_files');
    const began = performance.now();
    const found = await catalog.dropFiles.figures('many');
    console.log('ms', performance.now() - began);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(found).toMatchObject({ loaded: 1_000_000, waited: { medianMs: 2000 }, tableCount: 300 });
    expect(found.took?.medianMs).toBeCloseTo(350, -1);
  });
});
