/** What Snowflake says of its virtual warehouse and of statements. Where a server knows nothing of these, little is said. */
import type { ComputeInfo, StatementReport } from '../warehouse';
import { isConnectionLoss } from './errors';
import type { Answer } from './session';
import type { SnowflakeSessions } from './sessions';
import { literal } from './sql';

/** Statements that are looked through for those of Longshore. */
const HISTORY = 1000;

const STATES: Readonly<Record<string, StatementReport['state']>> = {
  RUNNING: 'running',
  RESUMING_WAREHOUSE: 'queued',
  QUEUED: 'queued',
  QUEUED_REPARING_WAREHOUSE: 'queued',
  BLOCKED: 'running',
  RESTARTED: 'running',
  ABORTING: 'running',
  SUCCESS: 'done',
  FAILED_WITH_ERROR: 'failed',
  FAILED_WITH_INCIDENT: 'failed',
  DISCONNECTED: 'failed',
  ABORTED: 'cancelled',
};

/** A state of the driver's in Longshore's words. */
export const stateOf = (status: string): StatementReport['state'] => STATES[status.toUpperCase()] ?? 'unknown';

export async function readCompute(sessions: SnowflakeSessions): Promise<ComputeInfo> {
  const current = await soft(sessions.run({ sql: 'SELECT CURRENT_WAREHOUSE()' }));
  const name = current?.rows[0]?.[0];
  if (!name) return {};
  const shown = await soft(sessions.run({ sql: `SHOW WAREHOUSES LIKE ${literal(name)}` }));
  const row = shown && recordsOf(shown).find((record) => record['NAME'] === name);
  const { SIZE: size, STATE: state } = row ?? {};
  return { name, ...(size && { size }), ...(state && { state }) };
}

export async function readStatement(sessions: SnowflakeSessions, id: string): Promise<StatementReport> {
  const status = await soft(sessions.again(() => sessions.use(async (session) => session.status(id))));
  const history = await soft(
    sessions.run({
      sql: `SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => ${HISTORY})) WHERE QUERY_ID = ?`,
      binds: [id],
    }),
  );
  const row = history && recordsOf(history)[0];
  const known = row && reportOf(row);
  const state = status === undefined ? 'unknown' : stateOf(status);
  if (!known) return { id, state, figures: {} };
  return state === 'unknown' ? known : { ...known, state };
}

export async function readRecent(sessions: SnowflakeSessions, tag: string, limit: number): Promise<StatementReport[]> {
  const history = await soft(
    sessions.run({
      sql: `SELECT * FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => ${HISTORY})) WHERE QUERY_TAG = ? OR QUERY_TAG LIKE 'longshore%' ORDER BY START_TIME DESC`,
      binds: [tag],
    }),
  );
  return history ? recordsOf(history).slice(0, limit).map(reportOf) : [];
}

/** Aborts a statement, whoever submitted it. Harmless when it has ended. */
export async function cancelStatement(sessions: SnowflakeSessions, id: string): Promise<void> {
  const asked = await soft(sessions.run({ sql: 'SELECT SYSTEM$CANCEL_QUERY(?)', binds: [id] }));
  if (!asked) await soft(sessions.use(async (session) => session.abort(id)));
}

/** An optional answer: what the server refuses is not there. That it is away is told. */
async function soft<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    return undefined;
  }
}

type Row = Record<string, string | null>;

const recordsOf = ({ columns, rows }: Answer): Row[] =>
  rows.map((row) => Object.fromEntries(columns.map((name, index) => [name.toUpperCase(), row[index] ?? null])));

const HISTORY_STATES: Readonly<Record<string, StatementReport['state']>> = {
  RUNNING: 'running',
  QUEUED: 'queued',
  RESUMING_WAREHOUSE: 'queued',
  SUCCESS: 'done',
  FAIL: 'failed',
  FAILED_WITH_ERROR: 'failed',
  FAILED_WITH_INCIDENT: 'failed',
};

/** Not figures but names, texts and the like, or told by themselves. */
const NO_FIGURES = /_ID$|_TIME$|_TEXT$|_NAME$|_TAG$|^ERROR_|^EXECUTION_STATUS$|_VERSION$|^IS_|_HASH|^QUERY_TYPE$/;
const TIMES = /^(TOTAL_ELAPSED|COMPILATION|EXECUTION|QUEUED_\w+|TRANSACTION_BLOCKED|LIST_EXTERNAL_FILES)_TIME$/;
const NAMES = ['WAREHOUSE_NAME', 'WAREHOUSE_SIZE', 'USER_NAME', 'ROLE_NAME', 'QUERY_TYPE'];

function reportOf(row: Row): StatementReport {
  const figures: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null || value === '') continue;
    if (NAMES.includes(name)) figures[name.toLowerCase()] = value;
    else if ((TIMES.test(name) || !NO_FIGURES.test(name)) && /^-?\d{1,15}(\.\d+)?$/.test(value))
      figures[name.toLowerCase()] = Number(value);
  }
  const wasCancelled = row['ERROR_CODE'] === '604' || row['ERROR_CODE'] === '000604';
  const { START_TIME: startedAt, TOTAL_ELAPSED_TIME: elapsed, QUERY_TEXT: sql, ERROR_MESSAGE: error } = row;
  return {
    id: row['QUERY_ID'] ?? '',
    state: wasCancelled ? 'cancelled' : (HISTORY_STATES[row['EXECUTION_STATUS']?.toUpperCase() ?? ''] ?? 'unknown'),
    figures,
    ...(sql && { sql }),
    ...(startedAt && { startedAt }),
    ...(elapsed && { seconds: Number(elapsed) / 1000 }),
    ...(error && { error }),
  };
}
