/** Files that nobody can load as they are: each is told of in a way that its maker understands, and the folder goes on. */
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describeWith } from '../../helpers/require-server';
import { DropSite, type DropRow, FULL, PLAIN_FULL } from './drop-site';

jest.setTimeout(180_000);

let site: DropSite;

interface BadFile {
  content: string | Uint8Array;
  code: string;
  kind: string;
  /** Of the message. */
  says: RegExp;
  next: RegExp;
  place?: { line?: number; column?: string; key?: string };
  /** Rows of the quarantine file. */
  rejected?: string[];
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const row = (cells: (index: number) => unknown): string =>
  `${Array.from({ length: 10_000 }, (_, i) => cells(i)).join(',')}\n`;

const BAD: Record<string, BadFile> = {
  'binary.csv': {
    content: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + ((i * i) % 251)) & 255)),
    code: 'FILE_NOT_DELIMITED',
    kind: 'format',
    says: /is not a delimited text file: \d+ of its first 5000 bytes are control characters\.$/,
    next: /Export it as CSV/,
  },
  'zeros.csv': {
    content: Buffer.alloc(4096),
    code: 'FILE_NOT_DELIMITED',
    kind: 'format',
    says: /4096 of its first 4096 bytes are zero/,
    next: /Export it as CSV/,
  },
  'workbook.csv': {
    content: Buffer.concat([
      Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0]),
      Buffer.from('[Content_Types].xml xl/workbook.xml'),
    ]),
    code: 'FILE_NOT_DELIMITED',
    kind: 'format',
    says: /it is a ZIP archive or a workbook/,
    next: /save the sheet as CSV/,
  },
  'packed.csv': {
    content: gzipSync('a,b\n1,2\n'),
    code: 'FILE_NOT_DELIMITED',
    kind: 'format',
    says: /compressed with gzip/,
    next: /gunzip/,
  },
  'page.csv': {
    content: '<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not found, sorry</h1></body></html>\n',
    code: 'FILE_NOT_DELIMITED',
    kind: 'format',
    says: /it is a web page/,
    next: /fetch the file again/,
  },
  'rows.csv': {
    content: '[{"a":1},{"a":2}]',
    code: 'FILE_NOT_DELIMITED',
    kind: 'format',
    says: /it is JSON/,
    next: /Export it as CSV/,
  },
  'prose.csv': {
    content: 'Dear Sir,\nplease find attached, as asked, the file.\nYours; me\n',
    code: 'FILE_FORMAT_UNCLEAR',
    kind: 'format',
    says: /not certain how it is to be read\. For its delimiter, comma and space was found, but 33 % of the rows/,
    next: /longshore file detect/,
  },
  'empty.csv': {
    content: '',
    code: 'FILE_EMPTY',
    kind: 'format',
    says: /empty\.csv has no rows/,
    next: /never emptied by an empty file/,
  },
  'blank.csv': {
    content: '\n\n   \n',
    code: 'FILE_EMPTY',
    kind: 'format',
    says: /blank\.csv has no rows/,
    next: /Look at what wrote it/,
  },
  'header_only.csv': {
    content: 'id,name\n',
    code: 'FILE_EMPTY',
    kind: 'format',
    says: /has a header and no rows/,
    next: /Look at what wrote it/,
  },
  'nul.csv': {
    content: 'id,name\n1,a\n2,b\0b\n3,c\n4,d\n',
    code: 'FILE_REJECTED_ROWS',
    kind: 'content',
    says: /nul\.csv, line 3: The row has a NUL byte/,
    next: /quarantine/,
    place: { line: 3 },
    rejected: ['3,nul-byte,,,"The row has a NUL byte, which no text may have.","2,b\0b"'],
  },
  'mixed.csv': {
    content: Buffer.concat([Buffer.from('id,name\n1,Zürich\n2,'), latin1('Köln'), Buffer.from('\n3,Łódź\n')]),
    code: 'FILE_ENCODING',
    kind: 'format',
    says: /line 3: The row has bytes that are no text in the encoding of the file/,
    next: /Save it as UTF-8/,
    place: { line: 3 },
  },
  'cut_utf16.csv': {
    content: Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from('id\tname\n1\tMünchen\n2\tKöln', 'utf16le').subarray(0, -1),
    ]),
    code: 'FILE_ENCODING',
    kind: 'format',
    says: /line 3: The row has bytes that are no text/,
    next: /Save it as UTF-8/,
    place: { line: 3 },
  },
  'wide.csv': {
    content: row((i) => `c${i}`) + row((i) => i),
    code: 'FILE_TOO_WIDE',
    kind: 'schema',
    says: /10000 columns; a table can have 1600/,
    next: /Check the delimiter/,
  },
  'ragged.csv': {
    content: 'a,b,c\n1,2,3\n4,5,6\n6,7,8,9\n1,2,3\n',
    code: 'FILE_REJECTED_ROWS',
    kind: 'content',
    says: /line 4: The row has 4 fields where the table has 3/,
    next: /quarantine/,
    place: { line: 4 },
    rejected: [
      '4,too-many-fields,,,"The row has 4 fields where the table has 3, and there is no one way to put it right.","6,7,8,9"',
    ],
  },
  'typed.csv': {
    content: 'id,opened,n\n1,2024-02-30,5\n2,2024-02-28,x\n3,2024-02-27,7\n',
    code: 'FILE_REJECTED_ROWS',
    kind: 'content',
    says: /line 2, column opened: '2024-02-30' is not a date written as YYYY-MM-DD\. 1 more row is rejected\. None is tolerated\.$/,
    next: /raise `tolerance`/,
    place: { line: 2, column: 'opened' },
    rejected: [
      `2,not-a-date,opened,2024-02-30,'2024-02-30' is not a date written as YYYY-MM-DD.,"1,2024-02-30,5"`,
      `3,not-a-number,n,x,'x' is not an integer.,"2,2024-02-28,x"`,
    ],
  },
  'not_null.csv': {
    content: 'id,name\n1,a\n2,\n',
    code: 'FILE_REJECTED_ROWS',
    kind: 'content',
    says: /line 3: Column name has no value in this row, and the table wants one/,
    next: /quarantine/,
    place: { line: 3, column: 'name' },
  },
  'checked.csv': {
    content: 'id,age\n1,5\n2,-3\n',
    code: 'CONSTRAINT_VIOLATED',
    kind: 'content',
    says: /checked\.csv: Table ref\.checked, line 3: the row violates check constraint "age_is_positive"/,
    next: /Correct the row in the file/,
    place: { line: 3 },
  },
  'keyed_check.csv': {
    content: 'id,age\n17,5\n18,-3\n',
    code: 'CONSTRAINT_VIOLATED',
    kind: 'content',
    says: /Table ref\.keyed_check, line 3: the row violates check constraint/,
    next: /Correct the row in the file/,
    place: { line: 3 },
  },
  'dup_key.csv': {
    content: 'id,name\n1,a\n2,b\n1,c\n',
    code: 'DUPLICATE_KEY',
    kind: 'content',
    says: /more than one row has the key id=1, which dup_key_pkey allows once/,
    next: /Remove the rows that are too many from the file/,
    place: { key: 'id=1' },
  },
  'child.csv': {
    content: 'id,parent\n1,1\n2,99\n',
    code: 'FOREIGN_KEY_VIOLATED',
    kind: 'content',
    says: /parent=99, which ref\.parent does not have/,
    next: /Load the file of the parent table first/,
    place: { column: 'parent' },
  },
  'narrow.csv': {
    content: 'id,code\n1,abc\n2,abcdefgh\n',
    code: 'FILE_SCHEMA_MISMATCH',
    kind: 'schema',
    says: /column code is character varying\(5\), and the file has texts of up to 8 characters/,
    next: /columns: evolve/,
  },
  'swapped.csv': {
    content: 'id,nmae,cty\n1,a,b\n',
    code: 'FILE_SCHEMA_MISMATCH',
    kind: 'schema',
    says: /33 % of the columns of the file, and 70 % are wanted.*no column nmae, but one called name.*no column cty, but one called city/,
    next: /Correct the file/,
  },
  '20240101.csv': {
    content: 'a,b\n1,2\n',
    code: 'FILE_NAME_UNUSABLE',
    kind: 'format',
    says: /No table name can be made of "20240101\.csv"/,
    next: /Rename the file, or name a table/,
  },
  'file_monitor_tracking.csv': {
    content: 'id,file_path\n1,x\n',
    code: 'PROTECTED_TABLE',
    kind: 'configuration',
    says: /would go into ref\.File_Monitor_Tracking, in which Longshore itself keeps/,
    next: /Rename the file/,
  },
};

