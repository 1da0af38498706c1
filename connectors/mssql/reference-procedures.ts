/**
 * Procedures on the tracking table, for people and jobs of the database: Longshore itself uses none of them. They are made
 * where they are missing, and made anew when Longshore writes them otherwise; what somebody else made under their names,
 * or took our mark out of, stays as it is.
 */
import { createHash } from 'node:crypto';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import { fitKey, TRACKING_TABLE, type ReferenceColumn, type ReferenceShape } from '../reference-columns';
import { errorNumber, isConnectionLoss } from './errors';
import type { MssqlPool, MssqlSession } from './pool';
import { lockOut } from './reference-ensure';
import { selectList } from './reference-rows';
import { allOf, ident, literal, qualified } from './sql';

const MARK = '-- Made by Longshore';
const LONGEST_NAME = 128;

type Verb = 'Save' | 'List' | 'Purge';

export interface TrackingProcedure {
  ref: TableRef;
  /** What follows CREATE or ALTER. */
  text: string;
}

/**
 * Never in the way: a server that refuses them, for want of a right most often, goes without. Throws when the connection is
 * lost or somebody holds the same for a minute.
 */
export async function ensureProcedures(pool: MssqlPool, table: TableRef, shape: ReferenceShape): Promise<void> {
  const wanted = trackingProcedures(table, shape);
  try {
    if ((await statements(pool, wanted)).length === 0) return;
    await pool.transaction(async (session) => {
      await lockOut(session, `longshore procedures ${tableId(table)}`);
      for (const sql of await statements(session, wanted)) await session.run('EXEC (@sql)', { sql });
    });
  } catch (error) {
    const isRefused = error instanceof LongshoreError && errorNumber(error) !== undefined && !isConnectionLoss(error);
    if (!isRefused) throw error;
  }
}

/** Of those that are missing or ours and no longer as they would be written now. */
async function statements(
  session: Pick<MssqlSession, 'rows'>,
  wanted: readonly TrackingProcedure[],
): Promise<string[]> {
  const asked = wanted.map(
    ({ ref }, index) =>
      `SELECT ${index} AS place, m.definition FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id LEFT JOIN sys.sql_modules m ON m.object_id = o.object_id WHERE s.name = ${literal(ref.schema)} AND o.name = ${literal(ref.name)}`,
  );
  const rows = await session.rows<{ place: number; definition: string | null }>(asked.join(' UNION ALL '));
  const found = new Map(rows.map(({ place, definition }) => [place, definition ?? '']));
  return wanted.flatMap(({ text }, index) => {
    const there = found.get(index);
    if (there === undefined) return [`CREATE ${text}`];
    return there.includes(MARK) && !there.includes(markOf(text) ?? MARK) ? [`ALTER ${text}`] : [];
  });
}

const markOf = (text: string): string | undefined => /^-- Made by Longshore \([0-9a-f]+\)/m.exec(text)?.[0];

/** Those that the columns of this table allow. */
export function trackingProcedures(table: TableRef, shape: ReferenceShape): TrackingProcedure[] {
  const procedure = (verb: Verb, parameters: readonly string[], body: string): TrackingProcedure => {
    const ref = { schema: table.schema, name: `usp_${fitKey(table.name, LONGEST_NAME - 10)}_${verb}` };
    const hash = createHash('sha256')
      .update([qualified(ref), ...parameters, body].join('\n'))
      .digest('hex')
      .slice(0, 16);
    const mark = `${MARK} (${hash}) and replaced by it: take this line out of a version of your own.`;
    return {
      ref,
      text: `PROCEDURE ${qualified(ref)}\n  ${parameters.join(',\n  ')}\nAS\n${mark}\nBEGIN\nSET NOCOUNT ON;\n${body}\nEND`,
    };
  };
  const ended = shape.get('processed_at');
  return [
    procedure('Save', saveParameters(shape), saveBody(table, shape)),
    procedure('List', listParameters(shape), listBody(table, shape)),
    ...(ended ? [procedure('Purge', PURGE_PARAMETERS, purgeBody(table, ident(ended.name)))] : []),
  ];
}

const WRITTEN = TRACKING_TABLE.columns.filter(({ name }) => name !== 'id' && name !== 'created_at');

const known = (shape: ReferenceShape): ReferenceColumn[] => WRITTEN.filter(({ name }) => shape.has(name));

