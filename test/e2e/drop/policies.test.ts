/** What the settings of a folder say of files that differ from their tables, compared by plain SQL on the target. */
import { APPEND, DropSite, FULL, PLAIN_APPEND, PLAIN_FULL } from './drop-site';

jest.setTimeout(120_000);

let site: DropSite;

const RULES = [
  '{ match: "Q*_figures*", table: figures, rename: { "Umsatz": turnover }, format: { delimiter: "~", decimalMark: "," } }',
  '{ match: "codes*", types: { code: "varchar(4)", id: bigint } }',
  '{ match: "other_schema*", table: elsewhere.things }',
  '{ match: "*.ignored.csv", ignore: true }',
  '{ match: "again*", duplicates: load }',
  '{ match: "once*", duplicates: fail }',
  '{ match: "grows*", columns: evolve }',
];

beforeAll(async () => {
  site = await DropSite.open({
    settings: 'verify: fingerprint',
    folders: {
      evolve: 'schema: evolve, columns: evolve',
      ignoring: 'schema: ignoring, columns: ignore',
      tolerant: 'schema: tolerant, tolerance: { rows: 2, percent: 10 }, partSize: 1MB',
      rules: `schema: rules, files: [${RULES.join(', ')}]`,
    },
  });
  await site.watch();
});
afterAll(() => site?.close());

function within(name: string): () => DropSite {
  let folder: DropSite | undefined;
  beforeAll(async () => {
    folder = site.beside(name);
    await folder.watch();
  });
  afterAll(() => folder?.stop());
  return () => folder!;
}

describe('columns: stop', () => {
  test('refuses a new column, a missing one that must have a value, and values that are too long or large', async () => {
    await site.execute(`create schema if not exists ref;
      create table ref.strict (id int primary key, name varchar(5) not null, amount numeric(5,2), note text default 'none')`);
    const more = await site.put(`${FULL}/strict_20250101.csv`, 'id,name,amount,note,extra\n1,a,1,x,y\n');
    expect(more.error).toMatchObject({ code: 'FILE_SCHEMA_MISMATCH' });
    expect(more.error?.message).toMatch(/does not fit ref\.strict: the table has no column extra\.$/);
    const less = await site.put(`${FULL}/strict_20250102.csv`, 'id,amount,note\n1,1,x\n');
    expect(less.error?.message).toMatch(/the file has no column name, which the table wants a value for\.$/);
    const wide = await site.put(
      `${FULL}/strict_20250103.csv`,
      'id,name,amount\n1,abcdefgh,1\n3000000000,b,12345.678\n',
    );
    expect(wide.error?.message).toMatch(/column id is integer, and the file has numbers of up to 3000000000\./);
    expect(wide.error?.message).toMatch(
      /column name is character varying\(5\), and the file has texts of up to 8 characters\./,
    );
    expect(wide.error?.message).toMatch(
      /column amount is numeric\(5,2\), and the file has numbers of up to 5 digits before and 3 after the decimal mark\./,
    );
    expect(await site.sql('select * from ref.strict')).toEqual([]);
  });

  test('gives columns that the file lacks their defaults', async () => {
    expect(await site.put(`${FULL}/strict_20250104.csv`, 'id,name\n1,a\n')).toMatchObject({ state: 'loaded' });
    expect(await site.sql('select * from ref.strict')).toEqual([{ id: 1, name: 'a', amount: null, note: 'none' }]);
  });

  test('tells the share of columns that fit, and what was probably meant', async () => {
    const file = await site.put(`${FULL}/strict_20250105.csv`, 'id,nmae,amuont,total\n1,a,1,2\n');
    expect(file.error?.message).toContain('the table has 25 % of the columns of the file, and 70 % are wanted.');
    expect(file.error?.message).toContain('no column nmae, but one called name, which the file does not have.');
    expect(file.error?.message).toContain('no column amuont, but one called amount, which the file does not have.');
    expect(file.error?.message).toContain('no column total.');
  });

  test('keeps the empty text and NULL apart', async () => {
    await site.put(`${FULL}/texts.csv`, 'id,text\n1,""\n2,\n3,NULL\n4," "\n');
    expect(await site.sql('select * from ref.texts order by id')).toEqual([
      { id: 1, text: '' },
      { id: 2, text: null },
      { id: 3, text: 'NULL' },
      { id: 4, text: ' ' },
    ]);
  });
});

