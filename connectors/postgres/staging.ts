/**
 * Staging tables: one a run and table, unindexed and logged, modelled on the live table. Their names derive from run and
 * table, so that every retry finds the same one and cleanup finds those of a crashed run.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import { createHash } from 'node:crypto';
import { tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { StagingRequest } from '../connector';
import { addColumnSql, columnsSql, optionList } from './ddl';
import { describeLive, fingerprint, type LiveTable } from './dependents';
import type { PostgresClient, PostgresPool } from './pool';
import { ident, literal, qualified } from './sql';

/** Comment by which cleanup knows that the schema was made by Longshore, so that it may go when it is empty. */
export const SCHEMA_COMMENT = 'Staging tables of Longshore; created by it, and dropped when empty.';

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** What the names of a run's staging tables start with. */
export const runPrefix = (runId: string): string => `ls_${hash(runId, 10)}_`;

export const stagingRef = (stagingSchema: string, runId: string, table: TableRef): TableRef => ({
  schema: stagingSchema,
  name: `${runPrefix(runId)}${hash(tableId(table), 10)}`,
});

/** Name of an index, constraint or old table while it waits for its place: unique to the run, same on every retry. */
export const temporaryName = (staging: TableRef, name: string): string => `${staging.name}_${hash(name, 8)}`;

export const partsTable = (stagingSchema: string): string => qualified({ schema: stagingSchema, name: 'parts' });
export const publishedTable = (stagingSchema: string): string =>
  qualified({ schema: stagingSchema, name: 'published' });

/** Serialises those who make and drop the staging schema; held to the end of the transaction. */
export const lockSchemaSql = (stagingSchema: string): string =>
  `SELECT pg_advisory_xact_lock(hashtextextended(${literal(`longshore staging ${stagingSchema}`)}, 0))`;

/** Schema and marker tables, made when missing. Inside a transaction that holds `lockSchemaSql`. */
export async function ensureSchema(client: PostgresClient, stagingSchema: string): Promise<void> {
  // Looked up in the catalog's tables: what functions such as to_regclass know may be from before the lock was waited for.
  const { rows } = await client.query<{ schema: string | null; parts: string | null; published: string | null }>(
    `SELECT (SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = $1) AS schema,
       max(relname) FILTER (WHERE relname = 'parts') AS parts, max(relname) FILTER (WHERE relname = 'published') AS published
     FROM pg_catalog.pg_class WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1) AND relname IN ('parts', 'published')`,
    [stagingSchema],
  );
  const [found] = rows;
  if (!found?.schema) await createSchema(client, stagingSchema);
  if (!found?.parts)
    await client.query(
      `CREATE TABLE ${partsTable(stagingSchema)} (run_id text, table_id text, part integer, snapshot text, PRIMARY KEY (run_id, table_id, part))`,
    );
  if (!found?.published)
    await client.query(
      `CREATE TABLE ${publishedTable(stagingSchema)} (run_id text, tables_hash text, result jsonb, PRIMARY KEY (run_id, tables_hash))`,
    );
}

async function createSchema(client: PostgresClient, schema: string): Promise<void> {
  const who = await client.query<{ user: string; database: string; may: string }>(
    `SELECT current_user AS user, current_database() AS database, has_database_privilege(current_database(), 'CREATE')::text AS may`,
  );
  const { user = '', database = '', may } = who.rows[0] ?? {};
  if (may === 'false')
    throw new LongshoreError(
      'PERMISSION_DENIED',
      `User ${user} may not create the staging schema ${schema} in database ${database}.`,
      {},
      {
        next: `GRANT CREATE ON DATABASE ${ident(database)} TO ${ident(user)}, or name a schema that the user may create tables in as \`stagingSchema\` of the environment.`,
      },
    );
  await client.query(
    `CREATE SCHEMA ${ident(schema)}; COMMENT ON SCHEMA ${ident(schema)} IS ${literal(SCHEMA_COMMENT)}`,
  );
}

/** Makes the staging table of one table, unless it is there. */
export async function prepareStaging(
  pool: PostgresPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
): Promise<void> {
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  await pool.transaction(async (client) => {
    await client.query(lockSchemaSql(stagingSchema));
    await ensureSchema(client, stagingSchema);
    const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [
      qualified(staging),
    ]);
    if (rows[0]?.found) return;
    const [live] = await describeLive(client, [plan.targetRef]);
    // Functions in defaults and checks may rely on the path that the user usually works with.
    await client.query('SET LOCAL search_path TO DEFAULT');
    await client.query(
      live ? modelledOn(live, plan, staging) : `CREATE TABLE ${qualified(staging)} ${columnsSql(plan)}`,
    );
    await client.query(`COMMENT ON TABLE ${qualified(staging)} IS ${literal(comment(runId, plan, live))}`);
  });
}

const comment = (runId: string, plan: TablePlan, live: LiveTable | undefined): string =>
  `Longshore run ${runId}, ${tableId(plan.targetRef)}, definition ${live ? fingerprint(live) : 'none'}`;

