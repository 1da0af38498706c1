import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { MonthPartRecord } from '../../catalog/month';
import type { Warehouse } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import { plural } from '../../core/notify/words';
import { refuseRagged, refuseRounding } from '../../core/month/refusals';
import { isStaging } from '../../core/month/steps';
import type { FilePlan } from '../../core/month/scan-plan';
import { emptyFigures, mergeFigures } from '../../core/quality/scan/figures';
import type { CheckLevel } from '../../core/types/quality';
import type { ScanFigures } from '../../core/types/scan';
import { keyFileName } from '../../storage/month/key-files';
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
import { createMissingTable } from './create-table';
import type { MonthDependencies, PackedPart } from './dependencies';
import { note } from './log';
import { createUploads } from './uploads';
import { warnOfSmallWarehouse } from './warehouse-size';

export interface PackedFile {
  rows: number;
  parts: number;
  /** Why nothing more is to be done about the file. */
  skipped?: string;
}

/** The one pass over a file: counted, cut, packed and uploaded. */
export function createPackActivities(deps: MonthDependencies) {
  return {
    /**
     * Reads a file to its end. Parts that the ledger has are neither read nor uploaded again. Throws FILE_CHANGED,
     * FILE_EMPTY, FILE_UNREADABLE, MONTH_DEFINITION_MISMATCH, TABLE_NOT_FOUND, DISK_FULL.
     */
    async packFile(ref: MonthFileRef): Promise<PackedFile> {
      return withHeartbeat(
        async (signal, progress) => {
          const context = await fileContext(deps, ref);
          const { file } = context;
          if (file.state === 'published' || file.state === 'skipped')
            return { rows: file.rows ?? 0, parts: 0, skipped: file.state };
          await deps.catalog.months.updateFile(file.id, { state: 'packing', startedAt: file.startedAt ?? deps.now() });
          const packed = isStaging(ref)
            ? await deps.warehouses.use(ref, (warehouse) => pass(context, warehouse, signal, progress))
            : await pass(context, undefined, signal, progress);
          // Nobody judges it.
          if (ref.action === 'check' && ref.quality === 'none')
            await deps.catalog.months.updateFile(file.id, { state: 'checked', finishedAt: deps.now() });
          return packed;
        },
        undefined,
        { fileId: ref.fileId },
      );
    },
  };

  async function pass(
    context: FileContext,
    warehouse: Warehouse | undefined,
    signal: AbortSignal,
    progress: BigInt64Array,
  ): Promise<PackedFile> {
    const { ref, batch, table, file, name } = context;
    const plan = await planned(context, warehouse);
    const folder = await deps.loadFolder(file.loadId);
    const known = await usableParts(context, warehouse, plan, folder);
    const uploads = warehouse && createUploads({ ...context, warehouse, folder, deps, signal });
    for (const { result, uploaded } of known) if (uploads && !uploaded) await uploads.add(result);
    const last = known.at(-1)?.result;
    const parts: { result: PackedPart['part']; figures: ScanFigures }[] = known.map(({ result, figures }) => ({
      result,
      figures,
    }));
    try {
      if (!file.packed) await read();
    } finally {
      await uploads?.settled();
    }
    await uploads?.finish();
    const figures = parts.reduce(
      (sum, part) => mergeFigures(sum, part.figures, plan.plan.samples),
      emptyFigures(plan.plan),
    );
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([file.size, ...parts.flatMap(({ result }) => result.blocks ?? [])]))
      .digest('hex');
    await deps.catalog.months.updateFile(file.id, {
      packed: true,
      rows: figures.rows,
      figures,
      ...(warehouse && { fingerprint }),
    });
    await note(
      deps,
      ref.runId,
      'info',
      `${name}: ${plural(figures.rows, 'row')} read${warehouse ? `, ${plural(parts.length, 'part')} in the stage` : ''}`,
    );
    if (figures.rows === 0)
      throw new LongshoreError('FILE_EMPTY', `${file.path} holds no rows.`, { file: file.path, table: table.table });
    const place = { file: file.path, table: table.table };
    const { levels } = table.quality;
    const isJudged = (level: CheckLevel): boolean => ref.quality === 'file' && level === 'critical';
    if (warehouse && !isJudged(levels.columns)) refuseRagged(place, plan.plan, figures);
    if (warehouse && !isJudged(levels.types)) refuseRounding(place, warehouse.kind, plan.plan, figures);
    if (warehouse && ref.action === 'load' && (await isDuplicate(context, fingerprint, warehouse)))
      return { rows: figures.rows, parts: parts.length, skipped: 'loaded before' };
    return { rows: figures.rows, parts: parts.length };

    async function read(): Promise<void> {
      await deps.checkSpace();
      await deps.files.pack(
        {
          path: file.path,
          stamp: { size: file.size, mtimeMs: file.mtimeMs },
          plan: plan.plan,
          ...(warehouse && {
            pack: {
              folder,
              compression: batch.stage.compression,
              level: batch.stage.level,
              partBytes: batch.stage.partBytes,
            },
          }),
          ...(plan.plan.keyColumns.length > 0 && ref.quality === 'file' && { keyFolder: folder }),
          from: last
            ? { byte: last.to, line: last.line + linesOf(known), part: last.part + 1 }
            : { ...plan.firstRow, part: 0 },
        },
        async ({ part, figures, blocks }) => {
          const result = { ...part, blocks };
          await deps.catalog.months.addPart(file.id, result, figures);
          parts.push({ result, figures });
          if (!uploads) return;
          await deps.checkSpace();
          await uploads.add(result);
        },
        progress,
        signal,
      );
    }
  }

  async function planned(context: FileContext, warehouse: Warehouse | undefined): Promise<Plan> {
    const { ref, batch, table, name, file } = context;
    if (!warehouse) {
      // A check needs no warehouse; where there is one, types and widths of the table are checked as well.
      const known = await deps.warehouses
        .use(ref, (open) => describeTable(open, table))
        .catch((error: unknown) => {
          return note(
            deps,
            ref.runId,
            'warning',
            `${name}: types and widths are not checked, since the table cannot be looked at (${messageOf(error)})`,
          );
        });
      return planOf(deps, context, known ?? undefined, modeOf(ref));
    }
    let known = await describeTable(warehouse, table);
    if (!known && table.createTable && ref.action === 'load')
      known = await createMissingTable(deps, warehouse, context);
    if (!known) throw noTable(table, batch.to);
    await warnOfSmallWarehouse(deps, context, warehouse, file.size);
    return planOf(deps, context, known, modeOf(ref));
  }

  /**
   * Parts of an earlier attempt that can be gone on from. Where a part that was not uploaded, or its keys, are no longer on
   * this disk, everything is begun anew.
   */
  async function usableParts(
    { ref, file, table }: FileContext,
    warehouse: Warehouse | undefined,
    { plan }: FilePlan,
    folder: string,
  ): Promise<MonthPartRecord[]> {
    const parts = await deps.catalog.months.parts(file.id);
    const needsKeys = plan.keyColumns.length > 0 && ref.quality === 'file';
    const isThere = async ({ result, uploaded }: MonthPartRecord): Promise<boolean> => {
      const wanted = [
        ...(warehouse && !uploaded ? [result.name] : []),
        ...(needsKeys ? [keyFileName(result.part)] : []),
      ];
      const isPacked = warehouse ? result.name !== '' : true;
      return isPacked && (await Promise.all(wanted.map((name) => exists(join(folder, name))))).every(Boolean);
    };
    if ((await Promise.all(parts.map(isThere))).every(Boolean)) return parts;
    if (warehouse) {
      await warehouse.stage.remove(prefixOf(file));
      const known = await describeTable(warehouse, table);
      // Parts that are packed anew may be cut elsewhere: nothing that was staged of the old ones may stay.
      if (known) await warehouse.dropStaging(file.loadId, known);
    }
    await deps.removeLoadFolder(file.loadId);
    await deps.loadFolder(file.loadId);
    await deps.catalog.months.resetFile(file.id, { size: file.size, mtimeMs: file.mtimeMs, loadId: file.loadId });
    file.packed = false;
    return [];
  }

  async function isDuplicate(context: FileContext, fingerprint: string, warehouse: Warehouse): Promise<boolean> {
    const { ref, batch, table, file, name } = context;
    if (ref.replace || table.load === 'replace' || table.duplicates === 'load') return false;
    const before = await deps.catalog.months.loadedBefore({
      fingerprint,
      table: table.name,
      target: batch.to,
      exceptFile: file.id,
    });
    if (!before) return false;
    const message = `${name} holds exactly what ${before.path} held, which was loaded into ${table.table} as batch ${before.batchId}.`;
    if (table.duplicates === 'fail')
      throw new LongshoreError('FILE_DUPLICATE', message, { file: file.path, table: table.table });
    await warehouse.stage.remove(prefixOf(file));
    await deps.removeLoadFolder(file.loadId);
    await deps.catalog.months.updateFile(file.id, { state: 'skipped', warnings: [message], finishedAt: deps.now() });
    await note(deps, ref.runId, 'warning', message);
    return true;
  }
}

type Plan = Awaited<ReturnType<typeof planOf>>;

/** Physical lines of the last part. */
const linesOf = (parts: readonly MonthPartRecord[]): number => parts.at(-1)?.figures.lines ?? 0;

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
