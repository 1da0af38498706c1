import { effectiveBatch, examineBatch, requireBatch, wholeBatches } from '../../../../core/month/effective-batch';
import { checkMonthFormat, DEFAULT_FORMAT, readDelimiter, showDelimiter } from '../../../../core/month/format';
import { type BatchSource, resolveBatch } from '../../../../core/month/resolve-batch';
import { showPath } from '../../../../core/month/layers';
import { monthBatchSchema, monthTemplateSchema } from '../../../../schemas/month-batch';
import { errorOf } from '../../config/files';

const ENVIRONMENTS = { wh: { kind: 'duckdb' }, old: { kind: 'mssql' }, prod: { kind: 'snowflake', readOnly: true } };
const sourceOf = (batches: Record<string, unknown>, templates: Record<string, unknown> = {}): BatchSource => ({
  monthBatches: Object.fromEntries(
    Object.entries(batches).map(([name, entry]) => [name, monthBatchSchema.parse(entry)]),
  ),
  monthTemplates: Object.fromEntries(
    Object.entries(templates).map(([name, entry]) => [name, monthTemplateSchema.parse(entry)]),
  ),
  environments: ENVIRONMENTS,
});
const one = (table: object, more: object = {}) =>
  sourceOf({ b: { to: 'wh', tables: { t: { files: 't_{month}.tsv', ...table } }, ...more } });
const problemsOf = (source: BatchSource, name = 'b') =>
  examineBatch(source, name).findings.map(({ path, message }) => `${showPath(path)}: ${message}`);

