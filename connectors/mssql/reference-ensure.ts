/** Makes the schemas and tables that drop folders need, where they are missing. What is there is never altered. */
import { createHash } from 'node:crypto';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type TableRef } from '../../core/types/table';
import type { ReferenceColumn, WantedTable } from '../reference-columns';
import { errorNumber } from './errors';
import type { MssqlPool, MssqlSession } from './pool';
import { ident, identList, literal, qualified } from './sql';

const ALREADY_THERE = new Set([2714, 2759, 15233]);
/** A schema is not there, or the user may not make tables in it. */
const NO_SUCH_SCHEMA = 2760;
const ATTEMPTS = 5;

/** Safe when several do it at once. Throws PERMISSION_DENIED with the GRANT to ask for. */
export async function ensure(pool: MssqlPool, schemas: string[], tables: WantedTable[]): Promise<void> {
  const names = [...new Set([...schemas, ...tables.map(({ ref }) => ref.schema)])];
  for (let attempt = 1; ; attempt += 1) {
    const before = await missing(pool, names, tables);
    if (before.schemas.length === 0 && before.tables.length === 0) return;
    try {
      await pool.transaction(async (session) => {
        await lockOut(session, 'longshore reference tables');
        const now = await missing(session, names, tables);
        for (const schema of now.schemas)
          await granted(pool, `the schema ${schema}`, schemaGrants(pool, schema), () =>
            session.run(`CREATE SCHEMA ${ident(schema)}`),
          );
        for (const wanted of now.tables)
          await granted(pool, `the table ${tableId(wanted.ref)}`, tableGrants(pool, wanted.ref.schema), () =>
            createTable(session, wanted),
          );
      });
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS || !ALREADY_THERE.has(errorNumber(error) ?? 0)) throw error;
    }
  }
}

/** The number of a table, or NULL: by its names, since not every server reads all of them in OBJECT_ID. */
export const objectId = ({ schema, name }: TableRef): string =>
  `(SELECT t.object_id FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE s.name = ${literal(schema)} AND t.name = ${literal(name)})`;

const LOCK_MS = 60_000;

/** Waits for others that hold the same text; held to the end of the transaction. Throws LOCK_TIMEOUT after a minute. */
export async function lockOut(session: MssqlSession, resource: string): Promise<void> {
  const short = resource.length <= 200 ? resource : createHash('sha256').update(resource).digest('hex');
  const rows = await session
    .rows<{ answer: number }>(
      `DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = ${literal(short)}, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = ${LOCK_MS}; SELECT @answer AS answer`,
    )
    .catch((error: unknown) => {
      // Servers without this procedure find out by the names being taken.
      if (errorNumber(error) !== 2812) throw error;
      return [];
    });
  if ((rows.at(-1)?.answer ?? 0) < 0)
    throw new LongshoreError('LOCK_TIMEOUT', `Somebody else has worked on the same for a minute: ${resource}.`);
}

const schemaGrants = ({ server }: MssqlPool, schema: string): string =>
  `GRANT CREATE SCHEMA TO ${ident(server.user)}, or create the schema ${ident(schema)} for the user.`;

/** What it takes to make tables in a schema. */
export const tableGrants = ({ server }: MssqlPool, schema: string): string =>
  `GRANT CREATE TABLE TO ${ident(server.user)} and GRANT ALTER, SELECT, INSERT, UPDATE, DELETE ON SCHEMA::${ident(schema)} TO ${ident(server.user)}.`;

/** Not every server gives this its number. */
const isDenied = (error: LongshoreError): boolean =>
  error.code === 'PERMISSION_DENIED' ||
  errorNumber(error) === NO_SUCH_SCHEMA ||
  (error.code === 'QUERY_FAILED' && /\bpermission (was )?denied\b/i.test(error.message));

/** Names what was not to be made, and the rights to ask for. */
export async function granted<T>(pool: MssqlPool, what: string, next: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const wrapped = pool.wrap(error);
    if (!(wrapped instanceof LongshoreError) || !isDenied(wrapped)) throw error;
    const { user, database } = pool.server;
    throw new LongshoreError(
      'PERMISSION_DENIED',
      `User ${user} may not create ${what} in database ${database}.`,
      {},
      { cause: error, next },
    );
  }
}

async function missing(
  session: Pick<MssqlSession, 'rows'>,
  schemas: string[],
  tables: WantedTable[],
): Promise<{ schemas: string[]; tables: WantedTable[] }> {
  const asked = [...schemas.map((name) => `SCHEMA_ID(${literal(name)})`), ...tables.map(({ ref }) => objectId(ref))];
  if (asked.length === 0) return { schemas: [], tables: [] };
  const [row] = await session.rows<Record<string, number | null>>(
    `SELECT ${asked.map((id, index) => `${id} AS c${index}`).join(', ')}`,
  );
  const isMissing = (index: number): boolean => (row?.[`c${index}`] ?? null) === null;
  return {
    schemas: schemas.filter((_name, index) => isMissing(index)),
    tables: tables.filter((_wanted, index) => isMissing(schemas.length + index)),
  };
}

async function createTable(session: MssqlSession, { ref, table }: WantedTable): Promise<void> {
  const name = qualified(ref);
  const [key] = table.key.length === 1 ? table.key : [];
  const columns = table.columns.map((column) => columnSql(column, column.name === key));
  const together = key === undefined ? [`UNIQUE (${identList(table.key)})`] : [];
  await session.run(`CREATE TABLE ${name} (${[...columns, ...together].join(', ')})`);
  for (const column of table.indexed)
    await session.run(
      `CREATE INDEX ${ident(`IX_${ref.name.slice(0, 128 - 4 - column.length)}_${column}`)} ON ${name} (${ident(column)})`,
    );
}

const DEFAULTS = { now: 'GETDATE()', utc: 'SYSUTCDATETIME()', no: '0', yes: '1' } as const;

function columnSql({ name, kind, length, notNull, default: fallback }: ReferenceColumn, isUnique: boolean): string {
  if (kind === 'id') return `${ident(name)} INT IDENTITY(1,1) NOT NULL PRIMARY KEY`;
  const types = { text: `NVARCHAR(${length ?? 'MAX'})`, int64: 'BIGINT', flag: 'BIT', time: 'DATETIME2' };
  const unique = isUnique ? ' UNIQUE' : '';
  return `${ident(name)} ${types[kind]} ${notNull ? 'NOT NULL' : 'NULL'}${unique}${fallback ? ` DEFAULT ${DEFAULTS[fallback]}` : ''}`;
}
