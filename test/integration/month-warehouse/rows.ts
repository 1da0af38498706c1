/** Rows with planted faults, and what a plain loop over them counts: the independent computation. */
import type { MonthFormat, MonthTable } from '../../../core/types/month';
import type { QualityRule } from '../../../core/types/quality';
import { effectiveQuality } from '../../../core/quality/settings';

export const FORMAT: MonthFormat = {
  delimiter: '\t',
  quote: '',
  encoding: 'utf-8',
  headerLines: 1,
  nullTexts: ['\\N'],
};

export const FIELDS = ['day', 'id', 'quantity', 'price', 'code', 'active', 'at', 'Note "x"'] as const;
export type TradeRow = (string | null)[];

export const RULES: QualityRule[] = [
  { name: 'positive', condition: 'quantity >= 0', severity: 'critical' },
  { name: 'many', condition: 'count(*) > 1000000', severity: 'warning' },
  { name: 'some', condition: 'count(*) > 10 AND max(price) < 1000', severity: 'warning' },
  { name: 'broken', condition: 'nothing_of_this_name > 1', severity: 'warning' },
  { name: 'two', condition: 'id > 0; DELETE FROM trades', severity: 'warning' },
  { name: 'quoted', condition: `"Note ""x""" <> 'bad; note' AND active`, severity: 'info' },
];

export const definition = (more: Partial<MonthTable> = {}): MonthTable => ({
  name: 'trades',
  table: 'trades',
  files: ['trades_{month}.tsv'],
  format: FORMAT,
  rename: {},
  dateColumn: 'day',
  keyColumns: ['day', 'id'],
  expectedRange: 'month',
  load: 'append',
  duplicates: 'skip',
  createTable: false,
  types: {},
  quality: effectiveQuality([{ samples: 5, rules: RULES }]),
  ...more,
});

/** January 2024: two days are missing, one has too many rows, some rows are of February, keys occur twice and three times. */
export function plantedRows(): TradeRow[] {
  const rows: TradeRow[] = [];
  const add = (day: string | null, id: number, more: Record<number, string | null> = {}): void => {
    const row: TradeRow = [
      day,
      String(id),
      String(id % 7),
      `${id}.50`,
      'AB',
      'true',
      `${day ?? '2024-01-01'} 10:11:12`,
      'ö',
    ];
    for (const [at, value] of Object.entries(more)) row[Number(at)] = value;
    rows.push(row);
  };
  let id = 0;
  for (let day = 1; day <= 31; day++) {
    if (day === 13 || day === 14) continue;
    const count = day === 20 ? 30 : 10;
    for (let n = 0; n < count; n++) add(`2024-01-${String(day).padStart(2, '0')}`, ++id);
  }
  add('2024-02-01', ++id);
  add('2024-02-01', ++id, { 4: null });
  add('2024-01-05', 900, { 2: '-3' });
  add('2024-01-05', 900, { 2: '-4', 7: 'bad; note' });
  add('2024-01-05', 900, { 5: 'false', 7: null });
  add('2024-01-06', 901, { 7: 'a longer note — with a dash' });
  add('2024-01-06', 901);
  add(null, 902);
  add(null, 902, { 6: null });
  return rows;
}

/** Faults that only texts can have: column, text, and whether the file's own reader refuses it. */
export const BAD_TEXTS: [field: number, text: string][] = [
  [0, '2024-02-30'],
  [0, '31.01.2024'],
  [0, '2024-01-5'],
  [1, '12x'],
  [1, '9223372036854775808'],
  [2, '2147483648'],
  [2, '1.5'],
  [3, '1.239'],
  [3, '123456789.00'],
  [3, 'abc'],
  [4, 'TOOLONG'],
  [5, 'maybe'],
  [6, '2024-01-01 25:00:00'],
  [6, '2024-02-30 10:00:00'],
  [6, '2024-01-01 10:00:00+01'],
];

export interface Counted {
  rows: number;
  days: [string, number][];
  nulls: number[];
  characters: number[];
  bytes: number[];
  keys: number;
  extraRows: number;
}

export function countedByHand(rows: readonly TradeRow[]): Counted {
  const days = new Map<string, number>();
  const keys = new Map<string, number>();
  for (const row of rows) {
    if (row[0] !== null && row[0] !== undefined) days.set(row[0], (days.get(row[0]) ?? 0) + 1);
    const key = JSON.stringify(row.slice(0, 2));
    keys.set(key, (keys.get(key) ?? 0) + 1);
  }
  const twice = [...keys.values()].filter((count) => count > 1);
  const longest = (measure: (text: string) => number): number[] =>
    FIELDS.map((_, index) => Math.max(...rows.map((row) => measure(row[index] ?? ''))));
  return {
    rows: rows.length,
    days: [...days].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    nulls: FIELDS.map((_, index) => rows.filter((row) => row[index] === null).length),
    characters: longest((text) => Array.from(text).length),
    bytes: longest((text) => Buffer.byteLength(text)),
    keys: twice.length,
    extraRows: twice.reduce((sum, count) => sum + count - 1, 0),
  };
}
