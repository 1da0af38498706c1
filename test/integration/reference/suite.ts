/** What reference tables promise, whatever the database: each kind runs the same tests on a database of its own. */
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { TrackingEntry } from '../../../core/types/drop';
import type { TableRef } from '../../../core/types/table';
import type { Database } from '../../../connectors/connector';

type Row = Record<string, unknown>;

export interface ReferenceFixture {
  database: Database;
  /** The same, as another process has it open. */
  other: Database;
  readOnly: Database;
  /** Plain SQL, without any code of ours: rows of the last statement. */
  sql(text: string): Promise<Row[]>;
  /** Names of the columns of a table, in their order, with types as the database spells them. */
  columns(ref: TableRef): Promise<[name: string, type: string][]>;
  /** Leading columns of the indexes of a table, keys included. */
  indexed(ref: TableRef): Promise<string[]>;
  close(): Promise<void>;
}

export interface Dialect {
  /** A table `keep.Orders` (id, amount with two decimals, at) with 1000 rows, and schema `keep`. */
  orders: string[];
  types: Record<string, string>;
  /** A configuration table of somebody else: `mine.Cfg`, columns in other capitals, one more, fewer of ours, no key. */
  ownConfig: string[];
  /** `mine.NoKey`: has no column table_name. `mine.Wants`: has a column that must have a value. */
  unusable: string[];
  /** From, to, and what the column then is called. */
  widening: { from: string; to: string; wider: string };
}

export const TRACKING: TableRef = { schema: 'ref', name: 'File_Monitor_Tracking' };
export const CONFIG: TableRef = { schema: 'ref', name: 'Reference_Data_Cfg' };

export const entry = (filePath: string, change: Partial<TrackingEntry> = {}): TrackingEntry => ({
  filePath,
  fileName: filePath.split('/').at(-1) ?? '',
  fileSize: 12,
  loadType: 'fullload',
  isReferenceData: true,
  referenceConfigInserted: false,
  status: 'processing',
  ...change,
});

const q = ({ schema, name }: TableRef): string => `"${schema}"."${name}"`;

const countOf = async (fixture: ReferenceFixture, ref: TableRef): Promise<number> =>
  Number((await fixture.sql(`SELECT count(*) AS n FROM ${q(ref)}`))[0]?.['n']);

