import { connectionSettings } from '../../../../connectors/mssql/settings';
import { environmentSchema, type MssqlEnvironment } from '../../../../schemas/environment';

const settings = (given: Record<string, unknown>) =>
  connectionSettings(environmentSchema.parse({ kind: 'mssql', ...given }) as MssqlEnvironment, 'longshore test');

describe('connection URLs', () => {
  test('name user, password, host, port, database and options', () => {
    const { config, server } = settings({
      url: 'mssql://app:p%40ss%2F1@db.example:1500/shop?encrypt=strict&trustServerCertificate=true&ApplicationIntent=ReadOnly&packet size=4096',
    });
    expect(config.server).toBe('db.example');
    expect(config.authentication).toEqual({ type: 'default', options: { userName: 'app', password: 'p@ss/1' } });
    expect(config.options).toMatchObject({
      port: 1500,
      database: 'shop',
      encrypt: 'strict',
      trustServerCertificate: true,
      readOnlyIntent: true,
      packetSize: 4096,
      requestTimeout: 0,
      textsize: -1,
      appName: 'longshore test',
    });
    expect(server).toEqual({ address: 'db.example:1500', user: 'app', database: 'shop' });
  });

  test('name an instance, whose port is not ours to know', () => {
    for (const url of ['mssql://h%5CSQL2019/db', 'mssql://h/db?instanceName=SQL2019', 'mssql://h\\SQL2019/db']) {
      const { config, server } = settings({ url });
      expect(config.options).toMatchObject({ instanceName: 'SQL2019' });
      expect(config.options).not.toHaveProperty('port');
      expect(server.address).toBe('h\\SQL2019');
    }
  });

  test('encrypt by default, and only what says so does not', () => {
    expect(settings({ url: 'mssql://h/db' }).config.options?.encrypt).toBe(true);
    expect(settings({ url: 'mssql://h/db?encrypt=false' }).config.options?.encrypt).toBe(false);
    expect(settings({ url: 'mssql://h/db?encrypt=true', encrypt: false }).config.options?.encrypt).toBe(false);
  });

  test('are refused without being repeated, since they hold a password', () => {
    for (const url of [
      'nonsense hunter2',
      'mssql://u:hunter2@h:port/db',
      'mssql://u:hunter2%zz@h/db',
      'Password=hunter2',
    ]) {
      expect(() => settings({ url })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
      try {
        settings({ url });
      } catch (error) {
        expect(JSON.stringify(error)).not.toContain('hunter2');
      }
    }
  });
});

describe('ADO connection strings', () => {
  test('are read with their synonyms and quotes', () => {
    const { config } = settings({
      url: `Data Source=tcp:db.example\\X,1444;Initial Catalog=shop;User ID=app;Password='a;b''c"';Encrypt=Optional;Connect Timeout=7;MultiSubnetFailover=True;`,
    });
    expect(config.server).toBe('db.example');
    expect(config.authentication?.options).toEqual({ userName: 'app', password: `a;b'c"` });
    expect(config.options).toMatchObject({
      port: 1444,
      database: 'shop',
      encrypt: false,
      connectTimeout: 7000,
      multiSubnetFailover: true,
    });
  });

  test('mean this machine by a dot', () => {
    expect(settings({ url: 'Server=.;Database=x' }).config.server).toBe('localhost');
    expect(settings({ url: 'Server=(local)\\E;Database=x' }).server.address).toBe('localhost\\E');
  });
});

describe('logins', () => {
  test.each([
    [{ authentication: 'ntlm', user: 'CORP\\ann', password: 'p' }, { type: 'ntlm', options: { domain: 'CORP', userName: 'ann', password: 'p' } }], // prettier-ignore
    [{ domain: 'CORP', user: 'ann', password: 'p' }, { type: 'ntlm', options: { domain: 'CORP', userName: 'ann', password: 'p' } }], // prettier-ignore
    [{ authentication: 'entra-token', token: 't' }, { type: 'azure-active-directory-access-token', options: { token: 't' } }], // prettier-ignore
    [{ authentication: 'entra-managed-identity', clientId: 'c' }, { type: 'azure-active-directory-msi-vm', options: { clientId: 'c' } }], // prettier-ignore
    [{ authentication: 'entra-default' }, { type: 'azure-active-directory-default', options: {} }],
    [{ authentication: 'entra-service-principal', clientId: 'c', clientSecret: 's', tenantId: 't' }, { type: 'azure-active-directory-service-principal-secret', options: { clientId: 'c', clientSecret: 's', tenantId: 't' } }], // prettier-ignore
  ])('%j', (given, expected) => {
    expect(settings({ host: 'h', ...given }).config.authentication).toEqual(expected);
  });

  test('that lack a part name it', () => {
    expect(() => settings({ host: 'h', authentication: 'entra-token' })).toThrow(/`token`/);
    expect(() => settings({ host: 'h', authentication: 'ntlm', user: 'ann', password: 'p' })).toThrow(/`domain`/);
  });
});

test('an instance and a port together are refused', () => {
  expect(() => settings({ host: 'h', instance: 'X', port: 1433 })).toThrow(/leave out one/);
});
