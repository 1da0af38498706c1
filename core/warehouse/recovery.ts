/** How deleted rows come back. */
import type { WarehouseKind } from '../../schemas/constants';
import type { Statement, WarehouseTable } from '../types/warehouse';
import { dialectOf } from './dialect';

/** A moment of the past in a warehouse that remembers it: before a statement, or a time in UTC as `momentQuery` answers it. */
export type Moment = { statement: string } | { utc: string };

/** Whether deleted rows are read from the table's own past, and need no backup. */
export const travelsInTime = (kind: WarehouseKind): boolean => kind === 'snowflake';

/** The warehouse's own clock. */
export const momentQuery: Statement = {
  sql: `SELECT TO_VARCHAR(CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP()), 'YYYY-MM-DD HH24:MI:SS.FF3')`,
};

/** The statement that copies rows of the table from its past into its present; run once, it undoes a deletion. */
export function timeTravelStatement(table: WarehouseTable, where: Statement, moment: Moment): Statement {
  const dialect = dialectOf('snowflake');
  const name = dialect.table(table.ref);
  const columns = table.columns.map((column) => dialect.ident(column.name)).join(', ');
  const past =
    'statement' in moment
      ? `BEFORE(STATEMENT => ${dialect.literal(moment.statement)})`
      : `AT(TIMESTAMP => ${dialect.literal(`${moment.utc.slice(0, 23)} +0000`)}::TIMESTAMP_TZ)`;
  return { sql: `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM ${name} ${past} WHERE ${where.sql}` };
}

/** For people, before anything is deleted. */
export function recoveryText(table: WarehouseTable, where: Statement, kind: WarehouseKind): string {
  if (!travelsInTime(kind))
    return 'The rows are written into a Parquet file before they are deleted; `longshore month restore` puts them back.';
  const { sql } = timeTravelStatement(table, where, { utc: '' });
  const shown = sql.replace("' +0000'", `'<moment before the deletion>'`);
  return `\`longshore month restore\` brings the rows back by Time Travel for as long as the table keeps its past (DATA_RETENTION_TIME_IN_DAYS, one day unless set otherwise): ${shown}`;
}
