import { join } from 'node:path';
import { loadConfig } from '../../../config/load';
import { redact, resolveEnvironment } from '../../../config/secrets';
import { createEnvironments } from '../../../worker/environments';
import { errorOf, folderWith } from './files';

const fileWith = (text: string): string =>
  join(folderWith({ 'longshore.yaml': `version: 1\n${text}` }), 'longshore.yaml');
const load = (text: string, env: Record<string, string> = {}) => loadConfig(fileWith(text), { env });
const lake = (body: string): string =>
  `environments:\n  lake: { kind: snowflake, account: org-acc, database: RAW, ${body} }\n`;
const PASSWORD = 'user: U, password: "${env:P}"';

describe('a Snowflake environment', () => {
  it('has its defaults filled in, and its references when it is used', () => {
    const { config } = load(lake(`${PASSWORD}, warehouse: LOAD_M`), { P: 'p' });
    expect(resolveEnvironment(config, 'lake', { P: 'hunter2' })).toEqual({
      kind: 'snowflake',
      account: 'org-acc',
      user: 'U',
      authentication: 'password',
      password: 'hunter2',
      warehouse: 'LOAD_M',
      database: 'RAW',
      schema: 'PUBLIC',
      protocol: 'https',
      loginTimeoutMs: 45_000,
      readOnly: false,
      protectedTables: [],
    });
  });

  it('is stored without its secrets', () => {
    const { config } = load(
      `${lake('user: U, authentication: key-pair, privateKey: hunter2, privateKeyPassphrase: hunter3')}  pat: { kind: snowflake, account: a, database: d, user: U, authentication: access-token, token: hunter4 }\n`,
    );
    const stored = JSON.stringify(redact(config));
    expect(stored).not.toContain('hunter');
    expect(stored).toContain('environments.lake.privateKeyPassphrase');
    expect(stored).toContain('environments.pat.token');
  });

  it.each([
    ['user: U', /needs `password`/],
    ['authentication: key-pair, user: U', /needs `privateKey`/],
    ['authentication: oauth', /needs `token`/],
    ['authentication: access-token, token: t', /needs `user`/],
    [`${PASSWORD}, accessUrl: "https://a.example", host: h`, /take out `host`/],
    [`${PASSWORD}, port: 443`, /`port` is that of `host`/],
    [`${PASSWORD}, accessUrl: "a.example"`, /accessUrl/],
    [`${PASSWORD}, stagingSchema: x`, /stagingSchema/],
  ])('says what is missing or too much: %s', (body, message) => {
    expect(errorOf(() => load(lake(body), { P: 'p' })).message).toMatch(message);
  });

  it('warns of what means nothing with the way to log in', () => {
    const { warnings } = load(lake(`${PASSWORD}, token: "\${env:P}"`), { P: 'p' });
    expect(warnings.map(({ message }) => message)).toEqual(['`token` means nothing with `authentication: password`.']);
  });
});

describe('a warehouse where rows are moved between databases', () => {
  const shop = '  shop: { kind: postgres, host: h, database: d }\n';

  it.each([
    ['transferSets:\n  a: { from: shop, to: lake, tables: [public.x] }', 'transferSets.a.to'],
    ['transferSets:\n  a: { from: lake, to: shop, tables: [public.x] }', 'transferSets.a.from'],
    ['dropFolders:\n  a: { path: in, to: lake }', 'dropFolders.a.to'],
  ])('is refused with the place that names it: %s', (section, path) => {
    const error = errorOf(() => load(`${lake(PASSWORD)}${shop}${section}\n`, { P: 'p' }));
    expect(error).toMatchObject({ code: 'WAREHOUSE_UNSUITABLE', place: { path } });
  });

  it('is refused by the worker as well, which lets month batches have it', async () => {
    const path = fileWith(
      `${lake('user: U, password: hunter2')}  hall: { kind: mssql, host: h, database: d, user: u, password: p }\n${shop}`,
    );
    const { config } = loadConfig(path, { env: {} });
    const store = { get: async () => ({ document: redact(config) }) };
    const { environment, warehouseEnvironment } = createEnvironments(
      store as unknown as Parameters<typeof createEnvironments>[0],
      path,
    );
    const ref = (name: string): Parameters<typeof environment>[0] => ({
      configVersion: 1,
      environment: name,
      runId: 'r',
    });
    await expect(environment(ref('lake'))).rejects.toMatchObject({ code: 'WAREHOUSE_UNSUITABLE' });
    await expect(warehouseEnvironment(ref('hall'))).rejects.toMatchObject({ code: 'WAREHOUSE_UNSUITABLE' });
    expect(await warehouseEnvironment(ref('lake'))).toMatchObject({ kind: 'snowflake', password: 'hunter2' });
    expect(await environment(ref('shop'))).toMatchObject({ kind: 'postgres' });
  });
});
