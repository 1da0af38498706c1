/**
 * Whether every staged text becomes a value of its column, and nothing of it is lost: PostgreSQL rounds decimals and cuts
 * fractions of seconds without a word, and does not say in which column a text was that it could not take.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { ErrorCode } from '../../core/errors/catalogue';
import type { MonthFormat } from '../../core/types/month';
import type { WarehouseColumn, WarehouseTableRef } from '../../core/types/warehouse';
import { cast } from '../../core/warehouse/postgres-text';
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
  const questions = checks.flatMap(({ value, faults }) => [
    ...(value === undefined ? [] : [`count(${value})`]),
    ...faults.map(({ sql }) => `count(*) FILTER (WHERE ${sql})`),
  ]);
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
    (answers) => {
      let at = 0;
      return checks.every(({ value, faults }) => {
        if (value !== undefined) at += 1;
        return faults.every(() => answers[at++] === '0');
      });
    },
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
  faults: { sql: string; code: ErrorCode; what: string }[];
}

function checkOf(column: WarehouseColumn, format: MonthFormat): Check {
  const name = ident(column.name);
  const value = valueOf(column, name, format);
  const faults: Check['faults'] = [];
  if (!column.nullable) faults.push({ sql: `${name} IS NULL`, code: 'NULL_IN_NOT_NULL', what: 'takes no NULL' });
  const { type, width, nativeType } = column;
  if (width)
    // Blanks at the end are no part of a value of this kind of type.
    faults.push({
      sql: `octet_length(${name}) > ${width.limit} AND length(${/^(char|bpchar)/i.test(nativeType) ? `rtrim(${name}, ' ')` : name}) > ${width.limit}`,
      code: 'VALUE_TOO_LONG',
      what: `takes ${width.limit} characters`,
    });
  // Casts into integers refuse a point by themselves.
  const scale =
    type.kind === 'decimal' ? type.scale : /^numeric/i.test(nativeType) && type.kind === 'integer' ? 0 : undefined;
  // Texts with so few characters behind the point lose nothing; the others are compared as numbers.
  if (scale !== undefined)
    faults.push({
      sql: `CASE WHEN strpos(${name}, '.') > 0 AND length(${name}) - strpos(${name}, '.') > ${scale} OR strpos(${name}, 'e') > 0 OR strpos(${name}, 'E') > 0 THEN ${name}::numeric <> round(${name}::numeric, ${scale}) ELSE false END`,
      code: 'VALUE_NOT_REPRESENTABLE',
      what: `has ${scale} decimal places`,
    });
  const form = formOf(column, format);
  // Most dates and times are of these lengths, and then the cast tells; expressions cost ten times as much.
  const isUsual =
    type.kind === 'date'
      ? `length(${name}) IN (8, 10)`
      : `length(${name}) IN (8, 10) OR (length(${name}) = 19 AND substr(${name}, 17, 1) = ':')`;
  if ((type.kind === 'date' || type.kind === 'timestamp') && form !== undefined)
    faults.push({
      sql: `CASE WHEN ${isUsual} THEN false ELSE ${name} !~ ${literal(`^(${form})$`)} END`,
      code: 'VALUE_NOT_REPRESENTABLE',
      what: 'takes no such text without losing something of it',
    });
  return { column, ...(value !== name && { value }), faults };
}

/** A cast of dates as the file's format says is dear, and only needed where there is one. */
function valueOf(column: WarehouseColumn, name: string, format: MonthFormat): string {
  const { type, nativeType } = column;
  const isPlain =
    (type.kind === 'date' && format.dateFormat === undefined) ||
    (type.kind === 'timestamp' && format.timestampFormat === undefined);
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
