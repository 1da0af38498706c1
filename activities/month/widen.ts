import type { Warehouse, WarehouseTable } from '../../connectors/warehouse';
import type { FilePlan } from '../../core/month/scan-plan';
import type { ScanFigures } from '../../core/types/scan';
import { widenings } from '../../core/warehouse/widen';
import type { WidenProposal } from '../../workflows/month-task/messages';

/** What would make room for the longest values of a file, column by column; empty where all of them fit. */
export function proposeWidening(
  warehouse: Pick<Warehouse, 'kind'>,
  known: WarehouseTable,
  { columns }: Pick<FilePlan, 'columns'>,
  figures: ScanFigures,
): WidenProposal[] {
  const longest = figures.columns.map(({ name, maxCharacters, maxBytes }, index) => {
    const line = figures.samples.widths?.find((sample) => sample.column === name)?.line;
    return {
      column: columns[index] ?? name,
      characters: maxCharacters,
      bytes: maxBytes,
      ...(line !== undefined && { line }),
    };
  });
  return widenings(warehouse.kind, known, longest).map((proposal) => ({ ...proposal, applied: false }));
}

/** Runs the proposals one by one. The first that is refused ends it; those before it stay. */
export async function applyWidening(
  warehouse: Warehouse,
  proposals: readonly WidenProposal[],
): Promise<WidenProposal[]> {
  const applied: WidenProposal[] = [];
  for (const proposal of proposals) {
    await warehouse.execute({ sql: proposal.statement });
    applied.push({ ...proposal, applied: true });
  }
  return applied;
}
