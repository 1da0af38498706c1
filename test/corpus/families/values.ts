/** What values mean: numbers, dates, NULLs and what only looks like them. */
import { byHand } from '../build';
import { randomOf, type Random } from '../random';
import type { CorpusFile, Kind } from '../truth';

const two = (value: number): string => String(value).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Case {
  name: string;
  kind: Kind | undefined;
  ambiguous?: boolean;
  /** Name of the column, where that tells something. */
  column?: string;
  value(random: Random, row: number): string;
}

const CASES: readonly Case[] = [
  { name: 'int', kind: 'integer', value: (r) => String(r.int(-500, 500)) },
  { name: 'big-int', kind: 'integer', value: (r) => `90071992547409${r.int(10_000, 99_999)}`.slice(0, 18) },
  { name: 'beyond-int64', kind: 'decimal', value: (r) => `12345678901234567890${r.int(10, 99)}` },
  { name: 'leading-zeros', kind: 'text', value: (r) => String(r.int(1, 99_999)).padStart(5, '0') },
  { name: 'one-leading-zero', kind: 'text', value: (r, i) => (i === 20 ? '00815' : String(r.int(10_000, 99_999))) },
  { name: 'phone', kind: 'text', value: (r) => `+44 20 ${r.int(1000, 9999)} ${r.int(1000, 9999)}` },
  { name: 'plus-number', kind: undefined, value: (r) => `+${r.int(1, 99)}` },
  { name: 'decimal-point', kind: 'decimal', value: (r) => (r.next() * 100).toFixed(2) },
  { name: 'decimal-comma', kind: 'decimal', value: (r) => (r.next() * 100).toFixed(2).replace('.', ',') },
  {
    name: 'thousands-english',
    kind: 'decimal',
    value: (r) => `${r.int(1, 99)},${r.int(100, 999)}.${two(r.int(0, 99))}`,
  },
  {
    name: 'thousands-german',
    kind: 'decimal',
    value: (r) => `${r.int(1, 99)}.${r.int(100, 999)},${two(r.int(0, 99))}`,
  },
  { name: 'thousands-swiss', kind: 'decimal', value: (r) => `${r.int(1, 99)}'${r.int(100, 999)}.${two(r.int(0, 99))}` },
  { name: 'thousands-blank', kind: 'decimal', value: (r) => `${r.int(1, 99)} ${r.int(100, 999)},${two(r.int(0, 99))}` },
  { name: 'thousands-only', kind: undefined, ambiguous: true, value: (r) => `${r.int(1, 99)}.${r.int(100, 999)}` },
  { name: 'percent', kind: 'percent', value: (r) => `${(r.next() * 100).toFixed(1)} %` },
  { name: 'currency-front', kind: 'currency', value: (r) => `$${r.int(1, 999)}.${two(r.int(0, 99))}` },
  { name: 'currency-behind', kind: 'currency', value: (r) => `${r.int(1, 999)},${two(r.int(0, 99))} €` },
  { name: 'scientific', kind: 'decimal', value: (r) => `${(r.next() * 9 + 1).toFixed(3)}E-0${r.int(1, 9)}` },
  {
    name: 'mixed-int-decimal',
    kind: 'decimal',
    value: (r, i) => (i % 2 === 0 ? String(r.int(1, 9)) : (r.next() * 9).toFixed(1)),
  },
  { name: 'late-text', kind: 'text', value: (r, i) => (i === 38 ? 'unknown part' : String(r.int(1, 9999))) },
  { name: 'versions', kind: 'text', value: (r) => `${r.int(1, 9)}.${r.int(0, 20)}.${r.int(0, 9)}` },
  { name: 'addresses', kind: 'text', value: (r) => `10.${r.int(0, 255)}.${r.int(0, 255)}.${r.int(1, 254)}` },
  { name: 'date-iso', kind: 'date', value: (r) => `2024-${two(r.int(1, 12))}-${two(r.int(1, 28))}` },
  { name: 'date-slashes-ymd', kind: 'date', value: (r) => `2024/${two(r.int(1, 12))}/${two(r.int(1, 28))}` },
  { name: 'date-dots', kind: 'date', value: (r) => `${two(r.int(1, 28))}.${two(r.int(1, 12))}.2023` },
  { name: 'date-dmy', kind: 'date', value: (r) => `${two(r.int(13, 28))}/${two(r.int(1, 12))}/2023` },
  { name: 'date-mdy', kind: 'date', value: (r) => `${r.int(1, 12)}/${r.int(13, 28)}/2023` },
  {
    name: 'date-open',
    kind: undefined,
    ambiguous: true,
    value: (r) => `${two(r.int(1, 12))}/${two(r.int(1, 12))}/2023`,
  },
  { name: 'date-month-name', kind: 'date', value: (r) => `${two(r.int(1, 28))}-${r.pick(MONTHS)}-2023` },
  {
    name: 'number-like-date',
    kind: 'integer',
    column: 'quantity',
    value: (r) => `2023${two(r.int(1, 12))}${two(r.int(1, 28))}`,
  },
  {
    name: 'date-compact',
    kind: 'date',
    column: 'order_date',
    value: (r) => `2023${two(r.int(1, 12))}${two(r.int(1, 28))}`,
  },
  {
    name: 'stamp-blank',
    kind: 'timestamp',
    value: (r) => `2023-${two(r.int(1, 12))}-${two(r.int(1, 28))} ${two(r.int(0, 23))}:${two(r.int(0, 59))}:00`,
  },
  {
    name: 'stamp-zone',
    kind: 'timestamp',
    value: (r) => `2023-${two(r.int(1, 12))}-${two(r.int(1, 28))}T10:${two(r.int(0, 59))}:00.125Z`,
  },
  {
    name: 'stamp-german',
    kind: 'timestamp',
    value: (r) => `${two(r.int(1, 28))}.${two(r.int(1, 12))}.2023 ${two(r.int(0, 23))}:${two(r.int(0, 59))}`,
  },
  {
    name: 'stamp-american',
    kind: 'timestamp',
    value: (r) => `${r.int(1, 12)}/${r.int(13, 28)}/2023 ${r.int(1, 12)}:${two(r.int(0, 59))} PM`,
  },
  { name: 'time', kind: 'time', value: (r) => `${two(r.int(0, 23))}:${two(r.int(0, 59))}:${two(r.int(0, 59))}` },
  { name: 'bool-words', kind: 'boolean', value: (r) => (r.chance(0.5) ? 'TRUE' : 'FALSE') },
  { name: 'bool-yes-no', kind: 'boolean', value: (r) => (r.chance(0.5) ? 'Yes' : 'No') },
  { name: 'bool-digits', kind: undefined, value: (r) => (r.chance(0.5) ? '1' : '0') },
  { name: 'null-na', kind: 'integer', value: (r, i) => (i % 7 === 3 ? 'NA' : String(r.int(1, 99))) },
  { name: 'null-word', kind: 'decimal', value: (r, i) => (i % 7 === 3 ? 'NULL' : (r.next() * 9).toFixed(2)) },
  { name: 'null-backslash', kind: 'date', value: (r, i) => (i % 7 === 3 ? '\\N' : `2022-01-${two(r.int(1, 28))}`) },
  { name: 'null-dash', kind: 'integer', value: (r, i) => (i % 7 === 3 ? '-' : String(r.int(1, 99))) },
  { name: 'null-empty', kind: 'integer', value: (r, i) => (i % 3 === 1 ? '' : String(r.int(1, 99))) },
  {
    name: 'uuid',
    kind: 'uuid',
    value: (r) => `3f2504e0-4f89-41d3-9a0c-${String(r.int(1, 999_999_999)).padStart(12, '0')}`,
  },
  { name: 'minus-behind', kind: undefined, value: (r) => `${r.int(1, 99)}.50-` },
  { name: 'country-no', kind: 'text', value: (r) => r.pick(['DE', 'NO', 'FR', 'SE']) },
  { name: 'empty', kind: undefined, value: () => '' },
  { name: 'february-30', kind: 'text', value: (r, i) => (i === 30 ? '2023-02-30' : `2023-02-${two(r.int(1, 28))}`) },
];

/** Each kind of value in a column of its own, between a key and a text, semicolons between them. */
export function values(): CorpusFile[] {
  return CASES.map(({ name, kind, ambiguous, column = 'value', value }) => {
    const random = randomOf(`values-${name}`);
    const rows = Array.from({ length: 40 }, (_, row) => [
      String(row + 1),
      value(random, row),
      random.pick(['alpha', 'beta', 'gamma']),
    ]);
    return byHand(`values-${name}.csv`, `key;${column};label\n${rows.map((cells) => cells.join(';')).join('\n')}\n`, {
      delimiter: ';',
      newline: '\n',
      headerRows: 1,
      header: ['key', column, 'label'],
      startLine: 1,
      footer: false,
      tables: 1,
      rows,
      kinds: ['integer', kind, 'text'],
      ambiguous: ambiguous ? [1] : [],
    });
  });
}
