/** Parquet made of delimited files, read by DuckDB. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { COMMANDS, NOUNS } from '../../../cli/commands';
import { runCli } from '../../../cli/core/program';
import { fakeIo } from '../../unit/cli/fake-io';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-cli-parquet-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function convert(name: string, text: string, ...options: string[]): Promise<number> {
  writeFileSync(join(folder, name), text);
  const io = fakeIo({ cwd: folder });
  return runCli(['file', 'convert', name, ...options], io, { commands: COMMANDS, nouns: NOUNS, version: '1.2.3' });
}

/** Names, types and values of a Parquet file, as DuckDB sees them. */
async function inDuckDb(name: string): Promise<{ types: Record<string, string>; rows: unknown[][] }> {
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const connection = await instance.connect();
    const file = `'${join(folder, name)}'`;
    const described = await connection.runAndReadAll(`describe select * from ${file}`);
    const types = Object.fromEntries(described.getRows().map((row) => [String(row[0]), String(row[1])]));
    const text = Object.keys(types).map((column) => `"${column}"::varchar`);
    const rows = (await connection.runAndReadAll(`select ${text.join(', ')} from ${file}`)).getRows();
    connection.closeSync();
    return { types, rows };
  } finally {
    instance.closeSync();
  }
}

it('has the types that all values of a column have, and the values', async () => {
  const text =
    'Code;Preis;Ab;Menge;aktiv\n007;1.234,50;24.12.2023;5;ja\n008;0,99;31.01.2024;NA;nein\n009;12,00;;70000;ja\n';
  await expect(convert('preise.csv', text, '--output', 'preise.parquet', '--null', 'NA')).resolves.toBe(0);
  const { types, rows } = await inDuckDb('preise.parquet');
  expect(types).toEqual({ Code: 'VARCHAR', Preis: 'DECIMAL(18,2)', Ab: 'DATE', Menge: 'INTEGER', aktiv: 'BOOLEAN' });
  expect(rows).toEqual([
    ['007', '1234.50', '2023-12-24', '5', 'true'],
    ['008', '0.99', '2024-01-31', null, 'false'],
    ['009', '12.00', null, '70000', 'true'],
  ]);
});

it('reads an ambiguous date as it is told to', async () => {
  await convert('days.csv', 'id,day\n1,03/04/2024\n2,05/06/2024\n', '-o', 'days.parquet', '--date-order', 'mdy');
  expect((await inDuckDb('days.parquet')).rows).toEqual([
    ['1', '2024-03-04'],
    ['2', '2024-05-06'],
  ]);
});

it('makes many batches of many rows and keeps them all', async () => {
  const lines = Array.from({ length: 300_000 }, (_, row) => `${row},"text ${row % 1000}, quoted",${row / 4}`);
  await expect(convert('many.csv', `id,note,quarter\n${lines.join('\n')}\n`, '-o', 'many.parquet')).resolves.toBe(0);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const sums = await connection.runAndReadAll(
    `select count(*)::varchar, sum(id)::varchar, sum(quarter)::double::varchar, count(distinct note)::varchar from '${join(folder, 'many.parquet')}'`,
  );
  connection.closeSync();
  instance.closeSync();
  expect(sums.getRows()).toEqual([['300000', '44999850000', '11249962500.0', '1000']]);
});

it('refuses a file without columns and leaves nothing behind', async () => {
  await expect(convert('empty.csv', '', '--output-dir', 'out', '--format', 'parquet')).resolves.toBe(1);
  expect(readdirSync(join(folder, 'out'))).toEqual([]);
});
