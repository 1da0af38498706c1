/**
 * Few rows, straight into a plain table: one transaction on one connection instead of staging, building and switching,
 * which take a tenth of a second whatever the number of rows. Readers see the old rows until the commit. A table that
 * anything hangs on (triggers, foreign keys, policies, identities) goes the staged way, as does any load that goes wrong:
 * there the error is found again, with its row and column.
 */
import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import { MAX_APPENDED_TO } from '../../core/drop/small';
import { tableId } from '../../core/types/table';
import type { DirectLoadRequest } from '../connector';
import { aggregateSql, parseAggregates, type AggregateColumn } from './aggregates';
import { BINARY_HEADER, BINARY_TRAILER, canEncodeBinary, encodeBinary } from './binary-encoder';
import { columnsSql } from './ddl';
import { isConnectionLoss, sqlState } from './errors';
import { abortable } from './extract';
import { serverFacts } from './introspect';
import { targetColumns } from './load';
import type { PostgresClient, PostgresPool, Row } from './pool';
import type { PostgresReference } from './reference';
import { identList, literal, qualified } from './sql';
import { ensureSchema, lockSchemaSql, publishedTable } from './staging';

/** What the marker of a direct load has where those of sets have a hash of their tables. */
export const DIRECT_MARK = 'direct';

/** SQLSTATE: the table of marks has just been removed, since nothing was marked. */
const NO_TABLE = '42P01';

/**
 * True: the rows are visible, now or since an earlier attempt. False: nothing was done, take the staged way. Throws when
 * nobody knows, as when the connection is lost: the next attempt asks the mark.
 */
export async function loadDirect(
  pool: PostgresPool,
  stagingSchema: string,
  request: DirectLoadRequest,
  reference: PostgresReference,
  signal?: AbortSignal,
): Promise<boolean> {
  const { plan } = request;
  if (plan.mode === 'append' && (plan.target?.estimatedRows ?? 0) > MAX_APPENDED_TO) return false;
  const { encoding } = await serverFacts(pool);
  let isMarked = false;
  const onMarked = () => void (isMarked = true);
  try {
    return await pool.withClient((client) =>
      abortable(pool, client, signal, () =>
        inTransaction(client, stagingSchema, request, reference, encoding, onMarked),
      ),
    );
  } catch (error) {
    // Rows are doubled if the staged way is taken while an earlier attempt, or a commit of this one, may have succeeded.
    const isUndone = isMarked ? !isConnectionLoss(error) : sqlState(error) === NO_TABLE;
    if (!isUndone) throw error;
    // Whatever it is, the staged way meets it again and says where.
    return false;
  }
}

async function inTransaction(
  client: PostgresClient,
  stagingSchema: string,
  request: DirectLoadRequest,
  reference: PostgresReference,
  encoding: string,
  onMarked: () => void,
): Promise<boolean> {
  await client.query(`BEGIN; SET LOCAL search_path TO DEFAULT; SET LOCAL lock_timeout = ${request.lockTimeoutMs}`);
  let isLoaded = false;
  try {
    const isFirst = await mark(client, stagingSchema, request);
    if (!isFirst) return true;
    onMarked();
    isLoaded = await load(client, request, encoding);
    if (isLoaded && request.bookkeeping) await reference.writeWithin(client, request.bookkeeping);
    if (isLoaded) await client.query('COMMIT');
    return isLoaded;
  } finally {
    if (!isLoaded) await client.query('ROLLBACK').catch(() => undefined);
  }
}

