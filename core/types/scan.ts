/**
 * The scan of a huge file: what it is asked, and what it counts. Figures of neighbouring parts add up, so that a scan
 * that was cut short goes on behind the last part that is written down.
 */
import type { CheckColumn, ColumnFacts, FaultSample, CheckName } from './quality';
import type { DayRange, MonthFormat } from './month';

export interface ScanPlan {
  format: MonthFormat;
  /** Fields of a row, in the order of the file. */
  columns: CheckColumn[];
  /** Positions in `columns`. */
  dateColumn?: number;
  keyColumns: number[];
  /** False: only rows are counted, and fields of each. */
  checks: boolean;
  samples: number;
}

/** What was counted in one part, or in several: `mergeFigures` adds them. JSON. */
export interface ScanFigures {
  rows: number;
  bytes: number;
  /** Physical lines. */
  lines: number;
  columns: ColumnFacts[];
  /** Sorted by day. */
  days: [day: number, rows: number][];
  dateNulls: number;
  dateInvalid: number;
  raggedRows: number;
  encodingFaults: number;
  samples: Partial<Record<CheckName, FaultSample[]>>;
}

/** A row boundary in a file. */
export interface RowBoundary {
  byte: number;
  /** Physical line, from 1, of the row that begins there. */
  line: number;
}

export type { DayRange };
