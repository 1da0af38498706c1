/** A configuration that a team shares: stored, run without its file, promoted, and the promoted set run as well. */
import { readFileSync } from 'node:fs';
import { testPostgres } from '../helpers/postgres';
import { contents, execute, rows, Site } from './site';

jest.setTimeout(120_000);

let site: Site;
let staging: string;
let run: (...args: string[]) => ReturnType<Site['command']>;

beforeAll(async () => {
  staging = await (await testPostgres()).createDatabase('e2e_staging');
  site = await Site.open({
    sets: '  daily: # for testers\n    from: prod\n    to: uat\n    tables:\n      - public.goods: { where: "price > 1" }\n',
    environments: ['staging: { kind: postgres, url: "${env:STAGING_URL}" } # smaller'],
    env: { STAGING_URL: staging },
  });
  await execute(
    site.source,
    'create table goods (id int primary key, price numeric(10,2)); insert into goods select i, i / 3.0 from generate_series(1, 50) i',
  );
  run = (...args) => site.command(...args);
});

afterAll(async () => {
  await site.close();
  await (await testPostgres()).dropDatabase(staging);
});

const wanted = (): Promise<string> => contents(site.source, '(select * from goods where price > 1)');

it('runs the stored version, and not what the file has become since', async () => {
  const file = site.installation.configPath;
  const stored = readFileSync(file, 'utf8');
  expect((await run('config', 'import', file, '--reason', 'for all')).code).toBe(0);
  site.installation.write('longshore.yaml', stored.replace('price > 1', 'price > 9'));
  expect((await run('transfer', 'run', 'daily', '--config', 'catalog:latest')).code).toBe(0);
  expect(await contents(site.target, 'goods')).toBe(await wanted());
  expect(await rows(site.catalog, 'select count(*)::int as n from longshore.configurations')).toEqual([{ n: 1 }]);
  expect((await run('config', 'pull', '--yes')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(stored);
});

it('promotes a set to another environment, which then gets the same rows', async () => {
  const promoted = await run(
    'config',
    'promote',
    'daily',
    '--from',
    'uat',
    '--to',
    'staging',
    '--yes',
    '--reason',
    'load test',
  );
  expect(promoted.code).toBe(0);
  expect(readFileSync(site.installation.configPath, 'utf8')).toContain('# for testers');
  expect((await run('transfer', 'run', 'daily-staging')).code).toBe(0);
  expect(await contents(staging, 'goods')).toBe(await wanted());
  const audit = await rows<{ action: string; actor: string; reason: string }>(
    site.catalog,
    `select action, actor, details->>'reason' as reason from longshore.audit where action like 'config.%' order by seq`,
  );
  expect(audit).toEqual([
    { action: 'config.import', actor: 'tester', reason: 'for all' },
    { action: 'config.promote', actor: 'tester', reason: 'load test' },
  ]);
});
