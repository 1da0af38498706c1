import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonthBatch } from '../../../core/types/month-batch';
import type { EnvironmentConfig } from '../../../schemas/environment';
import { createWarehouses } from '../../../worker/warehouses';
import { failure, mark } from './suite';

const batch = (name: string, to: string): MonthBatch => ({
  name,
  to,
  tables: [],
  parallel: { months: 1, files: 1, uploads: 1 },
  stage: { name: 'S', compression: 'zstd', level: 1, partBytes: 1 },
  ledger: 'LEDGER',
  warnAboveBytes: 1,
  backups: { keepMs: 1 },
});

describe('warehouses of batches', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const open = (settings: Partial<Record<string, unknown>>) =>
    createWarehouses({
      environment: async ({ environment }) =>
        Promise.resolve({
          kind: environment === 'office' ? 'mssql' : 'duckdb',
          path: join(folder, `${environment}.duckdb`),
          readOnly: false,
          protectedTables: [],
          stagingSchema: 'longshore_staging',
          ...settings,
        } as EnvironmentConfig),
      batch: async (ref) => Promise.resolve(batch(ref.batch, ref.batch === 'b' ? 'lake' : 'office')),
      staging: folder,
      memoryLimit: '100MB',
      pollMs: 100,
    });
  const ref = (name: string) => ({ runId: 'run', configVersion: 1, batch: name });

  it('are opened in the environment of the batch, once for a run, with its ledger', async () => {
    const warehouses = open({});
    const first = await warehouses.use(ref('b'), async (warehouse) => {
      await warehouse.transaction([], mark('m'));
      expect(await warehouse.query({ sql: 'SELECT id FROM "LEDGER"' })).toEqual([['m']]);
      return warehouse;
    });
    expect(await warehouses.use(ref('b'), async (warehouse) => Promise.resolve(warehouse))).toBe(first);
    await warehouses.release('run');
    await warehouses.close();
  });

  it('say in which environment something went wrong', async () => {
    const warehouses = open({ readOnly: true });
    const error = await failure(warehouses.use(ref('b'), async (warehouse) => warehouse.stage.remove('')));
    expect(error).toMatchObject({ code: 'READ_ONLY_ENVIRONMENT', place: { environment: 'lake' } });
    const wrong = await failure(warehouses.use(ref('b'), async (warehouse) => warehouse.query({ sql: 'SELECT 1' })));
    expect(wrong).toMatchObject({ code: 'DATABASE_NOT_FOUND', place: { environment: 'lake' } });
    await warehouses.close();
  });

  it('are none where the database takes no month batches', async () => {
    const warehouses = open({});
    const error = await failure(warehouses.use(ref('x'), async () => Promise.resolve()));
    expect(error).toMatchObject({ code: 'WAREHOUSE_UNSUITABLE', place: { environment: 'office' } });
    await warehouses.close();
  });
});
