import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expectLoaded, expectTidy } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

jest.setTimeout(180_000);

const MONTH = '2024-01';
const MEGABYTES = 14;

let chaos: MonthChaos;
let made: MadeMonth;

beforeAll(() => {
  made = madeMonth(MONTH, MEGABYTES);
});
afterEach(() => chaos.close());

/** Files that lie in the stage of the worker. */
const staged = (): string[] =>
  chaos.installation.stagedFiles().filter((name) => name.startsWith('stages') && !name.endsWith('.partial'));

describe('a file that does not stay as it was', () => {
  test('replaced by another of its length while it is read: nothing of it is loaded, and a resumed batch loads the other', async () => {
    chaos = await MonthChaos.open({ kind: 'postgres' });
    // So long that reading it waits for its first parts to be taken.
    const old = madeMonth(MONTH, 50);
    chaos.write(MONTH, old);
    const release = await chaos.hold('part:0', MONTH);
    const runId = await chaos.load();
    await chaos.reached('part:0', MONTH);
    const other = madeMonth(MONTH, 50, 'x');
    const bytes = Buffer.from(other.text).subarray(0, Buffer.byteLength(old.text));
    const file = openSync(chaos.path(MONTH), 'r+');
    writeSync(file, bytes);
    closeSync(file);
    await release();
    expect(await chaos.ended(runId)).toBe('failed');
    expect((await chaos.files()).map(({ state, error }) => [state, error?.code])).toEqual([['failed', 'FILE_CHANGED']]);
    expect(await chaos.value('SELECT count(*) AS n FROM trades')).toBe('0');
    await expectTidy(chaos);
    chaos.write(MONTH, other);
    expect(await chaos.ended(await chaos.resume())).toBe('done');
    await expectLoaded(chaos, { [MONTH]: other });
  });

  test.each(['state:checking', 'state:copying'])(
    'a part that somebody removes from the stage, at %s: it is packed and uploaded again',
    async (step) => {
      chaos = await MonthChaos.open({ kind: 'duckdb' });
      chaos.write(MONTH, made);
      const release = await chaos.hold(step, MONTH);
      const runId = await chaos.load();
      await chaos.reached(step, MONTH);
      const [first = ''] = staged();
      rmSync(join(chaos.installation.stagingPath, first));
      await release();
      expect(await chaos.ended(runId)).toBe('done');
      await expectLoaded(chaos, { [MONTH]: made });
    },
  );
});

describe('a month of two files', () => {
  test('whose worker dies when one of them is noted as published: both are there once', async () => {
    chaos = await MonthChaos.open({ kind: 'postgres', table: 'expectedRange: none' });
    chaos.write(MONTH, made);
    const lines = made.text.trimEnd().split('\n');
    const [header = ''] = lines;
    const half = Math.floor(lines.length / 2);
    writeFileSync(chaos.path(MONTH), `${lines.slice(0, half).join('\n')}\n`);
    writeFileSync(join(chaos.path(MONTH), '..', `more_${MONTH}.tsv`), `${[header, ...lines.slice(half)].join('\n')}\n`);
    const release = await chaos.hold('after:1', MONTH);
    const runId = await chaos.load();
    await chaos.reached('after:1', MONTH);
    expect((await chaos.files()).map(({ state }) => state).toSorted()).toEqual(['published', 'staged']);
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    await release();
    await chaos.installation.startWorker();
    expect(await chaos.ended(runId)).toBe('done');
    expect(await chaos.figure(MONTH)).toBe(made.figure);
    expect(await chaos.value('SELECT count(*) AS n FROM LONGSHORE_LEDGER')).toBe('1');
    expect((await chaos.files()).map(({ state }) => state)).toEqual(['published', 'published']);
    await expectTidy(chaos);
  });
});
