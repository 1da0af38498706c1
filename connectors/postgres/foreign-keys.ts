/** Foreign keys across a switch: built on staging before it, put back on tables outside after it. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import { isFromPostgres, keepsColumns, keyColumns, retargetForeignKey, targetNames } from './ddl';
import { withoutNotValid, type LiveForeignKey } from './dependents';
import { sqlState } from './errors';
import { lockPatiently, type LockPatience } from './locks';
import type { DedicatedClient, PostgresClient, PostgresPool } from './pool';
import { findTable, futureRows, keysAround, takesPlace, type StagedTable } from './publish-set';
import { ident, identList, literal, qualified } from './sql';

/** A foreign key that is added at the switch as NOT VALID and validated after it. */
export interface LateKey {
  table: TableRef;
  name: string;
  definition: string;
  validate: boolean;
  comment: string | null;
  /** The old constraint goes first: its table stays, what it refers to does not. */
  drop: boolean;
}

/** Keys with one end in a table that is swapped in and the other in one that stays. */
export function lateKeys(tables: readonly StagedTable[]): LateKey[] {
  const swapped = tables.filter(takesPlace);
  return keysAround(swapped).flatMap((key): LateKey[] => {
    const from = findTable(swapped, key.from);
    const parent = findTable(tables, key.to);
    const isLate = from === undefined || (parent !== undefined && !takesPlace(parent) && parent.strategy !== 'append');
    if (!isLate) return [];
    return [
      {
        table: key.from,
        name: key.name,
        definition: withoutNotValid(key.definition),
        validate: key.validated && key.enforced,
        comment: key.comment,
        drop: from === undefined,
      },
    ];
  });
}

export const addLateSql = ({ table, name, definition, comment }: LateKey): string => {
  const notValid = definition.endsWith('NOT ENFORCED') ? '' : ' NOT VALID';
  const add = `ALTER TABLE ${qualified(table)} ADD CONSTRAINT ${ident(name)} ${definition}${notValid}`;
  return comment === null
    ? add
    : `${add}; COMMENT ON CONSTRAINT ${ident(name)} ON ${qualified(table)} IS ${literal(comment)}`;
};

