import { LongshoreError } from '../../core/errors/longshore-error';
import type { MonthPartRecord } from '../../catalog/month';
import type { Warehouse } from '../../connectors/warehouse';
import { compactDates } from '../../storage/month/date-form';
import { withHeartbeat } from '../heartbeat';
import {
  describeTable,
  fileContext,
  type FileContext,
  type MonthFileRef,
  noTable,
  modeOf,
  planOf,
  prefixOf,
} from './context';
import type { MonthDependencies } from './dependencies';
import { explainCopy } from './explain';
import { note } from './log';

export interface CopiedFile {
  rowsCopied: number;
  rowsStaged: number;
  seconds: number;
}

/** From the stage into a staging table of the load, proven to hold every row once. */
export function createCopyActivities(deps: MonthDependencies) {
  return {
    /**
     * Copies a file whose parts are in the stage, and empties the stage of them. Throws STAGE_INCOMPLETE where parts are
     * missing, COUNT_MISMATCH, and what the warehouse said of a row or value, with its place in the file.
     */
    async copyFile(ref: MonthFileRef): Promise<CopiedFile> {
      return withHeartbeat(
        async (signal, progress) => {
          const context = await fileContext(deps, ref);
          const { batch, table, file, name } = context;
          if (file.state === 'published') return { rowsCopied: 0, rowsStaged: 0, seconds: 0 };
          if (file.state === 'staged' && file.copied) return answer(file.copied);
          return deps.warehouses.use(ref, async (warehouse) => {
            const known = await describeTable(warehouse, table);
            if (!known) throw noTable(table, batch.to);
            const plan = await planOf(deps, context, known, modeOf(ref));
            const parts = await deps.catalog.months.parts(file.id);
            const compact =
              table.format.dateFormat === undefined && warehouse.kind === 'snowflake'
                ? await compactDates(file.path, plan.plan, plan.firstRow)
                : undefined;
            if (!file.copyStatement) await checkStage(context, parts, warehouse).catch(anewIfIncomplete);
            await deps.catalog.months.updateFile(file.id, { state: 'copying' });
            const copied = await warehouse
              .copy(
                {
                  loadId: file.loadId,
                  table: known,
                  columns: plan.columns,
                  prefix: prefixOf(file),
                  parts: parts.map(({ result }) => ({ name: result.name, rows: result.rows, bytes: result.bytes })),
                  format: { ...table.format, ...(compact && { dateFormat: compact }) },
                  compression: batch.stage.compression,
                },
                {
                  ...(file.copyStatement !== undefined && { known: file.copyStatement }),
                  onSubmitted: async (statementId) => {
                    await deps.catalog.months.updateFile(file.id, { copyStatement: statementId });
                    await note(deps, ref.runId, 'info', `${name}: COPY submitted as ${statementId}`);
                  },
                  progress,
                  signal,
                },
              )
              .catch(anewIfIncomplete)
              .catch(async (error: unknown) => {
                throw signal.aborted ? error : await explainCopy(deps, context, plan, parts, error, signal);
              });
            checkCounts(context, copied.rowsLoaded, copied.rowsStaged);
            await deps.catalog.months.updateFile(file.id, { state: 'staged', copied });
            await warehouse.stage.remove(prefixOf(file));
            await deps.removeLoadFolder(file.loadId);
            const loaded = `${name}: ${copied.rowsStaged.toLocaleString('en')} rows copied in ${copied.seconds.toFixed(1)} s`;
            await note(deps, ref.runId, 'info', `${loaded}; file, COPY and staging table agree`);
            return answer(copied);

            /** What is not in the stage is forgotten with all that came of it, so that it is packed and uploaded again. */
            async function anewIfIncomplete(error: unknown): Promise<never> {
              if (error instanceof LongshoreError && error.code === 'STAGE_INCOMPLETE') {
                if (known) await warehouse.dropStaging(file.loadId, known);
                await deps.catalog.months.resetFile(file.id, {
                  size: file.size,
                  mtimeMs: file.mtimeMs,
                  loadId: file.loadId,
                });
              }
              throw error;
            }
          });
        },
        undefined,
        { fileId: ref.fileId },
      );
    },
  };

  /** Every part is there, as long as it was sent. */
  async function checkStage(
    { file }: FileContext,
    parts: readonly MonthPartRecord[],
    { stage }: Pick<Warehouse, 'stage'>,
  ): Promise<void> {
    const found = new Map((await stage.list(prefixOf(file))).map(({ name, bytes }) => [name, bytes]));
    const missing = parts.filter(({ result }) => {
      const bytes = found.get(`${prefixOf(file)}${result.name}`);
      return bytes === undefined || bytes < result.bytes || bytes > result.bytes + PADDING;
    });
    if (missing.length === 0) return;
    throw new LongshoreError(
      'STAGE_INCOMPLETE',
      `${missing.length} of ${parts.length} parts of ${file.path} are not in the stage as they were uploaded: ${missing.map(({ result }) => result.name).join(', ')}.`,
      { file: file.path },
    );
  }
}

/** Encrypted files are padded to a block. */
const PADDING = 64;

function checkCounts({ file, table }: FileContext, copied: number, staged: number): void {
  const rows = file.rows ?? -1;
  if (copied === rows && staged === rows) return;
  throw new LongshoreError(
    'COUNT_MISMATCH',
    `${file.path} has ${rows} rows, COPY loaded ${copied}, and the staging table holds ${staged}.`,
    { file: file.path, table: table.table },
  );
}

const answer = ({
  rowsLoaded,
  rowsStaged,
  seconds,
}: {
  rowsLoaded: number;
  rowsStaged: number;
  seconds: number;
}): CopiedFile => ({
  rowsCopied: rowsLoaded,
  rowsStaged,
  seconds,
});
