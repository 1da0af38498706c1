/** Row counts per day, held against their median. */
import type { AnomalyDay, CheckDetails, QualitySettings } from '../types/quality';

export type DayStatistics = NonNullable<CheckDetails['statistics']>;

export interface DayAnomalies {
  statistics: DayStatistics;
  /** All days with their class, in the order given. */
  days: AnomalyDay[];
  /** Those beyond the tolerance. */
  anomalies: AnomalyDay[];
}

/** Per cent from which on a difference is extreme when nothing else is set. */
const EXTREME = 50;

/**
 * Every day against the median of all of them. Days without rows are not looked at: they are missing, not unusual. What
 * differs by exactly the tolerance is ordinary; what differs by exactly the limit of the extreme is extreme. Undefined
 * when fewer days than `minDays` have rows. The deviation is that of the whole (divided by the number of days).
 */
export function dayAnomalies(
  days: readonly (readonly [day: number, rows: number])[],
  settings: QualitySettings['anomalies'],
): DayAnomalies | undefined {
  const counted = days.filter(([, rows]) => rows > 0);
  if (counted.length === 0 || counted.length < settings.minDays) return undefined;
  const statistics = statisticsOf(counted.map(([, rows]) => rows));
  const { median } = statistics;
  const judged = counted.map(([day, rows]): AnomalyDay => {
    const difference = ((rows - median) * 100) / median;
    return { day, rows, difference, class: classOf(rows, median, settings) };
  });
  return { statistics, days: judged, anomalies: judged.filter((each) => each.class !== 'ordinary') };
}

/** Compared as products: a quotient would put a day at the very limit on either side of it. */
function classOf(
  rows: number,
  median: number,
  { tolerance, extreme }: QualitySettings['anomalies'],
): AnomalyDay['class'] {
  const difference = Math.abs(rows - median) * 100;
  if (difference <= tolerance * median) return 'ordinary';
  const side = rows < median ? 'low' : 'high';
  return difference >= (extreme ?? EXTREME) * median ? `extremely ${side}` : side;
}

function statisticsOf(rows: readonly number[]): DayStatistics {
  const sorted = rows.toSorted((a, b) => a - b);
  const days = sorted.length;
  const at = (index: number): number => sorted[index] ?? 0;
  const median = days % 2 === 1 ? at((days - 1) / 2) : (at(days / 2 - 1) + at(days / 2)) / 2;
  const mean = sorted.reduce((sum, each) => sum + each, 0) / days;
  const squares = sorted.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  return { days, median, mean, deviation: Math.sqrt(squares / days), min: at(0), max: at(days - 1) };
}
