import { basename, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { MonthBatchRecord, MonthFileRecord } from '../../catalog/month';
import { CATALOGUE } from '../../core/errors/catalogue';
import { LongshoreError } from '../../core/errors/longshore-error';
import { matchFiles, noFilesError } from '../../core/month/match-files';
import { plural } from '../../core/notify/words';
import { checkProtected, checkWritable } from '../../core/plan/safety';
import type { MonthBatch } from '../../core/types/month-batch';
import type { Month, MonthFile } from '../../core/types/month';
import { findFiles } from '../../storage/month/find-files';
import { statFiles } from '../../storage/month/stat-files';
import type { MonthBatchInput } from '../../workflows/month-batch/messages';
import type { MonthFileProgress } from '../../workflows/month-load/messages';
import { beginRun } from '../begin-run';
import { withHeartbeat } from '../heartbeat';
import { describeTable, loadIdOf, type MonthRef, prefixOf } from './context';
import type { MonthDependencies } from './dependencies';
import { note } from './log';

export interface PlannedMonth {
  month: Month;
  files: number;
}

export interface PlannedBatch {
  target: string;
  parallelMonths: number;
  parallelFiles: number;
  months: PlannedMonth[];
}

export interface PlanBatchArguments {
  runId: string;
  temporalRunId: string;
  input: MonthBatchInput;
}

/** More files than this below a folder are not what a batch is made for. */
const MAX_FILES = 200_000;

/** Finding files, and deciding which month and table each belongs to. Nothing is read or written but the catalog. */
export function createMonthPlanActivities(deps: MonthDependencies) {
  return {
    /** Records the run, finds the files of its months, and begins the checkpoint or goes on with it. */
    async planBatch({ runId, temporalRunId, input }: PlanBatchArguments): Promise<PlannedBatch> {
      return withHeartbeat(async (signal) => {
        const { batch, basePath } = await deps.monthBatch(input);
        const { configVersion, triggeredBy, reason } = input;
        await beginRun(deps, {
          runId,
          temporalRunId,
          kind: 'month',
          name: input.batch,
          target: batch.to,
          configVersion,
          triggeredBy,
          ...(reason !== undefined && { reason }),
          dryRun: input.action === 'check',
          input,
        });
        if (input.action === 'load') await refuseForbidden(batch, input);
        const earlier = input.resume ? await deps.catalog.months.batch(input.batchId) : undefined;
        if (earlier) await earlierEnded(earlier, runId, signal);
        const wanted = earlier ? leftOf(earlier) : input.months;
        // Without a word on months, all are meant that there are files of.
        const found = await filesOf(
          batch,
          input.basePath ?? basePath,
          input,
          wanted.length > 0 || earlier ? wanted : undefined,
        );
        const months = wanted.length > 0 ? wanted : monthsOf(found);
        if (months.length === 0)
          throw earlier ? nothingLeft(input.batchId) : nothingThere(batch, input.basePath ?? basePath);
        const record = await begin(batch, runId, { ...input, months: earlier?.months ?? months });
        const planned = await Promise.all(months.map((month) => addMonth(record, batch, month, found)));
        await note(
          deps,
          runId,
          'info',
          `${input.action} of ${plural(months.length, 'month')} into ${batch.to} as batch ${record.batchId}`,
          {
            months,
          },
        );
        for (const warning of found.warnings) await note(deps, runId, 'warning', warning);
        for (const { code, message } of straysOf(found)) await note(deps, runId, 'warning', `${code}: ${message}`);
        return {
          target: batch.to,
          parallelMonths: input.parallel ?? batch.parallel.months,
          parallelFiles: batch.parallel.files,
          months: planned,
        };
      });
    },

    /** The files of a month and how far each is; those that failed are tried again, unless the run goes on. Throws MONTH_NO_FILES. */
    async openMonth({ continued, ...ref }: MonthRef & { continued?: boolean }): Promise<MonthFileProgress[]> {
      await deps.catalog.months.moveMonth(ref.batchId, ref.month, 'current');
      const files = await deps.catalog.months.files(ref.batchId, ref.month);
      if (files.length === 0) throw await nothingFor(ref);
      if (!continued) for (const file of files.filter(isOver)) await again(file);
      return files.map((file) => progressOf(file, continued));
    },
  };

  /** Months of a run that was ended from outside still tidy up: what this run does must not be under their hands. */
  async function earlierEnded(earlier: MonthBatchRecord, runId: string, signal: AbortSignal): Promise<void> {
    for (const run of earlier.runs.filter((each) => each !== runId))
      for (const month of leftOf(earlier))
        while (await deps.isRunOpen(`${run}/${month}`)) await setTimeout(500, undefined, { signal });
  }

  /** What an outage interrupted is gone on with; what failed for a reason that stays was tidied up and begins anew. */
  async function again(file: MonthFileRecord): Promise<void> {
    const { id, size, mtimeMs, loadId, error } = file;
    if (file.state === 'failed' && error && CATALOGUE[error.code].retryable)
      await deps.catalog.months.updateFile(id, { state: 'waiting' });
    else await deps.catalog.months.resetFile(id, { size, mtimeMs, loadId });
  }

  async function refuseForbidden(batch: MonthBatch, { configVersion, tables }: MonthBatchInput): Promise<void> {
    const rules = await deps.environmentRules({ configVersion, environment: batch.to });
    const wanted = batch.tables.filter(({ name }) => !tables?.length || tables.includes(name));
    const [problem] = [
      ...checkWritable(rules),
      ...wanted.flatMap(({ table, schema = '' }) => checkProtected({ schema, name: table }, rules)),
    ];
    if (problem) throw problem;
  }

  async function begin(batch: MonthBatch, runId: string, input: MonthBatchInput): Promise<MonthBatchRecord> {
    const { batchId, action, configVersion, quality, tables, files, basePath, replace, parallel } = input;
    const record = await deps.catalog.months.begin({
      batchId,
      batch: input.batch,
      status: 'in_progress',
      months: input.months,
      completedMonths: [],
      failedMonths: [],
      currentMonths: [],
      currentFile: 0,
      totalFiles: 0,
      action,
      target: batch.to,
      configVersion,
      qualityMode: quality,
      options: {
        ...(tables && { tables }),
        ...(files && { files }),
        ...(basePath !== undefined && { basePath }),
        ...(replace && { replace }),
        ...(parallel !== undefined && { parallel }),
      },
      runId,
    });
    await deps.catalog.months.checkpoint(batchId, { status: 'in_progress' });
    return record;
  }

  async function filesOf(
    batch: MonthBatch,
    folder: string | undefined,
    { files: named, tables }: MonthBatchInput,
    months: Month[] | undefined,
  ): Promise<Found> {
    if (!named?.length && folder === undefined)
      throw new LongshoreError(
        'USAGE',
        `Batch ${batch.name} has no \`basePath\`, so its files must be named.`,
        { path: `monthBatches.${batch.name}` },
        { next: 'Give --files or --base-path, or set `basePath` in the configuration.' },
      );
    const seen = named?.length
      ? await statFiles(named.map((file) => resolve(file)))
      : await findFiles(folder ?? '', { limit: MAX_FILES });
    const matched = matchFiles(batch, seen, {
      ...(months && { months }),
      ...(tables?.length && { tables }),
      named: Boolean(named?.length),
    });
    if (named?.length && matched.unmatched.length > 0)
      throw new LongshoreError(
        'MONTH_FILE_UNMATCHED',
        `${matched.unmatched.map((path) => basename(path)).join(', ')}: no table of batch ${batch.name} takes a file of such a name.`,
        { file: matched.unmatched[0] ?? '' },
      );
    const [stray] = straysOf(matched);
    if (named?.length && stray) throw new LongshoreError(stray.code, stray.message, stray.place, { next: stray.next });
    return matched;
  }

  async function addMonth(
    record: MonthBatchRecord,
    batch: MonthBatch,
    month: Month,
    found: Found,
  ): Promise<PlannedMonth> {
    const files = found.files.filter((file) => file.month === month);
    const withLoads = files.map((file) => ({ ...file, loadId: loadIdOf(record.batchId, file) }));
    await forgetChanged(record, month, files);
    await deps.catalog.months.addFiles(record.batchId, withLoads);
    // A name that means two things, or days that two files hold, is the fault of its month and tables alone: they are not
    // published without the file, and the others are.
    const refused = found.refused.filter(({ file }) => file.month === month);
    for (const { file, error } of refused) {
      const added = await deps.catalog.months.addFiles(record.batchId, [
        { ...file, loadId: loadIdOf(record.batchId, file) },
      ]);
      for (const { id, state } of added)
        if (state !== 'published') await deps.catalog.months.updateFile(id, { state: 'failed', error });
    }
    return { month, files: files.length + refused.length };
  }

  /** Files that were replaced since the batch began are taken as they are now; those that are gone are not asked for. */
  async function forgetChanged(record: MonthBatchRecord, month: Month, files: readonly MonthFile[]): Promise<void> {
    for (const known of await deps.catalog.months.files(record.batchId, month)) {
      if (known.state === 'published' || known.state === 'removed') continue;
      const now = files.find(({ path, table }) => path === known.path && table === known.table);
      if (now && (now.size !== known.size || now.mtimeMs !== known.mtimeMs)) {
        await forgetLoad(record, known);
        await deps.catalog.months.resetFile(known.id, {
          size: now.size,
          mtimeMs: now.mtimeMs,
          loadId: loadIdOf(record.batchId, now),
        });
      } else if (isRefused(known))
        await deps.catalog.months.updateFile(known.id, { state: now ? 'waiting' : 'skipped' });
    }
  }

  /** What an earlier attempt left of a file that has changed since; its name is not asked for again. */
  async function forgetLoad(record: MonthBatchRecord, file: MonthFileRecord): Promise<void> {
    await deps.removeLoadFolder(file.loadId);
    const { batch: name, action, configVersion, runs } = record;
    if (action === 'check') return;
    const { batch } = await deps.monthBatch({ batch: name, configVersion });
    const table = batch.tables.find((candidate) => candidate.name === file.table);
    await deps.warehouses.use(
      { runId: runs.at(-1) ?? record.batchId, configVersion, batch: name },
      async (warehouse) => {
        await warehouse.stage.remove(prefixOf(file));
        const known = table && (await describeTable(warehouse, table));
        if (known) await warehouse.dropStaging(file.loadId, known);
      },
    );
  }

  async function nothingFor({ batch, month, configVersion }: MonthRef): Promise<LongshoreError> {
    const { batch: settings, basePath } = await deps.monthBatch({ batch, configVersion });
    return noFilesError(settings, [month], basePath ?? 'the files named');
  }
}

const nothingLeft = (batchId: string): LongshoreError =>
  new LongshoreError('BATCH_NOT_FOUND', `Nothing of batch ${batchId} is left to do: it has completed.`);

const nothingThere = (batch: MonthBatch, folder = 'the files named'): LongshoreError =>
  noFilesError(batch, ['any month'], folder);

type Found = ReturnType<typeof matchFiles>;

/** Of files that are loaded, and of those that cannot be for their names. */
const monthsOf = ({ files, refused }: Found): Month[] =>
  [...new Set([...files, ...refused.map(({ file }) => file)].map(({ month }) => month))].toSorted();

/** What is wrong with files of which not even the month is known. */
const straysOf = ({ errors, refused }: Found): Found['errors'] =>
  errors.filter(({ place }) => !refused.some(({ file }) => file.path === place.file));

/** Faults of names: they are looked at anew whenever the batch is. */
const NAMING = new Set(['MONTH_FILE_AMBIGUOUS', 'MONTH_FILES_OVERLAP', 'MONTH_FILE_UNMATCHED']);

/** Months of the checkpoint that have not completed. */
const leftOf = ({ months, completedMonths }: MonthBatchRecord): Month[] =>
  months.filter((month) => !completedMonths.includes(month));

/** Ended without success: tried again when the batch is. */
const isOver = (file: MonthFileRecord): boolean =>
  (file.state === 'failed' && !isRefused(file)) || file.state === 'cancelled';

/** For its name: it is not read before the batch is looked at anew. */
const isRefused = ({ state, error }: MonthFileRecord): boolean =>
  state === 'failed' && error !== undefined && NAMING.has(error.code);

const progressOf = (file: MonthFileRecord, asItIs = false): MonthFileProgress => ({
  fileId: file.id,
  file: basename(file.path),
  table: file.table,
  state: isOver(file) && !asItIs ? 'waiting' : file.state,
  bytes: file.size,
  ...(file.rows !== undefined && { rows: file.rows }),
});
