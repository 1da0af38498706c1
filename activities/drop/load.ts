import { compareWithFile } from '../../core/verify/file-figures';
import { addFingerprints, fingerprintError } from '../../core/verify/fingerprint';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { FilePlan } from '../../core/types/drop';
import { tableId } from '../../core/types/table';
import type { TablePlan, TableVerification } from '../../core/types/transfer';
import type { DropFile } from '../../catalog/drop-files';
import type { ProgressCounter } from '../../connectors/connector';
import { rejectionCode, toleratedRows } from '../../core/drop/tolerance';
import type { DirectlyLoaded, FilePartRequest, LoadedFilePart, PartChecks } from '../dependencies';
import { newProgressCounter } from '../heartbeat';
import { columnPairs } from '../transfer/parts';
import { type FolderContext, targetRun, formatOf } from './context';
import type { DropDependencies } from './dependencies';
import { filePath } from './paths';
import { bookkeepingOf } from './tracking';

type LoadDependencies = Pick<
  DropDependencies,
  'catalog' | 'databases' | 'files' | 'movers' | 'parts' | 'types' | 'now' | 'lockTimeoutMs' | 'maxRejectedRows'
>;

/** What is being loaded: all activities of a lifecycle work on this. */
export interface FileLoad {
  context: FolderContext;
  file: DropFile;
  plan: FilePlan;
  sha256: string;
  /** Names what is staged. */
  runId: string;
}

/** Slices of the file: one more than there are marks between them. */
export const partCount = ({ marks }: Pick<FilePlan, 'marks'>): number => marks.length + 1;

export const prepareLoad = ({ databases }: LoadDependencies, { context, plan, runId }: FileLoad): Promise<void> =>
  databases.use(context.target, ({ target }) => target.prepare({ runId: targetRun(context, runId), plan: plan.table }));

