/** What is known of tables from their database's catalog, asked once for as long as it holds true. */
import { LongshoreError } from '../core/errors/longshore-error';
import { tableId, type TableRef } from '../core/types/table';

export interface Remembered<S> {
  /** Hands `work` what is known of the table; undefined where there is none. Runs it again when the table has changed since. */
  use<T>(ref: TableRef, work: (shape: S | undefined) => Promise<T>): Promise<T>;
}

/** What databases say when a table is no longer as it was; not every server has a number of its own for each. */
const CHANGED = new Set(['TABLE_NOT_FOUND', 'COLUMN_NOT_FOUND', 'VALUE_TOO_LONG', 'SCHEMA_MISMATCH', 'QUERY_FAILED']);

/** `read` asks the catalog. A table that is not there is asked for again each time. */
export function remember<S>(read: (ref: TableRef) => Promise<S | undefined>): Remembered<S> {
  const known = new Map<string, Promise<S | undefined>>();
  const ask = (ref: TableRef): Promise<S | undefined> => {
    const id = tableId(ref);
    const asked = read(ref);
    known.set(id, asked);
    const forget = (): void => {
      if (known.get(id) === asked) known.delete(id);
    };
    asked.then((shape) => shape === undefined && forget(), forget);
    return asked;
  };
  return {
    async use(ref, work) {
      const earlier = known.get(tableId(ref));
      if (!earlier) return work(await ask(ref));
      try {
        return await work(await earlier);
      } catch (error) {
        if (!(error instanceof LongshoreError) || !CHANGED.has(error.code)) throw error;
        return work(await ask(ref));
      }
    },
  };
}