/** Loaded all the same, under these tables. */
const GOOD: Record<string, [content: string, table: string, rows: number]> = {
  'headers.csv': ['id,name,name,,NAME\n1,a,b,c,d\n2,e,f,g,h\n', 'ref.headers', 2],
  'formulas.csv': [
    `id,what\n1,=CMD|' /C calc'!A0\n2,"=HYPERLINK(""http://x"",""y"")"\n3,+1+1\n4,@SUM(A1)\n`,
    'ref.formulas',
    4,
  ],
  'x..%2f..%2fpasswd.csv': ['a,b\n1,2\n', 'ref.x_2f_2fpasswd', 1],
  '-rf.csv': ['a,b\n1,2\n', 'ref.rf', 1],
  'tab\there\nnew.csv': ['a,b\n1,2\n', 'ref.tab_here_new', 1],
  [`${'l'.repeat(240)}.csv`]: ['a,b\n1,2\n', `ref.${'l'.repeat(55)}_01w4z45`, 1],
  "x'; drop table ref.parent; --.csv": ['a,b\n1,2\n', 'ref.x_drop_table_ref_parent', 1],
  'überblick größe.csv': ['a,b\n1,2\n', 'ref.uberblick_grosse', 1],
  'select.csv': ['a,b\n1,2\n', 'ref.t_select', 1],
};

