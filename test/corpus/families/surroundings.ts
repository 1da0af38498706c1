/** Titles, notes and totals around the table; comments; several tables in a file. */
import { build, byHand, type Recipe } from '../build';
import { randomOf } from '../random';
import type { CorpusFile } from '../truth';

const BEFORE: readonly (readonly [string, readonly string[]])[] = [
  ['title', ['Quarterly report of the water board']],
  ['title-blank', ['Population by district', '']],
  ['titles', ['Ministry of Transport', 'Vehicles registered, all regions', 'Table 7.2', '']],
  ['comments', ['# exported 2024-05-06 by nightly job', '# source: warehouse', '# do not edit']],
  ['keys', ['Report: Stock levels', 'Created: 2024-02-29 08:15', 'User: jdoe', '', '']],
  ['blank', ['', '']],
  ['statement', ['Kontonummer: DE12 3456 7890', 'Zeitraum: 01.01.2024 - 31.01.2024', 'Kontostand: 1.234,56 EUR', '']],
  ['sentence', ['This file holds preliminary figures, which may be revised; see the notes below.', '']],
];
const AFTER: readonly (readonly [string, readonly string[]])[] = [
  ['source', ['', 'Source: national statistics office, 2024']],
  ['notes', ['', '1) provisional', '2) estimated; see annex', '* excluding islands']],
  ['count', ['', '(48 rows affected)']],
  ['direct', ['End of report']],
  ['comment', ['# end of file']],
  ['blank', ['', '', '']],
];

export function surroundings(): CorpusFile[] {
  const delimiters = [',', ';', '\t', '|'] as const;
  const subjects = ['sensors', 'airports', 'bank', 'orders', 'customers', 'log'] as const;
  let at = 0;
  const next = (): Pick<Recipe, 'subject' | 'writing' | 'rows'> => {
    at++;
    return {
      subject: subjects[at % subjects.length]!,
      writing: { delimiter: delimiters[at % delimiters.length]! },
      rows: 20 + at,
    };
  };
  const before = BEFORE.flatMap(([name, lines]) => [
    build(`before-${name}-a`, { ...next(), before: lines }),
    build(`before-${name}-b`, {
      ...next(),
      before: lines,
      writing: { delimiter: ';', newline: '\r\n', quoting: 'all' },
    }),
  ]);
  const after = AFTER.flatMap(([name, lines]) => [
    build(`after-${name}-a`, { ...next(), after: lines }),
    build(`after-${name}-b`, { ...next(), after: lines, writing: { delimiter: ',', quoting: 'texts' } }),
  ]);
  const both = BEFORE.flatMap(([beforeName, first], index) => {
    const [afterName, last] = AFTER[index % AFTER.length]!;
    return [
      build(`around-${beforeName}-${afterName}`, { ...next(), before: first, after: last }),
      build(`around-${beforeName}-${afterName}-no-header`, {
        ...next(),
        subject: 'sensors',
        header: 'none',
        before: first,
        after: last,
      }),
    ];
  });
  return [...before, ...after, ...both, ...separators(), ...padded(), ...tables()];
}

/** Excel's own first line. */
function separators(): CorpusFile[] {
  return [';', ',', '|', '\t'].map((delimiter, at) =>
    build(`excel-sep-${at}`, {
      subject: at % 2 === 0 ? 'bank' : 'orders',
      before: [`sep=${delimiter}`],
      writing: { delimiter, newline: '\r\n' },
      encoding: at === 0 ? 'windows-1252' : 'utf-8',
      bom: at === 1,
    }),
  );
}

/** Spreadsheets pad titles and notes with delimiters to the width of the table. */
function padded(): CorpusFile[] {
  return [',', ';'].flatMap((delimiter, at) => {
    const pad = (text: string): string => text + delimiter.repeat(4);
    return [
      build(`padded-title-${at}`, {
        subject: 'sensors',
        writing: { delimiter },
        before: [pad('Measurements of March'), pad('')],
      }),
      build(`padded-note-${at}`, {
        subject: 'sensors',
        writing: { delimiter },
        after: [pad(''), pad('Source: own readings')],
      }),
    ];
  });
}

function tables(): CorpusFile[] {
  const rows = (name: string, count: number, width: number): string[][] => {
    const random = randomOf(name);
    return Array.from({ length: count }, (_, row) =>
      Array.from({ length: width }, (_each, column) =>
        column === 0 ? `item ${row + 1}` : String(random.int(1, 9999)),
      ),
    );
  };
  const write = (header: string[], body: string[][], delimiter: string): string =>
    [header, ...body].map((cells) => cells.join(delimiter)).join('\n');
  const names = ['product', 'north', 'south', 'east', 'west', 'total'];
  return [',', ';', '\t', '|'].flatMap((delimiter, at) =>
    (
      [
        ['same', 4, 4, ['', '']],
        ['less', 5, 3, ['', '']],
        ['more', 3, 6, ['', '']],
        ['titled', 4, 5, ['', 'Sales of the second half', '']],
      ] as const
    ).map(([kind, first, second, between]) => {
      const body = rows(`${kind}${at}`, 14, first);
      const other = rows(`${kind}${at}-2`, 9, second);
      const header = names.slice(0, first);
      const second2 = ['region', 'Q1', 'Q2', 'Q3', 'Q4', 'year'].slice(0, second);
      return byHand(
        `tables-${kind}-${at}.csv`,
        `${write(header, body, delimiter)}\n${between.join('\n')}\n${write(second2, other, delimiter)}\n`,
        { delimiter, newline: '\n', headerRows: 1, header, startLine: 1, tables: 2, rows: body },
      );
    }),
  );
}
