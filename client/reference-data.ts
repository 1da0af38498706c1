/** What other programs ask of one drop folder: files, formats, tables, health. Every answer has one shape. */
import { resolve } from 'node:path';
import { detectFormat } from '../core/file/detect';
import type { FileErrorAnalysis } from '../core/drop/failure-analysis';
import type { FolderPerformance } from '../core/drop/performance';
import { type ErrorReport, toLongshoreError } from '../core/errors/longshore-error';
import type { FileDataset, FileLoadType, FileOutcome, TrackingRecord } from '../core/types/drop';
import type { FileFormat, FormatFinding, FormatOptions } from '../core/types/file';
import { readSample } from '../storage/files/sample';
import type { DropFileProgress } from '../workflows/drop-file/messages';
import type { CleanUpCount, ConfigFinding, HealthCheck } from '../workflows/drop-task/messages';
import { type ConfigurationInput, formatOptionsOf } from './configuration';
import type { DropTaskKind, ResultOf, TaskOf } from './drop-tasks';
import { report } from './failures';
import type { LongshoreClient } from './index';

export interface OperationResult<T> {
  success: boolean;
  /** Name of the method. */
  operation: string;
  /** Of what was started and can be asked for, or cancelled, by it. */
  operationId?: string;
  /** Also there when `success` is false, where something was found out before it failed. */
  data?: T;
  error?: ErrorReport;
  warnings: string[];
  startedAt: Date;
  durationMs: number;
}

export interface ReferenceDataOptions {
  /** Connected; whoever connected it closes it. */
  client: LongshoreClient;
  /** Secrets as references, never values. */
  configuration: ConfigurationInput;
  /** Name of the drop folder in the configuration. */
  folder: string;
  /** Who asks, for the audit. */
  by: string;
}

export interface ProcessRequest {
  /** On the disk of the worker; a relative path is taken from where this process runs. */
  path: string;
  dataset: FileDataset;
  loadType: FileLoadType;
  /** A file outside of the drop folder stays where it is. Default true. */
  keep?: boolean;
}

export interface OperationStatus {
  operationId: string;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  /** While a file is loaded. */
  progress?: DropFileProgress;
  /** When it has ended: what became of the file. */
  outcome?: FileOutcome;
}

export type TableInfo = Omit<ResultOf<'table-info'>, 'kind'>;

/** What an operation found, and what it has to say beside it. */
interface Found<T> {
  data: T;
  warnings?: string[];
  operationId?: string;
  /** Of an operation that did what was asked, and what was asked for did not go well. */
  error?: ErrorReport;
}

/**
 * Every method resolves with an `OperationResult`. Whatever goes wrong on the way is its `error`, with a code of the
 * catalogue; none rejects for it.
 */
export class ReferenceDataAPI {
  constructor(private readonly options: ReferenceDataOptions) {}

  /** Loads one file and waits for the outcome. `success`: it is loaded, or left out as a duplicate. */
  processFile(request: ProcessRequest): Promise<OperationResult<FileOutcome>> {
    return this.perform('processFile', async () => {
      const { client } = this.options;
      const operationId = await this.start(processTask(request));
      const { outcome } = await client.drops.taskResult<'process'>(operationId);
      return { ...judged(outcome), operationId };
    });
  }

  /** Starts loading one file, and answers the id of the operation at once. */
  processFileAsync(request: ProcessRequest): Promise<OperationResult<{ operationId: string }>> {
    return this.perform('processFileAsync', async () => {
      const operationId = await this.start(processTask(request));
      return { data: { operationId }, operationId };
    });
  }