const TABLES = `
  create schema ref;
  create table ref.dup_key (id int primary key, name text);
  create table ref.not_null (id int primary key, name text not null);
  create table ref.checked (id int, age int, constraint age_is_positive check (age > 0));
  create table ref.keyed_check (id int primary key, age int, constraint age_is_positive check (age > 0));
  create table ref.parent (id int primary key); insert into ref.parent values (1);
  create table ref.child (id int, parent int references ref.parent);
  create table ref.typed (id int, opened date, n smallint);
  create table ref.narrow (id int, code varchar(5));
  create table ref.swapped (id int, name text, city text);`;

const known = new Map<string, DropRow>();

beforeAll(async () => {
  site = await DropSite.open();
  await site.execute(TABLES);
  for (const [name, { content }] of Object.entries(BAD)) site.drop(`${PLAIN_FULL}/${name}`, content);
  for (const [name, [content]] of Object.entries(GOOD)) site.drop(`${PLAIN_FULL}/${name}`, content);
  mkdirSync(join(site.root, PLAIN_FULL, 'folder.csv'));
  symlinkSync('/etc/passwd', join(site.root, PLAIN_FULL, 'link.csv'));
  site.drop(`${PLAIN_FULL}/..%2fhidden.csv`, 'a,b\n1,2\n');
  site.drop(`${PLAIN_FULL}/notes.docx`, 'no');
  await site.watch();
  const ended = await site.ended(Object.keys(BAD).length + Object.keys(GOOD).length, 100_000);
  for (const file of ended) known.set(file.path.slice(PLAIN_FULL.length + 1), file);
});
afterAll(() => site?.close());

