/** A user with exactly the rights that docs/drop-folders.md names does all that drop folders do. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DirectLoadRequest, TargetDatabase } from '../../../connectors/connector';
import { PostgresPool } from '../../../connectors/postgres/pool';
import { connectorFor } from '../../../connectors/registry';
import type { Database } from '../../../connectors/connector';
import { stagingRef } from '../../../connectors/postgres/staging';
import { qualified } from '../../../connectors/postgres/sql';
import type { TableRef } from '../../../core/types/table';
import type { TablePlan } from '../../../core/types/transfer';
import { postgresEnvironment } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { batchOf, utf8 } from '../../unit/core/columnar/values';
import { CONFIG, entry, TRACKING } from '../reference/suite';
import { introspectForTest } from './target-plan';

const PASSWORD = 'not a secret';
const refTable = (name: string): TableRef => ({ schema: 'ref', name });

/** The statements of the page, for a user of the test's own: names of users are the server's. */
function documentedGrants(user: string): string {
  const page = readFileSync(join(__dirname, '../../../docs/drop-folders.md'), 'utf8');
  const [, sql] = /## Rights in the target[\s\S]*?```sql\n([\s\S]*?)```/.exec(page) ?? [];
  if (!sql) throw new Error('The page has no statements any more.');
  return sql.replaceAll(' TO longshore;', ` TO ${user};`);
}

let admin: Client;
let url: string;
let user: string;
let pool: PostgresPool;
let database: Database;
let target: TargetDatabase;
const stagingSchema = 'longshore_staging';

const adminRows = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await admin.query<Record<string, unknown>>(sql)).rows;

