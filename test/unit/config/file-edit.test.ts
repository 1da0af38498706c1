import fc from 'fast-check';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutDefaults } from '../../../config/defaults';
import { exportDocument } from '../../../config/export';
import { commitEdit, documentOf, planEdit, writeAtomically } from '../../../config/file-edit';
import { loadConfig, parseDocument } from '../../../config/load';
import { redact } from '../../../config/secrets';
import { anyConfig } from './arbitrary-config';
import { errorOf, folderWith, SOUND } from './files';

const stored = (document: unknown) => redact(parseDocument(document));

describe('a document without its defaults', () => {
  it('says the same', () => {
    fc.assert(
      fc.property(anyConfig, (document) => {
        expect(stored(withoutDefaults(stored(document)))).toEqual(stored(document));
      }),
    );
  });

  it('says only what somebody decided', () => {
    const document = {
      version: 1,
      environments: { a: { kind: 'mssql', host: 'h', database: 'd', user: 'u', password: '${P}' } },
      transferSets: {
        daily: {
          from: 'a',
          to: 'a',
          verify: 'counts',
          parallel: { parts: 8 },
          tables: ['dbo.x', { 'dbo.y': { limit: 5, mask: { born: { rule: 'date-shift', by: 'id' } } } }],
        },
      },
    };
    expect(withoutDefaults(stored(document))).toEqual({
      ...document,
      transferSets: {
        daily: {
          ...document.transferSets.daily,
          tables: ['dbo.x', { 'dbo.y': { limit: 5, mask: { born: { rule: 'date-shift', by: 'id' } } } }],
        },
      },
    });
  });
});

describe.each(['yaml', 'json'])('a %s file that is changed', (kind) => {
  it('says what was wanted, whatever it said before', () => {
    fc.assert(
      fc.property(anyConfig, anyConfig, (old, next) => {
        const folder = folderWith({ [`c.${kind}`]: exportDocument(stored(old), kind === 'json' ? 'json' : 'yaml') });
        const path = join(folder, `c.${kind}`);
        commitEdit(planEdit(path, stored(next), { env: {} }));
        expect(documentOf(path, {})).toEqual(stored(next));
        expect(redact(loadConfig(path, { env: {} }).config)).toEqual(stored(next));
      }),
      { numRuns: 60 },
    );
  });

  it('is as it was, to the last byte, when nothing is to change', () => {
    const path = join(folderWith({ [`c.${kind}`]: SOUND }), `c.${kind}`);
    const edit = planEdit(path, documentOf(path, {}), { env: {} });
    commitEdit(edit);
    expect(edit.changes).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(SOUND);
  });
});

const COMMENTED = `# Our shop. Ask Ann before you touch it.
version: 1

environments:
  # Never write here.
  prod: { kind: postgres, host: \${PROD_HOST}, database: shop, readOnly: true } # replica
  uat:
    kind: postgres
    url: \${env:UAT_URL}
    password_hint: x

# What testers get.
transferSets:
  daily:
    from: prod
    to: uat
    maxRows: \${MAX_ROWS} # by machine
    tables:
      # The big one.
      - sales.orders: { limit: 10 } # ten are enough
      - "sales.*"
      - "!sales.tmp_*" # scratch
`.replace('    password_hint: x\n', '');

