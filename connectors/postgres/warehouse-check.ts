/**
 * Whether every staged text becomes a value of its column, and nothing of it is lost: PostgreSQL rounds decimals and cuts
 * fractions of seconds without a word, and does not say in which column a text was that it could not take.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { ErrorCode } from '../../core/errors/catalogue';
import type { MonthFormat } from '../../core/types/month';
import type { WarehouseColumn, WarehouseTableRef } from '../../core/types/warehouse';
import { formsFor } from '../../core/warehouse/date-layout';
import { provenBranches } from '../../core/warehouse/postgres-iso';
import { cast, isOfType, isReadAsItStands } from '../../core/warehouse/postgres-text';
import { columnOf } from '../../core/warehouse/publish';
import { formOf } from '../value-forms';
import type { CopyRequest } from '../warehouse';
import { sqlState, toPostgresError } from './errors';
import { abortable } from './extract';
import type { PostgresPool } from './pool';
import { ident, literal, qualified } from './sql';

/** One pass over the staged rows; another one for each column only where the first found something. */
export async function checkValues(
  pool: PostgresPool,
  { table, columns, format }: CopyRequest,
  staging: WarehouseTableRef,
  signal: AbortSignal | undefined,
): Promise<void> {
  const checks = columns.map((name) => checkOf(columnOf(table, name), format));
  const place = `${table.ref.schema}.${table.ref.name}`;
  const values = checks.flatMap(({ value, isProbed }) => (value === undefined || isProbed ? [] : [`count(${value})`]));
  const faults = checks.flatMap((check) =>
    check.faults.map(({ sql, probe }) => `count(*) FILTER (WHERE ${probe ?? sql})`),
  );
  const questions = [...faults, ...values];
  if (questions.length === 0) return;
  const ask = async (sql: string): Promise<string[]> =>
    pool.transaction(
      async (client) => {
        const { rows } = await abortable(pool, client, signal, () =>
          client.query<(string | null)[]>({ text: sql, rowMode: 'array' }),
        );
        return (rows[0] ?? []).map(String);
      },
      { readOnly: true },
    );
  const isClean = await ask(`SELECT ${questions.join(', ')} FROM ${qualified(staging)}`).then(
    (answers) => faults.every((_, index) => answers[index] === '0'),
    (error: unknown) => {
      if (signal?.aborted)
        throw new LongshoreError('CANCELLED', `Checking the rows staged for ${place} was cancelled.`, { table: place });
      if (isDataError(error)) return false;
      throw error;
    },
  );
  if (isClean) return;
  for (const check of checks) await findFault(check, staging, place, ask);
}

interface Check {
  column: WarehouseColumn;
  /** An expression that fails for a text that is no value. */
  value?: string;
  /** A probe of a fault finds texts that are no value, too. */
  isProbed?: boolean;
  faults: Fault[];
}

interface Fault {
  /** Never fails where `value` does not. */
  sql: string;
  /** Cheaper; fails or holds for every text that the condition holds for. */
  probe?: string;
  code: ErrorCode;
  what: string;
}

/** Types that pad with blanks; those that vary keep theirs, and cut what is too long of them without a word. */
const PADDED = /^(?:char(?:acter)?(?!acter| varying)|bpchar)\b/i;

function checkOf(column: WarehouseColumn, format: MonthFormat): Check {
  const name = ident(column.name);
  const { type, width, nativeType } = column;
  const value = valueOf(column, name, format);
  const faults: Fault[] = [];
  if (!column.nullable) faults.push({ sql: `${name} IS NULL`, code: 'NULL_IN_NOT_NULL', what: 'takes no NULL' });
  if (width)
    // Blanks at the end are no part of a value of this kind of type.
    faults.push({
      sql: `octet_length(${name}) > ${width.limit} AND length(${PADDED.test(nativeType) ? `rtrim(${name}, ' ')` : name}) > ${width.limit}`,
      code: 'VALUE_TOO_LONG',
      what: `takes ${width.limit} characters`,
    });
  const lost =
    type.kind === 'date' || type.kind === 'timestamp' ? timeFault(column, format) : scaleFault(column, value);
  if (lost) faults.push(lost);
  return { column, ...(value !== name && { value }), ...(lost?.probe !== undefined && { isProbed: true }), faults };
}

