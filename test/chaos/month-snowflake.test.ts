import { describeSnowflake, startSnowflake, type TestSnowflake } from '../helpers/snowflake-server';
import { eventually, sleep } from './drop-folder';
import { madeMonth, type MadeMonth, MonthChaos } from './month-rig';

jest.setTimeout(180_000);

/** A minute by hand: LONGSHORE_TEST_OUTAGE_MS=60000. */
const OUTAGE_MS = Number(process.env.LONGSHORE_TEST_OUTAGE_MS ?? 3000);
const MEGABYTES = 14;
const PARTS = 2;

describeSnowflake('months on their way into Snowflake', () => {
  let server: TestSnowflake;
  let chaos: MonthChaos;
  const made: Record<string, MadeMonth> = {};

  beforeAll(() => {
    for (let number = 1; number <= 6; number += 1) {
      const month = `2024-0${number}`;
      made[month] = madeMonth(month, MEGABYTES);
    }
  });
  beforeEach(async () => {
    server = await startSnowflake();
    chaos = await MonthChaos.open({ kind: 'snowflake', snowflake: server });
  });
  afterEach(async () => {
    await chaos.close();
    await server.close();
  });

  function some(count: number): Record<string, MadeMonth> {
    const months = Object.fromEntries(Object.entries(made).slice(0, count));
    for (const [month, file] of Object.entries(months)) chaos.write(month, file);
    return months;
  }

  /** Statements of a kind that are in a state. */
  const statements = async (kind: string, state?: string): Promise<string[]> =>
    (await server.seen()).statements
      .filter((each) => each.kind === kind && (state === undefined || each.state === state))
      .map(({ sql }) => sql);

  test('killed with a month at every step: nothing is uploaded or copied twice, and every row is there once', async () => {
    const months = some(6);
    const steps = {
      '2024-01': 'part:1',
      '2024-02': 'uploaded:0',
      '2024-03': 'state:copying',
      '2024-04': 'state:staged',
      '2024-05': 'state:published',
      '2024-06': 'month:completed',
    };
    const releases = [];
    for (const [month, step] of Object.entries(steps)) releases.push(await chaos.hold(step, month));
    const runId = await chaos.load();
    for (const [month, step] of Object.entries(steps)) await chaos.reached(step, month);
    expect(await chaos.figure('2024-05')).toBe(made['2024-05']?.figure);
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    for (const release of releases) await release();
    await chaos.installation.startWorker();
    expect(await chaos.ended(runId)).toBe('done');
    await chaos.expectLoaded(months);
    await chaos.expectNothingTwice(Object.keys(months));
    const { counts } = await server.seen();
    expect([counts['PUT'], counts['COPY']]).toEqual([6 * PARTS, 6]);
  });

  test('killed while COPY runs: the statement is gone on with, not sent again', async () => {
    const months = some(1);
    await server.wish({ delay_copy_ms: 8000 });
    const runId = await chaos.load();
    await chaos.until('COPY is known', ([file]) => file?.copy_statement != null);
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    await chaos.installation.startWorker();
    expect(await chaos.ended(runId)).toBe('done');
    await chaos.expectLoaded(months);
    expect(await statements('COPY')).toHaveLength(1);
  });

  test.each(['INSERT', 'COMMIT'])('killed while %s of the publication is answered: it happens once', async (kind) => {
    const months = some(1);
    const release = await chaos.hold('state:staged', '2024-01');
    const runId = await chaos.load();
    await chaos.reached('state:staged', '2024-01');
    await server.wish({ hold_answer: { kind, ms: 20_000 } });
    await release();
    await eventually(`${kind} is carried out`, async () => (await statements(kind, 'SUCCESS')).length > 0);
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    await chaos.installation.startWorker();
    expect(await chaos.ended(runId)).toBe('done');
    await chaos.expectLoaded(months);
    expect(await statements('COPY')).toHaveLength(1);
  });

  test('nobody answers for a while, as one month is uploaded, one copied and one published', async () => {
    const months = some(3);
    await server.wish({ delay_copy_ms: 2000 });
    const holds = [
      await chaos.hold('uploaded:0', '2024-01'),
      await chaos.hold('submitted', '2024-02'),
      await chaos.hold('state:staged', '2024-03'),
    ];
    const runId = await chaos.load();
    await chaos.reached('uploaded:0', '2024-01');
    await chaos.reached('submitted', '2024-02');
    await chaos.reached('state:staged', '2024-03');
    await server.network('refuse');
    for (const release of holds) await release();
    await sleep(OUTAGE_MS);
    await server.network('up');
    expect(await chaos.ended(runId, 150_000)).toBe('done');
    await chaos.expectLoaded(months);
    await chaos.expectNothingTwice(Object.keys(months));
    const { counts } = await server.seen();
    expect([counts['PUT'], counts['COPY']]).toEqual([3 * PARTS, 3]);
  });

  test.each(['session', 'ended', 'login'] as const)(
    'sessions that are over (%s), as one month is packed, one copied and one published',
    async (expire) => {
      const months = some(3);
      await server.wish({ delay_copy_ms: 2000 });
      const holds = [
        await chaos.hold('part:1', '2024-01'),
        await chaos.hold('submitted', '2024-02'),
        await chaos.hold('state:staged', '2024-03'),
      ];
      const runId = await chaos.load();
      await chaos.reached('part:1', '2024-01');
      await chaos.reached('submitted', '2024-02');
      await chaos.reached('state:staged', '2024-03');
      await server.wish({ expire });
      for (const release of holds) await release();
      expect(await chaos.ended(runId)).toBe('done');
      await chaos.expectLoaded(months);
      const { counts } = await server.seen();
      expect([counts['PUT'], counts['COPY']]).toEqual([3 * PARTS, 3]);
    },
  );

  test('cancelled while COPY runs: it is aborted there, and a resumed batch loads every row once', async () => {
    const months = some(2);
    await server.wish({ delay_copy_ms: 60_000 });
    const runId = await chaos.load();
    await chaos.until('COPY is known', (files) => files.every((file) => file.copy_statement != null));
    await chaos.tell('run', 'cancel', runId, '--reason', 'a test');
    expect(await chaos.ended(runId)).toBe('cancelled');
    expect(await statements('COPY', 'ABORTED')).toHaveLength(2);
    expect(await chaos.value('SELECT COUNT(*) FROM TRADES')).toBe('0');
    await chaos.expectTidy();
    await server.wish({ delay_copy_ms: 0 });
    expect(await chaos.ended(await chaos.resume())).toBe('done');
    await chaos.expectLoaded(months);
  });
});
