/** Files as particular programs and offices write them. */
import { build, byHand } from '../build';
import { randomOf } from '../random';
import type { CorpusFile } from '../truth';

const two = (value: number): string => String(value).padStart(2, '0');
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const quoted = (cells: readonly string[]): string[] => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`);

export function messes(): CorpusFile[] {
  return [
    bank(),
    census(),
    analytics(),
    dump(),
    trailingPipes(),
    workbookText(),
    mails(),
    office(),
    stops(),
    dealer(),
    ...aligned(),
  ];
}

/** A bank's export: facts about the account as pairs, a blank line, the postings. */
function bank(): CorpusFile {
  const rows = times(30, (at) => [
    `${two((at % 28) + 1)}.03.2024`,
    `Lastschrift "Strom"; Kd ${at}`,
    `-${at + 10},${two(at)}`,
    'EUR',
  ]);
  const header = ['Buchung', 'Zweck', 'Betrag', 'Währung'];
  const lines = [
    quoted(['Kontonummer:', 'DE02 1203 0000 0000 2020 51']).join(';'),
    quoted(['Zeitraum:', '01.03.2024 - 31.03.2024']).join(';'),
    quoted(['Kontostand vom 31.03.2024:', '1.234,56 EUR']).join(';'),
    '',
    ...[header, ...rows].map((cells) => quoted(cells).join(';')),
  ];
  return byHand(
    'mess-bank.csv',
    `${lines.join('\r\n')}\r\n`,
    {
      delimiter: ';',
      quote: '"',
      escape: 'double',
      newline: '\r\n',
      headerRows: 1,
      header,
      startLine: 5,
      footer: false,
      tables: 1,
      rows,
      kinds: ['date', 'text', 'decimal', 'text'],
    },
    { encoding: 'windows-1252' },
  );
}

/** A statistics office: codes and, below, what they mean. */
function census(): CorpusFile {
  const rows = times(40, (at) => [
    `0500000US${1000 + at}`,
    `County ${at}, State`,
    String(5000 + at * 37),
    String(120 + at),
  ]);
  const codes = ['GEO_ID', 'NAME', 'B01001_001E', 'B01001_001M'];
  const labels = ['Geography', 'Geographic Area Name', 'Estimate!!Total', 'Margin of Error!!Total'];
  return byHand('mess-census.csv', `${[codes, labels, ...rows].map((cells) => quoted(cells).join(',')).join('\n')}\n`, {
    delimiter: ',',
    quote: '"',
    newline: '\n',
    headerRows: 2,
    header: codes.map((code, at) => `${code} ${labels[at]}`),
    startLine: 1,
    tables: 1,
    rows,
    kinds: ['text', 'text', 'integer', 'integer'],
  });
}

/** A web service: comments, the table, and a second one by day. */
function analytics(): CorpusFile {
  const rows = times(12, (at) => [
    `/page/${at}`,
    String(9000 - at * 311),
    `${(40 + at * 1.7).toFixed(2)}%`,
    `00:0${at % 6}:1${at % 10}`,
  ]);
  const header = ['Page', 'Views', 'Bounce Rate', 'Time on Page'];
  const days = times(14, (at) => `3/${at + 1}/24,${500 + at * 3}`);
  const lines = [
    '# ----------------------------------------',
    '# All Web Site Data',
    '# Pages',
    '# 20240301-20240314',
    '# ----------------------------------------',
    '',
    ...[header, ...rows].map((cells) => cells.join(',')),
    '',
    'Day Index,Views',
    ...days,
  ];
  return byHand('mess-analytics.csv', `${lines.join('\n')}\n`, {
    delimiter: ',',
    headerRows: 1,
    header,
    startLine: 7,
    tables: 2,
    rows,
  });
}

/** A data warehouse's dump: no header, no quotes, `\N` for NULL. */
function dump(): CorpusFile {
  const rows = times(50, (at) => [
    String(at + 1),
    `user ${at}, "nick"`,
    at % 4 === 0 ? '\\N' : String(at * 1.5),
    `2024-01-${two((at % 28) + 1)}`,
  ]);
  return byHand('mess-dump.txt', `${rows.map((cells) => cells.join('\u0001')).join('\n')}\n`, {
    delimiter: '\u0001',
    newline: '\n',
    headerRows: 0,
    startLine: 1,
    tables: 1,
    rows,
    kinds: ['integer', 'text', 'decimal', 'date'],
  });
}

/** A benchmark's tables: a separator ends every line, and there is no header. */
function trailingPipes(): CorpusFile {
  const rows = times(25, (at) => [
    String(at),
    ['ALGERIA', 'BRAZIL', 'CHINA'][at % 3]!,
    String(at % 5),
    `final deposits haggle ${at}; silent`,
  ]);
  return byHand('mess-trailing-pipes.tbl', `${rows.map((cells) => `${cells.join('|')}|`).join('\n')}\n`, {
    delimiter: '|',
    newline: '\n',
    headerRows: 0,
    startLine: 1,
    tables: 1,
    rows: rows.map((cells) => ({ either: [cells, [...cells, '']] })),
  });
}

/** What a spreadsheet calls Unicode text. */
const workbookText = (): CorpusFile =>
  build('mess-unicode-text', {
    subject: 'kunden',
    encoding: 'utf-16le',
    bom: true,
    writing: { delimiter: '\t', newline: '\r\n' },
    extension: 'txt',
  });

/** Mails: long texts with blank lines, commas and quotes. */
function mails(): CorpusFile {
  const rows = times(20, (at) => [
    `<${at}@mail.example>`,
    `Re: "offer" no. ${at}, urgent`,
    `Dear Ms ${at},\n\nthank you for "everything", see below:\n- one, two\n- three; four\n\nBest,\nJ.`,
    `2024-02-${two(at + 1)}T08:00:00Z`,
  ]);
  const header = ['id', 'subject', 'body', 'sent'];
  return byHand('mess-mails.csv', `${[header, ...rows].map((cells) => quoted(cells).join(',')).join('\r\n')}\r\n`, {
    delimiter: ',',
    quote: '"',
    escape: 'double',
    headerRows: 1,
    header,
    startLine: 1,
    tables: 1,
    rows,
    kinds: ['text', 'text', 'text', 'timestamp'],
  });
}

/** An office: a title, a table with thousands, footnotes that themselves hold commas. */
function office(): CorpusFile {
  const rows = times(16, (at) => [
    `Region ${at + 1}`,
    `"${at + 1},${100 + at}"`,
    `"${at + 2},${200 + at}"`,
    `${(at * 1.1).toFixed(1)}`,
  ]);
  const header = ['Region', '2022', '2023', 'Change in %'];
  const lines = [
    'Table 3: Registered vehicles by region, 2022 and 2023',
    '(in units)',
    '',
    ...[header, ...rows].map((cells) => cells.join(',')),
    '',
    'Footnotes:',
    '(1) Figures for 2023 are provisional, and may be revised.',
    '(2) Without trailers, tractors, and motorcycles.',
    'Source: Ministry of Transport, Statistics Division',
  ];
  return byHand('mess-office.csv', `${lines.join('\n')}\n`, {
    delimiter: ',',
    headerRows: 1,
    header,
    startLine: 4,
    footer: true,
    tables: 1,
    rows: rows.map((cells) => cells.map((cell) => cell.replaceAll('"', ''))),
  });
}

/** A timetable feed: many empty fields. */
function stops(): CorpusFile {
  const rows = times(60, (at) => [
    `s${at}`,
    '',
    `Stop ${at}`,
    '',
    (51 + at / 1000).toFixed(4),
    (-1 - at / 1000).toFixed(4),
    '',
    '',
    at % 9 === 0 ? '1' : '0',
    '',
  ]);
  const header = [
    'stop_id',
    'stop_code',
    'stop_name',
    'stop_desc',
    'stop_lat',
    'stop_lon',
    'zone_id',
    'stop_url',
    'location_type',
    'parent_station',
  ];
  return byHand(
    'mess-stops.txt',
    `${[header, ...rows].map((cells) => cells.join(',')).join('\n')}\n`,
    {
      delimiter: ',',
      headerRows: 1,
      header,
      startLine: 1,
      tables: 1,
      rows,
    },
    { bom: true },
  );
}

/** A dealer's list: inches, HTML and a backslash before each quote. */
function dealer(): CorpusFile {
  const rows = times(30, (at) => [String(at), `Screen ${20 + at}", flat`, `<a href="x?p=${at}">more</a>`, `${at}.99`]);
  const header = ['id', 'title', 'html', 'price'];
  const cell = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;
  return byHand('mess-dealer.csv', `${[header, ...rows].map((cells) => cells.map(cell).join(',')).join('\n')}\n`, {
    delimiter: ',',
    quote: '"',
    escape: 'backslash',
    headerRows: 1,
    header,
    startLine: 1,
    tables: 1,
    rows,
  });
}

/** Columns set under one another with blanks. */
function aligned(): CorpusFile[] {
  return [0, 1, 2].map((kind) => {
    const random = randomOf(`aligned ${kind}`);
    const rows = times(30, (at) => [
      `ST${two(at)}`,
      `2024-05-${two((at % 28) + 1)}`,
      (random.next() * 40 - 10).toFixed(1),
      String(random.int(0, 100_000)),
    ]);
    const header = ['station', 'day', 'temp', 'rain'];
    const widths = [10, 12, 8, 9];
    const set = (cells: readonly string[]): string =>
      cells
        .map((cell, at) => (kind === 1 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
        .join(kind === 2 ? ' ' : '')
        .trimEnd();
    return byHand(`mess-aligned-${kind}.txt`, `${[header, ...rows].map(set).join('\n')}\n`, {
      headerRows: 1,
      header,
      startLine: 1,
      tables: 1,
      rows,
    });
  });
}
