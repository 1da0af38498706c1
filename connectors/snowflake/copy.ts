/** COPY of the parts of a file into its staging table: submitted, asked for, aborted, gone on with. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { CopyControl, CopyRequest, CopyResult, WarehouseTable, WarehouseTableRef } from '../warehouse';
import { copyError } from './copy-error';
import { copySql, dropSql, stagingSql, type CopyText } from './copy-sql';
import { isConnectionLoss, isSessionGone } from './errors';
import { type Answer, cancelled } from './session';
import type { SnowflakeSessions } from './sessions';
import { quoteTable } from './sql';
import { sameSize, type Stage } from './stage';
import { cancelStatement, stateOf } from './statements';

export interface CopyContext {
  sessions: SnowflakeSessions;
  stage: Stage;
  staging(loadId: string, table: WarehouseTable): WarehouseTableRef;
  pollMs: number;
  /** What the server turned out not to know. */
  refused: { formats: boolean };
}

/** What dates are written like where the file does not say: one of the two, throughout a file. */
const ISO_DATE = 'YYYY-MM-DD';
const COMPACT_DATE = 'YYYYMMDD';
/** A statement goes on in the warehouse while nobody can ask for it. */
const AWAY_MS = 45_000;
/** A statement may be known a moment after it was accepted. */
const UNKNOWN_POLLS = 10;
const CANCEL_MS = 30_000;

interface Counts {
  rowsLoaded: number;
  rowsParsed: number;
}

/** As `Warehouse.copy` promises. */
export async function copyParts(context: CopyContext, request: CopyRequest, control: CopyControl): Promise<CopyResult> {
  const started = performance.now();
  const staging = context.staging(request.loadId, request.table);
  const before = control.known === undefined ? undefined : await resumed(context, request, control, control.known);
  const { counts, statementId, rowsStaged } = before ?? (await anew(context, request, control, staging));
  if (control.progress) {
    Atomics.store(control.progress, 0, BigInt(rowsStaged));
    Atomics.store(control.progress, 1, BigInt(request.parts.reduce((sum, part) => sum + part.bytes, 0)));
  }
  return {
    ...counts,
    rowsStaged,
    files: request.parts.length,
    ...(statementId !== undefined && { statementId }),
    seconds: (performance.now() - started) / 1000,
  };
}

interface Copied {
  counts: Counts;
  statementId: string | undefined;
  rowsStaged: number;
}

/** What an earlier attempt submitted; undefined: it is as if it had not been. */
async function resumed(
  context: CopyContext,
  request: CopyRequest,
  control: CopyControl,
  id: string,
): Promise<Copied | undefined> {
  const status = await statusOf(context, id);
  const state = stateOf(status);
  if (state !== 'running' && state !== 'queued' && state !== 'done') return undefined;
  try {
    const counts = countsOf(await ended(context, request, control, id));
    const rowsStaged = await countStaged(context, context.staging(request.loadId, request.table));
    return holds(request, counts, rowsStaged) ? { counts, statementId: id, rowsStaged } : undefined;
  } catch (error) {
    const isGone = error instanceof LongshoreError && ['TABLE_NOT_FOUND', 'STATEMENT_LOST'].includes(error.code);
    const isKnown = isConnectionLoss(error) || (error instanceof LongshoreError && error.code === 'CANCELLED');
    // What it answered is kept for a day only.
    if (isGone || isCompactDate(error) || (state === 'done' && !isKnown)) return undefined;
    throw error;
  }
}

/** Staging is made anew, since a table remembers the files that it has, and takes none of them twice. */
async function anew(
  context: CopyContext,
  request: CopyRequest,
  control: CopyControl,
  staging: WarehouseTableRef,
): Promise<Copied> {
  await checkStage(context, request);
  const { format, ...text } = textOf(request);
  const into = { ...text, staging, stage: context.stage.name };
  const attempt = async (dateFormat?: string): Promise<Copied> => {
    const given = dateFormat === undefined ? format : { ...format, dateFormat };
    const known = context.refused.formats ? { hasDates: false, hasTimestamps: false } : {};
    return copied(context, request, control, { ...into, format: given, ...known });
  };
  // Without a format Snowflake takes 20240131 for a number of seconds, and says nothing.
  const first = format.dateFormat ?? ISO_DATE;
  try {
    return await attempt(first);
  } catch (error) {
    if (refusesFormats(error)) {
      context.refused.formats = true;
      return attempt();
    }
    if (format.dateFormat !== undefined || !isCompactDate(error)) throw error;
    return attempt(COMPACT_DATE).catch((again: unknown) => {
      // Dates in both spellings: the first that is of the other one is what is wrong with the file.
      throw isDate(again) ? error : again;
    });
  }
}

async function copied(
  context: CopyContext,
  request: CopyRequest,
  control: CopyControl,
  text: CopyText,
): Promise<Copied> {
  const { sessions } = context;
  if (control.signal?.aborted) throw cancelled();
  await sessions.run({ sql: dropSql(text.staging) });
  await sessions.run({ sql: stagingSql(text.staging, request.table, request.columns) });
  const { id, answer } = await submit(context, request, copySql(text));
  await control.onSubmitted(id);
  const counts = countsOf(answer ?? (await ended(context, request, control, id)));
  const rowsStaged = await countStaged(context, text.staging);
  if (!holds(request, counts, rowsStaged))
    throw new LongshoreError(
      'COPY_FAILED',
      `Snowflake copied ${counts.rowsLoaded} rows into ${request.table.ref.name} and staged ${rowsStaged}, but ${rowsOf(request)} were packed.`,
      { table: request.table.ref.name },
    );
  return { counts, statementId: id, rowsStaged };
}