describe('columns: evolve', () => {
  const folder = within('evolve');

  test('adds columns and widens those that are too narrow, with nullability, keys and old rows as they were', async () => {
    await folder().execute(`create schema evolve;
      create table evolve.t (id int primary key, code varchar(3) not null default 'x', n smallint, amount numeric(5,2));
      insert into evolve.t values (1, 'old', 7, 1.25)`);
    const file = await folder().put(
      `${APPEND}/t.csv`,
      'id,code,n,amount,opened\n5000000000,abcdef,70000,123456.789,2024-02-29\n',
    );
    expect(file).toMatchObject({ state: 'loaded', rows: 1 });
    expect(await folder().sql('select id::text, code, n, amount, opened::text from evolve.t order by 1')).toEqual([
      { id: '1', code: 'old', n: 7, amount: '1.250', opened: null },
      { id: '5000000000', code: 'abcdef', n: 70000, amount: '123456.789', opened: '2024-02-29' },
    ]);
    expect(
      await folder().sql(`select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as needed
        from pg_attribute where attrelid = 'evolve.t'::regclass and attnum > 0 order by attnum`),
    ).toEqual([
      { name: 'id', type: 'bigint', needed: true },
      { name: 'code', type: 'character varying(50)', needed: true },
      { name: 'n', type: 'integer', needed: false },
      { name: 'amount', type: 'numeric(9,3)', needed: false },
      { name: 'opened', type: 'date', needed: false },
    ]);
    expect(await folder().sql(`select 1 as pk from pg_constraint where conname = 't_pkey'`)).toHaveLength(1);
  });

  test('widens what a view shows too, or says that the view is in the way', async () => {
    await folder()
      .execute(`create table evolve.seen (id int, code varchar(3)); insert into evolve.seen values (1, 'old');
      create view evolve.seen_view as select code from evolve.seen`);
    const file = await folder().put(`${APPEND}/seen.csv`, 'id,code\n2,abcdef\n');
    if (file.state === 'loaded')
      expect(await folder().sql('select code from evolve.seen_view order by 1')).toEqual([
        { code: 'abcdef' },
        { code: 'old' },
      ]);
    else {
      expect(file.error?.message).toMatch(/seen_view/);
      expect(await folder().sql('select * from evolve.seen')).toEqual([{ id: 1, code: 'old' }]);
    }
  });

  test('adds nothing for a file of another table', async () => {
    await folder().execute('create table evolve.other (a int, b int, c int, d int)');
    const file = await folder().put(`${FULL}/other.csv`, 'a,x,y\n1,2,3\n');
    expect(file.error?.message).toContain('the table has 33 % of the columns of the file, and 70 % are wanted.');
    expect(
      await folder().sql(
        `select count(*)::int as n from information_schema.columns where table_schema = 'evolve' and table_name = 'other'`,
      ),
    ).toEqual([{ n: 4 }]);
  });
});

describe('columns: ignore', () => {
  const folder = within('ignoring');

  test('leaves new columns out, and rejects values that do not fit', async () => {
    await folder().execute('create schema ignoring; create table ignoring.t (id int, code varchar(3), n int)');
    expect(await folder().put(`${FULL}/t.csv`, 'id,extra,code,n\n1,e,abc,5\n')).toMatchObject({ state: 'loaded' });
    expect(await folder().sql('select * from ignoring.t')).toEqual([{ id: 1, code: 'abc', n: 5 }]);
    const file = await folder().put(`${FULL}/t_20240102.csv`, 'id,code,n\n1,ab,5\n2,abcd,5\n3,abc,9999999999\n');
    expect(file).toMatchObject({
      state: 'failed',
      rejected: 2,
      error: { code: 'FILE_REJECTED_ROWS', place: { line: 3, column: 'code' } },
    });
    expect(folder().read(`${file.moved_to}.rejected.csv`).split('\r\n').slice(1)).toEqual([
      expect.stringMatching(/^3,too-long,code,abcd,/),
      expect.stringMatching(/^4,out-of-range,n,9999999999,/),
      '',
    ]);
    expect(await folder().sql('select * from ignoring.t')).toEqual([{ id: 1, code: 'abc', n: 5 }]);
  });
});

