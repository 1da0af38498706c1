/** Parts of a file into a staging table of a DuckDB file: all of them in one transaction, which writes down that it happened. */
import { createHash } from 'node:crypto';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { CopyResult, WarehouseColumn, WarehouseTable, WarehouseTableRef } from '../../core/types/warehouse';
import type { LocalStage } from '../../storage/local-stage';
import type { ProgressCounter } from '../connector';
import { columnOf } from '../../core/warehouse/publish';
import { checkParts } from '../staged-parts';
import type { CopyRequest } from '../warehouse';
import { withFile, type FileSettings, type Session } from './instance';
import { ident, idents, literal, qualified } from './sql';
import { isUnreadable, located } from './warehouse-copy-error';
import { field, readCsv } from './warehouse-read';
import { brokenRow } from './warehouse-rows';
import { columnText } from './warehouse-values';

/** Parts that one statement reads: a few keep both processors busy, and what went wrong is looked for in fewer. */
const PARTS_AT_ONCE = 8;
const WATCH_MS = 500;
const WAIT_MS = 10_000;

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

export const stagingTable = (
  { stagingSchema }: FileSettings,
  loadId: string,
  { ref }: WarehouseTable,
): WarehouseTableRef => ({
  schema: stagingSchema,
  name: `ls_month_${hash(loadId, 16)}_${hash(`${ref.schema}.${ref.name}`, 10)}`,
});

const copiesTable = ({ stagingSchema }: FileSettings): string => `${ident(stagingSchema)}.month_copies`;

/** What a copy was made of: another one of the same load is a different one. */
const signature = ({ parts, columns }: CopyRequest): string => hash(JSON.stringify([parts, columns]), 32);

/** Throws COPY_FAILED, VALUE_NOT_REPRESENTABLE, NULL_IN_NOT_NULL, STAGE_INCOMPLETE, FILE_LOCKED, CANCELLED. */
export async function copyParts(
  settings: FileSettings,
  stage: LocalStage,
  request: CopyRequest,
  { progress, signal }: { progress?: ProgressCounter | undefined; signal?: AbortSignal | undefined },
): Promise<Omit<CopyResult, 'statementId'>> {
  const started = performance.now();
  await checkParts(stage, request);
  const paths = request.parts.map(({ name }) => stage.path(`${request.prefix}${name}`));
  const columns = request.columns.map((name) => columnOf(request.table, name));
  const staging = stagingTable(settings, request.loadId, request.table);
  const expected = request.parts.reduce((sum, { rows }) => sum + rows, 0);
  const attempt = async (isStrict: boolean): Promise<number> =>
    withFile(settings, { mode: 'write', waitMs: WAIT_MS, paths, signal }, async (session) => {
      if (await isCopied(session, settings, request))
        return session.count(`SELECT count(*) FROM ${qualified(staging)}`);
      await session.run('BEGIN TRANSACTION');
      await prepare(session, settings, request, staging);
      for (let at = 0; at < paths.length; at += PARTS_AT_ONCE) {
        const group: Group = { request, columns, staging, paths: paths.slice(at, at + PARTS_AT_ONCE), at, isStrict };
        await copyGroup(session, group, progress);
      }
      const rows = await session.count(`SELECT count(*) FROM ${qualified(staging)}`);
      if (rows !== expected) throw miscounted(request, rows, expected);
      await session.run(`INSERT INTO ${copiesTable(settings)} VALUES (?, ?)`, [request.loadId, signature(request)]);
      await session.run('COMMIT');
      return rows;
    });
  try {
    // Strict reading needs no second look at the rows, but quotations are too often written otherwise.
    const rowsStaged = await attempt(request.format.quote === '').catch(async (error: unknown) => {
      if (signal?.aborted || request.format.quote !== '' || !isUnreadable(error)) throw error;
      return attempt(false);
    });
    const seconds = (performance.now() - started) / 1000;
    return { rowsLoaded: rowsStaged, rowsParsed: rowsStaged, rowsStaged, files: paths.length, seconds };
  } catch (error) {
    throw await located(error, settings, request, columns, paths);
  }
}

interface Group {
  request: CopyRequest;
  columns: WarehouseColumn[];
  staging: WarehouseTableRef;
  paths: string[];
  /** Number of the first part. */
  at: number;
  isStrict: boolean;
}

