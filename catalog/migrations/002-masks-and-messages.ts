import { type Kysely, sql } from 'kysely';

/** Figures and fingerprints of parts, what verification found, and what came of messages to people. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `ALTER TABLE longshore.parts ADD COLUMN figures json, ADD COLUMN fingerprint text`,
  `ALTER TABLE longshore.run_tables ADD COLUMN verification json`,
  `CREATE TABLE longshore.notifications (
     run_id    text NOT NULL REFERENCES longshore.runs ON DELETE CASCADE,
     event     text NOT NULL,
     channel   text NOT NULL,
     delivered boolean NOT NULL,
     error     json,
     at        timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (run_id, event, channel)
   )`,
  // "The last good run" is asked for at every start and end.
  `CREATE INDEX runs_good ON longshore.runs (name, target, started_at DESC) WHERE status = 'done' AND NOT dry_run`,
];
