/** The switch: all tables of a set in one transaction of the target file, each counted before it is committed. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef, type TableSchema } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { PublishRequest, PublishResult, PublishTable, PublishedMark } from '../connector';
import { createTableSql } from './ddl';
import { mapError } from './errors';
import { withoutValues } from './masked';
import { publishAside } from './publish-aside';
import { withFile, type FileSettings, type Session } from './instance';
import { describeTables } from './introspect';
import { dropAndCreate, insertRows, planRebuild, putBack, type Rebuilt } from './rebuild';
import { advanceSequences } from './sequences';
import { ident, idents, literal, qualified } from './sql';
import { attachParts, runFolder, stagedParts, tableFolder } from './staging';

/** Table of the marker schema that tells a retry that its transaction was committed. */
export const MARKER_TABLE = 'published';

/** A table with its staged rows attached. */
interface Ready {
  plan: TablePlan;
  rows: number;
  /** Staged tables, ready for FROM. */
  parts: string[];
}

/** Publishes the set, or returns what an earlier attempt published. Throws PUBLISH_BLOCKED while others use the file. */
export async function publish(
  settings: FileSettings,
  request: PublishRequest,
  signal?: AbortSignal,
): Promise<PublishResult> {
  const folder = await runFolder(settings, request.runId);
  const files = await Promise.all(
    request.tables.map(async ({ plan }) => stagedParts(await tableFolder(settings, { runId: request.runId, plan }))),
  );
  const sizes = await Promise.all(files.flat().map(async (file) => (await stat(file)).size));
  const access = { folder, waitMs: request.lockTimeoutMs, signal };
  try {
    const aside = await publishAside(settings, {
      ...access,
      stagedBytes: sizes.reduce((sum, size) => sum + size, 0),
      earlier: async (session) => publishedBefore(session, settings, request),
      publishInto: async (path) => publishInto({ ...settings, path }, request, files, access),
    });
    return aside ?? (await publishInto(settings, request, files, access));
  } catch (error) {
    throw blocked(error, settings, request.tables);
  }
}

/** Publishes into a file, all in one transaction; nobody else can open that file meanwhile. */
async function publishInto(
  settings: FileSettings,
  request: PublishRequest,
  files: string[][],
  { folder, waitMs, signal }: { folder: string; waitMs: number; signal: AbortSignal | undefined },
): Promise<PublishResult> {
  return withFile(settings, { mode: 'write', directories: [folder], waitMs, signal }, async (session) => {
    const opened = Date.now();
    const earlier = await publishedBefore(session, settings, request);
    if (earlier) return earlier;
    const ready: Ready[] = [];
    for (const [index, { plan, rows }] of request.tables.entries())
      ready.push({ plan, rows, parts: await attachParts(session, files[index] ?? [], `staged_${index}`) });
    const result = await inTransaction(session, async () => switchTables(session, settings, request, ready, opened));
    await session.run('CHECKPOINT');
    return { ...result, lockedMs: Date.now() - opened };
  });
}

/** A file that stays in use is told as what it blocks. */
function blocked(error: unknown, settings: FileSettings, tables: PublishTable[]): LongshoreError {
  const columns = tables.flatMap(({ plan }) => plan.columns);
  const place = mapError(error, { file: settings.path });
  const mapped = withoutValues(place, columns, { table: 'of the set', ...place.place });
  if (mapped.code !== 'FILE_LOCKED') return mapped;
  const names = tables.map(({ plan }) => tableId(plan.targetRef)).join(', ');
  const next = 'Close the program named, or let it open the file only while it reads; Longshore tries again.';
  return new LongshoreError(
    'PUBLISH_BLOCKED',
    `${mapped.message} ${names} could not be published; the old rows are untouched.`,
    mapped.place,
    { cause: mapped, next },
  );
}

