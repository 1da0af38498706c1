/** Rows that a SQL Server target does not take: named by table, key and column, while the other tables of the set arrive. */
import { describeMssql } from '../../helpers/mssql';
import { expectError, type Refusal } from '../refusals';
import { NOTHING, type Outcome } from '../site';
import { SqlServerSite, contents, fingerprint, query } from './sql-server-site';
import { numbers } from './shop';

jest.setTimeout(300_000);

interface Case extends Refusal {
  /** Columns in the source, and what is selected for them from numbers `i`. */
  source: [columns: string, select: string];
  /** Further batches for the target; each table has one old row or none. */
  target: string[];
  options?: string;
}

const key = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

const CASES: Record<string, Case> = {
  too_long: {
    source: [
      'id int NOT NULL PRIMARY KEY, code nvarchar(50) NULL',
      `i, CASE WHEN i = 17 THEN N'much too long' ELSE N'ok' END`,
    ],
    target: [
      'CREATE TABLE dbo.too_long (id int NOT NULL PRIMARY KEY, code nvarchar(5) NULL)',
      `INSERT INTO dbo.too_long VALUES (1, N'old')`,
    ],
    code: 'VALUE_TOO_LONG',
    place: { column: 'code', key: 'id=17' },
    says: ['code', 'too_long'],
    next: /[Ww]iden/,
  },
  too_precise: {
    source: [
      'id int NOT NULL PRIMARY KEY, amount decimal(20,6) NULL',
      `i, CAST(i AS decimal(20,6)) / CASE WHEN i = 8 THEN 3 ELSE 1 END`,
    ],
    target: [
      'CREATE TABLE dbo.too_precise (id int NOT NULL PRIMARY KEY, amount decimal(10,2) NULL)',
      'INSERT INTO dbo.too_precise VALUES (1, 0.01)',
    ],
    code: 'VALUE_NOT_REPRESENTABLE',
    place: { column: 'amount', key: 'id=8' },
    says: ['amount', 'too_precise'],
  },
  code_page: {
    source: ['id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL', `i, CASE WHEN i = 12 THEN N'日本' ELSE N'é' END`],
    target: ['CREATE TABLE dbo.code_page (id int NOT NULL PRIMARY KEY, name varchar(20) NULL)'],
    code: 'VALUE_NOT_REPRESENTABLE',
    place: { column: 'name', key: 'id=12' },
    says: ['name'],
  },
  with_null: {
    source: ['id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL', `i, CASE WHEN i <> 9 THEN N'n' END`],
    target: [
      'CREATE TABLE dbo.with_null (id int NOT NULL PRIMARY KEY, name nvarchar(20) NOT NULL)',
      `INSERT INTO dbo.with_null VALUES (1, N'old')`,
    ],
    code: 'NULL_IN_NOT_NULL',
    place: { column: 'name' },
    says: ['name'],
  },
  unchecked: {
    source: ['id int NOT NULL PRIMARY KEY, age int NULL', 'i, i - 5'],
    target: [
      'CREATE TABLE dbo.unchecked (id int NOT NULL PRIMARY KEY, age int NULL, CONSTRAINT age_is_positive CHECK (age > 0))',
      'INSERT INTO dbo.unchecked VALUES (1, 50)',
    ],
    code: 'CONSTRAINT_VIOLATED',
    says: ['age_is_positive'],
  },
  doubled: {
    source: ['id int NULL, name nvarchar(20) NULL', `i % 20, N'n'`],
    target: [
      'CREATE TABLE dbo.doubled (id int NOT NULL CONSTRAINT PK_doubled PRIMARY KEY, name nvarchar(20) NULL)',
      `INSERT INTO dbo.doubled VALUES (100, N'old')`,
    ],
    code: 'DUPLICATE_KEY',
    place: { key: key(/^id=\d+$/) },
    says: [/doubled/i],
  },
  appended: {
    source: ['id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL', `i, N'n'`],
    target: [
      'CREATE TABLE dbo.appended (id int NOT NULL PRIMARY KEY, name nvarchar(20) NULL)',
      `INSERT INTO dbo.appended VALUES (7, N'old')`,
    ],
    options: 'mode: append',
    code: 'DUPLICATE_KEY',
    place: { key: 'id=7' },
    says: ['appended'],
  },
  orphaned: {
    source: ['id int NOT NULL PRIMARY KEY, parent_id int NULL', 'i, i'],
    target: [
      'CREATE TABLE dbo.parents (id int NOT NULL PRIMARY KEY)',
      `INSERT INTO dbo.parents SELECT i FROM ${numbers(12)}`,
      'CREATE TABLE dbo.orphaned (id int NOT NULL PRIMARY KEY, parent_id int NULL CONSTRAINT fk_orphaned REFERENCES dbo.parents (id))',
    ],
    code: 'FOREIGN_KEY_VIOLATED',
    place: { column: 'parent_id', key: key(/^id=\d+$/) },
    says: [/parent_id=\d+, which dbo\.parents does not have/, 'fk_orphaned'],
  },
  pointed_at: {
    source: ['id int NOT NULL PRIMARY KEY', 'i'],
    target: [
      'CREATE TABLE dbo.pointed_at (id int NOT NULL PRIMARY KEY)',
      `INSERT INTO dbo.pointed_at SELECT i FROM ${numbers(40)}`,
      'CREATE TABLE dbo.pointing (id int NOT NULL PRIMARY KEY, to_id int NULL CONSTRAINT fk_pointing REFERENCES dbo.pointed_at (id))',
      'INSERT INTO dbo.pointing VALUES (1, 35)',
    ],
    code: 'FOREIGN_KEY_VIOLATED',
    place: { column: 'id', key: 'id=35' },
    says: ['dbo.pointing', 'to_id=35'],
  },
};

