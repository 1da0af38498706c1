/** The ledger table: marks that stand beside the data, visible if and only if the data is. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LoadMark, Statement, WarehouseTableRef } from '../warehouse';
import type { SnowflakeSessions } from './sessions';
import { quoteTable } from './sql';

const COLUMNS = 'ID, KIND, BATCH, TABLE_NAME, MONTH, ROW_COUNT, DONE_BY, REASON, FILES';
const LONGEST_FILES = 100_000;

export interface Ledger {
  /** Makes the table where it is missing. */
  ready(): Promise<void>;
  /** Answers how many marks have this id: 0 or 1. */
  count(id: string): Statement;
  insert(mark: LoadMark): Statement;
  find(id: string): Promise<LoadMark | undefined>;
}

export function openLedger(sessions: SnowflakeSessions, ref: WarehouseTableRef): Ledger {
  const table = quoteTable(ref);
  let made: Promise<void> | undefined;

  async function make(): Promise<void> {
    try {
      await sessions.run({ sql: `SELECT ID FROM ${table} WHERE 1 = 0` });
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Snowflake keeps the key for people only; other servers enforce it.
      await sessions.run({
        sql: `CREATE TABLE IF NOT EXISTS ${table} (ID VARCHAR NOT NULL PRIMARY KEY, KIND VARCHAR, BATCH VARCHAR, TABLE_NAME VARCHAR, MONTH VARCHAR, ROW_COUNT NUMBER(38,0), DONE_BY VARCHAR, REASON VARCHAR, FILES VARCHAR, DONE_AT TIMESTAMP_LTZ)`,
      });
    }
  }

  return {
    async ready() {
      made ??= make();
      await made.catch((error: unknown) => {
        made = undefined;
        throw error;
      });
    },
    count: (id) => ({ sql: `SELECT COUNT(*) FROM ${table} WHERE ID = ?`, binds: [id] }),
    insert: ({ id, kind, batch, table: name, month, rows, by, reason, files }) => ({
      sql: `INSERT INTO ${table} (${COLUMNS}, DONE_AT) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, CURRENT_TIMESTAMP()`,
      binds: [id, kind, batch, name, month, rows, by, reason ?? null, files?.slice(0, LONGEST_FILES) ?? null],
    }),
    async find(id) {
      try {
        const { rows } = await sessions.run({ sql: `SELECT ${COLUMNS} FROM ${table} WHERE ID = ?`, binds: [id] });
        return rows[0] && markOf(rows[0]);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

const isMissing = (error: unknown): boolean => error instanceof LongshoreError && error.code === 'TABLE_NOT_FOUND';

function markOf([id, kind, batch, table, month, rows, by, reason, files]: (string | null)[]): LoadMark {
  return {
    id: String(id),
    kind: kind === 'delete' || kind === 'restore' ? kind : 'load',
    batch: batch ?? '',
    table: table ?? '',
    month: month ?? '',
    rows: Number(rows ?? 0),
    by: by ?? '',
    ...(typeof reason === 'string' && { reason }),
    ...(typeof files === 'string' && { files }),
  };
}
