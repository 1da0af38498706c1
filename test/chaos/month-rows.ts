/** Rows of months whose figures are known, and how databases reckon the same figures. */
import { createHash } from 'node:crypto';

export type ChaosWarehouse = 'duckdb' | 'postgres' | 'snowflake';

/** Rows of a month and the figure of them, reckoned without a database. */
export interface MadeMonth {
  text: string;
  rows: number;
  figure: string;
}

/** Of the table that months go into. */
export const COLUMNS = 'day date, id bigint, amount numeric(12,2), note varchar(40)';
const LINE_BYTES = 62;

/** About so many megabytes; ids of a month are no other month's. */
export function madeMonth(month: string, megabytes: number, salt = ''): MadeMonth {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const count = Math.floor((megabytes * 1e6) / LINE_BYTES / days) * days;
  const lines = ['day\tid\tamount\tnote\n'];
  const hash = createHash('md5');
  for (let at = 0; at < count; at += 1) {
    const day = `${month}-${String(1 + Math.floor((at * days) / count)).padStart(2, '0')}`;
    const id = number * 10_000_000 + at;
    const amount = `${(at * 7919) % 999_983}.${String(at % 100).padStart(2, '0')}`;
    const note = at % 9 === 0 ? '' : `${salt}é ${((at + 1) * 2_654_435_761).toString(36)} ${((at + 7) * 40_503).toString(36)}`.slice(0, 40); // prettier-ignore
    lines.push(`${day}\t${id}\t${amount}\t${note}\n`);
    hash.update(`${day}|${id}|${amount}|${note}\n`);
  }
  return { text: lines.join(''), rows: count, figure: `${count}:${hash.digest('hex')}` };
}

/** The same figure of the rows of a month, as DuckDB, Postgres and Snowflake reckon it. */
export const figureSql = (where: string, kind: ChaosWarehouse): string => {
  const line = `CAST(day AS VARCHAR) || '|' || CAST(id AS VARCHAR) || '|' || CAST(amount AS VARCHAR) || '|' || COALESCE(note, '')`;
  const end = kind === 'postgres' ? `E'\\n'` : kind === 'duckdb' ? 'chr(10)' : `'\n'`;
  const joined =
    kind === 'snowflake'
      ? `LISTAGG(${line} || ${end}, '') WITHIN GROUP (ORDER BY id)`
      : `string_agg(${line} || ${end}, '' ORDER BY id)`;
  return `SELECT CAST(count(*) AS VARCHAR) || ':' || md5(${joined}) AS figure FROM trades WHERE ${where}`;
};

export const ofMonth = (month: string): string => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
  return `day >= CAST('${month}-01' AS DATE) AND day < CAST('${next}' AS DATE)`;
};
