/** What a drop folder promises, whatever the database it feeds: the same files, checked by what each database itself says. */
import { createHash } from 'node:crypto';
import { APPEND, type DropSite, FULL, PLAIN_APPEND, PLAIN_FULL } from './drop-site';

export interface CoreTarget {
  site(): DropSite;
  /** Rows by column name, numbers and texts as JSON has them; numerics, days and times as text. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  execute(sql: string): Promise<void>;
  /** `[ref].[t]` or `"ref"."t"`. */
  quoted(schema: string, table: string): string;
  /** Types in a table that the tests make. */
  types: { int: string; text: (length: number) => string };
  /** What the column of a file with texts becomes. */
  textType: string;
  /** Types of columns of a table, by name, as the database calls them. */
  columns(schema: string, table: string): Promise<Record<string, string>>;
  tables(schema: string): Promise<string[]>;
}

const TRACKING = [
  'id',
  'file_path',
  'file_name',
  'file_size',
  'file_hash',
  'load_type',
  'table_name',
  'detected_delimiter',
  'detected_headers',
  'is_reference_data',
  'reference_config_inserted',
  'status',
  'created_at',
  'processed_at',
  'error_message',
];

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** What must be in the target before the folder is watched. */
export const prepared = ({ quoted, types }: Pick<CoreTarget, 'quoted' | 'types'>): string[] => [
  'create schema ref',
  `create table ${quoted('ref', 'growing')} (id ${types.int} not null, code ${types.text(3)}, n smallint, amount decimal(5,2))`,
  `insert into ${quoted('ref', 'growing')} values (1, 'old', 7, 1.25)`,
];

