/** Which foreign keys are looked at once rows are staged, and what is said of rows that point at nothing. */
import { LongshoreError } from '../errors/longshore-error';
import { type ForeignKey, sameTable, type TableRef, tableId } from '../types/table';
import type { ReferenceFinding, TablePlan } from '../types/transfer';

export interface ReferenceToCheck {
  /** In names of the target. */
  key: Pick<ForeignKey, 'name' | 'columns' | 'to' | 'toColumns'>;
  /** The parent's plan; undefined when the parent is a table of the target that is not in the set. */
  parent?: TablePlan;
}

/**
 * Foreign keys of `child` that can be checked: those of the target table, and those of the source table whose parent is
 * among `tables` (the set, with `child` itself), in names of the target and each once. Left out are keys of which a column
 * does not come along, and keys of the source that point at a table outside the set: whether the target has that one is
 * not known.
 */
export function referencesToCheck(child: TablePlan, tables: readonly TablePlan[]): ReferenceToCheck[] {
  const all = tables.some(({ targetRef }) => sameTable(targetRef, child.targetRef)) ? tables : [...tables, child];
  const found = [
    ...(child.target?.foreignKeys ?? []).flatMap((key) => targetReference(key, child, all)),
    ...child.source.foreignKeys.flatMap((key) => sourceReference(key, child, all)),
  ];
  const seen = new Set<string>();
  return found.filter(({ key }) => {
    const id = identity(key);
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function targetReference(key: ForeignKey, child: TablePlan, tables: readonly TablePlan[]): ReferenceToCheck[] {
  const { name, to } = key;
  const columns = targetNames(key.columns, child, 'target');
  if (columns === undefined) return [];
  const parent = planOf(to, tables, ({ targetRef }) => targetRef);
  if (parent === undefined) return [{ key: { name, columns, to, toColumns: key.toColumns } }];
  const toColumns = targetNames(key.toColumns, parent, 'target');
  return toColumns === undefined ? [] : [{ key: { name, columns, to: parent.targetRef, toColumns }, parent }];
}

function sourceReference(key: ForeignKey, child: TablePlan, tables: readonly TablePlan[]): ReferenceToCheck[] {
  const parent = planOf(key.to, tables, ({ source }) => source.ref);
  if (parent === undefined) return [];
  const columns = targetNames(key.columns, child, 'source');
  const toColumns = targetNames(key.toColumns, parent, 'source');
  if (columns === undefined || toColumns === undefined) return [];
  return [{ key: { name: key.name, columns, to: parent.targetRef, toColumns }, parent }];
}

/** The table of that name; in another case only where no other has it. */
function planOf(
  ref: TableRef,
  tables: readonly TablePlan[],
  refOf: (plan: TablePlan) => TableRef,
): TablePlan | undefined {
  const exact = tables.find((plan) => sameTable(refOf(plan), ref));
  if (exact) return exact;
  const alike = tables.filter((plan) => tableId(refOf(plan)).toLowerCase() === tableId(ref).toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

/** Names in the target; undefined when one of the columns is not part of the plan. */
function targetNames(
  names: readonly string[],
  { columns }: TablePlan,
  side: 'source' | 'target',
): string[] | undefined {
  const found = names.map((name) => columns.find((column) => column[side] === name)?.target);
  return found.every((name) => name !== undefined) ? found : undefined;
}

/** The same columns pointing at the same ones, in whatever order they are written. */
function identity({ columns, to, toColumns }: ReferenceToCheck['key']): string {
  const pairs = columns.map((column, index) => JSON.stringify([column, toColumns[index] ?? '']));
  return JSON.stringify([tableId(to).toLowerCase(), pairs.sort()]);
}

/** `public.orders: 3 rows point at no row of public.customers by customer_id (orders_customer_fkey), e.g. 17, 18.` */
export function orphanWarning(table: string, { key, columns, to, orphans, samples }: ReferenceFinding): string {
  const rows = orphans === 1 ? '1 row points' : `${orphans} rows point`;
  const examples = samples.map((values) => (values.length === 1 ? values[0]! : `(${values.join(', ')})`));
  const shown = examples.length === 0 ? '' : `, e.g. ${examples.join(', ')}`;
  return `${table}: ${rows} at no row of ${to} by ${columns.join(', ')} (${key})${shown}.`;
}

/** FOREIGN_KEY_VIOLATED by table, columns and the first of the keys that lead nowhere. */
export function orphanError(table: string, finding: ReferenceFinding): LongshoreError {
  const { columns, samples } = finding;
  const [first] = samples;
  return new LongshoreError(
    'FOREIGN_KEY_VIOLATED',
    `Table ${orphanWarning(table, finding)}`,
    {
      table,
      column: columns.join(', '),
      ...(first && { key: columns.map((column, index) => `${column}=${first[index] ?? ''}`).join(', ') }),
    },
    {
      next: 'Widen the filter, add the parent rows or table, or set `references: warn` to publish the table all the same.',
    },
  );
}
