/** Rows of the tracking table and of the records of reference tables: written by their key, and read. */
import { tableId, type TableRef } from '../../core/types/table';
import { fitValues, shapeOf, type FoundColumn, type ReferenceShape, type ReferenceTable, type ReferenceValue, type Upsert } from '../reference-columns'; // prettier-ignore
import type { Session } from './instance';
import { ident, qualified } from './sql';

/** Nothing that is written together changes a table that is there. */
const known = new WeakMap<Session, Map<string, ReferenceShape>>();

/** What the catalog knows of the table, asked once for each opening; undefined where there is none. Throws SCHEMA_MISMATCH. */
export async function shapeIn(
  session: Session,
  ref: TableRef,
  wanted: ReferenceTable,
): Promise<ReferenceShape | undefined> {
  const shapes = known.get(session) ?? new Map<string, ReferenceShape>();
  known.set(session, shapes);
  const id = tableId(ref);
  const shape = shapes.get(id) ?? (await readShape(session, ref, wanted));
  if (shape) shapes.set(id, shape);
  return shape;
}

async function readShape(session: Session, ref: TableRef, wanted: ReferenceTable): Promise<ReferenceShape | undefined> {
  const rows = await session.rows(
    `SELECT column_name AS name, data_type AS type, NOT is_nullable AND column_default IS NULL AS needs_value FROM duckdb_columns()
     WHERE database_name = current_database() AND lower(schema_name) = lower($1) AND lower(table_name) = lower($2) ORDER BY column_index`,
    [ref.schema, ref.name],
  );
  if (rows.length === 0) return undefined;
  const found = rows.map(({ name, type, needs_value }): FoundColumn => ({
    name: String(name),
    type: String(type),
    needsValue: needs_value === true,
  }));
  return shapeOf(ref, wanted, found);
}

/** Updates the row of this key or inserts it. Nobody else has the file open for writing. */
export async function upsert(
  session: Session,
  { ref, table, shape, values }: Upsert,
): Promise<{ id: number; was: 'inserted' | 'updated' }> {
  const parameters = fitValues(table, shape, values).map(({ name, column, value }) => ({
    isKey: table.key.includes(name),
    target: ident(column.name),
    type: column.type,
    value: bound(value),
  }));
  const keys = parameters.filter(({ isKey }) => isKey);
  const others = parameters.filter(({ isKey }) => !isKey);
  const ordered = [...keys, ...others];
  const sqlOf = (parameter: (typeof parameters)[number]): string =>
    `CAST($${ordered.indexOf(parameter) + 1} AS ${parameter.type})`;
  const stamped = (names: readonly string[]): string[] =>
    names.flatMap((name) => {
      const column = shape.get(name);
      return column ? [ident(column.name)] : [];
    });
  const bindings = ordered.map(({ value }) => value);
  const name = qualified(ref);
  const id = ident(shape.get('id')?.name ?? 'id');
  const changed = [
    ...others.map((each) => `${each.target} = ${sqlOf(each)}`),
    ...stamped(table.stamped.updated).map((target) => `${target} = now()`),
  ];
  // A table that has nothing but the key is written all the same: the answer tells that the row is there.
  const set = changed.length > 0 ? changed : keys.map((each) => `${each.target} = ${sqlOf(each)}`);
  const where = keys.map((each) => `${each.target} = ${sqlOf(each)}`).join(' AND ');
  const [updated] = await session.rows(`UPDATE ${name} SET ${set.join(', ')} WHERE ${where} RETURNING ${id} AS id`, bindings); // prettier-ignore
  if (updated) return { id: Number(updated.id), was: 'updated' };
  const times = stamped(table.stamped.inserted);
  const [inserted] = await session.rows(
    `INSERT INTO ${name} (${[...ordered.map(({ target }) => target), ...times].join(', ')}) VALUES (${[...ordered.map(sqlOf), ...times.map(() => 'now()')].join(', ')}) RETURNING ${id} AS id`,
    bindings,
  );
  return { id: Number(inserted?.id), was: 'inserted' };
}

function bound(value: ReferenceValue): string | bigint | boolean | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' ? BigInt(value) : value;
}

/** The known columns of a table for a SELECT, each under its known name; times in milliseconds since 1970. */
export function selectList({ columns }: ReferenceTable, shape: ReferenceShape): string {
  return columns
    .flatMap(({ name, kind }) => {
      const column = shape.get(name);
      if (!column) return [];
      const from = ident(column.name);
      return [`${kind === 'time' ? `epoch_ms(${from})` : from} AS ${ident(name)}`];
    })
    .join(', ');
}
