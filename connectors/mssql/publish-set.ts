/** The tables of one publish request, with everything that is known of them. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { sameTable, tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { PublishStrategy } from '../../schemas/constants';
import type { PublishRequest } from '../connector';
import { describeLive, liveColumns, type LiveForeignKey, type LiveTable } from './live';
import type { MssqlSession } from './pool';
import { qualified } from './sql';
import { definitionOf, stagingFacts, stagingRef, type StagingFacts } from './staging';

export interface StagedTable {
  plan: TablePlan;
  ref: TableRef;
  id: string;
  staging: TableRef;
  /** Verified rows. */
  rows: number;
  strategy: PublishStrategy;
  facts: StagingFacts;
  /** The live table; undefined when it is created. */
  live?: LiveTable;
}

/** Reads what is staged and what is live. Throws TARGET_CHANGED when the live table is not what was staged for. */
export async function readSet(
  session: MssqlSession,
  stagingSchema: string,
  { runId, tables: wanted }: PublishRequest,
): Promise<StagedTable[]> {
  const tables: StagedTable[] = [];
  for (const { plan, rows } of wanted) {
    const ref = plan.targetRef;
    const id = tableId(ref);
    const facts = await stagingFacts(session, stagingSchema, runId, ref);
    if (!facts)
      throw new LongshoreError('INTERNAL', `Nothing is staged for ${id}, so there is nothing to publish.`, {
        table: id,
      });
    const [live] = await describeLive(session, [ref]);
    const staging = stagingRef(stagingSchema, runId, ref);
    const strategy = live === undefined ? 'create' : plan.strategy;
    checkUnchanged(id, facts, definitionOf(live?.columns));
    tables.push({ plan, ref, id, staging, rows, strategy, facts, ...(live && { live }) });
  }
  return tables;
}

/** The same inside the transaction, where nobody can alter the tables any more. */
export async function recheckSet(session: MssqlSession, tables: readonly StagedTable[]): Promise<void> {
  for (const { id, ref, facts, live } of tables)
    if (live) checkUnchanged(id, facts, definitionOf(await liveColumns(session, ref)));
}

function checkUnchanged(id: string, { definition }: StagingFacts, found: string): void {
  if (found === definition) return;
  const what = found === 'none' ? 'was dropped' : definition === 'none' ? 'was created' : 'was altered';
  throw new LongshoreError('TARGET_CHANGED', `Table ${id} ${what} while its rows were loaded; nothing was published.`, {
    table: id,
  });
}

export const findTable = <T extends { ref: TableRef }>(tables: readonly T[], ref: TableRef): T | undefined =>
  tables.find((table) => sameTable(table.ref, ref));

/** Where the rows of a table will be found by the time the request is published: its staging, or it, or both. */
export function futureRows(tables: readonly StagedTable[], ref: TableRef): string[] {
  const table = findTable(tables, ref);
  if (!table) return [qualified(ref)];
  return table.strategy === 'append' ? [qualified(ref), qualified(table.staging)] : [qualified(table.staging)];
}

/** Keys of these tables and keys that point at them, each once. */
export function keysAround(tables: readonly StagedTable[]): LiveForeignKey[] {
  const keys = tables.flatMap(({ live }) => (live ? [...live.foreignKeys, ...live.referencedBy] : []));
  return [...new Map(keys.map((key) => [keyId(key), key])).values()];
}

export const keyId = ({ from, name }: Pick<LiveForeignKey, 'from' | 'name'>): string => `${tableId(from)} ${name}`;

/** Tables that others refer to come first; a circle is opened at any of them. */
export function parentsFirst(tables: readonly StagedTable[]): StagedTable[] {
  const ordered: StagedTable[] = [];
  let left = [...tables];
  const waits = (table: StagedTable): boolean =>
    (table.live?.foreignKeys ?? []).some((key) => {
      const parent = findTable(left, key.to);
      return parent !== undefined && parent !== table;
    });
  while (left.length > 0) {
    const next = left.find((table) => !waits(table)) ?? left[0]!;
    ordered.push(next);
    left = left.filter((table) => table !== next);
  }
  return ordered;
}
