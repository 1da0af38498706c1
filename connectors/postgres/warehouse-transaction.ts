/** What changes a Postgres database for a month batch: several statements or none, with a mark that says so. */
import type { QueryArrayConfig } from 'pg';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Statement, WarehouseTableRef } from '../../core/types/warehouse';
import type { LoadMark, TextRow } from '../warehouse';
import { createLedgerSql, markColumnList, markOf, markValues } from '../warehouse-ledger';
import { pickName } from '../warehouse-names';
import { abortable } from './extract';
import type { PostgresClient, PostgresPool } from './pool';
import { literal, qualified } from './sql';

/** PostgreSQL folds plain names to lower case; those that would need quotes are kept. */
export const fold = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? name.toLowerCase() : name);

/** The name of a schema in its true case; folded where there is none. */
export async function schemaName(pool: PostgresPool, wanted: string): Promise<string> {
  const { rows } = await pool.query('SELECT nspname AS name FROM pg_namespace WHERE lower(nspname) = lower($1)', [
    wanted,
  ]);
  const names = rows.map((row) => row['name'] ?? '');
  return pickName(wanted, names, fold, 'the database') ?? fold(wanted);
}

/** The ledger table under its true name; `isThere`: it need not be made. */
async function findLedger(
  pool: PostgresPool,
  wanted: { schema: string; name: string },
): Promise<{ ref: WarehouseTableRef; isThere: boolean }> {
  const schema = await schemaName(pool, wanted.schema);
  const { rows } = await pool.query(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND lower(c.relname) = lower($2) AND c.relkind IN ('r', 'p')`,
    [schema, wanted.name],
  );
  const names = rows.map((row) => row['name'] ?? '');
  const name = pickName(wanted.name, names, fold, `schema ${schema}`);
  return { ref: { schema, name: name ?? fold(wanted.name) }, isThere: name !== undefined };
}

async function ensureLedger(pool: PostgresPool, wanted: { schema: string; name: string }): Promise<WarehouseTableRef> {
  const { ref, isThere } = await findLedger(pool, wanted);
  if (isThere) return ref;
  await pool.transaction(async (client) => {
    // Two that make the same table at once would meet in the catalog of the server.
    await client.query(
      `SELECT pg_advisory_xact_lock(hashtextextended(${literal(`longshore ledger ${qualified(ref)}`)}, 0))`,
    );
    await client.query(createLedgerSql(qualified(ref), 'text'));
  });
  return ref;
}

export interface TransactionRequest {
  ledger: { schema: string; name: string };
  mark?: LoadMark | undefined;
  signal?: AbortSignal | undefined;
}

/** Does `work` in one transaction with the mark; undefined where the mark is there already. */
export async function inMarkedTransaction<T>(
  pool: PostgresPool,
  { ledger: wanted, mark, signal }: TransactionRequest,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T | undefined> {
  const cancelled = (cause?: unknown): LongshoreError =>
    new LongshoreError('CANCELLED', 'The run was cancelled; nothing was changed.', {}, { cause });
  if (signal?.aborted) throw cancelled();
  const ledger = mark && (await ensureLedger(pool, wanted));
  try {
    return await pool.transaction(async (client) =>
      abortable(pool, client, signal, async () => {
        if (mark && ledger && !(await writeMark(client, ledger, mark))) return undefined;
        // Functions in defaults, checks and triggers may rely on the path that the user usually works with.
        await client.query('SET LOCAL search_path TO DEFAULT');
        return work(client);
      }),
    );
  } catch (error) {
    // Once COMMIT is on its way nobody knows, and a retry asks for the mark.
    if (signal?.aborted && !(error instanceof LongshoreError && error.code === 'CANCELLED')) throw cancelled(error);
    throw error;
  }
}

/** Rows that each statement changed, unless the mark is there already. */
export const runStatements = async (
  pool: PostgresPool,
  statements: Statement[],
  request: TransactionRequest & { verify?: ((changed: number[]) => void) | undefined },
): Promise<number[] | undefined> =>
  inMarkedTransaction(pool, request, async (client) => {
    const changed: number[] = [];
    for (const { sql, binds = [] } of statements) changed.push((await client.query(sql, [...binds])).rowCount ?? 0);
    request.verify?.(changed);
    return changed;
  });

/** False where it is there already; another transaction that is just writing it is waited for. */
async function writeMark(client: PostgresClient, ledger: WarehouseTableRef, mark: LoadMark): Promise<boolean> {
  const values = markValues(mark);
  const { rowCount } = await client.query(
    `INSERT INTO ${qualified(ledger)} (${markColumnList}) VALUES (${values.map((_value, index) => `$${index + 1}`).join(', ')}) ON CONFLICT ("id") DO NOTHING`,
    values,
  );
  return rowCount === 1;
}

/** A mark by its id, whoever wrote it. */
export async function findMark(
  pool: PostgresPool,
  wanted: { schema: string; name: string },
  id: string,
): Promise<LoadMark | undefined> {
  const { ref, isThere } = await findLedger(pool, wanted);
  if (!isThere) return undefined;
  const [row] = await readRows(pool, {
    sql: `SELECT ${markColumnList} FROM ${qualified(ref)} WHERE "id" = $1`,
    binds: [id],
  });
  return row && markOf(row);
}

/** The driver takes it, and its types do not say so. */
interface ExtendedQuery extends QueryArrayConfig {
  queryMode: 'extended';
}

/** A single statement in a transaction that can only read: the extended protocol takes no second one. */
export async function readRows(
  pool: PostgresPool,
  { sql, binds = [] }: Statement,
  { signal, maxRows }: { signal?: AbortSignal | undefined; maxRows?: number | undefined } = {},
): Promise<TextRow[]> {
  const isCursor = maxRows !== undefined && /^\s*(select|with|values|table)\b/i.test(sql);
  try {
    return await pool.transaction(
      async (client) => {
        const ask = async (text: string, values: unknown[]): Promise<TextRow[]> => {
          const config: ExtendedQuery = { text, values, rowMode: 'array', queryMode: 'extended' };
          return (await client.query<TextRow>(config)).rows;
        };
        return abortable(pool, client, signal, async () => {
          if (!isCursor) return ask(sql, [...binds]);
          await ask(`DECLARE longshore_rows NO SCROLL CURSOR FOR ${sql}`, [...binds]);
          return ask(`FETCH FORWARD ${Math.trunc(maxRows)} FROM longshore_rows`, []);
        });
      },
      { readOnly: true },
    );
  } catch (error) {
    if (signal?.aborted) throw new LongshoreError('CANCELLED', 'The query was cancelled.', {}, { cause: error });
    throw error;
  }
}