describe('a bad file', () => {
  test.each(Object.entries(BAD))('%s fails with its class, a message and what to do', (name, bad) => {
    const file = known.get(name);
    const path = `${PLAIN_FULL}/${name}`;
    expect(file).toMatchObject({
      path,
      state: 'failed',
      error: { code: bad.code, place: { file: path, ...bad.place } },
    });
    expect(file?.error?.message).toMatch(bad.says);
    expect(file?.error?.message).toContain(name);
    expect(file?.error?.message).not.toMatch(/\/tmp\/|of part|row row|ls_[0-9a-f]{6}/);
    expect(file?.error?.next).toMatch(bad.next);
    expect(file?.moved_to).toBe(`${PLAIN_FULL}/error/${name}`);
    expect(JSON.parse(site.read(`${file?.moved_to}.error.json`))).toMatchObject({
      file: name,
      droppedAs: path,
      class: bad.kind,
      code: bad.code,
      message: file?.error?.message,
      suggestion: file?.error?.next,
      place: { file: path, ...bad.place },
    });
    if (bad.rejected)
      expect(site.read(`${file?.moved_to}.rejected.csv`)).toBe(
        ['line,reason,column,value,message,row', ...bad.rejected, ''].join('\r\n'),
      );
  });

  test('leaves no table behind, and those that were there as they were', async () => {
    const tables = await site.sql<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables where schemaname !~ '^(pg_|information_schema)' and schemaname !~ 'longshore' order by 1`,
    );
    const kept = ['dup_key', 'not_null', 'checked', 'keyed_check', 'parent', 'child', 'typed', 'narrow', 'swapped'];
    const own = ['File_Monitor_Tracking', 'Reference_Data_Cfg'];
    expect(tables.map(({ name }) => name).toSorted()).toEqual(
      [...[...kept, ...own].map((name) => `ref.${name}`), ...Object.values(GOOD).map(([, table]) => table)].toSorted(),
    );
    for (const table of kept.filter((name) => name !== 'parent'))
      expect(await site.sql(`select * from ref.${table}`)).toEqual([]);
  });
});

describe('a file of a strange name or content', () => {
  test.each(Object.entries(GOOD))('%j is loaded like any other', async (name, [content, table, rows]) => {
    const file = known.get(name);
    expect(file).toMatchObject({ state: 'loaded', table_id: table, rows, error: null });
    expect(site.read(file?.moved_to ?? '')).toBe(content);
    const [found] = await site.sql<{ n: number }>(`select count(*)::int as n from ${table.replace('.', '."')}"`);
    expect(found?.n).toBe(rows);
  });

  test('is taken literally: header names are made distinct, and formulas are texts', async () => {
    expect(await site.sql('select * from ref.headers where id = 1')).toEqual([
      { id: 1, name: 'a', name_2: 'b', column_4: 'c', NAME_3: 'd' },
    ]);
    expect(await site.sql('select what from ref.formulas order by id')).toEqual(
      [`=CMD|' /C calc'!A0`, '=HYPERLINK("http://x","y")', '+1+1', '@SUM(A1)'].map((what) => ({ what })),
    );
    expect(await site.sql('select * from ref.parent')).toEqual([{ id: 1 }]);
  });

  test('is told of by name where it is none to be loaded, and hidden ones are left alone', async () => {
    const { out } = await site.longshore('status');
    expect(out).toMatch(/folder\.csv is a folder/);
    expect(out).toMatch(/link\.csv/);
    expect(out).toMatch(/notes\.docx has the extension docx; only csv/);
    expect(out).not.toContain('hidden');
    expect(site.files()).toEqual(expect.arrayContaining([`${PLAIN_FULL}/..%2fhidden.csv`, `${PLAIN_FULL}/notes.docx`]));
  });
});

test('users see all of it by kind, with an example that names file, line and column', async () => {
  const { code, out } = await site.longshore('errors');
  expect(code).toBe(0);
  expect(out).toMatch(/^\d+ files failed: \d+ by format, \d+ by content/);
  expect(out).toMatch(/FILE_EMPTY {2}3 files/);
  expect(out).toMatch(/FILE_NOT_DELIMITED {2}6 files/);
  expect(out.replaceAll(/\s+/g, ' ')).not.toMatch(/(none_reference\S+\.csv): \1/);
  const files = await site.json<{ path: string; error?: { code: string } }[]>(
    'files',
    '--state',
    'failed',
    '--limit',
    '100',
  );
  expect(files.length).toBe(Object.keys(BAD).length);
});

test('a line of 10 MB is loaded, and one of 40 MB told of by its number', async () => {
  const short = Array.from({ length: 50 }, (_, i) => `${i},short\n`).join('');
  const file = await site.put(`${FULL}/long_line.csv`, `id,text\n${short}50,"${'x'.repeat(10_000_000)}"\n51,short\n`);
  expect(file).toMatchObject({ state: 'loaded', rows: 52 });
  expect(await site.sql('select length(text) as n from ref.long_line where id >= 50 order by id')).toEqual([
    { n: 10_000_000 },
    { n: 5 },
  ]);
  const longer = await site.put(`${FULL}/longer.csv`, `id,text\n${short}50,"${'x'.repeat(40_000_000)}"\n51,short\n`);
  expect(longer).toMatchObject({ state: 'failed', error: { code: 'FILE_REJECTED_ROWS', place: { line: 52 } } });
  expect(longer.error?.message).toContain('longer.csv, line 52: The row is longer than 16777216 bytes.');
  expect(site.read(`${longer.moved_to}.rejected.csv`).length).toBeLessThan(5000);
});

describeWith(process.getuid?.() !== 0, 'root may read everything', 'a file without permission', () => {
  test('is told of, and the folder goes on', async () => {
    site.drop(`${FULL}/secret.csv`, 'a,b\n1,2\n');
    chmodSync(join(site.root, FULL, 'secret.csv'), 0);
    await site.put(`${FULL}/after_secret.csv`, 'a,b\n1,2\n');
    expect((await site.longshore('status')).out + (await site.longshore('errors')).out).toMatch(/secret\.csv/);
  });
});

test('after all of these a good file is loaded as ever', async () => {
  expect(await site.put(`${FULL}/fine.csv`, 'a,b\n1,2\n')).toMatchObject({ state: 'loaded', table_id: 'ref.fine' });
});
