/** Foreign keys across a publish: checked before it, taken off where they are in the way, put back with it, checked after it. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import { keepsColumns, keyColumns, targetNames } from './ddl';
import type { LiveForeignKey } from './live';
import type { MssqlPool, MssqlSession } from './pool';
import { findTable, futureRows, keysAround, parentsFirst, type StagedTable } from './publish-set';
import { shownKey, shownSql } from './shown';
import { ident, identList, literal, qualified } from './sql';

const isSwapped = (table: StagedTable | undefined): boolean => table?.strategy === 'swap';

/** Keys that have to be gone while rows are replaced. */
export function keysInTheWay(tables: readonly StagedTable[]): LiveForeignKey[] {
  const inPlace = parentsFirst(tables.filter(({ strategy }) => strategy !== 'swap'));
  return keysAround(tables).filter((key) => {
    const [from, to] = [findTable(tables, key.from), findTable(tables, key.to)];
    if (isSwapped(from) || isSwapped(to)) return true;
    // The server empties no table that a key points at, be it switched off.
    if (to?.strategy === 'truncate-insert') return true;
    if (key.disabled || from === to) return false;
    const replaced = to !== undefined && to.strategy !== 'append';
    if (replaced && (from === undefined || from.strategy === 'append')) return true;
    return from !== undefined && to !== undefined && inPlace.indexOf(from) < inPlace.indexOf(to);
  });
}

export const dropKeySql = ({ from, name }: LiveForeignKey): string =>
  `ALTER TABLE ${qualified(from)} DROP CONSTRAINT ${ident(name)}`;

/** Statements that put a key back as it was, unchecked where the server can leave that for later. */
export function addKeySql(key: LiveForeignKey, noCheck: boolean): string[] {
  const { from, name, columns, to, toColumns, onDelete, onUpdate, disabled, notForReplication } = key;
  const child = qualified(from);
  const actions = `${onDelete === 'NO ACTION' ? '' : ` ON DELETE ${onDelete}`}${onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${onUpdate}`}`;
  const statements = [
    `ALTER TABLE ${child}${noCheck ? ' WITH NOCHECK' : ''} ADD CONSTRAINT ${ident(name)} FOREIGN KEY (${identList(columns)}) REFERENCES ${qualified(to)} (${identList(toColumns)})${actions}${notForReplication ? ' NOT FOR REPLICATION' : ''}`,
  ];
  if (disabled) statements.push(`ALTER TABLE ${child} NOCHECK CONSTRAINT ${ident(name)}`);
  for (const property of key.properties)
    statements.push(
      `EXEC sp_addextendedproperty @name = ${literal(property.name)}, @value = ${literal(property.value)}, @level0type = 'SCHEMA', @level0name = ${literal(from.schema)}, @level1type = 'TABLE', @level1name = ${literal(from.name)}, @level2type = 'CONSTRAINT', @level2name = ${literal(name)}`,
    );
  return statements;
}

/** A key that is to be checked for all rows once readers are through. */
export interface LateKey {
  table: TableRef;
  name: string;
}

/** Keys that were trusted before and are to be so again. */
export const lateKeys = (keys: readonly LiveForeignKey[], noCheck: boolean): LateKey[] =>
  noCheck
    ? keys.filter(({ disabled, trusted }) => !disabled && trusted).map(({ from, name }) => ({ table: from, name }))
    : [];

/** After the switch. What does not pass stays unchecked and becomes a warning. */
export async function trustKeys(pool: MssqlPool, keys: readonly LateKey[]): Promise<string[]> {
  const warnings: string[] = [];
  for (const { table, name } of keys) {
    await pool
      .use((session) => session.run(`ALTER TABLE ${qualified(table)} WITH CHECK CHECK CONSTRAINT ${ident(name)}`))
      .catch((error: unknown) => {
        warnings.push(
          `Foreign key ${name} of ${tableId(table)} is back, but is not trusted: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
  }
  return warnings;
}

