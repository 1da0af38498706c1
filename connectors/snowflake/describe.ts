/** Tables as information_schema knows them, and which of them a configured name means. */
import type { WarehouseTable, WarehouseTableRef } from '../warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { SnowflakeSessions } from './sessions';
import { folded } from './sql';
import { warehouseColumn } from './types';

/** Database and schema of the sessions, in their true case. */
export interface Home {
  database: string;
  schema: string;
}

const COLUMNS = [
  'COLUMN_NAME',
  'DATA_TYPE',
  'CHARACTER_MAXIMUM_LENGTH',
  'NUMERIC_PRECISION',
  'NUMERIC_SCALE',
  'IS_NULLABLE',
  'COLUMN_DEFAULT',
  'IS_IDENTITY',
].join(', ');

/** The exact name first, then as Snowflake folds it, then letter case aside. */
export function chosen<T>(name: string, candidates: readonly T[], nameOf: (candidate: T) => string): T | undefined {
  const upper = name.toUpperCase();
  return (
    candidates.find((candidate) => nameOf(candidate) === name) ??
    candidates.find((candidate) => nameOf(candidate) === folded(name)) ??
    candidates.find((candidate) => nameOf(candidate).toUpperCase() === upper)
  );
}

/** Throws DATABASE_NOT_FOUND when the session has none: a login does not fail for that. */
export async function readHome(sessions: SnowflakeSessions, wanted: Home): Promise<Home> {
  const { rows } = await sessions.run({ sql: 'SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()' });
  const [database, schema] = rows[0] ?? [];
  const missing = !database ? `database ${wanted.database}` : !schema ? `schema ${wanted.schema}` : undefined;
  if (missing !== undefined || !database || !schema)
    throw new LongshoreError('DATABASE_NOT_FOUND', `There is no ${missing}, or the role may not use it.`);
  return { database, schema };
}

export async function describeTable(
  sessions: SnowflakeSessions,
  home: Home,
  name: string,
  schema?: string,
): Promise<WarehouseTable | undefined> {
  const { rows } = await sessions.run({
    sql: 'SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE UPPER(TABLE_SCHEMA) = UPPER(?) AND UPPER(TABLE_NAME) = UPPER(?)',
    binds: [schema ?? home.schema, name],
  });
  const schemaName = schema === undefined ? home.schema : chosen(schema, rows, ([found]) => String(found))?.[0];
  const there = rows.filter(([found]) => found === schemaName);
  const table = chosen(name, there, ([, found]) => String(found))?.[1];
  if (typeof schemaName !== 'string' || typeof table !== 'string') return undefined;
  const columns = await sessions.run({
    sql: `SELECT ${COLUMNS} FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    binds: [schemaName, table],
  });
  return {
    ref: { database: home.database, schema: schemaName, name: table },
    columns: columns.rows.map(([column, dataType, length, precision, scale, nullable, standard, identity]) =>
      warehouseColumn({
        name: String(column),
        dataType: String(dataType),
        length: length ?? null,
        precision: precision ?? null,
        scale: scale ?? null,
        nullable: nullable ?? null,
        default: standard ?? null,
        identity: identity ?? null,
      }),
    ),
  };
}

export async function listTables(
  sessions: SnowflakeSessions,
  home: Home,
  schema?: string,
): Promise<WarehouseTableRef[]> {
  const { rows } = await sessions.run({
    sql: 'SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE UPPER(TABLE_SCHEMA) = UPPER(?) ORDER BY TABLE_NAME',
    binds: [schema ?? home.schema],
  });
  const wanted = schema === undefined ? home.schema : chosen(schema, rows, ([found]) => String(found))?.[0];
  return rows.flatMap(([found, name]) =>
    found === wanted && typeof found === 'string' && typeof name === 'string'
      ? [{ database: home.database, schema: found, name }]
      : [],
  );
}
