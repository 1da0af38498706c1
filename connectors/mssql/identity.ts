/** Identity columns go on counting where they were, or behind the new rows, whichever is further. */
import type { LiveColumn } from './live';
import type { MssqlSession } from './pool';
import type { StagedTable } from './publish-set';
import { ident, literal, qualified } from './sql';

const identityOf = ({ live }: StagedTable): LiveColumn | undefined =>
  live?.columns.find(({ identity }) => identity !== null);

/** The column that the server numbers, when its values come with the rows. */
export const loadedIdentity = (table: StagedTable): LiveColumn | undefined => {
  const column = identityOf(table);
  return column && table.plan.columns.some(({ target }) => target === column.name) ? column : undefined;
};

/** Furthest numbers by table id, read before anything is emptied. */
export type Furthest = ReadonlyMap<string, bigint>;

export async function furthestNumbers(session: MssqlSession, tables: readonly StagedTable[]): Promise<Furthest> {
  const furthest = new Map<string, bigint>();
  for (const table of tables) {
    const column = identityOf(table);
    if (!column?.identity) continue;
    const { last, increment } = column.identity;
    const descends = BigInt(increment) < 0n;
    const values = last === null ? [] : [BigInt(last)];
    if (loadedIdentity(table) || table.facts.shape === 'switched') {
      const [staged] = await session.rows<{ value: string | null }>(
        `SELECT CONVERT(varchar(40), ${descends ? 'MIN' : 'MAX'}(${ident(column.name)})) AS value FROM ${qualified(table.staging)}`,
      );
      if (staged?.value != null) values.push(BigInt(staged.value));
    }
    if (values.length > 0)
      furthest.set(
        table.id,
        values.reduce((a, b) => (a > b !== descends ? a : b)),
      );
  }
  return furthest;
}

/**
 * Sets the counter of a table that was emptied or switched into. In one that has no rows since it was truncated, the
 * server hands out the very number that it is set to, in any other the one after it.
 */
export async function restoreNumbers(session: MssqlSession, table: StagedTable, furthest: Furthest): Promise<void> {
  const last = furthest.get(table.id);
  const identity = identityOf(table)?.identity;
  if (last === undefined || !identity) return;
  const number = table.rows === 0 ? last + BigInt(identity.increment) : last;
  await session.run(`DBCC CHECKIDENT (${nameText(qualified(table.ref))}, RESEED, ${number}) WITH NO_INFOMSGS`);
}

/** Not every server reads a Unicode constant here, so names without need of one do without. */
const nameText = (name: string): string =>
  /^[\x20-\x7e]*$/.test(name) ? literal(name).replace(/^N/, '') : literal(name);
