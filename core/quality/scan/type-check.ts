/** Which check a type has, and what is said about values that fail it. */
import type { CheckType } from '../../types/quality';
import type { MonthFormat } from '../../types/month';
import type { Values } from './batch';
import { parseDateFormat } from './date-format';
import { checkDates, DateReader } from './dates';
import { checkBooleans, checkDecimals, checkFloats, checkIntegers } from './numbers';
import { checkTimestamps, TimestampReader } from './timestamps';

/** Writes down in `values` which of them are not of the type. */
export type TypeCheck = (values: Values, bytes: Uint8Array, view: DataView) => void;

/** Throws CONFIG_INVALID for a format of dates that cannot be used. */
export const createDateReader = (format: MonthFormat): DateReader =>
  new DateReader(format.dateFormat === undefined ? undefined : parseDateFormat(format.dateFormat));

/** Throws CONFIG_INVALID for a format of dates or timestamps that cannot be used. */
export function createTypeCheck(type: CheckType, format: MonthFormat): TypeCheck {
  switch (type.kind) {
    case 'text':
      return (values) => {
        values.bads = 0;
      };
    case 'integer':
      return (values, bytes, view) => {
        checkIntegers(values, bytes, view, type);
      };
    case 'decimal': {
      const { precision, scale } = type;
      return (values, bytes, view) => {
        checkDecimals(values, bytes, view, precision, scale);
      };
    }
    case 'float':
      return checkFloats;
    case 'boolean':
      return checkBooleans;
    case 'date': {
      const dates = createDateReader(format);
      return (values, bytes, view) => {
        checkDates(values, bytes, view, dates);
      };
    }
    case 'timestamp': {
      const reader = new TimestampReader(createDateReader(format), type, format.timestampFormat);
      return (values, bytes, view) => {
        checkTimestamps(values, bytes, view, reader);
      };
    }
  }
}

/** What is wrong with a value that is not of the type, for people: `is no whole number of up to 18 digits`. */
export function explainType(type: CheckType, value: string, format: MonthFormat): string {
  switch (type.kind) {
    case 'text':
      return 'is no text';
    case 'integer':
      if (/^[+-]?\d+$/.test(value))
        return type.low !== undefined && type.high !== undefined
          ? `is not between ${type.low} and ${type.high}`
          : `has more than ${type.digits} digits`;
      return `is no whole number of up to ${type.digits} digits`;
    case 'decimal': {
      const parts = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(value);
      const whole = parts?.[1]?.replace(/^0+/, '').length ?? 0;
      const fraction = parts?.[2]?.replace(/0+$/, '').length ?? 0;
      if (parts && whole > type.precision - type.scale)
        return `has more than ${type.precision - type.scale} digits before the point`;
      if (parts && fraction > type.scale)
        return `has more than ${type.scale} digits behind the point, and the table would round it silently`;
      return `is no decimal number of up to ${type.precision} digits, ${type.scale} of them behind the point`;
    }
    case 'float':
      return 'is no number';
    case 'boolean':
      return 'is neither true nor false';
    case 'date':
      return explainDate(format);
    case 'timestamp':
      if (/[.]\d{1,9}(?!\d)/.test(value) && type.fraction !== undefined && keepsLess(value, type, format))
        return `has more than ${type.fraction} digits behind the second, and the table would round it silently`;
      return type.zoned
        ? `is no timestamp (${format.timestampFormat ?? 'ISO 8601'}, with an offset or without)`
        : `is no timestamp without an offset (${format.timestampFormat ?? 'ISO 8601'})`;
  }
}

/** Whether the value would be a timestamp if the column kept every digit of a second. */
function keepsLess(value: string, type: Extract<CheckType, { kind: 'timestamp' }>, format: MonthFormat): boolean {
  const reader = new TimestampReader(createDateReader(format), { zoned: type.zoned }, format.timestampFormat);
  const bytes = new TextEncoder().encode(value);
  return reader.read(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}

/** As `explainType`, for a value of the date column whatever its type is. */
export const explainDate = (format: MonthFormat): string =>
  `is no date (${format.dateFormat ?? 'YYYY-MM-DD or YYYYMMDD'})`;
