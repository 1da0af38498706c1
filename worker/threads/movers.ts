import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import Piscina from 'piscina';
import type { EnvironmentRef, Movers } from '../../activities/dependencies';
import type { OpenOptions, ProgressCounter } from '../../connectors/connector';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { EnvironmentConfig } from '../../schemas/environment';
import type { Job, JobOutcome } from './job';

export interface MoverOptions {
  threads: number;
  open: Pick<OpenOptions, 'memoryLimit' | 'tempDirectory'>;
  environment(ref: EnvironmentRef): Promise<EnvironmentConfig>;
  /** 16 bytes from the masking key of the run's configuration; undefined where it has none. */
  maskKey(ref: EnvironmentRef): Promise<Uint8Array | undefined>;
}

/** A pool of threads that read and load parts. Aborting stops a part at its next chunk and leaves nothing half-loaded. */
export function createMovers({
  threads,
  open,
  environment,
  maskKey,
}: MoverOptions): Movers & { close(): Promise<void> } {
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
    ref: EnvironmentRef,
    work: Job['work'],
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<Extract<JobOutcome, { ok: true }>> {
    const { port1, port2 } = new MessageChannel();
    const stop = (): void => port1.postMessage('stop');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const options = { ...open, applicationName: `longshore ${ref.runId}`, poolSize: 2 };
      const job = {
        environment: await environment(ref),
        options,
        work,
        progress: progress.buffer as SharedArrayBuffer,
        abort: port2,
      };
      const outcome = await pool.run(job, { transferList: [port2] });
      if (outcome.ok) return outcome;
      const { code, message, place, next } = outcome.error;
      throw new LongshoreError(code, message, { environment: ref.environment, ...place }, { next });
    } finally {
      signal.removeEventListener('abort', stop);
      port1.close();
    }
  }

  return {
    async extract(ref, request, { alongside: load, checks }, progress, signal) {
      const alongside = load && { environment: await environment(load.target), request: load.request };
      const key = request.columns.some(({ mask }) => mask) ? await maskKey(ref) : undefined;
      const work = { extract: request, checks, ...(alongside && { alongside }), ...(key && { maskKey: key }) };
      const { moved } = await run(ref, work, progress, signal);
      if (!moved) throw new LongshoreError('INTERNAL', 'A mover thread read a part and said nothing of it.');
      return moved;
    },
    async load(ref, request, progress, signal) {
      await run(ref, { load: request }, progress, signal);
    },
    async fingerprint(ref, { pairs, ...request }, progress, signal) {
      const { readBack } = await run(ref, { readBack: request, pairs }, progress, signal);
      if (!readBack) throw new LongshoreError('INTERNAL', 'A mover thread read rows back and said nothing of them.');
      return readBack;
    },
    close: () => pool.close({ force: true }),
  };
}
