/**
 * How a value must be written in a file so that a database takes it as it stands. Databases are more lenient than that: they
 * round decimals, cut fractions of seconds, drop zones and read `1_000` or `0x1F` as numbers, all without a word.
 */
import type { MonthFormat } from '../core/types/month';
import type { WarehouseColumn } from '../core/types/warehouse';

const BOOLEANS = ['true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', 'on', 'off', '1', '0'];

/** Longest count in a bound that regular expressions of PostgreSQL take. */
const LONGEST = 255;

/**
 * A regular expression, in what RE2 and PostgreSQL share, that the whole text of a value must match; undefined where any
 * text goes. What matches can still be out of range.
 */
export function formOf({ type, nativeType }: WarehouseColumn, format: MonthFormat): string | undefined {
  switch (type.kind) {
    case 'integer':
      return decimalForm(0);
    case 'decimal':
      return type.scale > LONGEST ? undefined : decimalForm(type.scale);
    case 'float':
      return `[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[+-]?(${anyCase('nan')}|${anyCase('inf')}|${anyCase('infinity')})`;
    case 'boolean':
      return BOOLEANS.map(anyCase).join('|');
    case 'date':
      return format.dateFormat === undefined
        ? '[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}'
        : templateForm(format.dateFormat, 0);
    case 'timestamp':
      return format.timestampFormat === undefined
        ? isoTimestamp(fractionDigits(nativeType), type.zoned)
        : templateForm(format.timestampFormat, fractionDigits(nativeType));
    case 'text':
      return undefined;
  }
}

/** Digits of a second that a type of timestamps keeps, by its name in the database. */
export function fractionDigits(nativeType: string): number {
  if (/^TIMESTAMP_S$/i.test(nativeType)) return 0;
  if (/^TIMESTAMP_MS$/i.test(nativeType)) return 3;
  const given = /\((\d)\)/.exec(nativeType)?.[1];
  return given === undefined ? 6 : Number(given);
}

/** Digits behind the scale must be zeros. */
function decimalForm(scale: number): string {
  const fraction = scale === 0 ? '[.]0*' : `[.][0-9]{0,${scale}}0*`;
  return `[+-]?([0-9]+(${fraction})?${scale === 0 ? '' : `|[.][0-9]{1,${scale}}0*`})`;
}

const secondsFraction = (digits: number): string =>
  digits === 0 ? '([.]0+)?' : `([.]([0-9]{1,${digits}}|[0-9]{${digits}}0*))?`;

function isoTimestamp(digits: number, zoned: boolean): string {
  const time = `[0-9]{2}:[0-9]{2}(:[0-9]{2}${secondsFraction(digits)})?`;
  const zone = zoned ? '([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)?' : '';
  return `[0-9]{4}-[0-9]{2}-[0-9]{2}([ tT]${time}${zone})?|[0-9]{8}`;
}

const TOKENS: Record<string, string> = {
  YYYY: '[0-9]{4}',
  YY: '[0-9]{2}',
  MON: '[A-Za-z]{3}',
  MM: '[0-9]{2}',
  DD: '[0-9]{2}',
  HH24: '[0-9]{2}',
  MI: '[0-9]{2}',
};

/** Tokens of a template of dates and times, and the text between them. */
export const templateParts = (template: string): string[] =>
  template.match(/YYYY|YY|MON|MM|DD|HH24|MI|SS(?:[.](?:FF\d?|US|MS))?|[^A-Z]|[A-Z]/g) ?? [];

const templateForm = (template: string, digits: number): string =>
  templateParts(template)
    .map((part) => {
      if (part.startsWith('SS')) return `[0-9]{2}${secondsFraction(digits)}`;
      return (
        TOKENS[part] ??
        (/^[\w ]$/.test(part) ? part : `[${part === '\\' || part === '^' || part === ']' ? `\\${part}` : part}]`)
      );
    })
    .join('');

const anyCase = (word: string): string => word.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
