/** Rows that a target does not take: named by table, key and column, while the target keeps the rows that it had. */
import type { ErrorCode } from '../../../core/errors/catalogue';
import type { DatabaseKind } from '../../../schemas/constants';
import type { TableOptions } from '../../../schemas/transfer-set';
import { move, type MoveTable } from './move';
import { describePair, KINDS, openSource, openTarget } from './round-trip';
import type { Side, Written } from './sides';

type Words = Record<DatabaseKind, string>;

const INTEGER: Words = { postgres: 'integer', duckdb: 'INTEGER', mssql: 'int' };
const TEXT: Words = { postgres: 'text', duckdb: 'VARCHAR', mssql: 'nvarchar(max)' };
const every = (type: string): Words => ({ postgres: type, duckdb: type, mssql: type });

interface Bad {
  title: string;
  /** Type of column `v` on both sides; a target left out has no such limit. */
  source: Words;
  target: Partial<Words>;
  /** The 30 values of `v`, as SQL; row 17 is the one at fault. */
  value(row: number): string;
  /** The 30 keys. */
  id?(row: number): number;
  isKeyed?: boolean;
  notNull?: boolean;
  code: ErrorCode;
  column: string;
  key: string | RegExp;
  options?: TableOptions;
}

const at17 = (bad: string, good: string) => (row: number) => (row === 17 ? bad : good);

const CASES: Bad[] = [
  {
    title: 'a text too long for its column',
    source: TEXT,
    target: { postgres: 'varchar(5)', mssql: 'nvarchar(5)' },
    value: at17(`'much too long'`, `'ok'`),
    code: 'VALUE_TOO_LONG',
    column: 'v',
    key: 'id=17',
  },
  {
    title: 'bytes too many for their column',
    source: { postgres: 'bytea', duckdb: 'BLOB', mssql: 'varbinary(max)' },
    target: { mssql: 'varbinary(3)' },
    value: at17('LONG', 'SHORT'),
    code: 'VALUE_TOO_LONG',
    column: 'v',
    key: 'id=17',
  },
  {
    title: 'a decimal too precise for its column',
    source: every('decimal(12,4)'),
    target: { postgres: 'numeric(12,2)', duckdb: 'DECIMAL(12,2)' },
    value: at17('1.2345', '1.2300'),
    code: 'VALUE_NOT_REPRESENTABLE',
    column: 'v',
    key: 'id=17',
  },
  {
    title: 'a decimal too large for its column',
    source: every('decimal(12,4)'),
    target: { postgres: 'numeric(6,4)', duckdb: 'DECIMAL(6,4)' },
    value: at17('-1234.5', '99.9999'),
    code: 'VALUE_NOT_REPRESENTABLE',
    column: 'v',
    key: 'id=17',
  },
  {
    title: 'NULL in a column that allows none',
    source: TEXT,
    target: TEXT,
    value: at17('NULL', `'ok'`),
    notNull: true,
    code: 'NULL_IN_NOT_NULL',
    column: 'v',
    key: 'id=17',
  },
  {
    title: 'two rows of one key',
    source: TEXT,
    target: TEXT,
    value: () => `'ok'`,
    id: (row) => (row === 17 ? 3 : row),
    isKeyed: false,
    code: 'DUPLICATE_KEY',
    column: 'id',
    key: 'id=3',
  },
];

const fitting = (to: DatabaseKind): Bad[] => CASES.filter(({ target }) => target[to] !== undefined);

for (const from of KINDS)
  for (const to of KINDS) describePair('rows that are not taken', from, to, () => pair(from, to));

