/**
 * Files with planted faults, and what is wrong with them: reckoned from the fields that were written by regular expressions,
 * `Date` and maps, in the slowest and plainest way. Nothing of the code under test is used.
 */

/** A field: NULL, a text, or bytes that are no text. */
export type Field = string | null | Buffer;

export interface Limits {
  /** Smallest and largest value of `id` and `qty`. */
  id: [bigint, bigint];
  qty: [bigint, bigint];
  /** Digits of a second that the table keeps. */
  fraction: number;
  /** Most characters of `region`; undefined: any. */
  region?: number;
}

export const NAMES = ['day', 'id', 'region', 'qty', 'price', 'ratio', 'active', 'at', 'note'];
const [DAY, ID, REGION, QTY, PRICE, RATIO, ACTIVE, AT, NOTE] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;

/** May 2024 in Bavaria, from a calendar on the wall. */
export const HOLIDAYS = ['2024-05-01', '2024-05-09', '2024-05-20', '2024-05-30'];
const MISSING = ['2024-05-08', '2024-05-10', '2024-05-17', '2024-05-21'];

const MS = 86_400_000;
export const dayNumber = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / MS;
const isoOf = (day: number): string => new Date(day * MS).toISOString().slice(0, 10);

const MAY = Array.from({ length: 31 }, (_, at) => isoOf(dayNumber('2024-05-01') + at));
export const BUSINESS = MAY.filter(
  (day) => !HOLIDAYS.includes(day) && ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()),
);

/** Rows of a day, in thousandths of an ordinary one: just within the tolerance of a tenth, and just beyond. */
const WEIGHTS: Record<string, number> = {
  '2024-05-13': 1100,
  '2024-05-14': 1101,
  '2024-05-15': 900,
  '2024-05-16': 899,
  '2024-05-23': 2000,
  '2024-05-24': 400,
};

/** Rows of a month without any fault that only a file can have. `perDay`: of an ordinary day. */
export function plantedRows(perDay: number): Field[][] {
  const rows: Field[][] = [];
  let id = 0;
  const add = (day: Field, more: Record<number, Field> = {}): void => {
    id++;
    const row: Field[] = [
      day,
      String(id),
      id % 3 === 0 ? null : `R${id % 50}`,
      String(id % 100),
      `${id % 1000}.${id % 10}0`,
      id % 25 === 0 ? null : `${id}e-3`,
      id % 2 === 0 ? 'true' : 'F',
      `${typeof day === 'string' && day.length === 10 ? day : '2024-05-02'} 10:11:12.5`,
      id % 20 === 0 ? null : `nöte, "${id % 7}"`,
    ];
    for (const [at, value] of Object.entries(more)) row[Number(at)] = value;
    rows.push(row);
  };
  for (const day of BUSINESS) {
    if (MISSING.includes(day)) continue;
    const count = Math.round((perDay * (WEIGHTS[day] ?? 1000)) / 1000);
    for (let n = 0; n < count; n++) add(day);
  }
  // A Saturday may have rows, and is judged by none; other months may not.
  for (let n = 0; n < 3; n++) add('2024-05-04');
  for (const day of ['2024-04-30', '2024-04-30', '2024-06-01', '2023-05-15']) add(day);
  add(null);
  add(null);
  // Twice, three times, with NULL in the key; and what only looks the same.
  for (const key of [
    { [ID]: '900000001', [REGION]: 'AB' },
    { [ID]: '900000001', [REGION]: 'AB' },
    { [ID]: '900000002', [REGION]: null },
    { [ID]: '900000002', [REGION]: null },
    { [ID]: '900000002', [REGION]: null },
    { [ID]: '900000003', [REGION]: 'ab' },
    { [ID]: '900000003', [REGION]: 'AB' },
    { [ID]: '900000004', [REGION]: 'ab' },
    { [ID]: '900000004', [REGION]: 'ab ' },
    { [ID]: '900000005', [REGION]: '' },
    { [ID]: '900000005', [REGION]: null },
    { [ID]: '900000006', [REGION]: 'x' },
    { [ID]: '00900000006', [REGION]: 'x' },
  ])
    add('2024-05-27', key);
  add('2024-05-28', { [ID]: '900000007', [REGION]: 'x' });
  add('20240528', { [ID]: '900000007', [REGION]: 'x' });
  for (let n = 0; n < 7; n++) add('2024-05-29', { [QTY]: '-1' });
  return rows;
}

