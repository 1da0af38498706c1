/** Configuration files that are wrong: every mistake at once, by file, line and path, before anything is connected to. */
import { SECRET } from '../refusals';
import { NOTHING, Site, execute, fingerprint, several, type Outcome } from '../site';

jest.setTimeout(120_000);

const HEAD = `version: 1
environments:
  prod: { kind: postgres, url: "\${env:SOURCE_URL}", readOnly: true }
  uat: { kind: postgres, url: "\${env:TARGET_URL}" }
transferSets:
  daily:
    from: prod
    to: uat
`;
/** Line of the first line after HEAD. */
const BODY = 9;
const EVIL = "'; drop table goods; --";

interface Case {
  text: string;
  code?: string;
  line: number;
  path?: string;
  says: RegExp;
}

const inSet = (text: string): string => `${HEAD}    ${text}\n    tables: [public.goods]\n`;
const inEntry = (text: string): string => `${HEAD}    tables:\n      - public.goods: { ${text} }\n`;

const CASES: Record<string, Case> = {
  'malformed YAML: an open bracket': {
    text: `${HEAD}    tables: [public.goods\n`,
    code: 'CONFIG_SYNTAX',
    line: BODY + 1,
    says: /./,
  },
  'malformed YAML: an open quote': {
    text: `${HEAD}    description: "open\n`,
    code: 'CONFIG_SYNTAX',
    line: BODY + 1,
    says: /quote/i,
  },
  'malformed YAML: a tab': {
    text: `${HEAD}\ttables: [public.goods]\n`,
    code: 'CONFIG_SYNTAX',
    line: BODY,
    says: /tab/i,
  },
  'a key given twice': {
    text: `${HEAD}    to: uat\n    tables: [public.goods]\n`,
    code: 'CONFIG_SYNTAX',
    line: BODY,
    says: /\bto\b/,
  },
  'an unknown key, with the nearest': {
    text: inSet('tabels: [x]'),
    line: BODY,
    path: 'transferSets.daily.tabels',
    says: /tabels.*tables/s,
  },
  'an unknown option of a table': { text: inEntry('wehre: "id = 1"'), line: BODY + 1, says: /wehre.*where/s },
  'an unknown section': {
    text: `${HEAD}    tables: [public.goods]\nenviroments: {}\n`,
    line: BODY + 1,
    path: 'enviroments',
    says: /environments/,
  },
  'text for a number': { text: inSet(`maxRows: many`), line: BODY, path: 'transferSets.daily.maxRows', says: /number/ },
  'a number for a list': {
    text: `${HEAD}    tables: 7\n`,
    line: BODY,
    path: 'transferSets.daily.tables',
    says: /list|array/,
  },
  'an unknown kind of database': {
    text:
      HEAD.replace('kind: postgres, url: "${env:TARGET_URL}"', 'kind: postgers, host: x') +
      '    tables: [public.goods]\n',
    line: 4,
    says: /postgers|kind/,
  },
  'an unknown environment, with the nearest': {
    text: HEAD.replace('to: uat', 'to: uta') + '    tables: [public.goods]\n',
    code: 'CONFIG_UNKNOWN_NAME',
    line: 8,
    path: 'transferSets.daily.to',
    says: /uta.*uat/s,
  },
  'two entries that write one table': {
    text: `${HEAD}    tables:\n      - public.goods\n      - public.other: { target: public.goods }\n`,
    code: 'DUPLICATE_TARGET',
    line: BODY + 2,
    path: 'transferSets.daily.tables[1]',
    says: /1 and 2 both write the table `public.goods`/,
  },
  'a set without tables': {
    text: `${HEAD}    tables: []\n`,
    line: BODY,
    path: 'transferSets.daily.tables',
    says: /\w/,
  },
  'a wrong cron expression': { text: inSet('schedule: { cron: "99 * * * *" }'), line: BODY, says: /99/ },
  'an unknown time zone': {
    text: inSet(`schedule: { cron: "0 5 * * *", timezone: "Europe/Berlni" }`),
    line: BODY,
    says: /Berlni/,
  },
  'SQL in limit': { text: inEntry(`limit: "5; drop table goods"`), line: BODY + 1, says: /number/ },
  'SQL in a date': {
    text: inEntry(`dates: { column: at, from: "2024-01-01${EVIL}" }`),
    line: BODY + 1,
    says: /from|date/,
  },
  'SQL in a date preset': {
    text: inEntry(`dates: { column: at, preset: "today${EVIL}" }`),
    line: BODY + 1,
    says: /preset|today/,
  },
  'SQL in the codec': { text: inSet(`compression: { codec: "zstd${EVIL}" }`), line: BODY, says: /zstd/ },
  'SQL in partSize': { text: inSet(`partSize: "8MB${EVIL}"`), line: BODY, says: /128MB/ },
  'SQL in batchRows': { text: inSet(`batchRows: "100${EVIL}"`), line: BODY, says: /number/ },
  'SQL in the time zone': {
    text: inSet(`schedule: { cron: "0 5 * * *", timezone: "UTC${EVIL}" }`),
    line: BODY,
    says: /UTC/,
  },
  'SQL in the mode': { text: inEntry(`mode: "append${EVIL}"`), line: BODY + 1, says: /append/ },
  'SQL in the name of an environment': {
    text: HEAD.replace('uat:', `"uat${EVIL}":`) + '    tables: [public.goods]\n',
    line: 4,
    says: /./,
  },
  'SQL in the name of a set': {
    text: HEAD.replace('daily:', `"daily${EVIL}":`) + '    tables: [public.goods]\n',
    line: 6,
    says: /./,
  },
  'a line break in the name of a staging schema': {
    text:
      HEAD.replace('url: "${env:TARGET_URL}"', 'url: "${env:TARGET_URL}", stagingSchema: "a\\nb"') +
      '    tables: [public.goods]\n',
    line: 4,
    says: /1 to 63/,
  },
  'a target without schema': { text: inEntry(`target: goods`), line: BODY + 1, says: /schema\.table/ },
  'a secret beside a mistake': {
    text:
      HEAD.replace('url: "${env:TARGET_URL}"', `host: x, database: y, password: ${SECRET}, prot: 1`) +
      '    tables: [public.goods]\n',
    line: 4,
    says: /prot.*port/s,
  },
};

