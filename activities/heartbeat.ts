import { CancelledFailure, Context } from '@temporalio/activity';
import type { ProgressCounter } from '../connectors/connector';

/** Cancellations arrive with heartbeats, so this is how long one may take. */
const HEARTBEAT_MS = 250;

/** A counter that worker threads can write and heartbeats can read: rows at 0, bytes at 1. */
export const newProgressCounter = (): ProgressCounter => new BigInt64Array(new SharedArrayBuffer(16));

/**
 * Runs `work` while heartbeating its progress. The signal aborts when the activity is cancelled; an error that `work`
 * throws after that is the cancellation's echo and is replaced by the cancellation itself.
 */
export async function withHeartbeat<T>(
  work: (signal: AbortSignal, progress: ProgressCounter) => Promise<T>,
  progress: ProgressCounter = newProgressCounter(),
  /** Told with every heartbeat: what the activity is at. */
  about: Record<string, string | number> = {},
): Promise<T> {
  const context = Context.current();
  const beat = (): void =>
    context.heartbeat({
      ...about,
      rows: Number(Atomics.load(progress, 0)),
      bytes: Number(Atomics.load(progress, 1)),
    });
  // A local activity is part of a workflow task: the worker hears of its cancellation by itself.
  const isLocal = context.info.isLocal;
  if (!isLocal) beat();
  const timer = isLocal ? undefined : setInterval(beat, HEARTBEAT_MS);
  try {
    return await work(context.cancellationSignal, progress);
  } catch (error) {
    if (context.cancellationSignal.aborted && !(error instanceof CancelledFailure)) {
      // Rejects with the reason of the cancellation at once, since the signal has fired.
      await context.cancelled;
    }
    throw error;
  } finally {
    clearInterval(timer);
  }
}
