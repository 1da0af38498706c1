import { LongshoreError } from '../../core/errors/longshore-error';
import { needsPartFigures } from '../../core/verify/compare-aggregates';
import type { ColumnPair, TablePlan } from '../../core/types/transfer';
import type { ReadRequest } from '../../connectors/connector';
import type { PartChecks, TransferDependencies } from '../dependencies';
import { withHeartbeat } from '../heartbeat';
import { runContext, runTable } from './run-context';
import { currentSnapshot } from './snapshot';

export interface PartArguments {
  runId: string;
  table: string;
  part: number;
}

export interface PartOutcome {
  rows: number;
  bytes: number;
}

/** Epochs count from 1, so a part with this one belongs to none and is read again when the parts are settled. */
const NO_EPOCH = 0;

/** What to read of a table under a snapshot. */
export function readRequest(plan: TablePlan, snapshot: string): ReadRequest {
  const { source, columns, filter } = plan;
  return { table: source.ref, columns, filter, snapshot, orderBy: source.primaryKey?.columns ?? [] };
}

/** What is to be found out about the parts of a table while they are read. */
export function partChecks(plan: TablePlan, deps: Pick<TransferDependencies, 'types'>): PartChecks {
  const isCompared = plan.verify === 'aggregates' || plan.verify === 'fingerprint';
  return {
    figures: isCompared ? needsPartFigures(plan) : [],
    ...(plan.verify === 'fingerprint' && { fingerprint: columnPairs(plan, deps) }),
  };
}

/** Columns of both sides as planned. */
export function columnPairs(
  { columns, targetKind }: TablePlan,
  { types }: Pick<TransferDependencies, 'types'>,
): ColumnPair[] {
  return columns.map(({ source, target, sourceType, targetType, logical }) => ({
    source: { name: source, nativeType: sourceType, logical },
    target: { name: target, nativeType: targetType, logical: types(targetKind).logical(targetType) },
  }));
}

/** The activities that move rows; each part is read once and loaded once, however often they are called. */
export function createPartActivities(deps: Pick<TransferDependencies, 'catalog' | 'movers' | 'parts' | 'types'>) {
  return {
    /** Reads one slice of the source into a Parquet part, and loads it in passing where it can, unless the ledger has it. */
    async extractPart({ runId, table, part }: PartArguments): Promise<PartOutcome> {
      const [run, record, entry] = await Promise.all([
        runContext(deps.catalog, runId),
        runTable(deps.catalog, runId, table),
        deps.catalog.parts.get(runId, table, part),
      ]);
      if (!entry) throw new LongshoreError('INTERNAL', `The ledger has no part ${part} of ${table}.`, { table, part });
      if (entry.result && (await deps.parts.has(runId, table, part)))
        return { rows: entry.result.rows, bytes: entry.result.bytes };
      const { plan } = record;
      await deps.parts.reserve(entry.range.estimatedBytes);
      const { epoch, token } = await currentSnapshot(deps, runId);
      const request = {
        ...readRequest(plan, token),
        range: entry.range,
        file: await deps.parts.path(runId, table, part),
        codec: plan.codec,
        codecLevel: plan.codecLevel,
        batchRows: plan.batchRows,
      };
      const options = {
        alongside: { target: run.target, request: { runId, plan, part, snapshot: token } },
        checks: partChecks(plan, deps),
      };
      const { part: result, staged } = await withHeartbeat((signal, progress) =>
        deps.movers.extract(run.source, request, options, progress, signal),
      );
      if (plan.maxRows !== undefined && record.rowsExtracted + result.rows > plan.maxRows) {
        throw new LongshoreError(
          'MAX_ROWS_EXCEEDED',
          `${table} has more than the ${plan.maxRows} rows that are allowed.`,
          { table },
        );
      }
      // Rows in staging that a worker committed just before it died, and of which nobody knows more: no snapshot.
      await deps.catalog.parts.extracted(runId, table, part, staged === 'doubtful' ? NO_EPOCH : epoch, result);
      if (staged !== 'no') await deps.catalog.parts.loaded(runId, table, part);
      return { rows: result.rows, bytes: result.bytes };
    },

    /** Loads one part into staging, unless the target's own marker says that it is there. */
    async loadPart({ runId, table, part }: PartArguments): Promise<void> {
      const [run, record, entry] = await Promise.all([
        runContext(deps.catalog, runId),
        runTable(deps.catalog, runId, table),
        deps.catalog.parts.get(runId, table, part),
      ]);
      if (!entry?.result)
        throw new LongshoreError('INTERNAL', `Part ${part} of ${table} has not been read.`, { table, part });
      if (entry.loaded) return;
      const { rows, sha256, columns } = entry.result;
      const request = {
        runId,
        plan: record.plan,
        part,
        rows,
        sha256,
        columns,
        file: await deps.parts.path(runId, table, part),
      };
      await withHeartbeat((signal, progress) => deps.movers.load(run.target, request, progress, signal));
      await deps.catalog.parts.loaded(runId, table, part);
    },
  };
}
