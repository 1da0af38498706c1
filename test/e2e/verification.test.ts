import { Site, contents, execute, rows } from './site';

jest.setTimeout(120_000);

const SETS = `
  proof: { from: prod, to: uat, verify: fingerprint, tables: [public.parents, public.children] }
  counts: { from: prod, to: uat, verify: counts, tables: [public.parents, public.children] }
  unchecked: { from: prod, to: uat, verify: none, tables: [public.parents, public.children] }
  shrink: { from: prod, to: uat, tables: [public.big, public.parents] }
  shrink-allowed: { from: prod, to: uat, minPercentOfLast: 0, tables: [public.big] }
  made: { from: prod, to: uat, tables: [public.made_parents, public.made_children] }
  loose:
    from: prod
    to: uat
    tables: [{ public.loose_parents: { where: "id > 10" } }, public.loose_children]
  tight:
    from: prod
    to: uat
    references: stop
    tables: [{ public.loose_parents: { where: "id > 10" } }, public.loose_children, public.big]
`;

let site: Site;

beforeAll(async () => {
  site = await Site.open({ sets: SETS });
  const tables = `
    create table parents (id int primary key, name text, amount numeric(20,6), at timestamptz, doc jsonb);
    create table children (id int primary key, parent int references parents, note text);
    create table big (id int primary key, note text);
    create table loose_parents (id int primary key);`;
  await execute(
    site.source,
    `${tables} create table loose_children (id int primary key, parent int references loose_parents);
     insert into parents select i, case when i % 3 > 0 then 'näme ' || i || E'\\t🐙' end, i / 7.0, now() + i * interval '1 us', jsonb_build_object('n', i) from generate_series(1, 3000) i;
     insert into children select i, nullif(i % 3001, 0), repeat('x', i % 50) from generate_series(1, 6000) i;
     insert into big select i, 'row ' || i from generate_series(1, 1000) i;
     insert into loose_parents select generate_series(1, 20); insert into loose_children select i, i % 20 + 1 from generate_series(1, 100) i; analyze`,
  );
  await execute(site.target, `${tables} create table loose_children (id int primary key, parent int)`);
});

afterAll(() => site.close());

interface Verified {
  tables: {
    tableId: string;
    rowsLoaded: number;
    warnings: string[];
    verification?: {
      level: string;
      fingerprint?: { source: string; target: string };
      references: { key: string; columns: string[]; orphans: number; samples: string[][] }[];
    };
  }[];
}

const show = async (name: string): Promise<Verified> => site.installation.json<Verified>('run', 'show', name);

it.each(['proof', 'counts', 'unchecked'])('at every level brings every value: %s', async (name) => {
  await execute(site.target, 'truncate parents, children');
  const { code } = await site.command('transfer', 'run', name);
  expect(code).toBe(0);
  for (const table of ['parents', 'children'])
    expect(await contents(site.target, table)).toBe(await contents(site.source, table));
});

it('by fingerprint reads every value back, and keeps what it found', async () => {
  expect((await site.command('transfer', 'run', 'proof')).code).toBe(0);
  const { tables } = await show('proof');
  for (const { verification } of tables) {
    expect(verification?.level).toBe('fingerprint');
    expect(verification?.fingerprint?.source).toMatch(/^[0-9a-f]{32}/);
    expect(verification?.fingerprint?.target).toBe(verification?.fingerprint?.source);
    expect(verification?.references.every(({ orphans }) => orphans === 0)).toBe(true);
  }
  expect(tables.flatMap(({ verification }) => verification?.references ?? []).map(({ columns }) => columns)).toEqual([
    ['parent'],
  ]);
});

it('is a report for people, for scripts and for the browser', async () => {
  const text = await site.installation.run('run', 'report', 'proof');
  expect(text.code).toBe(0);
  expect(text.stdout).toContain('public.children');
  expect(text.stdout).toMatch(/fingerprint/i);
  const file = `${site.installation.folder}/report.html`;
  const html = await site.installation.run('run', 'report', 'proof', '--format', 'html', '--output', file);
  expect(html.code).toBe(0);
  const json = await site.installation.json<object>('run', 'report', 'proof');
  expect(JSON.stringify(json)).toContain('public.parents');
});

it('stops a table that is suspiciously small before its target is replaced, and publishes the others', async () => {
  expect((await site.command('transfer', 'run', 'shrink')).code).toBe(0);
  const before = await contents(site.target, 'big');
  await execute(site.source, 'delete from big where id > 499; analyze big');
  const { code, tableErrors } = await site.command('transfer', 'run', 'shrink');
  expect(code).toBe(3);
  expect(tableErrors['public.big']).toMatchObject({
    code: 'SOURCE_SHRUNK',
    message: expect.stringMatching(/499.*1000/s),
  });
  expect(tableErrors['public.big']?.next).toMatch(/minPercentOfLast/);
  expect(await contents(site.target, 'big')).toBe(before);
  expect((await site.command('transfer', 'run', 'shrink-allowed')).code).toBe(0);
  expect(await rows(site.target, 'select count(*)::int as n from big')).toEqual([{ n: 499 }]);
});

it('warns of rows that a filter has left without their parent, with samples', async () => {
  const { code, shown } = await site.command('transfer', 'run', 'loose');
  expect(code).toBe(0);
  const children = shown?.tables.find(({ tableId }) => tableId === 'public.loose_children');
  expect(children?.warnings.join()).toMatch(/50 rows point at no row of public\.loose_parents by parent/);
  const { tables } = await show('loose');
  expect(tables.find(({ tableId }) => tableId === 'public.loose_children')?.verification?.references).toEqual([
    expect.objectContaining({ columns: ['parent'], orphans: 50, samples: expect.arrayContaining([expect.any(Array)]) }),
  ]);
});

it('creates tables with the keys, indexes and defaults that they have in the source', async () => {
  await execute(
    site.source,
    `create table made_parents (id int primary key, code varchar(10) not null unique, at timestamptz default now());
     create table made_children (id int primary key, parent int not null references made_parents, note text);
     create index made_children_note on made_children (lower(note));
     insert into made_parents values (1, 'a'); insert into made_children values (1, 1, 'x'); analyze`,
  );
  expect((await site.command('transfer', 'run', 'made')).code).toBe(0);
  const definitions = `select pg_get_constraintdef(oid) as text from pg_constraint where conrelid::regclass::text like 'made_%' and contype <> 'n'
     union select regexp_replace(indexdef, 'INDEX \\S+', 'INDEX') from pg_indexes where tablename like 'made_%'
     union select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid::regclass::text like 'made_%' order by 1`;
  const expected = await rows(site.source, definitions);
  expect(expected.length).toBeGreaterThan(6);
  expect(await rows(site.target, definitions)).toEqual(expected);
});

it('stops at them where it is told to, and publishes the rest', async () => {
  await execute(site.target, 'truncate loose_children');
  const { code, tableErrors } = await site.command('transfer', 'run', 'tight');
  expect(code).toBe(3);
  expect(Object.keys(tableErrors)).toEqual(['public.loose_children']);
  expect(tableErrors['public.loose_children']).toMatchObject({
    code: 'FOREIGN_KEY_VIOLATED',
    place: { table: 'public.loose_children', column: 'parent' },
  });
  expect(await rows(site.target, 'select count(*)::int as n from loose_children')).toEqual([{ n: 0 }]);
});