function pair(from: DatabaseKind, to: DatabaseKind): void {
  let source: Side;
  let target: Side;
  beforeAll(async () => {
    source = await openSource(from);
    target = await openTarget(to);
  });
  afterAll(async () => {
    await source?.close();
    await target?.close();
  });

  const bytes = (text: string): string =>
    ({ postgres: `'\\x${text}'`, duckdb: `unhex('${text}')`, mssql: `0x${text}` })[from];
  const literal = (value: string): string =>
    value === 'LONG' ? bytes('01020304') : value === 'SHORT' ? bytes('0102') : value;

  async function fill(name: string, columns: string, rows: string[]): Promise<void> {
    await source.run(`CREATE TABLE ${source.id(name)} (${columns})`);
    await source.run(`INSERT INTO ${source.id(name)} VALUES ${rows.join(', ')}`);
  }

  const rowsOf = (name: string, columns: string): Promise<Written[][]> =>
    target.texts(`SELECT ${columns} FROM ${target.id(name)} ORDER BY 1`);

  /** The error, after which the target's tables have to be as they were. */
  async function refusal(tables: MoveTable[], before: () => Promise<unknown>): Promise<unknown> {
    const old = await before();
    const error: unknown = await move(source, target, tables).then(
      () => new Error('The rows were taken.'),
      (reason: unknown) => reason,
    );
    expect(await before()).toEqual(old);
    return error;
  }

  const numbers = Array.from({ length: 30 }, (_, index) => index + 1);

  test.each(fitting(to).map((each) => [each.title, each] as const))('%s', async (_, bad) => {
    const key = bad.isKeyed === false ? 'NOT NULL' : 'NOT NULL PRIMARY KEY';
    await fill(
      'bad',
      `id ${INTEGER[from]} ${key}, v ${bad.source[from]}`,
      numbers.map((row) => `(${bad.id?.(row) ?? row}, ${literal(bad.value(row))})`),
    );
    await target.run(
      `CREATE TABLE ${target.id('bad')} (id ${INTEGER[to]} NOT NULL PRIMARY KEY, v ${bad.target[to]} ${bad.notNull ? 'NOT NULL' : ''})`,
    );
    try {
      if (!bad.notNull) await target.run(`INSERT INTO ${target.id('bad')} VALUES (100, NULL)`);
      const error = await refusal([{ source: 'bad', target: 'bad', options: { schema: 'ignore' } }], () =>
        rowsOf('bad', 'id'),
      );
      expect(error).toMatchObject({
        code: bad.code,
        place: { table: `${target.schema}.bad`, column: bad.column, key: bad.key },
      });
    } finally {
      await source.run(`DROP TABLE ${source.id('bad')}`);
      await target.run(`DROP TABLE ${target.id('bad')}`);
    }
  });

  if (to === 'mssql')
    test('a decimal too precise for its column is refused while planning', async () => {
      await fill('bad', `id ${INTEGER[from]} NOT NULL PRIMARY KEY, v decimal(12,4)`, ['(17, 1.2345)']);
      await target.run(`CREATE TABLE ${target.id('bad')} (id int NOT NULL PRIMARY KEY, v decimal(12,2))`);
      try {
        await target.run(`INSERT INTO ${target.id('bad')} VALUES (100, NULL)`);
        const error = await refusal([{ source: 'bad', target: 'bad', options: { schema: 'ignore' } }], () =>
          rowsOf('bad', 'id'),
        );
        expect(error).toMatchObject({
          code: 'SCHEMA_MISMATCH',
          place: { table: `${target.schema}.bad`, column: 'v' },
        });
      } finally {
        await source.run(`DROP TABLE ${source.id('bad')}`);
        await target.run(`DROP TABLE ${target.id('bad')}`);
      }
    });

  test('a foreign key that the filter breaks', async () => {
    await fill(
      'parents',
      `id ${INTEGER[from]} NOT NULL PRIMARY KEY`,
      numbers.map((row) => `(${row})`),
    );
    await fill(
      'children',
      `id ${INTEGER[from]} NOT NULL PRIMARY KEY, parent_id ${INTEGER[from]}`,
      numbers.map((row) => `(${row}, ${row === 17 ? 17 : (row % 12) + 1})`),
    );
    await target.run(`CREATE TABLE ${target.id('parents')} (id ${INTEGER[to]} NOT NULL PRIMARY KEY)`);
    await target.run(
      `CREATE TABLE ${target.id('children')} (id ${INTEGER[to]} NOT NULL PRIMARY KEY, parent_id ${INTEGER[to]} REFERENCES ${target.id('parents')} (id))`,
    );
    try {
      await target.run(`INSERT INTO ${target.id('parents')} VALUES (100)`);
      await target.run(`INSERT INTO ${target.id('children')} VALUES (1, 100)`);
      const tables: MoveTable[] = [
        { source: 'parents', target: 'parents', options: { where: 'id <= 12' } },
        { source: 'children', target: 'children' },
      ];
      const before = async () => [await rowsOf('parents', 'id'), await rowsOf('children', 'id, parent_id')];
      expect(await refusal(tables, before)).toMatchObject({
        code: 'FOREIGN_KEY_VIOLATED',
        place: {
          table: `${target.schema}.children`,
          column: 'parent_id',
          key: expect.stringMatching(/=17$/) as string,
        },
      });
    } finally {
      for (const name of ['children', 'parents']) {
        await source.run(`DROP TABLE ${source.id(name)}`);
        await target.run(`DROP TABLE ${target.id(name)}`);
      }
    }
  });
}
