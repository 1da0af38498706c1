/**
 * Staging tables: one a run and table, a heap without indexes while it is loaded. Their names derive from run and table,
 * so that every retry finds the same one and cleanup finds those of a crashed run.
 */
import { createHash } from 'node:crypto';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { StagingRequest } from '../connector';
import { looseColumnSql, looseNewColumnSql, switchedColumnSql } from './ddl';
import { errorNumber } from './errors';
import { columnsFingerprint, describeLive, liveColumns, type LiveColumn, type LiveTable } from './live';
import type { MssqlPool, MssqlSession } from './pool';
import { ident, literal, qualified } from './sql';
import { swapObstacles } from './strategy';

/** Property by which cleanup knows that the schema was made by Longshore, so that it may go when it is empty. */
export const SCHEMA_PROPERTY = 'longshore_staging';

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** What the names of a run's staging tables start with. */
export const runPrefix = (runId: string): string => `ls_${hash(runId, 10)}_`;

export const stagingRef = (stagingSchema: string, runId: string, table: TableRef): TableRef => ({
  schema: stagingSchema,
  name: `${runPrefix(runId)}${hash(tableId(table), 10)}`,
});

/** Name of an index or constraint of a staging table: unique to the run, same on every retry. */
export const temporaryName = (staging: TableRef, name: string): string => `${staging.name}_${hash(name, 8)}`;

/** How runs and tables are called in the marker tables: short enough for a key. */
export const marker = (text: string): string => hash(text, 32);

// Unicode as the parameters are: rows are then sought by their key, past those that others have not committed yet.
const MARKERS = {
  parts: '(run nchar(32) NOT NULL, tbl nchar(32) NOT NULL, part int NOT NULL, PRIMARY KEY (run, tbl, part))',
  published:
    '(run nchar(32) NOT NULL, tables nchar(32) NOT NULL, result nvarchar(max) NULL, PRIMARY KEY (run, tables))',
  staged:
    '(run nchar(32) NOT NULL, tbl nchar(32) NOT NULL, shape varchar(10) NOT NULL, definition char(16) NOT NULL, PRIMARY KEY (run, tbl))',
} as const;

export const MARKER_TABLES = Object.keys(MARKERS) as (keyof typeof MARKERS)[];

export const markerTable = (stagingSchema: string, name: keyof typeof MARKERS): string =>
  qualified({ schema: stagingSchema, name });

/** Waits for others that make or drop the staging schema; held to the end of the transaction. */
export async function lockSchema(session: MssqlSession, stagingSchema: string): Promise<void> {
  await session
    .run(
      `DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = ${literal(`longshore staging ${stagingSchema}`.slice(0, 255))}, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 60000`,
    )
    .catch((error: unknown) => {
      // Servers without this procedure find out by the names being taken.
      if (errorNumber(error) !== 2812) throw error;
    });
}

const ALREADY_THERE = new Set([2714, 2759, 15233]);

/** Runs `work` in a transaction in which the schema and its marker tables are there, and which nobody drops meanwhile. */
async function inSchema(
  pool: MssqlPool,
  stagingSchema: string,
  work: (session: MssqlSession) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pool.transaction(async (session) => {
        await lockSchema(session, stagingSchema);
        for (const { sql } of await missingParts(session, stagingSchema)) await session.run(sql);
        await work(session);
      });
      return;
    } catch (error) {
      if (attempt < 5 && ALREADY_THERE.has(errorNumber(error) ?? 0)) continue;
      throw deniedSchema(pool, stagingSchema, error);
    }
  }
}

function deniedSchema(pool: MssqlPool, stagingSchema: string, error: unknown): unknown {
  if (!(error instanceof LongshoreError) || error.code !== 'PERMISSION_DENIED') return error;
  const { user, database } = pool.server;
  return new LongshoreError(
    'PERMISSION_DENIED',
    `User ${user} may not create the staging schema ${stagingSchema} and tables in it in database ${database}.`,
    {},
    {
      cause: error,
      next: `GRANT CREATE SCHEMA and CREATE TABLE to ${user}, or name a schema that the user may create tables in as \`stagingSchema\` of the environment.`,
    },
  );
}

