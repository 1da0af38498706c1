/** Every delimiter with every way to quote and every line end; and every encoding. */
import { build } from '../build';
import type { SubjectName } from '../subjects';
import type { CorpusFile, Encoding } from '../truth';
import type { Writing } from '../write';

const DELIMITERS: readonly (readonly [string, string])[] = [
  ['comma', ','],
  ['semicolon', ';'],
  ['pipe', '|'],
  ['tab', '\t'],
  ['tilde', '~'],
  ['caret', '^'],
  ['soh', '\u0001'],
  ['space', ' '],
];
const QUOTES: readonly (readonly [string, Pick<Writing, 'quote' | 'escape'>])[] = [
  ['doubled', { quote: '"', escape: 'double' }],
  ['backslash', { quote: '"', escape: 'backslash' }],
  ['single', { quote: "'", escape: 'double' }],
  ['unquoted', { quote: '', escape: 'none' }],
];
const NEWLINES: readonly (readonly [string, Writing['newline']])[] = [
  ['lf', '\n'],
  ['crlf', '\r\n'],
  ['cr', '\r'],
];
const ROUND: readonly SubjectName[] = [
  'orders',
  'customers',
  'products',
  'transfers',
  'sensors',
  'addresses',
  'airports',
];

export function dialects(): CorpusFile[] {
  let at = 0;
  const files = DELIMITERS.flatMap(([delimiterName, delimiter]) =>
    QUOTES.flatMap(([quoteName, quoting]) =>
      NEWLINES.map(([newlineName, newline]) =>
        build(`dialect-${delimiterName}-${quoteName}-${newlineName}`, {
          subject: ROUND[at++ % ROUND.length]!,
          writing: { delimiter, ...quoting, newline, quoting: (['needed', 'all', 'texts'] as const)[at % 3] },
          extension: delimiter === '\t' ? 'tsv' : delimiter === ',' ? 'csv' : 'txt',
          openEnd: at % 4 === 0,
          // A moment needs its blank.
          ...(delimiter === ' ' && quoting.quote === '' && { truth: { kinds: undefined } }),
        }),
      ),
    ),
  );
  const commaBlank = (['orders', 'sensors', 'customers'] as const).map((subject) =>
    build(`dialect-comma-blank-${subject}`, { subject, writing: { delimiter: ', ' } }),
  );
  const mixed = (['sensors', 'customers', 'bank'] as const).map((subject) =>
    build(`dialect-mixed-ends-${subject}`, {
      subject,
      spoil: (records) => {
        // The writer adds a line feed after each.
        for (const [index, record] of records.entries()) if (index % 3 === 1) record.text += '\r';
      },
      truth: { newline: 'mixed' },
    }),
  );
  return [...files, ...commaBlank, ...mixed];
}

const ENCODINGS: readonly (readonly [string, Encoding, boolean])[] = [
  ['utf8', 'utf-8', false],
  ['utf8-bom', 'utf-8', true],
  ['utf16le-bom', 'utf-16le', true],
  ['utf16be-bom', 'utf-16be', true],
  ['utf16le', 'utf-16le', false],
  ['utf16be', 'utf-16be', false],
  ['cp1252', 'windows-1252', false],
  ['latin1', 'iso-8859-1', false],
];

export function encodings(): CorpusFile[] {
  const made = ENCODINGS.flatMap(([name, encoding, bom]) => [
    build(`encoding-${name}-kunden-semicolon`, {
      subject: 'kunden',
      encoding,
      bom,
      writing: { delimiter: ';', newline: '\r\n' },
    }),
    build(`encoding-${name}-kunden-tab`, {
      subject: 'kunden',
      encoding,
      bom,
      writing: { delimiter: '\t' },
      extension: 'txt',
    }),
    build(`encoding-${name}-orders`, { subject: 'orders', encoding, bom }),
    ...(encoding === 'iso-8859-1'
      ? []
      : [
          build(`encoding-${name}-clients`, {
            subject: 'clients',
            encoding,
            bom,
            writing: { delimiter: ';', quoting: 'all' },
          }),
        ]),
  ]);
  const latin9 = [';', '\t'].map((delimiter, at) =>
    build(`encoding-latin9-clients-${at}`, {
      subject: 'clients',
      encoding: 'iso-8859-15',
      writing: { delimiter },
      rows: 40,
    }),
  );
  // The first letter beyond ASCII comes late, after most of what a quick look would see.
  const late = (['utf-8', 'windows-1252'] as const).map((encoding) =>
    build(`encoding-late-${encoding}`, {
      subject: 'sensors',
      encoding,
      rows: 900,
      spoil: (records, _random, writer) => {
        const last = records.at(-1)!;
        const cells = ['2024-01-02 03:04:05', 'Süd', '1.000', '50', 'OK'];
        last.text = writer.record(cells);
        last.row = cells;
      },
    }),
  );
  return [...made, ...latin9, ...late];
}