/** The same with faults that no warehouse would take, one after the other among the rows. */
export function brokenRows(perDay: number): Field[][] {
  const rows = plantedRows(perDay);
  const good = rows.length;
  const faults: [number, Field][] = [
    [DAY, '2024-05-32'],
    [DAY, '15.05.2024'],
    [DAY, '2024-5-1'],
    [ID, 'x1'],
    [ID, '1e3'],
    [ID, '9223372036854775807'],
    [ID, '9223372036854775808'],
    [ID, ''],
    [QTY, '2147483647'],
    [QTY, '2147483648'],
    [QTY, '+00002147483648'],
    [QTY, '1.0'],
    [PRICE, '123456.78'],
    [PRICE, '1234567.00'],
    [PRICE, '1.005'],
    [PRICE, '1.5000'],
    [PRICE, '1,5'],
    [RATIO, '1e400'],
    [RATIO, '0x10'],
    [RATIO, 'NaN'],
    [ACTIVE, 'maybe'],
    [ACTIVE, '2'],
    [AT, '2024-05-02 24:00:00'],
    [AT, '2024-02-30 10:00:00'],
    [AT, '2024-05-02T10:11:12.123456'],
    [AT, '2024-05-02 10:11:12.1234567'],
    [AT, '2024-05-02 10:11:12+02:00'],
    [REGION, 'ÄÖÜß'],
    [REGION, 'ÄÖÜß5'],
    [NOTE, Buffer.from([0x61, 0xff])],
    [NOTE, Buffer.from([0xc3])],
    [NOTE, Buffer.from([0xed, 0xa0, 0x80])],
    [NOTE, 'nul\0'],
  ];
  for (const [at, [column, value]] of faults.entries()) {
    const row = [...(rows[(at * 37) % good] ?? [])];
    row[ID] = String(800_000_000 + at);
    if (row[DAY] === null) row[DAY] = '2024-05-29';
    row[column] = value;
    rows.splice((at * 53) % rows.length, 0, row);
  }
  rows.splice(3, 0, ['2024-05-29', '1', 'short']);
  rows.splice(rows.length - 2, 0, [...(rows[0] ?? []), 'more']);
  rows.push(['']);
  return rows;
}