describe('the rest of a file', () => {
  const env = { MAX_ROWS: '500' };
  const edited = (change: (document: ReturnType<typeof load>) => void): string => {
    const path = join(folderWith({ 'longshore.yaml': COMMENTED }), 'longshore.yaml');
    const wanted = load(path);
    change(wanted);
    const edit = planEdit(path, JSON.parse(JSON.stringify(wanted)), { env });
    commitEdit(edit);
    return readFileSync(path, 'utf8');
  };
  const load = (path: string) => loadConfig(path, { env }).config;

  it('stays, comments and references too, where one value changes', () => {
    expect(edited((document) => void (document.transferSets['daily']!.verify = 'counts'))).toBe(
      `${COMMENTED.trimEnd()}\n    verify: counts\n`,
    );
    expect(edited((document) => void (document.transferSets['daily']!.maxRows = 7))).toBe(
      COMMENTED.replace('${MAX_ROWS}', '7'),
    );
    expect(edited((document) => void Object.assign(document.environments['prod']!, { host: 'other' }))).toBe(
      COMMENTED.replace('${PROD_HOST}', 'other'),
    );
  });

  it('stays where an entry of `tables` changes, comes or goes', () => {
    expect(
      edited((document) => void (document.transferSets['daily']!.tables[0] = { 'sales.orders': { limit: 20 } })),
    ).toBe(COMMENTED.replace('limit: 10', 'limit: 20'));
    expect(edited((document) => void document.transferSets['daily']!.tables.splice(1, 0, 'sales.new'))).toBe(
      COMMENTED.replace('      - "sales.*"', '      - sales.new\n      - "sales.*"'),
    );
    expect(edited((document) => void document.transferSets['daily']!.tables.splice(2, 1))).toBe(
      COMMENTED.replace('      - "!sales.tmp_*" # scratch\n', ''),
    );
  });

  it('stays where a set is added, which has nothing in it that goes without saying', () => {
    const text = edited((document) => {
      document.transferSets['weekly'] = { ...document.transferSets['daily']!, tables: ['a.b'], description: '${x}' };
    });
    expect(text).toBe(`${COMMENTED.trimEnd()}
  weekly:
    from: prod
    to: uat
    tables:
      - a.b
    maxRows: 500
    description: $\${x}
`);
  });

  it('keeps a password that is written out, and shows it nowhere', () => {
    const text = SOUND.replace('database: shop,', 'database: shop, user: me, password: hunter2,');
    const path = join(folderWith({ 'longshore.yaml': text }), 'longshore.yaml');
    const wanted = documentOf(path, {}) as { transferSets: { daily: Record<string, unknown> } };
    wanted.transferSets.daily['verify'] = 'none';
    const edit = planEdit(path, wanted, { env: {} });
    commitEdit(edit);
    expect(readFileSync(path, 'utf8')).toContain('hunter2');
    expect(JSON.stringify([edit.changes, edit.document])).not.toContain('hunter2');
  });
});

describe('a file that cannot say what is wanted', () => {
  it('is left alone when a file that it extends has the last word', () => {
    const folder = folderWith({
      'base.yaml': SOUND,
      'longshore.yaml': 'extends: base.yaml\ntransferSets:\n  daily: { verify: none }\n',
    });
    const path = join(folder, 'longshore.yaml');
    const wanted = documentOf(path, {}) as { transferSets: Record<string, unknown> };
    // Taken away here, the set of the base would come to light again.
    delete wanted.transferSets['daily'];
    const before = readFileSync(path, 'utf8');
    expect(errorOf(() => planEdit(path, wanted, { env: {} }))).toMatchObject({
      code: 'CONFIG_CONFLICT',
      place: { path: 'transferSets.daily' },
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('takes away by `null` what only a file that it extends says', () => {
    const folder = folderWith({ 'base.yaml': SOUND, 'longshore.yaml': '# mine\nextends: base.yaml\n' });
    const path = join(folder, 'longshore.yaml');
    const wanted = documentOf(path, {}) as { transferSets: Record<string, unknown> };
    delete wanted.transferSets['daily'];
    commitEdit(planEdit(path, wanted, { env: {} }));
    expect(documentOf(path, {})).toEqual(wanted);
    expect(readFileSync(path, 'utf8')).toContain('# mine');
  });
});

describe('writing a file', () => {
  it('keeps its mode, follows a link to it, and leaves nothing beside it', () => {
    const folder = folderWith({ 'real/c.yaml': SOUND });
    const [path, link] = [join(folder, 'real/c.yaml'), join(folder, 'link.yaml')];
    chmodSync(path, 0o640);
    symlinkSync(path, link);
    writeAtomically(link, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(folder, 'real'))).toEqual(['c.yaml']);
  });

  it('refuses when somebody changed the file since it was read', () => {
    const path = join(folderWith({ 'c.yaml': SOUND }), 'c.yaml');
    const edit = planEdit(path, stored({ version: 1 }), { env: {} });
    writeFileSync(path, `${SOUND}# mine\n`);
    expect(errorOf(() => commitEdit(edit))).toMatchObject({ code: 'CONFIG_CONFLICT' });
    expect(readFileSync(path, 'utf8')).toBe(`${SOUND}# mine\n`);
  });

  it('names the file and the reason when its folder is not there', () => {
    const error = errorOf(() => writeAtomically('/nowhere/at/all/c.yaml', ''));
    expect(error.message).toBe('c.yaml cannot be written (ENOENT).');
  });
});
