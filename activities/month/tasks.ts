import { basename, dirname, extname, join } from 'node:path';
import type { Warehouse } from '../../connectors/warehouse';
import { LongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import { matchFiles } from '../../core/month/match-files';
import { checkProtected, checkWritable } from '../../core/plan/safety';
import { mergeFigures } from '../../core/quality/scan/figures';
import type { MonthBatch } from '../../core/types/month-batch';
import type { MonthFile, MonthTable } from '../../core/types/month';
import type { RunStatus } from '../../schemas/constants';
import { findFiles } from '../../storage/month/find-files';
import { statFiles } from '../../storage/month/stat-files';
import type { MonthTask, MonthTaskInput, MonthTaskResult } from '../../workflows/month-task/messages';
import { beginRun } from '../begin-run';
import { withHeartbeat } from '../heartbeat';
import { describeTable, noTable, planOf, tableOf } from './context';
import { deleteTables, previewDeletion, restoreDeletion } from './deletions';
import type { MonthDependencies } from './dependencies';
import { diagnose } from './diagnose';
import { note } from './log';
import { tableReport } from './report';
import { chosen, type TaskContext } from './task-context';
import { cleanStage, listStage } from './stage-tasks';
import { applyWidening, proposeWidening } from './widen';

export interface TaskArguments<T extends MonthTask = MonthTask> {
  runId: string;
  temporalRunId: string;
  input: MonthTaskInput;
  task: T;
}

export type FileTask = Extract<MonthTask, { kind: 'widen' | 'clean-file' }>;
export type WarehouseTask = Exclude<MonthTask, FileTask>;

/** Things asked of a batch that its warehouse answers. */
export function createMonthTaskActivities(deps: MonthDependencies) {
  return {
    /** Records the task as a run. One that changes tables waits for no other, and is refused beside one. */
    async beginTask({ runId, temporalRunId, input }: Omit<TaskArguments, 'task'>): Promise<void> {
      const { batch: name, configVersion, triggeredBy, reason, task } = input;
      const { batch } = await deps.monthBatch(input);
      const dryRun = !CHANGES.has(task.kind) || ('apply' in task && !task.apply) || ('dryRun' in task && task.dryRun);
      await beginRun(deps, {
        runId,
        temporalRunId,
        kind: 'month',
        name,
        target: batch.to,
        configVersion,
        triggeredBy,
        ...(reason !== undefined && { reason }),
        dryRun,
        input,
      });
      await note(deps, runId, 'info', `${task.kind} of ${name}, asked by ${triggeredBy}`);
      if (dryRun || task.kind === 'stage-clean') return;
      const rules = await deps.environmentRules({ configVersion, environment: batch.to });
      const wanted = 'tables' in task && task.tables?.length ? task.tables : batch.tables.map((table) => table.name);
      const [problem] = [
        ...checkWritable(rules),
        ...batch.tables
          .filter((table) => wanted.includes(table.name))
          .flatMap(({ table, schema = '' }) => checkProtected({ schema, name: table }, rules)),
      ];
      if (problem) throw problem;
    },

    async runMonthTask({ runId, input, task }: TaskArguments<WarehouseTask>): Promise<MonthTaskResult> {
      return withHeartbeat(async (signal) => {
        const ref = { runId, configVersion: input.configVersion, batch: input.batch };
        const { batch, basePath } = await deps.monthBatch(ref);
        if (task.kind === 'preview') return preview({ deps, ref, batch, input, signal }, task, basePath);
        return deps.warehouses.use(ref, (warehouse) => answer({ deps, ref, batch, input, signal }, task, warehouse));
      });
    },

    async endTask({ runId, status, error }: { runId: string; status: RunStatus; error?: ErrorReport }): Promise<void> {
      await deps.warehouses.release(runId);
      await deps.catalog.runs.finish(runId, { status, ...(error && { error }) });
      await note(deps, runId, error ? 'error' : 'info', error ? `${error.code}: ${error.message}` : 'done');
    },
  };

  async function answer(
    context: TaskContext,
    task: Exclude<WarehouseTask, { kind: 'preview' }>,
    warehouse: Warehouse,
  ): Promise<MonthTaskResult> {
    switch (task.kind) {
      case 'delete-preview':
        return { kind: 'delete-preview', tables: await previewDeletion(context, task, warehouse) };
      case 'delete':
        return { kind: 'delete', deletions: await deleteTables(context, task, warehouse) };
      case 'restore':
        return { kind: 'restore', ...(await restoreDeletion(context, task.deletion, warehouse)) };
      case 'stage-list':
        return { kind: 'stage-list', stage: context.batch.stage.name, files: await listStage(context, warehouse) };
      case 'stage-clean':
        return { kind: 'stage-clean', removed: await cleanStage(context, task, warehouse) };
      case 'diagnose':
        return { kind: 'diagnose', ...(await diagnose(context, task.statement, warehouse)) };
      case 'report':
        return report(context, task, warehouse);
    }
  }

  async function report(
    { batch, signal }: TaskContext,
    { tables, months }: Extract<MonthTask, { kind: 'report' }>,
    warehouse: Warehouse,
  ): Promise<MonthTaskResult> {
    const reports = [];
    for (const table of chosen(batch, tables))
      reports.push(
        await tableReport(warehouse, table, {
          ...(months && { months }),
          expectedDays: (range) => deps.expectedDays(range, table.quality.calendar),
          signal,
        }),
      );
    return {
      kind: 'report',
      report: {
        batch: batch.name,
        environment: batch.to,
        at: deps.now().toISOString(),
        ...(months && { months }),
        tables: reports,
      },
    };
  }

  async function preview(
    { batch, ref }: TaskContext,
    { months, tables, files: named, basePath: given }: Extract<MonthTask, { kind: 'preview' }>,
    configured: string | undefined,
  ): Promise<MonthTaskResult> {
    const folder = given ?? configured;
    if (!named?.length && folder === undefined)
      throw new LongshoreError('USAGE', `Batch ${batch.name} has no \`basePath\`, so its files must be named.`);
    const seen = named?.length ? await statFiles(named) : await findFiles(folder ?? '');
    const matched = matchFiles(batch, seen, {
      ...(months && { months }),
      ...(tables && { tables }),
      named: Boolean(named?.length),
    });
    const compute = await deps.warehouses
      .use(ref, (warehouse) => warehouse.compute())
      .catch((error: unknown) => {
        matched.warnings.push(
          `The warehouse could not be asked: ${error instanceof Error ? error.message : String(error)}`,
        );
        return {};
      });
    const problems = matched.errors.map(({ code, message }) => `${code}: ${message}`);
    return {
      kind: 'preview',
      files: matched.files,
      unmatched: matched.unmatched,
      compute,
      warnings: [...problems, ...matched.warnings],
    };
  }
}

/** Things asked of a batch for which a file is read. */
export function createFileTaskActivities(deps: MonthDependencies) {
  return {
    async runFileTask({ runId, input, task }: TaskArguments<FileTask>): Promise<MonthTaskResult> {
      return withHeartbeat(async (signal, progress) => {
        const ref = { runId, configVersion: input.configVersion, batch: input.batch };
        const { batch } = await deps.monthBatch(ref);
        const table = await tableFor(batch, task);
        return deps.warehouses.use(ref, async (warehouse) => {
          const known = await describeTable(warehouse, table);
          if (!known) throw noTable(table, batch.to);
          const [found] = await statFiles([task.file]);
          const plan = await planOf(deps, { table, file: { path: task.file } }, known, { isLoad: true, checks: true });
          if (task.kind === 'clean-file') {
            const target = join(task.folder ?? dirname(task.file), basename(task.file));
            const clean = suffixed(target, 'clean');
            const rejected = suffixed(target, 'rejected');
            const cleaned = await deps.files.clean(
              { path: task.file, plan: plan.plan, clean, rejected, replace: task.replace },
              progress,
              signal,
            );
            const { rows, rejectedRows } = cleaned;
            await note(deps, runId, 'info', `${rows} good rows in ${clean}, ${rejectedRows} rejected`);
            return { kind: 'clean-file', clean, ...(rejectedRows > 0 && { rejected }), rows, rejectedRows };
          }
          const proposals: Awaited<ReturnType<typeof applyWidening>> = [];
          let figures: Parameters<typeof proposeWidening>[3] | undefined;
          await deps.files.pack(
            {
              path: task.file,
              stamp: { size: found?.size ?? 0, mtimeMs: found?.mtimeMs ?? 0 },
              plan: { ...plan.plan, keyColumns: [] },
              from: { ...plan.firstRow, part: 0 },
            },
            async (part) => void (figures = figures ? mergeFigures(figures, part.figures) : part.figures),
            progress,
            signal,
          );
          if (figures) proposals.push(...proposeWidening(warehouse, known, plan, figures));
          const applied = task.apply ? await applyWidening(warehouse, proposals) : proposals;
          for (const { statement } of task.apply ? applied : []) await note(deps, runId, 'info', statement);
          return { kind: 'widen', table: `${known.ref.schema}.${known.ref.name}`, proposals: applied };
        });
      });
    },
  };

  async function tableFor(batch: MonthBatch, { file, table }: FileTask): Promise<MonthTable> {
    if (table !== undefined) return tableOf(batch, table);
    const matched = matchFiles(batch, await statFiles([file]), { named: false });
    const [only, other] = matched.files as (MonthFile | undefined)[];
    if (only && !other) return tableOf(batch, only.table);
    const [single, second] = batch.tables;
    if (single && !second) return single;
    throw new LongshoreError(
      'MONTH_FILE_UNMATCHED',
      `The name of ${basename(file)} does not say to which table of batch ${batch.name} it belongs.`,
      { file },
      { next: `Give --table: ${batch.tables.map(({ name }) => name).join(', ')}.` },
    );
  }
}

/** Tasks that change tables, and so never run beside a load of their batch. */
const CHANGES = new Set<MonthTask['kind']>(['delete', 'restore', 'widen', 'stage-clean']);

/** `a/trades.tsv` → `a/trades.clean.tsv`. What was compressed is written plain. */
function suffixed(path: string, word: string): string {
  const plain = path.replace(/\.(gz|zst)$/i, '');
  const ending = extname(plain);
  return `${plain.slice(0, plain.length - ending.length)}.${word}${ending || '.tsv'}`;
}
