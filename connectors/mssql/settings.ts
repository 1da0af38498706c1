/** From an environment's configuration to what the driver needs. */
import type { ConnectionAuthentication, ConnectionConfiguration } from 'tedious';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { MssqlEnvironment } from '../../schemas/environment';
import { parseConnectionString, type ConnectionParts } from './connection-string';
import type { ServerIdentity } from './errors';

export interface MssqlSettings {
  /** What tedious is given; holds secrets, so it is never printed. */
  config: ConnectionConfiguration;
  server: ServerIdentity;
  connectTimeoutMs: number;
  readOnly: boolean;
  stagingSchema: string;
}

const DEFAULT_PORT = 1433;
/** The server keeps 128 characters of it. */
const LONGEST_NAME = 128;

/** Settings named beside the URL win over the URL. Throws CONFIG_INVALID, never with the URL in the message. */
export function connectionSettings(environment: MssqlEnvironment, applicationName: string): MssqlSettings {
  const url: ConnectionParts =
    environment.url === undefined ? { options: new Map() } : parseConnectionString(environment.url);
  const option = (name: string): string | undefined => url.options.get(name);
  const host = environment.host ?? url.host ?? 'localhost';
  const named = environment.instance !== undefined || environment.port !== undefined;
  const instance = environment.instance ?? (named ? undefined : url.port === undefined ? url.instance : undefined);
  const port = environment.port ?? (named ? undefined : portOf(url.port));
  if (environment.instance !== undefined && environment.port !== undefined)
    throw new LongshoreError(
      'CONFIG_INVALID',
      'A SQL Server environment names both `instance` and `port`; an instance is found by its name, so leave out one of them.',
    );
  const database = environment.database ?? url.database;
  const user = environment.user ?? url.user;
  const encrypt = environment.encrypt === true ? (encryption(option('encrypt')) ?? true) : environment.encrypt;
  const readOnlyIntent = environment.readOnlyIntent || /^readonly$/i.test(option('applicationintent') ?? '');
  const seconds = Number(option('connecttimeout'));
  const connectTimeoutMs =
    option('connecttimeout') !== undefined && seconds > 0 && environment.connectTimeoutMs === 15_000
      ? seconds * 1000
      : environment.connectTimeoutMs;
  const serverName = environment.serverName ?? option('servername');
  return {
    config: {
      server: host,
      authentication: authentication(environment, url),
      options: {
        ...(instance === undefined ? { port: port ?? DEFAULT_PORT } : { instanceName: instance }),
        ...(database !== undefined && { database }),
        ...(serverName !== undefined && { serverName }),
        appName: applicationName.slice(0, LONGEST_NAME),
        encrypt,
        trustServerCertificate: environment.trustServerCertificate || flag(option('trustservercertificate')),
        readOnlyIntent,
        multiSubnetFailover: environment.multiSubnetFailover || flag(option('multisubnetfailover')),
        packetSize: packetSize(environment, option('packetsize')),
        connectTimeout: connectTimeoutMs,
        cancelTimeout: 5_000,
        requestTimeout: 0,
        ...SESSION,
      },
    },
    server: {
      address: instance === undefined ? `${host}:${port ?? DEFAULT_PORT}` : `${host}\\${instance}`,
      user: user ?? '',
      database: database ?? '',
    },
    connectTimeoutMs,
    readOnly: environment.readOnly,
    stagingSchema: environment.stagingSchema,
  };
}

/**
 * What every session is set to, so that text and dates mean the same whatever a login's defaults are, indexed views and
 * computed columns can be used, and an error undoes its transaction.
 */
const SESSION = {
  abortTransactionOnError: true,
  enableAnsiNull: true,
  enableAnsiNullDefault: true,
  enableAnsiPadding: true,
  enableAnsiWarnings: true,
  enableArithAbort: true,
  enableConcatNullYieldsNull: true,
  enableNumericRoundabort: false,
  enableQuotedIdentifier: true,
  language: 'us_english',
  dateFormat: 'ymd',
  datefirst: 7,
  textsize: -1,
  useUTC: true,
  useColumnNames: false,
  lowerCaseGuids: true,
  rowCollectionOnDone: false,
  rowCollectionOnRequestCompletion: false,
  maxRetriesOnTransientErrors: 0,
} as const;

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new LongshoreError(
      'CONFIG_INVALID',
      `The port "${text}" of a SQL Server environment is not a number from 1 to 65535.`,
    );
  return port;
}

const flag = (text: string | undefined): boolean => /^(true|yes|1)$/i.test(text?.trim() ?? '');

function encryption(text: string | undefined): boolean | 'strict' | undefined {
  const word = text?.trim().toLowerCase();
  if (word === undefined) return undefined;
  if (word === 'strict') return 'strict';
  if (['true', 'yes', '1', 'mandatory'].includes(word)) return true;
  if (['false', 'no', '0', 'optional'].includes(word)) return false;
  throw new LongshoreError(
    'CONFIG_INVALID',
    `The option encrypt=${text} of a SQL Server environment is not true, false or strict.`,
  );
}

function packetSize(environment: MssqlEnvironment, text: string | undefined): number {
  const size = Number(text);
  return text !== undefined &&
    Number.isInteger(size) &&
    size >= 512 &&
    size <= 32_767 &&
    environment.packetSize === 16_384
    ? size
    : environment.packetSize;
}

function authentication(environment: MssqlEnvironment, url: ConnectionParts): ConnectionAuthentication {
  const { clientId, clientSecret, tenantId, token } = environment;
  const login = environment.user ?? url.user;
  const password = environment.password ?? url.password;
  const needed = <T>(value: T | undefined, name: string): T => {
    if (value !== undefined) return value;
    throw new LongshoreError(
      'CONFIG_INVALID',
      `A SQL Server environment with \`authentication: ${kind}\` needs \`${name}\`.`,
    );
  };
  const domain = environment.domain ?? url.options.get('domain');
  const kind = environment.authentication === 'sql' && domain !== undefined ? 'ntlm' : environment.authentication;
  switch (kind) {
    case 'sql':
      return { type: 'default', options: { userName: login, password } };
    case 'ntlm': {
      const [ofUser, bareUser] = /^([^\\]+)\\(.+)$/s.exec(login ?? '')?.slice(1) ?? [undefined, login];
      return {
        type: 'ntlm',
        options: {
          domain: needed(domain ?? ofUser, 'domain'),
          userName: needed(bareUser, 'user'),
          password: needed(password, 'password'),
        },
      };
    }
    case 'entra-token':
      return { type: 'azure-active-directory-access-token', options: { token: needed(token, 'token') } };
    case 'entra-password':
      return {
        type: 'azure-active-directory-password',
        options: {
          userName: needed(login, 'user'),
          password: needed(password, 'password'),
          clientId: needed(clientId, 'clientId'),
          tenantId: needed(tenantId, 'tenantId'),
        },
      };
    case 'entra-service-principal':
      return {
        type: 'azure-active-directory-service-principal-secret',
        options: {
          clientId: needed(clientId, 'clientId'),
          clientSecret: needed(clientSecret, 'clientSecret'),
          tenantId: needed(tenantId, 'tenantId'),
        },
      };
    case 'entra-managed-identity':
      return { type: 'azure-active-directory-msi-vm', options: { ...(clientId !== undefined && { clientId }) } };
    case 'entra-default':
      return { type: 'azure-active-directory-default', options: { ...(clientId !== undefined && { clientId }) } };
  }
}
