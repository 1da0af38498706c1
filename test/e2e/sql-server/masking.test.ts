/** Masks on SQL Server: joins survive, no clear value arrives or stands in any file, and what is proven is what was sent. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeMssql } from '../../helpers/mssql';
import { NOTHING, rows } from '../site';
import { PRODUCTION, UAT } from './shop';
import { SqlServerSite, contents, count, query } from './sql-server-site';

jest.setTimeout(300_000);

const SETS = `
  people:
    from: shop
    to: testers
    verify: fingerprint
    references: stop
    tables:
      - dbo.Countries
      - dbo.Customers:
          mask:
            CustomerId: hash
            CustomerNo: hash
            FirstName: first-name
            LastName: last-name
            Email: email
            Phone: phone
            BirthDate: { rule: date-shift, days: 300, by: CUSTOMERNO }
            CreditLimit: { rule: noise, percent: 20 }
            RowGuid: hash
            Balance: { rule: sql, sql: "FLOOR([Balance] / 2)" }
      - dbo.Addresses: { mask: { Street: address, Postal Code: 'null' } }
      - sales.Orders: { mask: { Note: redact } }
  refused: { from: shop, to: testers, personalData: refuse, tables: [dbo.Customers] }
masking: { key: "\${env:MASK_KEY}" }
`;

describeMssql('masks on SQL Server', () => {
  let site: SqlServerSite;

  beforeAll(async () => {
    site = await SqlServerSite.open({
      sets: SETS,
      production: PRODUCTION,
      uat: [...UAT, 'DELETE FROM dbo.Reviews'],
      env: { MASK_KEY: 'a secret for the tests', LONGSHORE_LOG_LEVEL: 'debug' },
    });
  });

  afterAll(() => site?.close());

  const CLEAR = /corp\.example|\b73829\d|Straße \d|Notiz/;

  test('of a key spread to all that points at it, so that joins give what they gave', async () => {
    const { code, tableErrors, error } = await site.command('transfer', 'run', 'people');
    expect({ code, tableErrors, error }).toEqual({ code: 0, tableErrors: {}, error: undefined });
    const joined = `SELECT (SELECT COUNT(*) FROM dbo.Customers c JOIN sales.Orders o ON o.CustomerId = c.CustomerId) AS orders,
      (SELECT COUNT(*) FROM dbo.Customers c JOIN dbo.Customers r ON r.CustomerId = c.ReferredBy) AS referred,
      (SELECT COUNT(*) FROM dbo.Customers c JOIN dbo.Addresses a ON a.CustomerId = c.CustomerId) AS addresses,
      (SELECT COUNT(*) FROM dbo.Customers c JOIN dbo.Addresses a ON a.AddressId = c.DefaultAddressId AND a.CustomerId = c.CustomerId) AS defaults`;
    expect(await query(site.testers, joined)).toEqual(await query(site.shop, joined));
    expect(await query(site.testers, 'SELECT COUNT(DISTINCT CustomerNo) AS n FROM dbo.Customers')).toEqual([
      { n: 300 },
    ]);
  });

  test('leave no clear value in the target, the catalog or the log', async () => {
    for (const table of ['dbo.Customers', 'dbo.Addresses', 'sales.Orders']) {
      expect((await contents(site.shop, table)).some((line) => CLEAR.test(line))).toBe(true);
      expect((await contents(site.testers, table)).filter((line) => CLEAR.test(line))).toEqual([]);
    }
    const pairs = ['customerno', 'email', 'birthdate', 'creditlimit', 'rowguid'];
    const clear = new Set(await contents(site.shop, 'dbo.Customers', { only: pairs }));
    expect((await contents(site.testers, 'dbo.Customers', { only: pairs })).filter((line) => clear.has(line))).toEqual(
      [],
    );
    expect(await count(site.testers, 'dbo.Addresses', '[Postal Code] IS NOT NULL')).toBe(0);
    const tables = await rows<{ name: string }>(
      site.site.catalog,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^(pg_|information_schema)'`,
    );
    for (const { name } of tables)
      expect(
        await rows(site.site.catalog, `select 1 from ${name} t where t::text ~ 'corp\\.example|Straße [0-9]|Notiz'`),
      ).toEqual([]);
    expect(site.site.installation.workerLog).not.toMatch(CLEAR);
    const { folder } = site.site.installation;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile());
    expect(files.filter((path) => CLEAR.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  test('keep what is not masked, NULL and the numbers of rows', async () => {
    const plain = (balance: string): string =>
      `SELECT COUNT(*) AS n, COUNT(Email) AS emails, COUNT(ReferredBy) AS referred, COUNT(BirthDate) AS births, SUM(CAST(IsActive AS int)) AS active, MAX(CreatedAt) AS latest, CONVERT(varchar(60), CAST(SUM(${balance}) AS decimal(38,4))) AS balance FROM dbo.Customers`;
    expect(await query(site.testers, plain('Balance'))).toEqual(await query(site.shop, plain('FLOOR(Balance / 2)')));
  });

  test('stay the same in the next run', async () => {
    const before = await contents(site.testers, 'dbo.Customers');
    expect((await site.command('transfer', 'run', 'people')).code).toBe(0);
    expect(await contents(site.testers, 'dbo.Customers')).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  test('are asked for where data looks personal', async () => {
    const { code, error } = await site.command('transfer', 'run', 'refused');
    expect({ code, error: error?.code }).toEqual({ code: 4, error: 'PERSONAL_DATA' });
    expect(error?.message).toMatch(/email/i);
    expect(error?.message).not.toMatch(CLEAR);
  });
});
