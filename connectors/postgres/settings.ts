/** From an environment's configuration to what the driver needs, with the SSL modes as libpq defines them. */
import type { ConnectionOptions } from 'node:tls';
import { parse } from 'pg-connection-string';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { PostgresEnvironment } from '../../schemas/environment';

export interface ConnectionSettings {
  host: string;
  port: number;
  user: string;
  database: string;
  password: string | undefined;
  /** What is tried, in this order: with `prefer` an encrypted connection first and a plain one where there is no TLS. */
  ssl: (false | ConnectionOptions)[];
}

type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
const SSL_MODES: readonly string[] = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];

interface UrlParts {
  host?: string;
  port?: string;
  user?: string;
  database?: string;
  password?: string;
  sslMode?: string;
  tls: ConnectionOptions;
}

/** Parts named beside the URL win over the URL. Throws CONFIG_INVALID, never with the URL in the message. */
export function connectionSettings(environment: PostgresEnvironment): ConnectionSettings {
  const url: UrlParts = environment.url === undefined ? { tls: {} } : parseUrl(environment.url);
  const user = environment.user ?? url.user ?? process.env['PGUSER'] ?? 'postgres';
  return {
    host: environment.host ?? url.host ?? process.env['PGHOST'] ?? 'localhost',
    port: environment.port ?? portOf(url.port ?? process.env['PGPORT'] ?? '5432'),
    user,
    database: environment.database ?? url.database ?? process.env['PGDATABASE'] ?? user,
    password: environment.password ?? url.password ?? process.env['PGPASSWORD'],
    ssl: sslAttempts(environment.ssl ?? url.sslMode ?? 'prefer', url.tls),
  };
}

function parseUrl(url: string): UrlParts {
  let parsed;
  try {
    parsed = parse(withoutSslMode(url));
  } catch (error) {
    throw new LongshoreError(
      'CONFIG_INVALID',
      'The `url` of a Postgres environment cannot be read: it must look like postgresql://user:password@host:5432/database, with special characters percent-encoded, and the certificate files it names must exist.',
      {},
      { cause: error instanceof Error ? error.name : undefined },
    );
  }
  const given = (value: string | null | undefined): string | undefined =>
    value === null || value === '' ? undefined : value;
  const parameters = new URLSearchParams(url.split('?')[1] ?? '');
  const sslMode = parameters.get('sslmode') ?? parameters.get('ssl') ?? undefined;
  return {
    host: given(parsed.host),
    port: given(parsed.port),
    user: given(parsed.user),
    database: given(parsed.database),
    password: given(parsed.password),
    sslMode:
      sslMode === 'true' || sslMode === '1'
        ? 'verify-full'
        : sslMode === 'false' || sslMode === '0'
          ? 'disable'
          : sslMode,
    tls: typeof parsed.ssl === 'object' ? (parsed.ssl as ConnectionOptions) : {},
  };
}

/** The driver's own reading of `sslmode` differs from libpq's, so it never sees it. */
function withoutSslMode(url: string): string {
  return url
    .replace(/([?&])(sslmode|ssl|uselibpqcompat)=[^&]*/gi, '$1')
    .replace(/[?&]+$/, '')
    .replace(/([?&])&+/g, '$1');
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new LongshoreError(
      'CONFIG_INVALID',
      `The port "${text}" of a Postgres environment is not a number from 1 to 65535.`,
    );
  return port;
}

function sslAttempts(mode: string | boolean, tls: ConnectionOptions): (false | ConnectionOptions)[] {
  const name = mode === true ? 'verify-full' : mode === false ? 'disable' : mode;
  if (!SSL_MODES.includes(name))
    throw new LongshoreError(
      'CONFIG_INVALID',
      `The SSL mode "${name}" of a Postgres environment is not one of ${SSL_MODES.join(', ')}.`,
    );
  const unverified = { ...tls, rejectUnauthorized: false };
  const authorityOnly = { ...tls, checkServerIdentity: () => undefined };
  switch (name as SslMode) {
    case 'disable':
      return [false];
    case 'prefer':
      return [unverified, false];
    case 'require':
      // As in libpq: whoever names an authority wants it checked.
      return [tls.ca === undefined ? unverified : authorityOnly];
    case 'verify-ca':
      return [authorityOnly];
    case 'verify-full':
      return [{ ...tls }];
  }
}
