/** What became of a batch, its sums, and how fast it went. */
import type { ErrorReport } from '../errors/longshore-error';
import { count } from '../notify/words';
import type { MonthAction, MonthFileOutcome, MonthOutcome } from '../types/month';
import type { QualityMode } from '../types/quality';
import { formatBytes } from '../units';
import type { RunStatus } from '../../schemas/constants';

export interface BatchOutcome {
  /** The latest run that worked on it. */
  runId: string;
  batch: string;
  batchId: string;
  action: MonthAction;
  target: string;
  status: RunStatus;
  qualityMode: QualityMode;
  triggeredBy: string;
  reason?: string | undefined;
  startedAt: Date;
  finishedAt?: Date | undefined;
  /** Of the run. */
  error?: ErrorReport | undefined;
  months: MonthOutcome[];
  files: MonthFileOutcome[];
}

export interface BatchTotals {
  files: number;
  loaded: number;
  failed: number;
  skipped: number;
  /** Of loaded files. */
  rows: number;
  bytes: number;
  parts: number;
  seconds: number;
  /** Files by what the checks said. */
  verdicts: Record<'passed' | 'warnings' | 'failed' | 'not checked', number>;
}

/** Files that arrived: in the table, or checked where nothing more was asked. */
export const isLoaded = ({ state }: Pick<MonthFileOutcome, 'state'>): boolean =>
  state === 'published' || state === 'checked';

/** `now`: until when it is counted while it has not ended. */
export function batchTotals(
  { files, startedAt, finishedAt }: Pick<BatchOutcome, 'files' | 'startedAt' | 'finishedAt'>,
  now: Date,
): BatchTotals {
  const loaded = files.filter(isLoaded);
  const verdicts = { passed: 0, warnings: 0, failed: 0, 'not checked': 0 };
  for (const { quality } of files) verdicts[quality?.verdict ?? 'not checked'] += 1;
  return {
    files: files.length,
    loaded: loaded.length,
    failed: files.filter(({ state }) => state === 'failed').length,
    skipped: files.filter(({ state }) => state === 'skipped').length,
    rows: loaded.reduce((sum, { rows }) => sum + rows, 0),
    bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: files.reduce((sum, { parts }) => sum + parts, 0),
    seconds: ((finishedAt ?? now).getTime() - startedAt.getTime()) / 1000,
    verdicts,
  };
}

/** `12.3 MB/s, 45,000 rows/s`; empty where nothing was moved or no time passed. */
export function rateText({ rows, bytes, seconds }: { rows: number; bytes: number; seconds: number }): string {
  if (seconds <= 0 || bytes === 0) return '';
  return `${formatBytes(bytes / seconds)}/s, ${count(rows / seconds)} rows/s`;
}

/** `3 passed, 1 failed`. */
export const verdictText = ({ verdicts }: Pick<BatchTotals, 'verdicts'>): string =>
  Object.entries(verdicts)
    .filter(([, files]) => files > 0)
    .map(([verdict, files]) => `${count(files)} ${verdict === 'warnings' ? 'with warnings' : verdict}`)
    .join(', ');

/** Without its folders, whichever way they are written. */
export const fileName = (path: string): string => path.replace(/^.*[/\\]/, '');
