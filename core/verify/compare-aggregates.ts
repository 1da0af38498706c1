/** Compares column figures of source and target, through those of the parts in between where the two do not compare. */
import { LongshoreError } from '../errors/longshore-error';
import type { LogicalType } from '../types/table';
import type { ColumnAggregate, ColumnFinding, ColumnPlan, TableAggregates, TablePlan } from '../types/transfer';
import type { DatabaseKind } from '../../schemas/constants';
import { sameFigure } from './figure-text';
import { isTemporalText } from './value-text';

export type Figure = 'nulls' | 'sum' | 'min' | 'max';

/** One figure of a column on two sides, as each wrote it; null where a side gives none. */
export interface FigurePair {
  figure: Figure;
  source: string | null;
  target: string | null;
  /** Which two sides these are: source and target unless told. `source` is the first of them, `target` the second. */
  sides?: 'source-parts' | 'parts-target';
}

export interface ColumnVerdict {
  /** Name in the source and in the target. */
  source: string;
  target: string;
  /**
   * `equal`: at least one figure of the values was compared all the way from source to target (for a masked column, from
   * the masked parts to the target), or there are no values, and all that was compared agrees. `not-compared`: no figure
   * of the values could be compared so, and what could agrees.
   */
  verdict: 'equal' | 'different' | 'not-compared';
  /** By the figures of both databases, or by those of the parts between them. */
  by?: 'databases' | 'parts';
  different: FigurePair[];
  /** Figures that one side or both cannot give. Empty where there are no values to have figures of. */
  notCompared: Figure[];
}

export interface TableVerdict {
  rows: { source: string; target: string; equal: boolean };
  columns: ColumnVerdict[];
  equal: boolean;
}

/** A column as far as comparing its figures goes; a plan's columns are such. */
export type ComparedColumn = Pick<ColumnPlan, 'source' | 'target'> &
  Partial<Pick<ColumnPlan, 'sourceType' | 'targetType' | 'logical' | 'mask'>>;

export interface FigureSides {
  source: TableAggregates;
  /** Of the rows as they lie in the parts, masked already. */
  parts?: TableAggregates;
  target: TableAggregates;
}

/**
 * Compares the figures of a table column by column. Source and target are compared directly where both give a figure in
 * the same unit; where they do not, each is compared with the figures of the parts. A masked column is compared between
 * parts and target only, since the source's own figures are of other values. Figures are exact text, and equal when they
 * mean the same value. A figure that one side lacks is never counted as equal. Throws INTERNAL when the figures of a
 * column are missing altogether.
 */
export function compareFigures(
  sides: FigureSides,
  columns: readonly ComparedColumn[],
): { verdict: TableVerdict; findings: ColumnFinding[] } {
  const { source, target } = sides;
  const rows = { source: source.rows, target: target.rows, equal: sameFigure(source.rows, target.rows) };
  const compared = columns.map((column) => compareColumn(column, sides));
  const verdicts = compared.map(({ verdict }) => verdict);
  return {
    verdict: {
      rows,
      columns: verdicts,
      equal: rows.equal && verdicts.every(({ verdict }) => verdict !== 'different'),
    },
    findings: compared.map(({ verdict, nulls }, index): ColumnFinding => {
      const mask = columns[index]!.mask?.rule;
      return {
        source: verdict.source,
        target: verdict.target,
        verdict: verdict.verdict,
        by: verdict.by ?? 'databases',
        nulls,
        ...(mask !== undefined && { mask }),
      };
    }),
  };
}

/** The same between two databases alone. */
export const compareAggregates = (
  source: TableAggregates,
  target: TableAggregates,
  columns: readonly ComparedColumn[],
): TableVerdict => compareFigures({ source, target }, columns).verdict;

/** SQL Server counts text in UTF-16 units, the others in octets of UTF-8. */
export const unitsDiffer = (sourceKind: DatabaseKind, targetKind: DatabaseKind): boolean =>
  (sourceKind === 'mssql') !== (targetKind === 'mssql');

