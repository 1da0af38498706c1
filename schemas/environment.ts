/**
 * Environments: databases by name. Each kind has two schemas, one for connection settings as they are used, secrets
 * resolved, and one for the entry in the configuration, where a connection setting may be a reference.
 */
import { z } from 'zod';
import { orReference, orSecret, word } from './fields';

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

const common = {
  readOnly: z
    .boolean()
    .default(false)
    .describe('Nothing is ever written to this environment; enforced below every connector and in the session.'),
  protectedTables: z
    .array(word)
    .default([])
    .describe('Tables that no run may write; `*` stands for any run of characters.'),
  maxRowsPerTable: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('No table with more rows than this is transferred into this environment.'),
  stagingSchema: z
    .string()
    .regex(/^[^\u0000-\u001f]{1,63}$/, 'must be 1 to 63 characters')
    .default('longshore_staging')
    .describe('Schema in the target for staging tables; created when missing, removed when empty.'),
};

const postgresFields = {
  url: z.string().min(1),
  host: word,
  port: z.number().int().min(1).max(65535),
  database: word,
  user: word,
  password: z.string(),
  ssl: z.union([z.boolean(), z.enum(SSL_MODES)]),
  connectTimeoutMs: z.number().int().positive(),
};

const about = {
  url: 'Connection URL, `postgres://user:password@host:5432/database`; instead of the single settings.',
  host: 'Host name, address, or folder of a Unix socket.',
  port: 'Port; 5432 when left out.',
  database: 'Name of the database.',
  user: 'User to log in as.',
  password: 'Password, best as a reference: `${env:NAME}` or `${file:/run/secrets/name}`.',
  ssl: 'Encryption of the connection: `true` for `require`, `false` for `disable`, or a mode of libpq.',
  connectTimeoutMs: 'Milliseconds to wait for a connection.',
  duckdbPath: 'The database file; relative to the folder of the configuration file.',
};

const postgresKind = z.literal('postgres').describe('A PostgreSQL server.');
const duckdbKind = z.literal('duckdb').describe('A DuckDB database file.');

/** Connection settings of a PostgreSQL server, secrets resolved. */
export const postgresEnvironment = z.strictObject({
  kind: postgresKind,
  url: postgresFields.url.optional(),
  host: postgresFields.host.optional(),
  port: postgresFields.port.optional(),
  database: postgresFields.database.optional(),
  user: postgresFields.user.optional(),
  password: postgresFields.password.optional(),
  ssl: postgresFields.ssl.optional(),
  connectTimeoutMs: postgresFields.connectTimeoutMs.default(10_000),
  ...common,
});

/** Settings of a DuckDB file. Once resolved, `path` is absolute. */
export const duckdbEnvironment = z.strictObject({ kind: duckdbKind, path: word, ...common });

export const environmentSchema = z.discriminatedUnion('kind', [postgresEnvironment, duckdbEnvironment]);

const postgresEntry = z
  .strictObject({
    kind: postgresKind,
    url: orSecret(postgresFields.url).optional().describe(about.url),
    host: postgresFields.host.optional().describe(about.host),
    port: orReference(postgresFields.port).optional().describe(about.port),
    database: postgresFields.database.optional().describe(about.database),
    user: postgresFields.user.optional().describe(about.user),
    password: orSecret(postgresFields.password).optional().describe(about.password),
    ssl: orReference(postgresFields.ssl).optional().describe(about.ssl),
    connectTimeoutMs: orReference(postgresFields.connectTimeoutMs).default(10_000).describe(about.connectTimeoutMs),
    ...common,
  })
  .describe('A PostgreSQL database.');

const duckdbEntry = z
  .strictObject({ kind: duckdbKind, path: word.describe(about.duckdbPath), ...common })
  .describe('A DuckDB database file.');

/** An environment as the configuration file has it: connection settings may be references. */
export const environmentEntrySchema = z.discriminatedUnion('kind', [postgresEntry, duckdbEntry]);

export type PostgresEnvironment = z.infer<typeof postgresEnvironment>;
export type DuckdbEnvironment = z.infer<typeof duckdbEnvironment>;
export type EnvironmentConfig = z.infer<typeof environmentSchema>;
export type EnvironmentEntry = z.infer<typeof environmentEntrySchema>;
