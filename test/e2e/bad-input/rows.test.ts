/** Rows that the target does not take: named by table, key and column, while the other tables of the set arrive. */
import { expectError, type Refusal } from '../refusals';
import { NOTHING, Site, contents, execute, fingerprint, rows, type Outcome } from '../site';

jest.setTimeout(120_000);

const FINE = `create table fine(id int primary key, v text); insert into fine select i, 'new ' || i from generate_series(1, 30) i;`;

interface Case extends Refusal {
  source: string;
  target: string;
  /** Options of the table. */
  options?: string;
}

const CASES: Record<string, Case> = {
  too_long: {
    source: `create table too_long(id int primary key, code text); insert into too_long select i, case when i = 17 then 'much too long' else 'ok' end from generate_series(1, 30) i;`,
    target: `create table too_long(id int primary key, code varchar(5)); insert into too_long values (1, 'old');`,
    code: 'VALUE_TOO_LONG',
    place: { column: 'code' },
    says: ['code', 'too_long'],
  },
  with_null: {
    source: `create table with_null(id int primary key, name text); insert into with_null select i, case when i <> 9 then 'n' end from generate_series(1, 30) i;`,
    target: `create table with_null(id int primary key, name text not null); insert into with_null values (1, 'old');`,
    code: 'NULL_IN_NOT_NULL',
    place: { column: 'name' },
    says: ['name'],
  },
  unchecked: {
    source: `create table unchecked(id int primary key, age int); insert into unchecked select i, i - 5 from generate_series(1, 30) i;`,
    target: `create table unchecked(id int primary key, age int, constraint age_is_positive check (age > 0)); insert into unchecked values (1, 50);`,
    code: 'CONSTRAINT_VIOLATED',
    says: ['age_is_positive'],
  },
  doubled: {
    source: `create table doubled(id int, name text); insert into doubled select i % 20, 'n' from generate_series(1, 30) i;`,
    target: `create table doubled(id int primary key, name text); insert into doubled values (100, 'old');`,
    code: 'DUPLICATE_KEY',
    place: { key: expect.stringMatching(/^id=\d+$/) as unknown as string },
    says: ['doubled_pkey'],
  },
  appended: {
    source: `create table appended(id int primary key, name text); insert into appended select i, 'n' from generate_series(1, 30) i;`,
    target: `create table appended(id int primary key, name text); insert into appended values (7, 'old');`,
    options: 'mode: append',
    code: 'DUPLICATE_KEY',
    place: { key: 'id=7' },
    says: ['appended'],
  },
  orphaned: {
    source: `create table orphaned(id int primary key, parent_id int); insert into orphaned select i, i from generate_series(1, 30) i;`,
    target: `create table parents(id int primary key); insert into parents select i from generate_series(1, 12) i; create table orphaned(id int primary key, parent_id int references parents);`,
    code: 'FOREIGN_KEY_VIOLATED',
    place: { column: 'parent_id', key: expect.stringMatching(/^id=\d+$/) as unknown as string },
    says: [/parent_id=\d+, which public\.parents does not have/],
  },
  pointed_at: {
    source: `create table pointed_at(id int primary key); insert into pointed_at select i from generate_series(1, 30) i;`,
    target: `create table pointed_at(id int primary key); insert into pointed_at select i from generate_series(1, 40) i; create table pointing(id int primary key, to_id int references pointed_at); insert into pointing values (1, 35);`,
    code: 'FOREIGN_KEY_VIOLATED',
    place: { column: 'id', key: 'id=35' },
    says: ['public.pointing', 'to_id=35'],
  },
};

/** A set that copies slowly, so that there is time to change a target under it. */
const SLOW = `create table slow(id int primary key); insert into slow select i from generate_series(1, 20) i;`;
const MOVED = (name: string): string =>
  `create table ${name}(id int primary key, v text); insert into ${name} select i, 'v' from generate_series(1, 10) i;`;

