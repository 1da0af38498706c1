import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { PublishRequest, PublishResult } from '../../../connectors/connector';
import type { PublishStrategy } from '../../../schemas/constants';
import { openTarget, table, type TargetFixture } from './target-fixture';

const ROWS = 20_000;
const NEW_ROWS = 30_000;
const SCHEMA = `
CREATE TABLE public.a (id integer PRIMARY KEY, generation text NOT NULL);
CREATE TABLE public.b (id integer PRIMARY KEY REFERENCES public.a (id), generation text NOT NULL);
INSERT INTO public.a SELECT i, 'old' FROM generate_series(1, ${ROWS}) i;
INSERT INTO public.b SELECT i, 'old' FROM generate_series(1, ${ROWS}) i;
CREATE VIEW public.both AS SELECT a.id, a.generation AS a, b.generation AS b FROM public.a JOIN public.b USING (id);
`;
const LOOK = `SELECT (SELECT count(*)::int FROM public.a) AS a, (SELECT count(*)::int FROM public.b) AS b, (SELECT min(generation) || '-' || max(generation) FROM public.a) AS in_a,
  (SELECT min(generation) || '-' || max(generation) FROM public.b) AS in_b, (SELECT count(*)::int FROM public.both WHERE a <> b) AS mixed`;
const OLD = { a: ROWS, b: ROWS, in_a: 'old-old', in_b: 'old-old', mixed: 0 };
const NEW = { a: NEW_ROWS, b: NEW_ROWS, in_a: 'new-new', in_b: 'new-new', mixed: 0 };

