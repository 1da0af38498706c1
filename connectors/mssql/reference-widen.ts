/** Wider types for columns of a live table. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import { notWidened, tooNarrow, type WantedType } from '../widening';
import type { MssqlCapabilities } from './capabilities';
import { errorNumber } from './errors';
import { describeTables } from './introspect';
import { columnsFingerprint, liveColumns, type LiveColumn } from './live';
import { parseNativeType } from './native-types';
import type { MssqlPool, MssqlSession } from './pool';
import { lockOut } from './reference-ensure';
import { ident, qualified } from './sql';
import { mssqlTypes } from './type-system';

/** A column is altered that something depends on. */
const IN_USE = new Set([4922, 5074]);

const TEXTS = new Set(['char', 'varchar', 'nchar', 'nvarchar', 'text', 'ntext']);

/**
 * All or none. Throws LOCK_TIMEOUT, and SCHEMA_MISMATCH where something depends on the type of a column. One at a time for
 * each table: whoever comes second looks again, so that nothing is made narrower than another has just made it.
 */
export async function widen(
  pool: MssqlPool,
  capabilities: MssqlCapabilities,
  ref: TableRef,
  wanted: readonly WantedType[],
): Promise<void> {
  for (;;) {
    const before = await pool.use((session) => liveColumns(session, ref));
    const narrow = tooNarrow(mssqlTypes, ref, (await describeTables(pool, capabilities, [ref]))[0], wanted);
    if (narrow.length === 0) return;
    const saysNull = await pool.use(takesNullability);
    const isDone = await pool.transaction(async (session) => {
      await lockOut(session, `longshore widening ${tableId(ref)}`);
      const live = (await liveColumns(session, ref)) ?? [];
      if (columnsFingerprint(live) !== columnsFingerprint(before ?? [])) return false;
      const usual = await databaseCollation(session);
      for (const { column, nativeType } of narrow) {
        const found = live.find(({ name }) => name === column.name);
        if (found) await alter(pool, session, ref, found, { nativeType, usual, saysNull });
      }
      return true;
    });
    if (isDone) return;
  }
}

async function alter(
  pool: MssqlPool,
  session: MssqlSession,
  ref: TableRef,
  { name, collation, nullable }: LiveColumn,
  { nativeType, usual, saysNull }: { nativeType: string; usual: string; saysNull: boolean },
): Promise<void> {
  // Left out, the database's own collation would take the place of the column's, and NULL that of NOT NULL.
  const isOwn = collation !== null && collation.toLowerCase() !== usual;
  const collate = isOwn && TEXTS.has(parseNativeType(nativeType).name) ? ` COLLATE ${collation}` : '';
  const suffix = saysNull ? (nullable ? ' NULL' : ' NOT NULL') : '';
  const sql = `ALTER TABLE ${qualified(ref)} ALTER COLUMN ${ident(name)} ${nativeType}${collate}${suffix}`;
  await session.run(sql).catch((error: unknown) => {
    const wrapped = pool.wrap(error);
    const isInUse = wrapped instanceof LongshoreError && IN_USE.has(errorNumber(wrapped) ?? 0);
    throw isInUse ? notWidened(ref, name, nativeType, wrapped) : error;
  });
  if (saysNull) return;
  const after = (await liveColumns(session, ref))?.find((column) => column.name === name);
  if (after?.nullable !== nullable)
    throw notWidened(ref, name, nativeType, new Error('the server does not keep whether it may be NULL.'));
}

/** Not every server lets ALTER COLUMN say it; those keep it as it is. */
async function takesNullability(session: MssqlSession): Promise<boolean> {
  await session.run('CREATE TABLE #longshore_widening (v nvarchar(1) NOT NULL)');
  try {
    await session.run('ALTER TABLE #longshore_widening ALTER COLUMN v nvarchar(2) NOT NULL');
    return true;
  } catch (error) {
    if (errorNumber(error) === undefined) throw error;
    return false;
  } finally {
    await session.run('DROP TABLE #longshore_widening').catch(() => undefined);
  }
}

async function databaseCollation(session: MssqlSession): Promise<string> {
  const [row] = await session.rows<{ collation: string | null }>(
    'SELECT CONVERT(nvarchar(128), collation_name) AS collation FROM sys.databases WHERE name = DB_NAME()',
  );
  return (row?.collation ?? '').toLowerCase();
}
