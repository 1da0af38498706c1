import { join } from 'node:path';
import { isMssqlUrl } from '../../../config/connection-url';
import { loadConfig } from '../../../config/load';
import { redactDocument } from '../../../config/redact';
import { redact, resolveEnvironment } from '../../../config/secrets';
import { errorOf, folderWith } from './files';

const fileWith = (text: string): string =>
  join(folderWith({ 'longshore.yaml': `version: 1\n${text}` }), 'longshore.yaml');
const load = (text: string, env: Record<string, string> = {}) => loadConfig(fileWith(text), { env });
const environment = (body: string): string => `environments:\n  prod: { kind: mssql, ${body} }\n`;

describe('connection URLs of SQL Server', () => {
  it.each([
    ['mssql://u:p@h:1433/d?encrypt=true', true],
    ['sqlserver://h/d', true],
    ['mssql://u:p%40@[::1]:1433/d', true],
    ['Server=tcp:h,1433;Database=d;User Id=u;Password=a=b==;', true],
    ["Data Source=h\\i;Initial Catalog=d;User Id=u;Password='a;b'", true],
    ['mssql://', false],
    ['mssql://u:p%@h/d', false],
    ['mssql://h:port/d', false],
    ['postgres://h/d', false],
    ['Database=d', false],
    ['Server=h;what', false],
  ])('%s: %s', (url, isOne) => {
    expect(isMssqlUrl(url)).toBe(isOne);
  });

  it.each([
    ['mssql://u:hunter2@h/d', true],
    ['mssql://u:${P}@h/d', false],
    ['mssql://h/d?password=hunter2', true],
    ['sqlserver://h:1433;databaseName=d;user=u;password=hunter2', true],
    ['Server=h;Database=d;User Id=u;Password=hunter2', true],
    ['Server=h;Database=d;User Id=u;Password=${P}', false],
    ['Server=h;Database=d;User Id=u;Password=${P}hunter2', true],
    ['Server=h;Database=d;User Id=u;PWD = "hun;ter2"', true],
    ['Server=h;Database=d;Access Token=hunter2', true],
    ['Server=h;Database=d;Authentication=Active Directory Default', false],
    ['Server=h Password=hunter2', true],
    ['Server=h;Password={hun;ter2}', true],
    ['${env:S};Password=hunter2', true],
    ['server=h;hunter2', true],
  ])('are kept out of what is stored when they hold a password: %s: %s', (url, isTaken) => {
    const stored = redactDocument({ environments: { a: { kind: 'mssql', url } } });
    expect(stored).toEqual({
      environments: { a: { kind: 'mssql', url: isTaken ? { $secret: 'environments.a.url' } : url } },
    });
    expect(JSON.stringify(stored)).not.toContain('hun');
  });
});

describe('secrets of SQL Server and of masking', () => {
  it('are stored as the place where they stand, or as the reference they are', () => {
    const { config } = load(
      `${environment('host: h, database: d, authentication: entra-service-principal, clientId: c, tenantId: t, clientSecret: hunter2')}masking: { key: hunter2-0123456789 }\n`,
    );
    expect(JSON.stringify(redact(config))).not.toContain('hunter2');
    expect(redact(config)).toMatchObject({
      environments: { prod: { clientSecret: { $secret: 'environments.prod.clientSecret' } } },
      masking: { key: { $secret: 'masking.key' } },
    });
    expect(redact(redact(config) as typeof config)).toEqual(redact(config));
    const referred = load(
      `${environment('host: h, database: d, authentication: entra-token, token: "${env:T}"')}masking: { key: "\${env:K}" }\n`,
    );
    expect(redact(referred.config)).toMatchObject({
      environments: { prod: { token: '${env:T}' } },
      masking: { key: '${env:K}' },
    });
  });

  it('are filled in, with other connection settings, at the moment of use', () => {
    const { config } = load(
      environment(
        'host: "${env:H}", database: d, authentication: "${env:A}", token: "${env:T}", packetSize: "${env:S}", encrypt: "${env:E}", trustServerCertificate: "${env:C}"',
      ),
    );
    const env = { H: 'h', A: 'entra-token', T: '0123', S: '8192', E: 'strict', C: 'true' };
    expect(resolveEnvironment(config, 'prod', env)).toMatchObject({
      host: 'h',
      authentication: 'entra-token',
      token: '0123',
      packetSize: 8192,
      encrypt: 'strict',
      trustServerCertificate: true,
    });
    const error = errorOf(() => resolveEnvironment(config, 'prod', { ...env, A: 'hunter2' }));
    expect([error.code, error.place.path]).toEqual(['CONFIG_INVALID', 'environments.prod.authentication']);
    expect(error.message).not.toContain('hunter2');
  });

  it('never show when what a reference stands for is no URL', () => {
    const { config } = load(environment('url: "${env:U}"'));
    const error = errorOf(() => resolveEnvironment(config, 'prod', { U: 'hunter2' }));
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', place: { path: 'environments.prod.url' } });
    expect(error.message).not.toContain('hunter2');
    expect(resolveEnvironment(config, 'prod', { U: 'Server=h;Database=d' })).toMatchObject({ kind: 'mssql' });
  });

  it('may come from variables laid over the file', () => {
    const { config } = load(
      `${environment('host: h, database: d, user: u, password: p')}transferSets:\n  a-b: { from: prod, to: prod, tables: [{ dbo.x: {} }] }\n`,
      {
        LONGSHORE__ENVIRONMENTS__PROD__TRUSTSERVERCERTIFICATE: 'true',
        LONGSHORE__environments__prod__readOnlyIntent: 'true',
        LONGSHORE__MASKING__KEY: '0123456789abcdef',
        LONGSHORE__TRANSFERSETS__A_B__MINPERCENTOFLAST: '10',
        LONGSHORE__TRANSFERSETS__A_B__PERSONALDATA: 'refuse',
        'LONGSHORE__transferSets__a_b__tables__0__dbo.x__mask': '{ mail: email }',
      },
    );
    expect(config).toMatchObject({
      environments: { prod: { trustServerCertificate: true, readOnlyIntent: true } },
      masking: { key: '0123456789abcdef' },
      transferSets: {
        'a-b': { minPercentOfLast: 10, personalData: 'refuse', tables: [{ 'dbo.x': { mask: { mail: 'email' } } }] },
      },
    });
  });
});

