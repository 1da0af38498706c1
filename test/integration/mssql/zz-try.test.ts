import { MssqlPool } from '../../../connectors/mssql/pool';
import { askCapabilities } from '../../../connectors/mssql/capabilities';
import { createMssqlSource } from '../../../connectors/mssql/source';
import { describeTables, listTables, referencingKeys } from '../../../connectors/mssql/introspect';
import { describeMssql, mssqlEnvironment, testMssql } from '../../helpers/mssql';
import { readRows } from '../../../connectors/mssql/read-rows';

describeMssql('try', () => {
  test('all', async () => {
    const server = testMssql()!;
    const url = await server.createDatabase('mread');
    const pool = new MssqlPool(mssqlEnvironment(url), { applicationName: 'longshore try' });
    try {
      await server.rows(
        url,
        `CREATE TABLE p (id int NOT NULL PRIMARY KEY, name nvarchar(50) NOT NULL UNIQUE);
       CREATE TABLE t (id int identity NOT NULL CONSTRAINT pk_t PRIMARY KEY, p int NULL CONSTRAINT fk_p REFERENCES p(id), d decimal(12,2) NULL, d38 decimal(38,10), m money, sm smallmoney,
        b bigint, ti tinyint, si smallint, bt bit, r real, f float, dt date, tm0 time(0), tm6 time(6), dti datetime, sdt smalldatetime, dt2_6 datetime2(6), dt2_0 datetime2(0),
        c char(5), vc varchar(20), vcm varchar(max), nc nchar(5), nvc nvarchar(20), nvm nvarchar(max), bi binary(4), vb varbinary(10), vbm varbinary(max), u uniqueidentifier, x xml, comp AS (id + 1), def int DEFAULT (7));
       CREATE INDEX ix_t ON t (vc);
       INSERT INTO p VALUES (1, N'é😀');
       INSERT INTO t (p,d,d38,m,sm,b,ti,si,bt,r,f,dt,tm0,tm6,dti,sdt,dt2_6,dt2_0,c,vc,vcm,nc,nvc,nvm,bi,vb,vbm,u,x) VALUES (1, -12.34, 9999999999999999999999999999.9999999999, 922337203685477.5807, -214748.3648, 9223372036854775807, 255, -32768, 1, 0.1, 1e308, '9999-12-31', '23:59:59', '23:59:59.999999', '2024-02-29 23:59:59.997', '2024-02-29 23:59', '9999-12-31 23:59:59.999999', '0001-01-01 00:00:00', 'ab', 'vär', 'long', N'nc', N'😀é', N'', 0x01020304, 0x, 0xff, '00112233-4455-6677-8899-AABBCCDDEEFF', '<a>1</a>');
       INSERT INTO t (p) VALUES (NULL);`,
      );
      const capabilities = await askCapabilities(pool);
      console.log(
        capabilities,
        await capabilities.can('partitionStats'),
        await capabilities.can('histogram'),
        await capabilities.can('snapshotViews'),
      );
      console.log(await listTables(pool, 'longshore_staging'));
      const tables = await describeTables(pool, capabilities, [
        { schema: 'dbo', name: 't' },
        { schema: 'dbo', name: 'p' },
        { schema: 'dbo', name: 'none' },
      ]);
      console.log(JSON.stringify(tables, null, 1));
      console.log(await referencingKeys(pool, [{ schema: 'dbo', name: 'p' }]));
      const source = createMssqlSource({ pool, capabilities });
      const columns = tables[0]!.columns.map(({ name, nativeType, logical }) => ({
        source: name,
        target: name,
        sourceType: nativeType,
        targetType: nativeType,
        logical,
      }));
      const snapshot = await source.openSnapshot();
      const request = { table: tables[0]!.ref, columns, filter: {}, snapshot: snapshot.token, orderBy: ['id'] };
      console.log(source.selectSql(request));
      const rows = await readRows(
        pool,
        snapshot.token,
        source.selectSql(request),
        columns.map((c) => ({ name: c.source, nativeType: c.sourceType, logical: c.logical })),
      );
      console.log(
        rows[0]!
          .map(
            (v, i) => `${columns[i]!.source}=${v instanceof Uint8Array ? Buffer.from(v).toString('hex') : String(v)}`,
          )
          .join('\n'),
      );
      console.log(await source.aggregates(request));
      await snapshot.close();
    } finally {
      await pool.close();
      await server.dropDatabase(url).catch((e) => console.log(e));
    }
  });
});
