/** Servers that are away, or do not let us in: told within seconds, by the name of the environment, without a password. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SECRET, expectError, expectNoSecrets, expectRefusal, type Refusal } from '../refusals';
import { NOTHING, Site, execute, fingerprint, nameOf, rows, several, urlWith, type Outcome } from '../site';

jest.setTimeout(120_000);

const TABLE =
  'create table goods(id int primary key, name text); insert into goods select i, 1 from generate_series(1, 10) i;';

/** A server that takes connections and never says a word. */
function silentServer(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** A port that nobody listens on. */
async function closedPort(): Promise<string> {
  const server = await silentServer();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

const CASES: Record<string, Omit<Refusal, 'place'> & { environment: string; seconds?: number }> = {
  'a wrong password': {
    environment: 'wrong-password',
    code: 'AUTHENTICATION_FAILED',
    says: ['postgres'],
    next: /user and password/,
  },
  'a wrong password in the URL of the file itself': { environment: 'literal-password', code: 'AUTHENTICATION_FAILED' },
  'a user that does not exist': { environment: 'no-user', code: 'AUTHENTICATION_FAILED', says: ['nobody'] },
  'a database that does not exist': { environment: 'no-database', code: 'DATABASE_NOT_FOUND', says: ['lost_database'] },
  'a port that nobody listens on': {
    environment: 'refused',
    code: 'HOST_UNREACHABLE',
    says: [/127\.0\.0\.1:\d+/],
    seconds: 20,
  },
  'a host that does not exist': {
    environment: 'no-host',
    code: 'HOST_UNREACHABLE',
    says: ['nowhere.invalid'],
    seconds: 20,
  },
  'a server that never answers': {
    environment: 'silent',
    code: 'HOST_UNREACHABLE',
    says: [/127\.0\.0\.1:\d+/],
    seconds: 30,
  },
};

describe('a connection that fails', () => {
  let site: Site;
  let silent: Server;
  let before: string[];
  const outcomes = new Map<string, Outcome>();
  const sides = Object.entries(CASES).flatMap(([name, refusal]) =>
    (['source', 'target'] as const).map((side) => ({ name, side, refusal })),
  );
  const setOf = (side: string, environment: string): string => `${side}-${environment}`;

  beforeAll(async () => {
    silent = await silentServer();
    const refused = await closedPort();
    site = await Site.open(({ source }) => {
      const { hostname, port } = new URL(source);
      const environments = Object.values(CASES).map(({ environment }) => environment);
      return {
        env: {
          WRONG_PASSWORD: urlWith(source, { password: SECRET }),
          NO_USER: urlWith(source, { username: 'nobody', password: SECRET }),
          NO_DATABASE: urlWith(source, { pathname: '/lost_database' }),
          REFUSED: urlWith(source, { hostname: '127.0.0.1', port: refused, password: SECRET }),
          NO_HOST: urlWith(source, { hostname: 'nowhere.invalid', password: SECRET }),
          SILENT: urlWith(source, {
            hostname: '127.0.0.1',
            port: String((silent.address() as AddressInfo).port),
            password: SECRET,
          }),
        },
        environments: [
          'wrong-password: { kind: postgres, url: "${env:WRONG_PASSWORD}" }',
          `literal-password: { kind: postgres, host: ${hostname}, port: ${port}, database: ${nameOf(source)}, user: postgres, password: ${SECRET} }`,
          'no-user: { kind: postgres, url: "${env:NO_USER}" }',
          'no-database: { kind: postgres, url: "${env:NO_DATABASE}" }',
          'refused: { kind: postgres, url: "${env:REFUSED}" }',
          'no-host: { kind: postgres, url: "${env:NO_HOST}" }',
          'silent: { kind: postgres, url: "${env:SILENT}", connectTimeoutMs: 1000 }',
          'no-secret: { kind: postgres, url: "${env:NOT_SET_ANYWHERE}" }',
        ],
        sets: [...environments, 'no-secret']
          .flatMap((name) => [
            `  ${setOf('source', name)}: { from: ${name}, to: uat, tables: [public.goods] }`,
            `  ${setOf('target', name)}: { from: prod, to: ${name}, tables: [public.goods] }`,
          ])
          .join('\n'),
      };
    });
    await Promise.all([execute(site.source, TABLE), execute(site.target, TABLE)]);
    before = await fingerprint(site.target);
    const results = await several(
      sides,
      ({ side, refusal }) => site.command('transfer', 'run', setOf(side, refusal.environment)),
      7,
    );
    sides.forEach(({ name, side }, index) => outcomes.set(`${name} ${side}`, results[index] as Outcome));
  });

  afterAll(async () => {
    silent.close();
    await site?.close();
  });

  test.each(sides.map(({ name, side, refusal }) => [name, side, refusal] as const))(
    '%s, as %s, names the environment',
    (name, side, { environment, seconds = 15, ...refusal }) => {
      const outcome = outcomes.get(`${name} ${side}`);
      expectRefusal(outcome, { ...refusal, exit: 1, place: { environment } });
      expect(outcome?.ms).toBeLessThan(seconds * 1000);
    },
  );

  test('a reference to a variable that is not set names variable, environment and line', async () => {
    const outcome = await site.command('transfer', 'run', 'source-no-secret');
    expect(outcome.code).toBe(2);
    expectError(outcome.error, { code: 'SECRET_MISSING', says: ['NOT_SET_ANYWHERE'], next: /Set it for the worker/ });
  });

  test('no password is in the log, in the catalog or in what is printed for people', async () => {
    const printed = await site.installation.run('run', 'show', 'source-wrong-password');
    expectNoSecrets(site, printed.stdout, printed.stderr, (await site.installation.run('config', 'export')).stdout);
    const tables = await rows<{ name: string }>(
      site.catalog,
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^(pg_|information_schema)'`,
    );
    for (const { name } of tables)
      expect(await rows(site.catalog, `select t::text from ${name} t where t::text like '%${SECRET}%'`)).toEqual([]);
    expect(tables.length).toBeGreaterThan(4);
  });

  test('and the target is as it was, with nothing behind', async () => {
    expect(await fingerprint(site.target)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });

  describe("to Longshore's own servers", () => {
    const configured = (change: (text: string) => string): string =>
      site.installation.write(
        `other-${Math.random().toString(36).slice(2)}.yaml`,
        change(site.installation.document('  goods: { from: prod, to: uat, tables: [public.goods] }')),
      );

    test('no Temporal', async () => {
      const port = await closedPort();
      const config = configured((text) => text.replace(/address: "[^"]*"/, `address: "127.0.0.1:${port}"`));
      const outcome = await site.command('transfer', 'run', 'goods', '--config', config);
      expectRefusal(outcome, {
        code: 'TEMPORAL_UNAVAILABLE',
        exit: 1,
        says: [`127.0.0.1:${port}`],
        next: /longshore up|temporal\.address/,
      });
      expect(outcome.ms).toBeLessThan(12_000);
    });

    test('no such namespace', async () => {
      const config = configured((text) => text.replace(/namespace: "[^"]*"/, 'namespace: "lost"'));
      expectRefusal(await site.command('transfer', 'run', 'goods', '--config', config), {
        code: 'TEMPORAL_UNAVAILABLE',
        exit: 1,
        says: ['namespace lost'],
        next: /temporal\.namespace/,
      });
    });

    test.each([
      ['nobody listens', async (url: string) => urlWith(url, { port: await closedPort(), password: SECRET }), /./],
      ['a wrong password', (url: string) => Promise.resolve(urlWith(url, { password: SECRET })), /password/],
      [
        'no such database',
        (url: string) => Promise.resolve(urlWith(url, { pathname: '/lost_catalog' })),
        /lost_catalog/,
      ],
    ])('no catalog: %s', async (_what, broken, says) => {
      const url = await broken(site.catalog);
      const config = configured((text) => text.replace('${env:CATALOG_URL}', url));
      const outcome = await site.command('run', 'list', '--config', config);
      expectRefusal(outcome, { code: 'CATALOG_UNAVAILABLE', exit: 1, says: [says], next: /longshore up|catalog\.url/ });
      expect(outcome.ms).toBeLessThan(12_000);
    });

    test('a worker that finds no catalog ends, and says why', async () => {
      const url = urlWith(site.catalog, { password: SECRET });
      const config = configured((text) => text.replace('${env:CATALOG_URL}', url));
      const { code, stdout, stderr, ms } = await site.installation.run('worker', '--config', config);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/CATALOG_UNAVAILABLE/);
      expect(stdout + stderr).not.toContain(SECRET);
      expect(ms).toBeLessThan(40_000);
    });
  });
});

describe('rights that are missing', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.open(({ source, target }) => ({
      env: {
        READER: urlWith(source, { username: 'e2e_limited', password: 'limited' }),
        WRITER: urlWith(target, { username: 'e2e_limited', password: 'limited' }),
      },
      environments: [
        'reader: { kind: postgres, url: "${env:READER}", readOnly: true }',
        'writer: { kind: postgres, url: "${env:WRITER}" }',
      ],
      sets: [
        '  read: { from: reader, to: uat, tables: [public.secret_goods] }',
        '  part: { from: reader, to: uat, tables: [public.part_goods] }',
        '  write: { from: prod, to: writer, tables: [public.goods] }',
        '  create: { from: prod, to: writer, tables: [public.new_goods] }',
      ].join('\n'),
    }));
    await execute(
      site.source,
      `do $$ begin create role e2e_limited login password 'limited'; exception when duplicate_object or unique_violation then null; end $$`,
    );
    const others = `${TABLE} create table secret_goods(id int primary key); create table part_goods(id int primary key, secret text);`;
    await execute(
      site.source,
      `${others} create table new_goods(id int primary key); grant select on goods to e2e_limited; grant select (id) on part_goods to e2e_limited;`,
    );
    await execute(
      site.target,
      `${others} grant select on goods to e2e_limited; revoke create on database ${nameOf(site.target)} from e2e_limited, public;`,
    );
  });

  afterAll(() => site?.close());

  test.each([
    ['a source table without SELECT', 'read', ['secret_goods'], /TABLE_NOT_FOUND|PERMISSION_DENIED/],
    ['a source column without SELECT', 'part', ['part_goods'], /COLUMN_NOT_FOUND|PERMISSION_DENIED/],
    ['a target database without CREATE', 'write', ['longshore_staging', 'e2e_limited'], /PERMISSION_DENIED/],
    ['a target schema without CREATE', 'create', ['longshore_staging', 'e2e_limited'], /PERMISSION_DENIED/],
  ])('%s', async (_what, set, says, code) => {
    const before = await fingerprint(site.target);
    const outcome = await site.command('transfer', 'run', set);
    const error = outcome.error ?? Object.values(outcome.tableErrors)[0];
    expect(error?.code).toMatch(code);
    expectError(error, { code: error?.code ?? '', says, next: /grant|GRANT/i });
    expect([1, 2, 3]).toContain(outcome.code);
    expect(await fingerprint(site.target)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });
});

describe('without a worker', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.open({ sets: '  goods: { from: prod, to: uat, tables: [public.goods] }' }, { worker: false });
    await Promise.all([
      execute(site.source, TABLE),
      execute(site.target, 'create table goods(id int primary key, name text)'),
    ]);
  });

  afterAll(() => site?.close());

  test('a run waits, says so, and goes on when one is started', async () => {
    const { code, stderr, stdout } = await site.installation.run('transfer', 'run', 'goods', '--no-wait');
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning NO_WORKER No worker listens .*longshore worker/);
    const runId = stdout.trim();
    const watching = site.installation.run('run', 'watch', runId);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await site.installation.startWorker();
    const watched = await watching;
    expect(watched.stderr).toMatch(/NO_WORKER/);
    expect(watched.code).toBe(0);
    expect(await rows(site.target, 'select count(*)::int as n from goods')).toEqual([{ n: 10 }]);
  });
});
