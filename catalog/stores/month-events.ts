import { sql } from 'kysely';
import { CATALOG_SCHEMA, orUndefined } from '../database';
import type { MonthStore, RunEvent } from '../month';
import type { StoreContext } from './store';

const EVENTS = sql.table(`${CATALOG_SCHEMA}.run_events`);
const BATCHES = sql.table(`${CATALOG_SCHEMA}.month_batches`);

/** Logs of runs, and the end of all that is kept of them. */
export function monthEventStore({ db, attempt }: StoreContext): Pick<MonthStore, 'log' | 'events' | 'cleanUp'> {
  return {
    log: ({ runId, level, message, details, key }) =>
      attempt(async () => {
        // One writer of a run after the other: who reads on behind the last event it has seen must miss none that was
        // numbered before that one and committed after it.
        await sql`
          WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(${`longshore log ${runId}`}, 0)))
          INSERT INTO ${EVENTS} (run_id, key, level, message, details)
          SELECT ${runId}, ${key ?? null}, ${level}, ${message.replaceAll('\u0000', '\ufffd')},
            ${details === undefined ? null : JSON.stringify(details)}::json FROM turn
          ON CONFLICT (run_id, key) WHERE key IS NOT NULL DO NOTHING`.execute(db);
      }),

    events: ({ runId, after = 0, limit }) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('run_events')
          .selectAll()
          .where('run_id', '=', runId)
          .where('id', '>', after)
          .orderBy('id')
          .limit(limit)
          .execute();
        return rows.map((row): RunEvent => ({
          id: row.id,
          runId: row.run_id,
          at: row.at,
          level: row.level as RunEvent['level'],
          message: row.message,
          details: orUndefined(row.details),
        }));
      }),

    cleanUp: (before) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const gone = await tx
            .deleteFrom('runs')
            .where('kind', '=', 'month')
            .where('finished_at', '<', before)
            .returning('run_id')
            .execute();
          const runs = gone.map(({ run_id }) => run_id);
          const events = await tx
            .deleteFrom('run_events')
            .where(sql<boolean>`run_id = ANY(${runs}::text[])`)
            .executeTakeFirst();
          // A batch that another run has taken up since stays, with its files and parts.
          await sql`DELETE FROM ${BATCHES} AS b WHERE b.last_update < ${before} AND NOT EXISTS (
            SELECT FROM ${sql.table(`${CATALOG_SCHEMA}.runs`)} AS r WHERE r.run_id = ANY(b.runs))`.execute(tx);
          return { runs: runs.length, events: Number(events.numDeletedRows) };
        }),
      ),
  };
}
