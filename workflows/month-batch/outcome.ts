/** How a batch of months ended: pure, so that it can be tested without Temporal. */
import type { ErrorReport } from '../../core/errors/longshore-error';
import type { MonthOutcome } from '../../core/types/month';
import type { RunStatus } from '../../schemas/constants';
import { CATALOGUE } from '../../core/errors/catalogue';
import type { BatchProgress, MonthBatchResult } from './messages';

/** `error` is what ended the batch as a whole, if anything did; errors of single months stand at the months. */
export function batchOutcome(batchId: string, months: readonly MonthOutcome[], error?: ErrorReport): MonthBatchResult {
  const sorted = [...months].sort((a, b) => (a.month < b.month ? -1 : 1));
  const isGood = ({ status }: MonthOutcome): boolean => status === 'done' || status === 'skipped';
  const good = sorted.filter(isGood);
  const some = sorted.filter(({ status }) => status === 'partial');
  const bad = sorted.filter((month) => !isGood(month));
  return {
    status: statusOf(good.length, some.length, bad.length, error),
    batchId,
    months: sorted,
    rows: sum(sorted.map(({ rows }) => rows)),
    bytes: sum(sorted.map(({ bytes }) => bytes)),
    ...((error ?? bad[0]?.error) && { error: error ?? bad[0]?.error }),
  };
}

function statusOf(good: number, some: number, bad: number, error?: ErrorReport): RunStatus {
  if (error?.code === 'CANCELLED') return good + some > 0 ? 'partial' : 'cancelled';
  if (good + some > 0) return bad > 0 || error ? 'partial' : 'done';
  if (error && CATALOGUE[error.code].exit === 'refused') return 'refused';
  return bad > 0 || error ? 'failed' : 'done';
}

/** The Markdown that the Temporal Web UI shows while a batch is under way. */
export function batchDetails({ status, phase, months, batchId, pausedBy }: BatchProgress): string {
  const count = (wanted: string): number => months.filter(({ state }) => state === wanted).length;
  const head = `**${status}** (${phase}) · batch ${batchId}${pausedBy ? ` · paused by ${pausedBy}` : ''}`;
  const tally = `${months.length} months: ${count('done')} done, ${count('running')} running, ${count('partial')} partial, ${count('failed')} failed, ${count('waiting')} waiting`;
  const lines = months
    .filter(({ state }) => state !== 'waiting' && state !== 'done')
    .map(({ month, state, files, filesDone, error }) =>
      [
        `- ${month}: ${state}`,
        `${filesDone} of ${files} files`,
        ...(error ? [`${error.code} — ${error.message}`] : []),
      ].join(' · '),
    );
  return [`${head} · ${tally}`, ...lines].join('\n');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
