/** Files of many programs and countries, as they come: what is in the table is compared value by value. */
import { APPEND, DropSite, type DropRow, FULL } from './drop-site';

jest.setTimeout(120_000);

const HEADER = ['id', 'city', 'amount', 'day'];
const ROWS = [
  ['1', 'München', '1.234,50', '17.05.2024'],
  ['2', 'Zürich; Kreis 4', '-2,75', '01.12.2023'],
  ['3', 'Besançon', '0,00', '29.02.2024'],
];
const TABLE = [
  { id: 1, city: 'München', amount: '1234.50', day: '2024-05-17' },
  { id: 2, city: 'Zürich; Kreis 4', amount: '-2.75', day: '2023-12-01' },
  { id: 3, city: 'Besançon', amount: '0.00', day: '2024-02-29' },
];

/** Rows as text; a field is quoted where it has the delimiter. */
const text = (delimiter: string, { end = '\n', quote = '"', always = false } = {}): string =>
  [HEADER, ...ROWS]
    .map(
      (row) =>
        row.map((field) => (always || field.includes(delimiter) ? quote + field + quote : field)).join(delimiter) + end,
    )
    .join('');

const utf16 = (content: string, order: 'le' | 'be', mark = true): Buffer => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + content, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

const FILES: Record<string, [content: string | Uint8Array, delimiter: string]> = {
  excel_unicode: [utf16(text('\t', { end: '\r\n' }), 'le'), '\t'],
  utf16_big: [utf16(text(';'), 'be'), ';'],
  utf16_unmarked: [utf16(text(';', { end: '\r\n' }), 'le', false), ';'],
  windows: [Buffer.from(text(';', { end: '\r\n' }), 'latin1'), ';'],
  utf8_marked: [`\ufeff${text(';')}`, ';'],
  start_of_heading: [text('\u0001'), '\u0001'],
  pipes: [text('|'), '|'],
  carets: [text('^'), '^'],
  returns_only: [text('|', { end: '\r' }), '|'],
  single_quotes: [text(';', { quote: "'" }), ';'],
  all_quoted: [text(',', { always: true }), ','],
  preamble: [`Bericht der Städte\nerstellt am 01.06.2024\n\n${text(';')}`, ';'],
};

let site: DropSite;
let known: DropRow[];

beforeAll(async () => {
  site = await DropSite.open();
  for (const [name, [content]] of Object.entries(FILES)) site.drop(`${FULL}/${name}.csv`, content);
  await site.watch();
  known = await site.ended(Object.keys(FILES).length);
});
afterAll(() => site?.close());

test.each(Object.entries(FILES))('%s', async (name, [, delimiter]) => {
  const file = known.find(({ path }) => path.endsWith(`/${name}.csv`));
  expect(file).toMatchObject({ state: 'loaded', rows: 3, rejected: 0, error: null, table_id: `ref.${name}` });
  expect(await site.sql(`select id, city, amount::text, day::text from ref.${name} order by id`)).toEqual(TABLE);
  expect(
    await site.sql(
      `select detected_delimiter, detected_headers, table_name from ref."File_Monitor_Tracking" where file_name = '${name}.csv'`,
    ),
  ).toEqual([{ detected_delimiter: delimiter, detected_headers: JSON.stringify(HEADER), table_name: `ref.${name}` }]);
});

test('one of them can be added to the table of another', async () => {
  const file = await site.put(`${APPEND}/windows_20240601.csv`, 'id,city,amount,day\n4,Köln,7.5,2024-03-01\n');
  expect(file).toMatchObject({ state: 'loaded', table_id: 'ref.windows' });
  expect(await site.sql('select id, city, amount::text, day::text from ref.windows where id = 4')).toEqual([
    { id: 4, city: 'Köln', amount: '7.50', day: '2024-03-01' },
  ]);
});
