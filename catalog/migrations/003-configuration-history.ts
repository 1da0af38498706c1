import { type Kysely, sql } from 'kysely';

/** Why and how a version came to be; and a document may be taken up again, as a version after the ones in between. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  `ALTER TABLE longshore.configurations
     ADD COLUMN reason text,
     ADD COLUMN origin text NOT NULL DEFAULT 'run',
     DROP CONSTRAINT configurations_hash_key`,
  `CREATE INDEX configurations_hash ON longshore.configurations (hash, version DESC)`,
];
