/** Transfers as a user meets them: what is asked for arrives, value by value, and what stood around it stays. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { NOTHING, Site, contents, execute, fingerprint, rows, type ShownRun, type ShownTable } from './site';

jest.setTimeout(120_000);

const DDL = `
  create type mood as enum ('sad', 'ok', 'very happy');
  create schema "Odd Schema";
  create table departments(id int primary key, name text not null, head_id int);
  create table employees(id int primary key, department_id int not null references departments, boss_id int references employees, name text not null, email text, unique(email));
  alter table departments add constraint departments_head foreign key (head_id) references employees;
  create table accounts(id bigint generated always as identity primary key, balance numeric(14,2), doubled numeric(15,2) generated always as (balance * 2) stored);
  create table kinds(id int primary key, j jsonb, a int[], words text[], span interval, n numeric, ip inet, m mood, raw bytea, ts timestamptz, t time, d date, f float8, r real, b boolean, u uuid, c char(5), big bigint, small smallint);
  create table events(id bigint not null, at date not null, note text, primary key (id, at)) partition by range (at);
  create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
  create table events_rest partition of events default;
  create table keyless(a int, b text);
  create table empty_one(id int primary key, v text);
  create table "Odd Schema"."order"(id int primary key, "select" text, "Ünïcode ✓" int, "with ""quotes"" and . dots" text);
  create table "MixedCase"("Id" int primary key, "Order" int);
  create table dated(id int primary key, created_at timestamptz, secret text);
  create table history(id int primary key, v text);
  create view staff as select d.name as department, e.name from departments d join employees e on e.department_id = d.id;
`;

const FILL = `
  insert into departments select i, 'department ' || i, null from generate_series(1, 5) i;
  insert into employees select i, 1 + i % 5, case when i > 1 then 1 + i / 10 end, 'employee ' || i, case when i % 3 = 0 then null else 'e' || i || '@x.example' end from generate_series(1, 200) i;
  update departments set head_id = id * 7;
  insert into accounts(balance) select i * 1.01 from generate_series(1, 100) i;
  insert into kinds select i, jsonb_build_object('i', i, 'deep', jsonb_build_array(1, null, 'é')), array[i, null, -i], array['a,b', '', null, '"'], interval '1 year 2 mons -3 days 04:05:06.789' * i,
    (i || '.000000000000000000000001')::numeric, ('10.0.0.' || i)::inet, (enum_range(null::mood))[1 + i % 3], decode(lpad(to_hex(i), 8, '0'), 'hex'),
    timestamptz '2024-02-29 23:59:59.999999+02' + i * interval '1 day', time '23:59:59.999999', date '0044-03-15 BC' + i, 1.0 / i, 1.0 / i, i % 2 = 0, gen_random_uuid(), 'c' || i, 9007199254740993 + i, -i from generate_series(1, 60) i;
  insert into kinds(id, ts, d, f, n) values (61, 'infinity', '-infinity', 'NaN', 'NaN'), (62, '-infinity', 'infinity', '-Infinity', 1e-30), (63, null, null, '-0', 1e40);
  insert into events select i, date '2023-11-01' + i * 5, 'event ' || i from generate_series(1, 150) i;
  insert into keyless select i % 7, case when i % 4 = 0 then '' when i % 4 = 1 then null else 'dup' end from generate_series(1, 50) i;
  insert into "Odd Schema"."order" select i, 'it''s; -- "' || i, i, e'tab\\t newline\\n backslash\\\\ ' || i from generate_series(1, 20) i;
  insert into "MixedCase" select i, i from generate_series(1, 10) i;
  insert into dated select i, now() - i * interval '1 day', 'secret ' || i from generate_series(1, 60) i;
  insert into history select i, 'new' from generate_series(101, 110) i;
  analyze;
`;

/** What stands around the target's tables. */
const AROUND = `
  insert into departments values (90, 'old', null); insert into employees values (900, 90, null, 'old', 'old@x.example'); insert into history values (1, 'kept');
  insert into dated values (1000, now(), 'own'); insert into empty_one values (1, 'to go');
  create table trail(op text, n int);
  create function note_it() returns trigger language plpgsql as $$ begin insert into trail values (tg_op, 1); return null; end $$;
  create trigger employees_trail after insert on employees for each statement execute function note_it();
  comment on table employees is 'people who work here';
  do $$ begin create role e2e_analyst; exception when duplicate_object or unique_violation then null; end $$;
  grant select on employees, staff to e2e_analyst; grant select, insert on accounts to e2e_analyst;
`;

const TABLES = [
  'departments',
  'employees',
  'accounts',
  'kinds',
  'events',
  'keyless',
  'empty_one',
  '"Odd Schema"."order"',
  '"MixedCase"',
];

