import type { QualityFacts } from '../types/quality';

/** Facts of several files of one table and month, as far as days are concerned. `facts` are at least one. */
export function mergeDays(facts: readonly QualityFacts[], name: string): QualityFacts {
  const days = new Map<number, number>();
  for (const { days: own = [] } of facts) for (const [day, rows] of own) days.set(day, (days.get(day) ?? 0) + rows);
  const [first] = facts;
  if (!first) throw new Error('no facts to merge');
  const sum = (pick: (one: QualityFacts) => number): number => facts.reduce((total, one) => total + pick(one), 0);
  return {
    ...first,
    file: name,
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    columns: [],
    missingColumns: [],
    unexpectedColumns: [],
    ...(facts.some((one) => one.days) && { days: [...days].toSorted(([a], [b]) => a - b) }),
    dateNulls: sum(({ dateNulls }) => dateNulls),
    dateInvalid: sum(({ dateInvalid }) => dateInvalid),
    raggedRows: 0,
    encodingFaults: 0,
    rules: [],
    samples: {},
    seconds: sum(({ seconds }) => seconds),
  };
}
