/** Between load and publish: keys, indexes and checks of staging, while nobody reads it. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { StagingRequest } from '../connector';
import { serverAbilities } from './abilities';
import { indexSql, keyColumns, newKeys, targetId } from './ddl';
import { errorNumber, toMssqlError } from './errors';
import { describeLive, liveColumns, optionalRows, type LiveColumn, type LiveIndex, type LiveTable } from './live';
import type { MssqlPool, MssqlSession } from './pool';
import { LOCK_TIMEOUT_MS } from './session';
import { shownKey, shownSql } from './shown';
import { ident, identList, literal, qualified } from './sql';
import { stagingFacts, stagingRef, temporaryName, type Shape } from './staging';

/** Columns that no two rows may share, among those that a condition leaves. */
interface UniqueKey {
  name: string;
  columns: string[];
  filter: string | null;
}

/** Idempotent: what is there already is left alone. Throws DUPLICATE_KEY with the key, CONSTRAINT_VIOLATED with constraint and row. */
export async function finishStaging(
  pool: MssqlPool,
  stagingSchema: string,
  { runId, plan }: StagingRequest,
  signal?: AbortSignal,
): Promise<void> {
  await pool.use(async (session) => {
    const staging = stagingRef(stagingSchema, runId, plan.targetRef);
    const facts = await stagingFacts(session, stagingSchema, runId, plan.targetRef);
    const columns = await liveColumns(session, staging);
    if (!facts || !columns)
      throw new LongshoreError('INTERNAL', `Nothing is staged for ${targetId(plan)}.`, { table: targetId(plan) });
    const [live] = await describeLive(session, [plan.targetRef]);
    const { describesFilters } = await serverAbilities(pool);
    const staged = { plan, staging, columns, live, shape: facts.shape, describesFilters };
    // Sorting and building take as long as they take.
    await session.run('SET LOCK_TIMEOUT -1');
    try {
      await finish(session, staged);
    } finally {
      await session.run(`SET LOCK_TIMEOUT ${LOCK_TIMEOUT_MS}`).catch(() => undefined);
    }
  }, signal);
}

interface Staged {
  plan: TablePlan;
  staging: TableRef;
  columns: LiveColumn[];
  live: LiveTable | undefined;
  shape: Shape;
  describesFilters: boolean;
}

async function finish(session: MssqlSession, staged: Staged): Promise<void> {
  const { live, plan, shape } = staged;
  const keys = uniqueKeys(staged);
  if (live && shape === 'switched') {
    await checkRows(session, staged, live);
    for (const index of [...live.indexes].toSorted((a, b) => Number(b.clustered) - Number(a.clustered)))
      await buildIndex(session, staged, index.name, keys, (name) => indexSql(index, name, staged.staging));
    for (const check of live.checks.filter(({ disabled }) => !disabled))
      await once(session, staged, check.name, 'sys.check_constraints', 'parent_object_id', (name) => addCheck(name, staged, check.definition)); // prettier-ignore
    return;
  }
  const [first, ...others] = keys;
  if (first) {
    await buildIndex(session, staged, first.name, keys, (name) => looseIndexSql(staged, first, name)).catch(
      async (error: unknown) => {
        if (error instanceof LongshoreError && error.code === 'DUPLICATE_KEY') throw error;
        // A key that is too wide to index as it is staged is only looked through.
        await refuseDuplicates(session, staged, [first]);
      },
    );
  }
  await refuseDuplicates(session, staged, others);
  if (live) await checkRows(session, staged, live);
  if (live && plan.strategy === 'append') await refuseKnownKeys(session, staged, live, keys);
}

/** The primary key first. Keys with columns that the server fills itself are its own business. */
function uniqueKeys({ live, plan, shape, describesFilters }: Staged): UniqueKey[] {
  if (!live) return newKeys(plan).map(({ name = '', columns }) => ({ name, columns, filter: null }));
  const isLoaded = (name: string): boolean =>
    shape === 'switched' || plan.columns.some(({ target }) => target === name);
  return (
    live.indexes
      .filter(({ unique, disabled, keys }) => unique && !disabled && keys.every(({ name }) => isLoaded(name)))
      // An index that may have a condition which nobody knows is left to the table itself.
      .filter(({ primaryKey, uniqueConstraint }) => describesFilters || primaryKey || uniqueConstraint)
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ name, keys, filter }) => ({ name, columns: keys.map((key) => key.name), filter }))
  );
}

const rank = ({ primaryKey, filter }: LiveIndex): number => (primaryKey ? 0 : filter === null ? 1 : 2);

const looseIndexSql = ({ staging }: Staged, { columns, filter }: UniqueKey, name: string): string =>
  `CREATE UNIQUE ${filter === null ? 'CLUSTERED ' : ''}INDEX ${ident(name)} ON ${qualified(staging)} (${identList(columns)})${filter === null ? '' : ` WHERE ${filter}`}`;