async function isCopied(session: Session, settings: FileSettings, request: CopyRequest): Promise<boolean> {
  const tables = await session.rows(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $1 AND table_name IN ($2, 'month_copies')`,
    [settings.stagingSchema, stagingTable(settings, request.loadId, request.table).name],
  );
  if (tables.length < 2) return false;
  const found = await session.value(
    `SELECT count(*) FROM ${copiesTable(settings)} WHERE load_id = $1 AND signature = $2`,
    [request.loadId, signature(request)],
  );
  return Number(found) > 0;
}

async function prepare(
  session: Session,
  settings: FileSettings,
  { loadId, table, columns }: CopyRequest,
  staging: WarehouseTableRef,
): Promise<void> {
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${ident(settings.stagingSchema)}`);
  await session.run(
    `CREATE TABLE IF NOT EXISTS ${copiesTable(settings)} (load_id VARCHAR NOT NULL, signature VARCHAR NOT NULL)`,
  );
  await session.run(`DELETE FROM ${copiesTable(settings)} WHERE load_id = ?`, [loadId]);
  await session.run(
    `CREATE OR REPLACE TABLE ${qualified(staging)} AS SELECT ${idents(columns)} FROM ${qualified(table.ref)} WHERE 1 = 0`,
  );
}

async function copyGroup(session: Session, group: Group, progress: ProgressCounter | undefined): Promise<void> {
  const { request, columns, staging, paths, at, isStrict } = group;
  const parts = request.parts.slice(at, at + paths.length);
  const before = progress ? [Atomics.load(progress, 0), Atomics.load(progress, 1)] : [];
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const tell = (share: number): void => {
    if (!progress) return;
    Atomics.store(progress, 0, (before[0] ?? 0n) + BigInt(Math.floor(rows * share)));
    Atomics.store(progress, 1, (before[1] ?? 0n) + BigInt(Math.floor(bytes * share)));
  };
  const watch = setInterval(() => {
    const { percentage } = session.connection.progress;
    if (percentage > 0) tell(Math.min(1, percentage / 100));
  }, WATCH_MS);
  const over = new AbortController();
  const values = columns.map((column, index) => columnText(column, field(index), request.format).value);
  const checking = isStrict ? undefined : checkRows(group, over.signal);
  // The statement must have ended before the file is closed, so it is told to stop and waited for.
  checking?.catch(() => session.connection.interrupt());
  try {
    const sql = `INSERT INTO ${qualified(staging)} SELECT ${values.join(', ')} FROM ${readCsv(paths, request, isStrict)}`;
    const copied = await session.run(sql).catch(async (error: unknown) => {
      if (isUnreadable(error)) await checking;
      throw error;
    });
    await checking;
    if (copied !== rows) throw miscounted(request, copied, rows, parts.length === 1 ? parts[0]?.name : undefined);
    tell(1);
  } catch (error) {
    over.abort();
    throw (
      (await checking?.catch((reason: unknown) => (reason instanceof LongshoreError ? reason : undefined))) ?? error
    );
  } finally {
    clearInterval(watch);
  }
}

/** While DuckDB reads the same parts. */
async function checkRows({ request, paths, at }: Group, signal: AbortSignal): Promise<void> {
  const { format, compression, columns, parts, table: live } = request;
  for (const [index, path] of paths.entries()) {
    const found = await brokenRow(path, { format, compression, columns: columns.length }, signal);
    if (!found) continue;
    const [table, part] = [`${live.ref.schema}.${live.ref.name}`, at + index];
    const key = `row ${found.row} of ${parts[part]?.name ?? path}`;
    throw new LongshoreError('COPY_FAILED', `Table ${table}, ${key}: ${found.why}.`, { table, key, part });
  }
}

function miscounted({ table, prefix }: CopyRequest, found: number, expected: number, part?: string): LongshoreError {
  const id = `${table.ref.schema}.${table.ref.name}`;
  const of = part === undefined ? `the parts ${prefix}` : `part ${part}`;
  return new LongshoreError('COPY_FAILED', `DuckDB read ${found} rows of ${of} where ${expected} were packed.`, {
    table: id,
  });
}

/** Removes the staging table of a load and the note of it; the schema stays for others. */
export async function dropStagingTable(settings: FileSettings, loadId: string, table: WarehouseTable): Promise<void> {
  await withFile(settings, { mode: 'write', waitMs: WAIT_MS }, async (session) => {
    await session.run(`DROP TABLE IF EXISTS ${qualified(stagingTable(settings, loadId, table))}`);
    const notes = await session.count(
      `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ${literal(settings.stagingSchema)} AND table_name = 'month_copies'`,
    );
    if (notes > 0) await session.run(`DELETE FROM ${copiesTable(settings)} WHERE load_id = ?`, [loadId]);
    await removeUnused(session, settings);
  });
}

/** Nothing of Longshore's stays in a file once no load is under way. */
async function removeUnused(session: Session, settings: FileSettings): Promise<void> {
  const tables = await session.rows(
    `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $1`,
    [settings.stagingSchema],
  );
  if (tables.length !== 1 || tables[0]?.['name'] !== 'month_copies') return;
  if ((await session.count(`SELECT count(*) FROM ${copiesTable(settings)}`)) > 0) return;
  await session.run(`DROP TABLE ${copiesTable(settings)}; DROP SCHEMA ${ident(settings.stagingSchema)}; CHECKPOINT`);
}
