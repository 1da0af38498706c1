/**
 * Texts in a staging table of Postgres as what they mean: whether they are of the type of their column, and the cast into
 * it. Both are strict, since casts of Postgres are not: a date is read by the format of the file alone, whatever DateStyle
 * says, and nothing is rounded or cut.
 */
import type { MonthFormat } from '../types/month';
import type { WarehouseColumn } from '../types/warehouse';
import { type FormatStep, TOKEN } from '../quality/scan/date-format';
import { type DateForm, type DateLayout, formsFor } from './date-layout';
import { dialectOf } from './dialect';
import { hasUsualShape, isNative, ZONE } from './postgres-iso';

const { literal } = dialectOf('postgres');

/** Digits that always fit, and the bounds for those with more. */
const INTEGER_BOUNDS: Record<string, [sure: number, low: string, high: string]> = {
  smallint: [4, '-32768', '32767'],
  integer: [9, '-2147483648', '2147483647'],
  bigint: [18, '-9223372036854775808', '9223372036854775807'],
};

/** Smallest and largest values of floating-point types; Postgres takes nothing beyond them for infinite or nought. */
const DOUBLE_BOUNDS = ['5e-324', '1.7976931348623157e308'] as const;
const REAL_BOUNDS = ['1.41e-45', '3.4028234e38'] as const;

/** A condition that holds for texts that are of the type; undefined where every text is, or only a cast can tell. */
export function isOfType(column: WarehouseColumn, expression: string, format: MonthFormat): string | undefined {
  const { type } = column;
  switch (type.kind) {
    case 'text':
      return undefined;
    case 'integer': {
      const bounds = INTEGER_BOUNDS[column.nativeType.toLowerCase()];
      const ofDigits = (most: number): string => matches(expression, String.raw`^[+-]?\d{1,${most}}$`);
      if (!bounds) return ofDigits(Math.min(type.digits, LONGEST));
      const [sure, low, high] = bounds;
      return `CASE WHEN ${ofDigits(sure)} THEN TRUE WHEN ${ofDigits(40)} THEN CAST(${expression} AS numeric) BETWEEN ${low} AND ${high} ELSE FALSE END`;
    }
    case 'decimal':
      return matches(expression, decimalPattern(Math.max(0, type.precision - type.scale), type.scale));
    case 'float': {
      const number = matches(expression, String.raw`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`);
      const value = `abs(CAST(${expression} AS numeric))`;
      const [least, most] = /^(real|float4)$/i.test(column.nativeType) ? REAL_BOUNDS : DOUBLE_BOUNDS;
      const words = `lower(${expression}) IN ('nan', 'inf', '+inf', '-inf', 'infinity', '+infinity', '-infinity')`;
      return `CASE WHEN ${number} THEN ${value} = 0 OR ${value} BETWEEN ${least} AND ${most} ELSE ${words} END`;
    }
    case 'boolean':
      return `lower(${expression}) IN ('true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', 'on', 'off', '1', '0')`;
    case 'date':
    case 'timestamp':
      return `(${formsFor(type, format)
        .map((form) => isWritten(column, form, expression))
        .join(' OR ')})`;
  }
}

/**
 * The text as a value of its column; NULL stays NULL. A text that is none makes the statement fail and names it. Dates and
 * times that Postgres reads as they stand are known by their shape alone: the rows must have been checked before.
 */
