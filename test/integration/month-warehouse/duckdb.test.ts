import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { duckdbWarehouse } from '../../../connectors/duckdb/warehouse';
import { plainSql, tempFolder } from '../duckdb/fixture';
import { warehouseSuite } from './suite';

describe('month batches in DuckDB', () => {
  warehouseSuite({ isText: false, hasBackup: true }, async () => {
    const folder = await tempFolder();
    const path = join(folder, 'data.duckdb');
    await plainSql(path, 'SELECT 1');
    const warehouse = await duckdbWarehouse.open(
      { kind: 'duckdb', path, readOnly: false, protectedTables: [], stagingSchema: 'longshore_staging' },
      {
        applicationName: 'longshore test',
        stageName: 'LONGSHORE_STAGE',
        stageFolder: join(folder, 'stage'),
        ledgerTable: 'LONGSHORE_LEDGER',
        pollMs: 50,
        tempDirectory: join(folder, 'work'),
      },
    );
    return {
      warehouse,
      folder,
      schema: 'main',
      sql: async (text) =>
        (await plainSql(path, text)).map((row) =>
          Object.values(row).map((value) => (value === null || value === undefined ? null : String(value))),
        ),
      close: async () => {
        await warehouse.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
});
