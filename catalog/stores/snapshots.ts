import { LongshoreError } from '../../core/errors/longshore-error';
import type { SnapshotRecord, SnapshotStore } from '../catalog';
import type { StoreContext } from './store';

export function snapshotStore({ db, attempt }: StoreContext): SnapshotStore {
  return {
    open: (runId, token) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const run = await tx
            .selectFrom('runs')
            .select('run_id')
            .where('run_id', '=', runId)
            .forUpdate()
            .executeTakeFirst();
          if (run === undefined) throw new LongshoreError('RUN_NOT_FOUND', `The catalog has no run ${runId}.`);
          const known = await tx
            .selectFrom('snapshots')
            .select('epoch')
            .where('run_id', '=', runId)
            .where('token', '=', token)
            .executeTakeFirst();
          if (known !== undefined) return known.epoch;
          const last = await tx
            .selectFrom('snapshots')
            .select((q) => q.fn.max('epoch').as('epoch'))
            .where('run_id', '=', runId)
            .executeTakeFirst();
          const epoch = (last?.epoch ?? 0) + 1;
          await tx.insertInto('snapshots').values({ run_id: runId, epoch, token }).execute();
          return epoch;
        }),
      ),

    current: (runId) =>
      attempt(async () => {
        const row = await db
          .selectFrom('snapshots')
          .selectAll()
          .where('run_id', '=', runId)
          .orderBy('epoch', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row && toRecord(row);
      }),

    get: (runId, epoch) =>
      attempt(async () => {
        const row = await db
          .selectFrom('snapshots')
          .selectAll()
          .where('run_id', '=', runId)
          .where('epoch', '=', epoch)
          .executeTakeFirst();
        return row && toRecord(row);
      }),
  };
}

const toRecord = (row: { run_id: string; epoch: number; token: string }): SnapshotRecord => ({
  runId: row.run_id,
  epoch: row.epoch,
  token: row.token,
});
