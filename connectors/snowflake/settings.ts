/** What the driver is told to log in with. */
import type { SnowflakeEnvironment } from '../../schemas/environment';
import type { ConnectionOptions } from './driver';

/** How long one request may go without an answer before the driver sends it again; a server may compute for so long. */
const REQUEST_TIMEOUT_MS = 600_000;
/** Each is followed by a pause of a few seconds. More patience is that of whoever asked. */
const LOGIN_RETRIES = 2;
const LONGEST_TAG = 2000;

const AUTHENTICATORS = {
  password: 'SNOWFLAKE',
  'key-pair': 'SNOWFLAKE_JWT',
  oauth: 'OAUTH',
  'access-token': 'PROGRAMMATIC_ACCESS_TOKEN',
} as const satisfies Record<SnowflakeEnvironment['authentication'], string>;

/** Whole URL of the account; undefined where the driver makes it of the account's name. */
export function accessUrl({ accessUrl: url, host, port, protocol }: SnowflakeEnvironment): string | undefined {
  if (url !== undefined) return url.replace(/\/$/, '');
  if (host === undefined) return undefined;
  return `${protocol}://${host}${port === undefined ? '' : `:${port}`}`;
}

/** Where the account is, for people. */
export const addressOf = (environment: SnowflakeEnvironment): string => accessUrl(environment) ?? environment.account;

/** Options of one connection. NULL stays null, and every other value is text, so that no digit is lost. */
export function connectionOptions(
  environment: SnowflakeEnvironment,
  { schema, applicationName }: { schema?: string; applicationName: string },
): ConnectionOptions {
  const { account, user, password, privateKey, privateKeyPassphrase, token, warehouse, database, role } = environment;
  const url = accessUrl(environment);
  return {
    account,
    ...(url !== undefined && { accessUrl: url }),
    ...(user !== undefined && { username: user }),
    authenticator: AUTHENTICATORS[environment.authentication],
    ...(password !== undefined && { password }),
    ...(privateKey !== undefined && { privateKey }),
    ...(privateKeyPassphrase !== undefined && { privateKeyPass: privateKeyPassphrase }),
    ...(token !== undefined && { token }),
    ...(warehouse !== undefined && { warehouse }),
    ...(role !== undefined && { role }),
    database,
    schema: schema ?? environment.schema,
    application: 'Longshore',
    queryTag: tagOf(environment, applicationName),
    clientSessionKeepAlive: true,
    timeout: REQUEST_TIMEOUT_MS,
    sfRetryMaxLoginRetries: LOGIN_RETRIES,
    rowMode: 'array',
    streamResult: true,
    fetchAsString: ['Boolean', 'Number', 'Date', 'JSON', 'Buffer'],
    representNullAsStringNull: false,
  };
}

/** What marks statements of Longshore in the query history. */
export const tagOf = ({ queryTag }: SnowflakeEnvironment, applicationName: string): string =>
  (queryTag ?? applicationName).slice(0, LONGEST_TAG);
