/** `longshore config …` against a real catalog, without Temporal: what a team does with its configurations. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalog } from '../../../catalog';
import { COMMANDS, NOUNS } from '../../../cli/commands';
import { runCli } from '../../../cli/core/program';
import { testPostgres } from '../../helpers/postgres';
import { fakeIo } from '../../unit/cli/fake-io';

const SECRET = 'hunter2-0123456789';
const FILE = `# Our shop.
version: 1
catalog: { url: "\${env:CATALOG_URL}" }
masking: { key: ${SECRET} }
environments:
  # Never write here.
  prod: { kind: mssql, url: "Server=db,1433;Database=shop;User Id=me;Password=${SECRET}", readOnly: true }
  uat: { kind: postgres, host: uat, database: shop, user: me, password: ${SECRET}, protectedTables: [dbo.users] }
  qa: { kind: postgres, host: qa, database: shop, user: me, password: \${env:QA_PASSWORD}, maxRowsPerTable: 1000 }
  lake: { kind: duckdb, path: lake.db }

transferSets:
  sales-daily: # what testers get
    from: prod
    to: uat
    strategy: swap
    tables:
      - dbo.customers: { mask: { email: email, phone: redact } } # Ann
      - dbo.orders: { where: "status <> 'draft'", limit: 5000 }
`;

interface Outcome {
  code: number;
  out: string;
  err: string;
  data: Record<string, unknown>;
}

let pg: Awaited<ReturnType<typeof testPostgres>>;
let url: string;
let other: string;
let folder: string;
const everything: string[] = [];

beforeAll(async () => {
  pg = await testPostgres();
  [url, other] = await Promise.all([pg.createDatabase('cli_config'), pg.createDatabase('cli_config')]);
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-cli-config-'));
  write('longshore.yaml', FILE);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

afterAll(async () => {
  await Promise.all([url, other].map((each) => pg.dropDatabase(each)));
});

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const read = (name = 'longshore.yaml'): string => readFileSync(join(folder, name), 'utf8');

async function longshore(line: string[], { answer, input, user = 'ann', catalog = url }: Asked = {}): Promise<Outcome> {
  const io = fakeIo({
    cwd: folder,
    env: { CATALOG_URL: catalog, LONGSHORE_CATALOG_URL: catalog, LONGSHORE_USER: user },
  });
  const questions = {
    canAsk: answer !== undefined,
    ask: async (question: string) => (io.err(question), answer ?? ''),
    readInput: async () => input ?? '',
  };
  const code = await runCli(line, Object.assign(io, questions), { commands: COMMANDS, nouns: NOUNS, version: '1.2.3' });
  everything.push(io.stdout, io.stderr);
  return { code, out: io.stdout, err: io.stderr, data: line.includes('--json') ? JSON.parse(io.stdout) : {} };
}

interface Asked {
  answer?: string;
  input?: string;
  user?: string;
  catalog?: string;
}

const ok = async (line: string[], asked?: Asked): Promise<Outcome> => {
  const outcome = await longshore(line, asked);
  if (outcome.code !== 0) throw new Error(`${line.join(' ')} ended with ${outcome.code}: ${outcome.out}${outcome.err}`);
  return outcome;
};

const failure = (outcome: Outcome): Record<string, unknown> => outcome.data['error'] as Record<string, unknown>;

async function audit(): Promise<
  { action: string; actor: string; subject: string; details: Record<string, unknown> }[]
> {
  const catalog = await openCatalog({ url });
  try {
    return await catalog.audit.list({ limit: 1 });
  } finally {
    await catalog.close();
  }
}

describe('a team and its configuration', () => {
  it('shares, pulls, changes, tells who and why, and goes back', async () => {
    const first = await ok(['config', 'import', 'longshore.yaml', '--reason', 'the beginning', '--json']);
    expect(first.data).toMatchObject({ version: 1, isNew: true });

    // A colleague pulls it into a folder that has nothing.
    rmSync(join(folder, 'longshore.yaml'));
    const pulled = await ok(['config', 'pull'], { user: 'bob' });
    expect(pulled.err).toContain('environments.uat.password was written out where it comes from');
    expect(read()).toMatch(/^# Pulled from the catalog: version 1\./);
    expect(read()).not.toContain(SECRET);
    expect(read()).not.toContain('connectTimeoutMs');
    expect((await ok(['config', 'diff', '--json'])).data['changes']).toEqual([]);

    write('longshore.yaml', read().replace('limit: 5000', 'limit: 100'));
    expect((await ok(['config', 'diff'])).out).toContain(
      '~ transferSets.sales-daily.tables["dbo.orders"].limit: 5000 → 100',
    );
    await ok(['config', 'import', 'longshore.yaml', '--reason', 'uat is small'], { user: 'bob' });
    const [entry] = await audit();
    expect(entry).toMatchObject({
      action: 'config.import',
      actor: 'bob',
      subject: 'config/2',
      details: { reason: 'uat is small', changed: ['transferSets.sales-daily.tables["dbo.orders"].limit'] },
    });

    write('longshore.yaml', `${read()}  extra: { from: prod, to: qa, tables: [dbo.x] }\n`);
    await ok(['config', 'import', 'longshore.yaml']);
    const whole = (await ok(['config', 'history', '--json'])).data as unknown as Record<string, unknown>[];
    expect(whole.map(({ version, createdBy, origin, reason }) => [version, createdBy, origin, reason])).toEqual([
      [3, 'ann', 'import', undefined],
      [2, 'bob', 'import', 'uat is small'],
      [1, 'ann', 'import', 'the beginning'],
    ]);
    const ofSet = (await ok(['config', 'history', '--set', 'sales-daily', '--json'])).data as unknown as {
      version: number;
    }[];
    expect(ofSet.map(({ version }) => version)).toEqual([2, 1]);

    const asked = await longshore(['config', 'rollback', '1', '--file', '--reason', 'too small'], { answer: 'n' });
    expect([asked.code, asked.err]).toEqual([130, expect.stringContaining('Make these changes? [y/N]')]);
    expect((await ok(['config', 'export', '--json'])).out).toContain('"limit": 100');

    const back = await ok(['config', 'rollback', '1', '--file', '--reason', 'too small'], { answer: 'y' });
    expect(back.out).toBe('longshore.yaml is written.\nStored as version 4.\n');
    expect(read()).toContain('limit: 5000');
    expect((await audit())[0]).toMatchObject({
      action: 'config.rollback',
      details: { to: 1, instead: 3, reason: 'too small' },
    });
    expect((await ok(['config', 'diff', '1', '4'])).out).toBe('version 1 and version 4 say the same.\n');
    expect((await ok(['config', 'rollback', '4', '--yes', '--json'])).data).toMatchObject({ version: 4, isNew: false });
  });

  it('runs a version of the catalog without a file', async () => {
    rmSync(join(folder, 'longshore.yaml'));
    const listed = await ok(['transfer', 'list', '--config', 'catalog:latest', '--json']);
    expect(listed.data).toMatchObject([{ name: 'sales-daily', from: 'prod', to: 'uat' }]);
    expect((await ok(['transfer', 'list', '--config', 'catalog:3', '--json'])).data).toHaveLength(2);
    const none = await longshore(['transfer', 'list', '--config', 'catalog:99', '--json']);
    expect([none.code, failure(none)['code']]).toEqual([2, 'CONFIG_UNKNOWN_NAME']);
    const check = await longshore(['config', 'check', '--config', 'catalog:latest', '--json']);
    expect(failure(check)).toMatchObject({ code: 'USAGE', next: expect.stringContaining('config pull') });
    expect((await longshore(['transfer', 'list', '--config', 'catalog:x', '--json'])).code).toBe(2);
  });
});

describe('promoting', () => {
  it('copies a set for another environment, warns of what may not carry over, and keeps the file as it is', async () => {
    const line = ['config', 'promote', 'sales-daily', '--from', 'uat', '--to', 'lake', '--reason', 'for analysts'];
    const shown = await ok([...line, '--dry-run', '--json']);
    expect(shown.data['warnings']).toEqual([
      '`lake` is another kind of database, duckdb: types are mapped anew, look at `longshore transfer preview`.',
      'A publishing strategy is forced for the set (swap); duckdb may not have it.',
    ]);
    expect(read()).toBe(FILE);
    expect((await longshore(line)).code).toBe(2);
    expect((await longshore([...line, '--json'], { answer: 'y' })).code).toBe(2);
    expect(read()).toBe(FILE);

    const done = await ok([...line, '--yes', '--json']);
    expect(done.data).toMatchObject({ as: 'sales-daily-lake', written: true, isNew: true });
    expect(read()).toBe(`${FILE}  sales-daily-lake:
    from: prod
    to: lake
    tables:
      - dbo.customers:
          mask:
            email: email
            phone: redact
      - dbo.orders:
          where: status <> 'draft'
          limit: 5000
    strategy: swap
`);
    expect((await audit())[0]).toMatchObject({
      action: 'config.promote',
      details: { set: 'sales-daily', as: 'sales-daily-lake', map: { uat: 'lake' }, reason: 'for analysts' },
    });
    const again = await longshore([...line, '--yes', '--json']);
    expect([again.code, failure(again)]).toEqual([2, expect.objectContaining({ code: 'CONFIG_CONFLICT' })]);
    expect((await ok([...line, '--yes', '--json', '--on-conflict', 'rename'])).data['as']).toBe('sales-daily-lake-2');
  });

  it('says what the rules of the new environment forbid', async () => {
    write(
      'longshore.yaml',
      FILE.replace('limit: 5000', 'target: dbo.users, limit: 5000').replace(
        '{ kind: duckdb, path: lake.db }',
        '{ kind: duckdb, path: lake.db, readOnly: true }',
      ),
    );
    const refused = await longshore(['config', 'promote', 'sales-daily', '-m', 'uat=lake', '--yes', '--json']);
    expect([refused.code, failure(refused)['code']]).toEqual([4, 'READ_ONLY_ENVIRONMENT']);
    const limits = await ok(['config', 'promote', 'sales-daily', '-m', 'uat=qa', '--dry-run', '--json']);
    expect(limits.data['warnings']).toEqual(['`qa` takes no table with more than 1000 rows; dbo.orders allow more.']);
    write('longshore.yaml', read().replace('to: uat', 'to: qa'));
    const back = await ok(['config', 'promote', 'sales-daily', '-m', 'qa=uat', '--dry-run', '--json']);
    expect(back.data['warnings']).toEqual(['`uat` protects dbo.users: they will be refused.']);
  });

  it.each([
    [['-m', 'uat=nowhere'], 'CONFIG_UNKNOWN_NAME'],
    [['-m', 'qa=uat'], 'CONFIG_UNKNOWN_NAME'],
    [['-m', 'uat'], 'USAGE'],
    [['--from', 'uat'], 'USAGE'],
    [[], 'USAGE'],
    [['-m', 'uat=qa', '-m', 'uat=lake'], 'USAGE'],
  ])('refuses %j with %s', async (options, code) => {
    const outcome = await longshore(['config', 'promote', 'sales-daily', ...options, '--yes', '--json']);
    expect([outcome.code, failure(outcome)['code']]).toEqual([2, code]);
    expect(read()).toBe(FILE);
  });

  it('carries a set into the file and the catalog of another place', async () => {
    write(
      'preprod.yaml',
      `# Preproduction.\nversion: 1\ncatalog: { url: ${other} }\nenvironments:\n  prod: { kind: mssql, host: replica, database: shop, user: me, password: "\${env:P}" }\n  preprod: { kind: mssql, host: pp, database: shop, user: me, password: "\${env:P}" }\nmasking: { key: "\${env:K}" }\n`,
    );
    const line = [
      'config',
      'promote',
      'sales-daily',
      '-m',
      'uat=preprod',
      '--into',
      'preprod.yaml',
      '--as',
      'sales-daily',
    ];
    const done = await ok([...line, '--yes', '--json']);
    expect(done.data).toMatchObject({ version: 1, isNew: true });
    expect(done.data['warnings']).toEqual([
      '`preprod` is another kind of database, mssql: types are mapped anew, look at `longshore transfer preview`.',
      'A publishing strategy is forced for the set (swap); mssql may not have it.',
    ]);
    expect(read('preprod.yaml')).toContain('# Preproduction.');
    expect(read()).toBe(FILE);
    const there = await ok(['config', 'history', '--config', 'preprod.yaml', '--json'], { catalog: other });
    expect(there.data).toMatchObject([{ version: 1, origin: 'promote', source: 'preprod.yaml' }]);
  });
});

describe('importing into a file', () => {
  const THEIRS = `version: 1
environments:
  prod: { kind: mssql, url: "Server=db,1433;Database=shop;User Id=me;Password=${SECRET}", readOnly: true }
  uat: { kind: postgres, host: other, database: shop, user: me, password: ${SECRET} }
transferSets:
  # Stock, for the warehouse.
  stock:
    from: prod
    to: uat # theirs
    tables: [dbo.stock]
`;

  it('stops at names that are taken, replaces or renames them, and changes nothing silently', async () => {
    write('theirs.yaml', THEIRS);
    const line = ['config', 'import', 'theirs.yaml', '--into', 'longshore.yaml', '--no-register'];
    const stopped = await longshore([...line, '--yes', '--json']);
    expect(failure(stopped)).toMatchObject({
      code: 'CONFIG_CONFLICT',
      message: 'There is already another environment `uat`.',
    });
    expect(read()).toBe(FILE);

    const renamed = await ok([...line, '--on-conflict', 'rename', '--yes', '--json']);
    expect(renamed.data).toMatchObject({
      renamed: { environments: { uat: 'uat-2' } },
      secretsNeeded: ['environments.uat-2.password'],
    });
    expect(read()).toContain('to: uat-2');
    expect(read()).toContain('$secret: environments.uat-2.password');
    expect(read().startsWith(FILE.slice(0, FILE.indexOf('\ntransferSets')))).toBe(true);

    write('longshore.yaml', FILE);
    const shown = await ok([...line, '--on-conflict', 'replace', '--dry-run']);
    expect(shown.out).toContain('~ environments.uat.host: "uat" → "other"');
    expect(read()).toBe(FILE);
    const replaced = await ok([...line, '--on-conflict', 'replace'], { answer: 'y' });
    expect(replaced.err).toContain('The secret that the file has for `uat` will be sent to another server');
    expect(read()).toContain(
      `  # Stock, for the warehouse.\n  stock:\n    from: prod\n    to: uat # theirs\n    tables: [ dbo.stock ]`,
    );
    expect(read()).toContain(`password: ${SECRET}`);
  });

  it('reads standard input and stored versions, and takes only the set asked for', async () => {
    const input = THEIRS.replace(
      'transferSets:',
      'transferSets:\n  more: { from: prod, to: prod2, tables: [a.b] }',
    ).replace('  uat:', '  prod2: { kind: duckdb, path: x.db }\n  uat:');
    await ok(['config', 'import', '-', '--set', 'more', '--into', 'new.yaml', '--no-register'], { input });
    const made = read('new.yaml');
    expect(made).toContain('more:');
    expect(made).not.toContain('stock');
    expect(made).not.toContain('uat');
    await ok(['config', 'import', 'catalog:1', '--set', 'sales-daily', '--into', 'new2.yaml', '--no-register']);
    expect(read('new2.yaml')).toContain('dbo.customers');
    const broken = await longshore(['config', 'import', '-', '--json'], { input: 'version: 1\ntransferSet: {}\n' });
    expect(failure(broken)).toMatchObject({ code: 'CONFIG_INVALID', place: { line: 2 } });
    const unknown = await longshore(['config', 'import', '-', '--set', 'stok', '--json'], { input });
    expect(failure(unknown)['message']).toContain('Did you mean stock?');
  });

  it('lays one set into the latest version of the catalog', async () => {
    const before = (await ok(['config', 'export', '--json'])).out;
    write(
      'theirs.yaml',
      THEIRS.replace(/\n  uat: .*/, '')
        .replace('to: uat', 'to: prod2')
        .replace('transferSets:', '  prod2: { kind: duckdb, path: x.db }\ntransferSets:'),
    );
    await ok(['config', 'import', 'theirs.yaml', '--set', 'stock']);
    const after = JSON.parse((await ok(['config', 'export', '--json'])).out) as { transferSets: object };
    expect(Object.keys(after.transferSets)).toEqual([...Object.keys(JSON.parse(before).transferSets), 'stock']);
  });
});

