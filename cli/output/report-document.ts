/** The report of a run as data: everything that the other forms show, and what `--format json` prints. */
import type { RunTableRecord } from '../../catalog';
import type { RunDetails } from '../../client';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import { filterText } from './preview';
import { failures, warningsOf } from './run-report';
import { comparedText, type TableProof, verdictOf } from './verification';

export interface ReportedTable {
  /** `schema.name` in the target, and in the source. */
  table: string;
  source: string;
  state: string;
  mode: string;
  /** How it was published, and why so. */
  strategy: string;
  strategyReason: string;
  /** In words; `all` for none. */
  filter: string;
  rows: { source: string; target: string };
  bytes: number;
  parts: number;
  /** From its start to its publication. */
  seconds?: number;
  rowsPerSecond?: number;
  /** How long readers had to wait at the switch. */
  lockedMs?: number;
  /** In words. */
  compared: string;
  verification?: TableProof;
  masks: { column: string; rule: string }[];
  warnings: string[];
  error?: ErrorReport;
}

export interface RunReportDocument {
  /** Version of Longshore that wrote the report. */
  longshore: string;
  createdAt: string;
  run: {
    id: string;
    set: string;
    status: string;
    dryRun: boolean;
    from?: string;
    to: string;
    configVersion: number;
    triggeredBy: string;
    reason?: string;
    startedAt: string;
    finishedAt?: string;
    seconds?: number;
  };
  totals: { tables: number; published: number; rows: number; bytes: number; rowsPerSecond?: number };
  tables: ReportedTable[];
  /** Of the run and its tables, each once. */
  warnings: string[];
  errors: ErrorReport[];
  notifications: { event: string; channel: string; delivered: boolean; error?: ErrorReport; at: string }[];
}

/** `now`: when the report is written. */
export function reportDocument(
  details: RunDetails,
  { version, now }: { version: string; now: Date },
): RunReportDocument {
  const { run, tables, notifications } = details;
  const reported = tables.map(reportedTable);
  const seconds = secondsBetween(run.startedAt, run.finishedAt);
  const rows = tables.reduce((sum, { rowsLoaded }) => sum + rowsLoaded, 0);
  return {
    longshore: version,
    createdAt: now.toISOString(),
    run: {
      id: run.runId,
      set: run.name,
      status: run.status,
      dryRun: run.dryRun,
      ...(run.plan && { from: run.plan.from }),
      to: run.plan?.to ?? run.target,
      configVersion: run.configVersion,
      triggeredBy: run.triggeredBy,
      ...(run.reason !== undefined && { reason: run.reason }),
      startedAt: run.startedAt.toISOString(),
      ...(run.finishedAt && { finishedAt: run.finishedAt.toISOString() }),
      ...(seconds !== undefined && { seconds }),
    },
    totals: {
      tables: tables.length,
      published: tables.filter(({ phase }) => phase === 'published').length,
      rows,
      bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
      ...rate(rows, seconds),
    },
    tables: reported,
    warnings: warningsOf(details),
    errors: failures(run, tables),
    notifications: notifications.map(({ event, channel, delivered, error, at }) => ({
      event,
      channel,
      delivered,
      ...(error && { error }),
      at: at.toISOString(),
    })),
  };
}

function reportedTable(record: RunTableRecord): ReportedTable {
  const { plan, rowsExtracted, rowsLoaded, lockedMs, error } = record;
  const proof = verdictOf(record);
  const seconds = secondsBetween(record.startedAt, record.finishedAt);
  return {
    table: record.tableId,
    source: tableId(plan.source.ref),
    state: record.phase,
    mode: plan.mode,
    strategy: plan.strategy,
    strategyReason: plan.strategyReason,
    filter: filterText(plan.filter),
    rows: {
      source: proof?.rows.source ?? String(rowsExtracted),
      target: proof?.rows.target ?? String(rowsLoaded),
    },
    bytes: record.bytes,
    parts: record.parts,
    ...(seconds !== undefined && { seconds }),
    ...rate(rowsLoaded, seconds),
    ...(lockedMs !== undefined && { lockedMs }),
    compared: comparedText(record, proof),
    ...(proof && { verification: proof }),
    masks: plan.columns.flatMap(({ target, mask }) => (mask ? [{ column: target, rule: mask.rule }] : [])),
    warnings: record.warnings,
    ...(error && { error }),
  };
}

const secondsBetween = (from: Date | undefined, until: Date | undefined): number | undefined =>
  from && until ? (until.getTime() - from.getTime()) / 1000 : undefined;

const rate = (rows: number, seconds: number | undefined): { rowsPerSecond?: number } =>
  seconds !== undefined && seconds > 0 && rows > 0 ? { rowsPerSecond: Math.round(rows / seconds) } : {};
