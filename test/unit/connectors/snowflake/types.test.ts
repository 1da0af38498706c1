import { connectionOptions } from '../../../../connectors/snowflake/settings';
import { warehouseColumn } from '../../../../connectors/snowflake/types';
import { snowflakeEnvironment } from '../../../../schemas/environment-snowflake';

const column = (dataType: string, more: object = {}): ReturnType<typeof warehouseColumn> =>
  warehouseColumn({
    name: 'C',
    dataType,
    length: null,
    precision: null,
    scale: null,
    nullable: 'YES',
    default: null,
    identity: null,
    ...more,
  });

describe('types of columns', () => {
  it.each([
    ['NUMBER', { precision: '38', scale: '0' }, { kind: 'integer', digits: 38 }, 'NUMBER(38,0)'],
    ['NUMBER', { precision: '12', scale: '2' }, { kind: 'decimal', precision: 12, scale: 2 }, 'NUMBER(12,2)'],
    ['FLOAT', {}, { kind: 'float' }, 'FLOAT'],
    ['BOOLEAN', {}, { kind: 'boolean' }, 'BOOLEAN'],
    ['DATE', {}, { kind: 'date' }, 'DATE'],
    ['TIMESTAMP_NTZ', {}, { kind: 'timestamp', zoned: false }, 'TIMESTAMP_NTZ'],
    ['TIMESTAMP_LTZ', {}, { kind: 'timestamp', zoned: true }, 'TIMESTAMP_LTZ'],
    ['TIMESTAMP_TZ', {}, { kind: 'timestamp', zoned: true }, 'TIMESTAMP_TZ'],
    ['TEXT', { length: '20' }, { kind: 'text' }, 'VARCHAR(20)'],
    ['VARIANT', {}, { kind: 'text' }, 'VARIANT'],
    ['TIME', {}, { kind: 'text' }, 'TIME'],
  ])('checks %s as what it holds', (dataType, more, type, nativeType) => {
    expect(column(dataType, more)).toMatchObject({ type, nativeType });
  });

  it('counts widths in characters, and knows what may be left out', () => {
    expect(column('TEXT', { length: '20' }).width).toEqual({ limit: 20, unit: 'characters' });
    expect(column('BINARY', { length: '20' }).width).toBeUndefined();
    expect(column('DATE', { nullable: 'NO' })).toMatchObject({ nullable: false, hasDefault: false });
    expect(column('DATE', { default: 'CURRENT_DATE()' }).hasDefault).toBe(true);
    expect(column('NUMBER', { identity: 'YES' }).hasDefault).toBe(true);
  });
});

describe('options of a connection', () => {
  const environment = (settings: object): ReturnType<typeof snowflakeEnvironment.parse> =>
    snowflakeEnvironment.parse({ kind: 'snowflake', account: 'org-acc', database: 'RAW', user: 'U', ...settings });
  const options = (settings: object): object => connectionOptions(environment(settings), { applicationName: 'run 1' });

  it.each([
    [{ password: 'p' }, { authenticator: 'SNOWFLAKE', password: 'p' }],
    [
      { authentication: 'key-pair', privateKey: 'PEM', privateKeyPassphrase: 'x' },
      { authenticator: 'SNOWFLAKE_JWT', privateKey: 'PEM', privateKeyPass: 'x' },
    ],
    [
      { authentication: 'oauth', token: 't' },
      { authenticator: 'OAUTH', token: 't' },
    ],
    [
      { authentication: 'access-token', token: 't' },
      { authenticator: 'PROGRAMMATIC_ACCESS_TOKEN', token: 't' },
    ],
  ])('log in with %j', (settings, wanted) => {
    expect(options(settings)).toMatchObject({ account: 'org-acc', username: 'U', schema: 'PUBLIC', ...wanted });
  });

  it.each([
    [{}, undefined],
    [{ host: 'acc.privatelink.snowflakecomputing.com' }, 'https://acc.privatelink.snowflakecomputing.com'],
    [{ host: 'localhost', port: 8080, protocol: 'http' }, 'http://localhost:8080'],
    [{ accessUrl: 'https://other.example/' }, 'https://other.example'],
  ])('reach %j', (settings, url) => {
    expect((options(settings) as { accessUrl?: string }).accessUrl).toBe(url);
  });

  it('mark statements with the tag of the environment, or the name of the run', () => {
    expect(options({})).toMatchObject({ queryTag: 'run 1' });
    expect(options({ queryTag: 'mine' })).toMatchObject({ queryTag: 'mine' });
  });
});
