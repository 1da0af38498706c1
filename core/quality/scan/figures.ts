/** Figures of parts add up to those of the file. */
import { CHECKS, type ColumnFacts, type FaultSample } from '../../types/quality';
import type { ScanFigures, ScanPlan } from '../../types/scan';

/** Figures of no rows. */
export function emptyFigures(plan: ScanPlan): ScanFigures {
  return {
    rows: 0,
    bytes: 0,
    lines: 0,
    columns: plan.columns.map(({ name }) => emptyColumn(name)),
    days: [],
    dateNulls: 0,
    dateInvalid: 0,
    raggedRows: 0,
    encodingFaults: 0,
    samples: {},
  };
}

export const emptyColumn = (name: string): ColumnFacts => ({
  name,
  nulls: 0,
  maxCharacters: 0,
  maxBytes: 0,
  badType: 0,
  tooWide: 0,
  nullsForbidden: 0,
});

/**
 * Adds figures of two stretches of one file, in either order. `samples` is how many examples of each check are kept, the
 * first by line.
 */
export function mergeFigures(a: ScanFigures, b: ScanFigures, samples = 1000): ScanFigures {
  const days = new Map(a.days);
  for (const [day, rows] of b.days) days.set(day, (days.get(day) ?? 0) + rows);
  const merged: ScanFigures = {
    rows: a.rows + b.rows,
    bytes: a.bytes + b.bytes,
    lines: a.lines + b.lines,
    columns: a.columns.map((facts, index) => mergeColumn(facts, b.columns[index] ?? emptyColumn(facts.name))),
    days: [...days].toSorted(([first], [second]) => first - second),
    dateNulls: a.dateNulls + b.dateNulls,
    dateInvalid: a.dateInvalid + b.dateInvalid,
    raggedRows: a.raggedRows + b.raggedRows,
    encodingFaults: a.encodingFaults + b.encodingFaults,
    samples: {},
  };
  for (const check of CHECKS) {
    const both = [...(a.samples[check] ?? []), ...(b.samples[check] ?? [])];
    if (both.length > 0 && samples > 0) merged.samples[check] = both.toSorted(byLine).slice(0, samples);
  }
  return merged;
}

const byLine = (a: FaultSample, b: FaultSample): number => (a.line ?? 0) - (b.line ?? 0);

const mergeColumn = (a: ColumnFacts, b: ColumnFacts): ColumnFacts => ({
  name: a.name,
  nulls: a.nulls + b.nulls,
  maxCharacters: Math.max(a.maxCharacters, b.maxCharacters),
  maxBytes: Math.max(a.maxBytes, b.maxBytes),
  badType: a.badType + b.badType,
  tooWide: a.tooWide + b.tooWide,
  nullsForbidden: a.nullsForbidden + b.nullsForbidden,
});
