import { type Kysely, sql } from 'kysely';

/** Month batches: how far each is, its files and their parts, what checks found, what was deleted, and logs of runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `CREATE TABLE longshore.month_batches (
     batch_id       text PRIMARY KEY,
     batch          text NOT NULL,
     action         text NOT NULL,
     target         text NOT NULL,
     config_version integer NOT NULL REFERENCES longshore.configurations,
     quality_mode   text NOT NULL,
     status         text NOT NULL,
     runs           text[] NOT NULL,
     options        json NOT NULL,
     created_at     timestamptz NOT NULL DEFAULT now(),
     last_update    timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE INDEX month_batches_latest ON longshore.month_batches (created_at DESC)`,
  `CREATE INDEX month_batches_by_name ON longshore.month_batches (batch, created_at DESC)`,
  // A row per month and not three lists: months that run at once change each their own.
  `CREATE TABLE longshore.month_batch_months (
     batch_id text NOT NULL REFERENCES longshore.month_batches ON DELETE CASCADE,
     month    text NOT NULL,
     position integer NOT NULL,
     state    text NOT NULL DEFAULT 'waiting',
     PRIMARY KEY (batch_id, month)
   )`,
  `CREATE TABLE longshore.month_files (
     id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     batch_id       text NOT NULL REFERENCES longshore.month_batches ON DELETE CASCADE,
     path           text NOT NULL,
     size           bigint NOT NULL,
     mtime_ms       double precision NOT NULL,
     table_name     text NOT NULL,
     month          text NOT NULL,
     range          json,
     state          text NOT NULL DEFAULT 'waiting',
     load_id        text NOT NULL,
     fingerprint    text,
     rows           bigint,
     packed         boolean NOT NULL DEFAULT false,
     figures        json,
     copy_statement text,
     publish_mark   text,
     copied         json,
     quality_id     bigint,
     warnings       json NOT NULL DEFAULT '[]',
     error          json,
     started_at     timestamptz,
     finished_at    timestamptz
   )`,
  `CREATE UNIQUE INDEX month_files_once ON longshore.month_files (batch_id, table_name, month, path, size, mtime_ms)`,
  `CREATE INDEX month_files_content ON longshore.month_files (fingerprint, table_name) WHERE state = 'published'`,
  `CREATE TABLE longshore.month_parts (
     file_id  bigint NOT NULL REFERENCES longshore.month_files (id) ON DELETE CASCADE,
     part     integer NOT NULL,
     sha256   text NOT NULL,
     result   json NOT NULL,
     figures  json NOT NULL,
     uploaded boolean NOT NULL DEFAULT false,
     PRIMARY KEY (file_id, part)
   )`,
  // Results and deletions outlive batches: nothing refers to those.
  `CREATE TABLE longshore.month_quality (
     id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     hash       text NOT NULL UNIQUE,
     batch      text NOT NULL,
     batch_id   text,
     table_name text NOT NULL,
     month      text NOT NULL,
     file       text NOT NULL,
     mode       text NOT NULL,
     verdict    text NOT NULL,
     score      double precision,
     rows       bigint NOT NULL,
     at         timestamptz NOT NULL DEFAULT now(),
     result     json NOT NULL
   )`,
  `CREATE INDEX month_quality_latest ON longshore.month_quality (batch, id DESC)`,
  `CREATE INDEX month_quality_by_table ON longshore.month_quality (table_name, month, id DESC)`,
  `CREATE TABLE longshore.month_deletions (
     id          text PRIMARY KEY,
     batch       text NOT NULL,
     table_name  text NOT NULL,
     month       text NOT NULL,
     environment text NOT NULL,
     rows        bigint NOT NULL,
     by          text NOT NULL,
     reason      text,
     at          timestamptz NOT NULL DEFAULT now(),
     state       text NOT NULL,
     backup      text,
     restore_sql text,
     restored_at timestamptz
   )`,
  `CREATE INDEX month_deletions_latest ON longshore.month_deletions (batch, at DESC)`,
  `CREATE TABLE longshore.run_events (
     id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     run_id  text NOT NULL,
     key     text,
     at      timestamptz NOT NULL DEFAULT clock_timestamp(),
     level   text NOT NULL,
     message text NOT NULL,
     details json
   )`,
  `CREATE INDEX run_events_in_order ON longshore.run_events (run_id, id)`,
  `CREATE UNIQUE INDEX run_events_once ON longshore.run_events (run_id, key) WHERE key IS NOT NULL`,
];
