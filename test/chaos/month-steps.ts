/** A worker that goes away with a month at every step, whatever the warehouse. */
import { expectLoaded, expectNothingTwice, expectTidy } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth, type ChaosWarehouse } from './month-rows';

/** Two or three parts: they are cut between blocks of 4 MiB, as soon as something has come out of the compressor. */
const MEGABYTES = 18;

type Release = () => Promise<void>;

/** Where each month is held. The other months are let through. */
const CATALOG_STEPS: Record<string, string> = {
  '2024-01': 'part:1',
  '2024-02': 'uploaded:0',
  '2024-03': 'state:checking',
  '2024-04': 'state:copying',
  '2024-05': 'state:staged',
  '2024-06': 'state:published',
  '2024-07': 'month:completed',
};
/** These can be held in a server only. */
const COPYING = '2024-08';
const INSERTING = '2024-09';
const SECOND = 'copy:part-00002.tsv.zst';

/** `gone`: the worker is killed, or stopped in order. `cancelled`: it is killed, and the run cancelled meanwhile. */
export function stepsSuite(kind: Exclude<ChaosWarehouse, 'snowflake'>, what: 'gone' | 'cancelled'): void {
  const months = [...Object.keys(CATALOG_STEPS), ...(kind === 'postgres' ? [COPYING, INSERTING] : [])];
  const made: Record<string, MadeMonth> = {};
  let chaos: MonthChaos;
  let releases: Release[];

  beforeAll(() => {
    for (const month of months) made[month] = madeMonth(month, MEGABYTES);
  });
  beforeEach(async () => {
    releases = [];
    chaos = await MonthChaos.open({ kind, parallel: months.length });
    for (const [month, file] of Object.entries(made)) chaos.write(month, file);
  });
  afterEach(() => chaos.close());

  /** Every month at its step. Answers the run. */
  async function everyStep(): Promise<string> {
    for (const [month, step] of Object.entries(CATALOG_STEPS)) releases.push(await chaos.hold(step, month));
    let letCopy: Release | undefined;
    if (kind === 'postgres') {
      letCopy = await chaos.hold('packed', COPYING);
      releases.push(await chaos.holdTarget('insert', INSERTING));
    }
    const runId = await chaos.load();
    if (letCopy) {
      await chaos.reached('packed', COPYING);
      releases.push(await chaos.holdTarget(SECOND, await chaos.loadOf(COPYING)));
      await letCopy();
      await chaos.reached(SECOND, await chaos.loadOf(COPYING), chaos.target);
      await chaos.reached('insert', INSERTING, chaos.target);
    }
    for (const [month, step] of Object.entries(CATALOG_STEPS)) await chaos.reached(step, month);
    return runId;
  }

  async function release(): Promise<void> {
    for (const each of releases) await each();
  }

  if (what === 'gone') {
    test('killed: every row is there once, and nothing is done a second time that was done', async () => {
      const runId = await everyStep();
      // Committed, though nobody has written it down.
      expect(await chaos.figure('2024-06')).toBe(made['2024-06']?.figure);
      await chaos.installation.killWorker();
      await chaos.cutSessions();
      await release();
      await chaos.installation.startWorker();
      expect(await chaos.ended(runId)).toBe('done');
      await expectLoaded(chaos, made);
      await expectNothingTwice(chaos, months);
      const parts = (await chaos.files()).reduce((sum, file) => sum + file.parts, 0);
      expect(parts).toBeGreaterThanOrEqual(2 * months.length);
      // What was in staging before the worker died was not copied again.
      if (kind === 'postgres')
        expect(await chaos.value(`select count(*) from chaos.steps where step like 'copy:%'`)).toBe(String(parts));
    });

    test('stopped in order: the same', async () => {
      const runId = await everyStep();
      const stopped = chaos.installation.stopWorker();
      await release();
      await stopped;
      await chaos.installation.startWorker();
      expect(await chaos.ended(runId)).toBe('done');
      await expectLoaded(chaos, made);
      await expectNothingTwice(chaos, months);
    });
  } else {
    test('cancelled while the worker is dead: what was committed stays, of the rest nothing is left, and a resumed batch loads it', async () => {
      const runId = await everyStep();
      await chaos.installation.killWorker();
      await chaos.cutSessions();
      await chaos.tell('run', 'cancel', runId, '--reason', 'a test');
      await release();
      await chaos.installation.startWorker();
      expect(await chaos.ended(runId)).toBe('partial');
      await expectTidy(chaos);
      const committed = new Set(['2024-06', '2024-07']);
      for (const { month, state } of await chaos.files()) {
        expect([month, state]).toEqual([month, committed.has(month) ? 'published' : 'cancelled']);
        expect([month, await chaos.count(month)]).toEqual([month, state === 'published' ? made[month]?.rows : 0]);
      }
      expect(await chaos.ended(await chaos.resume())).toBe('done');
      await expectLoaded(chaos, made);
    });
  }
}
