/** `month list`, `suggest`, `generate` and `migrate` on files of their own; nothing else is needed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monthGenerate } from '../../../cli/commands/month/generate';
import { monthList } from '../../../cli/commands/month/list';
import { monthMigrate } from '../../../cli/commands/month/migrate';
import { monthSuggest } from '../../../cli/commands/month/suggest';
import { runCli } from '../../../cli/core/program';
import { loadConfig } from '../../../config/load';
import { effectiveBatch } from '../../../core/month/effective-batch';
import type { Suggestion } from '../../../core/month/suggest';
import { folderWith } from '../config/files';
import { fakeIo } from './fake-io';

const CONFIG = `version: 1
environments:
  wh: { kind: duckdb, path: wh.duckdb }
monthTemplates:
  dated: { dateColumn: RECORD_DATE, expectedRange: file }
monthBatches:
  base: { defaults: { quality: { samples: 3 } } }
  market:
    extends: base
    to: wh
    basePath: in
    tables:
      trades: { template: dated, files: "trades_{date_range}.tsv", columns: [RECORD_DATE, TRADE_ID, QTY, PRICE], keyColumns: [TRADE_ID] }
      positions: { table: POS, schema: RAW, files: "pos_{month}.csv", delimiter: ",", columns: [as_of, account, isin, amount] }
`;
const pad = (value: number): string => String(value).padStart(2, '0');
const trades = (prefix: string, days: number): string =>
  ['RECORD_DATE\tTRADE_ID\tQTY\tPRICE']
    .concat(
      Array.from({ length: days * 20 }, (_, row) =>
        [`${prefix}${pad(1 + Math.floor(row / 20))}`, `T${row}`, row % 7, (row * 1.25).toFixed(2)].join('\t'),
      ),
    )
    .join('\n') + '\n';
const positions = ['as_of;account;isin;amount']
  .concat(
    Array.from(
      { length: 310 },
      (_, row) => `${pad(1 + Math.floor(row / 10))}.01.2024;A${row % 10};DE${row % 3};${row % 5},5`,
    ),
  )
  .join('\n');
const OLD = {
  snowflake: { account: 'a', user: 'u', database: 'd', password: 'geheim' },
  files: [
    {
      file_pattern: 'x_{month}.tsv',
      table_name: 'X',
      date_column: 'D',
      expected_columns: ['D'],
      duplicate_key_columns: ['D'],
    },
  ],
};

let folder: string;
beforeEach(() => {
  folder = folderWith({
    'longshore.yaml': CONFIG,
    'trades_20240101-20240131.tsv': trades('202401', 31),
    'trades_20240201-20240229.tsv': trades('202402', 29),
    'pos_2024-01.csv': positions,
    'empty.tsv': '',
    'old.json': JSON.stringify(OLD),
  });
});

async function run(...line: string[]) {
  const io = fakeIo({ cwd: folder });
  const commands = [monthList, monthSuggest, monthGenerate, monthMigrate];
  const code = await runCli(line, io, { commands, nouns: { month: 'Month batches' }, version: '1' });
  return { code, out: io.stdout, err: io.stderr };
}
const json = async <T>(...line: string[]): Promise<T> => JSON.parse((await run(...line, '--json')).out) as T;

describe('month list', () => {
  it('shows batches with their definitions, without those that only others build on', async () => {
    const { code, out } = await run('month', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^market +wh +trades +trades +trades_\{date_range\}\.tsv$/m);
    expect(out).toMatch(/^ +positions +RAW\.POS +pos_\{month\}\.csv$/m);
    expect(out).not.toContain('base');
  });

  it('shows one batch in full, and all of it to scripts', async () => {
    const { out } = await run('month', 'list', 'market');
    expect(out).toMatch(/keys +TRADE_ID/);
    expect(out).toMatch(/expected +the days in the name of the file/);
    expect(await json('month', 'list', 'market')).toMatchObject({
      to: 'wh',
      tables: [{ quality: { samples: 3 }, dateColumn: 'RECORD_DATE' }, {}],
    });
    expect(await run('month', 'list', 'markt')).toMatchObject({
      err: expect.stringMatching(/Did you mean market/) as string,
    });
  });
});

describe('month suggest', () => {
  it('finds the definition that takes the file as it is', async () => {
    const { code, out } = await run('month', 'suggest', 'trades_20240101-20240131.tsv');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^✓ market\.trades fits \(100 of 100\)\n {4}the name fits the pattern `trades_\{date_range\}\.tsv`, of 2024-01$/m,
    );
  });

  it('says why the nearest does not', async () => {
    const { suggestions } = await json<{ suggestions: Suggestion[] }>('month', 'suggest', 'pos_2024-01.csv', 'market');
    expect(suggestions[0]).toMatchObject({ definition: 'positions', fits: false, score: 90, missingColumns: [] });
    expect(suggestions[0]?.reasons[2]).toBe('the delimiter is `;`, not `,`');
    const { out } = await run('month', 'suggest', 'pos_2024-01.csv');
    expect(out).toMatch(/longshore month generate pos_2024-01\.csv/);
  });

  it('refuses a file of which nothing can be told', async () => {
    const { code, err } = await run('month', 'suggest', 'empty.tsv');
    expect(code).not.toBe(0);
    expect(err).toMatch(/FILE_FORMAT_UNCLEAR/);
    expect((await run('month', 'suggest', 'none.tsv')).err).toMatch(/FILE_NOT_FOUND/);
  });
});

describe('month generate', () => {
  it('makes out delimiter, columns, date, keys and pattern, and says why', async () => {
    const { code, out, err } = await run('month', 'generate', 'trades_20240101-20240131.tsv');
    expect(code).toBe(0);
    expect(out).toBe(`monthBatches:
  monthly:
    tables:
      trades:
        files: trades_{date_range}.tsv
        columns:
          - RECORD_DATE
          - TRADE_ID
          - QTY
          - PRICE
        dateColumn: RECORD_DATE
        keyColumns:
          - TRADE_ID
        expectedRange: file
`);
    expect(err).toMatch(/`keyColumns` are TRADE_ID: TRADE_ID is different in each of the 620 rows/);
  });

  it('makes a file that is a configuration with what people add, and takes the files it was made of', async () => {
    const names = ['trades_20240101-20240131.tsv', 'trades_20240201-20240229.tsv', 'pos_2024-01.csv'];
    const made = await run('month', 'generate', ...names, '--batch', 'made', '-o', 'made.yaml');
    expect(made.code).toBe(0);
    const config = folderWith({
      'made.yaml': readFileSync(join(folder, 'made.yaml'), 'utf8'),
      'main.yaml':
        'extends: made.yaml\nenvironments: { wh: { kind: duckdb, path: a } }\nmonthBatches: { made: { to: wh } }\n',
    });
    const batch = effectiveBatch(loadConfig(join(config, 'main.yaml'), { env: {}, strict: true }).config, 'made');
    expect(batch.tables.map(({ name, files }) => [name, files])).toEqual([
      ['trades', ['trades_{date_range}.tsv']],
      ['pos', ['pos_{month}.csv']],
    ]);
    expect(batch.tables[1]).toMatchObject({
      format: { delimiter: ';', dateFormat: 'DD.MM.YYYY' },
      dateColumn: 'as_of',
      keyColumns: ['as_of', 'account'],
      columns: ['as_of', 'account', 'isin', 'amount'],
    });
    for (const name of names) {
      const io = fakeIo({ cwd: folder });
      const options = { commands: [monthSuggest], nouns: { month: '' }, version: '1' };
      await runCli(['month', 'suggest', name, '--json', '--config', join(config, 'main.yaml')], io, options);
      const { suggestions } = JSON.parse(io.stdout) as { suggestions: Suggestion[] };
      expect(suggestions[0]).toMatchObject({ fits: true, score: 100 });
    }
  });

  it('overwrites nothing unless it is told to', async () => {
    expect((await run('month', 'generate', 'pos_2024-01.csv', '-o', 'longshore.yaml')).err).toMatch(/CONFIG_CONFLICT/);
    expect(readFileSync(join(folder, 'longshore.yaml'), 'utf8')).toBe(CONFIG);
    expect((await run('month', 'generate', 'pos_2024-01.csv', '-o', 'longshore.yaml', '--replace')).code).toBe(0);
  });
});

describe('month migrate', () => {
  it('writes a configuration that loads, warns of the password and copies none', async () => {
    const { code, out, err } = await run('month', 'migrate', 'old.json', '-o', 'new.yaml');
    expect(code).toBe(0);
    expect(out).toBe('new.yaml has 1 month batch (old) with 1 table, into snowflake.\n');
    expect(err).toMatch(/snowflake\.password: is not copied/);
    const text = readFileSync(join(folder, 'new.yaml'), 'utf8');
    expect(text).not.toContain('geheim');
    expect(effectiveBatch(loadConfig(join(folder, 'new.yaml'), { env: {} }).config, 'old').tables).toHaveLength(1);
  });

  it('prints it where no file is named, under a name that may be given', async () => {
    expect((await run('month', 'migrate', 'old.json', '--name', 'mine')).out).toMatch(/^ {2}mine:$/m);
    expect((await run('month', 'migrate', 'old.json', 'old.json', '--name', 'x')).err).toMatch(
      /--name is for one file/,
    );
    expect((await run('month', 'migrate', 'none.json')).err).toMatch(/FILE_NOT_FOUND/);
  });
});
