import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../../cli/commands';
import { dropFolderPath, requireFolder } from '../../../config/drop-folders';
import { loadConfig, parseDocument } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { mergeDocuments, sharedPart } from '../../../config/sets';
import { errorOf, folderWith, SOUND } from './files';

const load = (section: string, options: Parameters<typeof loadConfig>[1] = {}) => {
  const file = join(folderWith({ 'longshore.yaml': `${SOUND}dropFolders:\n${section}` }), 'longshore.yaml');
  return loadConfig(file, { env: {}, ...options });
};
const warningsOf = (section: string) => load(section).warnings.map(({ path, message }) => `${path}: ${message}`);

/** Settings of a folder without faults, and what is put into it. */
const folder = (more: string): string => `  ref:\n    path: drop\n    to: uat\n    ${more}\n`;

describe('the section dropFolders', () => {
  it('asks for a path and an environment; all else has the values of the requirement', () => {
    expect(load('  ref: { path: drop, to: uat }\n').config.dropFolders['ref']).toMatchObject({
      path: 'drop',
      to: 'uat',
      schema: 'ref',
      extensions: ['csv', 'tsv', 'tab', 'txt', 'psv'],
      scan: { interval: '15s', checks: 6 },
      match: 70,
      columns: 'stop',
      duplicates: 'skip',
      tolerance: { rows: 0, percent: 0 },
      backups: { schema: 'bkp' },
      tracking: 'ref.File_Monitor_Tracking',
      referenceConfig: 'ref.Reference_Data_Cfg',
      files: [],
    });
  });

  it('may be left out', () => {
    expect(parseDocument({ version: 1 }).dropFolders).toEqual({});
  });

  it.each([
    ['no path', '  ref: { to: uat }\n', 'dropFolders.ref.path', '`path` is missing'],
    ['no environment', '  ref: { path: d }\n', 'dropFolders.ref.to', '`to` is missing'],
    ['an environment that is not there', '  ref: { path: d, to: uatt }\n', 'dropFolders.ref.to', 'Did you mean uat?'],
    ['a misspelt setting', folder('colums: stop'), 'dropFolders.ref.colums', 'Did you mean columns?'],
    ['a policy that is none', folder('duplicates: skp'), 'dropFolders.ref.duplicates', 'Did you mean skip?'],
    ['an interval that is no duration', folder('scan: { interval: 15 }'), 'dropFolders.ref.scan.interval', 'text'],
    ['an interval of nothing', folder('scan: { interval: 0s }'), 'dropFolders.ref.scan.interval', 'at least 5ms'],
    [
      'files that are reported before they can be ready',
      folder('scan: { interval: 1m, checks: 6, settleWithin: 6m }'),
      'dropFolders.ref.scan.settleWithin',
      'must be longer than `interval` times `checks`',
    ],
    ['a time limit of nothing', folder('timeout: 0s'), 'dropFolders.ref.timeout', 'must be longer than nothing'],
    ['messages without pause', folder('alerts: { every: 10ms }'), 'dropFolders.ref.alerts.every', 'at least 1s'],
    ['parts that are too small', folder('partSize: 1kB'), 'dropFolders.ref.partSize', '8192 bytes to 4 GB'],
    ['a tracking table with a dot too many', folder('tracking: a.b.c'), 'dropFolders.ref.tracking', 'has more parts'],
    ['a tracking table without a name', folder('tracking: "ref."'), 'dropFolders.ref.tracking', 'is no table name'],
    [
      'one table for two things',
      folder('tracking: Cfg\n    referenceConfig: ref.Cfg'),
      'dropFolders.ref.referenceConfig',
      'name one table',
    ],
    [
      'backups among the tables',
      folder('backups: { schema: ref }'),
      'dropFolders.ref.backups.schema',
      'Backups would stand among the tables of `ref`',
    ],
    ['tables among the backups', folder('schema: bkp'), 'dropFolders.ref.schema', 'Backups would stand among'],
    [
      'a rule for a path',
      folder('files: [{ match: "append/x*.csv" }]'),
      'dropFolders.ref.files[0].match',
      'has a slash',
    ],
    [
      'a rule for a table that is a pattern',
      folder('files: [{ match: "x*.csv", table: "ref.*" }]'),
      'dropFolders.ref.files[0].table',
      'is no table name',
    ],
    [
      'two columns that become one',
      folder('files: [{ match: "x*.csv", rename: { a: id, b: id } }]'),
      'dropFolders.ref.files[0].rename.b',
      '`a` and `b` both become the column `id`',
    ],
    [
      'a delimiter that is a letter',
      folder('format: { delimiter: x }'),
      'dropFolders.ref.format.delimiter',
      'must be one or two characters',
    ],
  ])('refuses %s, with its place', (_what, section, path, message) => {
    const { problems } = errorOf(() => load(section));
    expect(problems).toEqual([expect.objectContaining({ path, message: expect.stringContaining(message) })]);
    expect(problems?.[0]?.line).toBeGreaterThan(8);
  });

  it.each([
    ['the same folder', 'drop', './drop/', 'is also the folder of `one`'],
    ['a folder inside of another', 'drop', 'drop/deep/er', 'lies inside of the folder of `one`'],
    ['a folder around another', 'drop/deep', 'drop', 'contains the folder of `one`'],
  ])('refuses to watch %s twice', (_what, one, two, message) => {
    const section = `  one: { path: ${one}, to: uat }\n  two: { path: ${two}, to: uat }\n`;
    expect(errorOf(() => load(section)).problems).toEqual([
      expect.objectContaining({ path: 'dropFolders.two.path', message: expect.stringContaining(message) }),
    ]);
  });

  it('knows one folder by a relative and an absolute path, where it knows to what a path is relative', () => {
    const folderPath = folderWith({});
    const file = join(folderPath, 'longshore.yaml');
    const text = `${SOUND}dropFolders:\n  one: { path: ${folderPath}/drop, to: uat }\n  two: { path: drop, to: uat }\n`;
    expect(errorOf(() => loadConfig(file, { env: {}, text })).message).toContain('is also the folder of `one`');
  });

  it('takes folders that only look alike', () => {
    expect(() =>
      load('  a: { path: drop, to: uat }\n  b: { path: drop2, to: uat }\n  c: { path: "..drop", to: uat }\n'),
    ).not.toThrow();
  });

  it('refuses a folder in the staging folder, which is tidied up, and takes one around it', () => {
    const text = (path: string) => `  ref: { path: ${path}, to: uat }\nstaging: { path: work/staging }\n`;
    expect(errorOf(() => load(text('work/staging/drop'))).message).toContain('lies inside of the staging folder');
    expect(() => load(text('work'))).not.toThrow();
  });

  it('warns of a target that refuses, and refuses it where it is strict', () => {
    const section = '  ref: { path: d, to: prod }\n';
    expect(load(section).warnings).toEqual([
      expect.objectContaining({ code: 'READ_ONLY_ENVIRONMENT', path: 'dropFolders.ref.to' }),
    ]);
    expect(errorOf(() => load(section, { strict: true })).code).toBe('READ_ONLY_ENVIRONMENT');
  });

  it('warns of rules that never count, and of settings for files that are left alone', () => {
    expect(
      warningsOf(
        folder(
          'files: [{ match: "a*.csv" }, { match: "ABC.csv", table: x }, { match: "*" }, { match: "b*.csv" }, { match: "c.csv", ignore: true, table: t }]',
        ),
      ),
    ).toEqual([
      expect.stringMatching(/files\[1\]\.match: Entry 1, `a\*\.csv`, already fits/),
      expect.stringMatching(/files\[3\]\.match: Entry 3, `\*`, already fits/),
      expect.stringMatching(/files\[4\]\.match: Entry 3/),
      expect.stringMatching(/files\[4\]\.ignore: These files are left alone/),
    ]);
  });

  it('takes overrides by variable and fills in references', () => {
    const env = {
      LONGSHORE__DROPFOLDERS__REF__SCAN__CHECKS: '2',
      LONGSHORE__dropFolders__ref__match: '50',
      DROP: '/x/y',
    };
    const { config } = load('  ref: { path: "${DROP}", to: uat }\n', { env });
    expect(config.dropFolders['ref']).toMatchObject({ path: '/x/y', match: 50, scan: { checks: 2 } });
  });

  it('is stored as it is: there is nothing secret in it', () => {
    const { config } = load(folder('tolerance: { rows: 5 }'));
    expect((redact(config) as typeof config).dropFolders).toEqual(config.dropFolders);
    expect(parseDocument(redact(config)).dropFolders).toEqual(config.dropFolders);
  });

  it('names what a folder may have been meant to be', () => {
    const { config, baseDir } = load('  reference: { path: drop, to: uat }\n');
    expect(errorOf(() => requireFolder(config, 'referense')).message).toContain('Did you mean reference?');
    expect(dropFolderPath(requireFolder(config, 'reference'), baseDir)).toBe(join(baseDir, 'drop'));
  });

  it('finds two folders in one another exactly where their parts say so', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, two) => {
        const dropFolders = { one: { path: one.join('/'), to: 'uat' }, two: { path: two.join('/'), to: 'uat' } };
        const environments = { uat: { kind: 'duckdb', path: 'x.db' } };
        const clash =
          one.every((part, index) => two[index] === part) || two.every((part, index) => one[index] === part);
        const check = () => parseDocument({ version: 1, environments, dropFolders });
        if (clash) expect(check).toThrow(/is also|lies inside of|contains/);
        else expect(check).not.toThrow();
      }),
      { numRuns: 60 },
    );
  });
});

