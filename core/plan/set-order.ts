import { type ForeignKey, type TableRef, type TableSchema, tableId } from '../types/table';
import type { TablePlan } from '../types/transfer';
import { type DependencyOrder, dependencyOrder, type OrderedKey } from './dependency-order';

type Planned = Pick<TablePlan, 'source' | 'target' | 'targetRef' | 'filter'>;

/** A foreign key of the target as it will stand after the run. */
interface TargetKey extends OrderedKey {
  /** False for a key that only the source has: it says what belongs first, but nothing checks it in the target. */
  enforced: boolean;
}

/**
 * Load order of a set by the foreign keys of its target tables and, where the target lacks them, of its source tables.
 * Only keys that the target checks can make a circle a problem, and only they are answered as opened.
 */
export function orderSet(tables: readonly Planned[]): DependencyOrder {
  const keys = tables.flatMap((table) => targetKeys(table, targetNames(tables)));
  const result = dependencyOrder(
    tables.map(({ targetRef }) => targetRef),
    keys,
  );
  const enforced = new Set(keys.filter((key) => key.enforced).map(({ key }) => key));
  return { ...result, opened: result.opened.filter((key) => enforced.has(key)) };
}

/** What foreign keys say about a set: parents that are not in it, or of which a filter may leave some rows out. */
export function keyWarnings(tables: readonly Planned[]): { table: TableRef; text: string }[] {
  const names = targetNames(tables);
  const inSet = new Map(tables.map((table) => [tableId(table.targetRef), table]));
  return tables.flatMap((table) =>
    targetKeys(table, names)
      .filter(({ enforced, key }) => enforced && tableId(key.to) !== tableId(table.targetRef))
      .flatMap(({ key }) => {
        const parent = inSet.get(tableId(key.to));
        const from = `${tableId(table.targetRef)}.${key.columns.join(', ')}`;
        if (parent === undefined) {
          return [
            {
              table: table.targetRef,
              text: `${from} points at ${tableId(key.to)}, which is not in the set: rows whose parent the target lacks will fail.`,
            },
          ];
        }
        return isFiltered(parent)
          ? [
              {
                table: table.targetRef,
                text: `${from} points at ${tableId(key.to)}, which is filtered: rows whose parent is left out will fail.`,
              },
            ]
          : [];
      }),
  );
}

const isFiltered = ({ filter }: Planned): boolean =>
  filter.where !== undefined || filter.dates !== undefined || filter.limit !== undefined;

/** Where each source table goes. */
const targetNames = (tables: readonly Planned[]): Map<string, TableRef> =>
  new Map(tables.map(({ source, targetRef }) => [tableId(source.ref), targetRef]));

const keyId = (key: ForeignKey): string =>
  JSON.stringify([tableId(key.from), key.columns, tableId(key.to)]).toLowerCase();

function targetKeys(table: Planned, names: Map<string, TableRef>): TargetKey[] {
  const { source, target, targetRef } = table;
  const own = (target?.foreignKeys ?? []).map((key) => ({ key, nullable: isNullable(key, target!), enforced: true }));
  const known = new Set(own.map(({ key }) => keyId(key)));
  const fromSource = source.foreignKeys
    .map((key) => ({
      key: { ...key, from: targetRef, to: names.get(tableId(key.to)) ?? key.to },
      nullable: target !== undefined || isNullable(key, source),
      enforced: target === undefined,
    }))
    .filter(({ key }) => !known.has(keyId(key)));
  return [...own, ...fromSource];
}

function isNullable(key: ForeignKey, table: TableSchema): boolean {
  return table.columns.some((column) => column.nullable && key.columns.includes(column.name));
}
