/** How fast a run goes and how long it will take, from samples of its counters. Pure: the caller brings the time. */

export interface Sample {
  /** Milliseconds; only differences matter. */
  at: number;
  rows: number;
  bytes: number;
}

/** What is remembered between samples. */
export interface RateState {
  last: Sample;
  /** Sums that fade with time: dividing them gives the smoothed rate without a bias at the start. */
  seconds: number;
  rows: number;
  bytes: number;
}

export interface Rate {
  rowsPerSecond: number;
  bytesPerSecond: number;
  /** Undefined while nothing moves or the total is unknown. */
  secondsLeft?: number;
}

/** Half of a sample's weight is gone after this long. */
const HALF_LIFE_SECONDS = 5;
/** Before this much has been watched, a rate would be a guess. */
const ENOUGH_SECONDS = 1;

/**
 * Takes a sample in. Counters that fall, as they do when a part is read again, count as standing still; a sample that
 * is not later than the last one only raises the counters.
 */
export function addSample(state: RateState | undefined, sample: Sample): RateState {
  if (state === undefined) return { last: sample, seconds: 0, rows: 0, bytes: 0 };
  const seconds = (sample.at - state.last.at) / 1000;
  if (!(seconds > 0)) return state;
  const fade = 0.5 ** (seconds / HALF_LIFE_SECONDS);
  return {
    last: sample,
    seconds: state.seconds * fade + seconds,
    rows: state.rows * fade + Math.max(0, sample.rows - state.last.rows),
    bytes: state.bytes * fade + Math.max(0, sample.bytes - state.last.bytes),
  };
}

/** The rate now; undefined before enough has been watched. `totalRows` is an estimate and may be passed. */
export function rateOf(state: RateState | undefined, totalRows?: number): Rate | undefined {
  if (state === undefined || state.seconds < ENOUGH_SECONDS) return undefined;
  const rowsPerSecond = state.rows / state.seconds;
  const rate: Rate = { rowsPerSecond, bytesPerSecond: state.bytes / state.seconds };
  if (totalRows === undefined || !(totalRows > 0)) return rate;
  const rowsLeft = totalRows - state.last.rows;
  if (rowsLeft <= 0) return { ...rate, secondsLeft: 0 };
  const secondsLeft = rowsLeft / rowsPerSecond;
  return Number.isFinite(secondsLeft) ? { ...rate, secondsLeft } : rate;
}

/** What stands where there is no figure yet. */
const UNKNOWN = '—';

/** `12.3k rows/s` */
export const formatRows = (rate: Rate | undefined): string =>
  rate === undefined ? UNKNOWN : `${scale(rate.rowsPerSecond, 1000, ['', 'k', 'M', 'G'])} rows/s`;

/** `45.6 MB/s` */
export const formatBytes = (rate: Rate | undefined): string =>
  rate === undefined ? UNKNOWN : `${scale(rate.bytesPerSecond, 1000, [' B', ' kB', ' MB', ' GB'])}/s`;

/** `1h 05m`, `4m 10s`, `9s`, or a dash. */
export function formatTimeLeft(rate: Rate | undefined): string {
  if (rate?.secondsLeft === undefined) return UNKNOWN;
  const total = Math.ceil(rate.secondsLeft);
  const two = (value: number) => String(value).padStart(2, '0');
  if (total >= 100 * 3600) return `${Math.round(total / 3600)}h`;
  if (total >= 3600) return `${Math.floor(total / 3600)}h ${two(Math.floor((total % 3600) / 60))}m`;
  return total >= 60 ? `${Math.floor(total / 60)}m ${two(total % 60)}s` : `${total}s`;
}

function scale(value: number, step: number, units: string[]): string {
  let unit = 0;
  let rest = value;
  // 999.95 and more would be written as 1000.0 of the smaller unit.
  while (rest >= step - 0.05 && unit < units.length - 1) {
    rest /= step;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(rest) : rest.toFixed(1)}${units[unit]!}`;
}
