/** Staging tables of month batches: unlogged, every column text, with marks of the parts that are in them. */
import { createHash } from 'node:crypto';
import type { WarehouseTable, WarehouseTableRef } from '../../core/types/warehouse';
import { dropWhenUnusedSql } from './cleanup';
import type { PostgresPool } from './pool';
import { ident, literal, qualified } from './sql';
import { ensureSchema, lockSchemaSql } from './staging';

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

export const stagingTable = (stagingSchema: string, loadId: string, { ref }: WarehouseTable): WarehouseTableRef => ({
  schema: stagingSchema,
  name: `ls_month_${hash(loadId, 16)}_${hash(`${ref.schema}.${ref.name}`, 10)}`,
});

/**
 * The server empties unlogged tables after a crash. The marks must go with the rows, so they are in a table of the same kind,
 * one for each staging table, which also says what its columns were.
 */
const marksTable = ({ schema, name }: WarehouseTableRef): string => qualified({ schema, name: `${name}_p` });

/** Makes the staging table of a load, anew where its columns were others. */
export async function prepareStaging(
  pool: PostgresPool,
  staging: WarehouseTableRef,
  columns: readonly string[],
): Promise<void> {
  const shape = `Longshore month batch, columns ${hash(JSON.stringify(columns), 16)}`;
  await pool.transaction(async (client) => {
    await client.query(lockSchemaSql(staging.schema));
    await ensureSchema(client, staging.schema);
    const { rows } = await client.query<{ comment: string | null }>(
      "SELECT obj_description(to_regclass($1), 'pg_class') AS comment",
      [qualified(staging)],
    );
    if (rows[0]?.comment === shape) return;
    const list = columns.map((name) => `${ident(name)} text`).join(', ');
    await client.query(`DROP TABLE IF EXISTS ${qualified(staging)}, ${marksTable(staging)};
      CREATE UNLOGGED TABLE ${qualified(staging)} (${list});
      CREATE UNLOGGED TABLE ${marksTable(staging)} (part text PRIMARY KEY, rows bigint NOT NULL, bytes bigint NOT NULL);
      COMMENT ON TABLE ${qualified(staging)} IS ${literal(shape)}`);
  });
}

/** Notes a part, inside the transaction that copies it; false where it is there already. */
export const markPartSql = (staging: WarehouseTableRef): string =>
  `INSERT INTO ${marksTable(staging)} (part, rows, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`;

export const readMarkSql = (staging: WarehouseTableRef): string =>
  `SELECT rows, bytes FROM ${marksTable(staging)} WHERE part = $1`;

/** What the marks say of the parts that are in: all of them, and how many rows they have. */
export const countMarksSql = (staging: WarehouseTableRef): string =>
  `SELECT count(*) AS parts, coalesce(sum(rows), 0) AS rows FROM ${marksTable(staging)}`;

/** Removes the staging table of a load. Harmless when there is none; the schema goes when it is empty and ours. */
export async function dropStaging(pool: PostgresPool, staging: WarehouseTableRef): Promise<void> {
  const { rows } = await pool.query('SELECT to_regnamespace($1)::text AS schema', [ident(staging.schema)]);
  if (!rows[0]?.['schema']) return;
  await pool.transaction(async (client) => {
    await client.query(lockSchemaSql(staging.schema));
    await client.query(`DROP TABLE IF EXISTS ${qualified(staging)}, ${marksTable(staging)}`);
    await client.query(dropWhenUnusedSql(staging.schema));
  });
}
