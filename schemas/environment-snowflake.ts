/** A Snowflake account as an environment: month batches go there. Like the others in `environment.ts`, in two schemas. */
import { z } from 'zod';
import { safety } from './environment-common';
import { orReference, orSecret, word } from './fields';

const LOGINS = ['password', 'key-pair', 'oauth', 'access-token'] as const;

const fields = {
  account: word,
  user: word,
  authentication: z.enum(LOGINS),
  password: z.string().min(1),
  privateKey: z.string().min(1),
  privateKeyPassphrase: z.string().min(1),
  token: z.string().min(1),
  warehouse: word,
  database: word,
  schema: word,
  role: word,
  host: word,
  port: z.number().int().min(1).max(65535),
  protocol: z.enum(['https', 'http']),
  accessUrl: z.string().regex(/^https?:\/\/[^\s/]+\/?$/, 'must be a URL such as https://name.snowflakecomputing.com'),
  queryTag: z.string().min(1).max(2000),
  loginTimeoutMs: z.number().int().positive(),
};

const about = {
  account: 'Account identifier, `organisation-account` or `locator.region.cloud`.',
  user: 'User to log in as.',
  authentication:
    'How to log in: `password`, `key-pair` with a private key, `oauth` with a token of an identity provider, or `access-token`, a programmatic access token.',
  password: 'Password, for `password`; best as a reference: `${env:NAME}` or `${file:/run/secrets/name}`.',
  privateKey:
    'Private key as PEM text, for `key-pair`; best as a reference to its file: `${file:/run/secrets/snowflake.p8}`.',
  privateKeyPassphrase: 'Passphrase of an encrypted private key.',
  token:
    'Token, for `oauth` and `access-token`; best as a reference to a file that is kept fresh: `${file:/run/secrets/token}`.',
  warehouse: 'Virtual warehouse that does the work; that of the user when left out.',
  database: 'Database of the tables.',
  schema: 'Schema of the tables, of the stage and of the ledger; PUBLIC when left out.',
  role: 'Role to work in; that of the user when left out.',
  host: 'Host, where it is not the one that the account says, e.g. of a private link.',
  port: 'Port of `host`; 443 when left out, 80 with `protocol: http`.',
  protocol: '`https`, or `http` for a server of your own that stands in for Snowflake.',
  accessUrl: 'Whole URL of the account, instead of `host`, `port` and `protocol`.',
  queryTag: 'Tag of every statement in the query history; the name of the run when left out.',
  loginTimeoutMs: 'Milliseconds to wait for a login.',
};

const kind = z.literal('snowflake').describe('A Snowflake account; month batches go there.');

/** Connection settings of a Snowflake account, secrets resolved. */
export const snowflakeEnvironment = z.strictObject({
  kind,
  account: fields.account,
  user: fields.user.optional(),
  authentication: fields.authentication.default('password'),
  password: fields.password.optional(),
  privateKey: fields.privateKey.optional(),
  privateKeyPassphrase: fields.privateKeyPassphrase.optional(),
  token: fields.token.optional(),
  warehouse: fields.warehouse.optional(),
  database: fields.database,
  schema: fields.schema.default('PUBLIC'),
  role: fields.role.optional(),
  host: fields.host.optional(),
  port: fields.port.optional(),
  protocol: fields.protocol.default('https'),
  accessUrl: fields.accessUrl.optional(),
  queryTag: fields.queryTag.optional(),
  loginTimeoutMs: fields.loginTimeoutMs.default(45_000),
  ...safety,
});

export const snowflakeEntry = z
  .strictObject({
    kind,
    account: fields.account.describe(about.account),
    user: fields.user.optional().describe(about.user),
    authentication: orReference(fields.authentication).default('password').describe(about.authentication),
    password: orSecret(fields.password).optional().describe(about.password),
    privateKey: orSecret(fields.privateKey).optional().describe(about.privateKey),
    privateKeyPassphrase: orSecret(fields.privateKeyPassphrase).optional().describe(about.privateKeyPassphrase),
    token: orSecret(fields.token).optional().describe(about.token),
    warehouse: fields.warehouse.optional().describe(about.warehouse),
    database: fields.database.describe(about.database),
    schema: fields.schema.default('PUBLIC').describe(about.schema),
    role: fields.role.optional().describe(about.role),
    host: fields.host.optional().describe(about.host),
    port: orReference(fields.port).optional().describe(about.port),
    protocol: orReference(fields.protocol).default('https').describe(about.protocol),
    accessUrl: orReference(fields.accessUrl).optional().describe(about.accessUrl),
    queryTag: fields.queryTag.optional().describe(about.queryTag),
    loginTimeoutMs: orReference(fields.loginTimeoutMs).default(45_000).describe(about.loginTimeoutMs),
    ...safety,
  })
  .describe('A Snowflake account.');
