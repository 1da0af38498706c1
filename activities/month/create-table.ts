import type { Warehouse, WarehouseTable } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import { columnNameFor, createTableStatement } from '../../core/warehouse/create-table';
import { type FileContext, modeOf, planOf } from './context';
import type { MonthDependencies } from './dependencies';
import { note } from './log';

/**
 * Makes the table that a definition with `createTable` goes into: columns of the file, types as in its first rows or as
 * `types` says. The table that another file has made meanwhile does as well.
 */
export async function createMissingTable(
  deps: MonthDependencies,
  warehouse: Warehouse,
  context: FileContext,
): Promise<WarehouseTable> {
  const { table, file, ref, batch } = context;
  const planned = await planOf(deps, context, undefined, modeOf(ref));
  const inferred = await deps.files.inferTypes(file.path, planned.plan);
  const statement = createTableStatement(warehouse.kind, {
    ref: warehouse.refFor(table.table, table.schema),
    columns: planned.plan.columns.map((column, index) => ({
      ...column,
      ...inferred[index],
      name: column.name,
      column: columnNameFor(warehouse.kind, planned.columns[index] ?? column.name),
      // The first rows prove nothing about the others.
      nullable: true,
    })),
    types: table.types,
  });
  const made = await warehouse.execute(statement).then(
    () => true,
    async (error: unknown) => {
      if (await warehouse.describe(table.table, table.schema)) return false;
      throw error;
    },
  );
  const known = await warehouse.describe(table.table, table.schema);
  if (!known)
    throw new LongshoreError(
      'TABLE_NOT_FOUND',
      `Table ${table.table} was made in environment ${batch.to}, but it is not there.`,
      { environment: batch.to, table: table.table, sql: statement.sql },
    );
  if (made) await note(deps, ref.runId, 'info', `${known.ref.schema}.${known.ref.name} was made: ${statement.sql}`);
  return known;
}
