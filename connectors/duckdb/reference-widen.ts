/** Wider types for columns of a live table. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableRef } from '../../core/types/table';
import { notWidened, tooNarrow, type WantedType } from '../widening';
import type { Session } from './instance';
import { describeTables } from './introspect';
import { ident, qualified } from './sql';
import { duckdbTypes } from './type-system';

/** Columns that are still too narrow: asked for reading, before the file is opened for writing. */
export const narrowColumns = async (session: Session, ref: TableRef, wanted: readonly WantedType[]) =>
  tooNarrow(duckdbTypes, ref, (await describeTables(session, [ref]))[0], wanted);

/** Inside a transaction. Throws SCHEMA_MISMATCH where an index or a key depends on the type of a column. */
export async function widen(session: Session, ref: TableRef, wanted: readonly WantedType[]): Promise<void> {
  for (const { column, nativeType } of await narrowColumns(session, ref, wanted)) {
    try {
      await session.run(`ALTER TABLE ${qualified(ref)} ALTER COLUMN ${ident(column.name)} TYPE ${nativeType}`);
    } catch (error) {
      const isInUse = error instanceof LongshoreError && /depend|index|constraint/i.test(error.message);
      throw isInUse ? notWidened(ref, column.name, nativeType, error) : error;
    }
  }
}