/** After the switch. What does not validate stays NOT VALID and becomes a warning. */
export async function validateLate(
  pool: PostgresPool,
  keys: readonly Pick<LateKey, 'table' | 'name' | 'validate'>[],
): Promise<string[]> {
  const warnings: string[] = [];
  for (const { table, name } of keys.filter(({ validate }) => validate)) {
    await pool.query(`ALTER TABLE ${qualified(table)} VALIDATE CONSTRAINT ${ident(name)}`).catch((error: unknown) => {
      warnings.push(
        `Foreign key ${name} of ${tableId(table)} is back, but could not be validated: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }
  return warnings;
}

/** Every enforced, validated key that the request could break holds for the rows to come. Throws FOREIGN_KEY_VIOLATED. */
export async function checkKeys(
  client: Pick<PostgresClient, 'query'>,
  tables: readonly StagedTable[],
  keys: readonly LiveForeignKey[],
): Promise<void> {
  for (const key of keys) {
    if (key.validated && key.enforced) await checkKey(client, tables, key);
  }
}

export async function checkKey(
  client: Pick<PostgresClient, 'query'>,
  tables: readonly StagedTable[],
  key: Pick<LiveForeignKey, 'name' | 'from' | 'to' | 'columns' | 'toColumns'>,
): Promise<void> {
  for (const child of futureRows(tables, key.from)) {
    const filled = key.columns.map((column) => `c.${ident(column)} IS NOT NULL`).join(' AND ');
    const matches = (parent: string): string =>
      `NOT EXISTS (SELECT FROM ${parent} p WHERE ${key.columns.map((column, at) => `p.${ident(key.toColumns[at] ?? '')} = c.${ident(column)}`).join(' AND ')})`;
    const owner = findTable(tables, key.from);
    const rowKey = owner ? keyColumns(owner.plan) : [];
    const shown = [...key.columns, ...rowKey].map((column, at) => `c.${ident(column)}::text AS c${at}`).join(', ');
    const { rows } = await client.query<Record<string, string>>(
      `SELECT ${shown} FROM ${child} c WHERE ${filled} AND ${futureRows(tables, key.to).map(matches).join(' AND ')} LIMIT 1`,
    );
    const [orphan] = rows;
    if (!orphan) continue;
    const describe = (names: readonly string[], from: number): string =>
      names.map((name, at) => `${name}=${orphan[`c${from + at}`]}`).join(', ');
    const value = describe(key.columns, 0);
    const row = rowKey.length > 0 ? describe(rowKey, key.columns.length) : value;
    throw new LongshoreError(
      'FOREIGN_KEY_VIOLATED',
      `Table ${tableId(key.from)}: row ${row} has ${value}, which ${tableId(key.to)} does not have (foreign key ${key.name}); nothing was published.`,
      // A child outside of the set stays as it is, so the table at fault is the one that would lose the row.
      owner
        ? { table: tableId(key.from), column: key.columns.join(', '), key: row }
        : { table: tableId(key.to), column: key.toColumns.join(', '), key: describe(key.toColumns, 0) },
    );
  }
}

interface StagedKey {
  table: StagedTable;
  name: string;
  definition: string;
  to: TableRef;
  columns: string[];
  toColumns: string[];
  /** What it is added to: staging of another table of the set, or a live table. */
  parent: TableRef;
  parentIsLive: boolean;
  validate: boolean;
}

/**
 * Builds the foreign keys of staging tables that will take a live table's place, outside every lock. Idempotent. Throws
 * FOREIGN_KEY_VIOLATED with an example. Answers with warnings.
 */
export async function buildStagedKeys(
  pool: PostgresPool,
  session: DedicatedClient,
  tables: readonly StagedTable[],
  patience: LockPatience,
): Promise<string[]> {
  const warnings: string[] = [];
  for (const table of tables.filter(takesPlace)) {
    const keys = table.live ? keysLike(table, tables) : await keysOfSource(session.client, table, tables, warnings);
    for (const key of keys) await buildKey(pool, session, tables, key, patience);
  }
  return warnings;
}

function keysLike(table: StagedTable, tables: readonly StagedTable[]): StagedKey[] {
  return (table.live?.foreignKeys ?? []).flatMap((key): StagedKey[] => {
    const inSet = findTable(tables, key.to);
    const replaced = inSet !== undefined && takesPlace(inSet);
    if (inSet && !replaced && inSet.strategy !== 'append') return [];
    const parent = replaced ? inSet.staging : key.to;
    const definition = retargetForeignKey(withoutNotValid(key.definition), parent);
    return [
      {
        table,
        name: key.name,
        definition,
        to: key.to,
        columns: key.columns,
        toColumns: key.toColumns,
        parent,
        parentIsLive: !replaced,
        validate: key.validated && key.enforced,
      },
    ];
  });
}

/** A table that is created gets the foreign keys of its source, as far as what they refer to is there. */
async function keysOfSource(
  client: PostgresClient,
  table: StagedTable,
  tables: readonly StagedTable[],
  warnings: string[],
): Promise<StagedKey[]> {
  if (!isFromPostgres(table.plan)) {
    for (const { name } of table.plan.source.foreignKeys)
      warnings.push(
        `Foreign key ${name} of ${table.id} was not created: another kind of database may take values for equal that differ here.`,
      );
    return [];
  }
  const keys: StagedKey[] = [];
  for (const key of table.plan.source.foreignKeys) {
    const parent = tables.find(
      ({ plan }) => plan.source.ref.schema === key.to.schema && plan.source.ref.name === key.to.name,
    );
    const fits =
      keepsColumns(table.plan, key.columns) && parent !== undefined && keepsColumns(parent.plan, key.toColumns);
    if (!fits) {
      warnings.push(
        `Foreign key ${key.name} of ${table.id} was not created: ${tableId(key.to)} is not published together with it.`,
      );
      continue;
    }
    const [columns, toColumns] = [targetNames(table.plan, key.columns), targetNames(parent.plan, key.toColumns)];
    const to = takesPlace(parent) ? parent.staging : parent.ref;
    const definition = `FOREIGN KEY (${identList(columns)}) REFERENCES ${qualified(to)} (${identList(toColumns)})${key.deferrable ? ' DEFERRABLE' : ''}`;
    const staged = {
      table,
      name: key.name,
      definition,
      to: parent.ref,
      columns,
      toColumns,
      parent: to,
      parentIsLive: !takesPlace(parent),
      validate: key.validated,
    };
    if (!staged.parentIsLive) keys.push(staged);
    else
      warnings.push(
        `Foreign key ${key.name} of ${table.id} was not created: the rows of ${parent.id} are replaced at the same moment.`,
      );
  }
  return keys;
}

async function buildKey(
  pool: PostgresPool,
  session: DedicatedClient,
  tables: readonly StagedTable[],
  key: StagedKey,
  patience: LockPatience,
): Promise<void> {
  const { client } = session;
  const found = await client.query<{ valid: string }>(
    'SELECT convalidated::int::text AS valid FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2',
    [qualified(key.table.staging), key.name],
  );
  const notEnforced = key.definition.endsWith('NOT ENFORCED');
  if (found.rowCount === 0) {
    const add = `ALTER TABLE ${qualified(key.table.staging)} ADD CONSTRAINT ${ident(key.name)} ${key.definition}${notEnforced ? '' : ' NOT VALID'}`;
    await client.query('BEGIN');
    try {
      // A live parent's writers wait for this lock, so it is asked for in short attempts.
      await lockPatiently(
        pool,
        session,
        [add],
        key.parentIsLive ? `Table ${tableId(key.parent)}` : `The staging table of ${key.table.id}`,
        patience,
      );
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }
  if (!key.validate || found.rows[0]?.valid === '1') return;
  try {
    await client.query(`ALTER TABLE ${qualified(key.table.staging)} VALIDATE CONSTRAINT ${ident(key.name)}`);
  } catch (error) {
    if (sqlState(error) === '23503')
      await checkKey(client, tables, {
        name: key.name,
        from: key.table.ref,
        to: key.to,
        columns: key.columns,
        toColumns: key.toColumns,
      });
    throw error;
  }
}
