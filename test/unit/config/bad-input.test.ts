/** One table of every mistake a configuration can hold: long because it is a list, read and extended as a whole. */
import { join } from 'node:path';
import { loadConfig } from '../../../config/load';
import { errorOf, folderWith } from './files';

const HEAD = `version: 1
environments:
  prod: { kind: postgres, host: db, database: shop }
  uat: { kind: postgres, url: 'postgres://localhost/uat' }
`;
/** Six lines follow the head; the body of the set starts on line 9. */
const set = (body: string): string => `${HEAD}transferSets:
  daily:
    from: prod
    to: uat
${body.replace(/^/gm, '    ')}\n`;
const tables = (list: string): string => set(`tables:\n${list.replace(/^/gm, '  ')}`);
const env = (body: string): string => `version: 1\nenvironments:\n  prod:\n${body.replace(/^/gm, '    ')}\n`;

type Case = [what: string, text: string, line: number, path: string | undefined, message: string, code?: string];

const CASES: Case[] = [
  // Syntax
  ['a tab', 'version: 1\nenvironments:\n\tprod: {}\n', 3, undefined, 'indented with a tab', 'CONFIG_SYNTAX'],
  ['a quote that is not closed', 'version: 1\nstaging:\n  path: "x\n', 4, undefined, 'missing', 'CONFIG_SYNTAX'],
  ['two colons', 'version: 1\nstaging: path: x\n', 2, undefined, 'second `:`', 'CONFIG_SYNTAX'],
  ['a bracket too many', 'version: 1\nenvironments: {}}\n', 2, undefined, 'does not belong here', 'CONFIG_SYNTAX'],
  ['wrong indentation', 'version: 1\nstaging:\n    path: x\n  minFreeBytes: 1\n', 4, undefined, '', 'CONFIG_SYNTAX'],
  ['two documents', 'version: 1\n---\nversion: 1\n', 2, undefined, 'several documents', 'CONFIG_SYNTAX'],
  ['JSON with a comma too many', '{\n  "version": 1,,\n}\n', 2, undefined, '', 'CONFIG_SYNTAX'],
  ['nothing', '', 1, undefined, 'is empty', 'CONFIG_SYNTAX'],
  ['nothing but a comment', '# longshore\n', 1, undefined, 'is empty', 'CONFIG_SYNTAX'],
  ['a list', '- version: 1\n', 1, undefined, 'a map of sections', 'CONFIG_SYNTAX'],
  ['a word', 'longshore\n', 1, undefined, 'a map of sections', 'CONFIG_SYNTAX'],
  [
    'a key twice',
    `${HEAD}staging:\n  path: a\n  path: b\n`,
    7,
    'staging.path',
    'a second time; first on line 6',
    'CONFIG_SYNTAX',
  ],
  [
    'a section twice',
    `${HEAD}environments: {}\n`,
    5,
    'environments',
    'a second time; first on line 2',
    'CONFIG_SYNTAX',
  ],
  ['a pattern read as an alias', tables('- *'), 10, undefined, 'put it in quotes', 'CONFIG_SYNTAX'],
  [
    'a pattern read as a named alias',
    tables('- *.orders'),
    10,
    'transferSets.daily.tables[0]',
    'put it in quotes',
    'CONFIG_SYNTAX',
  ],
  [
    'an exclusion read as a tag',
    tables('- sales.*\n- !sales.tmp_*'),
    11,
    undefined,
    'put it in quotes',
    'CONFIG_SYNTAX',
  ],
  [
    'an alias of itself',
    'version: 1\nstaging: &x\n  path: *x\n',
    3,
    'staging.path',
    'contains itself',
    'CONFIG_SYNTAX',
  ],
  ['a key that is a list', 'version: 1\n? [a, b]\n: 1\n', 2, undefined, 'not text', 'CONFIG_SYNTAX'],
  ['a key for another prototype', `${HEAD}__proto__: { a: 1 }\n`, 5, undefined, 'not text', 'CONFIG_SYNTAX'],
  // The document
  ['no version', HEAD.replace('version: 1\n', ''), 1, 'version', '`version` is missing'],
  ['another version', HEAD.replace('version: 1', 'version: 2'), 1, 'version', '`version` must be 1'],
  ['a misspelt section', `${HEAD}transferSet: {}\n`, 5, 'transferSet', 'Did you mean transferSets?'],
  [
    'a month batch',
    `${HEAD}monthBatches: { a: { to: x, tables: { t: { files: t } } } }\n`,
    5,
    'monthBatches.a.to',
    'no environment `x`',
    'CONFIG_UNKNOWN_NAME',
  ],
  ['pipelines', `${HEAD}pipelines: {}\n`, 5, 'pipelines', 'does not know pipelines yet'],
  ['an empty section', `${HEAD}staging:\n`, 5, 'staging', '`staging` is empty'],
  ['a section of the wrong type', `${HEAD}staging: here\n`, 5, 'staging', 'must be a map, not text'],
  // Environments
  ['an unknown kind', env('kind: postgress\nhost: a'), 4, 'environments.prod.kind', 'Did you mean postgres?'],
  [
    'a kind that is not built yet',
    env('kind: oracle\nhost: a'),
    4,
    'environments.prod.kind',
    'does not know `oracle` as `kind`: it must be one of postgres, duckdb, mssql',
  ],
  ['SQL Server nowhere', env('kind: mssql\nuser: a\npassword: b'), 3, 'environments.prod', 'needs `url`, or `host`'],
  [
    'SQL Server by URL and by host',
    env('kind: mssql\nurl: mssql://u:hunter2@h/d\nhost: h'),
    6,
    'environments.prod.host',
    '`url` already says where the database is: take out `host`, or `url`.',
  ],
  [
    'SQL Server with two passwords',
    env('kind: mssql\nurl: "Server=h;Database=d;User Id=u;Password=hunter2"\npassword: x'),
    6,
    'environments.prod.password',
    'take out `password`, or `url`',
  ],
  [
    'a connection string without a server',
    env('kind: mssql\nurl: "Database=d;User Id=u;Password=hunter2"'),
    5,
    'environments.prod.url',
    'or a connection string such as Server=host,1433',
  ],
  [
    'a URL of another database',
    env('kind: mssql\nurl: postgres://u:hunter2@h/d'),
    5,
    'environments.prod.url',
    'must be a URL such as mssql://',
  ],
  [
    'a port and an instance',
    env('kind: mssql\nhost: h\nport: 1\ninstance: i\ndatabase: d\nuser: u\npassword: p'),
    7,
    'environments.prod.instance',
    'take out one of them',
  ],
  [
    'a login without a password',
    env('kind: mssql\nhost: h\ndatabase: d\nuser: u'),
    3,
    'environments.prod',
    '`authentication: sql` needs `password`. Other ways to log in',
  ],
  [
    'a Windows login without a domain',
    env('kind: mssql\nhost: h\ndatabase: d\nauthentication: ntlm\nuser: u\npassword: p'),
    7,
    'environments.prod.authentication',
    '`authentication: ntlm` needs `domain`.',
  ],
  [
    'an Entra token that is not there',
    env('kind: mssql\nhost: h\ndatabase: d\nauthentication: entra-token'),
    7,
    'environments.prod.authentication',
    'needs `token`',
  ],
  [
    'half a service principal',
    env('kind: mssql\nhost: h\ndatabase: d\nauthentication: entra-service-principal\nclientId: c'),
    7,
    'environments.prod.authentication',
    'needs `clientSecret`, `tenantId`',
  ],
  [
    'a misspelt login',
    env('kind: mssql\nhost: h\ndatabase: d\nauthentication: ntml'),
    7,
    'environments.prod.authentication',
    'Did you mean ntlm?',
  ],
  [
    'a misspelt encryption',
    env('kind: mssql\nhost: h\ndatabase: d\nuser: u\npassword: p\nencrypt: strikt'),
    9,
    'environments.prod.encrypt',
    'must be true or false or strict. Did you mean strict?',
  ],
  ['no kind', env('host: a'), 3, 'environments.prod.kind', '`kind` is missing: it must be one of postgres, duckdb'],
  [
    'an environment that is text',
    'version: 1\nenvironments:\n  prod: postgres://h/db\n',
    3,
    'environments.prod',
    'must be a map, not text',
  ],
  [
    'a key of another kind',
    env('kind: duckdb\npath: a.duckdb\nhost: x'),
    6,
    'environments.prod.host',
    'The key `host` is not known here',
  ],
  [
    'a misspelt key',
    env('kind: postgres\nhost: a\ndatabase: b\npasword: x'),
    7,
    'environments.prod.pasword',
    'Did you mean password?',
  ],
  [
    'a password that is a number',
    env('kind: postgres\nhost: a\ndatabase: b\npassword: 0123'),
    7,
    'environments.prod.password',
    'must be text, not a number: put it in quotes',
  ],
  [
    'a port that is text',
    env('kind: postgres\nhost: a\ndatabase: b\nport: five'),
    7,
    'environments.prod.port',
    'must be a whole number, not text',
  ],
  [
    'a port too high',
    env('kind: postgres\nhost: a\ndatabase: b\nport: 70000'),
    7,
    'environments.prod.port',
    'must be at most 65535',
  ],
  [
    'a switch that is text',
    env('kind: postgres\nhost: a\ndatabase: b\nreadOnly: yes'),
    7,
    'environments.prod.readOnly',
    'must be true or false, not text',
  ],
  [
    'an unknown ssl mode',
    env('kind: postgres\nhost: a\ndatabase: b\nssl: verify'),
    7,
    'environments.prod.ssl',
    '`ssl` must be',
  ],
  [
    'neither url nor host',
    env('kind: postgres\nuser: a'),
    3,
    'environments.prod',
    'needs `url`, or `host` and `database`',
  ],
  [
    'a host without a database',
    env('kind: postgres\nhost: a'),
    3,
    'environments.prod.database',
    '`database` is missing',
  ],
  [
    'url and host',
    env('kind: postgres\nurl: postgres://a/b\nhost: a'),
    6,
    'environments.prod.host',
    '`url` already says',
  ],
  [
    'a url that is none',
    env('kind: postgres\nurl: mysql://a/b'),
    5,
    'environments.prod.url',
    'must be a URL such as postgres://',
  ],
  [
    'a name with a space',
    'version: 1\nenvironments:\n  my prod: { kind: duckdb, path: a }\n',
    3,
    'environments["my prod"]',
    'letters, digits',
  ],
  ['a path with a line break', env('kind: duckdb\npath: "a\\nb"'), 5, 'environments.prod.path', 'text of one line'],
  [
    'a staging schema too long',
    env(`kind: duckdb\npath: a\nstagingSchema: ${'x'.repeat(64)}`),
    6,
    'environments.prod.stagingSchema',
    'must be 1 to 63 characters',
  ],
  // Sets
  ['no tables', set('description: x'), 6, 'transferSets.daily.tables', '`tables` is missing: it must be a list'],
  ['an empty list of tables', set('tables: []'), 9, 'transferSets.daily.tables', '`tables` must not be empty'],
  [
    'an unknown source',
    set('tables: ["*"]').replace('from: prod', 'from: prd'),
    7,
    'transferSets.daily.from',
    'There is no environment `prd`. Did you mean prod?',
    'CONFIG_UNKNOWN_NAME',
  ],
  [
    'an unknown target',
    set('tables: ["*"]').replace('to: uat', 'to: warehouse'),
    8,
    'transferSets.daily.to',
    'Defined are prod, uat.',
    'CONFIG_UNKNOWN_NAME',
  ],
  [
    'a misspelt choice',
    set('tables: ["*"]\nverify: count'),
    10,
    'transferSets.daily.verify',
    'must be one of none, counts, aggregates, fingerprint. Did you mean counts?',
  ],
  [
    'an unknown key of a set',
    set('tables: ["*"]\npublsh: set'),
    10,
    'transferSets.daily.publsh',
    'Did you mean publish?',
  ],
  [
    'a size that is none',
    set('tables: ["*"]\npartSize: big'),
    10,
    'transferSets.daily.partSize',
    'must be a size such as 128MB',
  ],
  ['parts too small', set('tables: ["*"]\npartSize: 1kB'), 10, 'transferSets.daily.partSize', '8192 bytes to 4 GB'],
  [
    'a fraction for a count',
    set('tables: ["*"]\nmaxRows: 1.5'),
    10,
    'transferSets.daily.maxRows',
    'must be a whole number, not a fraction',
  ],
  ['a negative count', set('tables: ["*"]\nmaxRows: -1'), 10, 'transferSets.daily.maxRows', 'must be more than 0'],
  [
    'a number beyond exactness',
    set('tables: ["*"]\nmaxRows: 99999999999999999999'),
    10,
    'transferSets.daily.maxRows',
    '`maxRows` must be',
  ],
  [
    'a level the codec lacks',
    set('tables: ["*"]\ncompression: { codec: gzip, level: 12 }'),
    10,
    'transferSets.daily.compression.level',
    '`level` of gzip must be 0 to 9',
  ],
  [
    'a level without a codec',
    set('tables: ["*"]\ncompression: { codec: none, level: 1 }'),
    10,
    'transferSets.daily.compression.level',
    'no meaning',
  ],
  [
    'append by swap',
    set('tables: ["*"]\nmode: append\nstrategy: swap'),
    11,
    'transferSets.daily.strategy',
    'choose one',
  ],
  [
    'no parallel tables',
    set('tables: ["*"]\nparallel: { tables: 0 }'),
    10,
    'transferSets.daily.parallel.tables',
    'must be at least 1',
  ],
  // Schedules
  [
    'a cron expression of four fields',
    set('tables: ["*"]\nschedule: { cron: 0 5 * * }'),
    10,
    'transferSets.daily.schedule.cron',
    'has 4 fields',
  ],
  [
    'a bad expression of a list',
    set('tables: ["*"]\nschedule:\n  cron:\n    - 0 5 * * *\n    - 61 5 * * *'),
    13,
    'transferSets.daily.schedule.cron[1]',
    '`61` as minute',
  ],
  [
    'a schedule without cron',
    set('tables: ["*"]\nschedule: { timezone: UTC }'),
    10,
    'transferSets.daily.schedule.cron',
    '`cron` is missing',
  ],
  [
    'a misspelt time zone',
    set('tables: ["*"]\nschedule: { cron: "@daily", timezone: Europe/Berln }'),
    10,
    'transferSets.daily.schedule.timezone',
    'Did you mean Europe/Berlin',
  ],
  [
    'an offset as time zone',
    set('tables: ["*"]\nschedule: { cron: "@daily", timezone: "+01:00" }'),
    10,
    'transferSets.daily.schedule.timezone',
    'is not a time zone',
  ],
  [
    'a catch-up without unit',
    set('tables: ["*"]\nschedule: { cron: "@daily", catchup: 30 }'),
    10,
    'transferSets.daily.schedule.catchup',
    'must be text',
  ],
  [
    'a catch-up too short',
    set('tables: ["*"]\nschedule: { cron: "@daily", catchup: 1s }'),
    10,
    'transferSets.daily.schedule.catchup',
    'at least 10s',
  ],
  // Tables
  [
    'a number as table',
    tables('- 12'),
    10,
    'transferSets.daily.tables[0]',
    'Entry 1 of `tables` must be text or a map, not a number',
  ],
  [
    'an unknown option',
    tables('- sales.*\n- sales.orders: { wher: x }'),
    11,
    'transferSets.daily.tables[1]["sales.orders"].wher',
    'Did you mean where?',
  ],
  [
    'a masking rule that is none',
    tables('- sales.orders: { mask: { a: redacted } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a',
    '`redacted`, given for `a`, is no masking rule. Did you mean redact?',
  ],
  [
    'a masking rule that is none, in a map',
    tables('- sales.orders: { mask: { a: { rule: keeplast } } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a.rule',
    'Did you mean keep-last?',
  ],
  [
    'a masking rule that takes settings, as a word',
    tables('- sales.orders: { mask: { a: constant } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a',
    'write `{ rule: constant, value: … }`',
  ],
  [
    'a masking rule without what it needs',
    tables('- sales.orders: { mask: { a: { rule: sql } } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a',
    '`rule: sql` needs `sql`',
  ],
  [
    'a masking rule without its name',
    tables('- sales.orders: { mask: { a: { rul: hash } } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a',
    '`rule` is missing',
  ],
  [
    'a masking rule that is a list',
    tables('- sales.orders: { mask: { a: [hash] } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a',
    'must have a masking rule',
  ],
  [
    'an unknown setting of a masking rule',
    tables('- sales.orders: { mask: { a: { rule: keep-last, m: 3 } } }'),
    10,
    'transferSets.daily.tables[0]["sales.orders"].mask.a.m',
    'Did you mean n?',
  ],
  [
    'a masking key that is too short',
    `${HEAD}masking: { key: short }\n`,
    5,
    'masking.key',
    '`key` must have at least 16 characters',
  ],
  [
    'two names in one entry',
    tables('- sales.orders: {}\n  sales.lines: {}'),
    10,
    'transferSets.daily.tables[0]',
    'must have one table name',
  ],
  ['an entry without a name', tables('- {}'), 10, 'transferSets.daily.tables[0]', 'must have one table name'],
  ['half a name', tables('- sales.'), 10, 'transferSets.daily.tables[0]', 'a part is missing'],
  ['an exclusion of nothing', tables('- "*"\n- "!"'), 11, 'transferSets.daily.tables[1]', 'nothing in it'],
  ['only exclusions', tables('- "!sales.*"'), 9, 'transferSets.daily.tables', 'only leaves tables out'],
  [
    'options of an exclusion',
    tables('- "*"\n- "!sales.x": { limit: 1 }'),
    11,
    'transferSets.daily.tables[1]["!sales.x"]',
    'options mean nothing',
  ],
  [
    'one target for a pattern',
    tables('- sales.*: { target: a.b }'),
    10,
    'transferSets.daily.tables[0]["sales.*"].target',
    'may be many tables',
  ],
  [
    'a target without schema',
    tables('- sales.a: { target: b }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].target',
    'must be a table as schema.table',
  ],
  [
    'a table twice',
    tables('- sales.a\n- sales.b\n- sales.a: { limit: 1 }'),
    12,
    'transferSets.daily.tables[2]',
    'Entries 1 and 3 both write the table `sales.a`',
    'DUPLICATE_TARGET',
  ],
  [
    'a target twice',
    tables('- sales.a\n- dbo.b: { target: sales.a }'),
    11,
    'transferSets.daily.tables[1]',
    'both write the table `sales.a`',
    'DUPLICATE_TARGET',
  ],
  [
    'an empty condition',
    tables('- sales.a: { where: " " }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].where',
    'must not be empty',
  ],
  [
    'a list as condition',
    tables('- sales.a: { where: [a] }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].where',
    'must be text, not a list',
  ],
  [
    'dates without a range',
    tables('- sales.a: { dates: { column: c } }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].dates',
    'needs a `preset`',
  ],
  [
    'dates by two ways',
    tables('- sales.a: { dates: { column: c, days: 3, preset: today } }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].dates',
    'choose one',
  ],
  [
    'dates without a column',
    tables('- sales.a: { dates: { days: 3 } }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].dates.column',
    '`column` is missing',
  ],
  [
    'a day that does not exist',
    tables('- sales.a: { dates: { column: c, from: 2026-02-30 } }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].dates',
    "'2026-02-30' is not a date",
  ],
  [
    'a range that is empty',
    tables('- sales.a: { dates: { column: c, from: 2026-02-02, until: 2026-02-02 } }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].dates',
    'empty',
  ],
  [
    'a misspelt preset',
    tables('- sales.a: { dates: { column: c, preset: last-30-day } }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].dates.preset',
    'Did you mean last-30-days',
  ],
  // References
  [
    'a variable that is not set',
    set('tables: ["*"]\nmaxRows: ${NOT_SET}'),
    10,
    'transferSets.daily.maxRows',
    'environment variable NOT_SET, which is not set',
    'SECRET_MISSING',
  ],
  [
    'a variable of the wrong type',
    set('tables: ["*"]\nmaxRows: ${WORD}'),
    10,
    'transferSets.daily.maxRows',
    'must be a whole number, not text',
  ],
  [
    'a reference without end',
    set('tables: ["*"]\ndescription: ${NAME'),
    10,
    'transferSets.daily.description',
    'does not end',
  ],
  [
    'an unknown source of references',
    env('kind: postgres\nhost: a\ndatabase: b\npassword: ${vault:x}'),
    7,
    'environments.prod.password',
    'has a reference that is none of',
  ],
  [
    'a file outside of connection settings',
    tables('- sales.a: { where: "k = ${file:/etc/hostname}" }'),
    10,
    'transferSets.daily.tables[0]["sales.a"].where',
    'only connection settings may hold secrets',
  ],
  // Services
  [
    'a temporal key that is misspelt',
    `${HEAD}temporal: { adress: x }\n`,
    5,
    'temporal.adress',
    'Did you mean address?',
  ],
  [
    'a catalog of another kind',
    `${HEAD}catalog: { url: sqlite://x }\n`,
    5,
    'catalog.url',
    'must be a URL such as postgres://',
  ],
  ['a worker without threads', `${HEAD}worker: { threads: 0 }\n`, 5, 'worker.threads', 'must be at least 1'],
  [
    'a grace that is no duration',
    `${HEAD}worker: { shutdownGrace: long }\n`,
    5,
    'worker.shutdownGrace',
    'must be a duration',
  ],
];

describe('a configuration with one fault', () => {
  it.each(CASES)('names file, line and path of %s', (_what, text, line, path, message, code = 'CONFIG_INVALID') => {
    const file = join(folderWith({ 'longshore.yaml': text }), 'longshore.yaml');
    const error = errorOf(() => loadConfig(file, { env: { WORD: 'many' } }));
    expect(error.problems).toEqual([expect.objectContaining({ code, file, line })]);
    expect(error.problems?.[0]?.path).toBe(path);
    expect(error.message).toContain(message);
    expect(error).toMatchObject({ code, place: { file, line } });
  });

  it('says all that is wrong in one go, in the order of the file', () => {
    const file = join(
      folderWith({
        'a.yaml': set(
          'tables:\n  - sales.a: { wher: 1 }\n  - sales.b: { limit: many }\nverify: all\nschedule: { cron: often }',
        ).replace('to: uat', 'to: qa'),
      }),
      'a.yaml',
    );
    const error = errorOf(() => loadConfig(file, { env: {} }));
    expect(error.problems?.map((problem) => problem.path)).toEqual([
      'transferSets.daily.to',
      'transferSets.daily.tables[0]["sales.a"].wher',
      'transferSets.daily.tables[1]["sales.b"].limit',
      'transferSets.daily.verify',
      'transferSets.daily.schedule.cron',
    ]);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(
      /^The configuration has 5 problems\.\n- .*a\.yaml:8:5 transferSets\.daily\.to: There is no environment `qa`/,
    );
    expect(error.toJSON().problems).toHaveLength(5);
  });

  it('never shows a value that may be a secret', () => {
    const text = env(
      'kind: postgres\nhost: [hunter2]\ndatabase: b\npassword: [hunter2]\nport: hunter2\nurl: "mysql://a:hunter2@b"\nuser: hunter2: x',
    );
    for (const broken of [
      text,
      text.replace('\nuser: hunter2: x', ''),
      text.replace('    user: hunter2: x', '').replace('[hunter2]', '"hunter2'),
    ]) {
      const file = join(folderWith({ 'a.yaml': broken }), 'a.yaml');
      expect(JSON.stringify(errorOf(() => loadConfig(file, { env: {} })))).not.toContain('hunter2');
    }
  });
});
