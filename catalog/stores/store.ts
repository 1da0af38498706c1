import type { CatalogDatabase } from '../database';

/** What every store is made of. */
export interface StoreContext {
  db: CatalogDatabase;
  /** Runs an idempotent call, again when the connection broke; see `withRetry`. */
  attempt<T>(call: () => Promise<T>): Promise<T>;
}
