/** Checks on the staged rows of a table before they may be published: keys, NOT NULL, and keys the target already has. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { StagingRequest } from '../connector';
import { fileExists, withFile, withMemory, type FileSettings, type Session } from './instance';
import { keyText, maskedNames, withoutValues } from './masked';
import { ident, idents, qualified } from './sql';
import { attachParts, stagedParts, STAGED_TABLE, tableFolder, unionAll } from './staging';

interface Rules {
  /** Columns, under their target names, of each key; the first may be the primary key. */
  keys: string[][];
  notNull: string[];
}

/** Builds nothing: DuckDB builds keys while publishing. Throws DUPLICATE_KEY or NULL_IN_NOT_NULL with column and key. */
export async function finish(settings: FileSettings, request: StagingRequest, signal?: AbortSignal): Promise<void> {
  const { plan } = request;
  const folder = await tableFolder(settings, request);
  await removeUnfinished(folder);
  const parts = await stagedParts(folder);
  const { keys, notNull } = rules(plan);
  if (parts.length === 0 || keys.length + notNull.length === 0) return;
  const check = async (session: Session, appended: boolean): Promise<void> => {
    const staged = unionAll(await attachParts(session, parts, 'part'), '*', STAGED_TABLE);
    for (const column of appended ? [] : notNull) await checkNotNull(session, staged, plan, column, keys[0] ?? []);
    for (const key of keys) {
      if (appended) await checkAgainstTarget(session, staged, plan, key);
      else await checkUnique(session, staged, plan, key);
    }
  };
  try {
    await withMemory(settings, { directories: [folder], signal }, async (session) => check(session, false));
    if (plan.mode === 'append' && plan.target !== undefined && (await fileExists(settings.path))) {
      await withFile(settings, { mode: 'read', directories: [folder], waitMs: 2000, signal }, async (session) =>
        check(session, true),
      );
    }
  } catch (error) {
    throw withoutValues(error, plan.columns, { table: tableId(plan.targetRef) });
  }
}

/** Files that a killed attempt left half-written. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const left = names.filter((name) => name.includes('.tmp'));
  await Promise.all(left.map(async (name) => rm(join(folder, name), { force: true })));
}

/** Keys and NOT NULL columns that the rows will meet, as far as they are transferred. */
function rules(plan: TablePlan): Rules {
  const table = plan.target ?? plan.source;
  const targetName = (name: string): string | undefined =>
    plan.columns.find((column) => (plan.target ? column.target : column.source) === name)?.target;
  const all = [table.primaryKey?.columns ?? [], ...table.uniqueKeys.map(({ columns }) => columns)];
  if (plan.target) all.push(...table.indexes.filter(({ unique }) => unique).map(({ columns }) => columns));
  const keys = all
    .map((columns) => columns.map(targetName))
    .filter((columns): columns is string[] => columns.length > 0 && columns.every((name) => name !== undefined));
  const notNull = table.columns.filter(({ nullable }) => !nullable).map(({ name }) => targetName(name));
  return { keys, notNull: notNull.filter((name) => name !== undefined) };
}

const shownKey = (plan: TablePlan, names: string[], row: Record<string, unknown>): string =>
  keyText(names, Object.values(row), maskedNames(plan.columns, 'target'));
const asText = (columns: string[]): string => columns.map((name) => `${ident(name)}::VARCHAR`).join(', ');

async function checkNotNull(
  session: Session,
  staged: string,
  plan: TablePlan,
  column: string,
  key: string[],
): Promise<void> {
  const [found] = await session.rows(
    `SELECT ${key.length > 0 ? asText(key) : '1'} FROM ${staged} WHERE ${ident(column)} IS NULL LIMIT 1`,
  );
  if (found === undefined) return;
  const table = tableId(plan.targetRef);
  const place = { table, column, ...(key.length > 0 && { key: shownKey(plan, key, found) }) };
  throw new LongshoreError(
    'NULL_IN_NOT_NULL',
    `Column ${column} of table ${table} is NOT NULL, and a row has no value for it.`,
    place,
  );
}

async function checkUnique(session: Session, staged: string, plan: TablePlan, key: string[]): Promise<void> {
  const filled = key.map((name) => `${ident(name)} IS NOT NULL`).join(' AND ');
  const [found] = await session.rows(
    `SELECT ${asText(key)} FROM ${staged} WHERE ${filled} GROUP BY ${idents(key)} HAVING count(*) > 1 LIMIT 1`,
  );
  if (found === undefined) return;
  const table = tableId(plan.targetRef);
  throw new LongshoreError('DUPLICATE_KEY', `Table ${table}: more than one row has ${shownKey(plan, key, found)}.`, {
    table,
    column: key.join(', '),
    key: shownKey(plan, key, found),
  });
}

async function checkAgainstTarget(session: Session, staged: string, plan: TablePlan, key: string[]): Promise<void> {
  const columns = idents(key);
  const [found] = await session.rows(
    `SELECT ${asText(key)} FROM ${staged} AS staged SEMI JOIN ${qualified(plan.targetRef)} AS present USING (${columns}) LIMIT 1`,
  );
  if (found === undefined) return;
  const table = tableId(plan.targetRef);
  throw new LongshoreError('DUPLICATE_KEY', `Table ${table} already has a row with ${shownKey(plan, key, found)}.`, {
    table,
    column: key.join(', '),
    key: shownKey(plan, key, found),
  });
}
