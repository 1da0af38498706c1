/** The connectors there are. A driver is loaded when the first database of its kind is opened. */
import type { DatabaseKind } from '../schemas/constants';
import type { Connector } from './connector';

type PostgresModule = typeof import('./postgres/connector');
type DuckdbModule = typeof import('./duckdb/connector');

// `require`, because `import()` in CommonJS wants the name of the compiled file, which tests do not have.
const LOADERS: Record<DatabaseKind, () => Connector> = {
  postgres: () => (require('./postgres/connector') as PostgresModule).postgresConnector,
  duckdb: () => (require('./duckdb/connector') as DuckdbModule).duckdbConnector,
};

/** The connector for a kind of database. Its driver loads on the first `open`. */
export function connectorFor(kind: DatabaseKind): Connector {
  return { kind, open: async (environment, options) => LOADERS[kind]().open(environment, options) };
}
