import { restartablePostgres, type RestartablePostgres } from '../helpers/postgres';
import { type RestartableTemporal, restartableTemporal } from '../helpers/temporal';
import { APPEND, DropChaos, eventually, figureOf, FULL, madeFile, REFERENCE_FULL, sleep } from './drop-folder';

jest.setTimeout(300_000);

/** A minute by hand: LONGSHORE_TEST_OUTAGE_MS=60000. */
const OUTAGE_MS = Number(process.env.LONGSHORE_TEST_OUTAGE_MS ?? 3000);
const LARGE = 150_000;

const large = madeFile(LARGE, 'large');
const smalls = Array.from({ length: 30 }, (_, index) => {
  const table = index % 6;
  return {
    table,
    name: `small${table}_2024010${1 + Math.floor(index / 6)}.csv`,
    ...madeFile(50, `small${table}`, 1 + Math.floor(index / 6) * 50),
  };
});

let chaos: DropChaos;

/** Drops a large file and small ones, and waits until the large one is half loaded. */
async function underWay(): Promise<void> {
  await chaos.watch();
  chaos.drop(`${APPEND}/large.csv`, large.text);
  await chaos.until(`${APPEND}/large.csv`, ({ parts }) => parts >= 2);
  for (const { name, text } of smalls) chaos.drop(`${APPEND}/${name}`, text);
  await eventually('some of the small ones are in work', async () =>
    (await chaos.known()).some(({ path, state }) => path.includes('small') && state !== 'watching'),
  );
}

async function expectLoadedOnce(): Promise<void> {
  const known = await chaos.ended(1 + smalls.length, 240_000);
  expect(known.filter(({ state }) => state !== 'loaded')).toEqual([]);
  expect(known).toHaveLength(1 + smalls.length);
  expect(await figureOf(chaos.target, 'ref.large')).toBe(large.figure);
  for (let table = 0; table < 6; table += 1)
    expect(await figureOf(chaos.target, `ref.small${table}`)).toBe(madeFile(250, `small${table}`).figure);
  expect(await chaos.sql(`select status, count(*)::int as n from ref."File_Monitor_Tracking" group by 1`)).toEqual([
    { status: 'completed', n: 1 + smalls.length },
  ]);
  await chaos.expectTidy();
}

describe('files of a drop folder are loaded once and lie in one place after', () => {
  let postgres: RestartablePostgres | undefined;
  let temporal: RestartableTemporal | undefined;
  afterEach(async () => {
    await chaos.close();
    await postgres?.close();
    await temporal?.close();
    postgres = temporal = undefined;
  });

  test('a crash of the target, and an outage', async () => {
    postgres = await restartablePostgres();
    chaos = await DropChaos.open({ settings: 'partSize: 2MB', targetUrl: await postgres.createDatabase('drop_dst') });
    await underWay();
    await postgres.kill();
    // Dropped while it is away.
    chaos.drop(`${FULL}/meanwhile.csv`, 'a,b\n1,2\n');
    await sleep(OUTAGE_MS);
    await postgres.start();
    await chaos.until(`${FULL}/meanwhile.csv`, ({ state }) => state === 'loaded');
    expect(await chaos.sql('select a, b from ref.meanwhile')).toEqual([{ a: 1, b: 2 }]);
    await chaos.ended(2 + smalls.length, 240_000);
    await chaos.sql(`delete from ref."File_Monitor_Tracking" where file_name = 'meanwhile.csv'`);
    expect((await chaos.known()).filter(({ state }) => state !== 'loaded')).toEqual([]);
    expect(await figureOf(chaos.target, 'ref.large')).toBe(large.figure);
    for (let table = 0; table < 6; table += 1)
      expect(await figureOf(chaos.target, `ref.small${table}`)).toBe(madeFile(250, `small${table}`).figure);
    await chaos.expectTidy();
  });

  test('a crash of the catalog, and an outage', async () => {
    postgres = await restartablePostgres();
    chaos = await DropChaos.open({ settings: 'partSize: 2MB', catalogUrl: await postgres.createDatabase('drop_cat') });
    await underWay();
    await postgres.kill();
    await sleep(OUTAGE_MS);
    await postgres.start();
    await expectLoadedOnce();
  });

  test('a restart of Temporal', async () => {
    temporal = await restartableTemporal();
    chaos = await DropChaos.open({ settings: 'partSize: 2MB', temporalAddress: temporal.address });
    await underWay();
    await temporal.kill();
    await sleep(OUTAGE_MS);
    await temporal.start();
    await expectLoadedOnce();
  });

  test('the folder was away', async () => {
    chaos = await DropChaos.open();
    await chaos.watch();
    const { renameSync } = await import('node:fs');
    chaos.drop(`${REFERENCE_FULL}/before.csv`, 'a,b\n1,2\n');
    renameSync(chaos.root, `${chaos.root}-away`);
    let last: object | undefined;
    const status = await eventually(
      () => `it is told of: ${JSON.stringify(last)}\n${chaos.installation.workerLog.slice(-2000)}`,
      async () => {
        const found = await chaos.status();
        last = found;
        return found.error && found;
      },
      30_000,
    );
    expect(status.error?.code).toBe('FOLDER_UNAVAILABLE');
    renameSync(`${chaos.root}-away`, chaos.root);
    chaos.drop(`${REFERENCE_FULL}/after.csv`, 'a,b\n3,4\n');
    const known = await chaos.ended(2);
    expect(known.map(({ state }) => state)).toEqual(['loaded', 'loaded']);
    await chaos.expectTidy();
  });
});
