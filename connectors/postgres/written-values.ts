/**
 * Values that travel as text into columns of another sort, which the server then reads: asked first whether it would
 * round them, drop an offset, or take several spellings for one value.
 */
import { asBytesValues } from '../../core/columnar/allocate';
import type { ColumnVector } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import { refuse, type FieldPlace, type TargetColumn } from './binary-target';
import { parseNativeType, wireForm, type NativeType } from './binary-types';
import { parseNativeType as parseTypeName } from './native-types';

/** Checks rows [from, to). Throws RowValueError. */
export type RowsCheck = (from: number, to: number) => void;

/** Why a value cannot be written; undefined when it can. */
type Verdict = (text: string) => string | undefined;

/** Longer than any time or number; only beginnings of XML are looked at. */
const LOOKED_AT = 2_000;
const FULL_PRECISION = 6;

/**
 * Undefined where the server itself refuses what does not fit. Throws TYPE_NOT_SUPPORTED for a type that has several
 * spellings of one value, or that rounds, and that no column which travels as text is planned for.
 */
export function writtenValueCheck(vector: ColumnVector, column: TargetColumn, index: number): RowsCheck | undefined {
  if (column.isSameType) return undefined;
  const verdict = verdictFor(column, parseNativeType(column.nativeType));
  if (!verdict) return undefined;
  const { validity } = vector;
  const { data, offsets } = asBytesValues(vector.values);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const place: FieldPlace = { column, index };
  return (from, to) => {
    for (let row = from; row < to; row++) {
      if (validity !== undefined && validity[row] === 0) continue;
      const start = offsets[row]!;
      const why = verdict(bytes.toString('latin1', start, Math.min(offsets[row + 1]!, start + LOOKED_AT)));
      if (why !== undefined) refuse(place, row, why);
    }
  };
}

function verdictFor(column: TargetColumn, native: NativeType): Verdict | undefined {
  const { base, modifiers } = native;
  switch (base) {
    case 'timestamp':
    case 'timestamptz':
    case 'time':
      return timeVerdict(base, modifiers[0]);
    case 'date':
      return (text) => (DATE.test(text) ? undefined : 'it is no date alone');
    case 'numeric':
      return modifiers.length === 0 ? undefined : numericVerdict(modifiers[1] ?? 0);
    case 'xml':
      return (text) => (/^\s*<\?xml[\s?]/.test(text) ? 'its XML declaration would not be kept' : undefined);
  }
  const form = wireForm(native, column.isEnum);
  const isJson = column.logical.kind === 'text' && column.logical.of === 'json';
  const isLimited = modifiers.length > 0 && parseTypeName(column.nativeType).isBuiltIn;
  const changes = form === 'jsonb' ? !isJson : form !== undefined || isLimited;
  if (!changes) return undefined;
  throw new LongshoreError(
    'TYPE_NOT_SUPPORTED',
    `Column ${column.name} of type ${column.nativeType} cannot hold text from elsewhere as it is written.`,
    { column: column.name },
  );
}

const INFINITE = /^-?infinity$/;
const DATE = /^(?:\d{4,7}-\d\d-\d\d(?: BC)?|-?infinity)$/;
const TIMES = {
  timestamp: /^\d{4,7}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.(\d+))?(?: BC)?$/,
  timestamptz: /^\d{4,7}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.(\d+))?(?:\+00| \+00:00)(?: BC)?$/,
  time: /^\d\d:\d\d:\d\d(?:\.(\d+))?$/,
};
const WRONG = {
  timestamp: 'it is no date and time without an offset',
  timestamptz: 'it is no date and time at the offset +00:00, the only one that is kept',
  time: 'it is no time of day without an offset',
};

function timeVerdict(base: keyof typeof TIMES, digits = FULL_PRECISION): Verdict {
  const most = Math.min(FULL_PRECISION, digits);
  return (text) => {
    const match = TIMES[base].exec(text);
    if (!match) return base !== 'time' && INFINITE.test(text) ? undefined : WRONG[base];
    return significant(match[1]) > most ? `it has more than ${most} digits of a second` : undefined;
  };
}

const significant = (fraction = ''): number => {
  let digits = fraction.length;
  while (digits > 0 && fraction.charCodeAt(digits - 1) === 0x30) digits--;
  return digits;
};

function numericVerdict(scale: number): Verdict {
  return (text) => {
    if (/^(?:NaN|-?Infinity)$/.test(text)) return undefined;
    const match = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
    if (!match) return 'it is no plain decimal';
    const excess =
      scale >= 0 ? significant(match[2]) > scale : significant(match[2]) > 0 || !isMultiple(match[1]!, -scale);
    return excess ? 'it has more decimal places' : undefined;
  };
}

const isMultiple = (whole: string, zeros: number): boolean => /^0*$/.test(whole) || whole.endsWith('0'.repeat(zeros));
