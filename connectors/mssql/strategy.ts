/** Which way of publishing keeps everything that hangs on a table, and holds readers up least. Explains itself. */
import { SMALL_BYTES, SMALL_ROWS, type StrategyChoice } from '../../core/plan/publish-strategy';
import { tableId, type TableSchema } from '../../core/types/table';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TargetDatabase } from '../connector';
import { isLoadedAsItself } from './ddl';
import { describeLive, type LiveTable } from './live';
import type { MssqlPool } from './pool';
import { serverAbilities, type ServerAbilities } from './abilities';

/** Why rows cannot be switched into the table, as parts of a sentence; empty when they can. */
export function swapObstacles(live: LiveTable): string[] {
  const obstacles = [...live.peculiarities];
  for (const column of live.columns) {
    if (!isLoadedAsItself(column) && column.computed === null)
      obstacles.push(`column ${column.name} has the type ${column.type}`);
  }
  if (live.policies.length > 0) obstacles.push('row-level security guards it');
  for (const { name, disabled, trusted } of live.checks) {
    if (!disabled && !trusted) obstacles.push(`its check ${name} was never checked for all rows`);
  }
  return obstacles;
}

type Wish = Parameters<TargetDatabase['chooseStrategy']>[1];

const NO_SWITCH = 'the server has no ALTER TABLE … SWITCH';

export async function chooseStrategy(
  pool: MssqlPool,
  table: TableSchema | undefined,
  plan: Wish,
): Promise<StrategyChoice> {
  if (!table) return { strategy: 'create', reason: 'The target has no such table; it is created.' };
  const id = tableId(plan.targetRef);
  if (table.kind !== 'table' && table.kind !== 'partitioned')
    throw new LongshoreError('SCHEMA_MISMATCH', `${id} is a ${table.kind} in the target, not a table.`, { table: id });
  const [live] = await pool.use((session) => describeLive(session, [plan.targetRef]));
  if (!live) return { strategy: 'create', reason: 'The target has no such table; it is created.' };
  return decide(live, plan, await serverAbilities(pool));
}

/** Pure part of `chooseStrategy`. */
export function decide(
  live: LiveTable,
  { mode, forced, estimatedRows }: Wish,
  abilities: ServerAbilities,
): StrategyChoice {
  if (mode === 'append') return { strategy: 'append', reason: 'Rows are added to those that are there.' };
  const obstacles = [...(abilities.switches ? [] : [NO_SWITCH]), ...swapObstacles(live)];
  const waiting = readersDuringCopy(live, abilities);
  if (forced === 'swap' && obstacles.length > 0)
    return {
      strategy: 'delete-insert',
      reason: `The configuration asks for swap, which is not possible: ${listed(obstacles)}. Rows are replaced in place in one transaction; ${waiting}.`,
    };
  if (forced !== undefined && forced !== 'create' && forced !== 'append')
    return { strategy: forced, reason: `The configuration asks for ${forced}.` };
  if (mode === 'truncate')
    return {
      strategy: 'truncate-insert',
      reason: 'The configuration asks to truncate: readers wait until the new rows are in.',
    };
  const rows = estimatedRows < 0 || live.rows < 0 ? -1 : Math.max(estimatedRows, live.rows);
  if (rows >= 0 && rows <= SMALL_ROWS && live.bytes <= SMALL_BYTES)
    return {
      strategy: 'delete-insert',
      reason: `The table is small: its rows are replaced in one transaction; ${waiting}.`,
    };
  if (obstacles.length > 0)
    return {
      strategy: 'delete-insert',
      reason: `Rows are replaced in place in one transaction, because ${listed(obstacles)}; ${waiting}.`,
    };
  return {
    strategy: 'swap',
    reason: `The loaded rows are switched into the emptied table, which stays what it is with everything that hangs on it${around(live)}; readers wait for a moment.`,
  };
}

function readersDuringCopy(live: LiveTable, { versioned }: ServerAbilities): string {
  const wait = 'readers wait until the new rows are in';
  if (!versioned) return `${wait}, since the database has no READ_COMMITTED_SNAPSHOT`;
  if (live.triggers.some(({ disabled }) => !disabled)) return `${wait}, since its triggers are switched off meanwhile`;
  if (live.policies.length > 0) return `${wait}, since its row-level security is switched off meanwhile`;
  return 'readers see the old rows until then and do not wait';
}

function around({ foreignKeys, referencedBy }: LiveTable): string {
  const count = new Set([...foreignKeys, ...referencedBy].map(({ from, name }) => `${tableId(from)} ${name}`)).size;
  if (count === 0) return '';
  return count === 1
    ? '; its foreign key is taken off for the switch, put back with it and checked after it'
    : `; ${count} foreign keys around it are taken off for the switch, put back with it and checked after it`;
}

/** At most three, so that the preview stays readable. */
function listed(obstacles: readonly string[]): string {
  const shown = obstacles.slice(0, 3).join('; ');
  return obstacles.length > 3 ? `${shown}; and ${obstacles.length - 3} more reasons` : shown;
}