describe('a row that the target does not take', () => {
  let site: Site;
  let outcome: Outcome;
  const names = Object.keys(CASES);
  let before: Record<string, string>;

  const states = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, await contents(site.target, name, 't.ctid, t.xmin, t')] as const),
      ),
    );

  beforeAll(async () => {
    const entries = names.map((name) => `public.${name}: { ${CASES[name]?.options ?? 'mode: replace'} }`);
    site = await Site.open({
      sets: [
        `  hard: { from: prod, to: uat, schema: ignore, tables: [public.fine, ${entries.join(', ')}] }`,
        ...names.map(
          (name) =>
            `  only-${name.replaceAll('_', '-')}: { from: prod, to: uat, schema: ignore, publish: table, tables: [public.fine, public.${name}: { ${CASES[name]?.options ?? 'mode: replace'} }] }`,
        ),
        ...['dropped', 'altered'].map(
          (name) =>
            `  ${name}: { from: prod, to: uat, tables: [public.${name}, public.slow: { where: "pg_sleep(0.25) is not null" }] }`,
        ),
        '  ignoring: { from: prod, to: uat, schema: ignore, tables: [public.evolving] }',
        ...['auto', 'swap'].map(
          (strategy) =>
            `  evolving-${strategy}: { from: prod, to: uat, schema: evolve, strategy: ${strategy}, tables: [public.evolving] }`,
        ),
      ].join('\n'),
    });
    const evolving = `create table evolving(id int primary key, added numeric(8,3), v text); insert into evolving select i, i / 8.0, 'v' from generate_series(1, 12) i;`;
    const sql = (side: 'source' | 'target'): string => names.map((name) => CASES[name]?.[side]).join('\n');
    await execute(site.source, FINE + sql('source') + SLOW + MOVED('dropped') + MOVED('altered') + evolving);
    await execute(
      site.target,
      `create table fine(id int primary key, v text); insert into fine values (1, 'old'); ${sql('target')} ${SLOW} ${MOVED('dropped')} ${MOVED('altered')} create table evolving(id int primary key, v text, own text default 'mine');`,
    );
    before = await states();
    outcome = await site.command('transfer', 'run', 'hard');
  });

  afterAll(() => site?.close());

  test('makes the run partial: the other tables of the set arrive', async () => {
    expect({ code: outcome.code, status: outcome.shown?.run.status }).toEqual({ code: 3, status: 'partial' });
    expect(await contents(site.target, 'fine')).toBe(await contents(site.source, 'fine'));
    expect(Object.keys(outcome.tableErrors).sort()).toEqual(names.map((name) => `public.${name}`).sort());
  });

  test.each(names)('%s is named with its place', (name) => {
    const { code, place, says } = CASES[name] as Case;
    const error = outcome.tableErrors[`public.${name}`];
    expectError(error, { code, place: { table: expect.stringContaining(name) as unknown as string, ...place }, says });
  });

  test('and leaves its table as it was, with nothing behind', async () => {
    expect(await states()).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('and is told for people by table, with what to do', async () => {
    const { stdout } = await site.installation.run('run', 'show', 'hard');
    expect(stdout).toMatch(/VALUE_TOO_LONG .*\n +where .*table public\.too_long.*\n +next +Widen the target column/);
  });

  test('when every table publishes by itself, too', async () => {
    const alone = await site.command('transfer', 'run', 'only-orphaned');
    expect({ code: alone.code, errors: Object.keys(alone.tableErrors) }).toEqual({
      code: 3,
      errors: ['public.orphaned'],
    });
    expect((await states()).orphaned).toBe(before.orphaned);
  });

  test.each([
    ['dropped', 'drop table dropped'],
    ['altered', 'alter table altered add column more int not null default 7'],
  ])('a table that is %s in mid-run is not overwritten', async (name, sql) => {
    const { runId } = await site.installation.json<{ runId: string }>('transfer', 'run', name, '--no-wait');
    const ready = async (): Promise<boolean> => {
      const { tables } = await site.installation.json<{ tables: { tableId: string; phase: string }[] }>(
        'run',
        'show',
        runId,
      );
      return tables.some(({ tableId, phase }) => tableId === `public.${name}` && phase === 'ready');
    };
    while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 50));
    await execute(site.target, sql);
    const state = await fingerprint(site.target);
    const watched = await site.command('run', 'watch', runId);
    expect(watched.code).toBe(3);
    expectError(watched.tableErrors[`public.${name}`], { code: 'TARGET_CHANGED', says: [`public.${name}`] });
    const own = (lines: string[]): string[] => lines.filter((line) => line.includes(`public.${name}`));
    expect(own(await fingerprint(site.target))).toEqual(own(state));
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('schema: ignore leaves out what the target lacks, and says so; evolve adds it', async () => {
    const ignoring = await site.command('transfer', 'run', 'ignoring');
    expect({ code: ignoring.code, error: ignoring.error }).toEqual({ code: 0, error: undefined });
    expect(ignoring.shown?.tables[0]?.warnings.concat(ignoring.shown.tables[0].plan.warnings).join()).toMatch(/added/);
    expect(await contents(site.target, 'evolving', 'id, v')).toBe(await contents(site.source, 'evolving', 'id, v'));
    expect(await rows(site.target, 'select distinct own from evolving')).toEqual([{ own: 'mine' }]);
    for (const set of ['evolving-auto', 'evolving-swap']) {
      await execute(site.target, 'alter table evolving drop column if exists added');
      const evolving = await site.command('transfer', 'run', set);
      expect({ set, code: evolving.code, error: evolving.error }).toEqual({ set, code: 0, error: undefined });
      expect(await contents(site.target, 'evolving', 'id, added, v')).toBe(
        await contents(site.source, 'evolving', 'id, added, v'),
      );
      const type = `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'evolving'::regclass and attname = 'added'`;
      expect(await rows(site.target, type)).toEqual([{ type: 'numeric(8,3)' }]);
    }
  });
});
