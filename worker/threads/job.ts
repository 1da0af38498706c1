/** The body of a mover thread: opens the database, moves one part, closes it again. */
import type { MessagePort } from 'node:worker_threads';
import { toLongshoreError, type ErrorReport } from '../../core/errors/longshore-error';
import type { PartResult } from '../../core/types/transfer';
import type { ExtractRequest, LoadRequest, OpenOptions } from '../../connectors/connector';
import { connectorFor } from '../../connectors/registry';
import type { EnvironmentConfig } from '../../schemas/environment';

export interface Job {
  environment: EnvironmentConfig;
  options: OpenOptions;
  work: { extract: ExtractRequest } | { load: LoadRequest };
  /** Two 64-bit counters, rows and bytes. */
  progress: SharedArrayBuffer;
  /** Any message on it means: stop. */
  abort: MessagePort;
}

/** Errors cross the thread as reports, since structured clone keeps nothing of an error but its text. */
export type JobOutcome = { ok: true; result?: PartResult } | { ok: false; error: ErrorReport };

export default async function move({ environment, options, work, progress, abort }: Job): Promise<JobOutcome> {
  const controller = new AbortController();
  abort.once('message', () => controller.abort());
  abort.unref();
  const counter = new BigInt64Array(progress);
  try {
    const connector = connectorFor(environment.kind);
    const database = await connector.open(environment, options);
    try {
      if ('extract' in work)
        return { ok: true, result: await database.source.extractPart(work.extract, counter, controller.signal) };
      await database.target.loadPart(work.load, counter, controller.signal);
      return { ok: true };
    } finally {
      await database.close();
    }
  } catch (error) {
    return { ok: false, error: toLongshoreError(error).toJSON() };
  } finally {
    abort.close();
  }
}