const rowsOf = ({ parts }: CopyRequest): number => parts.reduce((sum, { rows }) => sum + rows, 0);

/** Rows of the file, of the COPY and of the staging table are the same. */
const holds = (request: CopyRequest, { rowsLoaded }: Counts, rowsStaged: number): boolean =>
  rowsLoaded === rowsOf(request) && rowsStaged === rowsLoaded;

const isDate = (error: unknown, text = /\bDate '[^']*' is not recognized/): boolean =>
  error instanceof LongshoreError && error.code === 'VALUE_NOT_REPRESENTABLE' && text.test(error.message);

const isCompactDate = (error: unknown): boolean => isDate(error, /\bDate '\d{8}' is not recognized/);

/** A server that stands in for Snowflake may know one format of dates only, and then says so. */
const refusesFormats = (error: unknown): boolean =>
  error instanceof LongshoreError &&
  error.code === 'QUERY_FAILED' &&
  /\b(DATE_FORMAT|TIMESTAMP_FORMAT)\b/.test(error.message);

/** COPY takes what lies below the prefix: exactly the parts, each as it was sent. */
async function checkStage({ stage }: CopyContext, { prefix, parts }: CopyRequest): Promise<void> {
  const staged = new Map((await stage.list(prefix)).map(({ name, bytes }) => [name, bytes]));
  for (const { name, bytes } of parts) {
    const there = staged.get(`${prefix}${name}`);
    if (there === undefined || !sameSize(there, bytes)) {
      const what = there === undefined ? 'is not there' : `has ${there} bytes instead of ${bytes}`;
      throw new LongshoreError('STAGE_INCOMPLETE', `The part ${prefix}${name} in the stage ${stage.name} ${what}.`, {
        file: `${prefix}${name}`,
      });
    }
    staged.delete(`${prefix}${name}`);
  }
  for (const name of staged.keys()) await stage.remove(name);
}

function textOf({ prefix, format, table, columns }: CopyRequest): Omit<CopyText, 'staging' | 'stage'> {
  const kinds = new Set(
    table.columns.filter((column) => columns.includes(column.name)).map((column) => column.type.kind),
  );
  return { prefix, format, hasDates: kinds.has('date'), hasTimestamps: kinds.has('timestamp') };
}

async function submit(
  { sessions }: CopyContext,
  request: CopyRequest,
  sql: string,
): Promise<{ id: string; answer?: Answer }> {
  try {
    return await sessions.again(() => sessions.use(async (session) => session.submit({ sql })));
  } catch (error) {
    throw copyError(error, request);
  }
}

/** Waits for a statement to end well, and answers what it said. */
async function ended(context: CopyContext, request: CopyRequest, control: CopyControl, id: string): Promise<Answer> {
  for (let unknown = 0; ;) {
    if (control.signal?.aborted) {
      await abort(context, id);
      throw cancelled();
    }
    const state = stateOf(await statusOf(context, id, control.signal));
    if (state === 'done') return context.sessions.again(() => context.sessions.use((session) => session.result(id)));
    if (state === 'failed' || state === 'cancelled') throw await failureOf(context, request, id);
    unknown = state === 'unknown' ? unknown + 1 : 0;
    if (unknown > UNKNOWN_POLLS) throw lost(id);
    await pause(context.pollMs, control.signal);
  }
}

const lost = (id: string): LongshoreError =>
  new LongshoreError('STATEMENT_LOST', `Snowflake knows nothing of the statement ${id}, which was to copy the rows.`);

/** Asks as long as the server may be back in a moment. */
async function statusOf({ sessions, pollMs }: CopyContext, id: string, signal?: AbortSignal): Promise<string> {
  const since = performance.now();
  for (;;)
    try {
      return await sessions.again(() => sessions.use(async (session) => session.status(id)));
    } catch (error) {
      const isAway = isConnectionLoss(error) && !isSessionGone(error);
      if (!isAway || performance.now() - since > AWAY_MS || signal?.aborted) throw error;
      await pause(Math.max(pollMs, 500), signal);
    }
}

async function failureOf({ sessions }: CopyContext, request: CopyRequest, id: string): Promise<LongshoreError> {
  const failure = await sessions.again(() => sessions.use(async (session) => session.failure(id)));
  return failure ? copyError(failure, request) : lost(id);
}

/** Aborts a statement in the warehouse, and waits until it has ended. */
async function abort(context: CopyContext, id: string): Promise<void> {
  await cancelStatement(context.sessions, id);
  for (const until = performance.now() + CANCEL_MS; performance.now() < until;) {
    const state = stateOf(await statusOf(context, id));
    if (state !== 'running' && state !== 'queued') return;
    await sleep(Math.min(context.pollMs, 1000));
  }
}

async function countStaged({ sessions }: CopyContext, staging: WarehouseTableRef): Promise<number> {
  const { rows } = await sessions.run({ sql: `SELECT COUNT(*) FROM ${quoteTable(staging)}` });
  return Number(rows[0]?.[0]);
}

/** A COPY answers a row for each file. */
export function countsOf({ columns, rows }: Answer): Counts {
  const sum = (wanted: string): number => {
    const index = columns.findIndex((name) => name.toLowerCase() === wanted);
    return index < 0 ? 0 : rows.reduce((total, row) => total + Number(row[index] ?? 0), 0);
  };
  return { rowsLoaded: sum('rows_loaded'), rowsParsed: sum('rows_parsed') };
}

/** Ends early, without an error, when `signal` aborts. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => undefined);
}
