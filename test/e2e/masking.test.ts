import { Site, contents, execute, rows, several } from './site';

jest.setTimeout(120_000);

const KEY = `masking: { key: "\${env:MASK_KEY}" }`;
const set = (name: string, tables: string, more = '') => `
  ${name}:
    from: prod
    to: uat
    ${more}
    tables:
${tables
  .split('\n')
  .map((line) => `      ${line}`)
  .join('\n')}`;

const SETS = [
  set(
    'good',
    '- public.people: { mask: { id: hash, email: email, born: { rule: date-shift, days: 9 } } }\n- public.visits',
  ),
  set(
    'again',
    '- public.people: { mask: { id: hash, email: email, born: { rule: date-shift, days: 9 } } }\n- public.visits',
  ),
  set('broken-key', '- public.people: { mask: { id: redact } }\n- public.visits'),
  set(
    'torn-key',
    '- public.people: { mask: { id: hash } }\n- public.visits: { mask: { person: keep, note: redact } }',
    'personalData: ignore',
  ),
  set('other-rule', '- public.people: { mask: { id: hash } }\n- public.visits: { mask: { person: { rule: noise } } }'),
  set('unknown-column', '- public.people: { mask: { emial: email } }'),
  set('no-date', '- public.people: { mask: { email: { rule: date-shift } } }'),
  set('bad-sql', '- public.people: { mask: { email: { rule: sql, sql: "lower(emial)" } } }'),
  set('evil-sql', '- public.people: { mask: { email: { rule: sql, sql: "email); drop table people; --" } } }'),
  set('strict', '- public.people', 'personalData: refuse'),
  set('looked-at', '- public.people: { mask: { email: keep, born: keep, name: keep } }', 'personalData: refuse'),
  set('growing', '- public.people: { mask: { email: email } }', 'personalData: ignore'),
  set(
    'growing-exclude',
    '- public.people: { mask: { email: email } }',
    'personalData: ignore\n    newColumns: exclude\n    schema: ignore',
  ),
].join('');

let site: Site;

beforeAll(async () => {
  site = await Site.open({ sets: `${SETS}\n${KEY}`, env: { MASK_KEY: 'sixteen characters at least' } });
  const tables = `
    create table people (id bigint primary key, name text, email text unique, born date);
    create table visits (id int primary key, person bigint not null references people, note text);`;
  await execute(
    site.source,
    `${tables} insert into people select i, 'Person ' || i, 'person' || i || '@corp.example', date '1970-01-01' + i from generate_series(1, 500) i;
     insert into visits select i, i % 500 + 1, 'visit ' || i from generate_series(1, 2000) i; analyze`,
  );
  await execute(site.target, tables);
});

afterAll(() => site.close());

it('of a key spreads to what points at it, so that joins give what they gave', async () => {
  const { code, shown } = await site.command('transfer', 'run', 'good');
  expect({ code, status: shown?.run.status }).toEqual({ code: 0, status: 'done' });
  expect(shown?.tables.find(({ tableId }) => tableId === 'public.visits')?.plan.warnings.join()).toMatch(/person/);
  const per = 'select count(*)::int as visits from visits v join people p on p.id = v.person group by p.id order by 1';
  expect(await rows(site.target, per)).toEqual(await rows(site.source, per));
  const people = 'select id::text, email, born::text from people order by id';
  const [clear, masked] = await Promise.all([rows<Person>(site.source, people), rows<Person>(site.target, people)]);
  const seen = new Set(clear.flatMap(({ id, email }) => [email, id]));
  expect(masked).toHaveLength(500);
  expect(masked.filter(({ email }) => seen.has(email))).toEqual([]);
  // A permutation: some keys may meet the number of another, but not their own.
  expect(masked.map(({ id }) => id)).not.toEqual(clear.map(({ id }) => id));
  expect(await rows(site.target, 'select count(*)::int as n from people where name is not null')).toEqual([{ n: 500 }]);
});

interface Person {
  id: string;
  email: string;
  born: string;
}

it('gives the same values tomorrow', async () => {
  expect((await site.command('transfer', 'run', 'good')).code).toBe(0);
  const before = [await contents(site.target, 'people'), await contents(site.target, 'visits')];
  expect((await site.command('transfer', 'run', 'again')).code).toBe(0);
  expect([await contents(site.target, 'people'), await contents(site.target, 'visits')]).toEqual(before);
});

it('is refused while planning where it cannot be what it should, by table and column', async () => {
  const cases: [name: string, code: string, column: string, says: RegExp][] = [
    ['broken-key', 'MASK_INVALID', 'id', /hash/],
    ['other-rule', 'MASK_INVALID', 'person', /id|hash|noise/],
    ['torn-key', 'MASK_INVALID', 'person', /id|keep/],
    ['unknown-column', 'COLUMN_NOT_FOUND', 'emial', /email/],
    ['no-date', 'MASK_INVALID', 'email', /date/],
    ['bad-sql', 'FILTER_INVALID', 'email', /emial/],
    ['evil-sql', 'FILTER_INVALID', 'email', /expression|;/],
    ['strict', 'PERSONAL_DATA', 'email', /e-?mail/i],
  ];
  const before = [await contents(site.source, 'people'), await contents(site.target, 'people')];
  const outcomes = await several(cases, async ([name]) => site.command('transfer', 'run', name));
  for (const [index, [name, code, column, says]] of cases.entries()) {
    const { error, code: exit } = outcomes[index]!;
    expect({ name, code: error?.code, column: error?.place.column, text: `${error?.message} ${error?.next}` }).toEqual({
      name,
      code,
      column,
      text: expect.stringMatching(says),
    });
    expect(exit).toBe(code === 'PERSONAL_DATA' ? 4 : 2);
    expect(error?.next).not.toBe('');
  }
  expect([await contents(site.source, 'people'), await contents(site.target, 'people')]).toEqual(before);
});

it('is suggested for what looks personal, and `keep` says that somebody looked', async () => {
  const { shown, stdout } = await site.command('transfer', 'preview', 'good');
  expect(stdout).not.toContain('corp.example');
  expect(shown?.tables.flatMap(({ plan }) => plan.warnings).join('\n')).not.toMatch(/Column email/);
  expect((await site.command('transfer', 'preview', 'looked-at')).code).toBe(0);
});

it('of a table stops at a column that nobody has decided about, or leaves it out', async () => {
  await execute(site.target, 'truncate visits, people');
  for (const name of ['growing', 'growing-exclude']) expect((await site.command('transfer', 'run', name)).code).toBe(0);
  for (const url of [site.source, site.target]) await execute(url, 'alter table people add column nickname text');
  const refused = await site.command('transfer', 'run', 'growing');
  expect({ code: refused.code, error: refused.error?.code, column: refused.error?.place.column }).toEqual({
    code: 4,
    error: 'NEW_COLUMN',
    column: 'nickname',
  });
  const left = await site.command('transfer', 'run', 'growing-exclude');
  expect(left.code).toBe(0);
  expect(left.shown?.tables[0]?.plan.warnings.join()).toMatch(/nickname.*left out/);
  for (const url of [site.source, site.target]) await execute(url, 'alter table people drop column nickname');
});

it('needs its key, and says where it is missing', async () => {
  const path = site.installation.write('no-key.yaml', site.installation.document(SETS));
  const { code, error, stderr } = await site.command('transfer', 'run', 'good', '--config', path);
  expect(code).toBe(2);
  expect(`${error?.code} ${error?.message} ${JSON.stringify(error?.problems ?? '')} ${stderr}`).toMatch(
    /MASK_KEY_MISSING|masking/,
  );
});
