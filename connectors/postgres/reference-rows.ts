/** Rows of the tracking table and of the records of reference tables: written by their key, and read. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import { fitValues, shapeOf, type FoundColumn, type ReferenceShape, type ReferenceTable, type ReferenceValue, type Upsert } from '../reference-columns'; // prettier-ignore
import type { PlainRow } from '../reference-rows';
import type { PostgresClient, PostgresPool } from './pool';
import { LOCK } from './reference-ensure';
import { ident, qualified } from './sql';

export interface PostgresShape {
  columns: ReferenceShape;
  /** A unique index forbids two rows of one key. */
  keyed: boolean;
}

/** What the catalog knows of the table; undefined where there is none. Throws SCHEMA_MISMATCH. */
export async function readShape(
  pool: PostgresPool,
  ref: TableRef,
  wanted: ReferenceTable,
): Promise<PostgresShape | undefined> {
  const { rows } = await pool.query(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
            CASE WHEN a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
            a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS needs_value,
            EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
              AND (SELECT array_agg(lower(k.attname) ORDER BY lower(k.attname) COLLATE "C") FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS n(number)
                   JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = n.number) = $2::text[]) AS keyed
     FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [qualified(ref), [...wanted.key].sort()],
  );
  if (rows.length === 0) return undefined;
  const found = rows.map((row): FoundColumn => ({
    name: row['name'] ?? '',
    type: row['type'] ?? 'text',
    ...(row['length'] !== null && { maxLength: Number(row['length']) }),
    needsValue: row['needs_value'] === 't',
  }));
  return { columns: shapeOf(ref, wanted, found), keyed: rows[0]?.['keyed'] === 't' };
}

const ATTEMPTS = 10;

/** Updates the row of this key or inserts it, in one round trip; never two rows of one key. */
export async function upsert(
  pool: PostgresPool,
  wanted: Upsert<PostgresShape>,
): Promise<{ id: number; was: 'inserted' | 'updated' }> {
  const { sql, values } = upsertSql(wanted);
  const once = async (client: Pick<PostgresClient, 'query'> | PostgresPool): Promise<PlainRow | undefined> =>
    (await (client as PostgresPool).query(sql, values)).rows[0];
  const { key } = wanted.table;
  const name = JSON.stringify([qualified(wanted.ref), ...key.map((column) => wanted.values[column])]);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const row = wanted.shape.keyed
      ? await once(pool)
      : await pool.transaction(async (client) => {
          await client.query(LOCK, [name]);
          return once(client);
        });
    // Neither: somebody else has inserted it in this very moment, and it is there for the next attempt.
    if (row) return { id: Number(row['id']), was: row['was'] === 'inserted' ? 'inserted' : 'updated' };
  }
  throw new LongshoreError(
    'DUPLICATE_KEY',
    `A row of ${tableId(wanted.ref)} cannot be inserted: another one has a value of it that may be there only once.`,
    { table: tableId(wanted.ref) },
  );
}

/** The same as a part of somebody else's transaction. */
export async function upsertWithin(
  client: Pick<PostgresClient, 'query'>,
  wanted: Upsert<PostgresShape>,
): Promise<void> {
  const { key } = wanted.table;
  const name = JSON.stringify([qualified(wanted.ref), ...key.map((column) => wanted.values[column])]);
  if (!wanted.shape.keyed) await client.query(LOCK, [name]);
  const { sql, values } = upsertSql(wanted);
  const { rows } = await client.query(sql, values);
  if (rows.length === 0)
    throw new LongshoreError('DUPLICATE_KEY', `A row of ${tableId(wanted.ref)} was inserted by somebody else.`, {
      table: tableId(wanted.ref),
    });
}

function upsertSql({ ref, table, shape, values }: Upsert<PostgresShape>): { sql: string; values: (string | null)[] } {
  const fitted = fitValues(table, shape.columns, values);
  const parameters = fitted.map(({ name, column, value }, index) => ({
    name,
    target: ident(column.name),
    sql: `$${index + 1}::${column.type}`,
    value: asText(value),
  }));
  const stamped = (names: readonly string[]): { target: string; sql: string }[] =>
    names.flatMap((name) => {
      const column = shape.columns.get(name);
      return column ? [{ target: ident(column.name), sql: 'now()' }] : [];
    });
  const isKey = ({ name }: { name: string }): boolean => table.key.includes(name);
  const changed = [...parameters.filter((each) => !isKey(each)), ...stamped(table.stamped.updated)];
  // A table that has nothing but the key is written all the same: the answer tells that the row is there.
  const set = changed.length > 0 ? changed : parameters;
  const inserted = [...parameters, ...stamped(table.stamped.inserted)];
  const where = parameters.filter(isKey).map(({ target, sql }) => `${target} = ${sql}`);
  const id = ident(shape.columns.get('id')?.name ?? 'id');
  const name = qualified(ref);
  // The row is looked for first, so that numbers are not used up by rows that are there.
  return {
    sql: `WITH updated AS (UPDATE ${name} SET ${set.map(({ target, sql }) => `${target} = ${sql}`).join(', ')} WHERE ${where.join(' AND ')} RETURNING ${id} AS id),
       inserted AS (INSERT INTO ${name} (${inserted.map(({ target }) => target).join(', ')}) SELECT ${inserted.map(({ sql }) => sql).join(', ')}
         WHERE NOT EXISTS (SELECT FROM updated) ON CONFLICT DO NOTHING RETURNING ${id} AS id)
     SELECT id, 'updated' AS was FROM updated UNION ALL SELECT id, 'inserted' FROM inserted`,
    values: parameters.map(({ value }) => value),
  };
}

/** `1` and `0` are booleans and whole numbers alike; PostgreSQL has no room for NUL characters. */
function asText(value: ReferenceValue): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return value instanceof Date ? value.toISOString() : String(value).replaceAll('\0', '');
}

/** The known columns of a table for a SELECT, each under its known name; times in milliseconds since 1970. */
export function selectList({ columns }: ReferenceTable, shape: PostgresShape): string {
  return columns
    .flatMap(({ name, kind }) => {
      const column = shape.columns.get(name);
      if (!column) return [];
      const from = ident(column.name);
      return [`${kind === 'time' ? `trunc(extract(epoch FROM ${from}) * 1000)` : from} AS ${ident(name)}`];
    })
    .join(', ');
}
