import type { NotifyEvent } from '../../schemas/constants';
import type { Link, Occurrence } from './story';

/** A run that never was, to try a channel and its templates with. `now` is when it is said to be told of. */
export function sampleOccurrence(
  event: NotifyEvent,
  now: Date,
  { by, links }: { by: string; links: readonly Link[] },
): Occurrence {
  const startedAt = new Date(now.getTime() - 25 * 60_000);
  const isWell = event === 'done';
  const table = {
    rowsExtracted: 120_000,
    rowsLoaded: 120_000,
    bytes: 9_000_000,
    parts: 4,
    partsLoaded: 4,
    warnings: [],
  };
  return {
    event,
    from: 'prod',
    run: {
      runId: 'transfer/test-message/2026-01-01T00:00Z',
      name: 'test-message',
      target: 'uat',
      triggeredBy: by,
      reason: 'this is a test: there is no such run',
      startedAt,
      ...(event !== 'slow' && { finishedAt: now }),
    },
    tables: [
      { tableId: 'public.customers', phase: event === 'partial' || isWell ? 'published' : 'ready', ...table },
      isWell
        ? { tableId: 'public.orders', phase: 'published', ...table }
        : event === 'slow'
          ? { tableId: 'public.orders', phase: 'copying', ...table, partsLoaded: 2, rowsLoaded: 60_000 }
          : {
              tableId: 'public.orders',
              phase: event === 'cancelled' ? 'cancelled' : 'failed',
              ...table,
              error: {
                code: 'CONNECTION_LOST',
                message: 'This is a test: nothing has failed.',
                place: { table: 'public.orders' },
                next: 'Nothing: the message arrived.',
              },
            },
    ],
    now,
    usualSeconds: 600,
    lastGood: {
      runId: 'transfer/test-message/2025-12-31T00:00Z',
      startedAt: new Date(startedAt.getTime() - 86_400_000),
      seconds: 590,
      rows: 239_000,
    },
    links,
  };
}
