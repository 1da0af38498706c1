import type { StageFile, Warehouse } from '../../connectors/warehouse';
import type { MonthTask } from '../../workflows/month-task/messages';
import { plural } from '../../core/notify/words';
import { prefixOf } from './context';
import { note } from './log';
import type { TaskContext } from './task-context';

export type ListedFile = StageFile & { load?: string; needed: boolean };

/** Batches that are looked at for loads that are still open. */
const BATCHES = 200;

/** Everything in the stage: needed is what a batch that has not completed would go on with. */
export async function listStage(
  { deps, batch }: Pick<TaskContext, 'deps' | 'batch'>,
  warehouse: Warehouse,
): Promise<ListedFile[]> {
  const open = (await deps.catalog.months.batches({ limit: BATCHES })).filter(({ status }) => status !== 'completed');
  const needed = new Set<string>();
  for (const { batchId, target } of open) {
    if (target !== batch.to) continue;
    for (const file of await deps.catalog.months.files(batchId))
      if (file.state !== 'published' && file.state !== 'skipped' && file.state !== 'cancelled')
        needed.add(prefixOf(file));
  }
  return (await warehouse.stage.list('')).map((file) => {
    const prefix = file.name.slice(0, file.name.lastIndexOf('/') + 1);
    const load = /\/(l[0-9a-f]{15})\/$/.exec(prefix)?.[1];
    return { ...file, ...(load !== undefined && { load }), needed: needed.has(prefix) };
  });
}

/** Removes what nobody needs; with `all` everything. Only what Longshore put there: a load's own folder. */
export async function cleanStage(
  context: TaskContext,
  { all, dryRun }: Extract<MonthTask, { kind: 'stage-clean' }>,
  warehouse: Warehouse,
): Promise<StageFile[]> {
  const going = (await listStage(context, warehouse)).filter(
    ({ load, needed }) => load !== undefined && (all || !needed),
  );
  const prefixes = new Set(going.map(({ name }) => name.slice(0, name.lastIndexOf('/') + 1)));
  if (!dryRun) for (const prefix of prefixes) await warehouse.stage.remove(prefix);
  await note(
    context.deps,
    context.ref.runId,
    'info',
    `${plural(going.length, 'file')} of ${plural(prefixes.size, 'load')} ${dryRun ? 'would be ' : ''}removed from the stage`,
  );
  return going.map(({ name, bytes }) => ({ name, bytes }));
}