describe('tolerance', () => {
  const folder = within('tolerant');
  const lines = (count: number, bad: number[]): string =>
    `id,n,text\r\n${Array.from({ length: count }, (_, i) => `${i},${bad.includes(i) ? 'x' : i},"two\r\nlines"\r\n`).join('')}`;

  beforeAll(() => folder().execute('create schema tolerant; create table tolerant.t (id int, n int, text text)'));

  test('loads the other rows, and keeps the rejected ones with their line numbers', async () => {
    const file = await folder().put(`${FULL}/t.csv`, lines(10, [2, 7]));
    expect(file).toMatchObject({ state: 'loaded', rows: 8, rejected: 2, error: null });
    expect(await folder().sql('select array_agg(id order by id) as ids from tolerant.t')).toEqual([
      { ids: [0, 1, 3, 4, 5, 6, 8, 9] },
    ]);
    const kept = folder()
      .files()
      .find((name) => name.endsWith('.rejected.csv'));
    expect(kept).toBe(`${FULL}/error/t.csv.rejected.csv`);
    expect(folder().read(kept!)).toBe(
      [
        'line,reason,column,value,message,row',
        `6,not-a-number,n,x,'x' is not an integer.,"2,x,""two\r\nlines"""`,
        `16,not-a-number,n,x,'x' is not an integer.,"7,x,""two\r\nlines"""`,
        '',
      ].join('\r\n'),
    );
    const [row] = await folder().sql<{ status: string; error_message: string | null }>(
      `select status, error_message from ref."File_Monitor_Tracking" where file_path like '%tolerant%' and file_name = 't.csv'`,
    );
    expect(row?.status).toBe('completed');
  });

  test('ends where rows or share are exceeded, whichever is more', async () => {
    const few = await folder().put(`${FULL}/t_20240102.csv`, lines(10, [1, 2, 3]));
    expect(few).toMatchObject({
      state: 'failed',
      rejected: 3,
      error: { code: 'FILE_REJECTED_ROWS', place: { line: 4 } },
    });
    expect(few.error?.message).toMatch(/2 more rows are rejected\. 2 are tolerated\.$/);
    const many = await folder().put(`${FULL}/t_20240103.csv`, lines(50, [1, 2, 3, 4, 5]));
    expect(many).toMatchObject({ state: 'loaded', rows: 45, rejected: 5 });
  });

  test('does not empty a table with a file of which no row is right', async () => {
    const file = await folder().put(`${FULL}/t_20240104.csv`, lines(2, [0, 1]));
    expect(file).toMatchObject({ state: 'failed', rejected: 2 });
    expect(await folder().sql('select count(*)::int as n from tolerant.t')).toEqual([{ n: 45 }]);
  });

  test('counts over all parts of a large file, whose line numbers go on', async () => {
    const text = lines(170_000, [3, 75_000, 169_999]);
    expect(text.length).toBeGreaterThan(4 * 1024 * 1024 - 1);
    const file = await folder().put(`${FULL}/t_20240105.csv`, text);
    expect(file).toMatchObject({ state: 'loaded', rows: 169_997, rejected: 3 });
    expect(await folder().sql('select count(*)::int as n, sum(id)::text as sum from tolerant.t')).toEqual([
      { n: 169_997, sum: String((169_999 * 170_000) / 2 - 3 - 75_000 - 169_999) },
    ]);
    const found = folder()
      .read(`${FULL}/error/t_20240105.csv.rejected.csv`)
      .split('\n')
      .flatMap((line) => /^(\d+),not/.exec(line)?.[1] ?? []);
    expect(found).toEqual(['8', '150002', '340000']);
  });
});

