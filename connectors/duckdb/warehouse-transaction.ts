/** What changes a DuckDB file for a month batch: several statements or none, with a mark that says so. */
import { tableId } from '../../core/types/table';
import type { Statement, WarehouseTable, WarehouseTableRef } from '../../core/types/warehouse';
import type { LoadMark } from '../warehouse';
import { createLedgerSql, markColumnList, markOf, markValues } from '../warehouse-ledger';
import { mapError } from './errors';
import { fileExists, withFile, type FileSettings, type Session } from './instance';
import { ident, literal, qualified } from './sql';
import { withReading } from './snapshot';
import { valueText } from './warehouse-values';

const WAIT_MS = 10_000;

export interface TransactionRequest {
  ledger: WarehouseTableRef;
  mark?: LoadMark | undefined;
  /** Files besides the database that statements may read. */
  paths?: string[];
  signal?: AbortSignal | undefined;
}

/** Does `work` in one transaction with the mark; undefined where the mark is there already. */
export async function inMarkedTransaction<T>(
  settings: FileSettings,
  { ledger, mark, paths = [], signal }: TransactionRequest,
  work: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  return withFile(settings, { mode: 'write', waitMs: WAIT_MS, paths, signal }, async (session) => {
    await session.run('BEGIN TRANSACTION');
    try {
      if (mark && (await isMarked(session, ledger, mark.id))) {
        await session.run('ROLLBACK');
        return undefined;
      }
      const result = await work(session);
      if (mark) await writeMark(session, ledger, mark);
      await session.run('COMMIT');
      return result;
    } catch (error) {
      // An interrupted session refuses further work; closing it rolls back as well.
      await session.connection.run('ROLLBACK').catch(() => undefined);
      throw mapError(error);
    }
  });
}

/** Rows that each statement changed, unless the mark is there already. */
export const runStatements = async (
  settings: FileSettings,
  statements: Statement[],
  request: TransactionRequest & { verify?: ((changed: number[]) => void) | undefined },
): Promise<number[] | undefined> =>
  inMarkedTransaction(settings, request, async (session) => {
    const changed: number[] = [];
    for (const { sql, binds } of statements) changed.push(await session.run(sql, binds));
    request.verify?.(changed);
    return changed;
  });

/** A mark by its id, whoever wrote it. */
export async function findMark(
  settings: FileSettings,
  ledger: WarehouseTableRef,
  id: string,
): Promise<LoadMark | undefined> {
  if (!(await fileExists(settings.path))) return undefined;
  return withReading(settings, async (session) => {
    if (!(await tableExists(session, ledger))) return undefined;
    const [row] = await session.values(`SELECT ${markColumnList} FROM ${qualified(ledger)} WHERE "id" = ?`, [id]);
    return row && markOf(row.map(valueText));
  });
}

/** DuckDB takes names that differ by letter case only for one. */
const tableExists = async (session: Session, { schema, name }: WarehouseTableRef): Promise<boolean> =>
  (await session.count(
    `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND lower(schema_name) = lower(${literal(schema)}) AND lower(table_name) = lower(${literal(name)})`,
  )) > 0;

async function isMarked(session: Session, ledger: WarehouseTableRef, id: string): Promise<boolean> {
  if (!(await tableExists(session, ledger))) return false;
  return Number(await session.value(`SELECT count(*) FROM ${qualified(ledger)} WHERE "id" = ?`, [id])) > 0;
}

async function writeMark(session: Session, ledger: WarehouseTableRef, mark: LoadMark): Promise<void> {
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${ident(ledger.schema)}`);
  await session.run(createLedgerSql(qualified(ledger), 'VARCHAR'));
  const values = markValues(mark);
  await session.run(
    `INSERT INTO ${qualified(ledger)} (${markColumnList}) VALUES (${values.map(() => '?').join(', ')})`,
    values,
  );
}

/** For messages. */
export const idOf = ({ ref }: WarehouseTable): string => tableId({ schema: ref.schema, name: ref.name });
