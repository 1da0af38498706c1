/** A batch with everything filled in: templates, inheritance and defaults. Made by `core/month/effective-batch.ts`. */
import type { MonthTable } from './month';

export interface MonthBatch {
  name: string;
  to: string;
  description?: string;
  /** As configured; undefined: files must be named. */
  basePath?: string;
  tables: MonthTable[];
  parallel: { months: number; files: number; uploads: number };
  stage: { name: string; compression: 'zstd' | 'gzip'; level: number; partBytes: number };
  ledger: string;
  warnAboveBytes: number;
  backups: { path?: string; keepMs: number };
}