const names = Object.keys(CASES);

describeMssql('a row that a SQL Server target does not take', () => {
  let site: SqlServerSite;
  let outcome: Outcome;
  let filtered: Outcome;
  let before: string[];

  const own = async (): Promise<string[]> => (await fingerprint(site.testers)).filter((line) => !line.includes('fine'));

  beforeAll(async () => {
    const production = names.flatMap((name) => {
      const [columns, select] = (CASES[name] as Case).source;
      return [`CREATE TABLE dbo.${name} (${columns})`, `INSERT INTO dbo.${name} SELECT ${select} FROM ${numbers(30)}`];
    });
    const family = [
      'CREATE TABLE dbo.mothers (id int NOT NULL PRIMARY KEY)',
      'CREATE TABLE dbo.daughters (id int NOT NULL PRIMARY KEY, mother_id int NOT NULL CONSTRAINT fk_daughters REFERENCES dbo.mothers (id))',
    ];
    const fill = [
      `INSERT INTO dbo.mothers SELECT i FROM ${numbers(10)}`,
      `INSERT INTO dbo.daughters SELECT i, i FROM ${numbers(10)}`,
    ];
    site = await SqlServerSite.open({
      sets: [
        `  hard: { from: shop, to: testers, personalData: ignore, schema: ignore, tables: [dbo.fine, ${names.map((name) => `dbo.${name}: { ${CASES[name]?.options ?? 'mode: replace'} }`).join(', ')}] }`,
        '  filtered: { from: shop, to: testers, tables: [dbo.mothers: { where: "id <> 4" }, dbo.daughters] }',
      ].join('\n'),
      production: [
        'CREATE TABLE dbo.fine (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL)',
        `INSERT INTO dbo.fine SELECT i, N'new' FROM ${numbers(30)}`,
        ...production,
        ...family,
        ...fill,
      ],
      uat: [
        'CREATE TABLE dbo.fine (id int NOT NULL PRIMARY KEY, v nvarchar(20) NULL)',
        ...names.flatMap((name) => CASES[name]?.target ?? []),
        ...family,
        'INSERT INTO dbo.mothers VALUES (77)',
      ],
    });
    before = await own();
    outcome = await site.command('transfer', 'run', 'hard');
    filtered = await site.command('transfer', 'run', 'filtered');
  });

  afterAll(() => site?.close());

  test('makes the run partial: the other tables of the set arrive', async () => {
    expect({ code: outcome.code, status: outcome.shown?.run.status, error: outcome.error }).toEqual({
      code: 3,
      status: 'partial',
      error: undefined,
    });
    expect(await contents(site.testers, 'dbo.fine')).toEqual(await contents(site.shop, 'dbo.fine'));
    expect(Object.keys(outcome.tableErrors).sort()).toEqual(names.map((name) => `dbo.${name}`).sort());
  });

  test.each(names)('%s is named with its place', (name) => {
    const { code, place, says, next } = CASES[name] as Case;
    expectError(outcome.tableErrors[`dbo.${name}`], {
      code,
      place: { table: `dbo.${name}`, ...place },
      says,
      ...(next && { next }),
    });
  });

  test('a foreign key that the filter breaks is named with the row that lost its parent', () => {
    expect(filtered.code).toBe(3);
    expectError(filtered.tableErrors['dbo.daughters'], {
      code: 'FOREIGN_KEY_VIOLATED',
      place: { table: 'dbo.daughters', column: 'mother_id', key: 'id=4' },
      says: ['mother_id=4', 'dbo.mothers', 'fk_daughters'],
      next: /filter|parent/,
    });
  });

  test('and leaves its table as it was, with nothing behind', async () => {
    const rows = (lines: string[]): string[] => lines.filter((line) => !/^dbo\.mothers |fk_daughters/i.test(line));
    expect(rows(await own())).toEqual(rows(before));
    expect(await query(site.testers, 'SELECT COUNT(*) AS n FROM dbo.daughters')).toEqual([{ n: 0 }]);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('and is told for people by table, with what to do', async () => {
    const { stdout } = await site.site.installation.run('run', 'show', 'hard');
    expect(stdout).toMatch(/VALUE_TOO_LONG .*\n +where .*table dbo\.too_long.*\n +next +Widen the target column/);
  });
});
