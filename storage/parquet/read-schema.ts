import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import { CONVERTED, LOGICAL, PHYSICAL, PHYSICAL_NAMES, REPETITION } from './format';
import { numberField, optionalNumber, optionalStruct, textField, type ThriftStruct } from './thrift';

/** What must happen to stored values before they are a column's values. */
export type Conversion = 'none' | 'int32' | 'uint32' | 'uint64' | 'time-millis' | 'millis' | 'nanos' | 'fixed-decimal';

/** A column as the file stores it. */
export interface StoredColumn {
  name: string;
  physical: number;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  width: number;
  optional: boolean;
  logical: LogicalType;
  conversion: Conversion;
  /** For people: `INT64 (TIMESTAMP)`. */
  nativeType: string;
}

/** The columns of a flat schema. Throws TYPE_NOT_SUPPORTED, by column, for nested and unknown ones. */
export function readSchema(elements: ThriftStruct[], file: string): StoredColumn[] {
  const [root, ...leaves] = elements;
  if (!root || numberField(root, 5) !== leaves.length) {
    const nested = leaves.find((element) => (optionalNumber(element, 5) ?? 0) > 0);
    throw unsupported(file, nested ? textField(nested, 4) : 'schema', 'a nested type');
  }
  return leaves.map((element) => readLeaf(element, file));
}

const unsupported = (file: string, column: string, what: string): LongshoreError =>
  new LongshoreError(
    'TYPE_NOT_SUPPORTED',
    `Column ${column} of ${file} is stored as ${what}, which Longshore does not read.`,
    { file, column },
  );

function readLeaf(element: ThriftStruct, file: string): StoredColumn {
  const name = textField(element, 4);
  if ((optionalNumber(element, 5) ?? 0) > 0) throw unsupported(file, name, 'a nested type');
  const repetition = optionalNumber(element, 3) ?? REPETITION.required;
  if (repetition === REPETITION.repeated) throw unsupported(file, name, 'a list');
  const physical = numberField(element, 1);
  const width = optionalNumber(element, 2) ?? 0;
  const known = logicalOf(element, physical, width);
  const spelled = `${PHYSICAL_NAMES[physical] ?? `type ${physical}`}`;
  if (!known) throw unsupported(file, name, `${spelled} of a kind that has no counterpart`);
  const [logical, conversion] = known;
  return {
    name,
    physical,
    width,
    optional: repetition === REPETITION.optional,
    logical,
    conversion,
    nativeType: spelled,
  };
}

type Known = [LogicalType, Conversion] | undefined;

function logicalOf(element: ThriftStruct, physical: number, width: number): Known {
  const annotation = optionalStruct(element, 10);
  const [id] = annotation?.keys() ?? [];
  const converted = optionalNumber(element, 6);
  const decimal = (): { precision: number; scale: number } => ({
    precision: optionalNumber(element, 8) ?? 0,
    scale: optionalNumber(element, 7) ?? 0,
  });
  switch (physical) {
    case PHYSICAL.boolean:
      return [{ kind: 'boolean' }, 'none'];
    case PHYSICAL.int32:
      return int32Type(id, annotation, converted, decimal);
    case PHYSICAL.int64:
      return int64Type(id, annotation, converted, decimal);
    case PHYSICAL.float:
      return [{ kind: 'float32' }, 'none'];
    case PHYSICAL.double:
      return [{ kind: 'float64' }, 'none'];
    case PHYSICAL.byteArray:
      if (
        id === LOGICAL.decimal ||
        converted === CONVERTED.decimal ||
        id === LOGICAL.bson ||
        converted === CONVERTED.bson
      )
        return undefined;
      if (id === LOGICAL.json || converted === CONVERTED.json) return [{ kind: 'text', of: 'json' }, 'none'];
      if (id === LOGICAL.string || id === LOGICAL.enum || converted === CONVERTED.utf8 || converted === CONVERTED.enum)
        return [{ kind: 'text', of: 'text' }, 'none'];
      return [{ kind: 'bytes' }, 'none'];
    case PHYSICAL.fixed:
      if (id === LOGICAL.uuid && width === 16) return [{ kind: 'uuid' }, 'none'];
      if ((id === LOGICAL.decimal || converted === CONVERTED.decimal) && width >= 1 && width <= 16)
        return decimalType(decimal(), 38, 'fixed-decimal');
      return undefined;
    default:
      return undefined;
  }
}

function decimalType(
  { precision, scale }: { precision: number; scale: number },
  most: number,
  conversion: Conversion,
): Known {
  if (precision < 1 || precision > most || scale < 0 || scale > precision) return undefined;
  return [{ kind: 'decimal', precision, scale }, conversion];
}

/** Bits and sign of an INTEGER annotation. */
function integerOf(
  id: number | undefined,
  annotation: ThriftStruct | undefined,
  converted: number | undefined,
): { bits: number; signed: boolean } | undefined {
  if (id === LOGICAL.integer && annotation) {
    const integer = optionalStruct(annotation, id);
    if (integer) return { bits: numberField(integer, 1), signed: integer.get(2) === true };
  }
  if (converted === undefined || converted < CONVERTED.uint8 || converted > CONVERTED.int64) return undefined;
  return { bits: 8 << ((converted - CONVERTED.uint8) % 4), signed: converted >= CONVERTED.int8 };
}

function int32Type(
  id: number | undefined,
  annotation: ThriftStruct | undefined,
  converted: number | undefined,
  decimal: () => { precision: number; scale: number },
): Known {
  if (id === LOGICAL.date || converted === CONVERTED.date) return [{ kind: 'date' }, 'none'];
  if (id === LOGICAL.decimal || converted === CONVERTED.decimal) return decimalType(decimal(), 9, 'int32');
  if (id === LOGICAL.time || converted === CONVERTED.timeMillis) return [{ kind: 'time' }, 'time-millis'];
  const integer = integerOf(id, annotation, converted);
  if (!integer) return [{ kind: 'int32' }, 'none'];
  if (!integer.signed && integer.bits === 32) return [{ kind: 'int64' }, 'uint32'];
  return [{ kind: integer.bits < 16 || (integer.bits === 16 && integer.signed) ? 'int16' : 'int32' }, 'none'];
}

function int64Type(
  id: number | undefined,
  annotation: ThriftStruct | undefined,
  converted: number | undefined,
  decimal: () => { precision: number; scale: number },
): Known {
  if (id === LOGICAL.decimal || converted === CONVERTED.decimal) return decimalType(decimal(), 18, 'none');
  if ((id === LOGICAL.time || id === LOGICAL.timestamp) && annotation) {
    const facts = optionalStruct(annotation, id);
    const unit = facts && optionalStruct(facts, 2);
    const [which] = unit?.keys() ?? [];
    const conversion: Conversion = which === 1 ? 'millis' : which === 3 ? 'nanos' : 'none';
    return [{ kind: id === LOGICAL.time ? 'time' : facts?.get(1) === true ? 'timestamptz' : 'timestamp' }, conversion];
  }
  if (converted === CONVERTED.timeMicros) return [{ kind: 'time' }, 'none'];
  if (converted === CONVERTED.timestampMicros) return [{ kind: 'timestamptz' }, 'none'];
  if (converted === CONVERTED.timestampMillis) return [{ kind: 'timestamptz' }, 'millis'];
  const integer = integerOf(id, annotation, converted);
  return integer && !integer.signed
    ? [{ kind: 'decimal', precision: 20, scale: 0 }, 'uint64']
    : [{ kind: 'int64' }, 'none'];
}
