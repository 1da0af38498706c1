/** No masked value in clear anywhere on Longshore's side, looked for while a run is under way and after it ended in every way. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { Client as TemporalClient } from '@temporalio/client';
import { Installation } from '../helpers/installation';
import { testPostgres } from '../helpers/postgres';
import { testTemporal, type TestTemporal } from '../helpers/temporal';
import { execute, rows } from '../e2e/site';

jest.setTimeout(240_000);

/** Stands in every clear value of a masked column, and nowhere else. */
const CLEAR = 'Zyzzyva';
/** Stands in every clear phone number. Masked dates and amounts are compared row by row: near ones are meant to be near. */
const CLEAR_DIGITS = '30 738291';
const ROWS = 20_000;

const SETS = `
  people:
    from: prod
    to: uat
    partSize: 256kB
    verify: fingerprint
    compression: { codec: none }
    parallel: { tables: 2, parts: 2 }
    tables:
      - public.customers:
          mask:
            code: hash
            name: name
            email: email
            phone: phone
            born: { rule: date-shift, days: 300 }
            income: { rule: noise, percent: 20 }
            note: redact
            secret: 'null'
            iban: { rule: keep-last, n: 2 }
            town: { rule: sql, sql: "left(town, 1)" }
      - public.orders:
          mask: { contact: email }
masking: { key: "\${env:MASK_KEY}" }
`;

const fill = (share: string) => `
  create table customers (code text primary key, id bigint not null unique, name text not null, email varchar(60) not null unique,
    phone text, born date, income numeric(14,2), note text, secret text, iban varchar(34), town text, seen timestamptz not null);
  create table orders (id bigint primary key, customer text not null references customers, contact varchar(60), total numeric(10,2) not null);
  insert into customers select '${CLEAR}-' || i, i, 'Anna ${CLEAR} ' || i, 'anna.${CLEAR}.' || i || '@corp.example', '+49 30 738291' || i,
    date '1903-07-01' + i % 30, 7382910000 + i, case when i % 3 = 0 then '${CLEAR} says hello ' || i end, '${CLEAR}' || i, 'DE00${CLEAR}' || i,
    '${CLEAR}town ' || i, now() from generate_series(1, ${share}) i;
  insert into orders select i, '${CLEAR}-' || (i * 7 % ${share} + 1), 'anna.${CLEAR}.' || (i * 7 % ${share} + 1) || '@corp.example', i % 1000 from generate_series(1, ${share} * 2) i;
  analyze;
`;

interface Person {
  id: number;
  born: string;
  income: string;
}

let temporal: TestTemporal;
let namespace: string;
let databases: { source: string; target: string; catalog: string };
let installation: Installation;
let blocker: Client | undefined;

beforeEach(async () => {
  const pg = await testPostgres();
  temporal = await testTemporal();
  namespace = await temporal.createNamespace('masking');
  databases = {
    source: await pg.createDatabase('mask_src'),
    target: await pg.createDatabase('mask_dst'),
    catalog: await pg.createDatabase('mask_cat'),
  };
  await execute(databases.source, fill(String(ROWS)));
  await execute(
    databases.target,
    `create table customers (code text primary key, id bigint not null unique, name text not null, email varchar(60) not null unique,
       phone text, born date, income numeric(14,2), note text, secret text, iban varchar(34), town text, seen timestamptz not null);
     create table orders (id bigint primary key, customer text not null references customers, contact varchar(60), total numeric(10,2) not null)`,
  );
  installation = new Installation({
    temporalAddress: temporal.address,
    namespace,
    catalogUrl: databases.catalog,
    sourceUrl: databases.source,
    targetUrl: databases.target,
    sets: SETS,
    env: { MASK_KEY: 'a secret for the tests', LONGSHORE_LOG_LEVEL: 'debug' },
  });
  await installation.startWorker();
});

