/** Applies the masks of a part to its column batches. */
import type { ColumnBatch, ColumnVector } from '../columnar/batch';
import { LongshoreError } from '../errors/longshore-error';
import type { ColumnMask } from '../types/mask';
import type { PartColumn } from '../types/transfer';
import { allNull, constantValue, fillWith, type OneValue, redactedValue } from './constant';
import { shiftDates } from './date-shift';
import { addressWriter, emailWriter, nameWriter, wordWriter } from './fakes';
import { keepLastWriter } from './keep-last';
import { binaryLimit, dayRange, type MaskedType, paddedTo } from './native';
import { addNoise } from './noise';
import { hasDigits, hashNumbers, numberTextHasher } from './number-hash';
import { DIGIT_BOUNDS, INTEGER_BOUNDS, KeyedPermutation } from './permutation';
import { phoneWriter } from './phone';
import { checkMask } from './rules';
import { purposeHash } from './siphash';
import { hashBytes, hashUuids, textHasher } from './text-hash';
import { maskText, type TextWriter } from './text-loop';

/** A column of the batches, in their order. */
export interface MaskedColumn {
  /** Name in the source: what `by` of date shifts and error messages mean. */
  name: string;
  /** What the column is in this part: a value may have forced it to travel as text. */
  part: PartColumn;
  mask?: ColumnMask;
  /** Longest text in characters that both source and target take. */
  maxLength?: number;
  /** Native type in the target, where it is known and may hold less. */
  targetType?: string;
}

type VectorMasker = (vector: ColumnVector, batch: ColumnBatch) => ColumnVector;

/**
 * Makes a function that masks batches of these columns. `key` has 16 bytes. Columns without a mask, and those that the
 * source has masked by SQL, come out as the same vectors. The batch given is never changed. Values are decided by key,
 * rule and value alone, so parts, tables and runs agree. Throws MASK_INVALID for a rule that planning would have refused;
 * the function throws VALUE_NOT_REPRESENTABLE, by column and without the value, for text that is not what its type says.
 */
export function createMasker(columns: readonly MaskedColumn[], key: Uint8Array): (batch: ColumnBatch) => ColumnBatch {
  const tools = new Tools(key);
  const maskers = columns.map((column) => maskerOf(column, columns, tools));
  return (batch) => ({
    rows: batch.rows,
    columns: batch.columns.map((vector, index) => maskers[index]?.(vector, batch) ?? vector),
  });
}

/** What several columns use; tables of permutations are large enough to share. */
class Tools {
  readonly #made = new Map<string, unknown>();

  constructor(private readonly key: Uint8Array) {}

  hash(purpose: string) {
    return this.#once(purpose, () => purposeHash(this.key, purpose));
  }

  get whole() {
    return this.#once('whole', () => new KeyedPermutation(purposeHash(this.key, 'hash whole'), INTEGER_BOUNDS));
  }

  get digits() {
    return this.#once('digits', () => new KeyedPermutation(purposeHash(this.key, 'hash digits'), DIGIT_BOUNDS));
  }

  #once<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name) as T;
  }
}

