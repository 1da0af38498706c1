/** Rows per day, counted by the texts of days that there are, so that every format is read by one function. */
import type { Statement } from '../types/warehouse';
import { formsFor, readDay } from './date-layout';
import { dialectOf } from './dialect';
import type { StagedColumn, StagedRows } from './staged';

/** More different texts than this in a date column are not looked at one by one: the rarest count as no days. */
const MAX_GROUPS = 200_000;

export interface DayFacts {
  /** In order. */
  days: [day: number, rows: number][];
  nulls: number;
  /** Rows whose text is no day. */
  invalid: number;
  /** The texts themselves, the most frequent first. */
  invalidTexts: [text: string, rows: number][];
}

/** Texts of days with their rows, the most frequent first. */
export function dayQuery(rows: StagedRows, date: StagedColumn, where?: Statement): Statement {
  const dialect = dialectOf(rows.kind);
  const name = dialect.ident(date.column.name);
  const { group, text } = keyOf(rows, date, name);
  return {
    sql: `SELECT ${text} AS k, COUNT(*) AS n FROM ${dialect.table(rows.from)}${where ? ` WHERE ${where.sql}` : ''} GROUP BY ${group} ORDER BY COUNT(*) DESC LIMIT ${MAX_GROUPS}`,
    ...(where?.binds && { binds: where.binds }),
  };
}

/** `total`: all rows that were grouped, so that those of texts beyond the limit are not lost. */
export function readDays(
  rows: StagedRows,
  date: StagedColumn,
  answer: readonly (readonly (string | null)[])[],
  total: number,
): DayFacts {
  const days = new Map<number, number>();
  const invalidTexts: [string, number][] = [];
  let nulls = 0;
  let valid = 0;
  for (const [text, count] of answer) {
    const rowsOfDay = Number(count);
    const day = text === null || text === undefined ? undefined : dayOfText(rows, date, text);
    if (text === null || text === undefined) nulls += rowsOfDay;
    else if (day === undefined) invalidTexts.push([text, rowsOfDay]);
    else {
      days.set(day, (days.get(day) ?? 0) + rowsOfDay);
      valid += rowsOfDay;
    }
  }
  return { days: [...days].toSorted(([a], [b]) => a - b), nulls, invalid: total - nulls - valid, invalidTexts };
}

/** One character more than a date has shows whether something stands behind it. */
function keyOf(rows: StagedRows, { column }: StagedColumn, name: string): { group: string; text: string } {
  const dialect = dialectOf(rows.kind);
  const { type } = column;
  if (rows.isText || type.kind === 'text') {
    const longest = Math.max(...formsFor(type, rows.format).map(({ layout }) => layout.length));
    const group = `SUBSTR(${name}, 1, ${longest + 1})`;
    return { group, text: group };
  }
  if (type.kind === 'date' || type.kind === 'timestamp') {
    const day = dialect.day(name, type);
    return { group: day, text: dialect.text(day, { kind: 'date' }) };
  }
  return { group: name, text: dialect.text(name, type) };
}

/** A whole number of a column with decimals. */
const NO_FRACTION = /^(?:\.0*)?$/;
const ANYTHING = /^./s;
const NOTHING = /^$/;

function dayOfText({ isText, format }: StagedRows, { column }: StagedColumn, text: string): number | undefined {
  const { type } = column;
  const isTyped = !isText && (type.kind === 'date' || type.kind === 'timestamp');
  const forms = formsFor(type, isTyped ? { ...format, dateFormat: 'YYYY-MM-DD' } : format);
  const isNumber = !isText && (type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'float');
  for (const { layout, time } of forms) {
    // Leading zeros are lost in a number.
    const whole = isNumber ? text.replace(/^\d+/, (digits) => digits.padStart(layout.length, '0')) : text;
    const day = readDay(layout, whole, isNumber ? NO_FRACTION : time ? ANYTHING : NOTHING);
    if (day !== undefined) return day;
  }
  return undefined;
}
