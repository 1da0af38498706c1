/** The body of a mover thread: moves one part. */
import type { MessagePort } from 'node:worker_threads';
import type { ColumnBatch } from '../../core/columnar/batch';
import { toLongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import type {
  ContentHashes,
  DirectFileRequest,
  DirectlyLoaded,
  FilePartRequest,
  HashFileRequest,
  LoadedFilePart,
  MovedPart,
  PartChecks,
  ScanFileRequest,
  ScannedContent,
  ScanTreeRequest,
} from '../../activities/dependencies';
import type {
  BatchLoad,
  BatchStage,
  Database,
  ExtractOptions,
  ExtractRequest,
  LoadRequest,
  OpenOptions,
  ProgressCounter,
  ReadBackRequest,
  WireLoad,
  WireLoadRequest,
} from '../../connectors/connector';
import type { ColumnPair, PartColumn } from '../../core/types/transfer';
import { createFingerprint } from '../../core/verify/fingerprint';
import type { DatabaseEnvironment } from '../../schemas/environment';
import { scanTree, type TreeScan } from '../../storage/drop-tree/scan-tree';
import { loadFile, loadFileDirect } from './file-load';
import { hashContent, scanFile } from './file-scan';
import { workOnMonthFile, type MonthFileFindings, type MonthFileWork } from './month-file';
import { withDatabase } from './open-databases';
import { partStages } from './stages';

export interface Job {
  work:
    | DatabaseWork
    | { scan: ScanFileRequest }
    | { hash: HashFileRequest }
    | { tree: ScanTreeRequest }
    | { month: MonthFileWork };
  /** Two 64-bit counters, rows and bytes. */
  progress: SharedArrayBuffer;
  /** Any message on it means: stop. */
  abort: MessagePort;
}

/** What needs a database: where it is, and what is to be done there. */
export interface DatabaseWork {
  environment: DatabaseEnvironment;
  options: OpenOptions;
  task:
    | ExtractWork
    | { load: LoadRequest }
    | { readBack: ReadBackRequest; pairs: ColumnPair[] }
    | { loadFile: FilePartRequest }
    | { loadDirect: DirectFileRequest };
}

export interface ExtractWork {
  extract: ExtractRequest;
  alongside?: Alongside;
  checks: PartChecks;
  /** 16 bytes that decide what masked values become. */
  maskKey?: Uint8Array;
}

/** Where the rows of a part go while they are read, where the two databases speak the same format. */
export interface Alongside {
  environment: DatabaseEnvironment;
  request: Omit<WireLoadRequest, 'format'>;
}

export interface ReadBack {
  rows: number;
  fingerprint: string;
}

/** Errors cross the thread as reports, since structured clone keeps nothing of an error but its text. */
export type JobOutcome =
  | {
      ok: true;
      moved?: MovedPart;
      readBack?: ReadBack;
      scanned?: ScannedContent;
      loadedFile?: LoadedFilePart;
      direct?: DirectlyLoaded;
      tree?: TreeScan;
      hashes?: ContentHashes;
      month?: MonthFileFindings;
    }
  | { ok: false; error: ErrorReport };

export default async function move({ work, progress, abort }: Job): Promise<JobOutcome> {
  const controller = new AbortController();
  abort.once('message', () => controller.abort());
  abort.unref();
  const counter = new BigInt64Array(progress);
  const { signal } = controller;
  try {
    if ('scan' in work) return { ok: true, scanned: await scanFile(work.scan, counter, signal) };
    if ('hash' in work) return { ok: true, hashes: await hashContent(work.hash, signal) };
    if ('tree' in work) return { ok: true, tree: scanTree(work.tree.root, work.tree) };
    if ('month' in work) return { ok: true, month: await workOnMonthFile(work.month, counter, signal) };
    const { environment, options, task } = work;
    return await withDatabase(environment, options, async (database): Promise<JobOutcome> => {
      if ('extract' in task) return { ok: true, moved: await extract(database, task, options, counter, signal) };
      if ('readBack' in task) return { ok: true, readBack: await readBack(database, task, counter, signal) };
      if ('loadDirect' in task)
        return { ok: true, direct: await loadFileDirect(database, task.loadDirect, counter, signal) };
      if ('loadFile' in task) return { ok: true, loadedFile: await loadFile(database, task.loadFile, counter, signal) };
      await database.target.loadPart(task.load, counter, signal);
      return { ok: true };
    });
  } catch (error) {
    return { ok: false, error: toLongshoreError(error).toJSON() };
  } finally {
    abort.close();
  }
}

type Staged = MovedPart['staged'];

async function extract(
  { source }: Database,
  { extract: request, alongside, checks, maskKey }: ExtractWork,
  options: OpenOptions,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<MovedPart> {
  const { stage, findings } = partStages(request, checks, maskKey);
  const read = async (more: Pick<ExtractOptions, 'alongside' | 'stage'>): Promise<MovedPart['part']> => ({
    ...(await source.extractPart(request, { progress, signal, ...more })),
    ...findings(),
  });
  const alone = { ...(stage && { stage }) };
  if (!alongside) return { part: await read(alone), staged: 'no' };
  return withDatabase(alongside.environment, options, async ({ target }) => {
    const load = await openLoad(source, target, request, alongside);
    if (typeof load !== 'object') return { part: await read(alone), staged: STAGED[load ?? 'no'] };
    try {
      const part = await read(
        'wire' in load ? { ...alone, alongside: load.wire } : { stage: loading(load.batches, stage) },
      );
      return { part, staged: (await load.either.finish(part.rows)) ? 'yes' : 'no' };
    } finally {
      load.either.abandon();
    }
  });
}

type OpenedLoad = { wire: WireLoad; either: WireLoad } | { batches: BatchLoad; either: BatchLoad };

/** A load for rows as they come: in the source's own bytes where both speak one format, else in batches. */
async function openLoad(
  source: Database['source'],
  target: Database['target'],
  extract: ExtractRequest,
  { request }: Alongside,
): Promise<OpenedLoad | 'loaded' | 'doubtful' | undefined> {
  const format = source.wireFormat(extract.columns);
  const wire = format && (await target.openWireLoad({ ...request, format }));
  if (typeof wire === 'object') return { wire, either: wire };
  if (wire) return wire;
  const batches = await target.openBatchLoad?.({ ...request, columns: partColumns(extract) });
  return typeof batches === 'object' ? { batches, either: batches } : batches;
}

const partColumns = ({ columns }: ExtractRequest): PartColumn[] =>
  columns.map(({ target, sourceType, logical }) => ({ name: target, nativeType: sourceType, logical }));

/** Passes on what comes out of `stage`. Rows that come a second time, or in other types than planned, end the load. */
function loading(load: BatchLoad, stage: BatchStage | undefined): BatchStage {
  let attempts = 0;
  return (parts) => {
    attempts += 1;
    if (attempts > 1) load.abandon();
    const process = stage?.(parts);
    return async (batch) => {
      const rows = process ? await process(batch) : batch;
      await load.write(rows);
      return rows;
    };
  };
}

const STAGED = { no: 'no', loaded: 'yes', doubtful: 'doubtful' } as const satisfies Record<string, Staged>;

async function readBack(
  target: Database,
  { readBack: request, pairs }: { readBack: ReadBackRequest; pairs: ColumnPair[] },
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<ReadBack> {
  const fingerprint = createFingerprint(pairs, 'target');
  let rows = 0;
  const look = (batch: ColumnBatch): ColumnBatch => {
    fingerprint.add(batch);
    rows += batch.rows;
    Atomics.add(progress, 0, BigInt(batch.rows));
    return batch;
  };
  await target.target.readBack(request, () => look, signal);
  return { rows, fingerprint: fingerprint.result() };
}
