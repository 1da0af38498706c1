/** What a set asks for and the databases do not have: refused before anything is read, with the place in the configuration. */
import { expectRefusal, type Refusal } from '../refusals';
import { NOTHING, Site, execute, fingerprint, several, type Outcome } from '../site';

jest.setTimeout(120_000);

const TABLES = `
  create table customers(id int primary key, name text not null, email text, born date, created_at timestamptz default now());
  create table orders(id bigint primary key, customer_id int not null references customers, total numeric(12,2), status text);
  create view totals as select customer_id, sum(total) as total from orders group by 1;
  create table chicken(id int primary key, egg_id int not null);
  create table egg(id int primary key, chicken_id int not null references chicken);
  alter table chicken add constraint chicken_egg foreign key (egg_id) references egg deferrable;
  create table ring_a(id int primary key, b int not null);
  create table ring_b(id int primary key, a int not null references ring_a);
  alter table ring_a add constraint ring_a_b foreign key (b) references ring_b;
`;
const ROWS = `
  insert into customers select i, 'customer ' || i, null, date '2000-01-01' + i from generate_series(1, 100) i;
  insert into orders select i, 1 + i % 100, i, 'paid' from generate_series(1, 500) i;
  analyze;
`;
const IN_SOURCE = `
  create schema sales;
  create table sales.orders(id bigint primary key, customer_id int not null, total numeric(12,2), status text);
  create table totals_copy(customer_id int, total numeric);
  create table lacking(id int primary key);
  create table narrow(id bigint primary key, code text, amount numeric(20,4), extra text);
  insert into narrow select i, 'code ' || i, i, 'x' from generate_series(1, 20) i;
`;
const IN_TARGET = `
  create table narrow(id int primary key, code varchar(3), amount numeric(8,2));
  insert into narrow values (7, 'old', 1);
  create table lacking(id int primary key, required text not null);
`;

interface Case extends Refusal {
  /** Entries of the set. */
  tables: string;
  /** Further settings of the set. */
  set?: string;
  /** Further arguments of the command. */
  args?: string[];
}

/** `place.path` inside the set. */
const CASES: Record<string, Case & { path?: string }> = {
  'an unknown table, with the nearest name': {
    tables: '[public.custmers]',
    code: 'TABLE_NOT_FOUND',
    says: ["'public.custmers'", 'public.customers'],
    path: 'tables[0]',
  },
  'an unknown schema': {
    tables: '[sales.customers]',
    code: 'TABLE_NOT_FOUND',
    says: ["'sales.customers'", 'public.customers'],
    path: 'tables[0]',
  },
  'a wildcard that matches nothing': {
    tables: '[public.customers, "nothing_*"]',
    code: 'NO_TABLES_MATCH',
    says: ["'nothing_*'"],
    path: 'tables[1]',
  },
  'a misspelt exclusion': {
    tables: '["cust*", "!public.ordesr"]',
    code: 'TABLE_NOT_FOUND',
    says: ['public.ordesr', 'public.orders'],
    path: 'tables[1]',
  },
  'an unknown column in exclude': {
    tables: '[public.customers: { exclude: [emial] }]',
    code: 'COLUMN_NOT_FOUND',
    says: ["'emial'", 'email'],
    place: { table: 'public.customers', column: 'emial' },
    path: 'tables[0]',
  },
  'an unknown column in dates': {
    tables: '[public.customers: { dates: { column: craeted_at, preset: today } }]',
    code: 'COLUMN_NOT_FOUND',
    says: ["'craeted_at'", 'created_at'],
    place: { table: 'public.customers', column: 'craeted_at' },
    path: 'tables[0]',
  },
  'dates of a column that holds none': {
    tables: '[public.customers: { dates: { column: name, preset: today } }]',
    code: 'FILTER_INVALID',
    says: ['name', 'public.customers', 'text'],
    place: { column: 'name' },
    next: /date or timestamp/,
  },
  'an unknown column in where': {
    tables: '[public.customers: { where: "emial is null" }]',
    code: 'FILTER_INVALID',
    says: ['public.customers', '"emial" does not exist', 'at character 1'],
    path: 'tables[0].where',
  },
  'an SQL error in where, marking the place': {
    tables: '[public.orders: { where: "status = = 1" }]',
    code: 'FILTER_INVALID',
    says: ['public.orders', 'at character 10', 'status = ▸= 1'],
    place: { sql: 'status = = 1' },
    path: 'tables[0].where',
  },
  'a where that is no condition': {
    tables: '[public.orders: { where: "total + 1" }]',
    code: 'FILTER_INVALID',
    says: ['public.orders', 'boolean'],
    path: 'tables[0].where',
  },
  'a type error in where': {
    tables: '[public.orders: { where: "total = \'many\'" }]',
    code: 'FILTER_INVALID',
    says: ['public.orders', 'numeric', 'many'],
    path: 'tables[0].where',
  },
  'a where with an aggregate': {
    tables: '[public.orders: { where: "sum(total) > 1" }]',
    code: 'FILTER_INVALID',
    says: ['public.orders', 'aggregate'],
    path: 'tables[0].where',
  },
  'two entries that choose one table': {
    tables: '["public.orders", "orders"]',
    code: 'DUPLICATE_TARGET',
    says: ["'public.orders'", "'orders'", 'tables[0]', 'tables[1]'],
    path: 'tables[1]',
  },
  'two entries that write one table': {
    tables: '[orders, sales.orders: { target: public.orders }]',
    code: 'DUPLICATE_TARGET',
    says: ['public.orders', 'sales.orders', 'tables[0]'],
    path: 'tables[1]',
  },
  'a circle of keys that none opens': {
    tables: '[public.ring_a, public.ring_b]',
    code: 'CYCLE_WITHOUT_NULLABLE_KEY',
    says: ['public.ring_a → public.ring_b', 'ring_a_b (public.ring_a.b)'],
    next: /nullable or DEFERRABLE/,
  },
  'a target that is a view': {
    tables: '[totals_copy: { target: public.totals }]',
    code: 'SCHEMA_MISMATCH',
    says: ['public.totals is a view'],
    path: 'tables[0]',
  },
  'columns that do not fit, under schema: stop': {
    tables: '[public.narrow]',
    set: 'schema: stop',
    code: 'SCHEMA_MISMATCH',
    says: [
      'no column extra',
      'id is bigint in the source and integer',
      'code holds any number of characters',
      'numeric(20,4)',
    ],
    place: { table: 'public.narrow' },
    path: 'tables[0]',
  },
  'a required column of the target that the source lacks, even under schema: ignore': {
    tables: '[public.lacking]',
    set: 'schema: ignore',
    code: 'SCHEMA_MISMATCH',
    says: ['public.lacking', 'required'],
    path: 'tables[0]',
  },
  'a type too narrow for every value, even under schema: ignore': {
    tables: '[public.narrow: { exclude: [extra] }]',
    set: 'schema: ignore',
    code: 'SCHEMA_MISMATCH',
    says: ['id is bigint in the source and integer', 'rounded or out of range'],
    path: 'tables[0]',
  },
  'a type that schema: evolve cannot widen': {
    tables: '[public.narrow]',
    set: 'schema: evolve',
    code: 'SCHEMA_MISMATCH',
    says: ['bigint', 'integer'],
    path: 'tables[0]',
  },
  'a --table that the set has not': {
    tables: '[public.customers]',
    args: ['--table', 'public.orders'],
    code: 'CONFIG_UNKNOWN_NAME',
    says: ["'public.orders'"],
    place: { table: 'public.orders' },
  },
  'several problems, all of them in one message': {
    tables: '[public.nowhere, public.orders: { where: "1 = " }, public.customers: { exclude: [x] }]',
    code: 'TABLE_NOT_FOUND',
    says: ['3 problems', 'public.nowhere', 'FILTER_INVALID', 'COLUMN_NOT_FOUND'],
    path: 'tables[0]',
  },
};

