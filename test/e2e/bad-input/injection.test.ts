/** SQL smuggled in through every setting that ends up in a statement: either refused, or taken for the plain text it is. */
import { expectRefusal } from '../refusals';
import { NOTHING, Site, contents, execute, fingerprint, rows, several, type Outcome } from '../site';

jest.setTimeout(120_000);

/** Ends a quoted name, a literal, a list; drops; hides the rest. */
const EVIL = `x"'); drop table victims; --`;
const yaml = (text: string): string => JSON.stringify(text);

const VICTIMS = `create table victims(id int primary key, note text); insert into victims select i, 'safe' from generate_series(1, 10) i;`;
const PLAIN = `create table plain(id int primary key, note text, at date);
  do $$ begin for i in 0..20 loop execute format('create table plain_%s as select i as id, ''n''::text as note from generate_series(1, 9) i', i); end loop; end $$;`;
const IN_SOURCE = `
  insert into plain select i, 'row ' || i, date '2024-01-01' from generate_series(1, 40) i;
  create sequence counter;
  create function writes() returns boolean language plpgsql volatile as $$ begin insert into victims values (1000 + random() * 1000000, 'written'); return true; end $$;
  create function "lies"() returns boolean language plpgsql immutable as $$ begin insert into victims values (2000, 'written'); return true; end $$;
  analyze;
`;

/** Conditions that are more, or less, than one expression. */
const REFUSED_WHERE: Record<string, [where: string, says: string]> = {
  'a second statement': ['1=1); drop table victims; --', 'comment'],
  'a semicolon': ['true; drop table victims', 'semicolon'],
  'a line comment': ['true -- and id = 1', 'comment'],
  'a block comment': ['true /* and id = 1 */', 'comment'],
  'a way out of the parentheses': ['false) or (true', ') too many'],
  'a union': ['false union select * from victims', 'syntax error'],
  'an open quote': ["note = 'open", 'quote is not closed'],
  'an open name': ['"note = 1', 'quote is not closed'],
  'an open dollar quote': ['note = $a$open', 'quote is not closed'],
  'a dollar quote that hides nothing': ['note = $$a$$ ; drop table victims', 'semicolon'],
  'an escape that keeps a quote open': ["note = E'\\'", 'quote is not closed'],
  'a NUL character': ["note = 'a\0b'", 'NUL'],
  'an open bracket': ['(id = 1', 'not closed'],
  'a parameter': ['id = $1', '$1'],
  'a function that says it is immutable, and inserts': ['lies()', 'not allowed in a non-volatile function'],
  'a locking clause': ['true for update', 'syntax error'],
  'a limit of its own': ['true limit 1', 'syntax error'],
};

/** Conditions that are one expression, but would write: the session is read-only, marked so in the configuration or not. */
const WRITING_WHERE: Record<string, string> = {
  'a function that inserts': 'writes()',
  'a sub-select that calls it': '(select writes())',
  'a sequence': "nextval('counter') > 0",
  'a large object': 'lo_create(0) > 0',
  'a switch to read-write': "set_config('transaction_read_only', 'off', false) is not null and writes()",
};

const ODD_TABLE = 'odd"; drop table victims; --';

