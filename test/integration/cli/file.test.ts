/** `longshore file …`, offline: no server, no configuration file. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, NOUNS } from '../../../cli/commands';
import { runCli } from '../../../cli/core/program';
import { fakeIo } from '../../unit/cli/fake-io';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-cli-file-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string | Uint8Array): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

interface Outcome {
  code: number;
  out: string;
  err: string;
  data: unknown;
}

async function longshore(...line: string[]): Promise<Outcome> {
  const io = fakeIo({ cwd: folder });
  const code = await runCli(line, io, { commands: COMMANDS, nouns: NOUNS, version: '1.2.3' });
  return { code, out: io.stdout, err: io.stderr, data: line.includes('--json') ? JSON.parse(io.stdout) : undefined };
}

const PRICES =
  'Code;Name;Preis;Ab\n007;Schraube, lang;1.234,50;24.12.2023\n008;Mutter;0,99;31.01.2024\n009;"Rohr; dick";12,00;\n';
const RAGGED =
  'id,name,price\n1,bolt,2.50\n2,nut\n3,pipe,1.00,extra,more\n4,screw,3.25\n5,washer,0.10\n6,hinge,7.75\n7,knob,1.15\n';

describe('longshore file detect', () => {
  it('says what a file is, column by column, as JSON with stable keys', async () => {
    write('preise_20240131.csv', PRICES);
    const { code, data } = await longshore('file', 'detect', 'preise_20240131.csv', '--json');
    expect(code).toBe(0);
    expect(data).toMatchObject({
      file: 'preise_20240131.csv',
      encoding: 'utf-8',
      bom: false,
      delimiter: ';',
      quote: '"',
      newline: '\n',
      headerRows: 1,
      header: ['Code', 'Name', 'Preis', 'Ab'],
      preambleLines: 0,
      footerLines: 0,
      tableName: 'preise',
      rows: 3,
      rejectedRows: 0,
      columns: [
        { name: 'Code', type: 'text' },
        { name: 'Name', type: 'text' },
        { name: 'Preis', type: 'decimal(18,2)', nulls: 0 },
        { name: 'Ab', type: 'date', nulls: 1 },
      ],
    });
    const keys =
      'bom columns confidence delimiter encoding escape file findings footerLines header headerRows newline preambleLines quote rejected rejectedRows repaired repairedRows rows size tableName tables';
    expect(
      Object.keys(data as object)
        .toSorted()
        .join(' '),
    ).toBe(keys);
  });

  it('shows people why, and is not in need of a configuration', async () => {
    write('preise.csv', PRICES);
    const { code, out } = await longshore('file', 'detect', 'preise.csv');
    expect(code).toBe(0);
    expect(out).toMatch(/delimiter +semicolon +\d+ %  \S+/);
    expect(out).toMatch(/Preis +decimal\(18,2\)/);
  });

  it('is overruled by options, and says so', async () => {
    write('preise.csv', PRICES);
    const { data } = await longshore(
      'file',
      'detect',
      'preise.csv',
      '--delimiter',
      'pipe',
      '--header-rows',
      '0',
      '--json',
    );
    expect(data).toMatchObject({ delimiter: '|', headerRows: 0, rows: 4 });
    expect((data as { findings: object[] }).findings).toContainEqual(
      expect.objectContaining({ trait: 'delimiter', given: true }),
    );
  });

  it('gives a list for several files, with the reason where one is none', async () => {
    write('a.csv', PRICES);
    write('b.csv', new Uint8Array(2000));
    const { code, data } = await longshore('file', 'detect', 'a.csv', 'b.csv', '--json');
    expect(code).toBe(3);
    expect(data).toMatchObject([
      { file: 'a.csv', rows: 3 },
      { file: 'b.csv', error: { code: 'FILE_NOT_DELIMITED' } },
    ]);
  });

  it('takes an empty file for one without tables', async () => {
    write('empty.csv', '');
    await expect(longshore('file', 'detect', 'empty.csv', '--json')).resolves.toMatchObject({
      code: 0,
      data: { tables: [], rows: 0, columns: [], header: [] },
    });
  });

  it('has no table name where the file has none to give', async () => {
    write('20240131.csv', PRICES);
    await expect(longshore('file', 'detect', '20240131.csv', '--json')).resolves.toMatchObject({
      data: { tableName: null },
    });
  });

  it.each([
    [['--delimiter', 'abc'], '--delimiter'],
    [['--quote', 'x'], '--quote'],
    [['--header-rows', 'two'], '--header-rows'],
    [['--header-rows', '99'], '--header-rows'],
    [['--table', '0'], '--table'],
    [['--encoding', 'ebcdic'], 'encoding'],
    [['--ragged', 'maybe'], 'ragged'],
  ])('refuses %j as a mistake of usage', async (options, named) => {
    write('a.csv', PRICES);
    const { code, err } = await longshore('file', 'detect', 'a.csv', ...options);
    expect([code, err.startsWith('USAGE')]).toEqual([2, true]);
    expect(err).toContain(named);
  });

  it('names a file that is not there, and a folder', async () => {
    await expect(longshore('file', 'detect', 'nowhere.csv')).resolves.toMatchObject({
      code: 2,
      err: expect.stringMatching(/^FILE_NOT_FOUND .*nowhere\.csv/),
    });
    await expect(longshore('file', 'detect', '.')).resolves.toMatchObject({
      code: 1,
      err: expect.stringMatching(/^FILE_UNREADABLE .*a folder/),
    });
  });
});

describe('longshore file check', () => {
  it('ends with 0 where every row can be loaded', async () => {
    write('preise.csv', PRICES);
    await expect(longshore('file', 'check', 'preise.csv')).resolves.toMatchObject({
      code: 0,
      out: expect.stringContaining('3 rows'),
    });
  });

  it('ends with 3 and names line and reason of rows that cannot', async () => {
    write('ragged.csv', RAGGED);
    const { code, out } = await longshore('file', 'check', 'ragged.csv', '--ragged', 'reject');
    expect(code).toBe(3);
    expect(out).toContain('5 rows, 2 rejected');
    expect(out).toMatch(/line 3: .*\n +2,nut/);
    expect(out).toMatch(/line 4: .*\n +3,pipe,1\.00,extra,more/);
    const { data } = await longshore('file', 'check', 'ragged.csv', '--ragged', 'reject', '--json');
    expect(data).toMatchObject({
      rows: 5,
      rejectedRows: 2,
      rejected: [
        { line: 3, reason: 'too-few-fields' },
        { line: 4, reason: 'too-many-fields' },
      ],
    });
  });

  it.each([
    ['nothing in it', '', 'no bytes'],
    ['blank lines only', '\n\n', 'blank lines only'],
    ['a header only', 'id,name\n', 'a header and no rows'],
  ])('ends with 1 for a file with %s', async (_what, text, reason) => {
    write('empty.csv', text);
    const { code, err } = await longshore('file', 'check', 'empty.csv');
    expect(code).toBe(1);
    expect(err).toMatch(/^FILE_EMPTY /);
    expect(err).toContain(reason);
  });

  it('reports what could be read in two ways', async () => {
    write('open.csv', 'id;day\n1;03/04/2024\n2;05/06/2024\n3;01/02/2024\n');
    const { data } = await longshore('file', 'check', 'open.csv', '--json');
    expect((data as { columns: object[] }).columns[1]).toHaveProperty('ambiguity', expect.stringContaining('0'));
    const said = await longshore('file', 'check', 'open.csv', '--date-order', 'mdy', '--json');
    expect((said.data as { columns: object[] }).columns[1]).toMatchObject({
      type: 'date',
      format: { pattern: 'MM/DD/YYYY' },
    });
  });
});

describe('longshore file convert', () => {
  it('writes RFC 4180 with the values as they stand', async () => {
    write('preise.txt', PRICES);
    const { code, out } = await longshore('file', 'convert', 'preise.txt', '--output', 'clean/preise.csv');
    expect(code).toBe(0);
    expect(out).toContain('1 file converted, 3 rows');
    expect(read('clean/preise.csv')).toBe(
      'Code,Name,Preis,Ab\r\n007,"Schraube, lang","1.234,50",24.12.2023\r\n008,Mutter,"0,99",31.01.2024\r\n009,Rohr; dick,"12,00",\r\n',
    );
  });

  it('reads any encoding and writes UTF-8', async () => {
    write('latin.csv', Buffer.from('name;ort\nMüller;Köln\nJäger;Lübeck\n', 'latin1'));
    write('wide.csv', Buffer.from('\ufeffname\tort\r\nMüller\tKöln\r\n', 'utf16le'));
    await longshore('file', 'convert', 'latin.csv', 'wide.csv', '--output-dir', 'out');
    expect(read('out/latin.csv')).toBe('name,ort\r\nMüller,Köln\r\nJäger,Lübeck\r\n');
    expect(read('out/wide.csv')).toBe('name,ort\r\nMüller,Köln\r\n');
  });

  it('writes names of columns where there are none only when told', async () => {
    write('bare.csv', '1,2.5,2024-01-01\n2,3.5,2024-01-02\n3,4.5,2024-01-03\n');
    await longshore('file', 'convert', 'bare.csv', '--output', 'as-found.csv');
    expect(read('as-found.csv')).toMatch(/^1,2\.5,/);
    await longshore('file', 'convert', 'bare.csv', '--output', 'always.csv', '--header', 'always');
    expect(read('always.csv')).toMatch(/^column_1,column_2,column_3\r\n1,2\.5,/);
  });

  it('joins the rows of a header by a blank', async () => {
    write('two.csv', 'Air,Air,Soil\ntemperature,humidity,temperature\n1.5,80,3.25\n2.5,81,3.5\n3.5,79,4.5\n');
    await longshore('file', 'convert', 'two.csv', '--output', 'one.csv', '--header-rows', '2');
    expect(read('one.csv')).toMatch(/^Air temperature,Air humidity,Soil temperature\r\n1\.5,80,3\.25\r\n/);
  });

  it('makes an empty file of an empty file', async () => {
    write('empty.csv', '');
    await expect(longshore('file', 'convert', 'empty.csv', '--output-dir', 'out')).resolves.toMatchObject({ code: 0 });
    expect(read('out/empty.csv')).toBe('');
  });

  it('lists what was left out, and removes the list when nothing is any more', async () => {
    write('ragged.csv', RAGGED);
    const convert = [
      'file',
      'convert',
      'ragged.csv',
      '--output-dir',
      'out',
      '--rejected',
      'out/rejected',
      '--ragged',
      'reject',
    ];
    await expect(longshore(...convert)).resolves.toMatchObject({ code: 3 });
    expect(read('out/ragged.csv').split('\r\n')).toHaveLength(7);
    const [head, first, second, rest] = read('out/rejected/ragged.rejected.csv').split('\r\n');
    expect([head, rest]).toEqual(['line,column,reason,message,text', '']);
    expect(first).toMatch(/^3,,too-few-fields,.*"2,nut"$/);
    expect(second).toMatch(/^4,,too-many-fields,.*"3,pipe,1\.00,extra,more"$/);
    write('ragged.csv', 'id,name,price\n1,bolt,2.50\n2,nut,1.00\n');
    await expect(longshore(...convert)).resolves.toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'out/rejected'))).toEqual([]);
  });

  it('goes on after a file that cannot be converted, and leaves nothing half written', async () => {
    write('a.csv', PRICES);
    write('b.csv', new Uint8Array(2000));
    write('c.CSV', PRICES);
    const { code, data } = await longshore(
      'file',
      'convert',
      'a.csv',
      'b.csv',
      'missing.csv',
      'c.CSV',
      '--output-dir',
      'out',
      '--json',
    );
    expect(code).toBe(3);
    expect(data).toMatchObject({
      converted: 2,
      failed: 2,
      rows: 6,
      files: [
        { file: 'a.csv', output: join(folder, 'out/a.csv'), rows: 3, rejected: 0, format: 'csv' },
        { file: 'b.csv', error: { code: 'FILE_NOT_DELIMITED' } },
        { file: 'missing.csv', error: { code: 'FILE_NOT_FOUND' } },
        { file: 'c.CSV', output: join(folder, 'out/c.csv'), rows: 3 },
      ],
    });
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a.csv', 'c.csv']);
    await expect(longshore('file', 'convert', 'b.csv', '--output-dir', 'out')).resolves.toMatchObject({ code: 1 });
  });

  it('refuses two files of one name before anything is written', async () => {
    write('north/prices.csv', PRICES);
    write('south/prices.txt', PRICES);
    const { code, err } = await longshore(
      'file',
      'convert',
      'north/prices.csv',
      'south/prices.txt',
      '--output-dir',
      'out',
    );
    expect(code).toBe(2);
    expect(err).toMatch(/^USAGE north\/prices\.csv and south\/prices\.txt would both become/);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('never writes over a file that is to be read', async () => {
    write('prices.csv', PRICES);
    await expect(longshore('file', 'convert', 'prices.csv', '--output-dir', '.')).resolves.toMatchObject({ code: 2 });
    expect(read('prices.csv')).toBe(PRICES);
  });

  it.each([
    [[], 'either --output FILE or --output-dir'],
    [['--output', 'x.csv', '--output-dir', 'y'], 'either --output FILE or --output-dir'],
    [['--output', 'x.xlsx'], '--format'],
    [['--output', 'x.csv', '--null', 'NA'], '--null has no meaning'],
    [['--output', 'x.parquet', '--header', 'always'], '--header is for CSV'],
  ])('refuses %j as a mistake of usage', async (options, reason) => {
    write('a.csv', PRICES);
    const { code, err } = await longshore('file', 'convert', 'a.csv', ...options);
    expect([code, err.startsWith('USAGE')]).toEqual([2, true]);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(reason);
    expect(readdirSync(folder)).toEqual(['a.csv']);
  });

  it('converts two thousand files in one call, each to its own', async () => {
    const names = Array.from({ length: 2000 }, (_, at) => `in/file-${at}.csv`);
    for (const [at, name] of names.entries()) write(name, `id;value\n${at};1\n${at + 1};2\n`);
    const { code, data } = await longshore('file', 'convert', ...names, '--output-dir', 'out', '--json');
    expect([code, (data as { converted: number }).converted]).toEqual([0, 2000]);
    for (const at of [0, 77, 1999]) expect(read(`out/file-${at}.csv`)).toBe(`id,value\r\n${at},1\r\n${at + 1},2\r\n`);
  });
});
