/** Rows replaced or added in place, inside the publishing transaction: the table stays what it is. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import { keyColumns } from './ddl';
import type { LiveForeignKey, LiveTrigger } from './dependents';
import { sqlState, toPostgresError } from './errors';
import { checkKeys } from './foreign-keys';
import type { PostgresClient } from './pool';
import { findTable, keysAround, nullableColumns, parentsFirst, takesPlace, type StagedTable } from './publish-set';
import { advanceSequences, type Furthest } from './sequences';
import { ident, identList, qualified } from './sql';
import { addedColumns } from './staging';

/** Whether readers of the table wait, too: the user asked to truncate it, or it gets new columns. */
export const keepsReadersOut = ({ strategy, plan }: StagedTable): boolean =>
  strategy === 'truncate-insert' || plan.evolve.length > 0;

/** Writers wait from here on, readers do not, except where nothing less will do. */
export function inPlaceLocksSql(tables: readonly StagedTable[]): string[] {
  const lock = (mode: string, chosen: (table: StagedTable) => boolean): string[] => {
    const names = tables.filter(chosen).map(({ ref }) => qualified(ref));
    return names.length === 0 ? [] : [`LOCK TABLE ${names.toSorted().join(', ')} IN ${mode} MODE`];
  };
  return [
    ...lock('ACCESS EXCLUSIVE', keepsReadersOut),
    ...lock('SHARE ROW EXCLUSIVE', (table) => table.strategy === 'delete-insert' && !keepsReadersOut(table)),
    ...lock('ROW EXCLUSIVE', (table) => table.strategy === 'append' && !keepsReadersOut(table)),
  ];
}

/** May this session keep triggers and foreign keys quiet? Leaves the transaction as it was. */
export async function mayQuiet(client: PostgresClient): Promise<boolean> {
  await client.query('SAVEPOINT longshore_quiet');
  try {
    await client.query('SET LOCAL session_replication_role = replica');
    return true;
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    return false;
  } finally {
    await client.query('ROLLBACK TO SAVEPOINT longshore_quiet; RELEASE SAVEPOINT longshore_quiet');
  }
}

/** `all`: every table of the request, for foreign keys between those that are swapped and those that are not. */
export async function replaceInPlace(
  client: PostgresClient,
  all: readonly StagedTable[],
  furthest: Furthest,
  quiet: boolean,
): Promise<string[]> {
  const ordered = parentsFirst(all.filter((table) => !takesPlace(table)));
  const replaced = ordered.filter(({ strategy }) => strategy !== 'append');
  const cycles = quiet ? [] : closingKeys(ordered);
  // Functions in defaults, checks and triggers may rely on the path that the user usually works with.
  await client.query('SET LOCAL search_path TO DEFAULT; SET CONSTRAINTS ALL DEFERRED');
  const warnings = quiet ? [] : await refuseCascades(client, replaced, all);
  for (const { plan } of ordered) for (const statement of plan.evolve) await client.query(statement);
  const restore = await quietTriggers(client, replaced, quiet, warnings);
  if (quiet) await client.query('SET LOCAL session_replication_role = replica');
  for (const key of cycles) await openCycle(client, ordered, key);
  await removeRows(client, replaced);
  for (const table of ordered) {
    if (quiet)
      await client.query(`SET LOCAL session_replication_role = ${table.strategy === 'append' ? 'origin' : 'replica'}`);
    await insertRows(client, ordered, table, cycles);
  }
  if (quiet) await client.query('SET LOCAL session_replication_role = origin');
  for (const key of cycles) await closeCycle(client, ordered, key);
  for (const statement of restore) await client.query(statement);
  if (quiet) await checkKeys(client, all, touchedKeys(replaced, all));
  for (const { live } of ordered) if (live) await advanceSequences(client, live, furthest);
  await client.query('SET LOCAL search_path TO pg_catalog');
  return warnings;
}

/** Keys that nobody checked because triggers were quiet. Those between two swapped tables were built on staging. */
const touchedKeys = (replaced: readonly StagedTable[], all: readonly StagedTable[]): LiveForeignKey[] =>
  keysAround(replaced).filter((key) => {
    const [from, to] = [findTable(all, key.from), findTable(all, key.to)];
    return (from && replaced.includes(from)) || (to && replaced.includes(to) && !(from && takesPlace(from)));
  });

/** Children go first. A table that others refer to cannot be truncated, so its rows are deleted. */
async function removeRows(client: PostgresClient, ordered: readonly StagedTable[]): Promise<void> {
  const wanted = ordered.filter(({ strategy }) => strategy === 'truncate-insert');
  const truncated = wanted.filter(({ live }) => live?.referencedBy.every((key) => findTable(wanted, key.from)));
  if (truncated.length > 0)
    await client.query(
      `TRUNCATE ${truncated.map(({ ref, live }) => `${only(live?.kind)}${qualified(ref)}`).join(', ')}`,
    );
  for (const table of ordered.toReversed()) {
    if (truncated.includes(table)) continue;
    await client.query(`DELETE FROM ${only(table.live?.kind)}${qualified(table.ref)}`).catch((error: unknown) => {
      throw toPostgresError(error, { table: table.id });
    });
  }
}

/** Tables that inherit hold rows of their own; partitions hold those of their parent. */
const only = (kind: string | undefined): string => (kind === 'r' ? 'ONLY ' : '');