describe('a where that is no single expression is refused:', () => {
  let site: Site;
  let before: string[][];
  let refused: Outcome;
  let writing: Outcome;

  const state = async (): Promise<string[][]> => Promise.all([fingerprint(site.source), fingerprint(site.target)]);

  beforeAll(async () => {
    const wheres = (name: string, list: string[]): string[] =>
      list.map((where, index) => `public.${name}_${index}: { where: ${yaml(where)} }`);
    const refusedWheres = Object.values(REFUSED_WHERE).map(([where]) => where);
    const writingWheres = Object.values(WRITING_WHERE);
    const sets = [
      `  refused: { from: prod, to: uat, tables: [${wheres('plain', refusedWheres).join(', ')}] }`,
      `  writing: { from: open, to: uat, tables: [${wheres('plain', writingWheres).join(', ')}] }`,
      `  sleeping: { from: open, to: uat, tables: [public.plain: { where: "pg_sleep(600) is not null" }] }`,
      `  names: { from: prod, to: odd, tables: [${yaml(`public.${ODD_TABLE}`)}: { target: ${yaml(`public.${EVIL}`)}, exclude: [${yaml(`"'; drop*`)}], dates: { column: ${yaml(`at"'); drop table victims; --`)}, from: "2024-01-01" } }] }`,
      `  unknown-table: { from: prod, to: uat, tables: [${yaml(EVIL)}] }`,
      `  unknown-schema: { from: prod, to: uat, tables: [${yaml(`${EVIL}.plain`)}] }`,
      `  unknown-pattern: { from: prod, to: uat, tables: [${yaml(`${EVIL}*`)}] }`,
      `  unknown-exclude: { from: prod, to: uat, tables: [public.plain: { exclude: [${yaml(EVIL)}] }] }`,
      `  unknown-date: { from: prod, to: uat, tables: [public.plain: { dates: { column: ${yaml(EVIL)}, preset: today } }] }`,
      `  protected: { from: prod, to: odd, tables: [public.plain: { target: ${yaml(`public.kept'"; drop table victims; --`)} }] }`,
      `  database: { from: prod, to: no-database, tables: [public.plain] }`,
    ];
    site = await Site.open(({ source, target }) => {
      const url = new URL(target);
      return {
        sets: sets.join('\n'),
        env: { OPEN_URL: source, TARGET_PASSWORD: url.password },
        environments: [
          'open: { kind: postgres, url: "${env:OPEN_URL}" }',
          `odd: { kind: postgres, url: "\${env:TARGET_URL}", stagingSchema: ${yaml(EVIL)}, protectedTables: [${yaml(`public.kept'"; drop*`)}] }`,
          `no-database: { kind: postgres, host: ${url.hostname}, port: ${url.port}, user: ${url.username}, password: "\${env:TARGET_PASSWORD}", database: ${yaml(EVIL)} }`,
        ],
      };
    });
    const odd = `create table "odd""; drop table victims; --"(id int primary key, "at""'); drop table victims; --" date, "note'); drop table victims; --" text, """'; drop table victims; --" text);
      insert into "odd""; drop table victims; --" select i, date '2023-12-30' + i, 'it''s ' || i, 'left out' from generate_series(1, 9) i;`;
    await Promise.all([execute(site.source, VICTIMS + PLAIN + IN_SOURCE + odd), execute(site.target, VICTIMS + PLAIN)]);
    before = await state();
    refused = await site.command('transfer', 'run', 'refused');
    writing = await site.command('transfer', 'run', 'writing');
  });

  afterAll(() => site?.close());

  test.each(Object.entries(REFUSED_WHERE).map(([name, [, says]], index) => [name, says, index] as const))(
    '%s',
    (_name, says, index) => {
      expectRefusal(refused, {
        code: 'FILTER_INVALID',
        says: [`${Object.keys(REFUSED_WHERE).length} problems`],
        place: { path: 'transferSets.refused.tables[0].where' },
      });
      const line = refused.error?.message.split('\n- ').find((text) => text.includes(`public.plain_${index} `));
      expect(line).toMatch(/^FILTER_INVALID: The condition of /);
      expect(line).toContain(says);
    },
  );

  test.each(Object.keys(WRITING_WHERE).map((name, index) => [name, index] as const))(
    '%s cannot write',
    (_name, index) => {
      expect(writing.shown?.run.status).toBe('failed');
      expect([1, 2]).toContain(writing.code);
      const error = writing.tableErrors[`public.plain_${index}`];
      expect(error?.message).toMatch(/calls something that writes|read-write mode must be set before/);
      expect(error?.place).toMatchObject({ environment: 'open', table: `public.plain_${index}` });
    },
  );

  test('one that sleeps for ever can be cancelled, and its session goes', async () => {
    const started = await site.installation.json<{ runId: string }>('transfer', 'run', 'sleeping', '--no-wait');
    const asleep = async (): Promise<number> =>
      (
        await rows(
          site.source,
          `select 1 from pg_stat_activity where application_name like 'longshore%' and wait_event = 'PgSleep'`,
        )
      ).length;
    while ((await asleep()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await site.command('run', 'cancel', started.runId)).code).toBe(0);
    const watched = await site.command('run', 'watch', started.runId);
    expect(watched).toMatchObject({ code: 130, shown: { run: { status: 'cancelled' } } });
    expect(watched.ms).toBeLessThan(15_000);
  });

  test.each([
    ['table', 'unknown-table', 'TABLE_NOT_FOUND'],
    ['schema', 'unknown-schema', 'TABLE_NOT_FOUND'],
    ['wildcard', 'unknown-pattern', 'NO_TABLES_MATCH'],
    ['excluded column', 'unknown-exclude', 'COLUMN_NOT_FOUND'],
    ['date column', 'unknown-date', 'COLUMN_NOT_FOUND'],
  ])('as the name of a %s it is only a name that does not exist', async (_what, set, code) => {
    expectRefusal(await site.command('transfer', 'run', set), {
      code,
      says: ['drop table victims'],
      place: { path: `transferSets.${set}.tables[0]` },
    });
  });

  test('as the name of a database it is only a name that does not exist', async () => {
    expectRefusal(await site.command('transfer', 'run', 'database'), {
      code: 'DATABASE_NOT_FOUND',
      exit: 1,
      says: [EVIL],
      place: { environment: 'no-database' },
    });
  });

  test('as a protected table it protects that table', async () => {
    expectRefusal(await site.command('transfer', 'run', 'protected'), {
      code: 'PROTECTED_TABLE',
      exit: 4,
      says: [`public.kept'"; drop table victims; --`],
    });
  });

  test('as a run id, a set, a user and a reason it is only text', async () => {
    const missing = await several(
      [
        ['run', 'show', EVIL],
        ['run', 'cancel', EVIL],
        ['run', 'again', EVIL],
      ],
      (args) => site.command(...args),
    );
    for (const outcome of missing) expectRefusal(outcome, { code: 'RUN_NOT_FOUND', says: ['drop table victims'] });
    const list = await site.installation.run('run', 'list', '--set', EVIL, '--json');
    expect([list.code, JSON.parse(list.stdout)]).toEqual([0, []]);
    const outcome = await site.command('transfer', 'run', 'unknown-table', '--reason', EVIL, '--table', EVIL);
    expect(outcome.shown?.run.reason).toBe(EVIL);
  });

  test('nothing of all this was executed', async () => {
    expect(await state()).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('as existing names of tables, columns, staging schema and target it is transferred like any other', async () => {
    const outcome = await site.command('transfer', 'run', 'names', '--reason', EVIL);
    expect({ error: outcome.error, code: outcome.code }).toEqual({ error: undefined, code: 0 });
    const target = `"x""'); drop table victims; --"`;
    const columns = await rows<{ name: string }>(
      site.target,
      `select attname as name from pg_attribute where attrelid = 'public.${target.replaceAll("'", "''")}'::regclass and attnum > 0 order by attnum`,
    );
    expect(columns.map(({ name }) => name)).toEqual([
      'id',
      `at"'); drop table victims; --`,
      `note'); drop table victims; --`,
    ]);
    const kept = `id, "at""'); drop table victims; --", "note'); drop table victims; --"`;
    expect(await contents(site.target, target, kept)).toBe(
      await contents(
        site.source,
        `(select ${kept} from "odd""; drop table victims; --" where "at""'); drop table victims; --" >= '2024-01-01')`,
        kept,
      ),
    );
    expect(await contents(site.target, 'victims')).toBe(await contents(site.source, 'victims'));
    expect(await site.leftBehind()).toEqual(NOTHING);
    expect(await rows(site.target, `select nspname from pg_namespace where nspname like 'x%'`)).toEqual([]);
  });
});
