/** Quotes where they should not be, and none where they should. */
import { build, byHand } from '../build';
import type { CorpusFile, TruthRow } from '../truth';

const HEAD = 'id,item,price,stock';
const GOOD: readonly (readonly string[])[] = Array.from({ length: 24 }, (_, at) => [
  String(at + 1),
  ['bolt, short', 'nut', 'washer "wide"', 'screw', 'pipe; copper'][at % 5]!,
  `${at + 3}.${10 + at}`,
  String((at * 37) % 101),
]);

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const line = (cells: readonly string[]): string => cells.map(cell).join(',');

/** Good rows with one special record after the twelfth, and a second near the end. */
function withRecords(
  name: string,
  special: readonly (readonly [string, TruthRow])[],
  more: Partial<CorpusFile['truth']> = {},
): CorpusFile {
  const lines = GOOD.map(line);
  const rows: TruthRow[] = [...GOOD];
  for (const [index, [text, row]] of special.entries()) {
    const at = 12 + index * 6;
    lines.splice(at, 0, text);
    rows.splice(at, 0, row);
  }
  return byHand(`quotes-${name}.csv`, `${HEAD}\n${lines.join('\n')}\n`, {
    delimiter: ',',
    quote: '"',
    headerRows: 1,
    header: HEAD.split(','),
    startLine: 1,
    tables: 1,
    rows,
    ...more,
  });
}

export function quotes(): CorpusFile[] {
  const either = (...rows: (readonly string[])[]): TruthRow => ({ either: [...rows, 'rejected'] });
  return [
    withRecords('inside-unescaped', [['90,"pipe 5" long",1.10,7', either(['90', 'pipe 5" long', '1.10', '7'])]]),
    withRecords('inside-unescaped-comma', [
      ['90,"pipe 5", long",1.10,7', either(['90', 'pipe 5", long', '1.10', '7'])],
    ]),
    withRecords('inside-word', [['90,"the "best" one",1.10,7', either(['90', 'the "best" one', '1.10', '7'])]]),
    withRecords('inch-unquoted', [['90,pipe 5",1.10,7', ['90', 'pipe 5"', '1.10', '7']]]),
    withRecords('middle-unquoted', [['90,pipe "five" inch,1.10,7', ['90', 'pipe "five" inch', '1.10', '7']]]),
    withRecords('never-closed', [
      ['90,"pipe,1.10,7', { either: [['90', '"pipe', '1.10', '7'], ['90', 'pipe', '1.10', '7'], 'rejected'] }],
    ]),
    withRecords('never-closed-twice', [
      ['90,"pipe,1.10,7', either(['90', '"pipe', '1.10', '7'], ['90', 'pipe', '1.10', '7'])],
      ['91,"tube,1.20,8', either(['91', '"tube', '1.20', '8'], ['91', 'tube', '1.20', '8'])],
    ]),
    withRecords('text-after', [
      [
        '90,"pipe"x,1.10,7',
        either(['90', 'pipex', '1.10', '7'], ['90', '"pipe"x', '1.10', '7'], ['90', 'pipe"x', '1.10', '7']),
      ],
    ]),
    withRecords('blank-before', [
      ['90, "pipe, long",1.10,7', either(['90', 'pipe, long', '1.10', '7'], ['90', ' "pipe, long"', '1.10', '7'])],
    ]),
    withRecords('blank-after', [
      ['90,"pipe, long" ,1.10,7', { either: [['90', 'pipe, long', '1.10', '7'], 'rejected'] }],
    ]),
    withRecords('empty-quoted', [['90,"",1.10,7', ['90', '', '1.10', '7']]]),
    withRecords('only-quote', [['90,"""",1.10,7', ['90', '"', '1.10', '7']]]),
    withRecords('line-break', [['90,"two\nlines",1.10,7', ['90', 'two\nlines', '1.10', '7']]]),
    withRecords('line-breaks', [['90,"a\n\n\nb",1.10,7', ['90', 'a\n\n\nb', '1.10', '7']]]),
    withRecords('crlf-inside', [['90,"two\r\nlines",1.10,7', ['90', 'two\r\nlines', '1.10', '7']]]),
    withRecords('looks-like-rows', [['90,"1,2,3,4\n5,6,7,8",1.10,7', ['90', '1,2,3,4\n5,6,7,8', '1.10', '7']]]),
    withRecords('windows-path', [['90,"C:\\temp\\",1.10,7', ['90', 'C:\\temp\\', '1.10', '7']]], { escape: 'double' }),
    withRecords('formula', [
      [
        '90,="00123",1.10,7',
        {
          either: [
            ['90', '="00123"', '1.10', '7'],
            ['90', '00123', '1.10', '7'],
          ],
        },
      ],
    ]),
    withRecords('row-in-quotes', [['"90","pipe","1.10","7"', ['90', 'pipe', '1.10', '7']]]),
    withRecords('json', [['90,"{""a"": [1, 2]}",1.10,7', ['90', '{"a": [1, 2]}', '1.10', '7']]]),
    byHand('quotes-last-never-closed.csv', `${HEAD}\n${GOOD.map(line).join('\n')}\n90,"pipe,1.10,7\n`, {
      delimiter: ',',
      headerRows: 1,
      rows: [...GOOD, either(['90', '"pipe', '1.10', '7'], ['90', 'pipe', '1.10', '7'])],
    }),
    byHand(
      'quotes-whole-lines.csv',
      `${[HEAD, ...GOOD.map((cells) => cells.join('|'))].map((each) => `"${each.replaceAll('"', '').replaceAll(',', '|')}"`).join('\n')}\n`,
      {
        tables: 1,
      },
    ),
    build('quotes-apostrophes', { subject: 'customers', writing: { delimiter: ';' }, rows: 80 }),
    build('quotes-apostrophes-tab', {
      subject: 'customers',
      writing: { delimiter: '\t', quote: '', escape: 'none' },
      rows: 80,
    }),
    build('quotes-addresses', { subject: 'addresses', rows: 100 }),
    build('quotes-addresses-crlf', { subject: 'addresses', rows: 50, writing: { newline: '\r\n', delimiter: ';' } }),
    build('quotes-products', { subject: 'products', rows: 100 }),
    build('quotes-products-semicolon', { subject: 'products', rows: 60, writing: { delimiter: ';', quoting: 'all' } }),
    build('quotes-products-tab', { subject: 'products', rows: 60, writing: { delimiter: '\t' } }),
    byHand(
      'quotes-inches-tab.tsv',
      `size\tname\tcount\n${GOOD.map(([id], at) => `${id}"\tpipe ${at}" wide\t${at * 3}`).join('\n')}\n`,
      {
        delimiter: '\t',
        headerRows: 1,
        header: ['size', 'name', 'count'],
        rows: GOOD.map(([id], at) => [`${id}"`, `pipe ${at}" wide`, String(at * 3)]),
      },
    ),
  ];
}
