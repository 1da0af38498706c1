import { LongshoreError } from '../errors/longshore-error';
import type { ColumnAggregate, ColumnPlan, TableAggregates } from '../types/transfer';

export type Figure = 'nulls' | 'sum' | 'min' | 'max';

/** One figure of a column on both sides, as the databases wrote it; null where a side gives none. */
export interface FigurePair {
  figure: Figure;
  source: string | null;
  target: string | null;
}

export interface ColumnVerdict {
  /** Name in the source and in the target. */
  source: string;
  target: string;
  /**
   * `equal`: at least one figure of the values was compared, or there are no values, and all that was compared agrees.
   * `not-compared`: nothing but the count of NULLs could be compared, and it agrees.
   */
  verdict: 'equal' | 'different' | 'not-compared';
  different: FigurePair[];
  /** Figures that one side or both cannot give. Empty where there are no values to have figures of. */
  notCompared: Figure[];
}

export interface TableVerdict {
  rows: { source: string; target: string; equal: boolean };
  columns: ColumnVerdict[];
  equal: boolean;
}

/**
 * Compares the figures of both sides column by column. Figures are exact text; numbers are equal when they differ only
 * in zeros that mean nothing (`1.50` and `1.5`). A figure that one side lacks is never counted as equal.
 */
export function compareAggregates(
  source: TableAggregates,
  target: TableAggregates,
  columns: readonly Pick<ColumnPlan, 'source' | 'target'>[],
): TableVerdict {
  const rows = { source: source.rows, target: target.rows, equal: sameFigure(source.rows, target.rows) };
  const verdicts = columns.map((column) =>
    compareColumn(
      column,
      find(source, column.source, column.target),
      find(target, column.target, column.source),
      source.rows,
    ),
  );
  return { rows, columns: verdicts, equal: rows.equal && verdicts.every(({ verdict }) => verdict !== 'different') };
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

const describe = ({ figure, source, target }: FigurePair): string =>
  `${NAMES[figure]} is ${source ?? 'unknown'} in the source and ${target ?? 'unknown'} in the target`;

/** Figures under the side's own name of the column; the other side's name is good enough where that is unknown. */
function find(side: TableAggregates, name: string, otherName: string): ColumnAggregate {
  const found =
    side.columns.find(({ column }) => column === name) ?? side.columns.find(({ column }) => column === otherName);
  if (found === undefined)
    throw new LongshoreError('INTERNAL', `The figures of column ${name} are missing.`, { column: name });
  return found;
}

function compareColumn(
  column: Pick<ColumnPlan, 'source' | 'target'>,
  source: ColumnAggregate,
  target: ColumnAggregate,
  rows: string,
): ColumnVerdict {
  const figures: FigurePair[] = (['nulls', 'sum', 'min', 'max'] as const).map((figure) => ({
    figure,
    source: source[figure],
    target: target[figure],
  }));
  const compared = figures.filter((pair) => pair.source !== null && pair.target !== null);
  const different = compared.filter((pair) => !sameFigure(pair.source!, pair.target!));
  const hasValues = !sameFigure(source.nulls, rows);
  const notCompared = hasValues ? figures.filter((pair) => !compared.includes(pair)).map(({ figure }) => figure) : [];
  const valuesCompared = compared.some(({ figure }) => figure !== 'nulls');
  const verdict = different.length > 0 ? 'different' : valuesCompared || !hasValues ? 'equal' : 'not-compared';
  return { source: column.source, target: column.target, verdict, different, notCompared };
}

const sameFigure = (a: string, b: string): boolean => a === b || plainNumber(a) === plainNumber(b);

/** A number in its shortest plain notation; other text as it is. */
function plainNumber(text: string): string {
  const match = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text);
  if (match === null) return text;
  const [, sign, whole, fraction] = match;
  const digits = fraction === undefined || fraction === '' ? whole! : `${whole!}.${fraction}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}
