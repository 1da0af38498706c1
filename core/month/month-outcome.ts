/** How a month ends: pure, so that it can be told without catalog or warehouse. */
import { CATALOGUE } from '../errors/catalogue';
import type { ErrorReport } from '../errors/longshore-error';
import type { Month, MonthFileState, MonthOutcome } from '../types/month';

/** A file, as far as it matters here. */
export interface EndedFile {
  state: MonthFileState;
  error?: ErrorReport;
  rows?: number;
  /** Bytes. */
  size: number;
  startedAt?: Date;
}

/** Nothing of it is gone on from: published, left out, or failed for a reason that stays. */
export const isSpent = ({ state, error }: EndedFile): boolean =>
  state === 'published' ||
  state === 'skipped' ||
  state === 'cancelled' ||
  (state === 'failed' && !(error && CATALOGUE[error.code].retryable));

/** How a month ended, by its files and by what ended it as a whole. */
export function monthOutcome(
  month: Month,
  files: readonly EndedFile[],
  error: ErrorReport | undefined,
  now: Date,
): MonthOutcome {
  const good = files.filter(({ state }) => state === 'published' || state === 'checked');
  const skipped = files.filter(({ state }) => state === 'skipped');
  const failed = files.filter(({ state }) => state === 'failed' || state === 'cancelled');
  const started = Math.min(...files.map(({ startedAt }) => startedAt?.getTime() ?? now.getTime()), now.getTime());
  const reason = error ?? failed.find((file) => file.error)?.error;
  return {
    month,
    status: statusOf(files.length, good.length, skipped.length, reason),
    files: files.length,
    loaded: good.length,
    failed: failed.length,
    skipped: skipped.length,
    rows: good.reduce((sum, { rows = 0 }) => sum + rows, 0),
    bytes: good.reduce((sum, { size }) => sum + size, 0),
    seconds: (now.getTime() - started) / 1000,
    ...(reason && { error: reason }),
  };
}

function statusOf(
  files: number,
  good: number,
  skipped: number,
  error: ErrorReport | undefined,
): MonthOutcome['status'] {
  if (files > 0 && good + skipped === files && !error) return good > 0 ? 'done' : 'skipped';
  if (error?.code === 'CANCELLED' && good === 0) return 'cancelled';
  return good > 0 ? 'partial' : 'failed';
}
