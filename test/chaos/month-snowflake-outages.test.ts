import { describeSnowflake, startSnowflake, type TestSnowflake } from '../helpers/snowflake-server';
import { sleep } from './drop-folder';
import { expectLoaded, expectNothingTwice, expectTidy } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

jest.setTimeout(180_000);

/** A minute by hand: LONGSHORE_TEST_OUTAGE_MS=60000. */
const OUTAGE_MS = Number(process.env.LONGSHORE_TEST_OUTAGE_MS ?? 3000);
const MEGABYTES = 14;

describeSnowflake('months on their way into Snowflake, which is away for a while', () => {
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

  /** A PUT for each part, and a COPY for each file. */
  async function expectSentOnce(): Promise<void> {
    const files = await chaos.files();
    const { counts } = await server.seen();
    expect([counts['PUT'], counts['COPY']]).toEqual([files.reduce((sum, { parts }) => sum + parts, 0), files.length]);
  }

  /** Statements of a kind that are in a state. */
  const statements = async (kind: string, state?: string): Promise<string[]> =>
    (await server.seen()).statements
      .filter((each) => each.kind === kind && (state === undefined || each.state === state))
      .map(({ sql }) => sql);

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
    await expectLoaded(chaos, months);
    await expectNothingTwice(chaos, Object.keys(months));
    await expectSentOnce();
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
      await expectLoaded(chaos, months);
      await expectSentOnce();
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
    await expectTidy(chaos);
    await server.wish({ delay_copy_ms: 0 });
    expect(await chaos.ended(await chaos.resume())).toBe('done');
    await expectLoaded(chaos, months);
  });
});