/** Every enforced key that the request could break holds for the rows to come. Throws FOREIGN_KEY_VIOLATED. */
export async function checkKeys(session: MssqlSession, tables: readonly StagedTable[]): Promise<void> {
  for (const key of keysAround(tables)) {
    const isNew = findTable(tables, key.from) !== undefined;
    if (!key.disabled && (isNew || key.trusted)) await checkKey(session, tables, key);
  }
}

export async function checkKey(
  session: MssqlSession,
  tables: readonly StagedTable[],
  key: Pick<LiveForeignKey, 'name' | 'from' | 'to' | 'columns' | 'toColumns'>,
): Promise<void> {
  const owner = findTable(tables, key.from);
  const rowKey = owner ? keyColumns(owner.plan) : [];
  const shown = [...key.columns, ...rowKey].map((name, at) => `${shownSql(name, typeIn(owner, name), 'c')} AS c${at}`);
  const filled = key.columns.map((name) => `c.${ident(name)} IS NOT NULL`);
  const orphaned = futureRows(tables, key.to).map((parent) => noParent(parent, key));
  for (const child of futureRows(tables, key.from)) {
    const [orphan] = await session.rows<Record<string, unknown>>(
      `SELECT TOP (1) ${shown.join(', ')} FROM ${child} c WHERE ${[...filled, ...orphaned].join(' AND ')}`,
    );
    if (!orphan) continue;
    const value = shownKey(key.columns, orphan);
    const row = rowKey.length > 0 ? shownKey(rowKey, orphan, key.columns.length) : value;
    throw new LongshoreError(
      'FOREIGN_KEY_VIOLATED',
      `Table ${tableId(key.from)}: row ${row} has ${value}, which ${tableId(key.to)} does not have (foreign key ${key.name}); nothing was published.`,
      // A child outside of the set stays as it is, so the table at fault is the one that would lose the row.
      owner
        ? { table: tableId(key.from), column: key.columns.join(', '), key: row }
        : { table: tableId(key.to), column: key.toColumns.join(', '), key: shownKey(key.toColumns, orphan) },
    );
  }
}

/** No row of `parent` has what the key of row `c` points at. */
export const noParent = (
  parent: string,
  { columns, toColumns }: Pick<LiveForeignKey, 'columns' | 'toColumns'>,
): string =>
  `NOT EXISTS (SELECT 1 FROM ${parent} p WHERE ${columns.map((name, at) => `p.${ident(toColumns[at] ?? '')} = c.${ident(name)}`).join(' AND ')})`;

const typeIn = (table: StagedTable | undefined, name: string): string =>
  table?.live?.columns.find((column) => column.name === name)?.type ?? '';

/** A table that is created gets the foreign keys of its source, as far as what they refer to comes with it. */
export function keysOfCreated(tables: readonly StagedTable[], warnings: string[]): LiveForeignKey[] {
  return tables
    .filter(({ strategy }) => strategy === 'create')
    .flatMap((table) =>
      table.plan.source.foreignKeys.flatMap((key): LiveForeignKey[] => {
        const parent = tables.find(({ plan }) => tableId(plan.source.ref) === tableId(key.to));
        if (!parent || !keepsColumns(table.plan, key.columns) || !keepsColumns(parent.plan, key.toColumns)) {
          warnings.push(
            `Foreign key ${key.name} of ${table.id} was not created: ${tableId(key.to)} is not published together with it.`,
          );
          return [];
        }
        return [
          {
            name: key.name,
            from: table.ref,
            columns: targetNames(table.plan, key.columns),
            to: parent.ref,
            toColumns: targetNames(parent.plan, key.toColumns),
            onDelete: 'NO ACTION',
            onUpdate: 'NO ACTION',
            disabled: false,
            trusted: key.validated,
            notForReplication: false,
            properties: [],
          },
        ];
      }),
    );
}
