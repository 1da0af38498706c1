import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import Piscina from 'piscina';
import type { EnvironmentRef, MovedPart, Movers } from '../../activities/dependencies';
import type { OpenOptions, ProgressCounter } from '../../connectors/connector';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { EnvironmentConfig } from '../../schemas/environment';
import type { Job, JobOutcome } from './job';

export interface MoverOptions {
  threads: number;
  open: Pick<OpenOptions, 'memoryLimit' | 'tempDirectory'>;
  environment(ref: EnvironmentRef): Promise<EnvironmentConfig>;
}

/** A pool of threads that read and load parts. Aborting stops a part at its next chunk and leaves nothing half-loaded. */
export function createMovers({ threads, open, environment }: MoverOptions): Movers & { close(): Promise<void> } {
  const pool = new Piscina<Job, JobOutcome>({
    filename: join(__dirname, 'job.js'),
    // Started before the first part comes, and kept: starting one costs as much as reading 300,000 rows.
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    // Rows travel in typed arrays outside the heap; what is left for objects is small.
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 },
  });

  async function run(
    ref: EnvironmentRef,
    work: Job['work'],
    progress: ProgressCounter,
    signal: AbortSignal,
  ): Promise<MovedPart | undefined> {
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
      if (outcome.ok) return outcome.moved;
      const { code, message, place, next } = outcome.error;
      throw new LongshoreError(code, message, { environment: ref.environment, ...place }, { next });
    } finally {
      signal.removeEventListener('abort', stop);
      port1.close();
    }
  }

  return {
    async extract(ref, request, load, progress, signal) {
      const alongside = load && { environment: await environment(load.target), request: load.request };
      const moved = await run(ref, { extract: request, ...(alongside && { alongside }) }, progress, signal);
      if (!moved) throw new LongshoreError('INTERNAL', 'A mover thread read a part and said nothing of it.');
      return moved;
    },
    async load(ref, request, progress, signal) {
      await run(ref, { load: request }, progress, signal);
    },
    close: () => pool.close({ force: true }),
  };
}
