import type { WarehouseColumn, WarehouseTable } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { MonthTable } from '../../core/types/month';

/** The column of the table that a column of the file goes into; letter case aside, the exact name first. */
export function columnFor(
  { rename }: MonthTable,
  { columns }: WarehouseTable,
  nameInFile: string,
): WarehouseColumn | undefined {
  const target = Object.entries(rename).find(([from]) => same(from, nameInFile))?.[1] ?? nameInFile;
  return columns.find(({ name }) => name === target) ?? columns.find(({ name }) => same(name, target));
}

/**
 * The column with the date of a row. Throws CONFIG_INVALID where the definition names none that the table has, with its
 * place in the configuration where the name of the batch is given.
 */
export function dateColumnFor(table: MonthTable, known: WarehouseTable, batch?: string): WarehouseColumn {
  const column = table.dateColumn === undefined ? undefined : columnFor(table, known, table.dateColumn);
  if (column) return column;
  throw new LongshoreError(
    'CONFIG_INVALID',
    table.dateColumn === undefined
      ? `${table.name} has no \`dateColumn\`, so nobody knows which rows belong to a month.`
      : `Table ${nameOf(known)} has no column ${table.dateColumn}, which ${table.name} names as its date column.`,
    {
      table: nameOf(known),
      ...(batch !== undefined && { path: `monthBatches.${batch}.tables.${table.name}.dateColumn` }),
      ...(table.dateColumn !== undefined && { column: table.dateColumn }),
    },
    { next: `Set \`dateColumn\` of ${table.name} to the column with the date of a row.` },
  );
}

/** `schema.table`, for messages. */
export const nameOf = ({ ref }: WarehouseTable): string => `${ref.schema}.${ref.name}`;

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
