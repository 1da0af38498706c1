import type { MonthFileRecord } from '../../catalog/month';
import type { ComputeInfo, StatementReport, Warehouse } from '../../connectors/warehouse';
import { copyFindings } from '../../core/warehouse/copy-findings';
import type { TaskContext } from './task-context';

const STATEMENTS = 20;

/** Statements of COPY with their figures, the virtual warehouse, and what may hold them up. */
export async function diagnose(
  { deps, batch }: TaskContext,
  wanted: string | undefined,
  warehouse: Warehouse,
): Promise<{ statements: StatementReport[]; compute: ComputeInfo; findings: string[] }> {
  const compute = await warehouse.compute();
  const copies = await latest();
  const ids = wanted === undefined ? [...copies.keys()] : [wanted];
  const statements =
    ids.length > 0
      ? await Promise.all(ids.map(async (id) => known(await warehouse.statement(id))))
      : await warehouse.recentStatements(STATEMENTS);
  return { statements, compute, findings: copyFindings(statements, compute) };

  /** Statements that ended are forgotten by some warehouses; the catalog knows what came of those that ended well. */
  function known(report: StatementReport): StatementReport {
    const file = copies.get(report.id);
    if (report.state !== 'unknown' || !file?.copied) return report;
    const { rowsLoaded, seconds, files } = file.copied;
    return {
      ...report,
      state: 'done',
      seconds,
      figures: { ...report.figures, bytes: file.size, rows: rowsLoaded, parts: files },
    };
  }

  /** Of the latest batch, as the catalog has them. */
  async function latest(): Promise<Map<string, MonthFileRecord>> {
    const [record] = (await deps.catalog.months.batches({ batch: batch.name, limit: 20 })).filter(
      ({ action }) => action === 'load',
    );
    if (!record) return new Map();
    const files = await deps.catalog.months.files(record.batchId);
    const found = files.flatMap((file): [string, MonthFileRecord][] => {
      const id = file.copyStatement ?? file.copied?.statementId;
      return id === undefined ? [] : [[id, file]];
    });
    return new Map(found.slice(-STATEMENTS));
  }
}
