/**
 * Column figures of the rows of a part, in the notation of the databases' own (see connectors/postgres/aggregates.ts), so
 * that they can stand between the figures of a source and those of a target that do not compare with one another.
 */
import type { ColumnBatch } from '../columnar/batch';
import type { ColumnAggregate, PartColumn } from '../types/transfer';
import { columnFigures } from './column-figures';
import { orderFigures } from './figure-text';
import { decimalFigure } from './value-text';

export interface Figures {
  /** Columns in the order that `createFigures` was given. */
  add(batch: ColumnBatch): void;
  /**
   * Figures of all rows so far. A column of text has two entries, the sum of lengths in octets of UTF-8 and, with `unit`,
   * in UTF-16 units.
   */
  result(): ColumnAggregate[];
}

/** Gathers figures of every column; they carry the names given here. */
export function createFigures(columns: readonly PartColumn[]): Figures {
  const gathered = columns.map(columnFigures);
  return {
    add({ rows, columns: vectors }) {
      for (const [index, figures] of gathered.entries()) figures.add(vectors[index]!, rows);
    },
    result: () =>
      gathered.flatMap((figures, index): ColumnAggregate[] => {
        const { nulls, sum, min, max, utf16 } = figures.result();
        const octets = { column: columns[index]!.name, nulls: String(nulls), sum, min, max };
        return utf16 === undefined ? [octets] : [octets, { ...octets, sum: utf16, unit: 'utf16' }];
      }),
  };
}

/** The entries of one column: `plain` alone is a number or the like, both together text. `units` alone: see `mergeFigures`. */
interface Entries {
  plain?: ColumnAggregate;
  units?: ColumnAggregate;
}

/**
 * Figures of two sets of rows as those of both together. Where one holds a column as text and the other as something
 * else, nothing but the number of NULLs can be given: such a column comes back with its `utf16` entry alone, all else
 * null, and stays so whatever is merged with it.
 */
export function mergeFigures(a: readonly ColumnAggregate[], b: readonly ColumnAggregate[]): ColumnAggregate[] {
  const [left, right] = [byColumn(a), byColumn(b)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((column) => {
    const [first, second] = [left.get(column), right.get(column)];
    // Figures of some rows only are figures of none.
    if (first === undefined || second === undefined)
      return [mixed(column, nullsOf(first ?? {}), nullsOf(second ?? {}))];
    return mergeColumn(column, first, second);
  });
}

function byColumn(figures: readonly ColumnAggregate[]): Map<string, Entries> {
  const columns = new Map<string, Entries>();
  for (const entry of figures) {
    const entries = columns.get(entry.column) ?? {};
    entries[entry.unit === 'utf16' ? 'units' : 'plain'] = entry;
    columns.set(entry.column, entries);
  }
  return columns;
}

function mergeColumn(column: string, a: Entries, b: Entries): ColumnAggregate[] {
  const isMixed = !a.plain || !b.plain || (!!a.units !== !!b.units && hasValues(a.plain) && hasValues(b.plain));
  if (isMixed) return [mixed(column, nullsOf(a), nullsOf(b))];
  const pair: [ColumnAggregate, ColumnAggregate] = [a.plain!, b.plain!];
  const isText = a.units && b.units ? true : hasValues(pair[0]) ? !!a.units : !!b.units;
  const merged = mergeEntries(...pair);
  if (!isText) return [merged];
  return [merged, { ...mergeEntries(a.units ?? noValues(pair[0]), b.units ?? noValues(pair[1])), unit: 'utf16' }];
}

const mixed = (column: string, a: string, b: string): ColumnAggregate => ({
  ...noValues({ column, nulls: addExact(a, b) }),
  unit: 'utf16',
});

const noValues = ({ column, nulls }: Pick<ColumnAggregate, 'column' | 'nulls'>): ColumnAggregate => ({
  column,
  nulls,
  sum: null,
  min: null,
  max: null,
});

const nullsOf = ({ plain, units }: Entries): string => (plain ?? units)?.nulls ?? '0';

/** Every kind of column has at least one figure as soon as it has a value. */
const hasValues = ({ sum, min, max }: ColumnAggregate): boolean => sum !== null || min !== null || max !== null;

function mergeEntries(a: ColumnAggregate, b: ColumnAggregate): ColumnAggregate {
  const nulls = addExact(a.nulls, b.nulls);
  const { column } = a;
  if (!hasValues(a) || !hasValues(b)) return { ...(hasValues(a) ? a : b), column, nulls };
  return {
    column,
    nulls,
    sum: a.sum === null || b.sum === null ? null : addExact(a.sum, b.sum),
    min: chosen(a.min, b.min, -1),
    max: chosen(a.max, b.max, 1),
  };
}

function chosen(a: string | null, b: string | null, sign: -1 | 1): string | null {
  if (a === null || b === null) return null;
  const order = orderFigures(a, b);
  return order === undefined ? null : order * sign >= 0 ? a : b;
}

/** Sum of two plain decimals. */
function addExact(a: string, b: string): string {
  const [left, right] = [splitPoint(a), splitPoint(b)];
  const scale = Math.max(left.scale, right.scale);
  const total = left.unscaled * 10n ** BigInt(scale - left.scale) + right.unscaled * 10n ** BigInt(scale - right.scale);
  return decimalFigure(total, scale);
}

function splitPoint(text: string): { unscaled: bigint; scale: number } {
  const [whole = '0', fraction = ''] = text.split('.');
  return { unscaled: BigInt(whole + fraction), scale: fraction.length };
}
