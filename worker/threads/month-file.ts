/** What a mover thread does with the huge files of a month. */
import { tmpdir } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import type {
  CleanedFile,
  CleanRequest,
  DuplicateRequest,
  PackedPart,
  PackRequest,
  RuleRequest,
} from '../../activities/month/dependencies';
import type { OpenOptions, ProgressCounter } from '../../connectors/connector';
import { checkFileRules } from '../../connectors/duckdb/file-rules';
import { withKeyGroups } from '../../connectors/duckdb/key-groups';
import { LongshoreError, toLongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import type { CheckColumn, DuplicateFacts, RuleFacts } from '../../core/types/quality';
import type { ScanPlan } from '../../core/types/scan';
import {
  cleanFile,
  findDuplicates,
  inferColumns,
  packFile,
  readHeader,
  takesHelpers,
  withUtf8File,
} from '../../storage/month';
import type { FileHeader } from '../../storage/month';
import { startScanThreads } from './scan-threads';

export type MonthFileWork =
  /** Parts go out through `parts`, and each is answered there. */
  | { pack: PackRequest; parts: MessagePort }
  | { duplicates: DuplicateRequest; duckdb: DuckDBRoom }
  | { rules: RuleRequest; duckdb: DuckDBRoom }
  | { clean: CleanRequest }
  | { header: { path: string; format: ScanPlan['format'] } }
  | { infer: { path: string; plan: ScanPlan } };

/** What DuckDB may use of memory, and where it puts what does not fit. */
export type DuckDBRoom = Pick<OpenOptions, 'memoryLimit' | 'tempDirectory'>;

export interface MonthFileFindings {
  duplicates?: DuplicateFacts;
  rules?: RuleFacts[];
  cleaned?: CleanedFile;
  header?: FileHeader;
  columns?: CheckColumn[];
}

/** What is answered to a part: that it was taken, or why not. */
export interface PartAnswer {
  error?: ErrorReport;
}

export async function workOnMonthFile(
  work: MonthFileWork,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<MonthFileFindings> {
  try {
    if ('pack' in work) {
      await pack(work.pack, work.parts, progress, signal);
      return {};
    }
    if ('duplicates' in work) {
      const { duckdb } = work;
      return {
        duplicates: await findDuplicates(
          work.duplicates,
          async (use) => withKeyGroups(duckdb, signal, use),
          progress,
          signal,
        ),
      };
    }
    if ('rules' in work) return { rules: await rules(work.rules, work.duckdb, signal) };
    if ('clean' in work) return { cleaned: await cleanFile(work.clean, progress, signal) };
    if ('header' in work) return { header: await readHeader(work.header.path, work.header.format) };
    return { columns: await inferColumns(work.infer.path, work.infer.plan) };
  } catch (error) {
    if (signal.aborted) throw cancelled(error);
    throw error;
  }
}

async function rules({ path, plan, rules: all }: RuleRequest, duckdb: DuckDBRoom, signal: AbortSignal) {
  if (all.length === 0) return [];
  return withUtf8File(path, plan.format, duckdb.tempDirectory ?? tmpdir(), signal, async (file) =>
    checkFileRules({ file, path, plan, rules: all }, duckdb, signal),
  );
}

async function pack(
  request: PackRequest,
  port: MessagePort,
  progress: ProgressCounter,
  signal: AbortSignal,
): Promise<void> {
  const threads = takesHelpers(request) ? startScanThreads(request.plan) : [];
  try {
    await packFile(request, async (part) => handOver(port, part, signal), progress, signal, { helpers: threads });
  } finally {
    port.close();
    await Promise.all(threads.map(async (thread) => thread.stop()));
  }
}

/** Resolves when the part was taken; throws what it was refused with. Parts are handed over one at a time. */
async function handOver(port: MessagePort, part: PackedPart, signal: AbortSignal): Promise<void> {
  const answer = await new Promise<PartAnswer>((resolve, reject) => {
    const stop = (): void => reject(cancelled(signal.reason));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    port.once('message', (message: PartAnswer) => {
      signal.removeEventListener('abort', stop);
      resolve(message);
    });
    port.postMessage(part);
  });
  if (!answer.error) return;
  const { code, message, place, next } = answer.error;
  throw new LongshoreError(code, message, place, { next });
}

/** Answers parts as they come, one after the other, until the port is closed. The first failure is kept. */
export function answerParts(port: MessagePort, onPart: (part: PackedPart) => Promise<void>): { failure(): unknown } {
  let failure: unknown;
  port.on('message', (part: PackedPart) => {
    void onPart(part).then(
      () => port.postMessage({} satisfies PartAnswer),
      (error: unknown) => {
        failure ??= error;
        port.postMessage({ error: toLongshoreError(error).toJSON() } satisfies PartAnswer);
      },
    );
  });
  return { failure: () => failure };
}

const cancelled = (cause: unknown): LongshoreError =>
  new LongshoreError('CANCELLED', 'The run was cancelled.', {}, { cause });