/** Longer than the columns, so that what does not fit is refused by them and not cut by the parameter. */
function parameterType({ kind, length }: ReferenceColumn): string {
  const types = { id: 'INT', int64: 'BIGINT', flag: 'BIT', time: 'DATETIME2' };
  return kind === 'text' ? `NVARCHAR(${length === undefined ? 'MAX' : 4000})` : types[kind];
}

const saveParameters = (shape: ReferenceShape): string[] =>
  known(shape).map(
    (column) => `@${column.name} ${parameterType(column)}${column.name === 'file_path' ? '' : ' = NULL'}`,
  );

const columnOf = (shape: ReferenceShape, name: string): string => ident(shape.get(name)?.name ?? name);

/** Parameters that are left out leave a row as it is. */
function saveBody(table: TableRef, shape: ReferenceShape): string {
  const name = qualified(table);
  const columns = known(shape).map((column) => ({
    is: column.name,
    target: columnOf(shape, column.name),
    value: column.default === 'no' ? `COALESCE(@${column.name}, 0)` : `@${column.name}`,
  }));
  const created = shape.has('created_at') ? [{ target: columnOf(shape, 'created_at'), value: 'SYSUTCDATETIME()' }] : [];
  const inserted = [...columns, ...created];
  const changed = columns.filter(({ is }) => is !== 'file_path');
  const set = changed.map(({ is, target }) => `${target} = COALESCE(@${is}, ${target})`);
  const where = `${columnOf(shape, 'file_path')} = @file_path`;
  return `DECLARE @attempt INT = 1, @own INT = CASE WHEN @@TRANCOUNT = 0 THEN 1 ELSE 0 END;
WHILE @attempt > 0
BEGIN
  BEGIN TRY
    IF @own = 1 BEGIN TRANSACTION;
    UPDATE ${name} WITH (UPDLOCK, SERIALIZABLE) SET ${set.join(', ')} WHERE ${where};
    IF @@ROWCOUNT = 0
      INSERT INTO ${name} (${inserted.map(({ target }) => target).join(', ')})
      VALUES (${inserted.map(({ value }) => value).join(', ')});
    IF @own = 1 COMMIT TRANSACTION;
    SET @attempt = 0;
  END TRY
  BEGIN CATCH
    IF @own = 1 AND @@TRANCOUNT > 0 ROLLBACK TRANSACTION;
    IF @own = 0 OR @attempt >= 10 OR ERROR_NUMBER() NOT IN (1205, 2601, 2627) THROW;
    SET @attempt = @attempt + 1;
  END CATCH
END
SELECT ${columnOf(shape, 'id')} AS id FROM ${name} WHERE ${where};`;
}

/** When a row was written last, as far as the table says. */
const timeOf = (shape: ReferenceShape): string | undefined => {
  const names = ['processed_at', 'created_at'].filter((name) => shape.has(name)).map((name) => columnOf(shape, name));
  return names.length > 1 ? `COALESCE(${names.join(', ')})` : names[0];
};

const listParameters = (shape: ReferenceShape): string[] => [
  `@status NVARCHAR(4000) = NULL`,
  ...(timeOf(shape) === undefined ? [] : ['@since DATETIME2 = NULL', '@until DATETIME2 = NULL']),
  '@limit INT = 100',
];

/** The latest first; `@since` included, `@until` not. */
function listBody(table: TableRef, shape: ReferenceShape): string {
  const time = timeOf(shape);
  const conditions = [
    `@status IS NULL OR ${columnOf(shape, 'status')} = @status`,
    ...(time === undefined ? [] : [`@since IS NULL OR ${time} >= @since`, `@until IS NULL OR ${time} < @until`]),
  ];
  const order = [...(time === undefined ? [] : [`${time} DESC`]), `${columnOf(shape, 'id')} DESC`];
  return `SELECT TOP (@limit) ${selectList(TRACKING_TABLE, shape)}
FROM ${qualified(table)}
WHERE ${allOf(conditions)}
ORDER BY ${order.join(', ')};`;
}

const PURGE_PARAMETERS = ['@before DATETIME2', '@batch INT = 4000'];

/** Few at a time, so that the lock is never that of the whole table. Rows of files that have not ended stay. */
const purgeBody = (table: TableRef, ended: string): string =>
  `DECLARE @purged INT = 0, @now INT = 1;
WHILE @now > 0
BEGIN
  DELETE TOP (@batch) FROM ${qualified(table)} WHERE ${ended} < @before;
  SET @now = @@ROWCOUNT;
  SET @purged = @purged + @now;
END
SELECT @purged AS purged;`;