/** Statements that make what is not there yet. */
async function missingParts(session: Pick<MssqlSession, 'rows'>, stagingSchema: string): Promise<{ sql: string }[]> {
  const name = literal(stagingSchema);
  const found = await session.rows<{ name: string | null }>(
    `SELECT t.name FROM sys.schemas s LEFT JOIN sys.tables t ON t.schema_id = s.schema_id AND t.name IN ('parts', 'published', 'staged') WHERE s.name = ${name}`,
  );
  const missing = MARKER_TABLES.filter((each) => !found.some((row) => row.name === each)).map((each) => ({
    sql: `CREATE TABLE ${markerTable(stagingSchema, each)} ${MARKERS[each]}`,
  }));
  if (found.length > 0) return missing;
  return [
    { sql: `CREATE SCHEMA ${ident(stagingSchema)}` },
    {
      sql: `EXEC sp_addextendedproperty @name = ${literal(SCHEMA_PROPERTY)}, @value = N'Staging tables of Longshore; created by it, and dropped when empty.', @level0type = 'SCHEMA', @level0name = ${name}`,
    },
    ...missing,
  ];
}

export type Shape = 'switched' | 'loose';

export interface StagingFacts {
  /** `switched`: the table is like the live one and can take its rows' place; `loose`: rows are copied from it. */
  shape: Shape;
  /** Fingerprint of the live columns when staging was made; `none` when there was no live table. */
  definition: string;
}

const NO_DEFINITION = 'none';

export const definitionOf = (columns: readonly LiveColumn[] | undefined): string =>
  columns ? columnsFingerprint(columns) : NO_DEFINITION;

/** Makes the staging table of one table, unless it is there. */
export async function prepareStaging(
  pool: MssqlPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
): Promise<void> {
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  const [live] = await pool.use((session) => describeLive(session, [plan.targetRef]));
  const shape = shapeOf(plan, live);
  await inSchema(pool, stagingSchema, async (session) => {
    if (await liveColumns(session, staging)) return;
    await session.run(stagingTableSql(plan, staging, shape, live));
    await session.run(
      `DELETE FROM ${markerTable(stagingSchema, 'staged')} WHERE run = @run AND tbl = @tbl;
       INSERT INTO ${markerTable(stagingSchema, 'staged')} (run, tbl, shape, definition) VALUES (@run, @tbl, @shape, @definition)`,
      { run: marker(runId), tbl: marker(tableId(plan.targetRef)), shape, definition: definitionOf(live?.columns) },
    );
  });
}

function shapeOf(plan: TablePlan, live: LiveTable | undefined): Shape {
  return plan.strategy === 'swap' && live && swapObstacles(live).length === 0 && plan.evolve.length === 0
    ? 'switched'
    : 'loose';
}

function stagingTableSql(plan: TablePlan, staging: TableRef, shape: Shape, live: LiveTable | undefined): string {
  const loaded = (name: string): boolean => plan.columns.some(({ target }) => target === name);
  if (live && shape === 'switched') {
    const columns = live.columns.map((column) => switchedColumnSql(column, loaded(column.name)));
    return `CREATE TABLE ${qualified(staging)} (${columns.join(', ')})${live.space === null ? '' : ` ON ${ident(live.space)}`}`;
  }
  const columns = plan.columns.map(({ target }) => {
    const column = live?.columns.find(({ name }) => name === target);
    return column ? looseColumnSql(column) : looseNewColumnSql(plan, target);
  });
  return `CREATE TABLE ${qualified(staging)} (${columns.join(', ')})`;
}

/** What was noted about a staging table; undefined when there is none. */
export async function stagingFacts(
  session: MssqlSession,
  stagingSchema: string,
  runId: string,
  table: TableRef,
): Promise<StagingFacts | undefined> {
  const [found] = await session.rows<{ shape: Shape; definition: string }>(
    `SELECT shape, definition FROM ${markerTable(stagingSchema, 'staged')} WHERE run = @run AND tbl = @tbl`,
    { run: marker(runId), tbl: marker(tableId(table)) },
  );
  return found && { shape: found.shape, definition: found.definition.trim() };
}

/** Throws away what is staged of one table, markers too. */
export async function resetStaging(pool: MssqlPool, stagingSchema: string, request: StagingRequest): Promise<void> {
  const { runId, plan } = request;
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  await inSchema(pool, stagingSchema, async (session) => {
    if (await liveColumns(session, staging)) await session.run(`DROP TABLE ${qualified(staging)}`);
    const keys = { run: marker(runId), tbl: marker(tableId(plan.targetRef)) };
    for (const name of ['parts', 'staged'] as const)
      await session.run(`DELETE FROM ${markerTable(stagingSchema, name)} WHERE run = @run AND tbl = @tbl`, keys);
  });
  await prepareStaging(pool, stagingSchema, request);
}
