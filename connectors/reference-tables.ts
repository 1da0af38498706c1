/**
 * What drop folders keep in the target beside the data: the tracking table, the records of reference tables, and backups
 * of replaced tables. Each connector implements it in its own SQL; every call is idempotent and, where it writes, one
 * transaction. Throws READ_ONLY_ENVIRONMENT on writing calls where the environment is `readOnly`.
 */
import type { BackupTable, ReferenceRecord, TrackingEntry, TrackingRecord } from '../core/types/drop';
import type { TableRef } from '../core/types/table';

/** What is written down of a file that was loaded. */
export interface Bookkeeping {
  tracking: { ref: TableRef; entry: TrackingEntry };
  config?: {
    ref: TableRef;
    record: Pick<ReferenceRecord, 'schemaName' | 'tableName' | 'loadType' | 'sourceFile'>;
  };
}

export interface ReferenceTables {
  /** Makes the schemas that are missing, and the tables named. Throws PERMISSION_DENIED with the GRANT to ask for. */
  ensure(wanted: { schemas: string[]; tracking?: TableRef; config?: TableRef }): Promise<void>;
  /** Inserts or updates the row of this `filePath` (unique); answers its id. Values too long for a column are cut. */
  track(tracking: TableRef, entry: TrackingEntry): Promise<number>;
  /** The newest first. */
  tracked(tracking: TableRef, filter: { status?: string; filePath?: string; limit: number }): Promise<TrackingRecord[]>;
  /** Removes rows whose processing ended before `before`, or with `dryRun` only counts them; answers how many. */
  purgeTracking(tracking: TableRef, before: Date, dryRun?: boolean): Promise<number>;
  /** Inserts the record of a table, or updates file and load type of the one that is there: never two of one table. */
  recordReference(
    config: TableRef,
    record: Pick<ReferenceRecord, 'schemaName' | 'tableName' | 'loadType' | 'sourceFile'>,
  ): Promise<'inserted' | 'updated'>;
  references(config: TableRef): Promise<ReferenceRecord[]>;
  /** Switches records off (their table is gone) or on again; removes those named. */
  changeReferences(config: TableRef, change: { ids: number[]; to: 'active' | 'inactive' | 'removed' }): Promise<void>;
  /**
   * Gives columns of a live table wider types (`varchar(50)` → `varchar(100)`, `int` → `bigint`), nullability kept. Done
   * before a load; a column that has the type already is left alone.
   */
  widen(table: TableRef, columns: { name: string; nativeType: string }[]): Promise<void>;
  /** Copies rows and column types of `table` into a new table `to`, unless `to` is there already; answers its rows. */
  backup(table: TableRef, to: TableRef): Promise<number>;
  /** Tables in `schema` that `backup` made: those named `TABLE_YYYYMMDD_HHMMSS…`. */
  backups(schema: string): Promise<BackupTable[]>;
  dropBackup(ref: TableRef): Promise<void>;
}