const addCheck = (name: string, { staging }: Staged, definition: string): string =>
  `ALTER TABLE ${qualified(staging)} ADD CONSTRAINT ${ident(name)} CHECK ${definition}`;

async function buildIndex(
  session: MssqlSession,
  staged: Staged,
  name: string,
  keys: readonly UniqueKey[],
  sql: (temporary: string) => string,
): Promise<void> {
  try {
    await once(session, staged, name, 'sys.indexes', 'object_id', sql);
  } catch (error) {
    const key = keys.find((each) => each.name === name);
    if (key && isDuplicate(error)) await refuseDuplicates(session, staged, [key]);
    throw toMssqlError(error, { table: targetId(staged.plan) });
  }
}

const isDuplicate = (error: unknown): boolean => [1505, 2601, 2627].includes(errorNumber(error) ?? 0);

async function once(
  session: MssqlSession,
  { staging }: Staged,
  name: string,
  view: string,
  owner: string,
  sql: (temporary: string) => string,
): Promise<void> {
  const temporary = temporaryName(staging, name);
  const found = await session.rows(
    `SELECT 1 AS found FROM ${view} v JOIN sys.tables t ON t.object_id = v.${owner} JOIN sys.schemas s ON s.schema_id = t.schema_id
     WHERE s.name = ${literal(staging.schema)} AND t.name = ${literal(staging.name)} AND v.name = ${literal(temporary)}`,
  );
  if (found.length === 0) await session.run(sql(temporary));
}

const typeOf = (columns: readonly LiveColumn[], name: string): string =>
  columns.find((column) => column.name === name)?.type ?? '';

async function refuseDuplicates(session: MssqlSession, staged: Staged, keys: readonly UniqueKey[]): Promise<void> {
  const { staging, columns, plan } = staged;
  for (const key of keys) {
    const list = identList(key.columns);
    const shown = key.columns.map((name, at) => `${shownSql(name, typeOf(columns, name), 'd')} AS c${at}`).join(', ');
    const [found] = await session.rows<Record<string, unknown>>(
      `SELECT TOP (1) ${shown} FROM (SELECT ${list} FROM ${qualified(staging)}${key.filter === null ? '' : ` WHERE ${key.filter}`} GROUP BY ${list} HAVING COUNT_BIG(*) > 1) d`,
    );
    if (found) throw duplicate(plan, key, shownKey(key.columns, found), 'more than one row has');
  }
}

const duplicate = (plan: TablePlan, { name, columns }: UniqueKey, key: string, what: string): LongshoreError =>
  new LongshoreError(
    'DUPLICATE_KEY',
    `Table ${targetId(plan)}: ${what} the key ${key}, which ${name === '' ? 'its key' : name} allows once.`,
    { table: targetId(plan), column: columns.join(', '), key },
  );

/** Rows that are added must not bring keys that are there already. */
async function refuseKnownKeys(
  session: MssqlSession,
  { staging, columns, plan }: Staged,
  live: LiveTable,
  keys: readonly UniqueKey[],
): Promise<void> {
  for (const key of keys.filter(({ filter }) => filter === null)) {
    const shown = key.columns.map((name, at) => `${shownSql(name, typeOf(columns, name), 's')} AS c${at}`).join(', ');
    const same = key.columns.map((name) => `l.${ident(name)} = s.${ident(name)}`).join(' AND ');
    const [found] = await session.rows<Record<string, unknown>>(
      `SELECT TOP (1) ${shown} FROM ${qualified(staging)} s JOIN ${qualified(live)} l ON ${same}`,
    );
    if (found) throw duplicate(plan, key, shownKey(key.columns, found), 'a row that is there already has');
  }
}

/** A check is broken by rows for which it is false; unknown passes. */
async function checkRows(session: MssqlSession, { staging, columns, plan }: Staged, live: LiveTable): Promise<void> {
  const key = keyColumns(plan).filter((name) => columns.some((column) => column.name === name));
  const shown = key.map((name, at) => `${shownSql(name, typeOf(columns, name))} AS c${at}`);
  for (const { name } of live.checks.filter(({ disabled }) => !disabled)) {
    const { definition } = live.checks.find((check) => check.name === name) ?? { definition: '' };
    // A check that does not understand staging's types is left to the table itself.
    const [found] = await optionalRows<Record<string, unknown>>(
      session,
      `SELECT TOP (1) ${['1 AS found', ...shown].join(', ')} FROM ${qualified(staging)} WHERE NOT (${definition})`,
    );
    if (!found) continue;
    const row = key.length > 0 ? shownKey(key, found) : 'a row without a key';
    throw new LongshoreError(
      'CONSTRAINT_VIOLATED',
      `Table ${targetId(plan)}: row ${row} breaks the check ${name}: ${definition}.`,
      { table: targetId(plan), ...(key.length > 0 && { key: row }) },
    );
  }
}
