/** Dates, times and timestamps; also those that one side holds as text, with more digits or an offset. */
import { asBytesValues, asInt32, asInt64, halves } from '../columnar/allocate';
import type { ColumnVector } from '../columnar/batch';
import { viewOf } from '../columnar/copy-bytes';
import { LANES, mix, mixBytes, mixNull } from './row-hash';
import { type Temporal, TemporalReader } from './temporal-text';

const TWO_32 = 4294967296;
const INFINITE_DAYS = 0x7fffffff;
/** 86,400,000,000 microseconds in two halves. */
const [DAY_LOW, DAY_HIGH] = [0x1dd76000, 20];
/** Microseconds of farther days than these do not fit 64 bits. */
const FARTHEST = 106_751_991;

type Hash = (vector: ColumnVector, rows: number, lanes: Int32Array) => void;

export function hashDays(): Hash {
  const reader = new TemporalReader();
  return ({ logical, validity, values }, rows, lanes) => {
    if (logical.kind === 'text') {
      hashText({ logical, ...(validity && { validity }), values }, rows, lanes, reader, mixDay);
      return;
    }
    const days = asInt32(values);
    for (let row = 0; row < rows; row++) {
      if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
      else mix(lanes, row * LANES, days[row]!, 0, 0, 0);
    }
  };
}

export function hashInstants(): Hash {
  const reader = new TemporalReader();
  return ({ logical, validity, values }, rows, lanes) => {
    if (logical.kind === 'text') {
      hashText({ logical, ...(validity && { validity }), values }, rows, lanes, reader, mixInstant);
      return;
    }
    if (logical.kind === 'date') {
      const days = asInt32(values);
      const value: Temporal = { days: 0, micros: 0, nanos: 0, offset: 0, infinite: 0 };
      for (let row = 0; row < rows; row++) {
        const day = days[row]!;
        value.infinite = day === INFINITE_DAYS ? 1 : day === -INFINITE_DAYS ? -1 : 0;
        value.days = day;
        if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
        else if (!mixInstant(lanes, row * LANES, value)) mix(lanes, row * LANES, day, 0, 0, -1);
      }
      return;
    }
    const words = halves(asInt64(values));
    for (let row = 0; row < rows; row++) {
      if (validity !== undefined && validity[row] === 0) mixNull(lanes, row * LANES);
      else mix(lanes, row * LANES, words[row * 2]!, words[row * 2 + 1]!, 0, 0);
    }
  };
}

function hashText(
  { validity, values }: ColumnVector,
  rows: number,
  lanes: Int32Array,
  reader: TemporalReader,
  put: (lanes: Int32Array, at: number, value: Temporal) => boolean,
): void {
  const { data, offsets } = asBytesValues(values);
  const view = viewOf(data);
  for (let row = 0; row < rows; row++) {
    const at = row * LANES;
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (validity !== undefined && validity[row] === 0) mixNull(lanes, at);
    else if (!reader.read(data, start, end) || !put(lanes, at, reader.value))
      mixBytes(lanes, at, data, view, start, end, 1);
  }
}

/** False when it is more than a day. */
function mixDay(lanes: Int32Array, at: number, { days, micros, nanos, offset, infinite }: Temporal): boolean {
  if (micros !== 0 || nanos !== 0 || offset !== 0) return false;
  mix(lanes, at, infinite === 0 ? days : infinite * INFINITE_DAYS, 0, 0, 0);
  return true;
}

/** False when no timestamp reaches so far. */
function mixInstant(lanes: Int32Array, at: number, { days, micros, nanos, offset, infinite }: Temporal): boolean {
  if (infinite !== 0) {
    // ±(2^63 - 1)
    if (infinite > 0) mix(lanes, at, -1, 0x7fffffff, 0, 0);
    else mix(lanes, at, 1, -0x80000000, 0, 0);
    return true;
  }
  if (days > FARTHEST || days < -FARTHEST) return false;
  // Days in two halves, so that no product is beyond 2^53.
  const upper = Math.floor(days / 65_536);
  const lower = days - upper * 65_536;
  const product = upper * DAY_LOW;
  const carry = Math.floor(product / 65_536);
  const low = (product - carry * 65_536) * 65_536 + lower * DAY_LOW + micros;
  const high = days * DAY_HIGH + carry + Math.floor(low / TWO_32);
  mix(lanes, at, low | 0, high | 0, nanos + offset * 1024, 0);
  return true;
}