export interface StagingFacts {
  /** Fingerprint of the live table when staging was made; `none` when there was no live table. */
  fingerprint: string;
  /** The next transaction id when the last row had been loaded: snapshots that started before it may lack rows. */
  loadedBefore?: string;
}

/** What was noted about a staging table; undefined when there is none. */
export async function stagingFacts(
  client: Pick<PostgresClient, 'query'>,
  staging: TableRef,
): Promise<StagingFacts | undefined> {
  const { rows } = await client.query<{ comment: string | null }>(
    "SELECT obj_description(to_regclass($1), 'pg_class') AS comment",
    [qualified(staging)],
  );
  const match = /definition (\w+)(?:, loaded before transaction (\d+))?$/.exec(rows[0]?.comment ?? '');
  return match
    ? { fingerprint: match[1] ?? '', ...(match[2] === undefined ? {} : { loadedBefore: match[2] }) }
    : undefined;
}

/** Notes that every part is in. A second call changes nothing. */
export async function markLoaded(client: Pick<PostgresClient, 'query'>, staging: TableRef): Promise<void> {
  const { rows } = await client.query<{ comment: string | null; next: string }>(
    "SELECT obj_description(to_regclass($1), 'pg_class') AS comment, pg_snapshot_xmax(pg_current_snapshot())::text AS next",
    [qualified(staging)],
  );
  const [{ comment: text, next } = { comment: null, next: '' }] = rows;
  if (text !== null && !text.includes(', loaded before transaction '))
    await client.query(
      `COMMENT ON TABLE ${qualified(staging)} IS ${literal(`${text}, loaded before transaction ${next}`)}`,
    );
}

function modelledOn(live: LiveTable, plan: TablePlan, staging: TableRef): string {
  const name = qualified(staging);
  const unlogged = live.persistence === 'u' ? 'UNLOGGED ' : '';
  const method = live.method !== null && live.kind === 'r' ? ` USING ${ident(live.method)}` : '';
  const tablespace = live.tablespace === null ? '' : ` TABLESPACE ${ident(live.tablespace)}`;
  // Servers before 14 know no compression of columns.
  const compression = live.columns.some((column) => column.compression !== null) ? ' INCLUDING COMPRESSION' : '';
  const statements = [
    `CREATE ${unlogged}TABLE ${name} (LIKE ${qualified(live)} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE${compression})${method}${tablespace}`,
  ];
  if (live.kind === 'r' && live.options) statements.push(`ALTER TABLE ${name} SET (${optionList(live.options)})`);
  if (live.kind === 'r' && live.toastOptions)
    statements.push(`ALTER TABLE ${name} SET (${optionList(live.toastOptions, 'toast.')})`);
  for (const column of live.columns) {
    if (column.statistics !== null)
      statements.push(`ALTER TABLE ${name} ALTER COLUMN ${ident(column.name)} SET STATISTICS ${column.statistics}`);
    if (column.options)
      statements.push(`ALTER TABLE ${name} ALTER COLUMN ${ident(column.name)} SET (${optionList(column.options)})`);
  }
  // Checked while loading, so that the error can name the row; those that are NOT VALID are added after.
  for (const check of live.constraints) {
    if (check.type === 'c' && check.validated)
      statements.push(`ALTER TABLE ${name} ADD CONSTRAINT ${ident(check.name)} ${check.definition}`);
  }
  for (const column of addedColumns(live, plan)) statements.push(addColumnSql(staging, column));
  // An identity column that is not transferred still needs numbers; the default is dropped again before a swap.
  for (const { column, schema, name: sequence } of undeliveredIdentities(live, plan)) {
    statements.push(
      `ALTER TABLE ${name} ALTER COLUMN ${ident(column)} SET DEFAULT nextval(${literal(qualified({ schema, name: sequence }))}::regclass)`,
    );
  }
  return statements.join(';\n');
}

/** Columns that `schema: evolve` gives the live table when it is published. */
export const addedColumns = (live: LiveTable, plan: TablePlan): { name: string; nativeType: string }[] =>
  plan.evolve.length === 0
    ? []
    : plan.columns
        .filter(({ target }) => !live.columns.some(({ name }) => name === target))
        .map(({ target, targetType }) => ({ name: target, nativeType: targetType }));

export const undeliveredIdentities = (
  live: LiveTable,
  plan: TablePlan,
): { column: string; schema: string; name: string }[] =>
  live.sequences.filter(
    (sequence) => sequence.identity && !plan.columns.some((column) => column.target === sequence.column),
  );

/** Throws away what is staged of one table, markers too. */
export async function resetStaging(pool: PostgresPool, stagingSchema: string, request: StagingRequest): Promise<void> {
  const { runId, plan } = request;
  await pool.transaction(async (client) => {
    await client.query(lockSchemaSql(stagingSchema));
    await ensureSchema(client, stagingSchema);
    await client.query(`DROP TABLE IF EXISTS ${qualified(stagingRef(stagingSchema, runId, plan.targetRef))}`);
    await client.query(`DELETE FROM ${partsTable(stagingSchema)} WHERE run_id = $1 AND table_id = $2`, [
      runId,
      tableId(plan.targetRef),
    ]);
  });
  await prepareStaging(pool, stagingSchema, request);
}
