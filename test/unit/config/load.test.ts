import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, parseDocument, requireSet } from '../../../config/load';
import { errorOf, folderWith, SOUND } from './files';

const load = (text: string | Uint8Array, env: Record<string, string> = {}, name = 'longshore.yaml') =>
  loadConfig(join(folderWith({ [name]: text }), name), { env });

describe('loading a configuration', () => {
  it('fills in defaults', () => {
    const { config, warnings } = load(SOUND);
    expect(config.environments['uat']).toMatchObject({
      readOnly: false,
      protectedTables: [],
      stagingSchema: 'longshore_staging',
      connectTimeoutMs: 10_000,
    });
    expect(config.transferSets['daily']).toMatchObject({
      publish: 'set',
      mode: 'replace',
      strategy: 'auto',
      schema: 'stop',
      verify: 'aggregates',
      partSize: '128MB',
      compression: { codec: 'zstd' },
    });
    expect(config).toMatchObject({
      temporal: { address: '127.0.0.1:7233', namespace: 'default' },
      staging: { path: '.longshore/staging' },
    });
    expect(config.catalog).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('reads JSON, with a $schema key', () => {
    const document = {
      $schema: './longshore.schema.json',
      version: 1,
      environments: { a: { kind: 'duckdb', path: 'a.duckdb' } },
    };
    const { config } = load(JSON.stringify(document, null, '\t'), {}, 'longshore.json');
    expect(config.environments).toMatchObject({ a: { kind: 'duckdb', path: 'a.duckdb' } });
    expect(config).not.toHaveProperty('$schema');
  });

  it('takes the comment by which editors find the schema for what it is', () => {
    expect(load(`# yaml-language-server: $schema=longshore.schema.json\n${SOUND}`).config.version).toBe(1);
  });

  it.each([
    ['with a byte order mark', Buffer.from(`\uFEFF${SOUND}`)],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\uFEFF${SOUND}`, 'utf16le')],
    ['with Windows line ends', SOUND.replaceAll('\n', '\r\n')],
  ])('reads a file %s', (_how, bytes) => {
    expect(load(bytes).config).toEqual(load(SOUND).config);
  });

  it('names places right after a byte order mark and Windows line ends', () => {
    const error = errorOf(() => load(`\uFEFF${SOUND}verison: 1\n`.replaceAll('\n', '\r\n')));
    expect(error.problems).toEqual([expect.objectContaining({ line: 10, column: 1, path: 'verison' })]);
  });

  it('takes references without quotes even inside braces', () => {
    const { config } = load(
      'version: 1\nenvironments:\n  a: { kind: postgres, host: ${H}, database: ${env:D:-shop}, password: ${file:/run/secrets/a}, port: ${P} }\n',
    );
    expect(config.environments['a']).toMatchObject({
      host: '${H}',
      database: '${env:D:-shop}',
      password: '${file:/run/secrets/a}',
      port: '${P}',
    });
  });

  it('unfolds anchors and merge keys, and names the place of what they say', () => {
    const text = SOUND.replace(
      '    from: prod\n',
      '    <<: &defaults { publish: table, verify: counts }\n    from: prod\n',
    );
    const { config } = load(`${text}  weekly: { <<: [*defaults], from: prod, to: uat, verify: none, tables: [a.b] }\n`);
    expect(config.transferSets['weekly']).toMatchObject({ publish: 'table', verify: 'none' });
    const error = errorOf(() => load(text.replace('counts', 'most')));
    expect(error.problems).toEqual([expect.objectContaining({ line: 7, path: 'transferSets.daily.verify' })]);
  });

  it('stops aliases that unfold without end', () => {
    const rows = Array.from({ length: 20 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`);
    expect(errorOf(() => load(`l0: &l0 [a]\n${rows.join('\n')}\n`)).message).toContain('unfold to more');
  });

  it('reads a megabyte in a moment', () => {
    const entries = Array.from(
      { length: 12_000 },
      (_, i) =>
        `      - schema_${i % 50}.a_table_with_a_long_name_${i}: { where: "status <> 'draft' AND id > ${i}", limit: ${i + 1} }`,
    );
    const text = SOUND.replace('    tables: [sales.orders]\n', `    tables:\n${entries.join('\n')}\n`);
    expect(text.length).toBeGreaterThan(1_000_000);
    const start = performance.now();
    expect(load(text).config.transferSets['daily']?.tables).toHaveLength(12_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('reads a megabyte full of faults in a moment, and counts them all', () => {
    const text = `${SOUND}${Array.from({ length: 20_000 }, (_, i) => `unknown_section_number_${i}: { of: no, use: "at all here" }`).join('\n')}\n`;
    const start = performance.now();
    const error = errorOf(() => load(text));
    expect(error.problems).toHaveLength(20_000);
    expect(error.message).toContain('… and 19950 more.');
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('a file that cannot be read', () => {
  it('does not exist', () => {
    const error = errorOf(() => loadConfig('/nowhere/longshore.yaml', { env: {} }));
    expect(error).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: '/nowhere/longshore.yaml does not exist.',
      place: { file: '/nowhere/longshore.yaml' },
    });
  });

  it('is a folder', () => {
    const folder = folderWith({});
    mkdirSync(join(folder, 'longshore.yaml'));
    expect(errorOf(() => loadConfig(join(folder, 'longshore.yaml'), { env: {} }))).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      message: expect.stringContaining('is a folder'),
    });
  });

  it('is not text', () => {
    expect(errorOf(() => load(Buffer.from([0x76, 0xc3, 0x28, 0xff])))).toMatchObject({
      code: 'CONFIG_SYNTAX',
      message: expect.stringContaining('is not UTF-8 text'),
    });
  });

  it('is far too large', () => {
    expect(errorOf(() => load(Buffer.alloc(17 * 1024 * 1024, '# filler\n')))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('bytes'),
    });
  });
});

describe('references', () => {
  it('are filled in where a run must not depend on the machine, and typed as the schema wants them', () => {
    const text = SOUND.replace(
      '    tables: [sales.orders]\n',
      '    maxRows: ${MAX}\n    description: "set of ${env:TEAM:-nobody}"\n    tables:\n      - sales.orders: { where: "region = \'${REGION}\'", exclude: "${COLUMNS}" }\n',
    );
    const { config } = load(text, { MAX: '5', REGION: '7', COLUMNS: '[a, b]' });
    expect(config.transferSets['daily']).toMatchObject({
      maxRows: 5,
      description: 'set of nobody',
      tables: [{ 'sales.orders': { where: "region = '7'", exclude: ['a', 'b'] } }],
    });
  });

  it('keep text that looks like a number text, where text is wanted', () => {
    expect(load(`${SOUND}    description: \${ID}\n`, { ID: '007' }).config.transferSets['daily']?.description).toBe(
      '007',
    );
  });

  it('may be written out with a doubled dollar', () => {
    const { config } = load(SOUND.replace('[sales.orders]', () => '[sales.orders: { where: "a = \'$${x}\'" }]'));
    expect(config.transferSets['daily']?.tables).toEqual([{ 'sales.orders': { where: "a = '${x}'" } }]);
  });

  it('of connection settings stay as they are, and warn where they lead nowhere', () => {
    const { config, warnings } = load(
      SOUND.replace("'postgres://localhost/uat'", '${env:UAT_URL}').replace('host: db', 'host: ${HOST}'),
      { HOST: 'db' },
    );
    expect(config.environments).toMatchObject({ uat: { url: '${env:UAT_URL}' }, prod: { host: '${HOST}' } });
    expect(warnings).toEqual([
      expect.objectContaining({
        code: 'SECRET_MISSING',
        line: 4,
        path: 'environments.uat.url',
        message: expect.stringContaining('UAT_URL'),
      }),
    ]);
  });

  it('do not reach into prototypes for variables', () => {
    expect(errorOf(() => load(`${SOUND}    maxRows: \${constructor}\n`)).code).toBe('SECRET_MISSING');
  });
});

describe('sets that cannot run as they stand', () => {
  const text = SOUND.replace('to: uat', 'to: prod');

  it('are warned about when they write into a read-only environment, so that others can still run', () => {
    expect(load(text).warnings).toEqual([
      expect.objectContaining({ code: 'READ_ONLY_ENVIRONMENT', line: 8, path: 'transferSets.daily.to' }),
    ]);
  });

  it('are errors when the configuration is being checked', () => {
    const file = join(folderWith({ 'a.yaml': text }), 'a.yaml');
    expect(errorOf(() => loadConfig(file, { env: {}, strict: true })).code).toBe('READ_ONLY_ENVIRONMENT');
  });

  it('are warned about when cron gives both days', () => {
    const { warnings } = load(`${SOUND}    schedule: { cron: 0 5 1 * 1 }\n`);
    expect(warnings).toEqual([
      expect.objectContaining({
        path: 'transferSets.daily.schedule.cron',
        message: expect.stringContaining('when both match'),
      }),
    ]);
  });
});

describe('a set by its name', () => {
  const { config } = load(SOUND);

  it('is found', () => {
    expect(requireSet(config, 'daily').from).toBe('prod');
  });

  it.each(['dayly', 'constructor', 'weekly'])('is CONFIG_UNKNOWN_NAME when it is %s', (name) => {
    const error = errorOf(() => requireSet(config, name));
    expect(error.code).toBe('CONFIG_UNKNOWN_NAME');
    expect(error.message).toContain('daily');
  });
});

describe('a stored document', () => {
  it('loads as what it was', () => {
    const { config } = load(SOUND);
    expect(parseDocument(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('is checked like a file, by path', () => {
    const error = errorOf(() =>
      parseDocument({ version: 1, transferSets: { a: { from: 'x', to: 'y', tables: ['*'], verfy: 1 } } }),
    );
    expect(error.problems?.map(({ path }) => path)).toEqual([
      'transferSets.a.verfy',
      'transferSets.a.from',
      'transferSets.a.to',
    ]);
  });

  it.each([undefined, null, 5, 'x', []])('is refused when it is %j', (document) => {
    expect(errorOf(() => parseDocument(document)).code).toBe('CONFIG_INVALID');
  });
});
