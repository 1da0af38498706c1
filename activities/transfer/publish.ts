import { tableId } from '../../core/types/table';
import type { TransferDependencies } from '../dependencies';
import { withHeartbeat } from '../heartbeat';
import { runContext, runTable } from './run-context';

export function createPublishActivities(
  deps: Pick<TransferDependencies, 'catalog' | 'databases' | 'now'> & { lockTimeoutMs: number },
) {
  return {
    /**
     * Switches the tables to their new rows, all at once. An error of one table names it in `place.table`, and nothing
     * has been published then.
     */
    async publishTables({ runId, tables }: { runId: string; tables: string[] }): Promise<void> {
      const run = await runContext(deps.catalog, runId);
      const records = await Promise.all(tables.map((table) => runTable(deps.catalog, runId, table)));
      const request = {
        runId,
        tables: records.map(({ plan, rowsLoaded }) => ({ plan, rows: rowsLoaded })),
        lockTimeoutMs: deps.lockTimeoutMs,
      };
      const result = await withHeartbeat((signal) =>
        deps.databases.use(run.target, ({ target }) => target.publish(request, signal)),
      );
      await Promise.all(
        records.map(({ plan, warnings }) =>
          deps.catalog.tables.update(runId, tableId(plan.targetRef), {
            phase: 'published',
            lockedMs: result.lockedMs,
            warnings: [...new Set([...warnings, ...result.warnings])],
            finishedAt: deps.now(),
          }),
        ),
      );
    },
  };
}
