/** Rows from staging into a table by INSERT … SELECT. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { toMssqlError } from './errors';
import { loadedIdentity } from './identity';
import { identityColumn } from './ddl';
import { parseNativeType } from './native-types';
import type { MssqlSession } from './pool';
import type { StagedTable } from './publish-set';
import { ident, identList, qualified } from './sql';

/** How a staged value becomes one of a type that staging holds as another. */
function converted(name: string, type: string): string {
  const column = ident(name);
  switch (type) {
    case 'xml':
      // Style 1 keeps white space between elements.
      return `CONVERT(xml, ${column}, 1)`;
    case 'geometry':
    case 'geography':
    case 'hierarchyid':
      return `CAST(${column} AS ${type})`;
    default:
      return column;
  }
}

/** Throws COUNT_MISMATCH when fewer rows arrive than were verified. */
export async function copyRows(session: MssqlSession, table: StagedTable): Promise<void> {
  const { plan, live, ref, staging, id, rows, strategy } = table;
  const columns = plan.columns.map(({ target, targetType }) => ({
    name: target,
    type: live?.columns.find(({ name }) => name === target)?.type ?? parseNativeType(targetType).name,
  }));
  const numbered = live ? loadedIdentity(table)?.name : identityColumn(plan);
  const target = qualified(ref);
  // Whoever replaces all rows has the table to himself anyway, and an empty heap is filled with little logging.
  const hint = strategy === 'append' ? '' : ' WITH (TABLOCK)';
  const insert = `INSERT INTO ${target}${hint} (${identList(columns.map(({ name }) => name))}) SELECT ${columns.map(({ name, type }) => converted(name, type)).join(', ')} FROM ${qualified(staging)}`;
  let inserted: number;
  try {
    if (numbered !== undefined) await session.run(`SET IDENTITY_INSERT ${target} ON`);
    inserted = await session.run(insert);
    if (numbered !== undefined) await session.run(`SET IDENTITY_INSERT ${target} OFF`);
  } catch (error) {
    throw toMssqlError(error, { table: id });
  }
  if (inserted === rows) return;
  throw new LongshoreError(
    'COUNT_MISMATCH',
    `Table ${id}: ${rows} rows were verified, and ${inserted} arrived; a trigger or an index that ignores duplicates may drop rows. Nothing was published.`,
    { table: id },
  );
}
