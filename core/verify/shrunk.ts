/** A source that is suspiciously empty is taken for a fault before the target loses its rows. */
import { LongshoreError } from '../errors/longshore-error';
import { tableId } from '../types/table';
import type { RowFilter, TablePlan } from '../types/transfer';
import { instantOf } from './temporal-text';

type Checked = Pick<TablePlan, 'source' | 'filter' | 'mode' | 'minPercentOfLast'>;

/** The table as the last run that published it left it. */
export interface LastRows {
  runId: string;
  finishedAt?: Date;
  rows: number;
  plan: Pick<TablePlan, 'source' | 'filter'>;
}

export interface ShrunkQuestion {
  /** `schema.name` in the target. */
  table: string;
  rows: number;
  last: LastRows | undefined;
  plan: Checked;
}

/**
 * SOURCE_SHRUNK when a table has fewer rows than `minPercentOfLast` per cent of its last good run; undefined when it has
 * enough, or when the two runs do not compare (see `shrunkNote`). A table that is appended to loses no rows and is not
 * checked.
 */
export function checkShrunk({ table, rows, last, plan }: ShrunkQuestion): LongshoreError | undefined {
  const { minPercentOfLast: least, mode } = plan;
  if (last === undefined || least <= 0 || mode === 'append' || otherRows(plan, last.plan) !== undefined)
    return undefined;
  if (rows * 100 >= last.rows * least) return undefined;
  const when = last.finishedAt ? ` of ${last.finishedAt.toISOString().slice(0, 16).replace('T', ' ')}Z` : '';
  const percent = Math.floor((rows / last.rows) * 1000) / 10;
  return new LongshoreError(
    'SOURCE_SHRUNK',
    `Table ${table} has ${counted(rows)}, and had ${counted(last.rows)} in run ${last.runId}${when}: ${percent} % of them, where at least ${least} % are expected.`,
    { table },
  );
}

/** Why the number of rows was not held against the last good run; undefined when it was, or nobody asked for it. */
export function shrunkNote({ table, last, plan }: ShrunkQuestion): string | undefined {
  if (last === undefined || plan.minPercentOfLast <= 0 || plan.mode === 'append') return undefined;
  const why = otherRows(plan, last.plan);
  return why && `${table}: rows were not compared with run ${last.runId}, which had ${why}.`;
}

const counted = (rows: number): string => (rows === 1 ? '1 row' : `${rows} rows`);

/** What makes the rows of two runs incomparable. Columns that are left out change no number of rows. */
function otherRows(now: Pick<TablePlan, 'source' | 'filter'>, last: LastRows['plan']): string | undefined {
  if (tableId(now.source.ref) !== tableId(last.source.ref)) return 'another source table';
  const [a, b] = [now.filter, last.filter];
  if ((a.where ?? '').trim() !== (b.where ?? '').trim()) return 'another condition';
  if (a.limit !== b.limit) return 'another limit';
  if (a.dates?.column !== b.dates?.column) return 'another date filter';
  return isWithin(a.dates, b.dates) ? undefined : 'a different range of dates';
}

type Dates = RowFilter['dates'];

/**
 * Whether at least half of the last run's range of dates lies in this one's. A window that has moved on by a whole month
 * may well hold fewer rows, above all while the month is young.
 */
function isWithin(now: Dates, last: Dates): boolean {
  if (now === undefined || last === undefined) return true;
  const [from, until] = [bound(now.from, -Infinity), bound(now.until, Infinity)];
  const [lastFrom, lastUntil] = [bound(last.from, -Infinity), bound(last.until, Infinity)];
  // Without an end of its own a range has no half; then it must not begin later, or end earlier, than before.
  if (!Number.isFinite(lastUntil - lastFrom)) return from <= lastFrom && until >= lastUntil;
  return Math.min(until, lastUntil) - Math.max(from, lastFrom) >= (lastUntil - lastFrom) / 2;
}

function bound(text: string | undefined, open: number): number {
  if (text === undefined) return open;
  const instant = instantOf(text);
  return typeof instant === 'bigint' ? Number(instant / 1_000_000n) : open;
}
