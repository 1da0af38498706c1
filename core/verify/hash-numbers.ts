/** Whole numbers, decimals and booleans, as 128-bit integers of one scale; also those that one side holds as text. */
import { asBytesValues, asInt32, asInt64, asUint8, halves } from '../columnar/allocate';
import type { BytesValues, ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import { powerOfTen, readInt128, writeInt128 } from '../columnar/int128';
import { asciiText, numeralText, parseNumeral, unscaled } from './numeral';
import { LANES, mix, mixBytes, mixNull } from './row-hash';

const TWO_32 = 4294967296;
const EXACT = 2 ** 53;

/** 10^38, beyond which no decimal goes. */
const MOST = powerOfTen(38);

const wide = new Uint8Array(16);
const wideView = viewOf(wide);

function mixBigInt(lanes: Int32Array, at: number, value: bigint): void {
  writeInt128(wideView, 0, value);
  mix128(lanes, at, wideView, 0);
}

/** A 128-bit integer as it lies in a batch, high word first. */
function mix128(lanes: Int32Array, at: number, view: DataView, from: number): void {
  mix(lanes, at, view.getInt32(from + 12), view.getInt32(from + 8), view.getInt32(from + 4), view.getInt32(from));
}

/** An integer that a double holds exactly. */
function mixNumber(lanes: Int32Array, at: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  const sign = value < 0 ? -1 : 0;
  mix(lanes, at, value | 0, high | 0, sign, sign);
}

export function hashNumbers(vector: ColumnVector, rows: number, lanes: Int32Array, scale: number): void {
  const { logical, validity, values } = vector;
  switch (logical.kind) {
    case 'boolean':
      hashSmall(asUint8(values), validity, rows, lanes, scale);
      return;
    case 'int16':
    case 'int32':
      hashSmall(asInt32(values), validity, rows, lanes, scale);
      return;
    case 'int64':
      hash64(asInt64(values), validity, rows, lanes, scale);
      return;
    case 'decimal':
      if (logical.scale > scale) hashDeeper(vector, rows, lanes, logical.scale, scale);
      else if (logical.precision <= 18) hash64(asInt64(values), validity, rows, lanes, scale - logical.scale);
      else hash128(viewOf(asUint8(values)), validity, rows, lanes, scale - logical.scale);
      return;
    case 'text':
      hashText(asBytesValues(values), validity, rows, lanes, scale);
      return;
    default:
      throw new TypeError(`A column of ${logical.kind} holds no numbers.`);
  }
}

/** `zeros`: digits that the canonical scale has more. */
function hashSmall(
  values: Int32Array | Uint8Array,
  validity: Uint8Array | undefined,
  rows: number,
  lanes: Int32Array,
  zeros: number,
): void {
  const factor = 10 ** zeros;
  const isExact = factor <= EXACT / TWO_32;
  for (let row = 0; row < rows; row++) {
    const at = row * LANES;
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, at);
    else if (isExact) mixNumber(lanes, at, values[row]! * factor);
    else mixScaled(lanes, at, BigInt(values[row]!), zeros);
  }
}

function hash64(
  values: BigInt64Array,
  validity: Uint8Array | undefined,
  rows: number,
  lanes: Int32Array,
  zeros: number,
): void {
  const words = halves(values);
  const limit = zeros > 15 ? 0 : Math.floor(EXACT / 10 ** zeros);
  const factor = 10 ** Math.min(zeros, 15);
  for (let row = 0; row < rows; row++) {
    const at = row * LANES;
    if (validity !== undefined && validity[row] === 0) {
      mixNull(lanes, at);
      continue;
    }
    const low = words[row * 2]!;
    const high = words[row * 2 + 1]!;
    if (zeros === 0) {
      const sign = high >> 31;
      mix(lanes, at, low, high, sign, sign);
      continue;
    }
    const value = high * TWO_32 + (low >>> 0);
    if (value < limit && value > -limit) mixNumber(lanes, at, value * factor);
    else mixScaled(lanes, at, values[row]!, zeros);
  }
}

function hash128(
  view: DataView,
  validity: Uint8Array | undefined,
  rows: number,
  lanes: Int32Array,
  zeros: number,
): void {
  for (let row = 0; row < rows; row++) {
    const at = row * LANES;
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, at);
    else if (zeros === 0) mix128(lanes, at, view, row * 16);
    else mixScaled(lanes, at, readInt128(view, row * 16), zeros);
  }
}