/** False: an earlier attempt has committed. */
async function mark(
  client: PostgresClient,
  stagingSchema: string,
  { runId, plan, rows }: DirectLoadRequest,
): Promise<boolean> {
  const insert = `INSERT INTO ${publishedTable(stagingSchema)} (run_id, tables_hash, result) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;
  const found = await client.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [
    publishedTable(stagingSchema),
  ]);
  if (!found.rows[0]?.found) {
    await client.query(lockSchemaSql(stagingSchema));
    await ensureSchema(client, stagingSchema);
  }
  const result = JSON.stringify({ rows, table: tableId(plan.targetRef) });
  return (await client.query(insert, [runId, DIRECT_MARK, result])).rowCount === 1;
}

async function load(client: PostgresClient, request: DirectLoadRequest, encoding: string): Promise<boolean> {
  const { plan, rows, backup, columns, batches } = request;
  const table = qualified(plan.targetRef);
  if (plan.target === undefined) await client.query(`CREATE TABLE ${table} ${columnsSql(plan)}`);
  else {
    const mode =
      plan.evolve.length > 0 ? 'ACCESS EXCLUSIVE' : plan.mode === 'append' ? 'ROW EXCLUSIVE' : 'SHARE ROW EXCLUSIVE';
    await client.query(`LOCK TABLE ${table} IN ${mode} MODE`);
    if (!(await isPlain(client, request))) return false;
    const statements = [...plan.evolve];
    if (backup) statements.push(`CREATE TABLE IF NOT EXISTS ${qualified(backup)} AS TABLE ${table}`);
    if (plan.mode !== 'append') statements.push(`DELETE FROM ${table}`);
    if (statements.length > 0) await client.query(statements.join(';\n'));
  }
  const targets = await targetColumns(client, plan.targetRef, { plan, columns, part: 0 });
  if (!targets.every((column) => canEncodeBinary(column, column.nativeType))) return false;
  const names = identList(plan.columns.map(({ target }) => target));
  const stream = client.query(copyFrom(`COPY ${table} (${names}) FROM STDIN WITH (FORMAT binary)`));
  const finished = once(stream, 'finish');
  finished.catch(() => undefined);
  const write = async (chunk: Uint8Array): Promise<void> => {
    if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), finished]);
  };
  await write(BINARY_HEADER);
  for (const batch of batches) for (const chunk of encodeBinary(batch, targets)) await write(chunk);
  await write(BINARY_TRAILER);
  stream.end();
  await finished;
  if (stream.rowCount !== rows) return false;
  if (plan.verify === 'none') return true;
  return request.isRight(await figures(client, request, encoding));
}

/** Figures of the rows that this transaction has written, by the database's own SQL. */
async function figures(client: PostgresClient, { plan }: DirectLoadRequest, encoding: string) {
  const columns = plan.columns.map(({ target, targetType, logical }): AggregateColumn => ({
    column: target,
    name: target,
    logical,
    nativeType: targetType,
  }));
  const mine =
    plan.mode === 'append' && plan.target !== undefined
      ? 'WHERE xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid'
      : '';
  await client.query('SET LOCAL search_path TO pg_catalog');
  const { rows } = await client.query<Row>(
    aggregateSql(columns, `FROM ${qualified(plan.targetRef)} ${mine}`, encoding),
  );
  return parseAggregates(columns, rows[0] ?? {});
}

/** Nothing hangs on the table that writing to it by hand would have to mind. */
async function isPlain(client: PostgresClient, { plan }: DirectLoadRequest): Promise<boolean> {
  const isFed = (column: string) => plan.columns.some(({ target }) => target === column);
  const numbered = plan.target?.columns.some(
    ({ name, identity, defaultSql }) =>
      isFed(name) && (identity !== undefined || /\bnextval\(/i.test(defaultSql ?? '')),
  );
  if (numbered) return false;
  const { rows } = await client.query<{ plain: string }>(
    `SELECT (c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relhastriggers AND NOT c.relrowsecurity AND NOT c.relhasrules
       AND NOT c.relispartition AND NOT c.relhassubclass)::int::text AS plain
     FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(${literal(qualified(plan.targetRef))})`,
  );
  return rows[0]?.plain === '1';
}

/** Forgets loads of runs whose id begins with `prefix`, but for those named: whoever started the others knows of them. */
export async function forgetDirect(
  pool: PostgresPool,
  stagingSchema: string,
  prefix: string,
  except: readonly string[],
): Promise<void> {
  const table = publishedTable(stagingSchema);
  const { rows } = await pool.query('SELECT to_regclass($1)::text AS found', [table]);
  if (rows[0]?.['found'])
    await pool.query(
      `DELETE FROM ${table} WHERE tables_hash = $1 AND starts_with(run_id, $2) AND run_id <> ALL ($3::text[])`,
      [DIRECT_MARK, prefix, except],
    );
}
