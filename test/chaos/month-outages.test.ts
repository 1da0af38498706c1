import { restartablePostgres, type RestartablePostgres } from '../helpers/postgres';
import { type RestartableTemporal, restartableTemporal } from '../helpers/temporal';
import { sleep } from './drop-folder';
import { expectLoaded, expectNothingTwice, expectTidy } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

jest.setTimeout(300_000);

/** A minute by hand: LONGSHORE_TEST_OUTAGE_MS=60000. */
const OUTAGE_MS = Number(process.env.LONGSHORE_TEST_OUTAGE_MS ?? 3000);
const MONTHS = ['2024-01', '2024-02', '2024-03'];

const made: Record<string, MadeMonth> = {};
let chaos: MonthChaos;
let postgres: RestartablePostgres | undefined;
let temporal: RestartableTemporal | undefined;

beforeAll(() => {
  for (const month of MONTHS) made[month] = madeMonth(month, 14);
});
afterEach(async () => {
  await chaos.close();
  await postgres?.close();
  await temporal?.close();
  postgres = temporal = undefined;
});

function writeAll(): void {
  for (const [month, file] of Object.entries(made)) chaos.write(month, file);
}

/** One month is being packed, one copied, and one waits to be published. */
async function underWay(): Promise<{ runId: string; release(): Promise<void> }> {
  writeAll();
  const holds = [await chaos.hold('part:1', '2024-01'), await chaos.holdTarget('insert', '2024-03')];
  const letCopy = await chaos.hold('packed', '2024-02');
  const runId = await chaos.load();
  await chaos.reached('packed', '2024-02');
  const load = await chaos.loadOf('2024-02');
  holds.push(await chaos.holdTarget('copy:part-00002.tsv.zst', load));
  await letCopy();
  await chaos.reached('copy:part-00002.tsv.zst', load, chaos.target);
  await chaos.reached('insert', '2024-03', chaos.target);
  await chaos.reached('part:1', '2024-01');
  return {
    runId,
    release: async () => {
      for (const hold of holds) await hold().catch(() => undefined);
    },
  };
}

describe('months are loaded once, though a server is away', () => {
  test('a crash of the warehouse, which takes what was staged with it', async () => {
    postgres = await restartablePostgres();
    chaos = await MonthChaos.open({ kind: 'postgres', targetUrl: await postgres.createDatabase('month_dst') });
    const { runId, release } = await underWay();
    await postgres.kill();
    await release();
    await sleep(OUTAGE_MS);
    await postgres.start();
    // What one month had staged was lost with the crash, so that it could not be published, and was not.
    expect(await chaos.ended(runId, 240_000)).toBe('partial');
    expect(await chaos.count('2024-03')).toBe(0);
    await expectTidy(chaos);
    expect(await chaos.ended(await chaos.resume())).toBe('done');
    await expectLoaded(chaos, made);
    await expectNothingTwice(chaos, ['2024-01', '2024-02']);
  });

  test('a crash of the catalog', async () => {
    postgres = await restartablePostgres();
    chaos = await MonthChaos.open({ kind: 'postgres', catalogUrl: await postgres.createDatabase('month_cat') });
    const { runId, release } = await underWay();
    await postgres.kill();
    await release();
    await sleep(OUTAGE_MS);
    await postgres.start();
    expect(await chaos.ended(runId, 240_000)).toBe('done');
    await expectLoaded(chaos, made);
    await expectNothingTwice(chaos, MONTHS);
  });

  test('a restart of Temporal', async () => {
    temporal = await restartableTemporal();
    chaos = await MonthChaos.open({ kind: 'postgres', temporalAddress: temporal.address });
    const { runId, release } = await underWay();
    await temporal.kill();
    // The work goes on to its end while nobody hears of it.
    await release();
    await sleep(OUTAGE_MS);
    await temporal.start();
    expect(await chaos.ended(runId, 240_000)).toBe('done');
    await expectLoaded(chaos, made);
    await expectNothingTwice(chaos, MONTHS);
  });
});