  /** How an operation stands that `processFileAsync` started. `success` speaks of the question, `state` of the operation. */
  operationStatus(operationId: string): Promise<OperationResult<OperationStatus>> {
    return this.perform<OperationStatus>('operationStatus', async () => {
      const found = await this.options.client.drops.taskState(operationId);
      if (found.state === 'running') {
        const { state, progress } = found;
        return { data: { operationId, state, ...(progress && { progress }) }, operationId };
      }
      if (found.state !== 'done')
        return { data: { operationId, state: found.state }, operationId, warnings: [found.error.message] };
      if (found.result.kind !== 'process') return { data: { operationId, state: 'done' }, operationId };
      const { outcome } = found.result;
      const { warnings } = judged(outcome);
      return { data: { operationId, state: stateOf(outcome), outcome }, operationId, warnings };
    });
  }

  /** Asks an operation to stop. What it has put into staging goes away; the target is as it was. */
  cancelOperation(operationId: string, reason?: string): Promise<OperationResult<{ operationId: string }>> {
    return this.perform('cancelOperation', async () => {
      await this.options.client.drops.cancelTask(operationId, { by: this.options.by, reason });
      return { data: { operationId }, operationId };
    });
  }

  /**
   * How a file on the disk of this process would be read, by the folder's own settings unless `options` overrule them.
   * Needs no server.
   */
  detectFormat(path: string, options: FormatOptions = {}): Promise<OperationResult<FileFormat>> {
    return this.perform('detectFormat', async () => {
      const { configuration, folder } = this.options;
      const settings = { ...formatOptionsOf(configuration, folder, path), ...options };
      const data = detectFormat(await readSample(resolve(path)), settings);
      return {
        data,
        warnings: data.findings.filter(isUnsure).map(({ trait, value, why }) => `${trait} ${value}: ${why}`),
      };
    });
  }

  /** Columns, rows, backups and reference record of a table, `schema.table` or `table` in the folder's schema. */
  tableInfo(table: string): Promise<OperationResult<TableInfo>> {
    return this.perform('tableInfo', async () => {
      const { kind: _kind, ...data } = await this.ask<'table-info'>({ kind: 'table-info', table });
      return { data };
    });
  }

  /** Databases, Temporal, folders, disk, memory, backlog. `success`: nothing has failed. */
  healthCheck(): Promise<OperationResult<{ status: HealthCheck['status']; checks: HealthCheck[] }>> {
    return this.perform('healthCheck', async () => {
      const { status, checks } = await this.ask<'health'>({ kind: 'health' });
      const failed = checks.find((check) => check.status === 'failed');
      const warnings = checks
        .filter((check) => check.status === 'warning')
        .map(({ name, message }) => `${name}: ${message}`);
      return { data: { status, checks }, warnings, error: failed && (failed.error ?? unwell(failed)) };
    });
  }

  /** What failed files have in common, since a moment or ever. */
  analyseErrors(since?: Date): Promise<OperationResult<FileErrorAnalysis>> {
    return this.perform('analyseErrors', async () => {
      const { client, folder } = this.options;
      return { data: await client.drops.errors(folder, since) };
    });
  }

  /** How fast files were loaded and how long they waited; what could be better is among the `warnings`. */
  performance(since?: Date): Promise<OperationResult<FolderPerformance>> {
    return this.perform('performance', async () => {
      const { client, folder, configuration } = this.options;
      const data = await client.drops.performance(folder, since, configuration);
      return { data, warnings: data.findings.map(({ message, next }) => `${message} ${next}`) };
    });
  }

  /** Rows of the tracking table, the newest first. */
  trackingRows({ status, limit = 100 }: { status?: string; limit?: number } = {}): Promise<
    OperationResult<TrackingRecord[]>
  > {
    return this.perform('trackingRows', async () => {
      const asked = { kind: 'tracking', limit, ...(status !== undefined && { status }) } as const;
      const { rows } = await this.ask<'tracking'>(asked);
      return { data: rows.map(withDates) };
    });
  }

  /** Compares the records of reference tables with the tables there are. `success`: nothing is left to be mended. */
  checkReferenceConfig({ repair = false }: { repair?: boolean } = {}): Promise<OperationResult<ConfigFinding[]>> {
    return this.perform('checkReferenceConfig', async () => {
      const { findings } = await this.ask<'check-config'>({ kind: 'check-config', repair });
      const open = findings.filter(({ repaired }) => !repaired);
      return { data: findings, error: open[0] && inconsistent(open.length, open[0], this.options.folder) };
    });
  }