describe('a batch as it is run', () => {
  it('has every default that the schema speaks of', () => {
    expect(effectiveBatch(one({}), 'b')).toMatchObject({
      name: 'b',
      to: 'wh',
      parallel: { months: 2, files: 1, uploads: 2 },
      stage: { name: 'LONGSHORE_STAGE', compression: 'zstd', level: 1, partBytes: 160_000_000 },
      ledger: 'LONGSHORE_LEDGER',
      warnAboveBytes: 5_000_000_000,
      backups: { keepMs: 90 * 86_400_000 },
      tables: [
        {
          name: 't',
          table: 't',
          files: ['t_{month}.tsv'],
          format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 1, nullTexts: ['\\N'] },
          rename: {},
          keyColumns: [],
          expectedRange: 'month',
          load: 'append',
          duplicates: 'skip',
          createTable: false,
          types: {},
          quality: { anomalies: { tolerance: 10, minDays: 5 }, samples: 20, minScore: 0 },
        },
      ],
    });
  });

  it('takes from batch, defaults, templates and table, the later before the earlier', () => {
    const source = sourceOf(
      {
        base: {
          to: 'wh',
          basePath: 'in',
          defaults: { delimiter: '|', dateColumn: 'day', quality: { samples: 5 } },
          quality: { samples: 1, minScore: 50 },
          parallel: { months: 4, files: 3 },
          tables: { t: { files: 't_{month}.tsv', rename: { a: 'x' }, keyColumns: ['a'] } },
        },
        b: {
          extends: 'base',
          parallel: { months: 8 },
          tables: {
            t: { template: ['one', 'two'], rename: { b: 'y' }, keyColumns: ['b', 'c'] },
            u: { files: 'u_{month}.tsv', delimiter: ';' },
          },
        },
      },
      { one: { dateColumn: 'one', load: 'replace' }, two: { dateColumn: 'two', quality: { samples: 7 } } },
    );
    const batch = effectiveBatch(source, 'b');
    expect(batch).toMatchObject({ to: 'wh', basePath: 'in', parallel: { months: 8, files: 3, uploads: 2 } });
    const [t, u] = batch.tables;
    expect(t).toMatchObject({
      files: ['t_{month}.tsv'],
      format: { delimiter: '|' },
      dateColumn: 'two',
      load: 'replace',
      rename: { a: 'x', b: 'y' },
      keyColumns: ['b', 'c'],
      quality: { samples: 7, minScore: 50 },
    });
    expect(u).toMatchObject({ format: { delimiter: ';' }, dateColumn: 'day', load: 'append', quality: { samples: 5 } });
    // What builds on the base changes nothing of it.
    expect(effectiveBatch(source, 'base').tables.map(({ name, dateColumn }) => [name, dateColumn])).toEqual([
      ['t', 'day'],
    ]);
  });

  it.each(['\t', '\\t', '\\\\t', 'tab', '\\x09'])('is delimited by a tab when it says %j', (delimiter) => {
    expect(effectiveBatch(one({ delimiter }), 'b').tables[0]?.format.delimiter).toBe('\t');
  });

  it('must be there, and the nearest name is told', () => {
    const source = sourceOf({ daily: { to: 'wh' } });
    const error = errorOf(() => requireBatch(source, 'dialy'));
    expect([error.code, error.message]).toEqual([
      'CONFIG_UNKNOWN_NAME',
      'There is no month batch `dialy`. Did you mean daily?',
    ]);
    expect(errorOf(() => effectiveBatch(source, 'constructor')).code).toBe('CONFIG_UNKNOWN_NAME');
  });

  it('cannot build on itself by way of others', () => {
    const source = sourceOf({ a: { extends: 'b' }, b: { extends: 'c' }, c: { extends: 'b' } });
    const found = resolveBatch(source, 'a').findings;
    expect(found).toMatchObject([{ code: 'CONFIG_EXTENDS_CYCLE', path: ['monthBatches', 'c', 'extends'] }]);
    expect(found[0]?.message).toMatch(/b → c → b/);
  });

  it('names bases, templates and environments that do not exist where they are written', () => {
    const source = sourceOf(
      { b: { extends: 'bse', to: 'wg', tables: { t: { template: ['commn'], files: 'x_{month}' } } } },
      { common: {} },
    );
    expect(problemsOf(source)).toEqual([
      'monthBatches.b.extends: There is no month batch `bse`. None is defined.',
      'monthBatches.b.tables.t.template[0]: There is no month template `commn`. Did you mean common?',
      'monthBatches.b.to: There is no environment `wg`. Did you mean wh?',
    ]);
  });

  it('goes into a warehouse that takes it', () => {
    expect(examineBatch(one({}, { to: 'old' }), 'b').findings).toMatchObject([
      { code: 'WAREHOUSE_UNSUITABLE', level: 'problem', path: ['monthBatches', 'b', 'to'] },
    ]);
    expect(examineBatch(one({}, { to: 'prod' }), 'b').findings).toMatchObject([
      { code: 'READ_ONLY_ENVIRONMENT', level: 'refusal' },
    ]);
    expect(effectiveBatch(one({}, { to: 'prod' }), 'b').to).toBe('prod');
  });

  it('must be complete, unless it is there for others to build on', () => {
    const source = sourceOf({
      base: { tables: { t: { load: 'replace' } } },
      b: { extends: 'base', to: 'wh', tables: { t: { files: 't_{month}', dateColumn: 'd' } } },
    });
    expect(problemsOf(source, 'base')).toEqual([]);
    expect(problemsOf(source, 'b')).toEqual([]);
    const error = errorOf(() => effectiveBatch(source, 'base'));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(/has 3 problems/);
    expect(wholeBatches(source).map(({ name }) => name)).toEqual(['b']);
    expect(problemsOf(sourceOf({ b: { to: 'wh' } }))).toEqual([
      'monthBatches.b.tables: The month batch `b` has no tables.',
    ]);
  });

  const COLUMNS = { columns: ['day', 'id', 'price'] };
  it.each<[string, object, RegExp]>([
    [
      'a date column that is not there',
      { ...COLUMNS, dateColumn: 'dya' },
      /t\.dateColumn: .*no column `dya`\. Did you mean day/,
    ],
    [
      'a key column that is not there',
      { ...COLUMNS, keyColumns: ['id', 'idd'] },
      /keyColumns\[1\]: .*`idd`.*Did you mean id/,
    ],
    ['a renamed column that is not there', { ...COLUMNS, rename: { x: 'y' } }, /rename\.x: .*no column `x`/],
    [
      'a column of nulls that is not there',
      { ...COLUMNS, quality: { nulls: { prize: 1, '*': 5 } } },
      /nulls\.prize: .*Did you mean price/,
    ],
    ['a key named twice', { keyColumns: ['a', 'A'] }, /keyColumns\[1\]: `A` is named twice/],
    ['a column twice', { columns: ['a', 'A'] }, /columns\[1\]: There are two columns `A`/],
    [
      'two columns that become one',
      { ...COLUMNS, rename: { id: 'price' } },
      /rename: Two columns of `t` would be `price`/,
    ],
    ['a type of no column', { ...COLUMNS, createTable: true, types: { prce: 'float' } }, /types\.prce/],
    ['replacing without a date', { load: 'replace' }, /load: .*needs a `dateColumn`/],
    ['a table without names', { headerLines: 0, createTable: true }, /columns: .*without a header/],
    ['a range of the file without one', { expectedRange: 'file' }, /expectedRange: .*\{date_range\}/],
    ['a range that ends early', { expectedRange: { from: '2024-02-01', to: '2024-01-01' } }, /ends before it begins/],
    [
      'a day of no calendar',
      { expectedRange: { from: '2024-02-30', to: '2024-03-01' } },
      /expectedRange\.from: .*no day/,
    ],
    [
      'a pattern that is none',
      { files: ['a_{month}', 'b_{moth}'] },
      /files\[1\]: The pattern `b_\{moth\}` has `\{moth\}`/,
    ],
    ['a pattern twice', { files: ['a_{month}', 'a_{month}'] }, /files\[1\]: .*twice/],
    ['a delimiter of two bytes', { delimiter: '||' }, /delimiter: The delimiter must be one character/],
    ['a delimiter beyond ASCII', { delimiter: '§' }, /delimiter/],
    ['a delimiter that quotes', { delimiter: '"', quote: '"' }, /quote: .*at once/],
    ['a delimiter of values', { delimiter: '5' }, /delimiter: `5` cannot separate/],
    ['a text for NULL with a delimiter', { nullTexts: ['a\tb'] }, /nullTexts: `a\\tb` is more than one field/],
    ['a date format of other words', { dateFormat: '%Y-%m-%d' }, /dateFormat: .*write `YYYY-MM-DD`/],
    ['a date format in lower case', { dateFormat: 'yyyymmdd' }, /write `YYYYMMDD`/],
    ['a date format without a year', { dateFormat: 'DD.MM.' }, /must have YYYY/],
    ['a date with the delimiter in it', { delimiter: '.', dateFormat: 'DD.MM.YYYY' }, /holds the delimiter/],
    ['a timestamp without seconds', { timestampFormat: 'YYYY-MM-DD HH24' }, /no timestamp format/],
    [
      'two rules of one name',
      {
        quality: {
          rules: [
            { name: 'a', condition: 'x>0' },
            { name: 'a', condition: 'x>1' },
          ],
        },
      },
      /rules\[1\]\.name: There are two rules/,
    ],
  ])('is refused for %s', (_what, table, says) => {
    const problems = problemsOf(one(table));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(says);
  });

  it.each<[string, object]>([
    ['names in another case', { ...COLUMNS, dateColumn: 'DAY', keyColumns: ['Id'] }],
    ['any columns, where the header says which', { dateColumn: 'x', keyColumns: ['y'], rename: { z: 'w' } }],
    [
      'a type by the name in the table',
      { ...COLUMNS, createTable: true, rename: { id: 'ident' }, types: { ident: 'text' } },
    ],
    ['dates of other lands', { dateFormat: 'DD.MM.YYYY', timestampFormat: 'DD.MM.YYYY HH24:MI:SS.FF3' }],
    ['dates with months as words', { dateFormat: 'DD-MON-YYYY', timestampFormat: 'YYYY-MM-DD"T"HH24:MI:SS' }],
  ])('takes %s', (_what, table) => {
    expect(problemsOf(one(table))).toEqual([]);
  });

  it('reports what is inherited where it is written, not where it is used', () => {
    const source = sourceOf(
      { b: { to: 'wh', defaults: { columns: ['a'] }, tables: { t: { template: 'x', files: 'f_{month}' } } } },
      { x: { keyColumns: ['b'] } },
    );
    expect(problemsOf(source)).toEqual(['monthTemplates.x.keyColumns[0]: `t` has no column `b`. Did you mean a?']);
  });

  it('may load one table by two definitions, with the same columns', () => {
    const two = (columns: string[], more: object = {}) =>
      problemsOf(
        sourceOf({
          b: {
            to: 'wh',
            tables: {
              a: { table: 'T', files: 'a_{month}', columns: ['x', 'y'] },
              b: { table: 't', files: 'b_{month}', columns, ...more },
            },
          },
        }),
      );
    expect(two(['y', 'X'])).toEqual([]);
    expect(two(['z', 'y'], { rename: { z: 'x' } })).toEqual([]);
    expect(two(['x', 'y', 'z'])[0]).toMatch(/tables\.b\.columns: `a` and `b` both load the table `t`.*: z only in one/);
  });

  it('does not have one file fit two definitions, as far as patterns say', () => {
    const source = (first: string, second: string) =>
      sourceOf({ b: { to: 'wh', tables: { a: { files: first }, b: { files: [second] } } } });
    expect(problemsOf(source('x_{month}', 'X_{month}'))[0]).toMatch(/files\[0\]: `a` and `b` have the same pattern/);
    expect(examineBatch(source('x_{month}*', '*_{month}.tsv'), 'b').findings).toMatchObject([
      { level: 'warning', path: ['monthBatches', 'b', 'tables', 'b', 'files', 0] },
    ]);
    expect(problemsOf(source('x_{month}', 'y_{month}'))).toEqual([]);
  });

  it('tells all problems at once', () => {
    const source = one({ delimiter: '##', dateFormat: 'x', columns: ['a'], keyColumns: ['b', 'c'] }, { to: 'nowhere' });
    expect(problemsOf(source)).toHaveLength(5);
    const error = errorOf(() => effectiveBatch(source, 'b'));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message.split('\n')).toHaveLength(6);
  });
});

describe('a delimiter', () => {
  it('is read as it is shown', () => {
    for (let code = 1; code < 128; code++) {
      const delimiter = String.fromCharCode(code);
      expect(readDelimiter(showDelimiter(delimiter))).toBe(delimiter);
    }
  });

  it('of each usual kind is possible', () => {
    const usual = ['\t', ',', ';', '|', '\u0001', '^', '~', ':', ' '];
    expect(usual.flatMap((delimiter) => checkMonthFormat({ ...DEFAULT_FORMAT, delimiter }))).toEqual([]);
  });
});
