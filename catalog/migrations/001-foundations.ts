import { type Kysely, sql } from 'kysely';

/** Everything a transfer needs to be resumed, read back and accounted for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

// `json`, not `jsonb`: documents come back as they were written, key order and numbers included.
const STATEMENTS = [
  `CREATE TABLE longshore.configurations (
     version    integer PRIMARY KEY,
     hash       text NOT NULL UNIQUE,
     document   json NOT NULL,
     source     text NOT NULL,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE longshore.runs (
     run_id          text PRIMARY KEY,
     temporal_run_id text NOT NULL,
     kind            text NOT NULL,
     name            text NOT NULL,
     target          text NOT NULL,
     config_version  integer NOT NULL REFERENCES longshore.configurations,
     status          text NOT NULL,
     triggered_by    text NOT NULL,
     reason          text,
     dry_run         boolean NOT NULL,
     input           json NOT NULL,
     plan            json,
     error           json,
     started_at      timestamptz NOT NULL DEFAULT now(),
     finished_at     timestamptz
   )`,
  `CREATE UNIQUE INDEX runs_one_at_a_time ON longshore.runs (kind, name, target) WHERE finished_at IS NULL AND NOT dry_run`,
  `CREATE INDEX runs_latest ON longshore.runs (started_at DESC)`,
  `CREATE INDEX runs_by_name ON longshore.runs (name, started_at DESC)`,
  `CREATE TABLE longshore.run_tables (
     run_id            text NOT NULL REFERENCES longshore.runs ON DELETE CASCADE,
     table_id          text NOT NULL,
     position          integer NOT NULL,
     phase             text NOT NULL DEFAULT 'waiting',
     plan              json NOT NULL,
     parts_planned     integer,
     source_aggregates json,
     target_aggregates json,
     locked_ms         double precision,
     warnings          json NOT NULL DEFAULT '[]',
     error             json,
     started_at        timestamptz,
     finished_at       timestamptz,
     PRIMARY KEY (run_id, table_id)
   )`,
  `CREATE TABLE longshore.parts (
     run_id   text NOT NULL,
     table_id text NOT NULL,
     part     integer NOT NULL,
     range    json NOT NULL,
     epoch    integer,
     rows     bigint,
     bytes    bigint,
     sha256   text,
     columns  json,
     loaded   boolean NOT NULL DEFAULT false,
     PRIMARY KEY (run_id, table_id, part),
     FOREIGN KEY (run_id, table_id) REFERENCES longshore.run_tables ON DELETE CASCADE
   )`,
  `CREATE TABLE longshore.snapshots (
     run_id    text NOT NULL REFERENCES longshore.runs ON DELETE CASCADE,
     epoch     integer NOT NULL,
     token     text NOT NULL,
     opened_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (run_id, epoch),
     UNIQUE (run_id, token)
   )`,
  `CREATE TABLE longshore.audit (
     seq     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     id      text NOT NULL UNIQUE,
     at      timestamptz NOT NULL DEFAULT now(),
     actor   text NOT NULL,
     action  text NOT NULL,
     subject text NOT NULL,
     details json NOT NULL
   )`,
  `CREATE INDEX audit_by_subject ON longshore.audit (subject, seq DESC)`,
  `CREATE FUNCTION longshore.audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       RAISE EXCEPTION 'longshore.audit is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
     END $$`,
  `CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON longshore.audit
     FOR EACH STATEMENT EXECUTE FUNCTION longshore.audit_is_append_only()`,
];
