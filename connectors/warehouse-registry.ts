/** The databases that take month batches. A driver is loaded when the first warehouse of its kind is opened. */
import { LongshoreError } from '../core/errors/longshore-error';
import { WAREHOUSE_KINDS, type EnvironmentKind, type WarehouseKind } from '../schemas/constants';
import type { EnvironmentConfig } from '../schemas/environment';
import { guardedWarehouse } from './read-only-warehouse';
import type { Warehouse, WarehouseConnector, WarehouseOptions } from './warehouse';

type PostgresModule = typeof import('./postgres/warehouse');
type DuckdbModule = typeof import('./duckdb/warehouse');
type SnowflakeModule = typeof import('./snowflake/warehouse');

type Environment<K extends WarehouseKind> = Extract<EnvironmentConfig, { kind: K }>;

type Loaders = { [K in WarehouseKind]: () => WarehouseConnector<Environment<K>> };

// `require`, because `import()` in CommonJS wants the name of the compiled file, which tests do not have.
const LOADERS: Loaders = {
  postgres: () => (require('./postgres/warehouse') as PostgresModule).postgresWarehouse,
  duckdb: () => (require('./duckdb/warehouse') as DuckdbModule).duckdbWarehouse,
  snowflake: () => (require('./snowflake/warehouse') as SnowflakeModule).snowflakeWarehouse,
};

export interface OpenWarehouse {
  /** Name of the environment, for messages. */
  environment: string;
  options: WarehouseOptions;
}

/**
 * Opens warehouses of a kind, and holds each to what its environment forbids. Throws WAREHOUSE_UNSUITABLE for a database that
 * takes no month batches.
 */
export function warehouseConnectorFor(kind: EnvironmentKind): {
  open(settings: EnvironmentConfig, how: OpenWarehouse): Promise<Warehouse>;
} {
  if (!isWarehouse(kind))
    throw new LongshoreError(
      'WAREHOUSE_UNSUITABLE',
      `An environment of kind ${kind} takes no month batches: they go into ${WAREHOUSE_KINDS.join(', ')}.`,
    );
  return {
    async open(settings, { environment, options }) {
      const warehouse = await load(settings, options);
      const { readOnly, protectedTables } = settings;
      return guardedWarehouse(warehouse, { name: environment, readOnly, protectedTables });
    },
  };
}

const isWarehouse = (kind: EnvironmentKind): kind is WarehouseKind =>
  (WAREHOUSE_KINDS as readonly string[]).includes(kind);

async function load(settings: EnvironmentConfig, options: WarehouseOptions): Promise<Warehouse> {
  switch (settings.kind) {
    case 'postgres':
      return LOADERS.postgres().open(settings, options);
    case 'duckdb':
      return LOADERS.duckdb().open(settings, options);
    case 'snowflake':
      return LOADERS.snowflake().open(settings, options);
    case 'mssql':
      throw new LongshoreError('WAREHOUSE_UNSUITABLE', 'A SQL Server takes no month batches.');
  }
}
