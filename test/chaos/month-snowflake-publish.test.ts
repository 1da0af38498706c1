import { describeSnowflake, startSnowflake, type TestSnowflake } from '../helpers/snowflake-server';
import { eventually } from './drop-folder';
import { expectLoaded } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

jest.setTimeout(180_000);

const MEGABYTES = 14;

describeSnowflake('months published in Snowflake', () => {
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
    await expectLoaded(chaos, months);
    expect(await statements('COPY')).toHaveLength(1);
  });
});
