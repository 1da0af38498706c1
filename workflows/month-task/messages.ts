/** Something asked of a batch that a worker must do, since only workers reach warehouses and files. Wire format. */
import type { DeletionRecord, Month, MonthFile } from '../../core/types/month';
import type { MonthReport } from '../../core/types/month-report';
import type { ComputeInfo, StageFile, StatementReport } from '../../core/types/warehouse';
import type { DayRange } from '../../core/types/scan';

/** Workflow type name: `monthTask`. Workflow id: `month-task/BATCH/TASK/UUID`. */
export interface MonthTaskInput {
  batch: string;
  configVersion: number;
  task: MonthTask;
  triggeredBy: string;
  reason?: string;
}

export type MonthTask =
  /** What the batch would do: which files belong to which table and month, and which to none. */
  | { kind: 'preview'; months?: Month[]; tables?: string[]; files?: string[]; basePath?: string }
  | { kind: 'delete-preview'; months: Month[]; tables?: string[] }
  | {
      kind: 'delete';
      months: Month[];
      tables?: string[];
      /** Rows that the preview showed, by `TABLE/MONTH`: more or fewer and nothing is deleted. */ expected?: Record<
        string,
        number
      >;
    }
  | { kind: 'restore'; deletion: string }
  /** Reads tables of the warehouse. */
  | { kind: 'report'; tables?: string[]; months?: Month[] }
  | { kind: 'stage-list' }
  /** Removes what no open load needs; with `all` everything. */
  | { kind: 'stage-clean'; all: boolean; dryRun: boolean }
  /** A COPY that runs or has ended: by its statement, or the latest of the batch. */
  | { kind: 'diagnose'; statement?: string }
  /** Longest values of a file against the columns of its table, and the ALTERs that would make room; `apply`: they are run. */
  | { kind: 'widen'; file: string; table?: string; apply: boolean }
  /** Writes the good rows of a file into `FILE.clean` and the others into `FILE.rejected`, beside it or in `folder`. */
  | { kind: 'clean-file'; file: string; table?: string; folder?: string; replace: boolean };

export interface DeletePreview {
  table: string;
  month: Month;
  range: DayRange;
  /** Text of the day, and its rows. */
  days: [day: string, rows: number][];
  rows: number;
  tableRows: number;
  statement: string;
  /** How the rows would come back. */
  recovery: string;
}

export interface WidenProposal {
  column: string;
  nativeType: string;
  limit: number;
  longest: number;
  line?: number;
  proposed: string;
  statement: string;
  applied: boolean;
}

export type MonthTaskResult =
  | { kind: 'preview'; files: MonthFile[]; unmatched: string[]; compute: ComputeInfo; warnings: string[] }
  | { kind: 'delete-preview'; tables: DeletePreview[] }
  | { kind: 'delete'; deletions: DeletionRecord[] }
  | { kind: 'restore'; deletion: DeletionRecord; rows: number }
  | { kind: 'report'; report: MonthReport }
  | { kind: 'stage-list'; stage: string; files: (StageFile & { load?: string; needed: boolean })[] }
  | { kind: 'stage-clean'; removed: StageFile[] }
  | { kind: 'diagnose'; statements: StatementReport[]; compute: ComputeInfo; findings: string[] }
  | { kind: 'widen'; table: string; proposals: WidenProposal[] }
  | { kind: 'clean-file'; clean: string; rejected?: string; rows: number; rejectedRows: number };
