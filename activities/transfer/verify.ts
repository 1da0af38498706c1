import { tableId } from '../../core/types/table';
import type { ReferenceFinding, TableVerification } from '../../core/types/transfer';
import type { ErrorReport } from '../../core/errors/longshore-error';
import { compareFigures, verdictError } from '../../core/verify/compare-aggregates';
import { mergeFigures } from '../../core/verify/figures';
import { addFingerprints, fingerprintError } from '../../core/verify/fingerprint';
import { orphanError, orphanWarning, referencesToCheck } from '../../core/verify/references';
import type { PartRecord, RunTableRecord } from '../../catalog/catalog';
import type { TransferDependencies } from '../dependencies';
import { withHeartbeat } from '../heartbeat';
import { inParallel } from '../in-parallel';
import { columnPairs } from './parts';
import { runContext, runTable } from './run-context';
import type { TableArguments } from './tables';

type VerifyDependencies = Pick<TransferDependencies, 'catalog' | 'databases' | 'movers' | 'types'>;

/** The activities that prove that what is staged is what was read, before anybody sees it. */
export function createVerifyActivities(deps: VerifyDependencies) {
  return {
    /**
     * Compares what the source says of its rows with what the target says of the staged ones, through the figures of the
     * parts where the two do not compare. Throws COUNT_MISMATCH or VALUES_MISMATCH.
     */
    async verifyTable({ runId, table }: TableArguments): Promise<void> {
      const [run, record, parts] = await Promise.all([
        runContext(deps.catalog, runId),
        runTable(deps.catalog, runId, table),
        deps.catalog.parts.list(runId, table),
      ]);
      await deps.catalog.tables.update(runId, table, { phase: 'verifying' });
      const { plan } = record;
      const targetAggregates = await withHeartbeat((signal) =>
        deps.databases.use(run.target, ({ target }) => target.aggregates({ runId, plan }, signal)),
      );
      const rows = String(record.rowsExtracted);
      const isCompared = plan.verify !== 'counts';
      const figures = isCompared ? partFigures(parts) : undefined;
      const { verdict, findings } = compareFigures(
        {
          // Parts are counted by the source itself as it sends them; that count stands in where no more was asked for.
          source: record.sourceAggregates ?? { rows, columns: [] },
          ...(figures && { parts: { rows, columns: figures } }),
          target: targetAggregates,
        },
        isCompared ? plan.columns : [],
      );
      const verification: TableVerification = {
        level: plan.verify,
        rows: { source: verdict.rows.source, target: verdict.rows.target },
        columns: findings,
        references: [],
      };
      await deps.catalog.tables.update(runId, table, { targetAggregates, verification });
      const mismatch = verdictError(table, verdict);
      if (mismatch) throw mismatch;
      await deps.catalog.tables.update(runId, table, { phase: 'ready' });
    },

    /** Reads every staged value back and compares fingerprints with those taken while reading the source. */
    async fingerprintTable({ runId, table }: TableArguments): Promise<void> {
      const [run, record, parts] = await Promise.all([
        runContext(deps.catalog, runId),
        runTable(deps.catalog, runId, table),
        deps.catalog.parts.list(runId, table),
      ]);
      await deps.catalog.tables.update(runId, table, { phase: 'verifying' });
      const { plan } = record;
      const pairs = columnPairs(plan, deps);
      const staging = { runId, plan };
      const read = await withHeartbeat(async (signal, progress) => {
        const ranges = await deps.databases.use(run.target, ({ target }) =>
          target.planReadBack(staging, plan.partBytes),
        );
        return inParallel(ranges, plan.parallel, (range) =>
          deps.movers.fingerprint(
            run.target,
            { ...staging, range, batchRows: plan.batchRows, pairs },
            progress,
            signal,
          ),
        );
      });
      const fingerprint = {
        source: addFingerprints(parts.map(({ result }) => result?.fingerprint ?? '')),
        target: addFingerprints(read.map((slice) => slice.fingerprint)),
      };
      const { verification } = record;
      if (verification)
        await deps.catalog.tables.update(runId, table, { verification: { ...verification, fingerprint } });
      const mismatch = fingerprintError(table, fingerprint);
      if (mismatch) throw mismatch;
      await deps.catalog.tables.update(runId, table, { phase: 'ready' });
    },

    /**
     * Looks for rows that point at nothing, among tables about to be published. Tables that say `references: stop` come
     * back as failed; of the others it warns.
     */
    async checkReferences({
      runId,
      tables,
    }: {
      runId: string;
      tables: string[];
    }): Promise<{ failed: { table: string; error: ErrorReport }[] }> {
      const [run, all] = await Promise.all([runContext(deps.catalog, runId), deps.catalog.tables.list(runId)]);
      const about = all.filter((record) => tables.includes(record.tableId));
      const failed: { table: string; error: ErrorReport }[] = [];
      for (const record of about) {
        const { plan } = record;
        if (plan.references === 'off') continue;
        const references = await withHeartbeat((signal) =>
          inParallel(
            referencesToCheck(
              plan,
              about.map((other) => other.plan),
            ),
            1,
            async ({ key, parent }): Promise<ReferenceFinding> => {
              const found = await deps.databases.use(run.target, ({ target }) =>
                target.countOrphans({ runId, child: plan, key, ...(parent && { parent }) }, signal),
              );
              return { key: key.name, columns: key.columns, to: tableId(key.to), ...found };
            },
          ),
        );
        if (references.length === 0) continue;
        const broken = references.filter(({ orphans }) => orphans > 0);
        const { verification = emptyVerification(record) } = record;
        await deps.catalog.tables.update(runId, record.tableId, {
          verification: { ...verification, references },
          ...(broken.length > 0 &&
            plan.references === 'warn' && {
              warnings: [
                ...new Set([...record.warnings, ...broken.map((finding) => orphanWarning(record.tableId, finding))]),
              ],
            }),
        });
        const first = broken[0];
        if (first && plan.references === 'stop')
          failed.push({ table: record.tableId, error: orphanError(record.tableId, first).toJSON() });
      }
      return { failed };
    },
  };
}

const partFigures = (parts: readonly PartRecord[]) => {
  const figures = parts.flatMap(({ result }) => (result?.figures ? [result.figures] : []));
  return figures.length === 0 ? undefined : figures.reduce((sum, each) => mergeFigures(sum, each));
};

const emptyVerification = ({ plan, rowsExtracted, rowsLoaded }: RunTableRecord): TableVerification => ({
  level: plan.verify,
  rows: { source: String(rowsExtracted), target: String(rowsLoaded) },
  columns: [],
  references: [],
});