  /** Removes what is older than `retention` and `backups` say; with `dryRun` only counts it. */
  cleanUp({ dryRun = false }: { dryRun?: boolean } = {}): Promise<OperationResult<CleanUpCount[]>> {
    return this.perform('cleanUp', async () => ({
      data: (await this.ask<'clean-up'>({ kind: 'clean-up', dryRun })).removed,
    }));
  }

  private start(task: TaskOf<DropTaskKind>): Promise<string> {
    const { client, folder, configuration, by } = this.options;
    return client.drops.startTask(folder, task, { by, configuration });
  }

  private ask<K extends DropTaskKind>(task: TaskOf<K>): Promise<ResultOf<K>> {
    const { client, folder, configuration, by } = this.options;
    return client.drops.task<K>(folder, task, { by, configuration });
  }

  private async perform<T>(operation: string, work: () => Promise<Found<T>>): Promise<OperationResult<T>> {
    const startedAt = new Date();
    const took = (): { startedAt: Date; durationMs: number } => ({
      startedAt,
      durationMs: Math.max(0, Date.now() - startedAt.getTime()),
    });
    try {
      const { data, error, warnings = [], operationId } = await work();
      return {
        success: error === undefined,
        operation,
        ...(operationId !== undefined && { operationId }),
        data,
        ...(error && { error }),
        warnings,
        ...took(),
      };
    } catch (error) {
      return { success: false, operation, error: toLongshoreError(error).toJSON(), warnings: [], ...took() };
    }
  }
}

const processTask = ({ path, dataset, loadType, keep = true }: ProcessRequest): TaskOf<'process'> => ({
  kind: 'process',
  path: resolve(path),
  dataset,
  loadType,
  keep,
});

function judged(outcome: FileOutcome): Found<FileOutcome> {
  const { state, path, rejected, error } = outcome;
  if (state === 'skipped')
    return { data: outcome, warnings: [error?.message ?? `${path} was left out: its content was loaded before.`] };
  const warnings =
    rejected > 0 ? [`${rejected} rows of ${path} were rejected; they stand in its quarantine file.`] : [];
  return { data: outcome, warnings, ...(state !== 'loaded' && { error: error ?? notLoaded(outcome) }) };
}

const stateOf = ({ state }: FileOutcome): OperationStatus['state'] =>
  state === 'loaded' || state === 'skipped' ? 'done' : state === 'cancelled' ? 'cancelled' : 'failed';

const notLoaded = ({ state, path }: FileOutcome): ErrorReport =>
  state === 'cancelled'
    ? report('CANCELLED', `Loading ${path} was cancelled.`)
    : state === 'watching'
      ? report('FILE_CHANGED', `${path} changed while it was read, and is watched again.`)
      : report('FILE_NOT_FOUND', `${path} was taken away before it was loaded.`);

const unwell = ({ name, message }: HealthCheck): ErrorReport => ({
  ...report('INTERNAL', `${name}: ${message}`),
  next: 'See what the check says, and put it right.',
});

const inconsistent = (count: number, { message }: ConfigFinding, folder: string): ErrorReport => ({
  ...report(
    'SCHEMA_MISMATCH',
    `${count} records of reference tables do not fit the tables there are; the first: ${message}`,
  ),
  next: `Mend them with \`longshore drop check-config ${folder} --repair\`.`,
});

/** Below this somebody should look. */
const SURE = 0.7;
const isUnsure = ({ confidence, given }: FormatFinding): boolean => !given && confidence < SURE;

/** Times come through JSON. */
const withDates = (row: TrackingRecord): TrackingRecord => ({
  ...row,
  createdAt: new Date(row.createdAt),
  ...(row.processedAt && { processedAt: new Date(row.processedAt) }),
});
