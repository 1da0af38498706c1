import { type Kysely, sql } from 'kysely';

/** Files that were dropped, from the first sight to their end, and how often each folder was looked at. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  // Tells this catalog, and whoever works with it, from every other.
  `CREATE TABLE longshore.installation (id uuid NOT NULL DEFAULT gen_random_uuid())`,
  `INSERT INTO longshore.installation DEFAULT VALUES`,
  `CREATE TABLE longshore.drop_folders (
     folder       text PRIMARY KEY,
     scan         integer NOT NULL DEFAULT 0,
     applied_scan integer NOT NULL DEFAULT 0,
     last_scan_at timestamptz
   )`,
  `CREATE TABLE longshore.drop_files (
     id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     folder        text NOT NULL,
     path          text NOT NULL,
     size          bigint NOT NULL,
     mtime_ms      double precision NOT NULL,
     inode         text NOT NULL,
     dataset       text NOT NULL,
     load_type     text NOT NULL,
     group_key     text NOT NULL,
     state         text NOT NULL,
     first_scan    integer NOT NULL,
     first_seen_at timestamptz NOT NULL DEFAULT now(),
     ready_at      timestamptz,
     claimed_by    text,
     md5           text,
     sha256        text,
     table_id      text,
     plan          json,
     rows          bigint,
     rejected      bigint,
     workflow_id   text,
     step          text,
     verification  json,
     locked_ms     double precision,
     moved_to      text,
     error         json,
     error_code    text,
     published_at  timestamptz,
     started_at    timestamptz,
     finished_at   timestamptz
   )`,
  `CREATE TABLE longshore.drop_parts (
     file_id  bigint NOT NULL REFERENCES longshore.drop_files (id) ON DELETE CASCADE,
     part     integer NOT NULL,
     sha256   text NOT NULL,
     result   json NOT NULL,
     PRIMARY KEY (file_id, part)
   )`,
  // One row is at work on a path; a file dropped there again after the end of the first is another.
  `CREATE UNIQUE INDEX drop_files_active ON longshore.drop_files (folder, path)
     WHERE state IN ('watching', 'ready', 'processing')`,
  `CREATE INDEX drop_files_ready ON longshore.drop_files (folder, mtime_ms, path) WHERE state = 'ready'`,
  `CREATE INDEX drop_files_processing ON longshore.drop_files (folder, group_key) WHERE state = 'processing'`,
  `CREATE INDEX drop_files_content ON longshore.drop_files (sha256, folder, table_id) WHERE state = 'loaded'`,
  `CREATE INDEX drop_files_ended ON longshore.drop_files (folder, finished_at, state)
     WHERE state NOT IN ('watching', 'ready', 'processing')`,
  `CREATE INDEX drop_files_latest ON longshore.drop_files (folder, id DESC)`,
];
