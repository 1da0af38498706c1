import type { Warehouse } from '../../connectors/warehouse';
import { formatBytes } from '../../core/units';
import type { FileContext } from './context';
import type { MonthDependencies } from './dependencies';
import { note } from './log';

/** Sizes that copy one part of a large file after the other rather than many at once. */
const SMALL = /^x-?small$|^small$/i;

/** A large file on a small virtual warehouse takes hours rather than minutes: worth a word before it does. */
export async function warnOfSmallWarehouse(
  deps: Pick<MonthDependencies, 'catalog'>,
  { ref, batch, file, name }: FileContext,
  warehouse: Warehouse,
  bytes: number,
): Promise<void> {
  if (bytes < batch.warnAboveBytes) return;
  const { name: compute, size } = await warehouse.compute();
  if (size === undefined || !SMALL.test(size)) return;
  const message = `${name} has ${formatBytes(bytes)}, and warehouse ${compute ?? ''} is ${size}: a larger one copies it in a fraction of the time at the same cost.`;
  await deps.catalog.months.updateFile(file.id, { warnings: [...new Set([...file.warnings, message])] });
  await note(deps, ref.runId, 'warning', message);
}