/** Names in the target of the columns whose figures have to be taken of the parts, or nothing could be said about them. */
export function needsPartFigures(plan: Pick<TablePlan, 'columns' | 'sourceKind' | 'targetKind'>): string[] {
  const differ = unitsDiffer(plan.sourceKind, plan.targetKind);
  return plan.columns
    .filter(
      (column) =>
        isMasked(column) ||
        (column.logical.kind === 'text' &&
          (differ ||
            isRewritten(column) ||
            (plan.sourceKind !== plan.targetKind && isTemporalText(column.logical, column.sourceType)))),
    )
    .map(({ target }) => target);
}

/** COUNT_MISMATCH or VALUES_MISMATCH, naming table, columns and both figures; undefined when the verdict is equal. */
export function verdictError(table: string, verdict: TableVerdict): LongshoreError | undefined {
  const { rows } = verdict;
  if (!rows.equal) {
    return new LongshoreError(
      'COUNT_MISMATCH',
      `Table ${table} has ${rows.source} rows in the source and ${rows.target} in the target.`,
      { table },
    );
  }
  const wrong = verdict.columns.filter((column) => column.verdict === 'different');
  const first = wrong[0];
  if (first === undefined) return undefined;
  const sentences = wrong.map(({ target, different }) => `column ${target}: ${different.map(describe).join(', ')}`);
  return new LongshoreError(
    'VALUES_MISMATCH',
    `Table ${table} differs between source and target: ${sentences.join('; ')}.`,
    { table, column: first.target },
  );
}

const NAMES: Record<Figure, string> = {
  nulls: 'number of NULLs',
  sum: 'sum',
  min: 'smallest value',
  max: 'largest value',
};

function describe({ figure, source, target, sides }: FigurePair): string {
  const [first, second] =
    sides === 'source-parts'
      ? ['the source', 'what was read of it']
      : [sides === 'parts-target' ? 'what was read of the source' : 'the source', 'the target'];
  return `${NAMES[figure]} is ${source ?? 'unknown'} in ${first} and ${target ?? 'unknown'} in ${second}`;
}

/** Masked after it was read: the source's own figures are of other values. */
const isMasked = ({ mask }: Pick<ColumnPlan, 'mask'>): boolean => mask !== undefined && mask.rule !== 'sql';

const TEXT_TYPE =
  /^("?name"?|n?text|n?(var)?char(acter)?( varying)?|bpchar|string|(.*\.)?citext|jsonb?|xml|enum|clob)\s*(\(.*\))?$/is;

