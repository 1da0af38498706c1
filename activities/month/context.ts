import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { MonthFileRecord } from '../../catalog/month';
import type { Warehouse, WarehouseTable } from '../../connectors/warehouse';
import { LongshoreError } from '../../core/errors/longshore-error';
import { type FilePlan, planFile } from '../../core/month/scan-plan';
import { isStaging } from '../../core/month/steps';
import type { MonthBatch } from '../../core/types/month-batch';
import type { MonthAction, MonthFile, MonthTable } from '../../core/types/month';
import type { QualityMode } from '../../core/types/quality';
import type { MonthDependencies, WarehouseRef } from './dependencies';

/** Which month of which batch, on behalf of which run. */
export interface MonthRef extends WarehouseRef {
  batchId: string;
  month: string;
  quality: QualityMode;
  action: MonthAction;
  /** Rows of the month give way, whatever the definitions say. */
  replace?: boolean;
}

export interface MonthFileRef extends MonthRef {
  fileId: number;
}

export interface FileContext {
  ref: MonthFileRef;
  batch: MonthBatch;
  table: MonthTable;
  file: MonthFileRecord;
  /** Name without folders. */
  name: string;
}

export async function fileContext(deps: MonthDependencies, ref: MonthFileRef): Promise<FileContext> {
  const [{ batch }, file] = await Promise.all([deps.monthBatch(ref), deps.catalog.months.file(ref.fileId)]);
  if (!file) throw new LongshoreError('INTERNAL', `The catalog has no file ${ref.fileId} of batch ${ref.batch}.`);
  return { ref, batch, table: tableOf(batch, file.table), file, name: basename(file.path) };
}

/** Throws CONFIG_UNKNOWN_NAME. */
export function tableOf(batch: MonthBatch, name: string): MonthTable {
  const table = batch.tables.find((candidate) => candidate.name === name);
  if (table) return table;
  const known = batch.tables.map((candidate) => candidate.name).join(', ');
  throw new LongshoreError('CONFIG_UNKNOWN_NAME', `Batch ${batch.name} has no table ${name}; it has ${known}.`);
}

/**
 * What a load of a file is called everywhere: the same for every attempt, and another one when the file has changed. Only
 * letters and digits, since it becomes part of names in the warehouse.
 */
export function loadIdOf(
  batchId: string,
  { path, size, mtimeMs }: Pick<MonthFile, 'path' | 'size' | 'mtimeMs'>,
): string {
  return `l${createHash('sha256')
    .update(JSON.stringify([batchId, path, size, mtimeMs]))
    .digest('hex')
    .slice(0, 15)}`;
}

/** Below which the parts of a load lie in the stage. */
export const prefixOf = ({ batch, loadId }: Pick<MonthFileRecord, 'batch' | 'loadId'>): string =>
  `${batch.replaceAll(/[^A-Za-z0-9_-]/g, '_')}/${loadId}/`;

/**
 * How a run reads its files. Values are looked at even where nobody asked for checks: it costs little beside packing, and a
 * warehouse that would round a value is found out before it does.
 */
export const modeOf = (ref: Pick<MonthRef, 'action' | 'quality'>): { isLoad: boolean; checks: boolean } => ({
  isLoad: isStaging(ref),
  checks: true,
});

/** The table in the warehouse; undefined where there is none. */
export const describeTable = (
  warehouse: Warehouse,
  { table, schema }: MonthTable,
): Promise<WarehouseTable | undefined> => warehouse.describe(table, schema);

export function noTable({ table, schema, name }: MonthTable, environment: string): LongshoreError {
  const shown = schema === undefined ? table : `${schema}.${table}`;
  return new LongshoreError(
    'TABLE_NOT_FOUND',
    `Environment ${environment} has no table ${shown}, into which ${name} is to be loaded.`,
    { environment, table: shown },
    {
      next: 'Create it, or set `createTable: true` in its definition to have it made from the file; where it is there, the user of the environment needs the rights to see it and to write it.',
    },
  );
}

/** What the file is read with, by its header and the table there is. Throws MONTH_DEFINITION_MISMATCH. */
export async function planOf(
  deps: MonthDependencies,
  { table, file }: { table: MonthTable; file: Pick<MonthFile, 'path'> },
  known: WarehouseTable | undefined,
  { isLoad, checks }: { isLoad: boolean; checks: boolean },
): Promise<FilePlan & { firstRow: { byte: number; line: number } }> {
  const header = await deps.files.header(file.path, table.format);
  const planned = planFile({
    table,
    header: header.columns,
    file: file.path,
    ...(known && { columns: known.columns }),
    isLoad,
    checks,
  });
  return { ...planned, firstRow: header.firstRow };
}
