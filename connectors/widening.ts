/** Which columns of a live table are too narrow for what is to be loaded. */
import { LongshoreError } from '../core/errors/longshore-error';
import { tableId, type ColumnSchema, type TableRef, type TableSchema } from '../core/types/table';
import type { TypeSystem } from './connector';

export interface WantedType {
  name: string;
  nativeType: string;
}

/**
 * Those whose type does not hold everything that the wanted one holds; the others are wide enough, by whoever widened them.
 * Throws TABLE_NOT_FOUND and COLUMN_NOT_FOUND, and SCHEMA_MISMATCH where the wanted type does not hold all that the present
 * one does, so that it would be no widening.
 */
export function tooNarrow(
  types: TypeSystem,
  ref: TableRef,
  table: TableSchema | undefined,
  wanted: readonly WantedType[],
): { column: ColumnSchema; nativeType: string }[] {
  const id = tableId(ref);
  if (!table) throw new LongshoreError('TABLE_NOT_FOUND', `The target has no table ${id}.`, { table: id });
  const holds = (from: string, to: string): boolean =>
    types.fits({ nativeType: from, logical: types.logical(from), kind: types.kind }, to).fit === 'exact';
  return wanted.flatMap(({ name, nativeType }) => {
    const column = table.columns.find((each) => each.name === name);
    const place = { table: id, column: name };
    if (!column) throw new LongshoreError('COLUMN_NOT_FOUND', `Table ${id} has no column ${name}.`, place);
    if (holds(nativeType, column.nativeType)) return [];
    if (holds(column.nativeType, nativeType)) return [{ column, nativeType }];
    throw new LongshoreError(
      'SCHEMA_MISMATCH',
      `Column ${name} of ${id} is of type ${column.nativeType}, and ${nativeType} does not hold all of its values.`,
      place,
    );
  });
}

/** Something that hangs on the column forbids another type. */
export const notWidened = (ref: TableRef, name: string, nativeType: string, cause: Error): LongshoreError =>
  new LongshoreError(
    'SCHEMA_MISMATCH',
    `Column ${name} of ${tableId(ref)} cannot become ${nativeType}: ${cause.message}`,
    { table: tableId(ref), column: name },
    { cause, next: `Alter the column by hand, with what depends on it, or correct the values of the file.` },
  );
