/** Files of one table that hold the same days, by their names. */
import { type ErrorReport, LongshoreError } from '../errors/longshore-error';
import { rangeOfMonth } from '../quality/calendar/expected';
import type { MonthTable } from '../types/month';
import type { Matched } from './match-files';
import { formatDay } from './pattern';

export interface Overlaps {
  errors: ErrorReport[];
  warnings: string[];
  /** Files that an error speaks of, with it. */
  faulty: Map<Matched, ErrorReport>;
}

/**
 * Of two files with the same days one is a correction or a copy of the other, and nobody but people can say which. Files
 * of which none is wanted are left alone, and so are tables that expect no range. Several files of one month that a
 * wildcard of one pattern tells apart, as `trades_2024-01_part1.tsv` and `…_part2.tsv`, may well share it: that is told.
 */
export function overlapsOf(
  files: readonly Matched[],
  tables: readonly MonthTable[],
  isWanted: (file: Matched) => boolean,
): Overlaps {
  const found: Overlaps = { errors: [], warnings: [], faulty: new Map() };
  const byTable = new Map<string, Matched[]>();
  for (const file of files) {
    const same = byTable.get(file.table);
    if (same) same.push(file);
    else byTable.set(file.table, [file]);
  }
  for (const table of tables) {
    if (table.expectedRange === 'none') continue;
    compareNeighbours(byTable.get(table.name) ?? [], table, isWanted, found);
  }
  return found;
}

function compareNeighbours(
  files: readonly Matched[],
  { quality }: MonthTable,
  isWanted: (file: Matched) => boolean,
  found: Overlaps,
): void {
  const placed = files
    .map((file) => ({ file, ...(file.range ?? rangeOfMonth(file.month, quality.calendar)) }))
    .toSorted((a, b) => a.from - b.from || a.to - b.to || (a.file.relative < b.file.relative ? -1 : 1));
  const names = new Map<string, Matched>();
  for (const { file, from, to } of placed) {
    const key = `${file.month} ${nameOf(file)}`;
    const twin = file.range ? undefined : names.get(key);
    if (twin && (isWanted(file) || isWanted(twin))) report(twin, file, from, to, found);
    if (!file.range) names.set(key, file);
  }
  /** Of the files so far the one that reaches the farthest: whatever begins before its end overlaps it. */
  let last: (typeof placed)[number] | undefined;
  for (const each of placed) {
    if (last && each.from <= last.to && (isWanted(each.file) || isWanted(last.file))) {
      if (maySharePlace(last.file, each.file))
        found.warnings.push(
          `Several files of \`${each.file.table}\` are of ${each.file.month}; each is checked by itself, so days that only another holds are missing in it.`,
        );
      else report(last.file, each.file, each.from, Math.min(last.to, each.to), found);
    }
    if (!last || each.to > last.to) last = each;
  }
}

const maySharePlace = (a: Matched, b: Matched): boolean =>
  a.pattern !== undefined &&
  a.pattern === b.pattern &&
  a.pattern.hasWildcard &&
  !a.range &&
  !b.range &&
  a.month === b.month &&
  nameOf(a) !== nameOf(b);

const nameOf = ({ relative }: Matched): string => relative.slice(relative.lastIndexOf('/') + 1).toLowerCase();

/** Once for each file: of three that are alike two errors say everything. */
function report(a: Matched, b: Matched, from: number, to: number, { errors, faulty }: Overlaps): void {
  if (faulty.has(a) && faulty.has(b)) return;
  const days = from === to ? formatDay(from) : `${formatDay(from)} to ${formatDay(to)}`;
  const error = new LongshoreError(
    'MONTH_FILES_OVERLAP',
    `${a.relative} and ${b.relative} both hold ${days} of \`${a.table}\`, by their names.`,
    { file: b.path, table: a.table },
  );
  const told = error.toJSON();
  for (const file of [a, b]) if (!faulty.has(file)) faulty.set(file, told);
  errors.push(told);
}