describe('drop folders that come from others', () => {
  const theirs = {
    version: 1,
    environments: { uat: { kind: 'postgres', url: 'postgres://theirs/uat' } },
    dropFolders: { ref: { path: 'theirs', to: 'uat' } },
  };
  const mine = {
    version: 1,
    environments: { uat: { kind: 'postgres', url: 'postgres://mine/uat' } },
    dropFolders: { ref: { path: 'mine', to: 'uat' } },
  };

  it('are shared with the whole, and not along with sets', () => {
    expect(sharedPart(theirs)).toHaveProperty('dropFolders');
    expect(sharedPart({ ...theirs, transferSets: { a: { from: 'uat', to: 'uat' } } }, ['a'])).not.toHaveProperty(
      'dropFolders',
    );
  });

  it('stop at others of the same name, replace them, or get a name of their own and go where they went', () => {
    expect(() => mergeDocuments(mine, theirs, 'stop')).toThrow(/drop folder `ref`/);
    expect(mergeDocuments(mine, theirs, 'replace').document).toMatchObject({
      dropFolders: { ref: { path: 'theirs' } },
    });
    const { document, renamed } = mergeDocuments(mine, theirs, 'rename');
    expect(renamed).toMatchObject({ environments: { uat: 'uat-2' }, dropFolders: { ref: 'ref-2' } });
    expect(document).toMatchObject({
      dropFolders: { ref: { path: 'mine', to: 'uat' }, 'ref-2': { path: 'theirs', to: 'uat-2' } },
    });
  });
});

describe('docs/drop-folders.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/drop-folders.md'), 'utf8');
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);

  it('has examples that are sound, as they stand or below an environment', () => {
    expect(examples.length).toBeGreaterThanOrEqual(3);
    for (const text of examples) {
      const whole = text.startsWith('version') ? text : `${SOUND}${text}`;
      const { warnings } = loadConfig(join(folderWith({ 'longshore.yaml': whole }), 'longshore.yaml'), { env: {} });
      // Secrets are those of a machine, and a pattern of folders means nothing where there is none.
      expect(warnings.filter(({ code, message }) => code !== 'SECRET_MISSING' && !message.includes('pattern'))).toEqual(
        [],
      );
    }
  });

  it('names commands that there are', () => {
    const known = COMMANDS.map(({ path }) => path.join(' '));
    for (const [, noun, verb] of page.matchAll(/longshore (drop|file|config) ([a-z-]+)/g))
      expect(known).toContain(`${noun} ${verb}`);
  });
});
