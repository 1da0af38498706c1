/** The connectors there are. A driver is loaded when the first database of its kind is opened. */
import type { DatabaseKind } from '../schemas/constants';
import type { Connector, TypeSystem } from './connector';
import { duckdbTypes } from './duckdb/type-system';
import { mssqlTypes } from './mssql/type-system';
import { postgresTypes } from './postgres/type-system';

type PostgresModule = typeof import('./postgres/connector');
type DuckdbModule = typeof import('./duckdb/connector');
type MssqlModule = typeof import('./mssql/connector');

// `require`, because `import()` in CommonJS wants the name of the compiled file, which tests do not have.
const LOADERS: Record<DatabaseKind, () => Connector> = {
  postgres: () => (require('./postgres/connector') as PostgresModule).postgresConnector,
  duckdb: () => (require('./duckdb/connector') as DuckdbModule).duckdbConnector,
  mssql: () => (require('./mssql/connector') as MssqlModule).mssqlConnector,
};

const TYPES: Record<DatabaseKind, TypeSystem> = { postgres: postgresTypes, duckdb: duckdbTypes, mssql: mssqlTypes };

/** What the types of a kind of database are and hold; loads no driver. */
export const typeSystemFor = (kind: DatabaseKind): TypeSystem => TYPES[kind];

/** The connector for a kind of database. Its driver loads on the first `open`. */
export function connectorFor(kind: DatabaseKind): Connector {
  return { kind, types: TYPES[kind], open: async (environment, options) => LOADERS[kind]().open(environment, options) };
}