export function cast(column: WarehouseColumn, expression: string, format: MonthFormat): string {
  const { type, nativeType } = column;
  if (type.kind === 'date' || type.kind === 'timestamp') {
    const forms = formsFor(type, format);
    const usual = hasUsualShape(column, forms, expression);
    const read = forms.filter((form) => !isNative(form));
    // What Postgres reads as ISO 8601 it reads faster than it is taken apart, and it refuses days that there are not.
    const native = forms.filter(isNative).map((form) => patternOf(column, form));
    const branches = [
      ...(usual === undefined ? [] : [`WHEN ${usual} THEN CAST(${expression} AS ${nativeType})`]),
      `WHEN ${expression} IS NULL THEN NULL`,
      ...(native.length > 0
        ? [`WHEN ${matches(expression, `^(${native.join('|')})$`)} THEN CAST(${expression} AS ${nativeType})`]
        : []),
      ...read.map(
        (form) =>
          `WHEN ${matches(expression, `^${patternOf(column, form)}$`)} THEN CAST(${isoOf(form, expression)} AS ${nativeType})`,
      ),
    ];
    const told = [...new Set(forms.map(({ layout }) => layout.format))].join(' or ');
    const fault = `CAST(${literal(`not as ${told}: `)} || ${expression} AS ${nativeType})`;
    return `CASE ${branches.join(' ')} ELSE ${fault} END`;
  }
  // An explicit cast would cut what is too long; the assignment refuses it.
  if (type.kind === 'text' && /^(char|varchar|character|bpchar|text)/i.test(nativeType)) return expression;
  if (/^bit/i.test(nativeType)) return `CAST(${expression} AS bit varying)`;
  return `CAST(${expression} AS ${nativeType})`;
}

/** The text as a value of its column, or NULL where it is none. */
export function castOrNull(column: WarehouseColumn, expression: string, format: MonthFormat): string {
  const valid = isOfType(column, expression, format);
  const value = isReadAsItStands(column, format)
    ? `CAST(${expression} AS ${column.nativeType})`
    : cast(column, expression, format);
  return valid === undefined || value === expression ? value : `CASE WHEN ${valid} THEN ${value} END`;
}

/** Whether Postgres reads every date or time of the column as the file means it, whatever DateStyle says. */
export const isReadAsItStands = ({ type }: WarehouseColumn, format: MonthFormat): boolean =>
  (type.kind === 'date' || type.kind === 'timestamp') && formsFor(type, format).every(isNative);

/** Only the last days of a month need a look at the calendar: by arithmetic, since no cast may fail while rows are looked at. */
function isWritten(column: WarehouseColumn, form: DateForm, expression: string): string {
  const { year, month, day } = unitsOf(form.layout, expression);
  const y = `CAST(${year} AS integer)`;
  const leap = `(${y} % 4 = 0 AND ${y} % 100 <> 0) OR ${y} % 400 = 0`;
  const isShort = `${month} IN ('04', '06', '09', '11')`;
  const last = `CASE ${day} WHEN '29' THEN ${month} <> '02' OR ${leap} WHEN '30' THEN ${month} <> '02' WHEN '31' THEN ${month} <> '02' AND NOT ${isShort} ELSE TRUE END`;
  return `CASE WHEN ${matches(expression, `^${patternOf(column, form)}$`)} THEN ${year} <> '0000' AND ${last} ELSE FALSE END`;
}

const patternOf = (column: WarehouseColumn, { layout, time }: DateForm): string =>
  `${datePattern(layout)}${time === undefined ? '' : timePattern(column, time)}`;

const HOUR = String.raw`([01]\d|2[0-3])`;
const SIXTY = String.raw`[0-5]\d`;
const OFFSET = `( ?${ZONE})?`;

function timePattern({ type, nativeType }: WarehouseColumn, time: NonNullable<DateForm['time']>): string {
  const offset = type.kind === 'timestamp' && type.zoned ? OFFSET : '';
  const fraction = fractionPattern(Number(/\((\d)\)/.exec(nativeType)?.[1] ?? 6));
  if (time === 'iso') return `[ Tt]${HOUR}:${SIXTY}(:${SIXTY}${fraction})?${offset}`;
  const words = time.map(({ token, byte }) => {
    if (token === TOKEN.hour) return HOUR;
    if (token === TOKEN.minute || token === TOKEN.second) return SIXTY;
    return token === TOKEN.fraction ? fraction : escaped(String.fromCharCode(byte));
  });
  return `${words.join('')}${hasFraction(time) ? '' : fraction}${offset}`;
}

