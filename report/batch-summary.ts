/** What became of a month batch, from what the catalog keeps: the same for the terminal, for files and for mails. */
import type { MonthBatchRecord, MonthFileRecord, PartTotals, QualityRecord } from '../catalog/month';
import type { RunRecord } from '../catalog/catalog';
import { type BatchOutcome, isLoaded } from '../core/month/batch-outcome';
import type { Month, MonthFileOutcome, MonthOutcome } from '../core/types/month';

export interface BatchSummary extends BatchOutcome {
  /** Results of checks of these files, by id of the file. */
  quality: Record<number, QualityRecord>;
}

export interface SummaryParts {
  run: Pick<RunRecord, 'runId' | 'status' | 'triggeredBy' | 'reason' | 'startedAt' | 'finishedAt' | 'error'>;
  batch: MonthBatchRecord;
  files: readonly MonthFileRecord[];
  parts: readonly PartTotals[];
  quality: readonly QualityRecord[];
}

/** Puts together what the catalog has of a batch and of the latest run that worked on it. */
export function batchSummary({ run, batch, files, parts, quality }: SummaryParts): BatchSummary {
  const byId = new Map(quality.map((each) => [each.id, each]));
  const partsOf = new Map(parts.map((each) => [each.fileId, each.parts]));
  const outcomes = files.map((file) => fileOutcome(file, partsOf.get(file.id) ?? 0, byId.get(file.qualityId ?? -1)));
  return {
    runId: run.runId,
    batch: batch.batch,
    batchId: batch.batchId,
    action: batch.action,
    target: batch.target,
    status: run.status,
    qualityMode: batch.qualityMode,
    triggeredBy: run.triggeredBy,
    reason: run.reason,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    error: run.error,
    months: batch.months.map((month) => monthOutcome(month, batch, files)),
    files: outcomes,
    quality: Object.fromEntries(
      files.flatMap(({ id, qualityId }) => {
        const result = byId.get(qualityId ?? -1);
        return result ? [[id, result]] : [];
      }),
    ),
  };
}

function fileOutcome(file: MonthFileRecord, parts: number, quality: QualityRecord | undefined): MonthFileOutcome {
  const { copied, error } = file;
  return {
    fileId: file.id,
    file: file.path,
    table: file.table,
    month: file.month,
    state: file.state,
    rows: file.rows ?? file.figures?.rows ?? 0,
    ...(copied && { rowsCopied: copied.rowsLoaded, rowsStaged: copied.rowsStaged }),
    bytes: file.size,
    parts,
    ...(quality && {
      quality: {
        mode: quality.mode,
        verdict: quality.verdict,
        ...(quality.score !== undefined && { score: quality.score }),
        sentence: quality.result.sentence,
      },
    }),
    warnings: file.warnings,
    ...(error && { error }),
  };
}

function monthOutcome(month: Month, batch: MonthBatchRecord, all: readonly MonthFileRecord[]): MonthOutcome {
  const files = all.filter((file) => file.month === month);
  const loaded = files.filter(isLoaded);
  const failed = files.filter(({ state }) => state === 'failed');
  const skipped = files.filter(({ state }) => state === 'skipped');
  const starts = files.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []));
  const ends = files.flatMap(({ finishedAt }) => (finishedAt ? [finishedAt.getTime()] : []));
  const error = failed.find((file) => file.error !== undefined)?.error;
  return {
    month,
    status: statusOf({ month, batch, files, loaded: loaded.length, failed: failed.length, skipped: skipped.length }),
    files: files.length,
    loaded: loaded.length,
    failed: failed.length,
    skipped: skipped.length,
    rows: loaded.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
    bytes: loaded.reduce((sum, { size }) => sum + size, 0),
    seconds: starts.length > 0 && ends.length > 0 ? Math.max(0, Math.max(...ends) - Math.min(...starts)) / 1000 : 0,
    ...(error && { error }),
  };
}

function statusOf(of: {
  month: Month;
  batch: MonthBatchRecord;
  files: readonly MonthFileRecord[];
  loaded: number;
  failed: number;
  skipped: number;
}): MonthOutcome['status'] {
  const { month, batch, files, loaded, failed, skipped } = of;
  if (failed > 0) return loaded > 0 ? 'partial' : 'failed';
  if (files.length > 0 && skipped === files.length) return 'skipped';
  if (batch.completedMonths.includes(month)) return 'done';
  if (batch.failedMonths.includes(month)) return 'failed';
  return files.length > 0 && loaded + skipped === files.length ? 'done' : 'cancelled';
}