async function insertRows(
  client: PostgresClient,
  ordered: readonly StagedTable[],
  table: StagedTable,
  cycles: readonly LiveForeignKey[],
): Promise<void> {
  const kept = (table.live?.columns ?? []).filter(({ generated }) => generated === '');
  const columns = [...kept, ...(table.live ? addedColumns(table.live, table.plan) : [])].map(({ name }) => name);
  const empty = cycles.filter((key) => tableId(key.from) === table.id).flatMap((key) => nullableColumns(ordered, key));
  const selected = columns.map((name) => (empty.includes(name) ? 'NULL' : ident(name))).join(', ');
  const inserted = await client
    .query(
      `INSERT INTO ${qualified(table.ref)} (${identList(columns)}) OVERRIDING SYSTEM VALUE SELECT ${selected} FROM ${qualified(table.staging)}`,
    )
    .catch((error: unknown) => {
      throw toPostgresError(error, { table: table.id });
    });
  if (inserted.rowCount === table.rows) return;
  throw new LongshoreError(
    'COUNT_MISMATCH',
    `Table ${table.id}: ${table.rows} rows were verified, and ${inserted.rowCount} arrived; a rule or trigger of the table may drop rows. Nothing was published.`,
    { table: table.id },
  );
}

/** Foreign keys that point at a table which comes later in the order; those the server can defer need nothing. */
function closingKeys(ordered: readonly StagedTable[]): LiveForeignKey[] {
  return ordered.flatMap(({ live }, position) =>
    (live?.foreignKeys ?? []).filter((key) => {
      const at = ordered.findIndex(({ id }) => id === tableId(key.to));
      return at > position && !key.deferrable && key.enforced;
    }),
  );
}

async function openCycle(client: PostgresClient, ordered: readonly StagedTable[], key: LiveForeignKey): Promise<void> {
  const columns = nullableColumns(ordered, key).map(ident);
  if (columns.length === 0) {
    throw new LongshoreError(
      'CYCLE_WITHOUT_NULLABLE_KEY',
      `Rows of ${tableId(key.from)} cannot be replaced: foreign key ${key.name} is part of a circle and can neither be deferred nor left empty.`,
      { table: tableId(key.from), column: key.columns.join(', ') },
    );
  }
  await client.query(
    `UPDATE ${qualified(key.from)} SET ${columns.map((column) => `${column} = NULL`).join(', ')} WHERE ${columns.map((column) => `${column} IS NOT NULL`).join(' OR ')}`,
  );
}

async function closeCycle(client: PostgresClient, ordered: readonly StagedTable[], key: LiveForeignKey): Promise<void> {
  const table = findTable(ordered, key.from);
  const rowKey = table ? keyColumns(table.plan) : [];
  if (!table || rowKey.length === 0)
    throw new LongshoreError(
      'NO_KEY',
      `Table ${tableId(key.from)} is part of a circle of foreign keys and has no primary key by which its rows could be completed.`,
      { table: tableId(key.from) },
    );
  const values = nullableColumns(ordered, key)
    .map((column) => `${ident(column)} = s.${ident(column)}`)
    .join(', ');
  const same = rowKey.map((column) => `t.${ident(column)} = s.${ident(column)}`).join(' AND ');
  await client
    .query(`UPDATE ${qualified(table.ref)} t SET ${values} FROM ${qualified(table.staging)} s WHERE ${same}`)
    .catch((error: unknown) => {
      throw toPostgresError(error, { table: table.id });
    });
}

/** Without the right to keep foreign keys quiet, rows of tables outside the request would be deleted, emptied or in the way. */
async function refuseCascades(
  client: PostgresClient,
  replaced: readonly StagedTable[],
  all: readonly StagedTable[],
): Promise<string[]> {
  for (const key of keysAround(replaced)) {
    const parent = findTable(replaced, key.to);
    const child = findTable(all, key.from);
    const isSafe =
      !parent || (child && child.strategy !== 'append') || !key.enforced || (key.deferrable && key.onDelete === 'a');
    if (isSafe) continue;
    const filled = key.columns.map((column) => `${ident(column)} IS NOT NULL`).join(' AND ');
    const { rowCount } = await client.query(`SELECT FROM ${qualified(key.from)} WHERE ${filled} LIMIT 1`);
    if (!rowCount) continue;
    throw new LongshoreError(
      'PERMISSION_DENIED',
      `Rows of ${parent.id} cannot be replaced: ${tableId(key.from)} refers to them (foreign key ${key.name}), and the user may not set session_replication_role.`,
      { table: parent.id },
      { next: 'GRANT SET ON PARAMETER session_replication_role to the user, or include the table named in the set.' },
    );
  }
  return [];
}

/** Triggers that would fire all the same are switched off for the transaction, where the user owns the table. */
async function quietTriggers(
  client: PostgresClient,
  tables: readonly StagedTable[],
  quiet: boolean,
  warnings: string[],
): Promise<string[]> {
  const restore: string[] = [];
  for (const { live, id } of tables) {
    const firing = (live?.triggers ?? []).filter(({ enabled }) =>
      quiet ? enabled === 'R' || enabled === 'A' : enabled === 'O' || enabled === 'A',
    );
    if (!live || firing.length === 0) continue;
    if (!live.owns) {
      warnings.push(
        `Triggers of ${id} fired for every row: the user does not own the table and cannot keep them quiet.`,
      );
      continue;
    }
    for (const trigger of firing) {
      await client.query(`ALTER TABLE ${qualified(live)} DISABLE TRIGGER ${ident(trigger.name)}`);
      restore.push(`ALTER TABLE ${qualified(live)} ${enableWord(trigger)} TRIGGER ${ident(trigger.name)}`);
    }
  }
  return restore;
}

const enableWord = ({ enabled }: LiveTrigger): string =>
  ({ R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' })[enabled] ?? 'ENABLE';
