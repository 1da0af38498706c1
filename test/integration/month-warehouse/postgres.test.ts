import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresWarehouse } from '../../../connectors/postgres/warehouse';
import { postgresEnvironment } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { tempFolder } from '../duckdb/fixture';
import { warehouseSuite } from './suite';

describe('month batches in Postgres', () => {
  warehouseSuite({ isText: true, hasBackup: true }, async () => {
    const postgres = await testPostgres();
    const url = await postgres.createDatabase('month');
    const folder = await tempFolder();
    const user = new Client({ connectionString: url });
    await user.connect();
    // Dates of files must not be read as this database would read them.
    await user.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET DateStyle = 'SQL, DMY'`);
    const warehouse = await postgresWarehouse.open(postgresEnvironment.parse({ kind: 'postgres', url }), {
      applicationName: 'longshore test',
      stageName: 'LONGSHORE_STAGE',
      stageFolder: join(folder, 'stage'),
      ledgerTable: 'LONGSHORE_LEDGER',
      pollMs: 50,
    });
    return {
      warehouse,
      folder,
      schema: 'public',
      sql: async (text) => {
        const { rows } = await user.query<unknown[]>({ text, rowMode: 'array' });
        return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
      },
      close: async () => {
        await warehouse.close();
        await user.end();
        await postgres.dropDatabase(url);
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
});