async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.run('BEGIN TRANSACTION');
  try {
    const result = await work();
    await session.run('COMMIT');
    return result;
  } catch (error) {
    // An interrupted session refuses further work; closing it rolls back as well.
    await session.connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function switchTables(
  session: Session,
  settings: FileSettings,
  request: PublishRequest,
  ready: Ready[],
  opened: number,
): Promise<PublishResult> {
  await checkUnchanged(session, ready);
  const strategyOf = ({ plan }: Ready): string => plan.strategy;
  const replaced = ready.filter((table) => strategyOf(table) === 'swap').map(({ plan }) => plan.targetRef);
  const rebuilt = replaced.length > 0 ? await planRebuild(session, replaced, settings.stagingSchema) : [];
  const find = (ref: TableRef): Ready | undefined => ready.find(({ plan }) => tableId(plan.targetRef) === tableId(ref));
  for (const { plan } of ready) if (plan.strategy === 'create') await create(session, plan);
  await dropAndCreate(session, rebuilt, (ref) => find(ref)?.plan.evolve ?? []);
  for (const { plan } of ready) if (isDeleting(plan)) await session.run(`DELETE FROM ${qualified(plan.targetRef)}`);
  for (const { plan } of ready)
    if (!rebuilt.some(({ schema }) => tableId(schema.ref) === tableId(plan.targetRef))) await evolve(session, plan);
  for (const entry of order(rebuilt, ready)) await fillOne(session, entry.rebuilt, entry.ready);
  const warnings: string[] = [];
  for (const { plan } of ready) warnings.push(...(await advanceSequences(session, plan)));
  const strategies = Object.fromEntries(ready.map(({ plan }) => [tableId(plan.targetRef), plan.strategy]));
  const result: PublishResult = { lockedMs: Date.now() - opened, strategies, warnings };
  await mark(session, settings, request, result);
  return result;
}

const isDeleting = ({ strategy }: TablePlan): boolean => strategy === 'delete-insert' || strategy === 'truncate-insert';

async function evolve(session: Session, plan: TablePlan): Promise<void> {
  for (const statement of plan.evolve) await session.run(statement);
}

async function create(session: Session, plan: TablePlan): Promise<void> {
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${ident(plan.targetRef.schema)}`);
  await session.run(createTableSql(plan));
}

/** Every table to fill: rebuilt ones with parents first, then the others in load order. */
function order(rebuilt: Rebuilt[], ready: Ready[]): { rebuilt?: Rebuilt; ready?: Ready }[] {
  const entries: { rebuilt?: Rebuilt; ready?: Ready }[] = rebuilt.map((table) => {
    const own = ready.find(({ plan }) => tableId(plan.targetRef) === tableId(table.schema.ref));
    return { rebuilt: table, ...(own && { ready: own }) };
  });
  const others = ready.filter(
    ({ plan }) => !rebuilt.some(({ schema }) => tableId(schema.ref) === tableId(plan.targetRef)),
  );
  return parentsBefore([...entries, ...others.map((table) => ({ ready: table }))]);
}

/** Keeps the order given, except that a table waits for those its foreign keys name. */
function parentsBefore<T extends { rebuilt?: Rebuilt; ready?: Ready }>(entries: T[]): T[] {
  const id = ({ rebuilt, ready }: T): string => tableId(rebuilt?.schema.ref ?? (ready as Ready).plan.targetRef);
  const parents = ({ rebuilt, ready }: T): string[] =>
    ((rebuilt?.schema ?? ready?.plan.target)?.foreignKeys ?? []).map(({ to }) => tableId(to));
  const sorted: T[] = [];
  const waiting = [...entries];
  while (waiting.length > 0) {
    const isFree = (entry: T): boolean =>
      parents(entry).every((parent) => parent === id(entry) || !waiting.some((other) => id(other) === parent));
    sorted.push(...waiting.splice(Math.max(0, waiting.findIndex(isFree)), 1));
  }
  return sorted;
}

async function fillOne(session: Session, rebuilt: Rebuilt | undefined, ready: Ready | undefined): Promise<void> {
  const ref = rebuilt?.schema.ref ?? ready?.plan.targetRef;
  const place = { ...(ref && { table: tableId(ref) }) };
  try {
    if (rebuilt) await putBack(session, rebuilt);
    if (ready) await insertStaged(session, ready);
    if (!rebuilt) return;
    for (const statement of [...rebuilt.indexes, ...rebuilt.comments]) await session.run(statement);
  } catch (error) {
    throw mapError(error, place);
  }
}

/** Inserts the staged rows and proves that the table holds as many more as were verified. */
async function insertStaged(session: Session, { plan, rows, parts }: Ready): Promise<void> {
  const [schema] = await describeTables(session, [plan.targetRef]);
  const id = tableId(plan.targetRef);
  if (schema === undefined)
    throw new LongshoreError('TARGET_CHANGED', `Table ${id} is gone from the target.`, { table: id });
  const before = await session.count(`SELECT count(*) FROM ${qualified(plan.targetRef)}`);
  const columns = idents(plan.columns.map(({ target }) => target));
  if (isSelfReferring(schema) && parts.length > 0) {
    const all = parts.map((part) => `SELECT ${columns} FROM ${part}`).join(' UNION ALL ');
    await insertRows(session, schema, columns, `(${all})`, id);
  } else {
    for (const part of parts) await insertRows(session, schema, columns, part, part);
  }
  const after = await session.count(`SELECT count(*) FROM ${qualified(plan.targetRef)}`);
  if (after - before !== rows) {
    throw new LongshoreError(
      'COUNT_MISMATCH',
      `Table ${id} would have gained ${after - before} rows, ${rows} were verified; nothing was published.`,
      { table: id },
    );
  }
}

const isSelfReferring = ({ ref, foreignKeys }: TableSchema): boolean =>
  foreignKeys.some(({ to }) => tableId(to) === tableId(ref));

/** Throws TARGET_CHANGED when a table has other columns than when the run was planned. */
async function checkUnchanged(session: Session, ready: Ready[]): Promise<void> {
  const now = await describeTables(
    session,
    ready.map(({ plan }) => plan.targetRef),
  );
  const shape = (schema: TableSchema): string =>
    JSON.stringify(schema.columns.map(({ name, nativeType, nullable }) => [name, nativeType, nullable]));
  for (const { plan } of ready) {
    const table = tableId(plan.targetRef);
    const found = now.find(({ ref }) => tableId(ref) === table);
    const fits =
      plan.target === undefined ? found === undefined : found !== undefined && shape(found) === shape(plan.target);
    if (fits) continue;
    const what =
      plan.target === undefined ? 'was made by someone else' : found === undefined ? 'was dropped' : 'was altered';
    throw new LongshoreError('TARGET_CHANGED', `Table ${table} ${what} while its rows were loaded.`, { table });
  }
}

const markerTable = ({ stagingSchema }: FileSettings): string => `${ident(stagingSchema)}.${MARKER_TABLE}`;

/** Tells one publication of a run from another: with `publish: table` there are several. */
const markerKey = ({ tables }: PublishRequest): string =>
  createHash('sha256')
    .update(JSON.stringify(tables.map(({ plan }) => tableId(plan.targetRef)).toSorted()))
    .digest('hex');

async function publishedBefore(
  session: Session,
  settings: FileSettings,
  request: PublishRequest,
): Promise<PublishResult | undefined> {
  if (!(await hasMarkers(session, settings))) return undefined;
  const result = await session.value(
    `SELECT result FROM ${markerTable(settings)} WHERE run_id = $1 AND tables_hash = $2`,
    [request.runId, markerKey(request)],
  );
  return typeof result === 'string' ? (JSON.parse(result) as PublishResult) : undefined;
}

/** What the target remembers of a run whose rows are visible. */
export async function publishedMark(
  session: Session,
  settings: FileSettings,
  runId: string,
): Promise<PublishedMark | undefined> {
  if (!(await hasMarkers(session, settings))) return undefined;
  const marks = await session.count(`SELECT count(*) FROM ${markerTable(settings)} WHERE run_id = ${literal(runId)}`);
  return marks > 0 ? { direct: false } : undefined;
}

/** Whether the target holds markers of this or another run. */
export async function hasMarkers(session: Session, { stagingSchema }: FileSettings): Promise<boolean> {
  const found = await session.count(
    `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ${literal(stagingSchema)} AND table_name = '${MARKER_TABLE}'`,
  );
  return found > 0;
}

async function mark(
  session: Session,
  settings: FileSettings,
  request: PublishRequest,
  result: PublishResult,
): Promise<void> {
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${ident(settings.stagingSchema)}`);
  await session.run(
    `CREATE TABLE IF NOT EXISTS ${markerTable(settings)} (run_id VARCHAR, tables_hash VARCHAR, result VARCHAR)`,
  );
  await session.run(
    `INSERT INTO ${markerTable(settings)} VALUES (${literal(request.runId)}, ${literal(markerKey(request))}, ${literal(JSON.stringify(result))})`,
  );
}
