/** What the failed files of a folder have in common: a hundred of them read as the three things that are wrong. */
import { CATALOGUE, isErrorCode } from '../errors/catalogue';
import { type ErrorClass, errorClassOf } from './error-report';

export interface FileErrorFinding {
  code: string;
  class: ErrorClass;
  /** Files that failed with it. */
  count: number;
  /** Of all that failed, in per cent. */
  percent: number;
  /** What it means and why it usually happens, from the catalogue. */
  what: string;
  why: string;
  next: string;
  /** Whether the same file may go through when it is simply tried again. */
  passing: boolean;
  example?: FileErrorExample;
}

export interface FileErrorExample {
  path: string;
  table?: string;
  line?: number;
  column?: string;
  message: string;
}

export interface FileErrorAnalysis {
  failed: number;
  /** Counts by class, the most frequent first. */
  classes: { class: ErrorClass; count: number }[];
  /** By code, the most frequent first. */
  findings: FileErrorFinding[];
}

/** What failed files have in common. */
export function analyseFileErrors(
  errors: readonly { code: string; count: number; example?: FileErrorExample }[],
): FileErrorAnalysis {
  const failed = errors.reduce((total, { count }) => total + count, 0);
  const findings = errors
    .map(({ code, count, example }): FileErrorFinding => {
      const entry = CATALOGUE[isErrorCode(code) ? code : 'INTERNAL'];
      return {
        code,
        class: errorClassOf(code),
        count,
        percent: failed === 0 ? 0 : Math.round((count / failed) * 1000) / 10,
        what: entry.what,
        why: entry.why,
        next: entry.next,
        passing: entry.retryable,
        ...(example && { example }),
      };
    })
    .toSorted((a, b) => b.count - a.count || compare(a.code, b.code));
  const counts = new Map<ErrorClass, number>();
  for (const { class: kind, count } of findings) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const classes = [...counts].map(([kind, count]) => ({ class: kind, count })).toSorted((a, b) => b.count - a.count);
  return { failed, classes, findings };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