afterEach(async () => {
  await blocker?.end();
  blocker = undefined;
  await installation.close();
  await temporal.close();
  const pg = await testPostgres();
  for (const url of Object.values(databases)) await pg.dropDatabase(url);
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function eventually(what: string, probe: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !(await probe()); await sleep(50))
    if (Date.now() > deadline) throw new Error(`never happened: ${what}\n${installation.workerLog.slice(-3000)}`);
}

const isClear = (text: string): boolean =>
  text.toLowerCase().includes(CLEAR.toLowerCase()) || text.includes(CLEAR_DIGITS);

/** Names of tables of a database, system ones aside, in which a clear value stands. */
async function clearTables(url: string): Promise<string[]> {
  const names = await rows<{ name: string }>(
    url,
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 't') and n.nspname !~ '^(pg_catalog|information_schema)' and c.relpersistence <> 't' order by 1`,
  );
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found: string[] = [];
    for (const { name } of names.filter((each) => !each.name.startsWith('pg_toast'))) {
      const { rows: lines } = await client.query<{ line: string }>(`select t::text as line from ${name} t`);
      if (lines.some(({ line }) => isClear(line))) found.push(name);
    }
    return found;
  } finally {
    await client.end();
  }
}

function clearFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .filter((path) => isClear(readFileSync(path, 'latin1')));
}

/** Ids of workflows in whose history, payloads decoded, a clear value stands. */
async function clearHistories(): Promise<string[]> {
  const { connection } = temporal.client;
  const { workflow } = new TemporalClient({ connection, namespace });
  const found: string[] = [];
  for await (const { workflowId, runId } of workflow.list()) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    const text = JSON.stringify(history, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    if (isClear(text)) found.push(workflowId);
  }
  return found;
}

async function everywhere(): Promise<Record<string, string[]>> {
  return {
    files: clearFiles(installation.folder),
    target: await clearTables(databases.target),
    catalog: await clearTables(databases.catalog),
    histories: await clearHistories(),
    log: isClear(installation.workerLog) ? ['worker log'] : [],
  };
}

const NOWHERE = { files: [], target: [], catalog: [], histories: [], log: [] };

/** Keeps the target from being published until `release` is called, so that everything staged can be looked at. */
async function blockPublishing(): Promise<{ release(): Promise<void> }> {
  blocker = new Client({ connectionString: databases.target });
  await blocker.connect();
  await blocker.query('begin; lock table customers, orders in share row exclusive mode');
  return { release: async () => void (await blocker?.query('rollback')) };
}

const staged = async (): Promise<boolean> => {
  const [found] = await rows<{ phase: string }>(
    databases.catalog,
    "select string_agg(distinct phase, ',') as phase from longshore.run_tables",
  ).catch(() => [{ phase: '' }]);
  return found?.phase === 'ready';
};

const start = () => installation.json<{ runId: string }>('transfer', 'run', 'people', '--no-wait');
const status = async (runId: string) =>
  (await installation.json<{ run: { status: string } }>('run', 'show', runId)).run.status;
const ends = (runId: string) =>
  eventually('the run ends', async () => !['running', 'paused'].includes(await status(runId)));

it('the search finds what is in clear', async () => {
  expect(await clearTables(databases.source)).toEqual(['public.customers', 'public.orders']);
  installation.write('leak.txt', `x${CLEAR}y`);
  expect(clearFiles(installation.folder)).toHaveLength(1);
});

it('nowhere while everything is staged, and nowhere after the run succeeded; joins survive', async () => {
  const block = await blockPublishing();
  const { runId } = await start();
  await eventually('everything is staged', staged);
  expect(installation.stagedFiles().filter((name) => name.endsWith('.parquet')).length).toBeGreaterThan(4);
  expect(await everywhere()).toEqual(NOWHERE);
  await block.release();
  await ends(runId);
  expect(await status(runId)).toBe('done');
  expect(await everywhere()).toEqual(NOWHERE);

  const [joined] = await rows<{ orders: string; customers: string; contacts: string }>(
    databases.target,
    `select count(*)::text as orders, count(distinct c.code)::text as customers, sum((o.contact = c.email)::int)::text as contacts
     from orders o join customers c on c.code = o.customer`,
  );
  const [truth] = await rows<{ customers: string }>(
    databases.source,
    'select count(distinct customer)::text as customers from orders',
  );
  expect(joined).toEqual({ orders: String(ROWS * 2), customers: truth?.customers, contacts: String(ROWS * 2) });
  const numbers = 'select id::int, born::text, income::text from customers order by id';
  const [clear, masked] = await Promise.all(
    [databases.source, databases.target].map((url) => rows<Person>(url, numbers)),
  );
  expect(masked).toHaveLength(ROWS);
  expect(
    masked!.filter(({ born, income }, index) => born === clear![index]!.born || income === clear![index]!.income),
  ).toEqual([]);
  const same = `select sum(id)::text as ids, count(phone)::text as phones, count(note)::text as notes, min(seen)::text as seen from customers`;
  expect(await rows(databases.target, same)).toEqual(await rows(databases.source, same));
  expect(
    await rows(databases.target, 'select count(secret)::int as secrets, max(town) as town from customers'),
  ).toEqual([{ secrets: 0, town: CLEAR.charAt(0) }]);
});

it('nowhere after a run that failed, and not in what it says', async () => {
  await execute(databases.target, 'alter table customers add check (id < 19000)');
  const { runId } = await start();
  await ends(runId);
  expect(await status(runId)).not.toBe('done');
  const shown = await installation.run('run', 'show', runId);
  expect(shown.stdout).toContain('CONSTRAINT_VIOLATED');
  expect(isClear(shown.stdout + shown.stderr)).toBe(false);
  expect(await everywhere()).toEqual(NOWHERE);
});

it('nowhere after the worker was killed, and the next one finishes the run', async () => {
  const block = await blockPublishing();
  const { runId } = await start();
  await eventually('parts are written', async () => installation.stagedFiles().length > 0);
  await installation.killWorker();
  expect(await everywhere()).toEqual(NOWHERE);
  await installation.startWorker();
  await eventually('everything is staged', staged, 120_000);
  await installation.killWorker();
  expect(await everywhere()).toEqual(NOWHERE);
  await block.release();
  await installation.startWorker();
  await ends(runId);
  expect(await status(runId)).toBe('done');
  expect(await everywhere()).toEqual(NOWHERE);
});
