/** How far a run is: what the workflow says, the ledger has, and the activities report at this moment. */
import type { RunRecord, RunTableRecord } from '../catalog';
import type { ErrorReport } from '../core/errors/longshore-error';
import type { RunProgress, TableProgress } from '../workflows/transfer-set/messages';
import type { TransferTableProgress } from '../workflows/transfer-table/messages';

export interface LiveTable extends TableProgress {
  /** Rows read from the source; `rows` counts those that have arrived in the target's staging. */
  rowsRead: number;
  /** Milliseconds that readers waited at the switch. */
  lockedMs?: number;
}

export interface LiveProgress extends Omit<RunProgress, 'tables'> {
  runId: string;
  tables: LiveTable[];
  /** ISO time, when the run has ended. */
  finishedAt?: string;
  error?: ErrorReport;
  /** Nobody works on the run's task queue: it waits. */
  workerMissing: boolean;
}

/** Rows and bytes that running activities have reported by heartbeat, not yet in the ledger. */
export interface Underway {
  rowsRead: number;
  rowsLoaded: number;
  bytesRead: number;
}

/** Adds up the heartbeats `{ rows, bytes }` of a table's pending activities. */
export function underway(pending: readonly { type: string; heartbeat: unknown }[]): Underway {
  const total = { rowsRead: 0, rowsLoaded: 0, bytesRead: 0 };
  for (const { type, heartbeat } of pending) {
    const rows = figureOf(heartbeat, 'rows');
    if (type === 'extractPart') {
      total.rowsRead += rows;
      total.bytesRead += figureOf(heartbeat, 'bytes');
    }
    if (type === 'loadPart') total.rowsLoaded += rows;
  }
  return total;
}

function figureOf(heartbeat: unknown, name: 'rows' | 'bytes'): number {
  const value: unknown = typeof heartbeat === 'object' && heartbeat !== null ? Reflect.get(heartbeat, name) : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** One table from all that is known of it. */
export function liveTable(
  table: TableProgress,
  record?: RunTableRecord,
  child?: TransferTableProgress,
  live?: Underway,
): LiveTable {
  const loaded = Math.max(table.rows, record?.rowsLoaded ?? 0, child?.rows ?? 0);
  const rows = loaded + (live?.rowsLoaded ?? 0);
  const bytes = Math.max(table.bytes, child?.bytes ?? 0, record?.bytes ?? 0);
  return {
    ...table,
    phase: table.phase === 'copying' && child ? child.phase : table.phase,
    rows,
    rowsRead: Math.max(rows, (record?.rowsExtracted ?? 0) + (live?.rowsRead ?? 0)),
    bytes: bytes + bytesUnderway(record, live),
    parts: Math.max(table.parts, child?.parts ?? 0, record?.parts ?? 0),
    partsLoaded: Math.max(table.partsLoaded, child?.partsLoaded ?? 0, record?.partsLoaded ?? 0),
    error: table.error ?? record?.error,
    lockedMs: record?.lockedMs,
  };
}

/**
 * Heartbeats count bytes as they come from the source, the ledger those of compressed files: where finished parts show
 * how many bytes a row takes, that is used, so that the sum does not jump back when a part is finished.
 */
function bytesUnderway(record: RunTableRecord | undefined, live: Underway | undefined): number {
  if (!live) return 0;
  return record && record.rowsExtracted > 0
    ? Math.round((record.bytes / record.rowsExtracted) * live.rowsRead)
    : live.bytesRead;
}

/** A table as the catalog alone knows it. */
export function recordedTable(record: RunTableRecord): LiveTable {
  return {
    table: record.tableId,
    phase: record.phase,
    estimatedRows: record.plan.source.estimatedRows,
    rows: record.rowsLoaded,
    rowsRead: record.rowsExtracted,
    bytes: record.bytes,
    parts: record.parts,
    partsLoaded: record.partsLoaded,
    error: record.error,
    lockedMs: record.lockedMs,
  };
}

/** A run as the catalog alone knows it: when it has ended, or when nobody is there to answer for it. */
export function recordedProgress(run: RunRecord, tables: RunTableRecord[], workerMissing = false): LiveProgress {
  return {
    runId: run.runId,
    status: run.status,
    phase: run.finishedAt ? 'ended' : tables.length > 0 ? 'copying' : 'planning',
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString(),
    error: run.error,
    tables: tables.map(recordedTable),
    workerMissing,
  };
}
