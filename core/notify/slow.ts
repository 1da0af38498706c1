import type { SlowSettings } from '../../schemas/notifications';
import { parseDuration } from '../units';

/** Good runs that there must be before anything is usual. */
const ENOUGH = 3;

/** Median of `durations`; undefined without any. */
export function usualSeconds(durations: readonly number[]): number | undefined {
  const sorted = durations.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/**
 * Seconds after which a run is far slower than usual; undefined when nothing says what is usual. `durations` are those of
 * the latest good runs in seconds, newest first. `expectedDuration`, as the set has it, goes before anything computed.
 */
export function slowAfterSeconds(
  durations: readonly number[],
  { factor, atLeast, runs }: SlowSettings,
  expectedDuration?: string,
): number | undefined {
  const expected = expectedDuration === undefined ? undefined : parseDuration(expectedDuration);
  if (expected !== undefined) return expected / 1000;
  const latest = durations.slice(0, runs);
  const usual = usualSeconds(latest);
  if (usual === undefined || latest.length < Math.min(runs, ENOUGH)) return undefined;
  return Math.max(factor * usual, (parseDuration(atLeast) ?? 0) / 1000);
}