/** Loads one slice into staging, once. */
export async function loadSlice(
  deps: LoadDependencies,
  load: FileLoad,
  part: number,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<LoadedFilePart> {
  return deps.files.load(load.context.target, await sliceOf(deps, load, part), progress, signal);
}

/**
 * Loads a small file into its table and makes it visible, where the target can do that without staging. The rows are
 * loaded only where no more are rejected than tolerated.
 */
export async function loadAtOnce(
  deps: LoadDependencies,
  load: FileLoad,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<DirectlyLoaded> {
  const { tolerance } = load.context.settings;
  const { backup } = load.plan;
  const bookkeeping = bookkeepingOf(load.context, { ...load.file, plan: load.plan }, deps.now());
  return deps.files.loadDirect(
    load.context.target,
    {
      ...(await sliceOf(deps, load, 0)),
      tolerance,
      bookkeeping,
      knownRows: load.plan.rows + load.plan.rejected,
      lockTimeoutMs: deps.lockTimeoutMs,
      ...(backup && { backup }),
    },
    progress,
    signal,
  );
}

async function sliceOf(deps: LoadDependencies, load: FileLoad, part: number): Promise<FilePartRequest> {
  const { context, file, plan, sha256, runId } = load;
  const { table } = plan;
  const from = part === 0 ? undefined : plan.marks[part - 1];
  const until = plan.marks[part]?.offset;
  const staged = await deps.parts.path(runId, tableId(table.targetRef), part);
  return {
    path: filePath(context.root, file.path),
    identity: { size: file.size, mtimeMs: file.mtimeMs, inode: file.inode },
    format: plan.format,
    // As it was read to be recognised: what was rejected then is rejected now.
    ragged: formatOf(context.settings, file.path.slice(file.path.lastIndexOf('/') + 1)).ragged ?? 'repair',
    columns: plan.columns,
    ...(from && { from }),
    ...(until !== undefined && { until }),
    load: { runId: targetRun(context, runId), plan: table, part, snapshot: sha256, columns: partColumns(table) },
    checks: checksOf(table, deps),
    parquetFile: staged,
    rejectedFile: rejectedFile(staged),
    // All that are tolerated must be read past.
    maxRejected: Math.max(deps.maxRejectedRows, toleratedRows(context.settings.tolerance, plan.rows + plan.rejected)),
  };
}

/** Beside the part's own file, so that it goes when the run's files go. */
export const rejectedFile = (parquetFile: string): string => `${parquetFile}.rejected.jsonl`;

const partColumns = ({ columns }: TablePlan) =>
  columns.map(({ target, sourceType, logical }) => ({ name: target, nativeType: sourceType, logical }));

/** Figures of the rows as they were read stand for the source: nobody else can give them. */
function checksOf(table: TablePlan, deps: Pick<DropDependencies, 'types'>): PartChecks {
  const isCompared = table.verify === 'aggregates' || table.verify === 'fingerprint';
  return {
    figures: isCompared ? table.columns.map(({ target }) => target) : [],
    ...(table.verify === 'fingerprint' && { fingerprint: columnPairs(table, deps) }),
  };
}

/** Throws FILE_REJECTED_ROWS or FILE_ENCODING when more rows are rejected than the folder tolerates. */
export function checkTolerance({ context, file }: FileLoad, parts: readonly LoadedFilePart[]): void {
  const rejected = sum(parts.map(({ rejectedCount }) => rejectedCount));
  const rows = sum(parts.map((part) => part.rows));
  if (rejected === 0) return;
  const tolerated = toleratedRows(context.settings.tolerance, rows + rejected);
  if (rejected <= tolerated && rows > 0) return;
  const known = parts.flatMap((part) => part.rejected).toSorted((a, b) => a.line - b.line);
  const [first] = known;
  const others = rejected > 1 ? ` ${rejected - 1} more ${rejected === 2 ? 'row is' : 'rows are'} rejected.` : '';
  const column = first?.column === undefined || first.reason === 'missing-value' ? '' : `, column ${first.column}`;
  throw new LongshoreError(
    rejectionCode(known),
    `${file.path}, line ${first?.line ?? '?'}${column}: ${first?.message ?? 'a row cannot be loaded.'}${others} ${tolerated === 0 ? 'None is tolerated.' : `${tolerated} are tolerated.`}`,
    {
      file: file.path,
      ...(first && { line: first.line }),
      ...(first?.column !== undefined && { column: first.column }),
    },
  );
}

/** Throws COUNT_MISMATCH unless the slices hold as many rows, good and bad, as reading the whole file found. */
export function checkAllRead({ file, plan }: FileLoad, parts: readonly LoadedFilePart[]): void {
  const found = sum(parts.map(({ rows, rejectedCount }) => rows + rejectedCount));
  const known = plan.rows + plan.rejected;
  if (found === known) return;
  throw new LongshoreError(
    'COUNT_MISMATCH',
    `${file.path} has ${known} rows, and ${found} were read when it was loaded.`,
    { file: file.path, table: tableId(plan.table.targetRef) },
  );
}

/** Builds keys, and compares what is staged with what was read. Throws COUNT_MISMATCH, VALUES_MISMATCH, DUPLICATE_KEY, … */
export async function verifyLoad(
  deps: LoadDependencies,
  { context, file, plan, runId }: FileLoad,
  parts: readonly LoadedFilePart[],
  signal: AbortSignal,
): Promise<TableVerification | undefined> {
  const { table } = plan;
  const id = tableId(table.targetRef);
  const staging = { runId: targetRun(context, runId), plan: table };
  return deps.databases.use(context.target, async ({ target }) => {
    // Both only read what is staged. Each is waited for, so that no statement goes on when nobody waits for its answer.
    const [finished, measured] = await Promise.allSettled([
      target.finish(staging, signal),
      table.verify === 'none' ? undefined : target.aggregates(staging, signal),
    ]);
    if (finished.status === 'rejected') throw finished.reason;
    if (measured.status === 'rejected') throw measured.reason;
    if (measured.value === undefined) return undefined;
    const read = {
      rows: sum(parts.map((part) => part.rows)),
      figures: parts.flatMap((part) => (part.figures ? [part.figures] : [])),
    };
    const { verification, problem } = compareWithFile(table, read, measured.value);
    if (problem) throw problem;
    if (table.verify !== 'fingerprint') return verification;
    const fingerprint = {
      source: addFingerprints(parts.map((part) => part.fingerprint ?? '')),
      target: await readBackFingerprint(deps, { context, file, plan, runId }, signal),
    };
    const different = fingerprintError(id, fingerprint);
    if (different) throw different;
    return { ...verification, fingerprint };
  });
}

async function readBackFingerprint(
  deps: LoadDependencies,
  { context, plan: { table }, runId }: Omit<FileLoad, 'sha256'>,
  signal: AbortSignal,
): Promise<string> {
  const staging = { runId: targetRun(context, runId), plan: table };
  const ranges = await deps.databases.use(context.target, ({ target }) =>
    target.planReadBack(staging, table.partBytes),
  );
  const pairs = columnPairs(table, deps);
  const found: string[] = [];
  for (const range of ranges) {
    const request = { ...staging, range, batchRows: table.batchRows, pairs };
    const read = await deps.movers.fingerprint(context.target, request, newProgressCounter(), signal);
    found.push(read.fingerprint);
  }
  return addFingerprints(found);
}

/** Keeps what is replaced, then makes the new rows visible in one transaction. */
export async function publishLoad(
  deps: LoadDependencies,
  { context, plan, runId }: FileLoad,
  rows: number,
  signal: AbortSignal,
): Promise<{ lockedMs: number; warnings: string[] }> {
  const { table, backup } = plan;
  return deps.databases.use(context.target, async ({ target, reference }) => {
    if (backup) await reference.backup(table.targetRef, backup);
    try {
      return await target.publish(
        { runId: targetRun(context, runId), tables: [{ plan: table, rows }], lockTimeoutMs: deps.lockTimeoutMs },
        signal,
      );
    } catch (error) {
      // Nothing was replaced: a copy of the rows that are there would only push out backups that are worth something.
      if (backup && error instanceof LongshoreError && !error.retryable)
        await reference.dropBackup(backup).catch(() => undefined);
      throw error;
    }
  });
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