const slug = (index: number): string => `case-${index}`;

describe('planning refuses', () => {
  let site: Site;
  let before: string[];
  let outcomes: Outcome[];
  const cases = Object.entries(CASES);

  beforeAll(async () => {
    const sets = cases.map(
      ([, { tables, set }], index) =>
        `  ${slug(index)}: { from: prod, to: uat, ${set ? `${set}, ` : ''}tables: ${tables} }`,
    );
    site = await Site.open({ sets: sets.join('\n') });
    await Promise.all([
      execute(site.source, TABLES + ROWS + IN_SOURCE),
      execute(site.target, TABLES + ROWS + IN_TARGET),
    ]);
    before = await fingerprint(site.target);
    outcomes = await several(cases, ([name, { args = [] }]) =>
      site.command('transfer', 'run', slug(Object.keys(CASES).indexOf(name)), ...args),
    );
  });

  afterAll(() => site?.close());

  test.each(cases.map(([name, refusal], index) => [name, refusal, index] as const))(
    '%s',
    (_name, { path, ...refusal }, index) => {
      const place = { ...refusal.place, ...(path && { path: `transferSets.${slug(index)}.${path}` }) };
      expectRefusal(outcomes[index], { ...refusal, place });
      expect(outcomes[index]?.shown).toMatchObject({ run: { status: 'failed' }, tables: [] });
    },
  );

  test('for people too, with place and remedy', async () => {
    const { code, stdout } = await site.installation.run('transfer', 'run', slug(0));
    expect(code).toBe(2);
    expect(stdout).toMatch(/TABLE_NOT_FOUND Table 'public.custmers' does not exist/);
    expect(stdout).toMatch(/where +transferSets\.case-0\.tables\[0\]/);
    expect(stdout).toMatch(/next +Correct the entry named/);
  });

  test('in a preview and a dry run as in a run', async () => {
    const commands = [
      ['transfer', 'preview', slug(0)],
      ['transfer', 'run', slug(0), '--dry-run'],
    ];
    for (const outcome of await several(commands, (args) => site.command(...args))) {
      expectRefusal(outcome, { code: 'TABLE_NOT_FOUND', says: ['public.custmers'] });
    }
  });

  test('an unknown transfer set, before anything is started', async () => {
    expectRefusal(await site.command('transfer', 'run', 'case-O'), {
      code: 'CONFIG_UNKNOWN_NAME',
      says: ['case-O', 'case-0'],
    });
  });

  test('and leaves the target as it was, with nothing behind', async () => {
    expect(await fingerprint(site.target)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });
});
