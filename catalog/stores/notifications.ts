import type { Selectable } from 'kysely';
import { type ErrorReport, LongshoreError } from '../../core/errors/longshore-error';
import type { NotifyEvent } from '../../schemas/constants';
import type { NotificationRecord, NotificationStore } from '../catalog';
import { type CatalogTables, orUndefined } from '../database';
import type { StoreContext } from './store';

/** Postgres: the row that a foreign key names does not exist. */
const NO_SUCH_ROW = '23503';

export function notificationStore({ db, attempt }: StoreContext): NotificationStore {
  return {
    record: ({ runId, event, channel, delivered, error }) =>
      attempt(async () => {
        const outcome = { delivered, error: error === undefined ? null : JSON.stringify(error) };
        try {
          await db
            .insertInto('notifications')
            .values({ run_id: runId, event, channel, ...outcome })
            .onConflict((conflict) =>
              conflict
                .columns(['run_id', 'event', 'channel'])
                .doUpdateSet((q) => ({ ...outcome, at: q.fn<Date>('clock_timestamp') })),
            )
            .execute();
        } catch (thrown) {
          if (!(thrown instanceof Error && 'code' in thrown && thrown.code === NO_SUCH_ROW)) throw thrown;
          throw new LongshoreError('RUN_NOT_FOUND', `The catalog has no run ${runId}.`, {}, { cause: thrown });
        }
      }),

    list: (runId) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('notifications')
          .selectAll()
          .where('run_id', '=', runId)
          .orderBy('at')
          .orderBy('event')
          .orderBy('channel')
          .execute();
        return rows.map(toRecord);
      }),
  };
}

const toRecord = (row: Selectable<CatalogTables['notifications']>): NotificationRecord => ({
  runId: row.run_id,
  event: row.event as NotifyEvent,
  channel: row.channel,
  delivered: row.delivered,
  error: orUndefined(row.error as ErrorReport | null),
  at: row.at,
});
