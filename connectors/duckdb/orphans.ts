/** Rows whose foreign key points at nothing, among those about to be published. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { sameTable, tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { OrphanRequest } from '../connector';
import { fileExists, withFile, withMemory, type FileSettings, type Session } from './instance';
import { describeTables } from './introspect';
import { maskedNames, withoutValues } from './masked';
import { ident, idents, qualified } from './sql';
import { attachParts, stagedParts, tableFolder } from './staging';

const SAMPLES = 5;
/** How long a reader waits for a program that is just writing the file. */
const READ_WAIT_MS = 2000;

/** Keys of masked columns are counted and not shown. Throws TABLE_NOT_FOUND for a live parent that is not there. */
export async function countOrphans(
  settings: FileSettings,
  request: OrphanRequest,
  signal?: AbortSignal,
): Promise<{ orphans: number; samples: string[][] }> {
  const { runId, child, parent } = request;
  const isSelf = parent !== undefined && sameTable(parent.targetRef, child.targetRef);
  const plans = [child, ...(parent && !isSelf ? [parent] : [])];
  const folders = await Promise.all(plans.map(async (plan) => tableFolder(settings, { runId, plan })));
  const files = await Promise.all(folders.map(stagedParts));
  const needsLive = parent === undefined || staysLive(child) || staysLive(parent);
  const work = async (session: Session): Promise<{ orphans: number; samples: string[][] }> => {
    const staged: string[][] = [];
    for (const [index, found] of files.entries()) staged.push(await attachParts(session, found, `staged_${index}`));
    return count(session, request, staged[0] ?? [], (isSelf ? staged[0] : staged[1]) ?? []);
  };
  const access = { directories: folders, signal };
  try {
    return needsLive && (await fileExists(settings.path))
      ? await withFile(settings, { ...access, mode: 'read', waitMs: READ_WAIT_MS }, work)
      : await withMemory(settings, access, work);
  } catch (error) {
    throw withoutValues(error, [...child.columns, ...(parent?.columns ?? [])], { table: tableId(child.targetRef) });
  }
}

/** Rows of the target that are still there after publishing. */
const staysLive = ({ mode, target }: TablePlan): boolean => mode === 'append' && target !== undefined;

async function count(
  session: Session,
  { child, parent, key }: OrphanRequest,
  childParts: string[],
  parentParts: string[],
): Promise<{ orphans: number; samples: string[][] }> {
  const children = relation(key.columns, childParts, staysLive(child) ? child.targetRef : undefined);
  if (!parent) await assertThere(session, key.to);
  const live = !parent || staysLive(parent) ? (parent?.targetRef ?? key.to) : undefined;
  const parents = relation(key.toColumns, parentParts, live);
  if (children === undefined) return { orphans: 0, samples: [] };
  const filled = key.columns.map((name) => `child.${ident(name)} IS NOT NULL`);
  const pairs = key.columns.map((name, index) => `parent.${ident(key.toColumns[index] ?? '')} = child.${ident(name)}`);
  const points =
    parents === undefined ? [] : [`NOT EXISTS (SELECT 1 FROM ${parents} AS parent WHERE ${pairs.join(' AND ')})`];
  const from = `FROM ${children} AS child WHERE ${[...filled, ...points].join(' AND ')}`;
  const orphans = await session.count(`SELECT count(*) ${from}`);
  const masked = maskedNames(child.columns, 'target');
  if (orphans === 0 || key.columns.some((name) => masked.has(name))) return { orphans, samples: [] };
  const texts = key.columns.map((name) => `child.${ident(name)}::VARCHAR`).join(', ');
  const samples = await session.rows(
    `SELECT DISTINCT ${key.columns.map((_name, index) => `k${index}`).join(', ')} FROM (SELECT ${texts} ${from}) AS found(${key.columns.map((_name, index) => `k${index}`).join(', ')}) LIMIT ${SAMPLES}`,
  );
  return { orphans, samples: samples.map((row) => Object.values(row).map(String)) };
}

/** Columns of staged parts and of a live table as one; undefined when there are neither. */
function relation(columns: string[], parts: string[], live: TableRef | undefined): string | undefined {
  const tables = [...parts, ...(live ? [qualified(live)] : [])];
  if (tables.length === 0) return undefined;
  return `(${tables.map((table) => `SELECT ${idents(columns)} FROM ${table}`).join(' UNION ALL ')})`;
}

async function assertThere(session: Session, ref: TableRef): Promise<void> {
  const [found] = await describeTables(session, [ref]);
  if (found !== undefined) return;
  const table = tableId(ref);
  throw new LongshoreError('TABLE_NOT_FOUND', `The target has no table ${table} for the foreign key to point at.`, {
    table,
  });
}
