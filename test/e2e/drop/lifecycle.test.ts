import { createHash } from 'node:crypto';
import { APPEND, DropSite, FULL, PLAIN_APPEND, PLAIN_FULL } from './drop-site';

jest.setTimeout(120_000);

let site: DropSite;

beforeAll(async () => {
  site = await DropSite.open({ settings: 'files: [{ match: "strict*", format: { ragged: reject } }]' });
  await site.watch();
});
afterAll(() => site?.close());

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('a drop folder', () => {
  test('loads a file into a table that it makes, tracks it, records the reference table, and files it away', async () => {
    const text =
      'code,name,opened,passengers,rating\nMUC,Munich,1992-05-17,41600000,4.25\nJFK,"New York, JFK",1948-07-01,,3.5\n';
    site.drop(`${FULL}/airports_20241201.csv`, text);
    const [file] = await site.ended(1);
    expect(file).toMatchObject({ state: 'loaded', table_id: 'ref.airports', rows: 2, rejected: 0, error: null });
    expect(await site.sql('select * from ref.airports order by code')).toEqual([
      { code: 'JFK', name: 'New York, JFK', opened: new Date(1948, 6, 1), passengers: null, rating: '3.50' },
      { code: 'MUC', name: 'Munich', opened: new Date(1992, 4, 17), passengers: 41600000, rating: '4.25' },
    ]);
    expect(site.files()).toEqual([file!.moved_to]);
    expect(file!.moved_to).toMatch(new RegExp(`^${FULL}/processed/\\d{8}_\\d{6}_airports_20241201.csv$`));
    expect(site.read(file!.moved_to!)).toBe(text);
    const [tracked] = await site.sql<Record<string, unknown>>('select * from ref."File_Monitor_Tracking"');
    expect(tracked).toMatchObject({
      file_name: 'airports_20241201.csv',
      file_size: String(text.length),
      file_hash: md5(text),
      load_type: 'fullload',
      detected_delimiter: ',',
      is_reference_data: true,
      reference_config_inserted: true,
      status: 'completed',
      error_message: null,
    });
    expect(await site.sql('select schema_name, table_name, is_active from ref."Reference_Data_Cfg"')).toEqual([
      { schema_name: 'ref', table_name: 'airports', is_active: true },
    ]);
  });

  test('replaces the rows of a full load, keeps the old ones as a backup, and appends where it is to append', async () => {
    site.drop(`${FULL}/airports.csv`, 'code,name,opened,passengers,rating\nLHR,Heathrow,1946-03-25,79000000,4\n');
    await site.ended(2);
    expect(await site.sql('select code from ref.airports')).toEqual([{ code: 'LHR' }]);
    const [backup] = await site.sql<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bkp'`,
    );
    expect(await site.sql(`select code from ${backup?.name} order by 1`)).toEqual([{ code: 'JFK' }, { code: 'MUC' }]);
    site.drop(`${APPEND}/airports.csv`, 'code,name,opened,passengers,rating\nCDG,Roissy,1974-03-08,67000000,3.75\n');
    await site.ended(3);
    expect(await site.sql('select code from ref.airports order by 1')).toEqual([{ code: 'CDG' }, { code: 'LHR' }]);
  });

  test('records no reference table for other files', async () => {
    site.drop(`${PLAIN_FULL}/sales.csv`, 'id;amount\n1;2,5\n2;3,75\n');
    site.drop(`${PLAIN_APPEND}/log.csv`, 'id|text\n1|a\n2|b\n');
    await site.ended(5);
    expect(await site.sql('select * from ref.sales order by id')).toEqual([
      { id: 1, amount: '2.50' },
      { id: 2, amount: '3.75' },
    ]);
    expect(await site.sql('select table_name from ref."Reference_Data_Cfg"')).toEqual([{ table_name: 'airports' }]);
  });

  test('files a bad file under error with a report beside it, and goes on with the others', async () => {
    site.drop(`${FULL}/airports_20250101.csv`, 'code,name,opened,passengers,rating\nXXX,Bad,not a date,1,2\n');
    site.drop(`${FULL}/fine.csv`, 'a,b\n1,2\n');
    const known = await site.ended(7);
    const bad = known.find(({ path }) => path.endsWith('airports_20250101.csv'));
    expect(known.find(({ path }) => path.endsWith('fine.csv'))).toMatchObject({ state: 'loaded' });
    expect(bad).toMatchObject({
      state: 'failed',
      error: { code: 'FILE_REJECTED_ROWS', place: { line: 2, column: 'opened' } },
    });
    expect(bad?.moved_to).toBe(`${FULL}/error/airports_20250101.csv`);
    const report = JSON.parse(site.read(`${bad?.moved_to}.error.json`)) as Record<string, unknown>;
    expect(report).toMatchObject({
      class: 'content',
      code: 'FILE_REJECTED_ROWS',
      place: { line: 2, column: 'opened' },
    });
    expect(site.read(`${bad?.moved_to}.rejected.csv`)).toContain('not a date');
    expect(await site.sql('select count(*)::int as n from ref.airports')).toEqual([{ n: 2 }]);
  });

  test('puts a row right where there is one way, and rejects it where a rule wants that', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `0${index % 10}:15,${100 + index},2024-01-02`);
    const text = `at,number,day\n${lines.join('\n')}\n08:15,,117,2024-01-03\n`;
    site.drop(`${FULL}/lenient.csv`, text);
    site.drop(`${FULL}/strict.csv`, text);
    const known = await site.ended(9);
    const find = (name: string) => known.find(({ path }) => path.endsWith(name));
    expect(find('lenient.csv')).toMatchObject({ state: 'loaded', rows: 31, rejected: 0 });
    expect(await site.sql(`select number from ref.lenient where day = '2024-01-03'`)).toEqual([{ number: 117 }]);
    expect(find('strict.csv')).toMatchObject({
      state: 'failed',
      error: { code: 'FILE_REJECTED_ROWS', place: { line: 32 } },
    });
  });
});
