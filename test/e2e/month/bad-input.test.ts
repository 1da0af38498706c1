/** Files that nobody can load as they are: each is told of in a way that its sender understands, and the others go on. */
import { gzipSync } from 'node:zlib';
import { asKept, fileOf, FIELDS, HEADER, line, monthRows, MonthSite, type Row, type Summary, text } from './month-site';

jest.setTimeout(180_000);

const rows = monthRows('2024-01');
const changed = (change: (row: Row, index: number) => string): string => HEADER + rows.map(change).join('');
const other = (day: string): string => day.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3.$2.$1');
const american = (day: string): string => day.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$2/$3/$1');

interface BadFile {
  content: string | Uint8Array;
  code: string;
  says: RegExp;
  next: RegExp;
}

/** By name of the file without its month; the table is called alike. */
const BAD: Record<string, BadFile> = {
  truncated: {
    content: gzipSync(text(rows)).subarray(0, -400),
    code: 'FILE_UNREADABLE',
    says: /cannot be read to its end as gzip: it is cut short/,
    next: /delivered again/,
  },
  mixed: {
    content: changed((row) => (row[0] > '2024-01-15' ? line(row).replaceAll('\t', ';') : line(row))),
    code: 'QUALITY_FAILED',
    says: /160 rows have too few or too many fields/,
    next: /month quality/,
  },
  header: {
    content: changed((row, index) => (index === 100 ? HEADER : '') + line(row)),
    code: 'QUALITY_FAILED',
    says: /1 value of day is no date/,
    next: /month quality/,
  },
  dates: {
    content: changed(([day, ...rest], index) =>
      [index % 3 === 0 ? day : index % 3 === 1 ? other(day) : american(day), ...rest].join('\t').concat('\n'),
    ),
    code: 'QUALITY_FAILED',
    says: /206 values of day are no date/,
    next: /month quality/,
  },
  wrong: {
    content: text(monthRows('2024-03')),
    code: 'QUALITY_FAILED',
    says: /31 days of January 2024 have no rows.*310 rows are of 31 days outside of January 2024/,
    next: /month quality/,
  },
  zero: { content: '', code: 'FILE_EMPTY', says: /has no bytes/, next: /Look at what wrote it/ },
  keyless: {
    content: text(rows),
    code: 'MONTH_DEFINITION_MISMATCH',
    says: /has no column ident, which definition keyless names as key column; it has day, id, amount, note/,
    next: /month suggest/,
  },
};

const definitions = Object.keys(BAD).map((name) =>
  name === 'keyless'
    ? `      keyless: { files: "keyless_{month}.tsv", keyColumns: [day, ident] }`
    : `      ${name}: { files: "${name}_{month}.tsv${name === 'truncated' ? '.gz' : ''}" }`,
);

const BATCHES = `
  months:
    to: wh
    basePath: data
    defaults: { ${FIELDS} }
    tables:
      good: { files: "good_{month}.tsv" }
${definitions.join('\n')}
      over: { files: "over_{date_range}.tsv" }
      two_a: { files: "two_*_{month}.tsv" }
      two_b: { files: "*_b_{month}.tsv" }
`;

let site: MonthSite;
let summary: Summary;
let code: number;

beforeAll(async () => {
  site = await MonthSite.open({ kind: 'duckdb', batches: BATCHES });
  site.write('good_2024-01.tsv', text(rows));
  site.write('good_2024-02.tsv', text(monthRows('2024-02')));
  for (const [name, { content }] of Object.entries(BAD))
    site.write(`${name}_2024-01.tsv${name === 'truncated' ? '.gz' : ''}`, content);
  site.write('over_20240101-20240120.tsv', text(rows.filter(([day]) => day <= '2024-01-20')));
  site.write('over_20240115-20240131.tsv', text(rows.filter(([day]) => day >= '2024-01-15')));
  site.write('two_b_2024-01.tsv', text(rows));
  ({ code, printed: summary } = await site.load('months', '--month', '2024-01..2024-02', '--qc', 'file'));
});
afterAll(() => site?.close());

test('the good files of the same month, and the other month, are loaded', async () => {
  expect([code, summary.status]).toEqual([3, 'partial']);
  expect(summary.months.map(({ month, status }) => [month, status])).toEqual([
    ['2024-01', 'partial'],
    ['2024-02', 'done'],
  ]);
  expect(await site.kept('good')).toEqual(asKept([...rows, ...monthRows('2024-02')]));
});