/** As a file of comma separated values. */
export function fileOf(rows: readonly (readonly Field[])[]): Buffer {
  const pieces: Buffer[] = [Buffer.from(`${NAMES.join(',')}\n`)];
  for (const row of rows) {
    for (const [at, field] of row.entries()) {
      if (at > 0) pieces.push(Buffer.from(','));
      if (Buffer.isBuffer(field)) pieces.push(field);
      else if (field === null) pieces.push(Buffer.from(at % 2 === 0 ? '' : '\\N'));
      else pieces.push(Buffer.from(/^$|[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
    }
    pieces.push(Buffer.from('\n'));
  }
  return Buffer.concat(pieces);
}

export interface Truth {
  rows: number;
  ragged: number;
  encoding: number;
  nulls: number[];
  badType: number[];
  tooWide: number[];
  days: [day: number, rows: number][];
  dateNulls: number;
  dateInvalid: number;
  keys: number;
  extraRows: number;
  negative: number;
  missing: string[];
  gaps: [from: string, to: string, days: number][];
  outside: [day: string, rows: number][];
  median: number;
  /** Days beyond a tenth of the median, and whether they are below it. */
  anomalies: [day: string, isLow: boolean][];
}

const dateOf = (text: string): string | undefined => {
  const [, y, m, d] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  const iso = `${y}-${m}-${d}`;
  const parsed = new Date(`${iso}T00:00:00Z`);
  return y !== undefined && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(iso) ? iso : undefined;
};

const isInteger = (text: string, [low, high]: [bigint, bigint]): boolean =>
  /^[+-]?\d+$/.test(text) && BigInt(text.replace('+', '')) >= low && BigInt(text.replace('+', '')) <= high;

function isTimestamp(text: string, fraction: number): boolean {
  const [, date = '', hour = '', minute = '', second = '', rest = ''] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  return (
    dateOf(date) !== undefined &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60 &&
    /^0*$/.test(rest.slice(fraction))
  );
}

function isOfType(column: number, text: string, limits: Limits): boolean {
  if (column === DAY) return dateOf(text) !== undefined;
  if (column === ID) return isInteger(text, limits.id);
  if (column === QTY) return isInteger(text, limits.qty);
  if (column === PRICE) return /^[+-]?0*\d{1,6}(\.\d{0,2}0*)?$/.test(text);
  if (column === RATIO) return text === 'NaN' || (/^-?[\d.]+(e-?\d+)?$/.test(text) && Number.isFinite(Number(text)));
  if (column === ACTIVE) return ['true', 'F'].includes(text);
  return column !== AT || isTimestamp(text, limits.fraction);
}

/** What is wrong with these rows in a table with these limits. */
export function truthOf(rows: readonly (readonly Field[])[], limits: Limits): Truth {
  const whole = rows.filter((row) => row.length === NAMES.length);
  const count = (column: number, of: (field: Field) => boolean): number =>
    whole.reduce((sum, row) => sum + (of(row[column] ?? null) ? 1 : 0), 0);
  const isBroken = (field: Field): boolean => Buffer.isBuffer(field) || (field?.includes('\0') ?? false);
  const columns = NAMES.map((_, column) => column);
  const perDay = new Map<string, number>();
  const keys = new Map<string, number>();
  let dateInvalid = 0;
  for (const row of whole) {
    const [day = null, id = null, region = null] = row;
    const date = day === null ? null : dateOf(String(day));
    if (date === undefined) dateInvalid++;
    else if (date !== null) perDay.set(date, (perDay.get(date) ?? 0) + 1);
    const number = /^\d+$/.test(String(id)) ? String(BigInt(String(id))) : `text ${String(id)}`;
    const key = JSON.stringify([date ?? day, number, region]);
    keys.set(key, (keys.get(key) ?? 0) + 1);
  }
  const repeated = [...keys.values()].filter((times) => times > 1);
  const missing = BUSINESS.filter((day) => !perDay.has(day));
  const judged = BUSINESS.flatMap((day): [string, number][] => {
    const found = perDay.get(day);
    return found === undefined ? [] : [[day, found]];
  });
  const sorted = judged.map(([, found]) => found).toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return {
    rows: rows.length,
    ragged: rows.length - whole.length,
    encoding: whole.flat().filter(isBroken).length,
    nulls: columns.map((column) => count(column, (field) => field === null)),
    badType: columns.map((column) =>
      count(column, (field) => field !== null && !isBroken(field) && !isOfType(column, String(field), limits)),
    ),
    tooWide: columns.map((column) =>
      column === REGION && limits.region !== undefined
        ? count(column, (field) => Array.from(String(field ?? '')).length > limits.region!)
        : 0,
    ),
    days: [...perDay].map(([day, found]): [number, number] => [dayNumber(day), found]).toSorted(([a], [b]) => a - b),
    dateNulls: count(DAY, (field) => field === null),
    dateInvalid,
    keys: repeated.length,
    extraRows: repeated.reduce((sum, times) => sum + times - 1, 0),
    negative: count(QTY, (field) => /^-\d+$/.test(String(field))),
    missing,
    gaps: gapsOf(missing),
    outside: [...perDay].filter(([day]) => !MAY.includes(day)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    median,
    anomalies: judged
      .filter(([, found]) => Math.abs(found - median) * 10 > median)
      .map(([day, found]) => [day, found < median]),
  };
}

/** Missing business days with no business day between them that is there. */
function gapsOf(missing: readonly string[]): Truth['gaps'] {
  const gaps: Truth['gaps'] = [];
  for (const day of missing) {
    const last = gaps.at(-1);
    if (last && BUSINESS.indexOf(last[1]) + 1 === BUSINESS.indexOf(day)) {
      last[1] = day;
      last[2]++;
    } else gaps.push([day, day, 1]);
  }
  return gaps;
}
