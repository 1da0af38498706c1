import { Client } from 'pg';
import { connectorFor } from '../../../connectors/registry';
import { databaseEnvironmentSchema } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { entry, referenceTests, TRACKING, type ReferenceFixture } from '../reference/suite';

async function open(): Promise<ReferenceFixture & { url: string; user: Client }> {
  const postgres = await testPostgres();
  const url = await postgres.createDatabase('reference');
  const user = new Client({ connectionString: url });
  await user.connect();
  const openOne = (change = {}) =>
    connectorFor('postgres').open(databaseEnvironmentSchema.parse({ kind: 'postgres', url, ...change }), {
      applicationName: 'longshore test',
    });
  const [database, other, readOnly] = [await openOne(), await openOne(), await openOne({ readOnly: true })];
  const sql = async (text: string) => (await user.query<Record<string, unknown>>(text)).rows;
  const oid = ({ schema, name }: { schema: string; name: string }) =>
    `to_regclass(quote_ident('${schema}') || '.' || quote_ident('${name}'))`;
  return {
    url,
    user,
    database,
    other,
    readOnly,
    sql,
    columns: async (ref) =>
      (
        await sql(
          `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = ${oid(ref)} AND attnum > 0 ORDER BY attnum`,
        )
      ).map(({ name, type }) => [String(name), String(type)]),
    indexed: async (ref) =>
      (
        await sql(
          `SELECT attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = ${oid(ref)}`,
        )
      ).map(({ name }) => String(name)),
    close: async () => {
      await Promise.all([database.close(), other.close(), readOnly.close(), user.end()]);
      await postgres.dropDatabase(url);
    },
  };
}

describe('reference tables in PostgreSQL', () => {
  referenceTests(open, {
    orders: [
      `CREATE SCHEMA keep`,
      `CREATE TABLE keep."Orders" (id integer PRIMARY KEY, amount numeric(12,2) NOT NULL, placed timestamp(3), what varchar(30) COLLATE "C")`,
      `INSERT INTO keep."Orders" SELECT i, i / 3.0, '2026-01-01'::timestamp + i * interval '1 minute', 'order ' || i FROM generate_series(1, 1000) i`,
    ],
    types: {
      id: 'integer',
      text500: 'character varying(500)',
      text255: 'character varying(255)',
      text64: 'character varying(64)',
      text50: 'character varying(50)',
      text5: 'character varying(5)',
      text: 'text',
      int64: 'bigint',
      flag: 'boolean',
      time: 'timestamp with time zone',
    },
    ownConfig: [
      `CREATE SCHEMA mine`,
      `CREATE TABLE mine."Cfg" (id serial PRIMARY KEY, "Schema_Name" varchar(20) NOT NULL, "Table_Name" varchar(20) NOT NULL, note text DEFAULT 'none')`,
      `INSERT INTO mine."Cfg" ("Schema_Name", "Table_Name", note) VALUES ('ref', 'Old', 'theirs')`,
    ],
    unusable: [
      `CREATE TABLE mine."NoKey" (id serial PRIMARY KEY, schema_name text)`,
      `CREATE TABLE mine."Wants" (id serial PRIMARY KEY, schema_name text, table_name text, owner_name text NOT NULL)`,
    ],
    widening: { from: 'varchar(10)', to: 'character varying(20)', wider: 'character varying(40)' },
  });

  describe('and what only PostgreSQL has', () => {
    let fixture: Awaited<ReturnType<typeof open>>;
    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture?.close());

    test('a user who may not make a schema, or a table in it, is told which right to ask for', async () => {
      const role = `clerk_${process.pid}`;
      await fixture.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
      const url = new URL(fixture.url);
      [url.username, url.password] = [role, 'x'];
      const database = await connectorFor('postgres').open(
        databaseEnvironmentSchema.parse({ kind: 'postgres', url: url.href }),
        { applicationName: 'longshore test' },
      );
      try {
        const wanted = { schemas: ['bkp'], tracking: TRACKING };
        await expect(database.reference.ensure(wanted)).rejects.toMatchObject({
          code: 'PERMISSION_DENIED',
          next: expect.stringContaining('GRANT CREATE ON DATABASE') as string,
        });
        await fixture.sql('CREATE SCHEMA ref; CREATE SCHEMA bkp');
        await expect(database.reference.ensure(wanted)).rejects.toMatchObject({
          code: 'PERMISSION_DENIED',
          next: expect.stringContaining(`GRANT USAGE, CREATE ON SCHEMA "ref" TO "${role}"`) as string,
        });
        await fixture.sql(`GRANT USAGE, CREATE ON SCHEMA ref, bkp TO ${role}`);
        await database.reference.ensure(wanted);
        expect(await database.reference.track(TRACKING, entry('a'))).toBe(1);
      } finally {
        await database.close();
        await fixture.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      }
    });

    test('numbers are not used up by rows that are there already', async () => {
      const ref = { schema: 'ref', name: 'numbers' };
      const { reference } = fixture.database;
      await reference.ensure({ schemas: [], tracking: ref });
      const ids: number[] = [];
      for (const path of ['a', 'a', 'a', 'b']) ids.push(await reference.track(ref, entry(path)));
      expect(ids).toEqual([1, 1, 1, 2]);
    });

    test('a view on a column forbids to widen it, and the error names the view', async () => {
      await fixture.sql(
        'CREATE TABLE public.seen (v varchar(5)); CREATE VIEW public.looks AS SELECT v FROM public.seen',
      );
      const widening = fixture.database.reference.widen({ schema: 'public', name: 'seen' }, [
        { name: 'v', nativeType: 'character varying(9)' },
      ]);
      await expect(widening).rejects.toMatchObject({
        code: 'SCHEMA_MISMATCH',
        message: expect.stringContaining('looks') as string,
      });
    });

    test('a table of somebody else without a unique path has one row a file all the same', async () => {
      await fixture.sql('CREATE TABLE public.loose (id serial, file_path text, status text)');
      const ref = { schema: 'public', name: 'loose' };
      const both = [fixture.database.reference, fixture.other.reference];
      const ids = await Promise.all(
        Array.from({ length: 16 }, (_unused, index) => both[index % 2]!.track(ref, entry('one'))),
      );
      expect(new Set(ids).size).toBe(1);
      expect(await fixture.sql('SELECT file_path, status FROM public.loose')).toEqual([
        { file_path: 'one', status: 'processing' },
      ]);
    });
  });
});
