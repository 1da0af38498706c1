import { join } from 'node:path';
import type { EnvironmentRef } from '../activities/dependencies';
import type { WarehouseRef, Warehouses } from '../activities/month/dependencies';
import type { Warehouse } from '../connectors/warehouse';
import { warehouseConnectorFor } from '../connectors/warehouse-registry';
import type { MonthBatch } from '../core/types/month-batch';
import type { EnvironmentConfig } from '../schemas/environment';
import { folderName } from '../storage/part-store';
import { warehouseInEnvironment, withEnvironment } from './in-environment';
import { sharedConnections } from './shared-connections';

export interface WarehousesOptions {
  /** Connection settings with secrets resolved. */
  environment(ref: EnvironmentRef): Promise<EnvironmentConfig>;
  /** A batch with everything filled in. */
  batch(ref: WarehouseRef): Promise<MonthBatch>;
  /** The worker's staging folder: stages of databases that have none of their own are below it. */
  staging: string;
  /** Of each DuckDB instance, e.g. `300MB`. */
  memoryLimit: string;
  /** Milliseconds between two looks at a statement that runs. */
  pollMs: number;
}

/** Shares the open warehouses of batches among the activities of a run and closes them after five idle seconds. */
export function createWarehouses(options: WarehousesOptions): Warehouses & { close(): Promise<void> } {
  return sharedConnections(
    ({ batch }: WarehouseRef) => batch,
    async (ref): Promise<Warehouse> => {
      const batch = await options.batch(ref);
      const { to: environment, stage, ledger } = batch;
      try {
        const settings = await options.environment({ ...ref, environment });
        const warehouse = await warehouseConnectorFor(settings.kind).open(settings, {
          environment,
          options: {
            applicationName: `longshore ${ref.runId}`,
            stageName: stage.name,
            stageFolder: join(options.staging, 'stages', folderName(environment), folderName(stage.name)),
            ledgerTable: ledger,
            pollMs: options.pollMs,
            memoryLimit: options.memoryLimit,
            tempDirectory: join(options.staging, 'duckdb'),
          },
        });
        return warehouseInEnvironment(warehouse, environment);
      } catch (error) {
        throw withEnvironment(error, environment);
      }
    },
  );
}
