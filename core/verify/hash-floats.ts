/** Floating-point numbers as doubles; also integers and text that the other side holds as one. */
import { asBytesValues, asInt32, asInt64, asUint8 } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import { readInt128 } from '../columnar/int128';
import { asciiText, parseFloatText, parseNumeral, sameNumeral } from './numeral';
import { LANES, mix, mixBytes, mixNull } from './row-hash';

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const NAN_HIGH = 0x7ff80000;
/** Longer text is taken for no number. */
const LONGEST = 400;

function mixDouble(lanes: Int32Array, at: number, value: number): void {
  if (value !== value) {
    mix(lanes, at, 0, NAN_HIGH, 0, 0);
    return;
  }
  double[0] = value;
  mix(lanes, at, words[0]!, words[1]!, 0, 0);
}

/** `single`: text stands for the nearest float32. */
export function hashFloats(vector: ColumnVector, rows: number, lanes: Int32Array, single: boolean): void {
  const { validity, values } = vector;
  if (values instanceof Float32Array || values instanceof Float64Array) {
    for (let row = 0; row < rows; row++) {
      if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
      else mixDouble(lanes, row * LANES, values[row]!);
    }
    return;
  }
  const put = otherValues(vector, single);
  for (let row = 0; row < rows; row++) {
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
    else put(lanes, row * LANES, row);
  }
}

function otherValues(
  { logical, values }: ColumnVector,
  single: boolean,
): (lanes: Int32Array, at: number, row: number) => void {
  switch (logical.kind) {
    case 'boolean': {
      const flags = asUint8(values);
      return (lanes, at, row) => mixDouble(lanes, at, flags[row]!);
    }
    case 'int16':
    case 'int32': {
      const numbers = asInt32(values);
      return (lanes, at, row) => mixDouble(lanes, at, numbers[row]!);
    }
    case 'int64': {
      const numbers = asInt64(values);
      return (lanes, at, row) => mixDigits(lanes, at, String(numbers[row]));
    }
    case 'decimal': {
      const { precision, scale } = logical;
      const narrow = precision <= 18 ? asInt64(values) : undefined;
      const view = narrow ? undefined : viewOf(asUint8(values));
      return (lanes, at, row) => {
        const unscaled = view ? readInt128(view, row * 16) : narrow![row]!;
        mixDigits(lanes, at, `${unscaled}e${-scale}`);
      };
    }
    case 'text': {
      const { data, offsets } = asBytesValues(values);
      const view = viewOf(data);
      return (lanes, at, row) => {
        const [start, end] = [offsets[row]!, offsets[row + 1]!];
        const value = end - start > LONGEST ? undefined : parseFloatText(asciiText(data, start, end));
        if (value === undefined) mixBytes(lanes, at, data, view, start, end, 1);
        else mixDouble(lanes, at, single ? Math.fround(value) : value);
      };
    }
    default:
      throw new TypeError(`A column of ${logical.kind} holds no floating-point numbers.`);
  }
}

/** An exact number that a double may not hold: such a one equals no double. */
function mixDigits(lanes: Int32Array, at: number, text: string): void {
  const value = Number(text);
  const [exact, shortest] = [parseNumeral(text), parseNumeral(String(value))];
  if (exact && shortest && (sameNumeral(exact, shortest) || isWholeDouble(text, value))) mixDouble(lanes, at, value);
  else {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    mixBytes(lanes, at, bytes, viewOf(bytes), 0, bytes.length, 1);
  }
}

/** Beyond 2^53 the shortest notation of a double is not its exact value. */
const isWholeDouble = (text: string, value: number): boolean =>
  /^-?\d+(e-?0)?$/.test(text) && Number.isFinite(value) && BigInt(value) === BigInt(text.replace(/e-?0$/, ''));