/** Decimals that would be rounded. */
function scaleFault({ name, type, nativeType }: WarehouseColumn, value: string): Fault | undefined {
  const isNumeric = /^(numeric|decimal)/i.test(nativeType);
  // Casts into integers refuse a point by themselves.
  const scale = type.kind === 'decimal' ? type.scale : isNumeric && type.kind === 'integer' ? 0 : undefined;
  if (scale === undefined) return undefined;
  const x = ident(name);
  return {
    sql: `CASE WHEN strpos(${x}, '.') > 0 AND length(${x}) - strpos(${x}, '.') > ${scale} OR strpos(${x}, 'e') > 0 OR strpos(${x}, 'E') > 0 THEN ${x}::numeric <> round(${x}::numeric, ${scale}) ELSE false END`,
    // Two casts cost less than a look at the text.
    ...(isNumeric && { probe: `${value} <> ${x}::numeric` }),
    code: 'VALUE_NOT_REPRESENTABLE',
    what: `has ${scale} decimal places`,
  };
}

/** Dates and times of which something would be lost, or that publishing would not take. */
function timeFault(column: WarehouseColumn, format: MonthFormat): Fault | undefined {
  const form = formOf(column, format);
  if (form === undefined) return undefined;
  const x = ident(column.name);
  const fault = { code: 'VALUE_NOT_REPRESENTABLE', what: 'takes no such text without losing something of it' } as const;
  const isWritten = `${x} ~ ${literal(`^(${form})$`)}`;
  const branches = provenBranches(column, formsFor(column.type, format), x);
  if (branches) {
    const isRight = `(${x} IS NULL OR ${isWritten} AND ${isOfType(column, x, format) ?? 'TRUE'})`;
    return { sql: `NOT ${isRight}`, probe: `NOT CASE ${branches.join(' ')} ELSE ${isRight} END`, ...fault };
  }
  // Most dates and times are of these lengths, and then the cast tells; expressions cost ten times as much.
  const isUsual =
    column.type.kind === 'date'
      ? `length(${x}) IN (8, 10)`
      : `length(${x}) IN (8, 10) OR (length(${x}) = 19 AND substr(${x}, 17, 1) = ':')`;
  return { sql: `CASE WHEN ${isUsual} THEN false ELSE NOT ${isWritten} END`, ...fault };
}

/** A cast of dates as the file's format says is dear, and only needed where there is one. */
function valueOf(column: WarehouseColumn, name: string, format: MonthFormat): string {
  const { type, nativeType } = column;
  const isPlain =
    (type.kind === 'date' && format.dateFormat === undefined) ||
    (type.kind === 'timestamp' && format.timestampFormat === undefined) ||
    isReadAsItStands(column, format);
  return isPlain ? `${name}::${nativeType}` : cast(column, name, format);
}

async function findFault(
  { column, value, faults }: Check,
  staging: WarehouseTableRef,
  table: string,
  ask: (sql: string) => Promise<string[]>,
): Promise<void> {
  const place = { table, column: column.name };
  const from = `FROM ${qualified(staging)}`;
  if (value !== undefined)
    await ask(`SELECT count(${value}) ${from}`).catch((error: unknown) => {
      if (!isDataError(error)) throw error;
      const known = toPostgresError(error, place);
      throw new LongshoreError(
        known.code,
        `Table ${table}, column ${column.name} (${column.nativeType}): ${known.message}`,
        place,
        { cause: error },
      );
    });
  for (const { sql, code, what } of faults) {
    const [count] = await ask(`SELECT count(*) ${from} WHERE ${sql}`);
    if (count === '0') continue;
    const [example = ''] = await ask(`SELECT ${ident(column.name)} ${from} WHERE ${sql} LIMIT 1`);
    const told =
      code === 'NULL_IN_NOT_NULL'
        ? `${count} rows have none`
        : `'${example.slice(0, 200)}' and ${Number(count) - 1} more do not fit`;
    throw new LongshoreError(
      code,
      `Table ${table}, column ${column.name} (${column.nativeType}) ${what}: ${told}.`,
      place,
    );
  }
}

/** Class 22 is about values. */
const isDataError = (error: unknown): boolean => sqlState(error)?.startsWith('22') === true;
