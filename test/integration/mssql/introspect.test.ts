import { mssqlConnector } from '../../../connectors/mssql/connector';
import type { Database } from '../../../connectors/connector';
import { describeMssql, mssqlEnvironment, testMssql, type TestMssql } from '../../helpers/mssql';

let server: TestMssql;
let url: string;
let database: Database;

describeMssql('what SQL Server tells of its tables', () => {
  beforeAll(async () => {
    server = testMssql()!;
    url = await server.createDatabase('intro');
    await server.rows(url, 'CREATE SCHEMA sales');
    await server.rows(url, 'CREATE SCHEMA longshore_staging');
    await server.rows(url, `CREATE TYPE phone FROM varchar(20) NOT NULL`);
    await server.rows(
      url,
      `CREATE TABLE sales.customers (id int IDENTITY(1,1) NOT NULL CONSTRAINT pk_customers PRIMARY KEY, code nvarchar(10) NOT NULL CONSTRAINT uq_code UNIQUE, tel phone NOT NULL, amount decimal(12,2) NOT NULL DEFAULT (0), twice AS (id * 2));
       CREATE TABLE sales.orders (id int NOT NULL, line smallint NOT NULL, customer int NULL CONSTRAINT fk_customer REFERENCES sales.customers (id), note nvarchar(max), CONSTRAINT pk_orders PRIMARY KEY (id, line));
       CREATE INDEX ix_customer ON sales.orders (customer, line);
       CREATE TABLE longshore_staging.hidden (id int)`,
    );
    await server.rows(url, 'CREATE VIEW sales.big AS SELECT id FROM sales.orders');
    database = await mssqlConnector.open(mssqlEnvironment(url, { readOnly: true }), {
      applicationName: 'longshore test',
    });
  });
  afterAll(async () => {
    await database?.close();
    if (url) await server.dropDatabase(url);
  });

  test('tables and views are listed, its own staging is not', async () => {
    expect(await database.listTables()).toEqual([
      { schema: 'sales', name: 'big' },
      { schema: 'sales', name: 'customers' },
      { schema: 'sales', name: 'orders' },
    ]);
  });

  test('columns, keys and foreign keys are described, and what is not there is left out', async () => {
    const refs = ['orders', 'none', 'customers', 'big'].map((name) => ({ schema: 'sales', name }));
    const [orders, customers, view, ...rest] = await database.describeTables(refs);
    expect(rest).toEqual([]);
    expect(orders).toMatchObject({
      kind: 'table',
      primaryKey: { columns: ['id', 'line'] },
      indexes: [{ columns: ['customer', 'line'], unique: false }],
      foreignKeys: [{ name: 'fk_customer', columns: ['customer'], to: { schema: 'sales', name: 'customers' }, toColumns: ['id'], validated: true, deferrable: false }], // prettier-ignore
    });
    const byName = Object.fromEntries(customers!.columns.map((column) => [column.name, column]));
    expect(byName['id']).toMatchObject({ nativeType: 'int', nullable: false, identity: 'always' });
    expect(byName['code']).toMatchObject({ nativeType: 'nvarchar(10)', maxLength: 10 });
    expect(byName['tel']).toMatchObject({ nativeType: 'varchar(20)', nullable: false });
    expect(byName['amount']).toMatchObject({ nativeType: 'decimal(12,2)', defaultSql: expect.stringContaining('0') });
    expect(byName['twice']).toMatchObject({ generated: true });
    expect(customers!.uniqueKeys.map(({ columns }) => columns)).toEqual([['code']]);
    expect(view).toMatchObject({ kind: 'view', estimatedRows: -1, columns: [{ name: 'id', nativeType: 'int' }] });
  });

  test('keys that point at a table are found', async () => {
    const keys = await database.referencingKeys([{ schema: 'sales', name: 'customers' }]);
    expect(keys.map(({ name, from }) => [name, from])).toEqual([['fk_customer', { schema: 'sales', name: 'orders' }]]);
  });

  test('tables of another database are listed and described by three parts; one that is not there is named', async () => {
    const other = await mssqlConnector.open(mssqlEnvironment(server.url), { applicationName: 'longshore test' });
    const name = new URL(url).pathname.slice(1);
    try {
      expect(await other.listTables(name)).toContainEqual({ database: name, schema: 'sales', name: 'orders' });
      const [orders] = await other.describeTables([{ database: name, schema: 'sales', name: 'orders' }]);
      expect(orders).toMatchObject({ ref: { database: name, schema: 'sales', name: 'orders' }, primaryKey: { columns: ['id', 'line'] } }); // prettier-ignore
      await expect(other.listTables('no_such_db')).rejects.toMatchObject({ code: 'DATABASE_NOT_FOUND' });
    } finally {
      await other.close();
    }
  });

  test('a database is told from another, and is itself on every connection', async () => {
    const [again, other] = await Promise.all(
      [url, server.url].map((each) =>
        mssqlConnector.open(mssqlEnvironment(each), { applicationName: 'longshore test' }),
      ),
    );
    try {
      const own = await database.ping();
      expect(own.database).toBe(new URL(url).pathname.slice(1));
      expect((await again!.ping()).identity).toBe(own.identity);
      expect((await other!.ping()).identity).not.toBe(own.identity);
    } finally {
      await again?.close();
      await other?.close();
    }
  });

  test('a wrong password, a database that is not there and a host that does not answer are told apart', async () => {
    const open = (changed: (url: URL) => void) => {
      const wrong = new URL(url);
      changed(wrong);
      return mssqlConnector.open(mssqlEnvironment(wrong.href, { connectTimeoutMs: 3000 }), {
        applicationName: 'longshore test',
      });
    };
    await expect(open((wrong) => (wrong.password = 'nope'))).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    await expect(open((wrong) => (wrong.pathname = '/no_such_db'))).rejects.toMatchObject({
      code: 'DATABASE_NOT_FOUND',
    });
    await expect(open((wrong) => (wrong.port = '9'))).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });

  test('an environment that is only read refuses to be written', async () => {
    await expect(database.target.cleanup('run')).rejects.toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
  });
});