describe('readers of tables that are being replaced', () => {
  let fixture: TargetFixture;

  beforeEach(async () => {
    fixture = await openTarget('readers');
    await fixture.user.query(SCHEMA);
  });

  afterEach(() => fixture.close());

  async function staged(strategy: PublishStrategy, lockTimeoutMs = 1000): Promise<PublishRequest> {
    const tables = [];
    for (const name of ['a', 'b']) {
      const plan = await fixture.plan(table(name), { strategy });
      tables.push({
        plan,
        rows: await fixture.stage('run', plan, `SELECT i, 'new' FROM generate_series(1, ${NEW_ROWS}) i`),
      });
    }
    return { runId: 'run', tables, lockTimeoutMs };
  }

  /** Looks again and again, each time by `look`, until told to stop; gives back what was seen. */
  function poll(look: () => Promise<unknown>): { stop(): Promise<unknown[]> } {
    const seen: unknown[] = [];
    let going = true;
    const loop = (async () => {
      for (; going; await sleep(10)) seen.push(await look());
    })();
    return {
      stop: async () => {
        going = false;
        await loop;
        return seen;
      },
    };
  }

  const lookIn = async (client: Client): Promise<unknown> => (await client.query(LOOK)).rows[0];

  async function lookRepeatably(client: Client): Promise<unknown> {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const first = await lookIn(client);
    await sleep(5);
    const second = await lookIn(client);
    await client.query('COMMIT');
    return JSON.stringify(first) === JSON.stringify(second) ? first : { first, second };
  }

  for (const strategy of ['swap', 'delete-insert', 'truncate-insert'] as const) {
    test(`never see a part of the set while it is replaced by ${strategy}`, async () => {
      const [one, two] = [await fixture.connect(), await fixture.connect()];
      const request = await staged(strategy);
      // TRUNCATE is not for readers with an older snapshot: they find the table empty, whoever truncates it.
      const repeatable = strategy === 'truncate-insert' ? [] : [poll(() => lookRepeatably(two))];
      const polls = [poll(() => lookIn(one)), ...repeatable];
      await sleep(100);
      const result = await fixture.target.publish(request);
      await sleep(100);
      for (const seen of await Promise.all(polls.map((reader) => reader.stop()))) {
        const kinds = new Set(seen.map((look) => JSON.stringify(look)));
        expect([...kinds].toSorted()).toEqual([JSON.stringify(OLD), JSON.stringify(NEW)].toSorted());
      }
      expect(result.lockedMs).toBeLessThan(2000);
      if (strategy === 'delete-insert') expect(result.lockedMs).toBe(0);
    });
  }

  test('one with a snapshot from before the load keeps its rows: the set is then replaced in place', async () => {
    const reader = await fixture.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    const request = await staged('swap');
    const target = fixture.targetWith({ locksMs: 2000, olderReadersMs: 300 });
    const result = await target.publish(request);
    expect(result.strategies).toEqual({ 'public.a': 'delete-insert', 'public.b': 'delete-insert' });
    expect(result.warnings).toEqual([expect.stringMatching(/replaced in place instead of by swap/)]);
    expect(await lookIn(reader)).toEqual(OLD);
    expect(await lookIn(fixture.user)).toEqual(NEW);
  });

  test('one with a snapshot from before the load is waited for', async () => {
    const reader = await fixture.connect();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    const request = await staged('swap');
    const published = fixture.target.publish(request);
    await sleep(300);
    expect(await lookIn(reader)).toEqual(OLD);
    await reader.query('COMMIT');
    expect((await published).strategies).toEqual({ 'public.a': 'swap', 'public.b': 'swap' });
  });

  test('one that never lets go makes the switch give up, name it, and let others read in the meantime', async () => {
    const request = await staged('swap', 200);
    const holder = await fixture.connect('monthly report');
    await holder.query('BEGIN; SELECT count(*) FROM public.a');
    const other = await fixture.connect();
    const reader = poll(() => lookIn(other));
    await expect(fixture.targetWith({ locksMs: 1500, olderReadersMs: 300 }).publish(request)).rejects.toMatchObject({
      code: 'PUBLISH_BLOCKED',
      message: expect.stringMatching(
        /session \d+ \(user postgres, application monthly report, idle in transaction/,
      ) as string,
    });
    const seen = await reader.stop();
    expect(seen.length).toBeGreaterThan(3);
    expect(new Set(seen.map((look) => JSON.stringify(look)))).toEqual(new Set([JSON.stringify(OLD)]));
    await holder.query('COMMIT');
    expect((await fixture.target.publish(request)).strategies).toEqual({ 'public.a': 'swap', 'public.b': 'swap' });
    expect(await lookIn(fixture.user)).toEqual(NEW);
  });

  for (const strategy of ['swap', 'delete-insert'] as const) {
    test(`see the old rows when the session that publishes by ${strategy} is killed, and the new ones after a retry`, async () => {
      const request = await staged(strategy);
      // A lock on the second table stops it when the first is locked already.
      const holder = await fixture.connect();
      await holder.query('BEGIN; LOCK TABLE public.b IN ROW EXCLUSIVE MODE');
      const publishing = fixture.target.publish({ ...request, lockTimeoutMs: 800 }).catch((error: unknown) => error);
      const pid = await waitFor(
        async () =>
          (
            await fixture.user.query(
              "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'longshore%' AND wait_event_type = 'Lock' AND datname = current_database()",
            )
          ).rows[0]?.pid as number | undefined,
      );
      await fixture.user.query('SELECT pg_terminate_backend($1)', [pid]);
      expect(await publishing).toMatchObject({ code: 'CONNECTION_LOST' });
      await holder.query('COMMIT');
      expect(await lookIn(fixture.user)).toEqual(OLD);
      await fixture.target.publish(request);
      expect(await lookIn(fixture.user)).toEqual(NEW);
    });
  }

  test('a request that is published again, or twice at once, is published once', async () => {
    const request = await staged('swap');
    const results = await Promise.all([fixture.target.publish(request), fixture.target.publish(request)]);
    const again: PublishResult = await fixture.target.publish(request);
    expect(results.map(({ strategies }) => strategies)).toEqual([again.strategies, again.strategies]);
    expect(await lookIn(fixture.user)).toEqual(NEW);
  });

  test('a cancelled switch leaves the old rows and no session behind', async () => {
    const request = await staged('swap');
    const holder = await fixture.connect();
    await holder.query('BEGIN; SELECT FROM public.a LIMIT 1');
    const cancel = new AbortController();
    const publishing = fixture.target
      .publish({ ...request, lockTimeoutMs: 20_000 }, cancel.signal)
      .catch((error: unknown) => error);
    await sleep(300);
    cancel.abort();
    expect(await publishing).toMatchObject({ code: 'CANCELLED' });
    await fixture.target.cleanup('run');
    await holder.query('COMMIT');
    expect(await lookIn(fixture.user)).toEqual(OLD);
    expect((await fixture.user.query("SELECT to_regnamespace('longshore_staging') AS schema")).rows).toEqual([
      { schema: null },
    ]);
    await waitFor(async () =>
      (
        await fixture.user.query(
          "SELECT FROM pg_stat_activity WHERE application_name LIKE 'longshore%' AND state <> 'idle' AND datname = current_database()",
        )
      ).rowCount === 0
        ? true
        : undefined,
    );
  });
});

async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error('waited in vain');
}
