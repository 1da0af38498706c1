/** Settings of an environment that exclude or need one another. */
import { type CheckReport, type Fields, fields, isLiteral } from './check-report';
import { isMssqlUrl, isPostgresUrl, loginInMssqlUrl } from './connection-url';
import type { ConfigPath } from './path';

export const POSTGRES_URL_WANTED =
  '`url` must be a URL such as postgres://user:password@host:5432/database; special characters in it are percent-encoded.';
const MSSQL_URL_WANTED =
  '`url` must be a URL such as mssql://user:password@host:1433/database, special characters in it percent-encoded, or a connection string such as Server=host,1433;Database=shop;User Id=…;Password=….';

export function checkEnvironment(path: ConfigPath, environment: Fields, report: CheckReport): void {
  if (environment['kind'] === 'postgres') checkPostgres(path, environment, report);
  if (environment['kind'] === 'mssql') checkMssql(path, environment, report);
  if (environment['kind'] === 'snowflake') checkSnowflake(path, environment, report);
}

function checkPostgres(path: ConfigPath, environment: Fields, report: CheckReport): void {
  const { url } = environment;
  if (url === undefined) {
    checkHost(path, environment, report);
    return;
  }
  refuseBesideUrl(path, given(environment, ['host', 'port', 'database', 'user', 'password']), report);
  if (isLiteral(url) && !isPostgresUrl(url)) report.problem([...path, 'url'], POSTGRES_URL_WANTED);
}

function checkHost(path: ConfigPath, environment: Fields, report: CheckReport): void {
  if (environment['host'] === undefined)
    report.problem(path, `A ${String(environment['kind'])} environment needs \`url\`, or \`host\` and \`database\`.`);
  else if (environment['database'] === undefined)
    report.problem([...path, 'database'], '`database` is missing: it must be text.');
}

function refuseBesideUrl(path: ConfigPath, single: string[], report: CheckReport): void {
  if (single.length === 0) return;
  report.problem(
    [...path, single[0] ?? 'host'],
    `\`url\` already says where the database is: take out ${single.map((key) => `\`${key}\``).join(', ')}, or \`url\`.`,
  );
}

/** What each way to log in takes: all of `needs`, and besides them nothing but `may`. */
const LOGINS: Readonly<Record<string, { needs: readonly string[]; may?: readonly string[] }>> = {
  sql: { needs: ['user', 'password'] },
  ntlm: { needs: ['domain', 'user', 'password'] },
  'entra-token': { needs: ['token'] },
  'entra-password': { needs: ['user', 'password', 'clientId', 'tenantId'] },
  'entra-service-principal': { needs: ['clientId', 'clientSecret', 'tenantId'] },
  'entra-managed-identity': { needs: [], may: ['clientId'] },
  'entra-default': { needs: [], may: ['clientId'] },
};
const LOGIN_FIELDS = ['domain', 'user', 'password', 'token', 'tenantId', 'clientId', 'clientSecret'];

function checkMssql(path: ConfigPath, environment: Fields, report: CheckReport): void {
  const { url, authentication = 'sql' } = environment;
  if (url === undefined) checkHost(path, environment, report);
  else {
    const login = typeof url === 'string' ? loginInMssqlUrl(url) : { user: false, password: false };
    refuseBesideUrl(
      path,
      given(environment, [
        'host',
        'port',
        'instance',
        'database',
        ...(login.user ? ['user'] : []),
        ...(login.password ? ['password'] : []),
      ]),
      report,
    );
    if (isLiteral(url) && !isMssqlUrl(url)) report.problem([...path, 'url'], MSSQL_URL_WANTED);
  }
  if (given(environment, ['port', 'instance']).length === 2)
    report.problem(
      [...path, 'instance'],
      '`instance` is found by its name and `port` by its number: take out one of them.',
    );
  // A URL may say all that a login needs, and a reference may be any of the ways.
  if (isLiteral(authentication)) checkLogin(path, environment, authentication, report);
  if (environment['encrypt'] === false && environment['trustServerCertificate'] === true)
    report.warning(
      [...path, 'trustServerCertificate'],
      'Without `encrypt` there is no certificate: `trustServerCertificate` means nothing.',
    );
}