describe('what may be written beside one another', () => {
  it.each([
    'url: "Server=h;Database=d", user: u, password: p',
    'url: "${env:U}", authentication: entra-default',
    'host: h, instance: i, database: d, user: u, password: p',
    'host: h, database: d, user: "CORP\\\\me", password: p, authentication: ntlm',
    'host: h, database: d, authentication: "${env:A}"',
    'host: h, database: d, authentication: entra-managed-identity, clientId: c',
  ])('%s', (body) => {
    expect(load(environment(body)).warnings.filter(({ code }) => code !== 'SECRET_MISSING')).toEqual([]);
  });

  it.each([
    [
      'host: h, database: d, authentication: entra-default, password: p',
      'password',
      'means nothing with `authentication: entra-default`',
    ],
    [
      'host: h, database: d, user: u, password: p, encrypt: false, trustServerCertificate: true',
      'trustServerCertificate',
      'Without `encrypt`',
    ],
  ])('warns of what means nothing: %s', (body, field, message) => {
    expect(load(environment(body)).warnings).toEqual([
      expect.objectContaining({
        line: 3,
        path: `environments.prod.${field}`,
        message: expect.stringContaining(message),
      }),
    ]);
  });
});

const masked = (options: string, more = ''): string =>
  `${more}environments:\n  a: { kind: duckdb, path: a }\n  b: { kind: duckdb, path: b }\ntransferSets:\n  daily:\n    from: a\n    to: b\n    tables:\n      - dbo.x: { ${options} }\n`;

describe('masks', () => {
  it('that need a key are refused by a check, with their line, when there is none', () => {
    const text = masked('mask: { a: hash, b: redact, c: { rule: date-shift }, d: keep }');
    const error = errorOf(() => loadConfig(fileWith(text), { env: {}, strict: true }));
    expect(error).toMatchObject({ code: 'MASK_KEY_MISSING', place: { line: 10 } });
    expect(error.problems?.map(({ path }) => path)).toEqual([
      'transferSets.daily.tables[0]["dbo.x"].mask.a',
      'transferSets.daily.tables[0]["dbo.x"].mask.c',
    ]);
    // Another set of the file may run all the same.
    expect(load(text).warnings.map(({ code }) => code)).toEqual(['MASK_KEY_MISSING', 'MASK_KEY_MISSING']);
  });

  it('are content with any key, a reference too', () => {
    const text = masked('mask: { a: hash }', 'masking: { key: "${env:K}" }\n');
    expect(loadConfig(fileWith(text), { env: { K: 'x' }, strict: true }).warnings).toEqual([]);
  });

  it('of columns that are left out are warned of', () => {
    const { warnings } = load(masked('mask: { Notes: redact, raw_x: "null", c: redact }, exclude: [notes, raw_*]'));
    expect(warnings.map(({ path, message, line }) => [path, line, message])).toEqual([
      [
        'transferSets.daily.tables[0]["dbo.x"].mask.Notes',
        10,
        expect.stringContaining('left out by `exclude` (`notes`)'),
      ],
      ['transferSets.daily.tables[0]["dbo.x"].mask.raw_x', 10, expect.stringContaining('(`raw_*`)')],
    ]);
  });
});
