import { describeSnowflake, startSnowflake, type TestSnowflake } from '../helpers/snowflake-server';
import { expectLoaded, expectNothingTwice } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

jest.setTimeout(180_000);

const MEGABYTES = 14;

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
    await expectLoaded(chaos, months);
    await expectNothingTwice(chaos, Object.keys(months));
    await expectSentOnce();
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
    await expectLoaded(chaos, months);
    expect(await statements('COPY')).toHaveLength(1);
  });
});
