import { expectLoaded, expectNothingTwice } from './month-expect';
import { endProcess, MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';
import { rows } from './shop';

jest.setTimeout(180_000);

const MONTHS = ['2024-01', '2024-02', '2024-03'];
const made: Record<string, MadeMonth> = {};
let chaos: MonthChaos;

beforeAll(() => {
  for (const month of MONTHS) made[month] = madeMonth(month, 14);
});
beforeEach(async () => {
  chaos = await MonthChaos.open({ kind: 'postgres' });
  for (const [month, file] of Object.entries(made)) chaos.write(month, file);
});
afterEach(() => chaos.close());

const runs = async (): Promise<string[]> =>
  (await rows<{ run_id: string }>(chaos.catalog, 'select run_id from longshore.runs order by started_at')).map(
    ({ run_id: runId }) => runId,
  );

test('a command line that is killed takes nothing with it', async () => {
  const release = await chaos.hold('part:1', '2024-02');
  const watching = await chaos.spawn('month/trades/', 'month', 'load', 'trades', '--qc', 'file');
  await chaos.reached('part:1', '2024-02');
  await endProcess(watching, 'SIGKILL');
  await release();
  const [runId = ''] = await runs();
  expect(await chaos.ended(runId)).toBe('done');
  await expectLoaded(chaos, made);
  await expectNothingTwice(chaos, MONTHS);
});

test('of two workers one is killed, and the other does the rest', async () => {
  const other = await chaos.spawn('Working for', 'worker');
  const releases = [];
  for (const [at, month] of MONTHS.entries()) releases.push(await chaos.hold(`part:${at % 2}`, month));
  const runId = await chaos.load();
  for (const [at, month] of MONTHS.entries()) await chaos.reached(`part:${at % 2}`, month);
  await chaos.installation.killWorker();
  for (const release of releases) await release();
  expect(await chaos.ended(runId)).toBe('done');
  await expectLoaded(chaos, made);
  await expectNothingTwice(chaos, MONTHS);
  await endProcess(other, 'SIGTERM');
});
