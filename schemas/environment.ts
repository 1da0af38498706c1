/**
 * Environments: databases by name. Each kind has two schemas, one for connection settings as they are used, secrets
 * resolved, and one for the entry in the configuration, where a connection setting may be a reference.
 */
import { z } from 'zod';
import { common } from './environment-common';
import { snowflakeEntry, snowflakeEnvironment } from './environment-snowflake';
import { orReference, orSecret, word } from './fields';

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

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

const MSSQL_LOGINS = [
  'sql',
  'ntlm',
  'entra-token',
  'entra-password',
  'entra-service-principal',
  'entra-managed-identity',
  'entra-default',
] as const;

const mssqlFields = {
  url: z.string().min(1),
  host: word,
  port: z.number().int().min(1).max(65535),
  instance: word,
  database: word,
  user: word,
  password: z.string(),
  authentication: z.enum(MSSQL_LOGINS),
  domain: word,
  token: z.string().min(1),
  tenantId: word,
  clientId: word,
  clientSecret: z.string().min(1),
  encrypt: z.union([z.boolean(), z.literal('strict')]),
  trustServerCertificate: z.boolean(),
  serverName: word,
  readOnlyIntent: z.boolean(),
  multiSubnetFailover: z.boolean(),
  packetSize: z.number().int().min(512).max(32_767),
  connectTimeoutMs: z.number().int().positive(),
};

const aboutMssql = {
  url: 'Connection URL, `mssql://user:password@host:1433/database`, or an ADO connection string, `Server=host,1433;Database=…`; instead of the single settings.',
  host: 'Host name or address.',
  port: 'Port; 1433 when left out. Not together with `instance`.',
  instance: 'Named instance; its port is asked of the SQL Server Browser.',
  authentication:
    'How to log in: `sql` by user and password, `ntlm` as a Windows user of `domain`, or by Microsoft Entra: a ready `token`, a password, a service principal, a managed identity, or whatever the machine offers (`default`).',
  domain: 'Windows domain of the user, for `ntlm`.',
  token: 'Access token, for `entra-token`; best as a reference.',
  tenantId: 'Tenant, for `entra-password` and `entra-service-principal`.',
  clientId: 'Client id of the application or of the managed identity.',
  clientSecret: 'Secret of the service principal; best as a reference.',
  encrypt: 'Encryption of the connection; `strict` for TDS 8.',
  trustServerCertificate:
    'Accepts a certificate that nobody vouches for: for servers of your own with the certificate they made themselves.',
  serverName: 'Name that the certificate must have, when it is not the host.',
  readOnlyIntent:
    'Sends ApplicationIntent=ReadOnly, so that an availability group may answer from a readable secondary.',
  multiSubnetFailover: 'Tries all addresses of the host at once.',
  packetSize: 'Bytes of a network packet.',
};

const postgresKind = z.literal('postgres').describe('A PostgreSQL server.');
const mssqlKind = z.literal('mssql').describe('A SQL Server, Azure SQL included.');
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

/** Connection settings of a SQL Server, secrets resolved. */
export const mssqlEnvironment = z.strictObject({
  kind: mssqlKind,
  url: mssqlFields.url.optional(),
  host: mssqlFields.host.optional(),
  port: mssqlFields.port.optional(),
  instance: mssqlFields.instance.optional(),
  database: mssqlFields.database.optional(),
  user: mssqlFields.user.optional(),
  password: mssqlFields.password.optional(),
  authentication: mssqlFields.authentication.default('sql'),
  domain: mssqlFields.domain.optional(),
  token: mssqlFields.token.optional(),
  tenantId: mssqlFields.tenantId.optional(),
  clientId: mssqlFields.clientId.optional(),
  clientSecret: mssqlFields.clientSecret.optional(),
  encrypt: mssqlFields.encrypt.default(true),
  trustServerCertificate: mssqlFields.trustServerCertificate.default(false),
  serverName: mssqlFields.serverName.optional(),
  readOnlyIntent: mssqlFields.readOnlyIntent.default(false),
  multiSubnetFailover: mssqlFields.multiSubnetFailover.default(false),
  packetSize: mssqlFields.packetSize.default(16_384),
  connectTimeoutMs: mssqlFields.connectTimeoutMs.default(15_000),
  ...common,
});

/** What transfer sets and drop folders can go from and to. */
export const databaseEnvironmentSchema = z.discriminatedUnion('kind', [
  postgresEnvironment,
  duckdbEnvironment,
  mssqlEnvironment,
]);

export const environmentSchema = z.discriminatedUnion('kind', [
  ...databaseEnvironmentSchema.options,
  snowflakeEnvironment,
]);

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

const mssqlEntry = z
  .strictObject({
    kind: mssqlKind,
    url: orSecret(mssqlFields.url).optional().describe(aboutMssql.url),
    host: mssqlFields.host.optional().describe(aboutMssql.host),
    port: orReference(mssqlFields.port).optional().describe(aboutMssql.port),
    instance: mssqlFields.instance.optional().describe(aboutMssql.instance),
    database: mssqlFields.database.optional().describe(about.database),
    user: mssqlFields.user.optional().describe(about.user),
    password: orSecret(mssqlFields.password).optional().describe(about.password),
    authentication: orReference(mssqlFields.authentication).default('sql').describe(aboutMssql.authentication),
    domain: mssqlFields.domain.optional().describe(aboutMssql.domain),
    token: orSecret(mssqlFields.token).optional().describe(aboutMssql.token),
    tenantId: mssqlFields.tenantId.optional().describe(aboutMssql.tenantId),
    clientId: mssqlFields.clientId.optional().describe(aboutMssql.clientId),
    clientSecret: orSecret(mssqlFields.clientSecret).optional().describe(aboutMssql.clientSecret),
    encrypt: orReference(mssqlFields.encrypt).default(true).describe(aboutMssql.encrypt),
    trustServerCertificate: orReference(mssqlFields.trustServerCertificate)
      .default(false)
      .describe(aboutMssql.trustServerCertificate),
    serverName: mssqlFields.serverName.optional().describe(aboutMssql.serverName),
    readOnlyIntent: orReference(mssqlFields.readOnlyIntent).default(false).describe(aboutMssql.readOnlyIntent),
    multiSubnetFailover: orReference(mssqlFields.multiSubnetFailover)
      .default(false)
      .describe(aboutMssql.multiSubnetFailover),
    packetSize: orReference(mssqlFields.packetSize).default(16_384).describe(aboutMssql.packetSize),
    connectTimeoutMs: orReference(mssqlFields.connectTimeoutMs).default(15_000).describe(about.connectTimeoutMs),
    ...common,
  })
  .describe('A SQL Server database.');

/** An environment as the configuration file has it: connection settings may be references. */
export const environmentEntrySchema = z.discriminatedUnion('kind', [
  postgresEntry,
  duckdbEntry,
  mssqlEntry,
  snowflakeEntry,
]);

export type PostgresEnvironment = z.infer<typeof postgresEnvironment>;
export type MssqlEnvironment = z.infer<typeof mssqlEnvironment>;
export type DuckdbEnvironment = z.infer<typeof duckdbEnvironment>;
export type SnowflakeEnvironment = z.infer<typeof snowflakeEnvironment>;
export type EnvironmentConfig = z.infer<typeof environmentSchema>;
export type DatabaseEnvironment = z.infer<typeof databaseEnvironmentSchema>;
export type EnvironmentEntry = z.infer<typeof environmentEntrySchema>;