beforeAll(async () => {
  url = await (await testPostgres()).createDatabase('drop_rights');
  admin = new Client({ connectionString: url });
  await admin.connect();
  user = `clerk_${randomBytes(4).toString('hex')}`;
  await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`);
  await admin.query(`CREATE SCHEMA ref; CREATE TABLE ref.theirs (id bigint PRIMARY KEY, name varchar(20) NOT NULL);
    INSERT INTO ref.theirs VALUES (1, 'one'), (2, 'two'); CREATE TABLE ref.busy (LIKE ref.theirs INCLUDING ALL);
    INSERT INTO ref.busy SELECT * FROM ref.theirs`);
  await admin.query(documentedGrants(user));
  const mine = new URL(url);
  [mine.username, mine.password] = [user, encodeURIComponent(PASSWORD)];
  const environment = postgresEnvironment.parse({ kind: 'postgres', url: mine.href });
  pool = new PostgresPool(environment, { applicationName: 'longshore test' });
  database = await connectorFor('postgres').open(environment, { applicationName: 'longshore test' });
  ({ target } = database);
});

afterAll(async () => {
  await database?.close();
  await pool?.close();
  await admin?.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  await admin?.end();
  await (await testPostgres()).dropDatabase(url);
});

const ROWS = [[10, 'ten'], [11, 'eleven'], [12, 'twelve']] as const; // prettier-ignore

function direct(runId: string, plan: TablePlan, backup?: TableRef): DirectLoadRequest {
  return {
    runId,
    plan,
    columns: plan.columns.map(({ target: name, sourceType, logical }) => ({ name, nativeType: sourceType, logical })),
    batches: [
      batchOf([
        { logical: { kind: 'int64' }, values: ROWS.map(([id]) => BigInt(id)) },
        { logical: { kind: 'text', of: 'text' }, values: ROWS.map(([, text]) => utf8(text)) },
      ]),
    ],
    rows: ROWS.length,
    bookkeeping: {
      tracking: { ref: TRACKING, entry: entry(`${runId}.csv`, { status: 'loaded' }) },
      config: {
        ref: CONFIG,
        record: { schemaName: 'ref', tableName: plan.targetRef.name, loadType: 'fullload', sourceFile: `${runId}.csv` },
      },
    },
    isRight: () => true,
    lockTimeoutMs: 5_000,
    ...(backup && { backup }),
  };
}

/** By way of staging: the rows of `ROWS` replace those of the table. */
async function staged(runId: string, ref: TableRef, backup: TableRef) {
  const plan = await introspectForTest(pool, ref);
  const choice = await target.chooseStrategy(plan.target, {
    mode: 'replace',
    targetRef: ref,
    estimatedRows: 50_000_000,
  });
  const chosen = { ...plan, strategy: choice.strategy };
  await target.prepare({ runId, plan: chosen });
  await pool.query(
    `INSERT INTO ${qualified(stagingRef(stagingSchema, runId, ref))} (id, name) VALUES (10, 'ten'), (11, 'eleven'), (12, 'twelve')`,
  );
  await target.finish({ runId, plan: chosen });
  expect(await target.aggregates({ runId, plan: chosen })).toMatchObject({ rows: '3' });
  await database.reference.backup(ref, backup);
  await target.publish({ runId, tables: [{ plan: chosen, rows: 3 }], lockTimeoutMs: 5_000 });
  await target.cleanup(runId);
  return choice.strategy;
}

const idsOf = async (name: string) =>
  (await adminRows(`SELECT id::int AS id FROM ${name} ORDER BY id`)).map(({ id }) => id);

test('makes what it needs in the schemas, and keeps tracking and reference rows', async () => {
  const { reference } = database;
  await reference.ensure({ schemas: ['ref', 'bkp'], tracking: TRACKING, config: CONFIG });
  const id = await reference.track(TRACKING, entry('a.csv'));
  expect(await reference.track(TRACKING, entry('a.csv', { status: 'loaded', processedAt: new Date(1) }))).toBe(id);
  expect(await reference.purgeTracking(TRACKING, new Date(2))).toBe(1);
});

test('loads a small file into a table of its own making, again, and adds to it', async () => {
  const theirs = await introspectForTest(pool, refTable('theirs'));
  const { target: _target, ...plan } = { ...theirs, targetRef: refTable('mine') };
  expect(await target.loadDirect?.(direct('one', plan))).toBe(true);
  const again = await introspectForTest(pool, refTable('mine'));
  expect(await target.loadDirect?.(direct('two', again, { schema: 'bkp', name: 'mine_20260101_000000' }))).toBe(true);
  expect(await target.loadDirect?.(direct('three', { ...again, mode: 'append' }))).toBe(true);
  expect(await idsOf('ref.mine')).toEqual([10, 10, 11, 11, 12, 12]);
  expect(await idsOf('bkp.mine_20260101_000000')).toEqual([10, 11, 12]);
});

test('loads a small file into a table of somebody else', async () => {
  const plan = await introspectForTest(pool, refTable('theirs'));
  expect(await target.loadDirect?.(direct('four', plan, { schema: 'bkp', name: 'theirs_20260101_000000' }))).toBe(true);
  expect(await idsOf('ref.theirs')).toEqual([10, 11, 12]);
  expect(await idsOf('bkp.theirs_20260101_000000')).toEqual([1, 2]);
  expect(await database.reference.references(CONFIG)).toMatchObject([{ tableName: 'mine' }, { tableName: 'theirs' }]);
});

test('loads a large file by way of staging, into its own table and into one of somebody else', async () => {
  await admin.query(`DELETE FROM ref.mine; INSERT INTO ref.mine VALUES (1, 'one')`);
  expect(await staged('five', refTable('mine'), { schema: 'bkp', name: 'mine_20260102_000000' })).toBe('swap');
  expect(await idsOf('ref.mine')).toEqual([10, 11, 12]);
  expect(await staged('six', refTable('busy'), { schema: 'bkp', name: 'busy_20260102_000000' })).not.toBe('swap');
  expect(await idsOf('ref.busy')).toEqual([10, 11, 12]);
  expect(await idsOf('bkp.busy_20260102_000000')).toEqual([1, 2]);
  await database.reference.dropBackup({ schema: 'bkp', name: 'busy_20260102_000000' });
  expect(await database.reference.backups('bkp')).toHaveLength(3);
});

test('has no more rights than that: no other schema, and not the tables of others themselves', async () => {
  await expect(database.reference.ensure({ schemas: ['another'] })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    next: expect.stringContaining('GRANT CREATE ON DATABASE') as string,
  });
  await expect(pool.query('ALTER TABLE ref.theirs ADD COLUMN x int')).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  });
});
