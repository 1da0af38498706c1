/** What was compared of a table before it was published, column by column, with the figures of both sides. */
import type { RunTableRecord } from '../../catalog';
import type {
  ColumnAggregate,
  ColumnFinding,
  ColumnPlan,
  ReferenceFinding,
  TableVerification,
} from '../../core/types/transfer';
import { compareAggregates, type Figure } from '../../core/verify/compare-aggregates';
import { plural } from './format';

/** One figure of a column. `equal` is undefined where the two were not, or not directly, compared. */
export interface FigureProof {
  figure: Figure;
  source: string | null;
  target: string | null;
  equal?: boolean;
}

export interface ColumnProof extends ColumnFinding {
  figures: FigureProof[];
  /** What lengths of text are counted in on either side, where that is not the same. */
  units?: { source: string; target: string };
}

export interface TableProof {
  equal: boolean;
  level: TableVerification['level'];
  rows: { source: string; target: string; equal: boolean };
  columns: ColumnProof[];
  references: TableVerification['references'];
  fingerprint?: { source: string; target: string; equal: boolean };
}

const FIGURES = ['nulls', 'sum', 'min', 'max'] as const;

/** Undefined before anything was compared. */
export function verdictOf(record: RunTableRecord): TableProof | undefined {
  const { verification, plan, sourceAggregates, targetAggregates } = record;
  const counted =
    verification?.rows ??
    (sourceAggregates && targetAggregates
      ? { source: sourceAggregates.rows, target: targetAggregates.rows }
      : undefined);
  if (!counted) return undefined;
  const rows = { ...counted, equal: counted.source === counted.target };
  const columns = (verification?.columns ?? findings(record)).map((finding) => columnProof(finding, record));
  const taken = verification?.fingerprint;
  const fingerprint = taken && { ...taken, equal: taken.source === taken.target };
  return {
    equal: rows.equal && fingerprint?.equal !== false && columns.every(({ verdict }) => verdict !== 'different'),
    level: verification?.level ?? plan.verify,
    rows,
    columns,
    references: verification?.references ?? [],
    ...(fingerprint && { fingerprint }),
  };
}

/** Of a run that was recorded without findings, by the figures that it has. */
function findings({ plan, sourceAggregates, targetAggregates }: RunTableRecord): ColumnFinding[] {
  if (!sourceAggregates || !targetAggregates) return [];
  const known = plan.columns.filter(
    (column) =>
      figuresOf(sourceAggregates.columns, column, 'source') && figuresOf(targetAggregates.columns, column, 'target'),
  );
  return compareAggregates(sourceAggregates, targetAggregates, known).columns.map(
    ({ source, target, verdict, by = 'databases' }) => ({ source, target, verdict, by }),
  );
}

type Names = Pick<ColumnPlan, 'source' | 'target'>;

function figuresOf(columns: readonly ColumnAggregate[] | undefined, names: Names, side: keyof Names) {
  const other = side === 'source' ? 'target' : 'source';
  return (
    columns?.find(({ column }) => column === names[side]) ?? columns?.find(({ column }) => column === names[other])
  );
}

function columnProof(
  finding: ColumnFinding,
  { plan, sourceAggregates, targetAggregates }: RunTableRecord,
): ColumnProof {
  const planned = plan.columns.find(({ source, target }) => source === finding.source && target === finding.target);
  // Of a masked column the source's own figures would be of other values.
  const isMasked = finding.mask !== undefined && finding.mask !== 'sql';
  const source = isMasked ? undefined : figuresOf(sourceAggregates?.columns, finding, 'source');
  const target = figuresOf(targetAggregates?.columns, finding, 'target');
  const direct =
    planned && source && target
      ? compareAggregates(
          { rows: sourceAggregates?.rows ?? '', columns: [source] },
          { rows: targetAggregates?.rows ?? '', columns: [target] },
          [planned],
        ).columns[0]
      : undefined;
  const different = new Set(direct?.different.map(({ figure }) => figure));
  const figures = FIGURES.map((figure): FigureProof => {
    const [left, right] = [source?.[figure] ?? null, target?.[figure] ?? null];
    const isCompared = direct !== undefined && left !== null && right !== null && !direct.notCompared.includes(figure);
    return { figure, source: left, target: right, ...(isCompared && { equal: !different.has(figure) }) };
  });
  const isCountedTwice = source && target && source.sum !== null && source.unit !== target.unit;
  return {
    ...finding,
    figures,
    ...(isCountedTwice && { units: { source: unitName(source), target: unitName(target) } }),
  };
}

const unitName = ({ unit }: ColumnAggregate): string => (unit === 'utf16' ? 'UTF-16 units' : 'bytes');

/** One value where both sides agree, both where they do not: `17`, `17 ≠ 18`, `9 / 11`. */
export function figureText(column: ColumnProof, figure: Figure): string {
  const found = column.figures.find((each) => each.figure === figure);
  if (!found || (found.source === null && found.target === null)) return '';
  const { source, target, equal } = found;
  if (equal === false) return `${source ?? 'none'} ≠ ${target ?? 'none'}`;
  if (equal === undefined && source !== null && target !== null && source !== target) return `${source} / ${target}`;
  return source ?? target ?? '';
}

export const columnName = ({ source, target }: Names): string => (source === target ? source : `${source} → ${target}`);

/** `equal`, `different`, `not compared`; with how it was proven where that is not the plain way. */
export function resultText({ verdict, by, mask }: ColumnProof): string {
  const word = verdict === 'not-compared' ? 'not compared' : verdict;
  return verdict === 'equal' && by === 'parts' && mask === undefined ? `${word} by parts` : word;
}

/** `customer_id → public.customers (fk): every row has its parent`. */
export function referenceText({ key, columns, to, orphans, samples }: ReferenceFinding): string {
  const examples = samples.map((values) => (values.length === 1 ? values[0]! : `(${values.join(', ')})`)).join(', ');
  const broken = `${plural(orphans, 'row')} without a parent${examples === '' ? '' : `, e.g. ${examples}`}`;
  return `${columns.join(', ')} → ${to} (${key}): ${orphans === 0 ? 'every row has its parent' : broken}`;
}

/** What was compared of a table, in a few words. */
export function comparedText({ plan, sourceAggregates }: RunTableRecord, proof: TableProof | undefined): string {
  if (!proof) return plan.verify === 'none' ? 'not asked for' : sourceAggregates ? 'source only' : '';
  if (!proof.rows.equal) return 'rows differ';
  const differing = proof.columns.filter(({ verdict }) => verdict === 'different').length;
  if (differing > 0) return `${plural(differing, 'column')} differ`;
  if (proof.fingerprint?.equal === false) return 'fingerprint differs';
  const equal = proof.columns.filter(({ verdict }) => verdict === 'equal').length;
  const columns = equal > 0 ? [`${equal} of ${plural(proof.columns.length, 'column')}`] : [];
  const whole = proof.fingerprint ? ['fingerprint'] : [];
  const orphans = proof.references.reduce((sum, each) => sum + each.orphans, 0);
  const broken = orphans > 0 ? `; ${plural(orphans, 'orphan')}` : '';
  return `${['rows', ...columns, ...whole].join(', ')} equal${broken}`;
}
