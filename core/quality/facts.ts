/** What was counted in a file, as the judge takes it. */
import type { Month } from '../types/month';
import type { DuplicateFacts, QualityFacts, RuleFacts } from '../types/quality';
import type { ScanFigures, ScanPlan } from '../types/scan';

export interface CountedFile {
  file: string;
  month?: Month;
  /** Of the whole file. */
  bytes: number;
  /** What it was scanned by, with all checks. */
  plan: ScanPlan;
  /** Names of columns that were expected (undefined: whichever there are) and those that the file has. */
  header: { expected?: readonly string[]; found: readonly string[] };
  /** Of all parts. */
  figures: ScanFigures;
  /** Undefined: there are no key columns, or nobody looked. */
  duplicates?: DuplicateFacts;
  rules: RuleFacts[];
  seconds: number;
}

/** The facts of a file. Names of columns are compared without regard to case, as warehouses do, each as often as it occurs. */
export function factsFromFigures(counted: CountedFile): QualityFacts {
  const { file, month, bytes, plan, header, figures, duplicates, rules, seconds } = counted;
  const expected = header.expected ?? header.found;
  const { rows, dateNulls, dateInvalid, raggedRows, encodingFaults, samples } = figures;
  return {
    mode: 'file',
    file,
    ...(month !== undefined && { month }),
    rows,
    bytes,
    columns: figures.columns.map((column, index) => {
      const planned = plan.columns[index];
      return { ...column, ...(planned && { type: planned.type, ...(planned.width && { width: planned.width }) }) };
    }),
    missingColumns: without(expected, header.found),
    unexpectedColumns: without(header.found, expected),
    ...(plan.dateColumn !== undefined && { days: figures.days }),
    dateNulls,
    dateInvalid,
    raggedRows,
    encodingFaults,
    ...(duplicates && { duplicates }),
    rules,
    samples,
    seconds,
  };
}

/** Names of `all` that `known` does not have, each as often as it has none for it. */
function without(all: readonly string[], known: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const name of known) left.set(fold(name), (left.get(fold(name)) ?? 0) + 1);
  return all.filter((name) => {
    const rest = left.get(fold(name)) ?? 0;
    left.set(fold(name), rest - 1);
    return rest <= 0;
  });
}

const fold = (name: string): string => name.trim().toLowerCase();
