/** Rows of the tracking table and of the records of reference tables: written by their key, and read. */
import type { TableRef } from '../../core/types/table';
import { fitValues, shapeOf, type FoundColumn, type ReferenceShape, type ReferenceTable, type Upsert } from '../reference-columns'; // prettier-ignore
import { errorNumber } from './errors';
import { retryingDeadlocks, type MssqlPool, type MssqlSession, type SqlValues } from './pool';
import { objectId } from './reference-ensure';
import { allOf, ident, qualified } from './sql';

/** What the catalog knows of the table; undefined where there is none. Throws SCHEMA_MISMATCH. */
export async function readShape(
  pool: MssqlPool,
  ref: TableRef,
  wanted: ReferenceTable,
): Promise<ReferenceShape | undefined> {
  const rows = await pool.rows<{ name: string; type: string; length: number; free: boolean }>(
    `SELECT c.name, LOWER(COALESCE(b.name, t.name)) AS type, CONVERT(int, c.max_length) AS length,
            CONVERT(bit, CASE WHEN c.is_nullable = 1 OR c.is_identity = 1 OR c.is_computed = 1 OR c.default_object_id <> 0 OR COALESCE(c.generated_always_type, 0) <> 0 THEN 1 ELSE 0 END) AS free
     FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.user_type_id
       LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id AND c.system_type_id <> 240
     WHERE c.object_id = ${objectId(ref)} ORDER BY c.column_id`,
  );
  if (rows.length === 0) return undefined;
  const found = rows.map(({ name, type, length, free }): FoundColumn => {
    const isWide = type === 'nvarchar' || type === 'nchar';
    const isLimited = (isWide || type === 'varchar' || type === 'char') && length > 0;
    return {
      name,
      type,
      ...(isLimited && { maxLength: isWide ? length / 2 : length }),
      needsValue: !free && type !== 'timestamp' && type !== 'rowversion',
    };
  });
  return shapeOf(ref, wanted, found);
}

export interface Upserted {
  id: number;
  was: 'inserted' | 'updated';
}

/** Updates the row of this key or inserts it, in one batch that is a transaction; never two rows of one key. */
export async function upsert(pool: MssqlPool, wanted: Upsert): Promise<Upserted> {
  const { change, found, values } = upsertSql(wanted);
  const batch = `SET XACT_ABORT ON; BEGIN TRANSACTION; ${change} COMMIT TRANSACTION; ${found}`;
  return untilFree(() => pool.use((session) => rowOf(session, batch, values)));
}

/** The same inside a transaction of the caller's. */
export function upsertWithin(session: MssqlSession, wanted: Upsert): Promise<Upserted> {
  const { change, found, values } = upsertSql(wanted);
  return rowOf(session, `${change} ${found}`, values);
}

const TAKEN = new Set([2601, 2627]);
const ATTEMPTS = 10;

/** Servers that do not know the hints let two insert at once, and refuse one of them. */
export async function untilFree<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await retryingDeadlocks(work);
    } catch (error) {
      if (attempt >= ATTEMPTS || !TAKEN.has(errorNumber(error) ?? 0)) throw error;
    }
  }
}

async function rowOf(session: MssqlSession, batch: string, values: SqlValues): Promise<Upserted> {
  const rows = await session.rows<{ id: number | string; updated: number }>(batch, values);
  // A trigger on the table may answer something of its own before.
  const row = rows.at(-1);
  return { id: Number(row?.id), was: row?.updated === 0 ? 'inserted' : 'updated' };
}

function upsertSql({ ref, table, shape, values }: Upsert): { change: string; found: string; values: SqlValues } {
  const parameters = fitValues(table, shape, values).map(({ name, column, value }, index) => ({
    name,
    target: ident(column.name),
    sql: `@p${index}`,
    // A flag may be kept in a column of another type.
    value: typeof value === 'boolean' ? Number(value) : value,
  }));
  const stamped = (names: readonly string[]): { target: string; sql: string }[] =>
    names.flatMap((name) => {
      const column = shape.get(name);
      return column ? [{ target: ident(column.name), sql: 'SYSUTCDATETIME()' }] : [];
    });
  const isKey = ({ name }: { name: string }): boolean => table.key.includes(name);
  const changed = [...parameters.filter((each) => !isKey(each)), ...stamped(table.stamped.updated)];
  // A table that has nothing but the key is written all the same: the answer tells that the row is there.
  const set = changed.length > 0 ? changed : parameters;
  const inserted = [...parameters, ...stamped(table.stamped.inserted)];
  const where = allOf(parameters.filter(isKey).map(({ target, sql }) => `${target} = ${sql}`));
  const name = qualified(ref);
  return {
    change: `DECLARE @updated int;
       UPDATE ${name} WITH (UPDLOCK, SERIALIZABLE) SET ${set.map(({ target, sql }) => `${target} = ${sql}`).join(', ')} WHERE ${where};
       SET @updated = @@ROWCOUNT;
       IF @updated = 0 INSERT INTO ${name} (${inserted.map(({ target }) => target).join(', ')}) VALUES (${inserted.map(({ sql }) => sql).join(', ')});`,
    found: `SELECT ${ident(shape.get('id')?.name ?? 'id')} AS id, @updated AS updated FROM ${name} WHERE ${where};`,
    values: Object.fromEntries(parameters.map(({ value }, index) => [`p${index}`, value])),
  };
}

/** The known columns of a table for a SELECT, each under its known name. */
export function selectList({ columns }: ReferenceTable, shape: ReferenceShape): string {
  return columns
    .flatMap(({ name }) => {
      const column = shape.get(name);
      return column ? [`${ident(column.name)} AS ${ident(name)}`] : [];
    })
    .join(', ');
}
