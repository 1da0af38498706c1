/** A report on tables of a warehouse: what `month report` shows, writes and mails. Plain data. */
import type { AnomalyDay } from './quality';

export interface TableReport {
  /** Name of the definition, and the table as the warehouse spells it. */
  name: string;
  table: string;
  status: 'ok' | 'warning' | 'failed';
  /** One sentence; the reason where the status is not `ok`. */
  sentence: string;
  rows: number;
  /** As the warehouse accounts for it. */
  bytes?: number;
  columns: { name: string; nativeType: string; nulls: number; maxLength?: number }[];
  dateColumn?: string;
  /** ISO dates. */
  firstDay?: string;
  lastDay?: string;
  /** Rows of each day there is. */
  days: [day: string, rows: number][];
  /** Expected days without rows, as runs. */
  gaps: { from: string; to: string; days: number }[];
  anomalies: (Omit<AnomalyDay, 'day'> & { day: string })[];
  /** Per cent of the median that a day may differ by: the band that charts show. */
  tolerance?: number;
  statistics?: { days: number; median: number; mean: number; deviation: number; min: number; max: number };
  duplicates?: {
    keyColumns: string[];
    keys: number;
    extraRows: number;
    samples: { key: (string | null)[]; count: number }[];
  };
  /** What was not computed, and why. */
  notes: string[];
  seconds: number;
}

export interface MonthReport {
  batch: string;
  environment: string;
  /** ISO time. */
  at: string;
  months?: string[];
  tables: TableReport[];
}
