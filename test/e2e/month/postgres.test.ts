/** Month batches into Postgres; and what only a server with widths and locks can show. */
import { Client } from 'pg';
import { execute } from '../site';
import { BATCHES, coreSuite } from './core-suite';
import { asKept, fileOf, monthRows, MonthSite, type Row, text } from './month-site';

jest.setTimeout(180_000);

const NARROW = `
  narrow:
    to: wh
    basePath: data
    tables:
      narrow: { files: "narrow_{month}.tsv", dateColumn: day, keyColumns: [day, id] }
  slow:
    to: wh
    basePath: data
    parallel: { months: 1 }
    tables:
      slow: { files: "slow_{month}.tsv", dateColumn: day, keyColumns: [day, id] }
`;
const COLUMNS = '(day date, id int, amount numeric(12,2), note varchar(6))';

let site: MonthSite;
beforeAll(async () => {
  site = await MonthSite.open({ kind: 'postgres', batches: BATCHES + NARROW });
});
afterAll(() => site?.close());

coreSuite(() => site);

describe('a text that is too long for its column', () => {
  const rows = monthRows('2024-01').map(([day, id, amount], index): Row => [day, id, amount, index === 7 ? 'much too long' : 'ok']); // prettier-ignore

  test('stops the load with line, column and length', async () => {
    await execute(site.site.target, `CREATE TABLE narrow ${COLUMNS}`);
    site.write('narrow_2024-01.tsv', text(rows));
    const { code, printed } = await site.load('narrow', '--qc', 'file');
    expect(code).toBe(1);
    const { error, quality } = fileOf(printed, 'narrow_2024-01.tsv');
    expect(error?.code).toBe('QUALITY_FAILED');
    expect(quality?.sentence).toMatch(/note/);
    expect(await site.count('narrow')).toBe(0);
  });

  test('is explained when nobody checked before COPY', async () => {
    const { code, printed } = await site.load('narrow', '--qc', 'none');
    expect(code).toBe(1);
    const { error } = fileOf(printed, 'narrow_2024-01.tsv');
    expect(error?.place).toMatchObject({ line: 9, column: 'note' });
    expect(await site.count('narrow')).toBe(0);
  });

  test('gets room when that is confirmed, and no sooner', async () => {
    const file = site.path('narrow_2024-01.tsv');
    interface Widened {
      proposals: { column: string; longest: number; line: number; statement: string; applied: boolean }[];
    }
    const dry = await site.json<Widened>('month', 'widen', 'narrow', file, '--dry-run');
    expect(dry.printed.proposals).toMatchObject([{ column: 'note', longest: 13, line: 9, applied: false }]);
    const width = `SELECT character_maximum_length AS n FROM information_schema.columns WHERE table_name = 'narrow' AND column_name = 'note'`;
    expect(await site.sql(width)).toEqual([{ n: 6 }]);
    const done = await site.json<Widened>('month', 'widen', 'narrow', file, '--yes', '--reason', 'longer names');
    expect([done.code, done.printed.proposals[0]?.applied]).toEqual([0, true]);
    expect(Number((await site.sql(width))[0]?.['n'] ?? Infinity)).toBeGreaterThanOrEqual(13);
    expect((await site.json('month', 'resume', 'narrow')).code).toBe(0);
    expect(await site.kept('narrow')).toEqual(asKept(rows));
  });
});

describe('a run that somebody steers', () => {
  const rows = monthRows('2024-01');
  const later = monthRows('2024-02');
  let lock: Client;

  beforeAll(async () => {
    await execute(site.site.target, `CREATE TABLE slow ${COLUMNS}`);
    site.write('slow_2024-01.tsv', text(rows));
    site.write('slow_2024-02.tsv', text(later));
  });
  beforeEach(async () => {
    lock = new Client({ connectionString: site.site.target });
    await lock.connect();
    // Whoever reads the table goes on; whoever writes waits.
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE slow IN SHARE MODE');
  });
  afterEach(() => lock.end());

  const waiting = async (): Promise<number> =>
    Number(
      (
        await site.sql(
          `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      )[0]?.['n'],
    );
  const until = async (is: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 60_000;
    while (!(await is())) {
      if (Date.now() > deadline) throw new Error('waited a minute in vain');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  test('goes on in the background, and cancelling it ends its statement in the warehouse', async () => {
    const { code, stdout } = await site.run('month', 'load', 'slow', '--background', '--qc', 'file');
    const runId = stdout.trim();
    expect([code, runId]).toEqual([0, expect.stringMatching(/^month\/slow\//)]);
    await until(async () => (await waiting()) === 1);
    const running = await site.json<{ runId: string; status: string }[]>('run', 'list', '--kind', 'month', '--status', 'running'); // prettier-ignore
    expect(running.printed.map((run) => run.runId)).toContain(runId);
    const second = await site.json('month', 'load', 'slow');
    expect(second.error?.code).toBe('RUN_IN_PROGRESS');

    expect((await site.run('run', 'cancel', 'slow', '--reason', 'a test')).code).toBe(0);
    const watched = await site.run('run', 'watch', runId);
    expect(watched.code).toBe(130);
    // The lock is still held: the statement went because it was told to.
    expect(await waiting()).toBe(0);
    await lock.query('ROLLBACK');
    expect(await site.count('slow')).toBe(0);
    expect((await site.checkpoint('slow')).status).toBe('cancelled');
    expect((await site.tables()).filter((name) => /longshore/i.test(name) && !/ledger/i.test(name))).toEqual([]);
    const log = await site.run('run', 'log', runId);
    expect(log.stdout).toMatch(/slow_2024-01\.tsv: 310 rows read/);
  });

  test('is resumed, paused and gone on with, and every row is there once', async () => {
    const { stdout } = await site.run('month', 'resume', 'slow', '--no-wait');
    const runId = stdout.trim();
    await until(async () => (await waiting()) === 1);
    expect((await site.run('run', 'pause', runId)).code).toBe(0);
    await lock.query('ROLLBACK');
    // What is under way is finished, and the next month is not begun.
    await until(async () => (await site.count('slow')) === rows.length);
    await until(async () => (await site.checkpoint('slow')).completedMonths.length === 1);
    const paused = await site.run('run', 'show', runId, '--json');
    expect(paused.stdout).toContain('"paused"');
    expect(await site.count('slow')).toBe(rows.length);

    expect((await site.run('run', 'resume', runId)).code).toBe(0);
    const watched = await site.run('run', 'watch', runId);
    expect([watched.code, watched.stdout]).toEqual([0, expect.stringContaining('600')]);
    expect(await site.kept('slow')).toEqual(asKept([...rows, ...later]));
    const ended = await site.json('run', 'cancel', runId);
    expect([ended.code, ended.error?.code]).toEqual([2, 'RUN_ENDED']);
  });
});
