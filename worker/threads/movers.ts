import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import Piscina from 'piscina';
import type { EnvironmentRef, FileWorkers, Movers } from '../../activities/dependencies';
import type { MonthFileWorkers } from '../../activities/month/dependencies';
import type { OpenOptions, ProgressCounter } from '../../connectors/connector';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { DatabaseEnvironment } from '../../schemas/environment';
import { withEnvironment } from '../in-environment';
import type { DatabaseWork, Job, JobOutcome } from './job';
import { createMonthFiles } from './month-files';

export interface MoverOptions {
  threads: number;
  open: Pick<OpenOptions, 'memoryLimit' | 'tempDirectory'>;
  environment(ref: EnvironmentRef): Promise<DatabaseEnvironment>;
  /** 16 bytes from the masking key of the run's configuration; undefined where it has none. */
  maskKey(ref: EnvironmentRef): Promise<Uint8Array | undefined>;
}

/** A pool of threads that read and load parts. Aborting stops a part at its next chunk and leaves nothing half-loaded. */
export function createMovers({
  threads,
  open,
  environment,
  maskKey,
}: MoverOptions): Movers & { files: FileWorkers; monthFiles: MonthFileWorkers; close(): Promise<void> } {
  const pool = new Piscina<Job, JobOutcome>({
    filename: join(__dirname, 'job.js'),
    // Started before the first part comes, and kept: starting one costs as much as reading 300,000 rows.
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    // A thread that sleeps on a lock between parts could not close a database that nobody needs any more.
    atomics: 'disabled',
    // Rows travel in typed arrays outside the heap; what is left for objects is small.
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 },
  });

  async function run(
    work: Job['work'],
    progress: ProgressCounter,
    signal: AbortSignal,
    ports: MessagePort[] = [],
  ): Promise<Extract<JobOutcome, { ok: true }>> {
    const { port1, port2 } = new MessageChannel();
    const stop = (): void => port1.postMessage('stop');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const job = { work, progress: progress.buffer as SharedArrayBuffer, abort: port2 };
      const outcome = await pool.run(job, { transferList: [port2, ...ports] });
      if (outcome.ok) return outcome;
      const { code, message, place, next } = outcome.error;
      throw new LongshoreError(code, message, place, { next });
    } finally {
      signal.removeEventListener('abort', stop);
      port1.close();
    }
  }

  async function inDatabase(
    ref: EnvironmentRef,
    task: DatabaseWork['task'],
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<Extract<JobOutcome, { ok: true }>> {
    const options = { ...open, applicationName: `longshore ${ref.runId}`, poolSize: 2 };
    try {
      return await run({ environment: await environment(ref), options, task }, progress, signal);
    } catch (error) {
      throw withEnvironment(error, ref.environment);
    }
  }

  return {
    async extract(ref, request, { alongside: load, checks }, progress, signal) {
      const alongside = load && { environment: await environment(load.target), request: load.request };
      const key = request.columns.some(({ mask }) => mask) ? await maskKey(ref) : undefined;
      const work = { extract: request, checks, ...(alongside && { alongside }), ...(key && { maskKey: key }) };
      const { moved } = await inDatabase(ref, work, progress, signal);
      if (!moved) throw silent('read a part');
      return moved;
    },
    async load(ref, request, progress, signal) {
      await inDatabase(ref, { load: request }, progress, signal);
    },
    async fingerprint(ref, { pairs, ...request }, progress, signal) {
      const { readBack } = await inDatabase(ref, { readBack: request, pairs }, progress, signal);
      if (!readBack) throw silent('read rows back');
      return readBack;
    },
    files: {
      async scan(request, progress, signal) {
        const { scanned } = await run({ scan: request }, progress, signal);
        if (!scanned) throw silent('read a file');
        return scanned;
      },
      async hash(request, signal) {
        const { hashes } = await run({ hash: request }, new BigInt64Array(new SharedArrayBuffer(16)), signal);
        if (!hashes) throw silent('hashed a file');
        return hashes;
      },
      async tree(request, signal) {
        const { tree } = await run({ tree: request }, new BigInt64Array(new SharedArrayBuffer(16)), signal);
        if (!tree) throw silent('looked at a folder');
        return tree;
      },
      async loadDirect(ref, request, progress, signal) {
        const { direct } = await inDatabase(ref, { loadDirect: request }, progress, signal);
        if (!direct) throw silent('loaded a file');
        return direct;
      },
      async load(ref, request, progress, signal) {
        const { loadedFile } = await inDatabase(ref, { loadFile: request }, progress, signal);
        if (!loadedFile) throw silent('loaded a file');
        return loadedFile;
      },
    },
    monthFiles: createMonthFiles(open, async (work, progress, signal, ports) => {
      const { month } = await run({ month: work }, progress, signal, ports);
      if (!month) throw silent('worked on a file of a month');
      return month;
    }),
    close: () => pool.close({ force: true }),
  };
}

const silent = (what: string): LongshoreError =>
  new LongshoreError('INTERNAL', `A mover thread ${what} and said nothing of it.`);
