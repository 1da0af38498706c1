/** Rows replaced or added in place, inside the publishing transaction: `delete-insert`, `truncate-insert`, `append`. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { ServerAbilities } from './abilities';
import { copyRows } from './copy-rows';
import { errorNumber, toMssqlError } from './errors';
import { dropKeySql } from './foreign-keys';
import { restoreNumbers, type Furthest } from './identity';
import type { LiveForeignKey } from './live';
import type { LockedRun } from './locks';
import type { MssqlSession } from './pool';
import { parentsFirst, recheckSet, type StagedTable } from './publish-set';
import { ident, qualified } from './sql';

const isReplaced = ({ strategy }: StagedTable): boolean =>
  strategy === 'delete-insert' || strategy === 'truncate-insert';

const activeTriggers = ({ live }: StagedTable): string[] =>
  (live?.triggers ?? []).filter(({ disabled }) => !disabled).map(({ name }) => name);

/** Whether readers of a table wait while it is worked on. */
export const keepsReadersOut = (table: StagedTable, { versioned }: ServerAbilities, quiet: boolean): boolean =>
  table.plan.evolve.length > 0 ||
  (isReplaced(table) &&
    (!versioned ||
      table.strategy === 'truncate-insert' ||
      (quiet && activeTriggers(table).length > 0) ||
      (table.live?.policies.length ?? 0) > 0));

/** Takes the locks: writers wait from here on. Foreign keys in the way go first, since their tables are locked with them. */
export async function lockInPlace(
  run: LockedRun,
  tables: readonly StagedTable[],
  dropped: readonly LiveForeignKey[],
): Promise<void> {
  // A query for no row at all would be answered without touching the table.
  for (const { ref } of tables.filter(isReplaced))
    await run(`SELECT TOP (1) 1 AS locked FROM ${qualified(ref)} WITH (TABLOCKX, HOLDLOCK)`);
  for (const key of dropped) await run(dropKeySql(key));
}

/** May triggers be switched off? Of those who may not, the names of tables whose triggers will fire. */
export async function firingTriggers(session: MssqlSession, tables: readonly StagedTable[]): Promise<string[]> {
  const firing: string[] = [];
  for (const table of tables.filter((each) => isReplaced(each) && activeTriggers(each).length > 0)) {
    const [answer] = await session.rows<{ may: number | null }>(
      `SELECT HAS_PERMS_BY_NAME(@name, 'OBJECT', 'ALTER') AS may`,
      { name: qualified(table.ref) },
    );
    if (answer?.may === 0) firing.push(table.id);
  }
  return firing;
}

/** `firing`: ids of tables whose triggers cannot be switched off. */
export async function replaceInPlace(
  session: MssqlSession,
  tables: readonly StagedTable[],
  furthest: Furthest,
  firing: readonly string[],
): Promise<void> {
  const ordered = parentsFirst(tables);
  await recheckSet(session, ordered);
  const restore: string[] = [];
  for (const table of ordered) {
    for (const statement of table.plan.evolve) await session.run(statement);
    if (isReplaced(table)) restore.push(...(await quiet(session, table, firing.includes(table.id))));
  }
  for (const table of ordered.toReversed()) if (isReplaced(table)) await removeRows(session, table);
  for (const table of ordered) {
    await copyRows(session, table);
    if (table.strategy === 'truncate-insert') await restoreNumbers(session, table, furthest);
  }
  for (const statement of restore) await session.run(statement);
}

/** Switches triggers and row-level security off; answers with the statements that switch them on again. */
async function quiet(session: MssqlSession, table: StagedTable, mayNot: boolean): Promise<string[]> {
  const restore: string[] = [];
  const name = qualified(table.ref);
  if (!mayNot) {
    for (const trigger of activeTriggers(table)) {
      await session.run(`DISABLE TRIGGER ${qualified({ schema: table.ref.schema, name: trigger })} ON ${name}`);
      restore.push(`ENABLE TRIGGER ${qualified({ schema: table.ref.schema, name: trigger })} ON ${name}`);
    }
  }
  for (const policy of table.live?.policies ?? []) {
    await session.run(`ALTER SECURITY POLICY ${qualified(policy)} WITH (STATE = OFF)`).catch((error: unknown) => {
      const known = toMssqlError(error, { table: table.id });
      throw known.code !== 'PERMISSION_DENIED'
        ? known
        : new LongshoreError(
            'PERMISSION_DENIED',
            `Rows of ${table.id} cannot be replaced: the policy ${ident(policy.name)} may hide some from us, and the user may not switch it off.`,
            { table: table.id },
            { cause: error, next: 'GRANT ALTER ANY SECURITY POLICY to the user.' },
          );
    });
    restore.push(`ALTER SECURITY POLICY ${qualified(policy)} WITH (STATE = ON)`);
  }
  return restore;
}

/** Not every table can be truncated: those under replication, change capture or an indexed view are emptied by DELETE. */
const NO_TRUNCATE = new Set([3729, 4711, 4712, 13545, 41853]);

async function removeRows(session: MssqlSession, table: StagedTable): Promise<void> {
  const name = qualified(table.ref);
  if (table.strategy === 'truncate-insert') {
    try {
      await session.run(`TRUNCATE TABLE ${name}`);
      return;
    } catch (error) {
      if (!NO_TRUNCATE.has(errorNumber(error) ?? 0)) throw error;
    }
  }
  await session.run(`DELETE FROM ${name}`).catch((error: unknown) => {
    throw toMssqlError(error, { table: table.id });
  });
}
