/** Rows of a table into a Parquet file and back: every column as text in DuckDB's own notation. */
import { rename, rm } from 'node:fs/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Statement, WarehouseColumn, WarehouseTable, WarehouseTableRef } from '../../core/types/warehouse';
import type { LoadMark } from '../warehouse';
import { mapError } from './errors';
import { syncFile } from './files';
import type { FileSettings, Session } from './instance';
import { ident, idents, literal, qualified } from './sql';
import { withReading } from './snapshot';
import { isAmbiguous, logicalType } from './type-names';
import { idOf, inMarkedTransaction } from './warehouse-transaction';

/** Throws TYPE_NOT_SUPPORTED where a value would not come back as it was; the file has its name only once it is complete. */
export async function exportRows(
  settings: FileSettings,
  table: WarehouseTable,
  where: Statement,
  file: string,
  signal?: AbortSignal,
): Promise<number> {
  const partial = `${file}.partial`;
  try {
    await rm(partial, { force: true });
    const rows = await withReading(
      settings,
      async (session) => {
        await checkNotation(session, table, where);
        const list = table.columns.map(({ name }) => `CAST(${ident(name)} AS VARCHAR) AS ${ident(name)}`).join(', ');
        return session.run(
          `COPY (SELECT ${list} FROM ${qualified(table.ref)} WHERE ${where.sql}) TO ${literal(partial)} (FORMAT parquet, COMPRESSION zstd)`,
          where.binds,
        );
      },
      { paths: [partial], signal },
    );
    await syncFile(partial);
    await rename(partial, file);
    return rows;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw mapError(error, { table: idOf(table) });
  }
}

/** Types whose text has been read back without a loss for as long as there are tests of it; nested ones are tried value by value. */
const isPlain = ({ nativeType }: WarehouseColumn): boolean => {
  const logical = logicalType(nativeType);
  return logical.kind !== 'text' || logical.of !== 'other';
};

async function checkNotation(session: Session, table: WarehouseTable, where: Statement): Promise<void> {
  for (const { name, nativeType } of table.columns.filter((column) => !isPlain(column))) {
    const column = ident(name);
    const back = `TRY_CAST(CAST(${column} AS VARCHAR) AS ${nativeType})`;
    const lost = isAmbiguous(nativeType)
      ? `${column} IS NOT NULL`
      : `${column} IS DISTINCT FROM ${back} OR CAST(${column} AS VARCHAR) IS DISTINCT FROM CAST(${back} AS VARCHAR)`;
    const found = await session.value(
      `SELECT count(*) FROM ${qualified(table.ref)} WHERE (${where.sql}) AND (${lost})`,
      where.binds,
    );
    if (Number(found) > 0)
      throw new LongshoreError(
        'TYPE_NOT_SUPPORTED',
        `Column ${name} of ${idOf(table)} is of type ${nativeType}, whose text does not say which value it was: it cannot be backed up.`,
        { table: idOf(table), column: name },
      );
  }
}

/** Rows that came back; undefined where the mark is there already. */
export async function importRows(
  settings: FileSettings,
  ledger: WarehouseTableRef,
  table: WarehouseTable,
  file: string,
  mark: LoadMark,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const names = table.columns.map(({ name }) => name);
  const values = table.columns.map(({ name, nativeType }) => `CAST(${ident(name)} AS ${nativeType})`);
  try {
    return await inMarkedTransaction(settings, { ledger, mark, paths: [file], signal }, async (session) =>
      session.run(
        `INSERT INTO ${qualified(table.ref)} (${idents(names)}) SELECT ${values.join(', ')} FROM read_parquet(${literal(file)})`,
      ),
    );
  } catch (error) {
    throw mapError(error, { table: idOf(table), file });
  }
}
