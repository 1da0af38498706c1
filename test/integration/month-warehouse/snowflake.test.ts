import { rm } from 'node:fs/promises';
import { describeSnowflake, startSnowflake } from '../../helpers/snowflake-server';
import { tempFolder } from '../duckdb/fixture';
import { open } from '../snowflake/fixture';
import { warehouseSuite } from './suite';

describeSnowflake('month batches in Snowflake', () => {
  warehouseSuite({ isText: false, hasBackup: false }, async () => {
    const server = await startSnowflake();
    const folder = await tempFolder();
    const warehouse = await open(server);
    return {
      warehouse,
      folder,
      schema: 'PUBLIC',
      sql: async (text) => server.sql(text),
      close: async () => {
        await warehouse.close();
        await server.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  });
});