/** Digits that the column keeps, and noughts behind them: nothing is rounded. */
const fractionPattern = (digits: number): string =>
  digits === 0 ? String.raw`(\.0{1,9})?` : String.raw`(\.\d{1,${digits}}0{0,${9 - digits}})?`;

const hasFraction = (time: readonly FormatStep[]): boolean => time.some(({ token }) => token === TOKEN.fraction);

/** The value in ISO 8601. */
function isoOf({ layout, time }: DateForm, expression: string): string {
  const { year, month, day } = unitsOf(layout, expression);
  const date = `${year} || '-' || ${month} || '-' || ${day}`;
  if (time === undefined) return date;
  if (time === 'iso') return `${date} || ' ' || SUBSTR(${expression}, ${layout.length + 2})`;
  const parts = new Map<number, string>();
  let at = layout.length + 1;
  let rest = at;
  for (const { token, width } of time) {
    if (width === 2 && token !== TOKEN.mark) {
      parts.set(token, `SUBSTR(${expression}, ${at}, 2)`);
      rest = at + width;
    }
    at += width;
  }
  const clock = [TOKEN.hour, TOKEN.minute, TOKEN.second].map((token) => parts.get(token) ?? `'00'`).join(` || ':' || `);
  return `${date} || ' ' || ${clock} || SUBSTR(${expression}, ${rest})`;
}

/** Year, month and day as expressions for their digits. */
function unitsOf(layout: DateLayout, expression: string): Record<'year' | 'month' | 'day', string> {
  const units = { year: '', month: '', day: '' };
  for (const { unit, at, length, isName } of layout.tokens) {
    const part = `SUBSTR(${expression}, ${at + 1}, ${length})`;
    if (isName) units[unit] = monthOfName(part);
    else if (unit === 'year' && length === 2)
      units[unit] = `(CASE WHEN ${part} < '70' THEN '20' ELSE '19' END || ${part})`;
    else units[unit] = part;
  }
  return units;
}

const monthOfName = (name: string): string =>
  `LPAD(CAST((POSITION(UPPER(${name}) IN 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC') + 2) / 3 AS text), 2, '0')`;

function datePattern(layout: DateLayout): string {
  const pieces = [
    ...layout.tokens.map(({ at, unit, length, isName }) => ({ at, text: tokenPattern(unit, length, isName) })),
    ...layout.marks.map(({ at, text }) => ({ at, text: escaped(text) })),
  ];
  return pieces
    .toSorted((a, b) => a.at - b.at)
    .map(({ text }) => text)
    .join('');
}

function tokenPattern(unit: string, length: number, isName: boolean): string {
  if (isName)
    return '([Jj][Aa][Nn]|[Ff][Ee][Bb]|[Mm][Aa][RrYy]|[Aa][Pp][Rr]|[Jj][Uu][NnLl]|[Aa][Uu][Gg]|[Ss][Ee][Pp]|[Oo][Cc][Tt]|[Nn][Oo][Vv]|[Dd][Ee][Cc])';
  if (unit === 'month') return '(0[1-9]|1[0-2])';
  if (unit === 'day') return String.raw`(0[1-9]|[12]\d|3[01])`;
  return String.raw`\d{${length}}`;
}

/** Digits that count before and behind the point; noughts around them are welcome. */
function decimalPattern(whole: number, scale: number): string {
  const fraction = scale === 0 ? '0*' : String.raw`\d{0,${Math.min(scale, LONGEST)}}0*`;
  const some = scale === 0 ? '0+' : String.raw`\d{1,${Math.min(scale, LONGEST)}}0*`;
  const integer = whole === 0 ? '0+' : String.raw`0*\d{1,${Math.min(whole, LONGEST)}}`;
  return String.raw`^[+-]?(${integer}(\.${fraction})?|\.${some})$`;
}

/** Longest count in a bound that regular expressions of PostgreSQL take. */
const LONGEST = 255;

const matches = (expression: string, pattern: string): string => `${expression} ~ ${literal(pattern)}`;

const escaped = (mark: string): string => mark.replaceAll(/[^A-Za-z0-9 ]/g, String.raw`\$&`);