describe('exporting', () => {
  it('gives a set of the file away with its comments and without its secrets', async () => {
    const text = (await ok(['config', 'export', '--from', 'file', '--set', 'sales-daily'])).out;
    for (const kept of [
      '# Our shop.',
      '# Never write here.',
      '# what testers get',
      '# Ann',
      '$secret: environments.prod.url',
      '$secret: masking.key',
    ])
      expect(text).toContain(kept);
    expect(text).not.toMatch(/qa|lake|catalog/);
    write('sales.yaml', text);
    expect((await ok(['config', 'check', '--config', 'sales.yaml'])).out).toContain(
      '2 environments and 1 transfer set',
    );
  });

  it('writes what import reads, complete or compact, and overwrites no file unasked', async () => {
    await ok(['config', 'export', '1', '--set', 'sales-daily', '--compact', '-o', 'a.yaml']);
    await ok(['config', 'export', '1', '--set', 'sales-daily', '-o', 'a.json']);
    expect((await ok(['config', 'diff', 'a.yaml', 'a.json'])).out).toBe('a.yaml and a.json say the same.\n');
    const taken = await longshore(['config', 'export', '-o', 'a.yaml', '--json']);
    expect(failure(taken)['code']).toBe('CONFIG_CONFLICT');
    await ok(['config', 'export', '-o', 'a.yaml', '--replace']);
  });
});

it('never printed a secret', () => {
  expect(everything.length).toBeGreaterThan(50);
  expect(everything.join('\n')).not.toContain(SECRET);
});