const SETS = `
  everything:
    from: prod
    to: uat
    description: all kinds of tables
    tables: ["*", "!public.dated", "!public.history", "!public.events_*"]
  swapped: { from: prod, to: uat, strategy: swap, tables: [public.employees, public.departments, public.kinds, "Odd Schema.order"] }
  filtered: { from: prod, to: uat, publish: table, tables: [public.dated: { dates: { column: created_at, preset: last-7-days }, exclude: ["sec*"], mode: truncate }, public.history: { mode: append, limit: 4, where: "id > 102" }] }
  to-file: { from: prod, to: file, tables: [public.kinds, public.employees, public.departments, public.keyless] }
  from-file: { from: file, to: uat, tables: [main.kinds: { target: public.kinds_back }, main.keyless: { target: public.keyless_back }] }
  nightly: { from: prod, to: uat, schedule: { cron: "0 5 * * 1-5", timezone: Europe/Berlin }, tables: [public.keyless] }
`;

describe('a transfer', () => {
  let site: Site;
  const file = join(tmpdir(), `longshore-e2e-${randomBytes(4).toString('hex')}.duckdb`);

  beforeAll(async () => {
    site = await Site.open({ sets: SETS, environments: [`file: { kind: duckdb, path: ${file} }`] });
    await Promise.all([execute(site.source, DDL + FILL), execute(site.target, DDL + AROUND)]);
  });

  afterAll(async () => {
    await site?.close();
    rmSync(file, { force: true });
  });

  const tableOf = ({ tables }: ShownRun, id: string): ShownTable => {
    const found = tables.find(({ tableId }) => tableId === id);
    if (!found) throw new Error(`no ${id} among ${tables.map(({ tableId }) => tableId).join()}`);
    return found;
  };

  const expectSame = async (...tables: string[]): Promise<void> => {
    for (const table of tables)
      expect(`${table} ${await contents(site.target, table)}`).toBe(`${table} ${await contents(site.source, table)}`);
  };

  test('dry, or previewed, changes nothing and tells what it would do', async () => {
    const before = await fingerprint(site.target);
    const preview = await site.installation.run('transfer', 'preview', 'everything', '--sql');
    expect(preview.code).toBe(0);
    for (const text of ['public.employees', 'public.departments', 'Odd Schema.order', 'SELECT'])
      expect(preview.stdout).toContain(text);
    const dry = await site.command('transfer', 'run', 'everything', '--dry-run');
    expect(dry.code).toBe(0);
    expect(await fingerprint(site.target)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('of everything brings every value of every table, and keeps what stands around them', async () => {
    const outcome = await site.command('transfer', 'run', 'everything', '--reason', 'first run');
    expect({ code: outcome.code, errors: outcome.tableErrors, error: outcome.error }).toEqual({
      code: 0,
      errors: {},
      error: undefined,
    });
    await expectSame(...TABLES);
    expect(await rows(site.target, 'select count(*)::int as n from staff')).toEqual([{ n: 200 }]);
    expect(await rows(site.target, 'select count(*)::int as n from trail')).toEqual([{ n: 0 }]);
    const around = `select obj_description('employees'::regclass) as comment, has_table_privilege('e2e_analyst', 'employees', 'select') as reads, has_table_privilege('e2e_analyst', 'accounts', 'insert') as writes,
      (select count(*)::int from pg_trigger where tgname = 'employees_trail' and tgenabled = 'O') as triggers, (select count(*)::int from pg_constraint where contype = 'f' and convalidated) as keys`;
    expect(await rows(site.target, around)).toEqual([
      { comment: 'people who work here', reads: true, writes: true, triggers: 1, keys: 3 },
    ]);
    expect(await rows(site.target, 'insert into accounts(balance) values (1) returning id > 100 as fresh')).toEqual([
      { fresh: true },
    ]);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('is shown with the figures that plain SQL gives on both sides', async () => {
    const shown = await site.installation.json<ShownRun>('run', 'show', 'everything');
    expect(shown.run).toMatchObject({ status: 'done', triggeredBy: 'tester', reason: 'first run' });
    expect(shown.tables.every(({ verification, phase }) => verification?.equal && phase === 'published')).toBe(true);
    const figures = `select count(*)::text as rows, count(*) filter (where boss_id is null)::text as nulls, sum(boss_id)::text as sum, min(boss_id)::text as min, max(boss_id)::text as max from employees`;
    const { rows: count, ...column } = (await rows<Record<string, string>>(site.source, figures))[0] ?? {};
    expect(await rows(site.target, figures)).toEqual([{ rows: count, ...column }]);
    const employees = tableOf(shown, 'public.employees');
    for (const side of [employees.sourceAggregates, employees.targetAggregates]) {
      expect(side?.rows).toBe(count);
      expect(side?.columns.find((each) => each.column === 'boss_id')).toMatchObject(column);
    }
  });

  test('by swap keeps the same things', async () => {
    await execute(site.source, `update employees set name = name || '!'; delete from kinds where id % 2 = 0`);
    const outcome = await site.command('transfer', 'run', 'swapped');
    expect({ code: outcome.code, errors: outcome.tableErrors }).toEqual({ code: 0, errors: {} });
    expect(outcome.shown?.tables.map(({ plan }) => plan.strategy)).toEqual(['swap', 'swap', 'swap', 'swap']);
    await expectSame('departments', 'employees', 'kinds', '"Odd Schema"."order"');
    expect(await rows(site.target, `select count(*)::int as n from staff where name like '%!'`)).toEqual([{ n: 200 }]);
    expect(
      await rows(
        site.target,
        `select has_table_privilege('e2e_analyst', 'employees', 'select') as reads, (select count(*)::int from pg_trigger where tgname = 'employees_trail') as triggers`,
      ),
    ).toEqual([{ reads: true, triggers: 1 }]);
  });

  test('with dates, limit, exclude, truncate and append brings just what was asked for', async () => {
    const outcome = await site.command('transfer', 'run', 'filtered');
    expect({ code: outcome.code, errors: outcome.tableErrors }).toEqual({ code: 0, errors: {} });
    const wanted = `from dated where created_at >= (date_trunc('day', now() at time zone 'utc') - interval '7 days') at time zone 'utc' and created_at < (date_trunc('day', now() at time zone 'utc') + interval '1 day') at time zone 'utc'`;
    const ids = await rows<{ id: number }>(site.source, `select id ${wanted} order by 1`);
    expect(ids.length).toBeGreaterThan(5);
    expect(await rows(site.target, 'select id from dated order by 1')).toEqual(ids);
    expect(await rows(site.target, 'select distinct secret from dated')).toEqual([{ secret: null }]);
    expect(await rows(site.target, 'select id, v from history order by 1')).toEqual([
      { id: 1, v: 'kept' },
      ...[103, 104, 105, 106].map((id) => ({ id, v: 'new' })),
    ]);
  });

  test('runs again as it was, whatever the configuration says now', async () => {
    await site.command('transfer', 'run', 'everything', '--table', 'public.keyless');
    await execute(site.source, `insert into keyless values (999, 'later')`);
    const changed = site.installation.write(
      'changed.yaml',
      site.installation.document('  everything: { from: prod, to: uat, tables: [public.empty_one] }'),
    );
    const again = await site.command('run', 'again', 'everything', '--config', changed);
    expect({ code: again.code, tables: again.shown?.tables.map(({ tableId }) => tableId) }).toEqual({
      code: 0,
      tables: ['public.keyless'],
    });
    await expectSame('keyless');
  });

  test('into a DuckDB file and back brings the same values', async () => {
    const out = await site.command('transfer', 'run', 'to-file');
    expect({ code: out.code, errors: out.tableErrors, error: out.error }).toEqual({
      code: 0,
      errors: {},
      error: undefined,
    });
    const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
    const connection = await instance.connect();
    const [figures] = (
      await connection.runAndReadAll(
        'select count(*)::int, sum(big)::varchar, max(n::varchar) from kinds where id < 61',
      )
    ).getRows();
    connection.closeSync();
    instance.closeSync();
    const [expected] = await rows<Record<string, unknown>>(
      site.source,
      'select count(*)::int as rows, sum(big)::text as sum from kinds where id < 61',
    );
    expect([figures?.[0], figures?.[1]]).toEqual([expected?.['rows'], expected?.['sum']]);
    const back = await site.command('transfer', 'run', 'from-file');
    expect({ code: back.code, errors: back.tableErrors, error: back.error }).toEqual({
      code: 0,
      errors: {},
      error: undefined,
    });
    const plain = 'id, ts, t, d, f, r, b, u, big, small, raw';
    expect(await contents(site.target, 'kinds_back', plain)).toBe(await contents(site.source, 'kinds', plain));
    expect(await contents(site.target, 'keyless_back')).toBe(await contents(site.source, 'keyless'));
  });

  test('by its schedule runs in Temporal, on demand too', async () => {
    const saved = await site.installation.run('transfer', 'schedule', 'nightly');
    expect(saved.stdout).toMatch(/Created.*active/s);
    expect(saved.stdout).toMatch(/05:00 Europe\/Berlin/);
    await execute(site.source, `insert into keyless values (1000, 'by schedule')`);
    expect((await site.installation.run('transfer', 'schedule', 'nightly', '--trigger')).code).toBe(0);
    const deadline = Date.now() + 30_000;
    const done = async (): Promise<ShownRun | undefined> => {
      const outcome = await site.command('run', 'show', 'nightly');
      return outcome.shown?.run.status === 'done' ? outcome.shown : undefined;
    };
    let shown = await done();
    while (!shown && Date.now() < deadline) shown = await done();
    expect(shown?.run).toMatchObject({ status: 'done', triggeredBy: 'schedule:nightly' });
    await expectSame('keyless');
    expect(
      (await site.installation.run('transfer', 'schedule', 'nightly', '--pause', '--reason', 'weekend')).stdout,
    ).toMatch(/paused.*weekend/s);
    expect((await site.installation.run('transfer', 'schedules')).stdout).toMatch(/nightly +paused/);
    expect((await site.installation.run('transfer', 'schedule', 'nightly', '--delete')).code).toBe(0);
    expect((await site.command('transfer', 'schedule', 'nightly', '--show')).error?.code).toBe('CONFIG_UNKNOWN_NAME');
  });

  test('leaves nothing behind', async () => {
    expect(await site.leftBehind()).toEqual(NOTHING);
  });
});
