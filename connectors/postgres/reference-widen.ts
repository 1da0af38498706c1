/** Wider types for columns of a live table. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import { notWidened, tooNarrow, type WantedType } from '../widening';
import { sqlState } from './errors';
import { describeTables } from './introspect';
import type { PostgresClient, PostgresPool } from './pool';
import { LOCK } from './reference-ensure';
import { ident, qualified } from './sql';
import { postgresTypes } from './type-system';

/** How long readers of the table may hold this up, and then wait for it. */
const LOCK_TIMEOUT_MS = 10_000;

/** Views, rules, triggers and generated columns name the column, or the type is that of a partition key. */
const IN_USE = new Set(['0A000', '2BP01', '42P16', '42611']);

/**
 * All or none. Throws LOCK_TIMEOUT, and SCHEMA_MISMATCH where something depends on the type of a column. One at a time for
 * each table: whoever comes second looks again, so that nothing is made narrower than another has just made it.
 */
export async function widen(pool: PostgresPool, ref: TableRef, wanted: readonly WantedType[]): Promise<void> {
  for (;;) {
    const before = await typesNow(pool, ref);
    const narrow = tooNarrow(postgresTypes, ref, (await describeTables(pool, [ref]))[0], wanted);
    const [first] = narrow;
    if (!first) return;
    const actions = narrow.map(({ column, nativeType }) => `ALTER COLUMN ${ident(column.name)} TYPE ${nativeType}`);
    try {
      const isDone = await pool.transaction(async (client) => {
        await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
        await client.query(LOCK, [`longshore widening ${tableId(ref)}`]);
        if ((await typesNow(client, ref)) !== before) return false;
        await client.query(`ALTER TABLE ${qualified(ref)} ${actions.join(', ')}`);
        return true;
      });
      if (isDone) return;
    } catch (error) {
      if (!(error instanceof LongshoreError) || !IN_USE.has(sqlState(error) ?? '')) throw error;
      throw notWidened(ref, first.column.name, first.nativeType, error);
    }
  }
}

/** Equal as long as no column of the table changes its type. */
async function typesNow(client: Pick<PostgresClient, 'query'> | PostgresPool, ref: TableRef): Promise<string | null> {
  const { rows } = await (client as PostgresPool).query(
    `SELECT string_agg(format('%s %s %s', attnum, atttypid, atttypmod), ',' ORDER BY attnum) AS types FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0`,
    [qualified(ref)],
  );
  return rows[0]?.['types'] ?? null;
}
