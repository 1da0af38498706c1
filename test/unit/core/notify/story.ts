import type { Occurrence } from '../../../../core/notify/story';
import type { NotifyEvent } from '../../../../schemas/constants';

export const EVENTS: readonly NotifyEvent[] = ['done', 'partial', 'failed', 'cancelled', 'refused', 'slow'];

const table = { rowsExtracted: 10, rowsLoaded: 1_000_000, bytes: 5_000_000, parts: 4, partsLoaded: 3, warnings: ['w'] };

/** One run with a table that arrived, one that failed and one under way. */
export function occurrence(event: NotifyEvent, change: Partial<Occurrence> = {}): Occurrence {
  return {
    event,
    from: 'prod',
    run: {
      runId: 'transfer/sales/2026-11-20T05:00Z',
      name: 'sales',
      target: 'uat',
      triggeredBy: 'ann',
      reason: 'month end',
      startedAt: new Date('2026-11-20T05:00:00Z'),
      ...(event !== 'slow' && { finishedAt: new Date('2026-11-20T06:05:30Z') }),
    },
    tables: [
      { tableId: 'public.customers', phase: 'published', ...table },
      {
        tableId: 'public.orders',
        phase: 'failed',
        ...table,
        error: {
          code: 'DUPLICATE_KEY',
          message: 'Two rows of public.orders have the key id=17.',
          place: { table: 'public.orders', key: 'id=17' },
          next: 'Remove the duplicate named, or drop the key.',
        },
      },
      { tableId: 'public.lines', phase: event === 'slow' ? 'copying' : 'cancelled', ...table },
    ],
    now: new Date('2026-11-20T05:42:00Z'),
    usualSeconds: 840,
    lastGood: {
      runId: 'transfer/sales/2026-11-19T05:00Z',
      startedAt: new Date('2026-11-19T05:00:00Z'),
      seconds: 850,
      rows: 3_000_000,
    },
    links: [{ label: 'Temporal', url: 'https://temporal.example.com/namespaces/default/workflows/x' }],
    ...change,
  };
}
