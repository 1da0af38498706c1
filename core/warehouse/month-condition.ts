/** Which rows belong to a range of days, said so that an index or the pruning of a warehouse can follow. */
import type { WarehouseKind } from '../../schemas/constants';
import { LongshoreError } from '../errors/longshore-error';
import { dayText, daysOf } from '../quality/calendar/days';
import type { DayRange, MonthFormat } from '../types/month';
import type { Statement, WarehouseColumn } from '../types/warehouse';
import { type DateLayout, layoutsFor, writeDay } from './date-layout';
import { type Dialect, dialectOf } from './dialect';

/**
 * A condition on the column itself: dates and timestamps by comparison; numbers such as 20240131 by BETWEEN; texts by
 * comparison, character by character, where they sort as their days do, else by the list of days as the format writes them.
 * Throws CONFIG_INVALID for a column that can hold no date.
 */
export function monthCondition(
  kind: WarehouseKind,
  column: WarehouseColumn,
  format: MonthFormat,
  range: DayRange,
): Statement {
  const dialect = dialectOf(kind);
  const name = dialect.ident(column.name);
  const layouts = layoutsFor(format);
  switch (column.type.kind) {
    case 'date':
    case 'timestamp':
      return { sql: dialect.between(name, column.type, dayText(range.from), dayText(range.to + 1)) };
    case 'integer':
    case 'decimal':
    case 'float':
      return { sql: ofNumbers(name, column, layouts, range) };
    case 'text':
      return { sql: anyOf(layouts.map((layout) => ofTexts(kind, dialect, name, layout, range))) };
    case 'boolean':
      throw noDate(column);
  }
}

function ofNumbers(name: string, column: WarehouseColumn, layouts: readonly DateLayout[], range: DayRange): string {
  const plain = layouts.filter(({ marks, tokens }) => marks.length === 0 && tokens.every(({ isName }) => !isName));
  if (plain.length === 0) throw noDate(column);
  return anyOf(
    plain.map((layout) =>
      layout.isOrdered
        ? `${name} BETWEEN ${Number(writeDay(layout, range.from))} AND ${Number(writeDay(layout, range.to))}`
        : `${name} IN (${daysOf(range)
            .map((day) => Number(writeDay(layout, day)))
            .join(', ')})`,
    ),
  );
}

function ofTexts(kind: WarehouseKind, dialect: Dialect, name: string, layout: DateLayout, range: DayRange): string {
  const text = (day: number): string => dialect.literal(writeDay(layout, day));
  if (layout.isOrdered) {
    // The order of a language may skip punctuation; that of bytes is the same everywhere.
    const bytewise = kind === 'postgres' ? `${name} COLLATE "C"` : name;
    return `${bytewise} >= ${text(range.from)} AND ${bytewise} < ${text(range.to + 1)}`;
  }
  const start = `SUBSTR(${name}, 1, ${layout.length})`;
  if (!layout.tokens.some(({ isName }) => isName)) return `${start} IN (${daysOf(range).map(text).join(', ')})`;
  const days = daysOf(range).map((day) => dialect.literal(writeDay(layout, day).toUpperCase()));
  return `UPPER(${start}) IN (${days.join(', ')})`;
}

const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 1 ? (conditions[0] ?? '') : conditions.map((condition) => `(${condition})`).join(' OR ');

const noDate = ({ name, nativeType }: WarehouseColumn): LongshoreError =>
  new LongshoreError(
    'CONFIG_INVALID',
    `Column ${name} is ${nativeType}, which holds no dates of the format configured.`,
    { column: name },
    { next: 'Name another column in `dateColumn`, or correct `dateFormat`.' },
  );