export function referenceTests(open: () => Promise<ReferenceFixture>, dialect: Dialect): void {
  let fixture: ReferenceFixture;
  const both = () => [fixture.database.reference, fixture.other.reference];

  beforeAll(async () => {
    fixture = await open();
    for (const statement of [...dialect.orders, ...dialect.ownConfig, ...dialect.unusable])
      await fixture.sql(statement);
  });
  afterAll(() => fixture?.close());

  test('nothing is there before it is made: lists are empty, and writing says so', async () => {
    const { reference } = fixture.database;
    expect(await reference.tracked(TRACKING, { limit: 5 })).toEqual([]);
    expect(await reference.references(CONFIG)).toEqual([]);
    expect(await reference.backups('bkp')).toEqual([]);
    await expect(reference.track(TRACKING, entry('a'))).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
  });

  test('two workers make schemas and tables at once, and a third time changes nothing', async () => {
    const wanted = { schemas: ['ref', 'bkp'], tracking: TRACKING, config: CONFIG };
    await Promise.all([...both(), ...both()].map((reference) => reference.ensure(wanted)));
    await fixture.database.reference.track(TRACKING, entry('kept'));
    await fixture.other.reference.ensure(wanted);
    expect(await countOf(fixture, TRACKING)).toBe(1);
    expect(await fixture.columns(TRACKING)).toEqual(
      [
        ['id', 'id'],
        ['file_path', 'text500'],
        ['file_name', 'text255'],
        ['file_size', 'int64'],
        ['file_hash', 'text64'],
        ['load_type', 'text50'],
        ['table_name', 'text255'],
        ['detected_delimiter', 'text5'],
        ['detected_headers', 'text'],
        ['is_reference_data', 'flag'],
        ['reference_config_inserted', 'flag'],
        ['status', 'text50'],
        ['created_at', 'time'],
        ['processed_at', 'time'],
        ['error_message', 'text'],
      ].map(([name, type]) => [name, dialect.types[type!]]),
    );
    expect(new Set(await fixture.indexed(TRACKING))).toEqual(
      new Set(['id', 'file_path', 'status', 'processed_at', 'table_name']),
    );
    expect((await fixture.columns(CONFIG)).map(([name]) => name)).toEqual([
      'id', 'schema_name', 'table_name', 'load_type', 'source_file', 'is_active', 'created_at', 'updated_at',
    ]); // prettier-ignore
  });

  test('a row comes back as it was written, whatever is in it', async () => {
    const { reference } = fixture.database;
    const began = Date.now();
    const written = entry("ref/full'load/Ümläut 日本 😀.csv", {
      fileSize: 9_007_199_254_740_991,
      fileHash: 'd41d8cd98f00b204e9800998ecf8427e',
      tableName: 'dbo.Ümläut',
      detectedDelimiter: '\t',
      detectedHeaders: JSON.stringify(['a"b', 'c;d', '日本']),
      referenceConfigInserted: true,
      status: 'loaded',
      processedAt: new Date('2026-03-29T01:30:00.123Z'),
      errorMessage: "line 1\r\nit's \\ 100 %",
    });
    const id = await reference.track(TRACKING, written);
    const [found] = await reference.tracked(TRACKING, { filePath: written.filePath, limit: 5 });
    const { createdAt, ...rest } = found!;
    expect(rest).toEqual({ id, ...written });
    expect(Math.abs(createdAt.getTime() - began)).toBeLessThan(60_000);
  });

  test('a second call for a file updates its row, and what is not said any more is gone', async () => {
    const { reference } = fixture.database;
    const id = await reference.track(TRACKING, entry('twice', { errorMessage: 'no', processedAt: new Date(1) }));
    const [first] = await reference.tracked(TRACKING, { filePath: 'twice', limit: 5 });
    expect(await reference.track(TRACKING, entry('twice', { status: 'loaded' }))).toBe(id);
    const found = await reference.tracked(TRACKING, { filePath: 'twice', limit: 5 });
    expect(found).toEqual([{ ...entry('twice', { status: 'loaded' }), id, createdAt: first?.createdAt }]);
  });

  test('many at once, of few files, give one row a file and one id each', async () => {
    const files = ['race/0', 'race/1', 'race/2', 'race/3'];
    const calls = Array.from({ length: 40 }, (_unused, index) =>
      both()[index % 2]!.track(TRACKING, entry(files[index % 4]!, { fileSize: index })),
    );
    const ids = await Promise.all(calls);
    for (const [index, file] of files.entries()) {
      const rows = await fixture.sql(`SELECT id FROM ${q(TRACKING)} WHERE file_path = '${file}'`);
      expect(rows.map(({ id }) => Number(id))).toEqual([ids[index]]);
      expect(new Set(ids.filter((_id, at) => at % 4 === index)).size).toBe(1);
    }
  });

  test('texts that are too long are cut, and long paths of one beginning stay two files', async () => {
    const { reference } = fixture.database;
    const long = (end: string): string => `long/${'x'.repeat(600)}/${end}`;
    const ids = await Promise.all(
      ['a.csv', 'b.csv'].map((end) =>
        reference.track(TRACKING, entry(long(end), { status: `${'s'.repeat(49)}😀`, detectedDelimiter: '||||||||' })),
      ),
    );
    expect(new Set(ids).size).toBe(2);
    expect(await reference.track(TRACKING, entry(long('a.csv'), { status: 'done' }))).toBe(ids[0]);
    const [found] = await reference.tracked(TRACKING, { filePath: long('b.csv'), limit: 1 });
    expect([found?.id, found?.status.startsWith('s'.repeat(49))]).toEqual([ids[1], true]);
  });

  test('lists are filtered, cut, and newest first: what is not at its end yet, then by its end', async () => {
    const { reference } = fixture.database;
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    await reference.track(TRACKING, entry('order/old', { status: 'listed', processedAt: at(1) }));
    await reference.track(TRACKING, entry('order/new', { status: 'listed', processedAt: at(3) }));
    await reference.track(TRACKING, entry('order/mid', { status: 'listed', processedAt: at(2) }));
    await reference.track(TRACKING, entry('order/now', { status: 'listed' }));
    const paths = async (limit: number) =>
      (await reference.tracked(TRACKING, { status: 'listed', limit })).map(({ filePath }) => filePath);
    expect(await paths(10)).toEqual(['order/now', 'order/new', 'order/mid', 'order/old']);
    expect(await paths(2)).toEqual(['order/now', 'order/new']);
    expect(await reference.purgeTracking(TRACKING, at(3))).toBeGreaterThanOrEqual(2);
    expect(await paths(10)).toEqual(['order/now', 'order/new']);
    expect(await reference.purgeTracking(TRACKING, at(3))).toBe(0);
  });

  test('a reference table has one record, however often and by how many it is recorded', async () => {
    const record = (sourceFile: string) => ({
      schemaName: 'ref',
      tableName: 'Länder',
      loadType: 'fullload',
      sourceFile,
    });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_unused, index) => both()[index % 2]!.recordReference(CONFIG, record(`${index}.csv`))),
    );
    expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
    const { reference } = fixture.database;
    expect(await reference.recordReference(CONFIG, { ...record('last.csv'), loadType: 'append' })).toBe('updated');
    const [found, ...more] = await reference.references(CONFIG);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ ...record('last.csv'), loadType: 'append', isActive: true });
    expect(Math.abs(found!.updatedAt.getTime() - Date.now())).toBeLessThan(60_000);
    await reference.changeReferences(CONFIG, { ids: [found!.id], to: 'inactive' });
    expect((await reference.references(CONFIG)).map(({ isActive }) => isActive)).toEqual([false]);
    await reference.changeReferences(CONFIG, { ids: [found!.id], to: 'active' });
    expect((await reference.references(CONFIG)).map(({ isActive }) => isActive)).toEqual([true]);
    await reference.changeReferences(CONFIG, { ids: [], to: 'removed' });
    expect(await reference.references(CONFIG)).toHaveLength(1);
    await reference.changeReferences(CONFIG, { ids: [found!.id], to: 'removed' });
    expect(await reference.references(CONFIG)).toEqual([]);
  });

  test("somebody else's configuration table is used as it is, and its own columns stay as they are", async () => {
    const cfg = { schema: 'mine', name: 'Cfg' };
    const before = await fixture.columns(cfg);
    await fixture.database.reference.ensure({ schemas: [], config: cfg });
    const record = { schemaName: 'ref', tableName: 'T', loadType: 'fullload', sourceFile: 'f.csv' };
    const answers = await Promise.all(
      [...both(), ...both(), ...both()].map((reference) => reference.recordReference(cfg, record)),
    );
    expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
    expect(await fixture.columns(cfg)).toEqual(before);
    const found = await fixture.database.reference.references(cfg);
    expect(found.map(({ tableName, sourceFile }) => [tableName, sourceFile])).toEqual([
      ['Old', ''],
      ['T', ''],
    ]);
    expect((await fixture.sql(`SELECT note FROM ${q(cfg)} ORDER BY id`)).map(({ note }) => note)).toEqual(['theirs', 'none']); // prettier-ignore
    await expect(fixture.database.reference.changeReferences(cfg, { ids: [1], to: 'inactive' })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      place: { column: 'is_active' },
    });
  });

  test('a table that lacks what is needed, or wants what nobody knows, is refused by the name of the column', async () => {
    const { reference } = fixture.database;
    await expect(reference.ensure({ schemas: [], config: { schema: 'mine', name: 'NoKey' } })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      place: { column: 'table_name' },
    });
    await expect(
      reference.recordReference({ schema: 'mine', name: 'Wants' }, { schemaName: 's', tableName: 't', loadType: 'l', sourceFile: 'f' }), // prettier-ignore
    ).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH', place: { column: 'owner_name' } });
  });

  test('a table that is dropped and made anew between two calls is found again', async () => {
    const ref = { schema: 'ref', name: 'Anew' };
    const { reference } = fixture.database;
    await reference.ensure({ schemas: [], tracking: ref });
    await reference.track(ref, entry('a'));
    await fixture.sql(`DROP TABLE ${q(ref)}`);
    await expect(reference.track(ref, entry('a'))).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
    await fixture.other.reference.ensure({ schemas: [], tracking: ref });
    await reference.track(ref, entry('b'));
    expect((await reference.tracked(ref, { limit: 9 })).map(({ filePath }) => filePath)).toEqual(['b']);
  });

  test('a backup has all rows and types, is made once, and is listed and dropped', async () => {
    const from = { schema: 'keep', name: 'Orders' };
    const to = { schema: 'bkp', name: 'Orders_20260102_030405' };
    const { reference } = fixture.database;
    const answers = await Promise.all([...both(), ...both()].map((each) => each.backup(from, to)));
    expect(answers).toEqual([1000, 1000, 1000, 1000]);
    expect(await fixture.columns(to)).toEqual(await fixture.columns(from));
    const difference = `SELECT count(*) AS n FROM ((SELECT * FROM ${q(from)} EXCEPT SELECT * FROM ${q(to)}) UNION ALL (SELECT * FROM ${q(to)} EXCEPT SELECT * FROM ${q(from)})) AS d`;
    expect(Number((await fixture.sql(difference))[0]?.['n'])).toBe(0);
    await fixture.sql(`DELETE FROM ${q(from)} WHERE id > 10`);
    expect(await reference.backup(from, to)).toBe(1000);
    expect(await countOf(fixture, to)).toBe(1000);
    expect(
      await reference.backup({ schema: 'keep', name: 'Nothing' }, { ...to, name: 'Nothing_20260102_030405' }),
    ).toBe(0);
    expect(await reference.backup(from, { ...to, name: 'Orders_20260203_040506_17' })).toBe(10);
    await fixture.sql(`CREATE TABLE "bkp"."notes" (id INTEGER)`);
    const listed = await reference.backups('bkp');
    expect(listed.map(({ takenAt, rows }) => [takenAt.toISOString(), rows])).toEqual([
      ['2026-02-03T04:05:06.000Z', 10],
      ['2026-01-02T03:04:05.000Z', 1000],
    ]);
    expect(listed.map(({ of }) => of.toLowerCase())).toEqual(['orders', 'orders']);
    await Promise.all(both().map((each) => each.dropBackup(to)));
    await reference.dropBackup(to);
    expect((await reference.backups('bkp')).map(({ ref }) => ref.name.toLowerCase())).toEqual([
      'orders_20260203_040506_17',
    ]);
  });

  test('a backup that cannot be finished leaves nothing', async () => {
    const to = { schema: 'nowhere', name: 'Orders_20260102_030405' };
    await expect(fixture.database.reference.backup({ schema: 'keep', name: 'Orders' }, to)).rejects.toBeInstanceOf(
      LongshoreError,
    );
    expect(await fixture.database.reference.backups('nowhere')).toEqual([]);
  });

  test('columns become wider, once, and never narrower', async () => {
    const table = { schema: 'keep', name: 'Narrow' };
    const { from, to, wider } = dialect.widening;
    await fixture.sql(`CREATE TABLE ${q(table)} (id INTEGER NOT NULL, v ${from} NOT NULL)`);
    await fixture.sql(`INSERT INTO ${q(table)} VALUES (1, 7)`);
    const { reference } = fixture.database;
    await Promise.all([
      both()[0]!.widen(table, [{ name: 'v', nativeType: to }]),
      both()[1]!.widen(table, [{ name: 'v', nativeType: wider }]),
    ]);
    const type = async () => (await fixture.database.describeTables([table]))[0]?.columns[1];
    expect(await type()).toMatchObject({ nativeType: wider, nullable: false });
    await reference.widen(table, [{ name: 'v', nativeType: from }]);
    expect(await type()).toMatchObject({ nativeType: wider, nullable: false });
    await expect(reference.widen(table, [{ name: 'w', nativeType: to }])).rejects.toMatchObject({ code: 'COLUMN_NOT_FOUND' }); // prettier-ignore
  });

  test('where the environment is read-only, reading goes on and writing is refused before anything happens', async () => {
    const { reference } = fixture.readOnly;
    await fixture.database.reference.track(TRACKING, entry('seen', { status: 'seen' }));
    expect(await reference.tracked(TRACKING, { status: 'seen', limit: 5 })).toHaveLength(1);
    expect(await reference.references(CONFIG)).toEqual([]);
    expect(await reference.backups('bkp')).toHaveLength(1);
    const orders = { schema: 'keep', name: 'Orders' };
    const record = { schemaName: 's', tableName: 't', loadType: 'l', sourceFile: 'f' };
    const writing: (() => Promise<unknown>)[] = [
      () => reference.ensure({ schemas: ['new'] }),
      () => reference.track(TRACKING, entry('x')),
      () => reference.purgeTracking(TRACKING, new Date()),
      () => reference.recordReference(CONFIG, record),
      () => reference.changeReferences(CONFIG, { ids: [1], to: 'removed' }),
      () => reference.widen(orders, []),
      () => reference.backup(orders, { schema: 'bkp', name: 'x_20260101_000000' }),
      () => reference.dropBackup({ schema: 'bkp', name: 'Orders_20260203_040506_17' }),
    ];
    for (const call of writing) await expect(call()).rejects.toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
    expect(await fixture.database.reference.backups('bkp')).toHaveLength(1);
  });

  test('names that need quotes are quoted', async () => {
    const ref = { schema: "odd 'schema' x", name: 'odd \'name\' [y] "z"' };
    const { reference } = fixture.database;
    await reference.ensure({ schemas: [], tracking: ref });
    await reference.track(ref, entry('a'));
    expect(await reference.tracked(ref, { limit: 9 })).toHaveLength(1);
  });

  test('a hundred files at once, each told of twice, have a row each that says how they ended', async () => {
    await Promise.all(
      Array.from({ length: 100 }, async (_unused, index) => {
        const reference = both()[index % 2]!;
        await reference.track(TRACKING, entry(`many/${index}`));
        await reference.track(TRACKING, entry(`many/${index}`, { status: 'loaded', processedAt: new Date() }));
      }),
    );
    const rows = await fixture.sql(
      `SELECT count(*) AS n, count(DISTINCT file_path) AS files FROM ${q(TRACKING)} WHERE file_path LIKE 'many/%' AND status = 'loaded'`,
    );
    expect([Number(rows[0]?.['n']), Number(rows[0]?.['files'])]).toEqual([100, 100]);
  });
}