/** Types that give a value another number of digits than it had in its own notation. */
const OWN_DIGITS =
  /\(\s*\d|^(big|small|tiny)?int$|^(small)?money$|^(float|real|bit|uniqueidentifier|(small)?datetime|date|time|timestamp.*)$/;

/** A value in a notation of its own may come back in other words from a target that stores it as something else than text. */
const isRewritten = ({
  logical,
  sourceType,
  targetType,
}: Pick<ComparedColumn, 'logical' | 'sourceType' | 'targetType'>): boolean =>
  logical?.kind === 'text' &&
  logical.of === 'other' &&
  sourceType !== undefined &&
  targetType !== undefined &&
  sourceType !== targetType &&
  !TEXT_TYPE.test(targetType.trim()) &&
  (isTemporalText(logical, sourceType) || OWN_DIGITS.test(targetType.trim()));

/** All entries of a column: text has one for each unit in the figures of parts. */
function entriesOf(side: TableAggregates, names: readonly string[]): ColumnAggregate[] {
  for (const name of names) {
    const found = side.columns.filter(({ column }) => column === name);
    if (found.length > 0) return found;
  }
  return [];
}

function required(entries: ColumnAggregate[], column: ComparedColumn): ColumnAggregate {
  const [first] = entries;
  if (first === undefined) {
    throw new LongshoreError('INTERNAL', `The figures of column ${column.target} are missing.`, {
      column: column.target,
    });
  }
  return first;
}

const FIGURES = ['nulls', 'sum', 'min', 'max'] as const;

/** What was compared between two sides. */
interface Link {
  compared: Set<Figure>;
  different: FigurePair[];
}

function compareColumn(
  column: ComparedColumn,
  { source, parts, target }: FigureSides,
): { verdict: ColumnVerdict; nulls: string } {
  const { source: name, target: targetName, logical } = column;
  const right = required(entriesOf(target, [targetName, name]), column);
  // The figures of parts go by the target's name.
  const between = parts === undefined ? [] : entriesOf(parts, [targetName, name]);
  const lengths = !isRewritten(column);
  const arrival = link(between, right, { logical, lengths, sides: 'parts-target' });
  if (isMasked(column)) {
    const hasValues = !sameFigure(right.nulls, target.rows);
    return { verdict: judge(column, 'parts', [arrival], arrival.compared, hasValues), nulls: right.nulls };
  }
  const left = required(entriesOf(source, [name, targetName]), column);
  const direct = link([left], right, { logical, lengths });
  const hasValues = !sameFigure(left.nulls, source.rows);
  if (between.length === 0)
    return { verdict: judge(column, 'databases', [direct], direct.compared, hasValues), nulls: left.nulls };
  const departure = link(between, left, { logical, lengths: true, sides: 'source-parts' });
  const chained = hasFigures(departure) && hasFigures(arrival);
  const compared = new Set([...direct.compared, ...(chained ? [...departure.compared, ...arrival.compared] : [])]);
  const verdict = judge(
    column,
    hasFigures(direct) ? 'databases' : 'parts',
    [direct, departure, arrival],
    compared,
    hasValues,
  );
  return { verdict, nulls: left.nulls };
}

const hasFigures = ({ compared }: Link): boolean => [...compared].some((figure) => figure !== 'nulls');

interface LinkOptions {
  logical: LogicalType | undefined;
  /** Sums of lengths of text must agree; where they need not, agreement counts and difference says nothing. */
  lengths: boolean;
  sides?: FigurePair['sides'];
}

/** Compares a side with the entry of the same unit, or of none, among those of another. */
function link(entries: ColumnAggregate[], other: ColumnAggregate, { logical, lengths, sides }: LinkOptions): Link {
  const found: Link = { compared: new Set(), different: [] };
  const [any] = entries;
  if (any === undefined) return found;
  const same = entries.find(({ unit }) => unit === other.unit);
  const isOfLengths = logical?.kind === 'text';
  for (const figure of FIGURES) {
    const entry = figure === 'sum' ? same : (same ?? any);
    const [mine, theirs] = [entry?.[figure] ?? null, other[figure]];
    if (mine === null || theirs === null) continue;
    const isSame = sameFigure(mine, theirs, logical);
    if (!isSame && figure === 'sum' && isOfLengths && !lengths) continue;
    found.compared.add(figure);
    if (isSame) continue;
    const [first, second] = sides === 'source-parts' ? [theirs, mine] : [mine, theirs];
    found.different.push({ figure, source: first, target: second, ...(sides && { sides }) });
  }
  return found;
}

function judge(
  { source, target }: ComparedColumn,
  by: 'databases' | 'parts',
  links: readonly Link[],
  compared: ReadonlySet<Figure>,
  hasValues: boolean,
): ColumnVerdict {
  const different = links.flatMap((each) => each.different);
  const isCompared = [...compared].some((figure) => figure !== 'nulls');
  return {
    source,
    target,
    verdict: different.length > 0 ? 'different' : isCompared || !hasValues ? 'equal' : 'not-compared',
    by,
    different: withoutRepeats(different),
    notCompared: hasValues ? FIGURES.filter((figure) => !compared.has(figure)) : [],
  };
}

/** What source and target differ in need not be told of the parts as well. */
const withoutRepeats = (pairs: FigurePair[]): FigurePair[] =>
  pairs.filter(
    (pair) =>
      pair.sides === undefined || !pairs.some((other) => other.sides === undefined && other.figure === pair.figure),
  );