function maskerOf(column: MaskedColumn, all: readonly MaskedColumn[], tools: Tools): VectorMasker | undefined {
  const { mask, part, maxLength } = column;
  const type: MaskedType = {
    nativeType: part.nativeType,
    logical: part.logical,
    ...(maxLength !== undefined && { maxLength }),
  };
  const refused = mask && checkMask(mask, { name: column.name, nullable: true, isKey: false, ...type }, {});
  if (refused) throw refused;
  switch (mask?.rule) {
    case undefined:
    case 'sql':
      return undefined;
    case 'null':
      return ({ logical }, { rows }) => allNull(logical, rows);
    case 'redact':
      return filler(redactedValue(type, mask.with));
    case 'constant':
      return filler(constantValue(mask.value, type));
    case 'hash':
      return hasher(column, type, mask.length, tools);
    case 'email':
      return texts(type, emailWriter(tools.hash('email'), narrower(maxLength, mask.length)), 40);
    case 'name':
      return texts(type, nameWriter(tools.hash('name'), maxLength), 16);
    case 'first-name':
    case 'last-name':
      return texts(type, wordWriter(tools.hash(mask.rule), mask.rule, maxLength), 8);
    case 'address':
      return texts(type, addressWriter(tools.hash('address'), maxLength), 32);
    case 'phone':
      return texts(type, phoneWriter(tools.hash('phone'), maxLength), 16);
    case 'keep-last':
      return texts(type, keepLastWriter(mask.n, mask.with, maxLength), 16);
    case 'date-shift':
      return shifter(column, mask, all, tools);
    case 'noise': {
      const { targetType } = column;
      const noise = {
        percent: mask.percent,
        type,
        fail: failing(column),
        ...(targetType !== undefined && { targetType }),
      };
      return (vector, { rows }) => addNoise(tools.hash('noise'), noise, vector, rows);
    }
  }
}

/** Planning has refused types that have no such value. */
const filler = (one: OneValue | string | undefined): VectorMasker => {
  const value = typeof one === 'string' ? 0 : (one ?? 0);
  return (vector, { rows }) => fillWith(value, vector, rows);
};

function texts(type: MaskedType, write: TextWriter, expected: number): VectorMasker {
  const options = { padTo: paddedTo(type), expected };
  return (vector, { rows }) => maskText(vector, rows, write, options);
}

function hasher(column: MaskedColumn, type: MaskedType, length: number | undefined, tools: Tools): VectorMasker {
  const { logical } = type;
  switch (logical.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
    case 'decimal': {
      const permutation = hasDigits(logical) ? tools.digits : tools.whole;
      return (vector, { rows }) => hashNumbers(permutation, vector, rows);
    }
    case 'uuid':
      return (vector, { rows }) => hashUuids(tools.hash('hash uuid'), vector, rows);
    case 'bytes': {
      const limit = binaryLimit(type);
      const octets = limit?.exactly === true ? limit.octets : (narrower(16, limit?.octets, length) ?? 16);
      return (vector, { rows }) => hashBytes(tools.hash('hash bytes'), vector, rows, octets);
    }
    default: {
      if (logical.kind !== 'text' || logical.of === 'text')
        return texts(type, textHasher(tools.hash('hash text'), narrower(type.maxLength, length)), 26);
      const write = numberTextHasher(tools.whole, tools.digits, failing(column));
      return (vector, { rows }) => maskText(vector, rows, write, { expected: 16 });
    }
  }
}

function shifter(
  column: MaskedColumn,
  { days, by }: Extract<ColumnMask, { rule: 'date-shift' }>,
  all: readonly MaskedColumn[],
  tools: Tools,
): VectorMasker {
  const { part, targetType } = column;
  const index = all.findIndex(({ name }) => name === by);
  if (by !== undefined && index < 0)
    throw new LongshoreError(
      'MASK_INVALID',
      `Column ${column.name} is to be shifted by column ${by}, which is not transferred.`,
      { column: column.name },
      { next: `Transfer column ${by} (it may be masked), or leave \`by\` out.` },
    );
  const range = dayRange(targetType === undefined ? [part.nativeType] : [part.nativeType, targetType]);
  const decides = all[index]?.part;
  const shift = {
    days,
    range,
    fail: failing(column),
    ...(decides && { by: { index, isPadded: paddedTo(decides) !== undefined } }),
  };
  return (vector, batch) => shiftDates(tools.hash('date-shift'), shift, vector, batch);
}

function narrower(...lengths: (number | undefined)[]): number | undefined {
  const known = lengths.filter((length) => length !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

const failing =
  ({ name, part, mask }: MaskedColumn) =>
  (why: string): never => {
    throw new LongshoreError(
      'VALUE_NOT_REPRESENTABLE',
      `A value of column ${name} (${part.nativeType}) ${why}, so rule ${mask?.rule ?? ''} cannot mask it.`,
      { column: name },
    );
  };
