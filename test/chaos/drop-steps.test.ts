import {
  APPEND,
  DropChaos,
  figureOf,
  FULL,
  type MadeFile,
  madeFile,
  REFERENCE_APPEND,
  REFERENCE_FULL,
  waiting,
} from './drop-folder';
import { execute } from './shop';

jest.setTimeout(240_000);

const TABLE = '(id bigint, name text, amount numeric(18,2), day date, note text)';
/** Large enough to go the way of large files, in several parts. */
const LARGE = 75_000;
const SMALL = 500;

describe('a worker that goes away with a file at every step', () => {
  let chaos: DropChaos;
  let releases: (() => Promise<void>)[];

  beforeEach(async () => {
    releases = [];
    chaos = await DropChaos.open({ settings: 'partSize: 2MB, parallel: { files: 16, parts: 2 }' });
    await execute(
      chaos.target,
      `create schema ref; ${['switching', 'switched', 'direct', 'committed'].map((name) => `create table ref.${name} ${TABLE}; insert into ref.${name} values (-1, 'old', 1, '2020-01-01', null);`).join('\n')}`,
    );
    await chaos.watch();
  });
  afterEach(() => chaos.close());

  const hold = async (url: string, lock: string): Promise<() => Promise<void>> => {
    const release = await chaos.hold(url, lock);
    releases.push(release);
    return release;
  };
  const holdRecord = async (id: number, strength?: string): Promise<void> =>
    void releases.push(await chaos.holdRecord(id, strength));

  const processing = (path: string) => chaos.until(path, ({ state }) => state === 'processing');

  /** Each brings a file to a step and leaves it there, held. Answers what its table must hold in the end. */
  const steps: Record<string, () => Promise<MadeFile>> = {
    verifying: async () => {
      const file = madeFile(LARGE, 'verifying');
      chaos.drop(`${REFERENCE_FULL}/verifying.csv`, file.text);
      const { id } = await chaos.until(`${REFERENCE_FULL}/verifying.csv`, ({ step }) => step === 'recognised');
      await holdRecord(id);
      return file;
    },
    switching: async () => {
      const file = madeFile(LARGE, 'switching');
      await hold(chaos.target, 'lock table ref.switching in row exclusive mode');
      chaos.drop(`${FULL}/switching.csv`, file.text);
      await waiting(chaos.target, '%lock table%');
      return file;
    },
    switched: async () => {
      const file = madeFile(LARGE, 'switched');
      const release = await hold(chaos.target, 'lock table ref.switched in row exclusive mode');
      chaos.drop(`${FULL}/switched.csv`, file.text);
      const { id } = await chaos.until(`${FULL}/switched.csv`, ({ step }) => step === 'verified');
      await holdRecord(id);
      await release();
      return file;
    },
    filing: async () => {
      const file = madeFile(LARGE, 'filing');
      chaos.drop(`${REFERENCE_APPEND}/filing.csv`, file.text);
      await chaos.until(`${REFERENCE_APPEND}/filing.csv`, ({ step }) => step === 'recognised');
      await hold(chaos.target, `select from ref."File_Monitor_Tracking" where file_name = 'filing.csv' for update`);
      await chaos.until(`${REFERENCE_APPEND}/filing.csv`, ({ step }) => step === 'published');
      return file;
    },
    direct: async () => {
      const file = madeFile(SMALL, 'direct');
      await hold(chaos.target, 'lock table ref.direct in row exclusive mode');
      chaos.drop(`${REFERENCE_FULL}/direct.csv`, file.text);
      await waiting(chaos.target, '%direct%');
      return file;
    },
    committed: async () => {
      const file = madeFile(SMALL, 'committed');
      const release = await hold(chaos.target, 'lock table ref.committed in row exclusive mode');
      chaos.drop(`${FULL}/committed.csv`, file.text);
      await holdRecord((await processing(`${FULL}/committed.csv`)).id);
      await waiting(chaos.target, '%committed%');
      await release();
      return file;
    },
    recognising: async () => {
      const file = madeFile(LARGE, 'recognising');
      chaos.drop(`${FULL}/recognising.csv`, file.text);
      await holdRecord((await processing(`${FULL}/recognising.csv`)).id);
      return file;
    },
    loading: async () => {
      const file = madeFile(LARGE, 'loading');
      chaos.drop(`${APPEND}/loading.csv`, file.text);
      const { id } = await chaos.until(`${APPEND}/loading.csv`, ({ step }) => step === 'recognised');
      // Stronger: parts are in staging, and not in the ledger. The last, since it takes all that loads parts.
      await holdRecord(id, 'update');
      await waiting(chaos.catalog, '%drop_parts%');
      return file;
    },
  };

  async function everyStep(): Promise<Record<string, MadeFile>> {
    const made: Record<string, MadeFile> = {};
    for (const [name, bring] of Object.entries(steps)) made[name] = await bring();
    // The records of those that got to the end of their step, held.
    await waiting(chaos.catalog, 'update%drop_files%', 4);
    expect(await figureOf(chaos.target, 'ref.switched')).toBe(made['switched']?.figure);
    expect(await figureOf(chaos.target, 'ref.committed')).toBe(made['committed']?.figure);
    expect((await chaos.known()).map(({ state }) => state)).toEqual(Object.keys(steps).map(() => 'processing'));
    return made;
  }

  async function expectLoadedOnce(made: Record<string, MadeFile>): Promise<void> {
    const known = await chaos.ended(Object.keys(steps).length, 120_000);
    expect(known.map(({ state, error, rows }) => ({ state, error, rows }))).toEqual(
      Object.values(made).map(({ rows }) => ({ state: 'loaded', error: null, rows })),
    );
    for (const [name, { figure }] of Object.entries(made))
      expect([name, await figureOf(chaos.target, `ref.${name}`)]).toEqual([name, figure]);
    const tracked = await chaos.sql<{ file_name: string }>(
      `select file_name from ref."File_Monitor_Tracking" where status = 'completed' and error_message is null order by 1`,
    );
    expect(tracked.map(({ file_name: name }) => name)).toEqual(
      Object.keys(steps)
        .map((name) => `${name}.csv`)
        .toSorted(),
    );
    expect(await chaos.sql('select table_name from ref."Reference_Data_Cfg" order by 1')).toEqual(
      ['direct', 'filing', 'verifying'].map((name) => ({ table_name: name })),
    );
    // One backup of each replaced table, with the row it had.
    const backups = await chaos.sql<{ name: string }>(
      `select format('bkp.%I', tablename) as name from pg_tables where schemaname = 'bkp' order by 1`,
    );
    expect(backups).toHaveLength(4);
    for (const { name } of backups) expect(await chaos.sql(`select id::int from ${name}`)).toEqual([{ id: -1 }]);
    await chaos.expectTidy();
  }

  test('killed: each file is loaded once and lies in one place', async () => {
    const made = await everyStep();
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    for (const release of releases) await release();
    await chaos.installation.startWorker();
    await expectLoadedOnce(made);
  });

  test('stopped in order: each file is loaded once and lies in one place', async () => {
    const made = await everyStep();
    const stopped = chaos.installation.stopWorker();
    for (const release of releases) await release();
    await stopped;
    await chaos.installation.startWorker();
    await expectLoadedOnce(made);
  });

  test('cancelled while the worker is dead: what was committed counts as loaded, of the others nothing is left', async () => {
    const made = await everyStep();
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    for (const { path } of await chaos.known()) await chaos.tell('cancel', path);
    for (const release of releases) await release();
    await chaos.installation.startWorker();
    const known = await chaos.ended(Object.keys(steps).length, 120_000);
    const loaded = ['switched', 'filing', 'committed'];
    for (const { path, state, moved_to: to } of known) {
      const name = path.replace(/^.*\/|\.csv$/g, '');
      const isLoaded = loaded.includes(name);
      expect([name, state]).toEqual([name, isLoaded ? 'loaded' : 'cancelled']);
      expect(to).toContain(isLoaded ? '/processed/' : '/error/');
    }
    for (const name of loaded) expect(await figureOf(chaos.target, `ref.${name}`)).toBe(made[name]?.figure);
    for (const name of ['switching', 'direct'])
      expect(await chaos.sql(`select id::int from ref.${name}`)).toEqual([{ id: -1 }]);
    expect(
      await chaos.sql(`select tablename from pg_tables where tablename in ('recognising', 'loading', 'verifying')`),
    ).toEqual([]);
    await chaos.expectTidy();
  });

  test('cancelled while the worker lives: the tables are as they were, and the files lie under error', async () => {
    await steps['switching']?.();
    await steps['loading']?.();
    for (const { path } of await chaos.known()) await chaos.tell('cancel', path, '--reason', 'wrong month');
    await releases[1]?.();
    const known = await chaos.ended(2);
    expect(known.map(({ state, moved_to: to }) => [state, to])).toEqual([
      ['cancelled', `${FULL}/error/switching.csv`],
      ['cancelled', `${APPEND}/error/loading.csv`],
    ]);
    await releases[0]?.();
    expect(await chaos.sql('select id::int from ref.switching')).toEqual([{ id: -1 }]);
    expect(await chaos.sql(`select tablename from pg_tables where tablename = 'loading'`)).toEqual([]);
    expect(await chaos.sql('select file_name, status from ref."File_Monitor_Tracking" order by 1')).toEqual([
      { file_name: 'loading.csv', status: 'cancelled' },
      { file_name: 'switching.csv', status: 'cancelled' },
    ]);
    await chaos.expectTidy();
  });
});
