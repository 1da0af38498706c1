import type { Databases, EnvironmentRef } from '../activities/dependencies';
import type { Database } from '../connectors/connector';
import { sharedConnections } from './shared-connections';

/** Shares open databases among the activities of a run and closes them after five idle seconds. */
export const createDatabases = (
  open: (ref: EnvironmentRef) => Promise<Database>,
): Databases & { close(): Promise<void> } => sharedConnections(({ environment }) => environment, open);
