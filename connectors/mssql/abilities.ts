/** What the server can do of that which not every server can. Asked by trying it on temporary tables, once a pool. */
import { errorNumber } from './errors';
import { optionalRows } from './live';
import type { MssqlPool, MssqlSession } from './pool';

export interface ServerAbilities {
  /** ALTER TABLE … SWITCH. */
  switches: boolean;
  /** ADD CONSTRAINT WITH NOCHECK, so that a constraint can be checked later. */
  noCheck: boolean;
  /** The catalog tells the conditions of filtered indexes. */
  describesFilters: boolean;
  /** Readers under READ COMMITTED see row versions and do not wait for writers. */
  versioned: boolean;
}

const known = new WeakMap<MssqlPool, Promise<ServerAbilities>>();

export function serverAbilities(pool: MssqlPool): Promise<ServerAbilities> {
  const asked = known.get(pool) ?? ask(pool);
  known.set(pool, asked);
  asked.catch(() => known.delete(pool));
  return asked;
}

async function ask(pool: MssqlPool): Promise<ServerAbilities> {
  const session = await pool.dedicated();
  try {
    const [database] = await optionalRows<{ versioned: boolean }>(
      session,
      'SELECT is_read_committed_snapshot_on AS versioned FROM sys.databases WHERE name = DB_NAME()',
    );
    return {
      switches: await takes(session, [
        'CREATE TABLE #longshore_from (i int NOT NULL)',
        'CREATE TABLE #longshore_to (i int NOT NULL)',
        'ALTER TABLE #longshore_from SWITCH TO #longshore_to',
      ]),
      noCheck: await takes(session, [
        'CREATE TABLE #longshore_check (i int NOT NULL)',
        'ALTER TABLE #longshore_check WITH NOCHECK ADD CHECK (i > 0)',
      ]),
      describesFilters: await describesFilters(session),
      versioned: database?.versioned === true,
    };
  } finally {
    await session.close();
  }
}

/** Errors of the 4900s are what SWITCH itself has to say about two tables: the server knows it. */
async function takes(session: MssqlSession, statements: readonly string[]): Promise<boolean> {
  try {
    for (const statement of statements) await session.run(statement);
    return true;
  } catch (error) {
    const number = errorNumber(error);
    if (number === undefined) throw error;
    return number >= 4900 && number < 5000;
  }
}

async function describesFilters(session: MssqlSession): Promise<boolean> {
  const made = await takes(session, [
    'CREATE TABLE #longshore_filter (i int NULL)',
    'CREATE INDEX longshore_filter ON #longshore_filter (i) WHERE i IS NOT NULL',
  ]);
  const found = await optionalRows<{ filtered: boolean }>(
    session,
    "SELECT has_filter AS filtered FROM tempdb.sys.indexes WHERE object_id = OBJECT_ID('tempdb..#longshore_filter') AND index_id > 0",
  );
  return made && found[0]?.filtered === true;
}
