import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectiveBatch } from '../../../../core/month/effective-batch';
import { generateDefinition } from '../../../../core/month/generate';
import { joinDefinitions } from '../../../../core/month/join-definitions';
import { type FileLook, suggestDefinitions } from '../../../../core/month/suggest';
import { sampleFile } from '../../../../storage/month/sample-file';
import { monthBatchSchema } from '../../../../schemas/month-batch';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'longshore-suggest-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function generate(name: string, lines: readonly string[]) {
  writeFileSync(join(root, name), `${lines.join('\n')}\n`);
  return generateDefinition(await sampleFile(join(root, name)));
}
const rows = (count: number, row: (index: number, day: string) => string): string[] =>
  Array.from({ length: count }, (_, index) => row(index, String(1 + (index % 28)).padStart(2, '0')));

describe('a definition made of a file', () => {
  it('has the number of a day for a date, and the fewest columns that are a key', async () => {
    const lines = rows(280, (index, day) => `202401${day}\t${100 + Math.floor(index / 28)}\t${index % 3}\t0.5`);
    const { name, entry } = await generate('fact_20240101-20240131.tsv', [
      'RECORDDATEID\tASSETID\tFUNDID\tVALUE',
      ...lines,
    ]);
    expect(name).toBe('fact');
    expect(entry).toEqual({
      files: 'fact_{date_range}.tsv',
      columns: ['RECORDDATEID', 'ASSETID', 'FUNDID', 'VALUE'],
      dateColumn: 'RECORDDATEID',
      keyColumns: ['RECORDDATEID', 'ASSETID'],
      expectedRange: 'file',
    });
  });

  it('is named without its month, however that is written', async () => {
    const { name, entry } = await generate('us_012024.csv', [
      'date,id',
      ...rows(60, (index, day) => `01/${day}/2024,${index}`),
    ]);
    expect(name).toBe('us');
    expect(entry).toMatchObject({
      files: 'us_{month}.csv',
      delimiter: ',',
      dateFormat: 'MM/DD/YYYY',
      keyColumns: ['id'],
    });
  });

  it('says what a file without header, month, date and key leaves open', async () => {
    const { entry, notes } = await generate(
      'plain.psv',
      rows(50, (index) => `x${index % 5}|1.5|a b`),
    );
    expect(entry).toMatchObject({ files: 'plain.psv', headerLines: 0, columns: ['column_1', 'column_2', 'column_3'] });
    expect(entry).not.toHaveProperty('dateColumn');
    expect(notes.join('\n')).toMatch(/neither a month nor a range[^]*dateColumn[^]*keyColumns[^]*no header/);
  });

  it('takes quotation marks between tabs for characters unless fields are quoted', async () => {
    const plain = await generate('a_202401.tsv', ['id\tname', ...rows(30, (index) => `${index}\t5" pipe`)]);
    expect(plain.entry).not.toHaveProperty('quote');
    const quoted = await generate('b_202401.tsv', ['id\tname', ...rows(30, (index) => `${index}\t"a\tb"`)]);
    expect(quoted.entry).toMatchObject({ quote: '"' });
  });

  it('is one for files of the same columns, and a second one for others', async () => {
    const body = rows(30, (index) => `${index}\tx`);
    const found = [
      await generate('t_202401.tsv', ['id\tname', ...body]),
      await generate('t_20240201-20240229.tsv', ['id\tname', ...body]),
      await generate('t_202403.tsv', ['id\tother', ...body]),
    ];
    const { tables, notes } = joinDefinitions(found);
    expect(Object.entries(tables).map(([name, { files }]) => [name, files])).toEqual([
      ['t', ['t_{month}.tsv', 't_{date_range}.tsv']],
      ['t-2', 't_{month}.tsv'],
    ]);
    expect(notes.join('\n')).toMatch(/Files of `t` have different columns/);
  });

  it('is never one that the configuration refuses', async () => {
    const odd = [
      await generate('one_202401.txt', ['hello', 'world']),
      await generate('dmy_202401.csv', ['date;code', ...rows(60, (index) => `${1 + (index % 28)}.1.2024;${index}`)]),
      await generate('ts_202401.csv', ['at,user_id', ...rows(60, (index, day) => `2024-01-${day} 10:00:00,${index}`)]),
      await generate('null_202401.tsv', ['id\tv', ...rows(60, (index) => `${index}\t${index % 2 ? 'NULL' : index}`)]),
    ];
    for (const { name, entry } of odd) {
      const batch = monthBatchSchema.parse({ to: 'wh', tables: { [name]: entry } });
      const source = { monthBatches: { b: batch }, monthTemplates: {}, environments: { wh: { kind: 'duckdb' } } };
      expect(effectiveBatch(source, 'b').tables).toHaveLength(1);
    }
    expect(odd[3]?.entry.nullTexts).toEqual(['\\N', 'NULL']);
  });
});

describe('a definition suggested for a file', () => {
  const batch = effectiveBatch(
    {
      monthBatches: {
        b: monthBatchSchema.parse({
          to: 'wh',
          tables: {
            trades: { files: '{month}/trades*.tsv', columns: ['day', 'id', 'price'] },
            rates: { files: 'rates_{month}.tsv', dateColumn: 'day', keyColumns: ['pair'] },
          },
        }),
      },
      monthTemplates: {},
      environments: { wh: { kind: 'duckdb' } },
    },
    'b',
  );
  const look = (path: string, names: string[], more: Partial<FileLook> = {}): FileLook => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    names,
    delimiter: '\t',
    hasHeader: true,
    ...more,
  });
  const best = (file: FileLook) => suggestDefinitions([batch], file)[0];

  it('fits with name, columns and delimiter, whatever folder the base path is', () => {
    expect(best(look('/data/in/2024-01/trades_x.tsv', ['DAY', 'id', 'price']))).toMatchObject({
      definition: 'trades',
      fits: true,
      score: 100,
      month: '2024-01',
    });
  });

  it('is less like the file for each column that is missing, unexpected or out of place', () => {
    const score = (names: string[]): number => best(look('/in/2024-01/trades.tsv', names))?.score ?? 0;
    const scores = [
      score(['day', 'id', 'price']),
      score(['id', 'day', 'price']),
      score(['day', 'id', 'price', 'more']),
      score(['day', 'id', 'prices']),
      score(['x', 'y', 'z']),
    ];
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(scores.length);
    expect(best(look('/in/2024-01/trades.tsv', ['day', 'id', 'cost']))).toMatchObject({
      fits: false,
      missingColumns: ['price'],
      unexpectedColumns: ['cost'],
    });
  });

  it('is known by its columns alone, and by the columns that a definition without a list speaks of', () => {
    expect(best(look('/in/other.tsv', ['day', 'id', 'price']))).toMatchObject({
      definition: 'trades',
      fits: false,
      score: 50,
    });
    expect(best(look('/in/rates_202401.tsv', ['pair', 'day', 'rate']))).toMatchObject({
      definition: 'rates',
      fits: true,
    });
    expect(best(look('/in/rates_202401.tsv', ['day', 'rate']))).toMatchObject({
      fits: false,
      missingColumns: ['pair'],
    });
  });

  it('is none where nothing is alike', () => {
    expect(suggestDefinitions([batch], look('/in/zoo.csv', ['a', 'b'], { delimiter: ',' }))).toEqual([]);
    expect(suggestDefinitions([batch], look('/in/zoo.tsv', ['a', 'b']))).toEqual([]);
  });
});