/** Tests that build on one another, in this order. */
export function coreSuite(target: CoreTarget): void {
  const { rows, quoted } = target;
  const first =
    'code,name,opened,passengers,rating\nMUC,München,1992-05-17,41600000,4.25\nJFK,"New York, JFK",1948-07-01,,3.5\n';
  const airports = quoted('ref', 'airports');

  test('makes a table for a file, and tracks it', async () => {
    const file = await target.site().put(`${FULL}/airports_20241201.csv`, first);
    expect(file).toMatchObject({ state: 'loaded', table_id: 'ref.airports', rows: 2, error: null });
    expect(await rows(`select code, name, passengers from ${airports} order by code`)).toEqual([
      { code: 'JFK', name: 'New York, JFK', passengers: null },
      { code: 'MUC', name: 'München', passengers: 41600000 },
    ]);
    expect(
      await rows(
        `select cast(opened as varchar(30)) as opened, cast(rating as varchar(30)) as rating from ${airports} order by code`,
      ),
    ).toEqual([
      { opened: '1948-07-01', rating: '3.50' },
      { opened: '1992-05-17', rating: '4.25' },
    ]);
    expect((await target.columns('ref', 'airports'))['name']).toBe(target.textType);
    const tracking = quoted('ref', 'File_Monitor_Tracking');
    expect(Object.keys(await target.columns('ref', 'File_Monitor_Tracking'))).toEqual(TRACKING);
    const [tracked] = await rows(
      `select file_name, file_size, file_hash, load_type, table_name, detected_delimiter, detected_headers, status, error_message from ${tracking}`,
    );
    expect({ ...tracked, file_size: Number(tracked?.['file_size']) }).toEqual({
      file_name: 'airports_20241201.csv',
      file_size: Buffer.byteLength(first),
      file_hash: md5(first),
      load_type: 'fullload',
      table_name: 'ref.airports',
      detected_delimiter: ',',
      detected_headers: '["code","name","opened","passengers","rating"]',
      status: 'completed',
      error_message: null,
    });
    expect(
      await rows(
        `select count(*) as n from ${tracking} where is_reference_data = ${target.types.int === 'int' ? '1' : 'true'} and reference_config_inserted = ${target.types.int === 'int' ? '1' : 'true'} and processed_at is not null and created_at is not null`,
      ),
    ).toEqual([{ n: 1 }]);
    expect(
      await rows(`select schema_name, table_name, load_type, source_file from ${quoted('ref', 'Reference_Data_Cfg')}`),
    ).toEqual([
      { schema_name: 'ref', table_name: 'airports', load_type: 'fullload', source_file: 'airports_20241201.csv' },
    ]);
  });

  test('replaces rows and keeps the old ones as a backup, and adds rows', async () => {
    const site = target.site();
    const file = await site.put(
      `${FULL}/airports.csv`,
      'code,name,opened,passengers,rating\nLHR,Heathrow,1946-03-25,79000000,4\n',
    );
    expect(file).toMatchObject({ state: 'loaded', error: null });
    expect(await rows(`select code from ${airports}`)).toEqual([{ code: 'LHR' }]);
    const [backup = ''] = await target.tables('bkp');
    expect(backup).toMatch(/^airports_\d{8}_\d{6}/);
    expect(await rows(`select code, name from ${quoted('bkp', backup)} order by code`)).toEqual([
      { code: 'JFK', name: 'New York, JFK' },
      { code: 'MUC', name: 'München' },
    ]);
    await site.put(
      `${APPEND}/airports.csv`,
      'code,name,opened,passengers,rating\nCDG,Roissy,1974-03-08,67000000,3.75\n',
    );
    expect(await rows(`select code from ${airports} order by code`)).toEqual([{ code: 'CDG' }, { code: 'LHR' }]);
    expect(await target.tables('bkp')).toEqual([backup]);
    expect(await rows(`select load_type, source_file from ${quoted('ref', 'Reference_Data_Cfg')}`)).toEqual([
      { load_type: 'append', source_file: 'airports.csv' },
    ]);
  });

  test('records no other table as reference data', async () => {
    const file = await target.site().put(`${PLAIN_FULL}/sales.csv`, 'id;amount\n1;2,5\n2;3,75\n');
    expect(file).toMatchObject({ state: 'loaded', error: null });
    expect(
      await rows(`select id, cast(amount as varchar(30)) as amount from ${quoted('ref', 'sales')} order by id`),
    ).toEqual([
      { id: 1, amount: '2.50' },
      { id: 2, amount: '3.75' },
    ]);
    expect(await rows(`select table_name from ${quoted('ref', 'Reference_Data_Cfg')}`)).toEqual([
      { table_name: 'airports' },
    ]);
  });

  test('keeps bad rows out, tells of them by line and column, and leaves the table alone', async () => {
    const site = target.site();
    const file = await site.put(
      `${FULL}/airports_20250101.csv`,
      'code,name,opened,passengers,rating\nAAA,a,2024-01-01,1,2\nXXX,Bad,not a date,1,2\nYYY,y,2024-01-01,many,2\n',
    );
    expect(file).toMatchObject({
      state: 'failed',
      error: { code: 'FILE_REJECTED_ROWS', place: { line: 3, column: 'opened' } },
    });
    expect(site.read(`${file.moved_to}.rejected.csv`).split('\r\n').slice(1)).toEqual([
      expect.stringMatching(/^3,not-a-date,opened,not a date,/),
      expect.stringMatching(/^4,not-a-number,passengers,many,/),
      '',
    ]);
    expect(await rows(`select code from ${airports} order by code`)).toEqual([{ code: 'CDG' }, { code: 'LHR' }]);
    expect(
      await rows(
        `select status from ${quoted('ref', 'File_Monitor_Tracking')} where file_name = 'airports_20250101.csv'`,
      ),
    ).toEqual([{ status: 'error' }]);
  });

  test('loads the good rows where bad ones are tolerated', async () => {
    const file = await target.site().put(`${FULL}/tolerated_rows.csv`, `a,b\n${'1,2\n'.repeat(19)}x,2,3,4\n`);
    expect(file).toMatchObject({ state: 'loaded', rows: 19, rejected: 1 });
    expect(await rows(`select count(*) as n from ${quoted('ref', 'tolerated_rows')}`)).toEqual([{ n: 19 }]);
  });

  test('adds columns and widens those that are too narrow', async () => {
    const file = await target
      .site()
      .put(`${APPEND}/growing.csv`, 'id,code,n,amount,remark\n5000000000,abcdef,70000,123456.789,neu – größer\n');
    expect(file).toMatchObject({ state: 'loaded', error: null, rows: 1 });
    expect(
      await rows(
        `select cast(id as varchar(20)) as id, code, n, cast(amount as varchar(20)) as amount, remark from ${quoted('ref', 'growing')} order by n`,
      ),
    ).toEqual([
      { id: '1', code: 'old', n: 7, amount: '1.250', remark: null },
      { id: '5000000000', code: 'abcdef', n: 70000, amount: '123456.789', remark: 'neu – größer' },
    ]);
  });

  test('skips a content that was loaded before', async () => {
    const site = target.site();
    const text = 'a,b\n1,2\n';
    await site.put(`${PLAIN_APPEND}/twice.csv`, text);
    expect(await site.put(`${PLAIN_APPEND}/twice_20250101.csv`, text)).toMatchObject({ state: 'skipped' });
    expect(await rows(`select a, b from ${quoted('ref', 'twice')}`)).toEqual([{ a: 1, b: 2 }]);
  });

  test('loads a large file in parts, once', async () => {
    const count = 300_000;
    const text = Array.from({ length: count }, (_, i) => `${i},name ${i},${(i / 4).toFixed(2)}\n`).join('');
    const file = await target.site().put(`${FULL}/large.csv`, `id,name,share\n${text}`, 90_000);
    expect(file).toMatchObject({ state: 'loaded', error: null, rows: count });
    expect(
      await rows(
        `select count(*) as n, count(distinct id) as ids, cast(sum(cast(id as bigint)) as varchar(30)) as total, cast(sum(share) as varchar(30)) as share from ${quoted('ref', 'large')}`,
      ),
    ).toEqual([
      {
        n: count,
        ids: count,
        total: '44999850000',
        share: '11249962500.00'.replace('11249962500', String(44999850000 / 4)),
      },
    ]);
  });

  test('keeps records and tables of reference data in step', async () => {
    const site = target.site();
    await target.execute(`delete from ${quoted('ref', 'Reference_Data_Cfg')} where table_name = 'airports'`);
    const problems = async (...args: string[]) =>
      (await site.json<{ record: { tableName: string }; problem: string }[]>('check-config', ...args)).map(
        ({ record, problem }) => `${record.tableName} ${problem}`,
      );
    expect(await problems()).toContain('airports not-recorded');
    await problems('--repair');
    expect(await problems()).toEqual([]);
    expect(
      await rows(`select count(*) as n from ${quoted('ref', 'Reference_Data_Cfg')} where table_name = 'airports'`),
    ).toEqual([{ n: 1 }]);
  });
}