describe('a configuration is refused for', () => {
  let site: Site;
  let before: string[];
  let checked: Outcome[];
  const names = Object.keys(CASES);
  const fileOf = (index: number): string => `bad/case-${index}.yaml`;

  beforeAll(async () => {
    site = await Site.open({}, { worker: false });
    await execute(site.target, 'create table goods(id int primary key); insert into goods values (1)');
    before = await fingerprint(site.target);
    checked = await several(names, (name) => {
      const index = names.indexOf(name);
      return site.command(
        'config',
        'check',
        '--config',
        site.installation.write(fileOf(index), CASES[name]?.text ?? ''),
      );
    });
  });

  afterAll(() => site?.close());

  test.each(names.map((name, index) => [name, index] as const))('%s', (name, index) => {
    const { code = 'CONFIG_INVALID', line, path, says } = CASES[name] as Case;
    const outcome = checked[index];
    expect({ code: outcome?.error?.code, exit: outcome?.code }).toEqual({ code, exit: 2 });
    const problem = outcome?.error?.problems?.[0];
    expect({ file: problem?.file.endsWith(fileOf(index)), line: problem?.line }).toEqual({ file: true, line });
    if (path) expect(problem?.path).toBe(path);
    expect(problem?.message).toMatch(says);
    expect(outcome?.stdout).not.toContain(SECRET);
  });

  test('the same in a run as in a check, with every mistake in one answer', async () => {
    const text = `${HEAD}    limt: 3\n    maxRows: -1\n    tables: [public.goods, public.goods]\n`;
    const { code, stderr, stdout } = await site.installation.run(
      'transfer',
      'run',
      'daily',
      '--config',
      site.installation.write('bad/many.yaml', text),
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/many\.yaml:9.*limt/);
    expect(stderr).toMatch(/many\.yaml:10.*maxRows/);
    expect(stderr).toMatch(/many\.yaml:11.*both write/);
    expect(stderr).toMatch(/next +\w/);
  });

  test('a file that does not exist, and a command that does not', async () => {
    const missing = await site.command('config', 'check', '--config', 'nowhere.yaml');
    expect({ code: missing.code, error: missing.error?.code, message: missing.error?.message }).toEqual({
      code: 2,
      error: 'CONFIG_NOT_FOUND',
      message: expect.stringContaining('nowhere.yaml') as unknown,
    });
    const unknown = await site.command('transfer', 'rnu', 'daily');
    expect({ code: unknown.code, error: unknown.error?.code }).toEqual({ code: 2, error: 'USAGE' });
    expect((await site.command('transfer', 'run')).code).toBe(2);
  });

  test('and nothing was touched', async () => {
    expect(await fingerprint(site.target)).toEqual(before);
    expect(await site.leftBehind()).toEqual(NOTHING);
  });
});