/** A value with zeros behind it; as its digits where that outgrows 38 of them. */
function mixScaled(lanes: Int32Array, at: number, value: bigint, zeros: number): void {
  const scaled = value * powerOfTen(zeros);
  if (scaled < MOST && scaled > -MOST) mixBigInt(lanes, at, scaled);
  else mixNumeral(lanes, at, String(value), zeros);
}

const none = new Uint8Array(0);
let scratch = new Uint8Array(64);
let scratchView = viewOf(scratch);

/** The number `digits` × 10^`zeros` / 10^scale, which no 128-bit integer holds. `digits` may be in any notation. */
function mixNumeral(lanes: Int32Array, at: number, text: string, zeros: number): void {
  const numeral = parseNumeral(text);
  if (numeral === undefined) mixBytes(lanes, at, none, scratchView, 0, 0, 1);
  else mixAscii(lanes, at, numeralText({ ...numeral, exponent: numeral.exponent + zeros }));
}

function mixAscii(lanes: Int32Array, at: number, text: string): void {
  if (text.length > scratch.length) {
    scratch = new Uint8Array(text.length * 2);
    scratchView = viewOf(scratch);
  }
  for (let i = 0; i < text.length; i++) scratch[i] = text.charCodeAt(i);
  mixBytes(lanes, at, scratch, scratchView, 0, text.length, 1);
}

/** A decimal with more places than the canonical form: equal only where the last of them are zeros. */
function hashDeeper(
  { logical, validity, values }: ColumnVector,
  rows: number,
  lanes: Int32Array,
  own: number,
  scale: number,
): void {
  const isNarrow = logical.kind === 'decimal' && logical.precision <= 18;
  const read = isNarrow ? int64Reader(asInt64(values)) : int128Reader(viewOf(asUint8(values)));
  for (let row = 0; row < rows; row++) {
    const at = row * LANES;
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, at);
    else mixExact(lanes, at, `${read(row)}e${-own}`, scale);
  }
}

const int64Reader =
  (values: BigInt64Array) =>
  (row: number): bigint =>
    values[row]!;

const int128Reader =
  (view: DataView) =>
  (row: number): bigint =>
    readInt128(view, row * 16);

/** A number written out; false when it is none. */
function mixExact(lanes: Int32Array, at: number, text: string, scale: number): boolean {
  const numeral = parseNumeral(text);
  if (numeral === undefined) return false;
  const value = unscaled(numeral, scale);
  if (value === undefined) mixAscii(lanes, at, numeralText({ ...numeral, exponent: numeral.exponent + scale }));
  else mixBigInt(lanes, at, value);
  return true;
}

/** Numbers of so many characters at most are read from their bytes. */
const SHORT = 16;
const [DASH, POINT, ZERO, NINE] = [45, 46, 48, 57];
/** As databases write a boolean in text. */
const FLAGS = new Map([
  ['true', 1n],
  ['t', 1n],
  ['false', 0n],
  ['f', 0n],
]);

function hashText(
  { data, offsets }: BytesValues,
  validity: Uint8Array | undefined,
  rows: number,
  lanes: Int32Array,
  scale: number,
): void {
  const view = viewOf(data);
  for (let row = 0; row < rows; row++) {
    const at = row * LANES;
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (validity !== undefined && validity[row] === 0) {
      mixNull(lanes, at);
      continue;
    }
    const short = shortNumber(data, start, end, scale);
    if (short === short) {
      mixNumber(lanes, at, short);
      continue;
    }
    const text = asciiText(data, start, end);
    const flag = FLAGS.get(text);
    if (flag !== undefined) mixScaled(lanes, at, flag, scale);
    else if (!mixExact(lanes, at, text, scale)) mixBytes(lanes, at, data, view, start, end, 1);
  }
}

/** The number times 10^scale, where it is short enough for a double; else NaN. */
function shortNumber(data: Uint8Array, start: number, end: number, scale: number): number {
  if (end - start > SHORT || end === start) return Number.NaN;
  const isNegative = data[start] === DASH;
  let value = 0;
  let places = -1;
  let digits = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = data[at]!;
    if (byte === POINT && places < 0) {
      places = 0;
      continue;
    }
    if (byte < ZERO || byte > NINE) return Number.NaN;
    value = value * 10 + (byte - ZERO);
    digits++;
    if (places >= 0) places++;
  }
  const zeros = scale - Math.max(0, places);
  if (digits === 0 || zeros < 0 || digits + zeros > 15) return Number.NaN;
  return (isNegative ? -value : value) * 10 ** zeros;
}
