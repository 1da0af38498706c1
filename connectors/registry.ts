/** The connectors there are. A driver is loaded when the first database of its kind is opened. */
import type { DatabaseKind } from '../schemas/constants';
import type { Connector } from './connector';

const LOADERS: Record<DatabaseKind, () => Promise<Connector>> = {
  postgres: async () => (await import('./postgres/connector')).postgresConnector,
  duckdb: async () => (await import('./duckdb/connector')).duckdbConnector,
};

/** The connector for a kind of database. Its driver loads on the first `open`. */
export function connectorFor(kind: DatabaseKind): Connector {
  return { kind, open: async (environment, options) => (await LOADERS[kind]()).open(environment, options) };
}