test.each(Object.entries(BAD))('%s: says what is wrong and what to do, and loads nothing', async (name, bad) => {
  const { state, error } = fileOf(summary, `${name}_2024-01.tsv${name === 'truncated' ? '.gz' : ''}`);
  expect([state, error?.code]).toEqual(['failed', bad.code]);
  expect(error?.message).toMatch(bad.says);
  expect(error?.next).toMatch(bad.next);
  await nothingIn(name);
});

test('of two files with the same days none is loaded, and both are named', async () => {
  for (const name of ['over_20240101-20240120.tsv', 'over_20240115-20240131.tsv'])
    expect(fileOf(summary, name).error).toMatchObject({
      code: 'MONTH_FILES_OVERLAP',
      message: expect.stringMatching(
        /over_20240101-20240120\.tsv and over_20240115-20240131\.tsv both hold 2024-01-15 to 2024-01-20 of `over`/,
      ) as string,
    });
  await nothingIn('over');
});

test('a file that fits two definitions goes into none, and both are named', async () => {
  expect(fileOf(summary, 'two_b_2024-01.tsv').error).toMatchObject({
    code: 'MONTH_FILE_AMBIGUOUS',
    message: expect.stringMatching(/fits `two_a` \(`two_\*_\{month\}\.tsv`\) and `two_b`/) as string,
  });
  await nothingIn('two_a');
  await nothingIn('two_b');
});

test('a check alone finds the same', async () => {
  const { printed } = await site.json<Summary>('month', 'check', 'months', '--month', '2024-01');
  const codes = (found: Summary): string[] =>
    found.files.filter(({ month }) => month === '2024-01').map(({ file, error }) => `${file}: ${error?.code}`).toSorted(); // prettier-ignore
  expect(codes(printed)).toEqual(codes(summary));
});

test('a month that no file is of is refused with the folder and the patterns', async () => {
  const { code: exit, printed } = await site.load('months', '--month', '2024-05');
  expect([exit, printed.error?.code]).toEqual([1, 'MONTH_NO_FILES']);
  expect(printed.error?.message).toContain('2024-05');
  expect(printed.error?.message).toContain('good_{month}.tsv');
});

test.each([
  ['--month', '2024-13'],
  ['--month', '2024-03..2024-01'],
  ['--month', 'January'],
])('%s %s is refused before anything begins', async (...args) => {
  const { code: exit, error } = await site.json('month', 'load', 'months', ...args);
  expect([exit, error?.code]).toEqual([2, 'MONTH_INVALID']);
});

test('a named file that no definition takes is refused with its name', async () => {
  const stray = site.write('stray_2024-01.tsv', text(rows));
  const { code: exit, error } = await site.load('months', '--files', stray);
  expect([exit, error?.code]).toEqual([1, 'MONTH_FILE_UNMATCHED']);
  expect(error?.message).toContain('stray_2024-01.tsv');
});

test('put right, the batch is resumed and every row is there once', async () => {
  for (const name of Object.keys(BAD).filter((each) => each !== 'keyless' && each !== 'truncated'))
    site.write(`${name}_2024-01.tsv`, text(rows));
  site.write('truncated_2024-01.tsv.gz', gzipSync(text(rows)));
  site.write('over_20240115-20240131.tsv', text(rows.filter(([day]) => day >= '2024-01-15')));
  const { printed } = await site.json<Summary>('month', 'resume', summary.batchId);
  expect(
    printed.files
      .filter(({ state }) => state === 'failed')
      .map(({ table }) => table)
      .toSorted(),
  ).toEqual(
    ['keyless', 'over', 'over', 'two_a', 'two_b'], // prettier-ignore
  );
  for (const name of ['good', ...Object.keys(BAD).filter((each) => each !== 'keyless')])
    expect([name, await site.count(name, `day < DATE '2024-02-01'`)]).toEqual([name, rows.length]);
  expect(await site.kept('mixed')).toEqual(asKept(rows));
});

/** Its table was made at most. */
async function nothingIn(table: string): Promise<void> {
  if ((await site.tables()).includes(table)) expect(await site.count(table)).toBe(0);
}