function checkLogin(path: ConfigPath, environment: Fields, authentication: string, report: CheckReport): void {
  const login = Object.hasOwn(LOGINS, authentication) ? LOGINS[authentication] : undefined;
  if (!login) return;
  const { needs, may = [] } = login;
  const isNtlm = authentication === 'ntlm' || (authentication === 'sql' && environment['domain'] !== undefined);
  const inUrl = environment['url'] === undefined ? [] : ['domain', 'user', 'password'];
  const withDomain = /^[^\\]+\\./.test(String(environment['user'] ?? '')) ? ['domain'] : [];
  const missing = needs.filter((key) => environment[key] === undefined && ![...inUrl, ...withDomain].includes(key));
  if (missing.length > 0)
    report.problem(
      environment['authentication'] === undefined ? path : [...path, 'authentication'],
      `\`authentication: ${authentication}\` needs ${missing.map((key) => `\`${key}\``).join(', ')}.${
        environment['authentication'] === undefined ? ' Other ways to log in are chosen by `authentication`.' : ''
      }`,
    );
  const idle = given(environment, LOGIN_FIELDS).filter(
    (key) => ![...needs, ...may].includes(key) && !(isNtlm && key === 'domain'),
  );
  for (const key of idle)
    report.warning([...path, key], `\`${key}\` means nothing with \`authentication: ${authentication}\`.`);
}

const SNOWFLAKE_LOGINS: Readonly<Record<string, { needs: readonly string[]; may: readonly string[] }>> = {
  password: { needs: ['user', 'password'], may: [] },
  'key-pair': { needs: ['user', 'privateKey'], may: ['privateKeyPassphrase'] },
  oauth: { needs: ['token'], may: ['user'] },
  'access-token': { needs: ['user', 'token'], may: [] },
};
const SNOWFLAKE_LOGIN_FIELDS = ['user', 'password', 'privateKey', 'privateKeyPassphrase', 'token'];

function checkSnowflake(path: ConfigPath, environment: Fields, report: CheckReport): void {
  const { authentication = 'password' } = environment;
  const login =
    isLiteral(authentication) && Object.hasOwn(SNOWFLAKE_LOGINS, authentication)
      ? SNOWFLAKE_LOGINS[authentication]
      : undefined;
  if (login) {
    const missing = login.needs.filter((key) => environment[key] === undefined);
    if (missing.length > 0)
      report.problem(
        environment['authentication'] === undefined ? path : [...path, 'authentication'],
        `\`authentication: ${String(authentication)}\` needs ${missing.map((key) => `\`${key}\``).join(', ')}.${
          environment['authentication'] === undefined ? ' Other ways to log in are chosen by `authentication`.' : ''
        }`,
      );
    for (const key of given(environment, SNOWFLAKE_LOGIN_FIELDS))
      if (![...login.needs, ...login.may].includes(key))
        report.warning([...path, key], `\`${key}\` means nothing with \`authentication: ${String(authentication)}\`.`);
  }
  if (environment['accessUrl'] !== undefined) {
    const [single] = given(environment, ['host', 'port']);
    if (single !== undefined)
      report.problem([...path, single], `\`accessUrl\` already says where the account is: take out \`${single}\`.`);
  } else if (environment['port'] !== undefined && environment['host'] === undefined)
    report.problem([...path, 'port'], '`port` is that of `host`, which is missing.');
}

/** Tells of a name under `from` or `to` that is a warehouse, where rows are moved between databases. */
export function checkIsDatabase(path: ConfigPath, name: unknown, environments: Fields, report: CheckReport): void {
  if (typeof name !== 'string' || !Object.hasOwn(environments, name)) return;
  const { kind } = fields(environments[name]);
  if (kind === 'snowflake')
    report.problem(
      path,
      `\`${name}\` is a Snowflake account, which takes month batches only: transfer sets and drop folders go into postgres, mssql and duckdb.`,
      'WAREHOUSE_UNSUITABLE',
    );
}

const given = (environment: Fields, keys: readonly string[]): string[] =>
  keys.filter((key) => environment[key] !== undefined);
