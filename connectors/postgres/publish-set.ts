/** The tables of one publish request, with everything that is known of them. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { sameTable, tableId, type TableRef } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';
import type { PublishStrategy } from '../../schemas/constants';
import type { PublishRequest } from '../connector';
import { buildLike, buildNew, type BuildPlan } from './build-plan';
import { describeLive, fingerprint, type LiveForeignKey, type LiveTable } from './dependents';
import type { PostgresClient } from './pool';
import { qualified } from './sql';
import { stagingFacts, stagingRef, type StagingFacts } from './staging';

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
  /** The staging table as the catalog has it. */
  staged: LiveTable;
  build: BuildPlan;
}

/** Reads what is staged and what is live. Throws TARGET_CHANGED when the live table is not what was staged for. */
export async function readSet(
  client: Pick<PostgresClient, 'query'>,
  stagingSchema: string,
  request: PublishRequest,
): Promise<StagedTable[]> {
  const refs = request.tables.map(({ plan }) => plan.targetRef);
  const stagings = refs.map((ref) => stagingRef(stagingSchema, request.runId, ref));
  const lives = await describeLive(client, refs);
  const stageds = await describeLive(client, stagings);
  const tables: StagedTable[] = [];
  for (const [index, { plan, rows }] of request.tables.entries()) {
    const ref = plan.targetRef;
    const [staging, live, staged] = [stagings[index], lives[index], stageds[index]];
    const facts = staging && (await stagingFacts(client, staging));
    if (!staging || !staged || !facts)
      throw new LongshoreError('INTERNAL', `Nothing is staged for ${tableId(ref)}, so there is nothing to publish.`, {
        table: tableId(ref),
      });
    const build = live ? buildLike(live, staging) : buildNew(plan, staging);
    tables.push({
      plan,
      ref,
      id: tableId(ref),
      staging,
      rows,
      strategy: plan.strategy,
      facts,
      ...(live ? { live } : {}),
      staged,
      build,
    });
  }
  checkUnchanged(tables);
  return tables;
}

/** Throws TARGET_CHANGED when a live table was altered, dropped or made since its staging table was. */
export function checkUnchanged(tables: readonly StagedTable[]): void {
  for (const { id, live, facts } of tables) {
    if ((live ? fingerprint(live) : 'none') === facts.fingerprint) continue;
    const what = live === undefined ? 'was dropped' : facts.fingerprint === 'none' ? 'was created' : 'was altered';
    throw new LongshoreError(
      'TARGET_CHANGED',
      `Table ${id} ${what} while its rows were loaded; nothing was published.`,
      { table: id },
    );
  }
}

export const takesPlace = ({ strategy }: Pick<StagedTable, 'strategy'>): boolean =>
  strategy === 'swap' || strategy === 'create';

export const findTable = <T extends { ref: TableRef }>(tables: readonly T[], ref: TableRef): T | undefined =>
  tables.find((table) => sameTable(table.ref, ref));

/** Where the rows of a table will be found by the time the request is published: its staging, or it, or both. */
export function futureRows(tables: readonly StagedTable[], ref: TableRef): string[] {
  const table = findTable(tables, ref);
  if (!table) return [qualified(ref)];
  return table.strategy === 'append' ? [qualified(ref), qualified(table.staging)] : [qualified(table.staging)];
}

/** Columns of a foreign key that can be left empty for a while. */
export const nullableColumns = (tables: readonly StagedTable[], key: LiveForeignKey): string[] =>
  key.columns.filter((name) =>
    findTable(tables, key.from)?.live?.columns.some((column) => column.name === name && !column.notNull),
  );

/** Tables that others refer to come first; a circle is opened at a key that is deferrable or can be left empty. */
export function parentsFirst(tables: readonly StagedTable[]): StagedTable[] {
  const ordered: StagedTable[] = [];
  let left = [...tables];
  const waits = (table: StagedTable, counts: (key: LiveForeignKey) => boolean): boolean =>
    (table.live?.foreignKeys ?? []).some((key) => {
      const parent = findTable(left, key.to);
      return parent !== undefined && parent !== table && counts(key);
    });
  while (left.length > 0) {
    const isHard = (key: LiveForeignKey): boolean => !key.deferrable && nullableColumns(tables, key).length === 0;
    const next =
      left.find((table) => !waits(table, () => true)) ?? left.find((table) => !waits(table, isHard)) ?? left[0];
    ordered.push(...left.filter((table) => table === next));
    left = left.filter((table) => table !== next);
  }
  return ordered;
}

/** Foreign keys of live tables that have an end in one of `tables`, each once. */
export function keysAround(tables: readonly StagedTable[]): LiveForeignKey[] {
  const keys = tables.flatMap(({ live }) => (live ? [...live.foreignKeys, ...live.referencedBy] : []));
  return keys.filter(
    (key, index) => keys.findIndex((other) => other.fromOid === key.fromOid && other.name === key.name) === index,
  );
}
