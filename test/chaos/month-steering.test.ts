import { sleep } from './drop-folder';
import { expectLoaded, expectNothingTwice } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

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

test('a pause outlives the worker, and nothing is published until it is over', async () => {
  const releases = [];
  for (const month of MONTHS) releases.push(await chaos.hold('part:1', month));
  const runId = await chaos.load();
  for (const month of MONTHS) await chaos.reached('part:1', month);
  await chaos.tell('run', 'pause', runId);
  await chaos.installation.killWorker();
  await chaos.cutSessions();
  for (const release of releases) await release();
  await chaos.installation.startWorker();
  // What was begun is read to its end; then the months wait.
  await chaos.until('all are read', (files) => files.every(({ packed, state }) => packed && state === 'checking'));
  await sleep(2000);
  expect(await chaos.value('SELECT count(*) AS n FROM trades')).toBe('0');
  expect(await chaos.stagingTables()).toEqual([]);
  await chaos.tell('run', 'resume', runId);
  expect(await chaos.ended(runId)).toBe('done');
  await expectLoaded(chaos, made);
  await expectNothingTwice(chaos, MONTHS);
});

test('a run that was terminated in Temporal is gone on with by a resumed one', async () => {
  const releases = [
    await chaos.hold('part:1', '2024-01'),
    await chaos.hold('state:staged', '2024-02'),
    await chaos.hold('state:published', '2024-03'),
  ];
  const runId = await chaos.load();
  await chaos.reached('part:1', '2024-01');
  await chaos.reached('state:staged', '2024-02');
  await chaos.reached('state:published', '2024-03');
  await chaos.terminate(runId);
  const resumed = await chaos.resume();
  for (const release of releases) await release();
  expect(await chaos.ended(resumed)).toBe('done');
  await expectLoaded(chaos, made);
});
