import { LongshoreError } from '../core/errors/longshore-error';
import { isUnanswered } from './connection';

/** How long servers that do not answer are borne with. */
const PATIENCE_MS = 120_000;

/** Tries again while servers do not answer, for two minutes at most. */
export async function patiently<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let since: number | undefined; ;) {
    try {
      return await work();
    } catch (error) {
      const away =
        isUnanswered(error) ||
        (error instanceof LongshoreError &&
          (error.code === 'TEMPORAL_UNAVAILABLE' || error.code === 'CATALOG_UNAVAILABLE'));
      since ??= Date.now();
      if (!away || signal?.aborted || Date.now() - since > PATIENCE_MS) throw error;
      await pause(1000, signal);
    }
  }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}