describe('rules for some files', () => {
  const folder = within('rules');

  test('name table, columns, format and types', async () => {
    await folder().execute(`create schema rules; create table rules.figures (region text, turnover numeric(10,2))`);
    const figures = await folder().put(`${PLAIN_FULL}/Q1_figures_2024.csv`, 'Region~Umsatz\nNord~1.234,5\nSüd~2,75\n');
    expect(figures).toMatchObject({ state: 'loaded', table_id: 'rules.figures' });
    expect(await folder().sql('select * from rules.figures order by 1')).toEqual([
      { region: 'Nord', turnover: '1234.50' },
      { region: 'Süd', turnover: '2.75' },
    ]);
    expect(await folder().put(`${PLAIN_FULL}/codes.csv`, 'id,code\n1,0012\n')).toMatchObject({ state: 'loaded' });
    expect(
      await folder().sql(
        `select code, pg_typeof(id)::text as id, (select atttypmod - 4 from pg_attribute where attrelid = 'rules.codes'::regclass and attname = 'code') as length from rules.codes`,
      ),
    ).toEqual([{ code: '0012', id: 'bigint', length: 4 }]);
    expect(await folder().put(`${PLAIN_FULL}/other_schema.csv`, 'a\n1\n2\n3\n')).toMatchObject({
      state: 'loaded',
      table_id: 'elsewhere.things',
    });
    expect(await folder().put(`${PLAIN_APPEND}/grows.csv`, 'a,b,c\n1,2,3\n')).toMatchObject({ state: 'loaded' });
    expect(await folder().put(`${PLAIN_APPEND}/grows_20240102.csv`, 'a,b,c,d\n1,2,3,4\n')).toMatchObject({
      state: 'loaded',
    });
    expect(await folder().sql('select d from rules.grows order by d')).toEqual([{ d: 4 }, { d: null }]);
  });

  test('leave files alone', async () => {
    folder().drop(`${PLAIN_FULL}/mine.ignored.csv`, 'a\n1\n');
    await folder().put(`${PLAIN_FULL}/after.csv`, 'a,b\n1,2\n');
    expect(folder().files()).toContain(`${PLAIN_FULL}/mine.ignored.csv`);
    expect((await folder().known()).map(({ path }) => path)).not.toContain(`${PLAIN_FULL}/mine.ignored.csv`);
  });

  test('say what becomes of a content that was loaded before', async () => {
    const text = 'a,b\n1,2\n';
    await folder().put(`${PLAIN_APPEND}/skipped.csv`, text);
    const skipped = await folder().put(`${PLAIN_APPEND}/skipped_20240102.csv`, text);
    expect(skipped).toMatchObject({ state: 'skipped', table_id: 'rules.skipped', error: null });
    expect(skipped.moved_to).toMatch(/processed\/\d{8}_\d{6}_skipped_20240102\.csv$/);
    expect(await folder().sql('select * from rules.skipped')).toEqual([{ a: 1, b: 2 }]);
    for (const name of ['again', 'again_20240102']) await folder().put(`${PLAIN_APPEND}/${name}.csv`, text);
    expect(await folder().sql('select * from rules.again')).toEqual([
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ]);
    await folder().put(`${PLAIN_APPEND}/once.csv`, text);
    const failed = await folder().put(`${PLAIN_APPEND}/once_20240102.csv`, text);
    expect(failed.error).toMatchObject({
      code: 'FILE_DUPLICATE',
      place: { file: `${PLAIN_APPEND}/once_20240102.csv` },
    });
    expect(failed.error?.message).toMatch(
      /has the content of none_reference_data_table\/append\/once\.csv, which was loaded into rules\.once on \d{4}/,
    );
    expect(JSON.parse(folder().read(`${failed.moved_to}.error.json`))).toMatchObject({ class: 'duplicate' });
    expect(
      await folder().sql(
        `select file_name, status from ref."File_Monitor_Tracking" where file_name ~ '^(skipped|once)' order by 1`,
      ),
    ).toEqual([
      { file_name: 'once.csv', status: 'completed' },
      { file_name: 'once_20240102.csv', status: 'error' },
      { file_name: 'skipped.csv', status: 'completed' },
      { file_name: 'skipped_20240102.csv', status: 'skipped' },
    ]);
  });
});
