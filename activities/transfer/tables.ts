import { evenPartBytes } from '../../core/plan/part-size';
import { checkShrunk } from '../../core/verify/shrunk';
import type { TransferDependencies } from '../dependencies';
import { withHeartbeat } from '../heartbeat';
import { readRequest } from './parts';
import { runContext, runTable } from './run-context';
import { currentSnapshot } from './snapshot';

export interface TableArguments {
  runId: string;
  table: string;
}

/** The activities that prepare, finish and check one table. */
export function createTableActivities(deps: Pick<TransferDependencies, 'catalog' | 'databases' | 'parts' | 'now'>) {
  return {
    /** Makes the staging table and cuts the source into parts. Returns how many there are. */
    async prepareTable({ runId, table }: TableArguments): Promise<{ parts: number }> {
      const [run, record] = await Promise.all([runContext(deps.catalog, runId), runTable(deps.catalog, runId, table)]);
      const { token } = await currentSnapshot(deps, runId);
      const { plan } = record;
      const partBytes = evenPartBytes(plan.source.estimatedBytes, plan.partBytes, plan.parallel);
      return withHeartbeat(async () => {
        const [ranges] = await Promise.all([
          deps.databases.use(run.source, ({ source }) =>
            source.planRanges({ ...readRequest(plan, token), schema: plan.source }, partBytes),
          ),
          deps.databases.use(run.target, ({ target }) => target.prepare({ runId, plan })),
          deps.catalog.tables.update(runId, table, { phase: 'copying', startedAt: record.startedAt ?? deps.now() }),
        ]);
        return { parts: await deps.catalog.parts.plan(runId, table, ranges) };
      });
    },

    /** Column figures by the source's own SQL. Returns the epoch they hold for. */
    async measureSource({ runId, table }: TableArguments): Promise<{ epoch: number }> {
      const [run, { plan }] = await Promise.all([
        runContext(deps.catalog, runId),
        runTable(deps.catalog, runId, table),
      ]);
      const { epoch, token } = await currentSnapshot(deps, runId);
      // Of a masked column the source's own figures would be clear values; its parts have figures of their own.
      const columns = plan.columns.filter(({ mask }) => mask === undefined || mask.rule === 'sql');
      const request = { ...readRequest(plan, token), columns };
      const sourceAggregates = await withHeartbeat((signal) =>
        deps.databases.use(run.source, ({ source }) => source.aggregates(request, signal)),
      );
      await deps.catalog.tables.update(runId, table, { sourceAggregates });
      return { epoch };
    },

    /**
     * Makes sure that all parts belong to the current snapshot: parts read under an earlier one are proven unchanged, or
     * marked to be read again. `stale` parts mean that staging was emptied and every part is to be loaded anew.
     */
    async settleParts({ runId, table }: TableArguments): Promise<{ epoch: number; stale: number }> {
      const { epoch, token } = await currentSnapshot(deps, runId);
      const parts = await deps.catalog.parts.list(runId, table);
      const doubtful = parts.filter((part) => part.result && part.epoch !== epoch);
      if (doubtful.length === 0) return { epoch, stale: 0 };
      const [run, { plan }] = await Promise.all([
        runContext(deps.catalog, runId),
        runTable(deps.catalog, runId, table),
      ]);
      return withHeartbeat(async () => {
        const stale: number[] = [];
        for (const oldEpoch of new Set(doubtful.map((part) => part.epoch))) {
          const old = oldEpoch === undefined ? undefined : await deps.catalog.snapshots.get(runId, oldEpoch);
          const group = doubtful.filter((part) => part.epoch === oldEpoch);
          const slices = group.map((part) => ({ range: part.range, rows: part.result?.rows ?? 0 }));
          const unchanged = old
            ? await deps.databases.use(run.source, ({ source }) =>
                source.unchangedSince(readRequest(plan, token), old.token, slices),
              )
            : [];
          await deps.catalog.parts.renew(
            runId,
            table,
            group.filter((_, index) => unchanged[index]).map((part) => part.part),
            epoch,
          );
          stale.push(...group.filter((_, index) => !unchanged[index]).map((part) => part.part));
        }
        if (stale.length > 0) {
          await deps.databases.use(run.target, ({ target }) => target.reset({ runId, plan }));
          await deps.catalog.parts.invalidate(runId, table, stale);
        }
        return { epoch, stale: stale.length };
      });
    },

    /** Builds keys and indexes on staging, unless the table is suspiciously small (SOURCE_SHRUNK). */
    async finishTable({ runId, table }: TableArguments): Promise<void> {
      const [run, record] = await Promise.all([runContext(deps.catalog, runId), runTable(deps.catalog, runId, table)]);
      const { plan, rowsExtracted: rows } = record;
      if (plan.minPercentOfLast > 0) {
        const { name, target } = run.run;
        const last = await deps.catalog.tables.lastPublished({ runId, name, target, tableId: table });
        const shrunk = checkShrunk({ table, rows, last, plan });
        if (shrunk) throw shrunk;
      }
      await deps.catalog.tables.update(runId, table, { phase: 'indexing' });
      await withHeartbeat((signal) =>
        deps.databases.use(run.target, ({ target }) => target.finish({ runId, plan }, signal)),
      );
    },
  };
}
