/** Staged rows, read back as they will be published. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PartColumn, RangeSpec } from '../../core/types/transfer';
import type { BatchStage, ReadBackRequest, StagingRequest } from '../connector';
import { BatchGatherer, streamed } from './chunks';
import { withMemory, type FileSettings } from './instance';
import { withoutValues } from './masked';
import { carried } from './types';
import { ident } from './sql';
import { attachParts, stagedParts, tableFolder } from './staging';
import { logicalType } from './type-names';

/** Names of staged files that are read in one go. */
interface StagedFiles {
  files: string[];
}

/** Slices of about `partBytes`, each some of the staged files; none when nothing is staged. */
export async function planReadBack(
  settings: FileSettings,
  request: StagingRequest,
  partBytes: number,
): Promise<RangeSpec[]> {
  const folder = await tableFolder(settings, request);
  const files = await stagedParts(folder);
  const counts = await withMemory(settings, { directories: [folder] }, async (session) => {
    const tables = await attachParts(session, files, 'part');
    return Promise.all(tables.map(async (table) => session.count(`SELECT count(*) FROM ${table}`)));
  });
  const ranges: (RangeSpec & { spec: StagedFiles })[] = [];
  for (const [index, file] of files.entries()) {
    const { size } = await stat(file);
    const last = ranges.at(-1);
    if (last && last.estimatedBytes + size <= partBytes) {
      last.spec.files.push(basename(file));
      last.estimatedBytes += size;
      last.estimatedRows += counts[index] ?? 0;
    } else
      ranges.push({
        label: '',
        spec: { files: [basename(file)] },
        estimatedRows: counts[index] ?? 0,
        estimatedBytes: size,
      });
  }
  let first = 0;
  for (const range of ranges) {
    const { length } = range.spec.files;
    range.label = length === 1 ? `staged file ${first + 1}` : `staged files ${first + 1}–${first + length}`;
    first += length;
  }
  return ranges;
}

/**
 * Hands the rows of a slice to `stage`, every column as what its type in the target is. Throws INTERNAL for a slice of
 * another run, PART_CORRUPT when a staged file is gone.
 */
export async function readBack(
  settings: FileSettings,
  request: ReadBackRequest,
  stage: BatchStage,
  signal?: AbortSignal,
): Promise<void> {
  const { plan, range } = request;
  const table = tableId(plan.targetRef);
  const { files } = (range.spec ?? {}) as Partial<StagedFiles>;
  if (!Array.isArray(files))
    throw new LongshoreError('INTERNAL', `The slice "${range.label}" was not made by the DuckDB connector.`, { table });
  const folder = await tableFolder(settings, request);
  const staged = new Set((await stagedParts(folder)).map((file) => basename(file)));
  const missing = files.find((file) => !staged.has(file));
  if (missing !== undefined)
    throw new LongshoreError('PART_CORRUPT', `The staged file ${missing} of ${table} is gone.`, {
      table,
      file: join(folder, missing),
    });
  const columns = plan.columns.map(({ target, targetType }): PartColumn => ({
    name: target,
    nativeType: targetType,
    logical: logicalType(targetType),
  }));
  const apply = stage(columns);
  const gatherer = new BatchGatherer(
    columns.map(({ logical }) => logical),
    request.batchRows,
  );
  const hand = async (batch: Parameters<typeof apply>[0]): Promise<void> => void (await apply(batch));
  const list = columns.map(({ name, logical }) => streamed(carried(ident(name), logical), logical)).join(', ');
  try {
    await withMemory(settings, { directories: [folder], signal }, async (session) => {
      const tables = await attachParts(
        session,
        files.map((file) => join(folder, file)),
        'part',
      );
      for (const from of tables)
        await session.stream(`SELECT ${list} FROM ${from}`, `SELECT count(*) FROM ${from}`, async (chunk) =>
          gatherer.add(chunk, hand),
        );
      await gatherer.finish(hand);
    });
  } catch (error) {
    throw withoutValues(error, plan.columns, { table });
  }
}
