import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXTREMES, TYPES } from '../duckdb/all-types';
import { plainSql } from '../duckdb/fixture';
import { failure, Fixture, mark, warehouseSuite, type SuiteDatabase } from './suite';

async function create(): Promise<SuiteDatabase> {
  const path = join(tmpdir(), `longshore-test-${randomUUID()}.duckdb`);
  const sql = async (text: string): Promise<(string | null)[][]> => {
    const rows = await plainSql(path, text);
    return rows.map((row) => Object.values(row).map((value) => (value === null ? null : String(value))));
  };
  await sql('SELECT 1');
  return {
    environment: { kind: 'duckdb', path, readOnly: false, protectedTables: [], stagingSchema: 'longshore_staging' },
    sql,
    drop: async () => {
      await rm(path, { force: true });
      await rm(`${path}.wal`, { force: true });
    },
  };
}

warehouseSuite('DuckDB', create);

describe('DuckDB backups', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await Fixture.open(await create());
  });
  afterEach(async () => fixture.close());

  it('come back as they were, in every type, once', async () => {
    const { warehouse, database } = fixture;
    await database.sql(`${TYPES} ${EXTREMES} CREATE TABLE before_ AS SELECT * FROM all_types`);
    const table = (await warehouse.describe('all_types'))!;
    expect(table.columns.map(({ name }) => name)).not.toContain('g');
    const file = join(fixture.folder, 'backup.parquet');
    expect(await warehouse.exportRows!(table, { sql: 'id <> ?', binds: [3] }, file)).toBe(3);
    const back = mark('restore', { kind: 'restore' });
    await database.sql('DELETE FROM all_types WHERE id <> 3');
    expect(await warehouse.importRows!(table, file, back)).toBe(3);
    expect(await warehouse.importRows!(table, file, back)).toBeUndefined();
    const same = `SELECT count(*) FROM (SELECT * FROM all_types EXCEPT ALL SELECT * FROM before_ UNION ALL (SELECT * FROM before_ EXCEPT ALL SELECT * FROM all_types))`;
    expect(await database.sql(same)).toEqual([['0']]);
    expect(await database.sql('SELECT count(*) FROM all_types')).toEqual([['4']]);
  });

  it('are refused for a type whose text does not say which value it was', async () => {
    const { warehouse, database } = fixture;
    await database.sql(`CREATE TABLE odd (u UNION(a VARCHAR, b INTEGER)); INSERT INTO odd VALUES (1)`);
    const table = (await warehouse.describe('odd'))!;
    const exported = warehouse.exportRows!(table, { sql: 'true' }, join(fixture.folder, 'odd.parquet'));
    expect(await failure(exported)).toMatchObject({ code: 'TYPE_NOT_SUPPORTED', place: { column: 'u' } });
  });
});

describe('A DuckDB file that another program has open', () => {
  it('is waited for a while, and then named', async () => {
    const fixture = await Fixture.open(await create());
    const { warehouse, database, folder } = fixture;
    const { path } = database.environment as { path: string };
    await database.sql('CREATE TABLE t (a integer)');
    await writeFile(join(folder, 'hold.json'), JSON.stringify({ action: 'hold', path }));
    const child = spawn(process.execPath, [join(__dirname, '../duckdb/child.cjs'), join(folder, 'hold.json')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      await once(child.stdout, 'data');
      const write = warehouse.execute({ sql: 'CREATE TABLE other (a integer)' });
      expect(await failure(write)).toMatchObject({ code: 'FILE_LOCKED' });
      // Whoever only reads does not keep others from reading.
      expect((await warehouse.describe('t'))?.ref.name).toBe('t');
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    await warehouse.execute({ sql: 'CREATE TABLE other (a integer)' });
    expect((await warehouse.list()).map(({ name }) => name)).toEqual(['other', 't']);
    await fixture.close();
  });
});
