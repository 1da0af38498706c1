import fc from 'fast-check';
import { parse } from 'yaml';
import { importDocument } from '../../../config/export';
import { migrateMonthConfig } from '../../../config/month-migrate';
import { effectiveBatch } from '../../../core/month/effective-batch';
import { errorOf } from './files';

const SNOWFLAKE = {
  account: 'ab12345.eu-central-1',
  user: 'LOADER',
  password: 'pa55${word}',
  warehouse: 'LOAD_WH',
  database: 'MARKET',
  schema: 'RAW',
  role: 'LOADER_ROLE',
};
const TRADES = {
  file_pattern: 'trades_{date_range}.tsv',
  table_name: 'TRADES',
  date_column: 'RECORD_DATE',
  expected_columns: ['RECORD_DATE', 'TRADE_ID', 'PRICE'],
  duplicate_key_columns: ['RECORD_DATE', 'TRADE_ID'],
};
const migrate = (...olds: unknown[]) =>
  migrateMonthConfig(
    olds.map((old, index) => ({ path: `old-${index}.json`, name: `old-${index}`, text: JSON.stringify(old) })),
  );
const batchOf = (text: string, name = 'old-0') => effectiveBatch(importDocument(text), name);

describe('a configuration of the old loader', () => {
  it('becomes an environment and a batch that passes every check', () => {
    const { text, batches, environments, warnings } = migrate({ snowflake: SNOWFLAKE, files: [TRADES] });
    const config = importDocument(text);
    expect(config.environments['snowflake']).toMatchObject({
      kind: 'snowflake',
      account: 'ab12345.eu-central-1',
      user: 'LOADER',
      password: '${env:SNOWFLAKE_PASSWORD}',
      warehouse: 'LOAD_WH',
      database: 'MARKET',
      schema: 'RAW',
      role: 'LOADER_ROLE',
    });
    expect(effectiveBatch(config, 'old-0')).toMatchObject({
      to: 'snowflake',
      tables: [
        {
          name: 'TRADES',
          table: 'TRADES',
          files: ['trades_{date_range}.tsv'],
          dateColumn: 'RECORD_DATE',
          columns: TRADES.expected_columns,
          keyColumns: TRADES.duplicate_key_columns,
          format: { delimiter: '\t' },
          expectedRange: 'month',
        },
      ],
    });
    expect([batches, environments]).toEqual([{ 'old-0': ['TRADES'] }, ['snowflake']]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/old-0\.json snowflake\.password: is not copied: set the variable SNOWFLAKE_PASSWORD/);
  });

  it('never gives a password away', () => {
    const { text, warnings } = migrate({ snowflake: SNOWFLAKE, files: [TRADES] });
    expect(text + warnings.join()).not.toContain('pa55');
  });

  it('keeps delimiters, expected days and schemas', () => {
    const { text } = migrate({
      snowflake: SNOWFLAKE,
      files: [
        { ...TRADES, delimiter: '|', expected_date_range: ['2024-01-01', '20240115'] },
        { ...TRADES, file_pattern: 'rates_{month}.csv', table_name: 'FX.DAILY RATES', delimiter: ',' },
        { ...TRADES, file_pattern: 'x_{month}.csv', table_name: 'X', delimiter: '\t' },
        { ...TRADES, file_pattern: 'y_{month}.csv', table_name: 'Y', delimiter: '\\t' },
        { ...TRADES, file_pattern: 'z_{month}.csv', table_name: 'Z', delimiter: '\u0001' },
      ],
    });
    expect(batchOf(text).tables).toMatchObject([
      { format: { delimiter: '|' }, expectedRange: { from: '2024-01-01', to: '2024-01-15' } },
      { name: 'DAILY_RATES', table: 'DAILY RATES', schema: 'FX', format: { delimiter: ',' } },
      { name: 'X', format: { delimiter: '\t' } },
      { name: 'Y', format: { delimiter: '\t' } },
      { name: 'Z', format: { delimiter: '\u0001' } },
    ]);
    expect(
      (parse(text) as { monthBatches: { 'old-0': { tables: { X: object } } } }).monthBatches['old-0'].tables.X,
    ).not.toHaveProperty('delimiter');
  });

  it('makes one batch of each file, and one environment of equal connections', () => {
    const other = { ...SNOWFLAKE, database: 'TEST' };
    const { text, batches, environments } = migrate(
      { snowflake: SNOWFLAKE, files: [TRADES] },
      { snowflake: SNOWFLAKE, files: [TRADES] },
      { snowflake: other, files: [TRADES] },
    );
    expect(Object.keys(batches)).toEqual(['old-0', 'old-1', 'old-2']);
    expect(environments).toEqual(['snowflake', 'snowflake-2']);
    expect(['old-0', 'old-1', 'old-2'].map((name) => batchOf(text, name).to)).toEqual([
      'snowflake',
      'snowflake',
      'snowflake-2',
    ]);
    expect(importDocument(text).environments['snowflake-2']).toMatchObject({ password: '${env:SNOWFLAKE_2_PASSWORD}' });
  });

  it('makes one definition of entries that say the same of a table, and two of others', () => {
    const { text } = migrate({
      snowflake: SNOWFLAKE,
      files: [
        TRADES,
        { ...TRADES, file_pattern: 'trades_{month}.tsv' },
        { ...TRADES, file_pattern: 'late_{month}.tsv', duplicate_key_columns: ['TRADE_ID'] },
      ],
    });
    expect(batchOf(text).tables.map(({ name, table, files }) => [name, table, files.length])).toEqual([
      ['TRADES', 'TRADES', 2],
      ['TRADES-2', 'TRADES', 1],
    ]);
  });

  it('names whatever has no place, by its path', () => {
    const { text, warnings } = migrate({
      snowflake: { ...SNOWFLAKE, password: undefined, login_timeout: 5, role: '' },
      files: [
        { ...TRADES, strange: 1, file_pattern: 'C:\\in\\trades_{yyyymm}_{month}.tsv', expected_date_range: ['x', 'y'] },
      ],
      parallel: 4,
      base_path: '/data/in',
      logging: {},
    });
    expect(warnings.map((warning) => warning.split(':')[0])).toEqual([
      'old-0.json snowflake.role',
      'old-0.json snowflake.login_timeout',
      'old-0.json files[0].strange',
      'old-0.json files[0].expected_date_range',
      'old-0.json files[0].file_pattern',
      'old-0.json logging',
    ]);
    expect(batchOf(text)).toMatchObject({ parallel: { months: 4 }, basePath: '/data/in' });
  });

  it('leaves out a list of columns that the keys contradict', () => {
    const { text, warnings } = migrate({ snowflake: SNOWFLAKE, files: [{ ...TRADES, expected_columns: ['PRICE'] }] });
    expect(batchOf(text).tables[0]).not.toHaveProperty('columns');
    expect(warnings.at(-1)).toMatch(/expected_columns: is left out: RECORD_DATE and TRADE_ID are not in the list/);
  });

  it('keeps a key file as a reference to it', () => {
    const { text } = migrate({
      snowflake: { account: 'a', user: 'u', database: 'd', private_key_path: '/keys/a.p8' },
      files: [TRADES],
    });
    expect(importDocument(text).environments['snowflake']).toMatchObject({
      authentication: 'key-pair',
      privateKey: '${file:/keys/a.p8}',
    });
  });

  it.each<[string, string, string, RegExp]>([
    ['no JSON', '{', 'CONFIG_SYNTAX', /is no JSON/],
    ['something else', '{"tables": []}', 'CONFIG_INVALID', /no list `files`/],
    ['a list', '[]', 'CONFIG_INVALID', /no list `files`/],
    [
      'an entry without a table',
      '{"files":[{"file_pattern":"x"}]}',
      'CONFIG_INVALID',
      /files\[0\] has no `table_name`/,
    ],
    ['no files at all', '{"files":[]}', 'CONFIG_INVALID', /has no tables/],
  ])('is refused where it is %s', (_what, text, code, says) => {
    const error = errorOf(() => migrateMonthConfig([{ path: 'old.json', name: 'old', text }]));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)]);
  });

  it('arrives with the same tables, columns and keys, whatever they are called', () => {
    const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_ ]{0,10}[A-Za-z0-9]$/);
    const entry = fc.record({
      table_name: word,
      columns: fc.uniqueArray(word, { minLength: 1, maxLength: 5, selector: (each) => each.toLowerCase() }),
      keys: fc.nat({ max: 5 }),
      delimiter: fc.constantFrom('\t', ',', '|', ';'),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { minLength: 1, maxLength: 4, selector: (each) => each.table_name.toLowerCase() }),
        (entries) => {
          const files = entries.map(({ table_name, columns, keys, delimiter }, index) => ({
            file_pattern: `f${index}x_{month}.tsv`,
            table_name,
            delimiter,
            date_column: columns[0],
            expected_columns: columns,
            duplicate_key_columns: columns.slice(0, keys),
          }));
          const { tables } = batchOf(migrate({ snowflake: SNOWFLAKE, files }).text);
          expect(
            tables.map((table) => ({
              file_pattern: table.files[0],
              table_name: table.table,
              delimiter: table.format.delimiter,
              date_column: table.dateColumn,
              expected_columns: table.columns,
              duplicate_key_columns: table.keyColumns,
            })),
          ).toEqual(files);
        },
      ),
      { numRuns: 50 },
    );
  });
});
