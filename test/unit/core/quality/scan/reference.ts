/**
 * The slow way to count what the scanner counts: the whole file as text with one character per byte, regular expressions,
 * BigInt and Date. Shares nothing with the scanner but the types.
 */
import type { CheckColumn, CheckType, ColumnFacts } from '../../../../../core/types/quality';
import type { ScanFigures, ScanPlan } from '../../../../../core/types/scan';

export const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
/** UTF-8 as one character per byte. */
export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

interface Row {
  line: number;
  fields: (string | null)[] | undefined;
  text: string;
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

export function referenceRows(file: string, plan: ScanPlan): Row[] {
  const { delimiter, quote, nullTexts } = plan.format;
  const d = escaped(delimiter);
  const q = quote === '' ? undefined : escaped(quote);
  const plain = `(?!${q ?? '(?!)'})[^${d}\\n]*`;
  const field = q === undefined ? `[^${d}\\n]*` : `(?:${q}(?:[^${q}]|${q}${q})*(?:${q}[^${d}\\n]*|$)|${plain})`;
  const record = new RegExp(`(${field}(?:${d}${field})*)(\\n|$)`, 'y');
  const single = new RegExp(`(${field})(?:${d}|$)`, 'y');
  const rows: Row[] = [];
  let line = 1;
  while (record.lastIndex < file.length) {
    const match = record.exec(file)!;
    const [whole, content, end] = match as unknown as [string, string, string];
    const text = end === '\n' && content.endsWith('\r') ? content.slice(0, -1) : content;
    const atEnd = record.lastIndex === file.length;
    if (!(text === '' && end === '\n' && atEnd && plan.columns.length > 1)) {
      const fields: (string | null)[] = [];
      let broken = false;
      single.lastIndex = 0;
      for (;;) {
        const raw = single.exec(text)![1]!;
        const inside = q === undefined ? null : new RegExp(`^${q}((?:[^${q}]|${q}${q})*)${q}$`).exec(raw);
        if (inside) fields.push(inside[1]!.replaceAll(quote + quote, quote));
        else if (q !== undefined && raw.startsWith(quote)) {
          broken = true;
          fields.push(raw);
        } else fields.push(raw === '' || nullTexts.some((entry) => utf8(entry) === raw) ? null : raw);
        if (single.lastIndex >= text.length && text[single.lastIndex - 1] !== delimiter) break;
        if (single.lastIndex >= text.length) {
          fields.push(null);
          break;
        }
      }
      rows.push({ line, fields: broken || fields.length !== plan.columns.length ? undefined : fields, text });
      line += whole.split('\n').length - (end === '' ? 0 : 1);
    }
    if (whole === '') break;
  }
  return rows;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function civil(year: string, month: string, day: string): number | undefined {
  const number = /^\d+$/.test(month) ? Number(month) : MONTHS.indexOf(month.toUpperCase()) + 1;
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Number(year), number - 1, Number(day));
  const same =
    date.getUTCFullYear() === Number(year) && date.getUTCMonth() === number - 1 && date.getUTCDate() === Number(day);
  return same && Number(year) >= 1 ? date.getTime() / 86_400_000 : undefined;
}

export function referenceDay(value: string, format: string | undefined): number | undefined {
  if (format === undefined) {
    const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(value);
    return match ? civil(match[1]!, match[2]!, match[3]!) : undefined;
  }
  const pattern = escaped(format)
    .replace('YYYY', '(?<year>\\d{4})')
    .replace('YY', '(?<short>\\d\\d)')
    .replace('MON', '(?<month>[A-Za-z]{3})')
    .replace('MM', '(?<month>\\d\\d)')
    .replace('DD', '(?<day>\\d\\d)');
  const groups = new RegExp(`^${pattern}$`).exec(value)?.groups;
  if (!groups) return undefined;
  const short = groups['short'];
  const year = short === undefined ? groups['year']! : `${Number(short) < 70 ? '20' : '19'}${short}`;
  return civil(year, groups['month']!, groups['day']!);
}

/** Day as written, and the instant in UTC as text with nine digits of fraction. */
export function referenceTimestamp(
  value: string,
  zoned: boolean,
  dateFormat: string | undefined,
): { day: number; instant: string } | undefined {
  const plain = referenceDay(value, dateFormat) ?? referenceDay(value, undefined);
  if (plain !== undefined) return { day: plain, instant: `${plain * 86_400}.000000000` };
  const match =
    /^(\d{4}-\d\d-\d\d)[ Tt]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?( ?(?:[Zz]|[+-]\d\d(?::?[0-5]\d)?))?$/.exec(
      value,
    );
  if (!match || (match[6] !== undefined && !zoned)) return undefined;
  const day = referenceDay(match[1]!, undefined);
  const offset = /([+-])(\d\d):?(\d\d)?/.exec(match[6] ?? '');
  const east = offset ? (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * (offset[1] === '-' ? -1 : 1) : 0;
  if (day === undefined || Math.abs(east) > 959) return undefined;
  const second = day * 86_400 + Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0) - east * 60;
  return { day, instant: `${second}.${(match[5] ?? '').padEnd(9, '0')}` };
}

const strip = (digits: string) => digits.replace(/^0+/, '');

export function referenceFits(value: string, type: CheckType, plan: ScanPlan): boolean {
  if (type.kind === 'text') return true;
  if (type.kind === 'integer')
    return /^[+-]?\d+$/.test(value) && strip(value.replace(/^[+-]/, '')).length <= type.digits;
  if (type.kind === 'decimal') {
    const match = /^[+-]?(\d*)(?:\.(\d*))?$/.exec(value);
    if (!match || (match[1] === '' && (match[2] ?? '') === '')) return false;
    return (
      strip(match[1]!).length <= type.precision - type.scale && (match[2] ?? '').replace(/0+$/, '').length <= type.scale
    );
  }
  if (type.kind === 'float') {
    if (/^([+-]?inf(inity)?|nan)$/i.test(value)) return true;
    return /^[+-]?(\d|\.\d)[\d.]*(e[+-]?\d+)?$/i.test(value) && Number.isFinite(Number(value));
  }
  if (type.kind === 'boolean') return /^(true|false|t|f|yes|no|y|n|on|off|1|0)$/i.test(value);
  if (type.kind === 'date') return referenceDay(value, plan.format.dateFormat) !== undefined;
  return referenceTimestamp(value, type.zoned, plan.format.dateFormat) !== undefined;
}

function sizes(value: string, plan: ScanPlan): { characters: number; bytes: number; broken: boolean } {
  const bytes = Buffer.from(value, 'latin1');
  if (plan.format.encoding === 'utf-8') {
    const text = bytes.toString('utf8');
    const broken = value.includes('\0') || !Buffer.from(text, 'utf8').equals(bytes);
    return { characters: broken ? NaN : Array.from(text).length, bytes: bytes.length, broken };
  }
  const windows = plan.format.encoding === 'windows-1252';
  const text = windows ? new TextDecoder('windows-1252').decode(bytes) : value;
  const broken = value.includes('\0') || (windows && /[\x81\x8d\x8f\x90\x9d]/.test(value));
  return { characters: value.length, bytes: Buffer.byteLength(text, 'utf8'), broken };
}

/** Everything but samples. Characters of broken values are not compared: NaN. */
export function referenceFigures(file: string, plan: ScanPlan): Omit<ScanFigures, 'samples' | 'bytes' | 'lines'> {
  const rows = referenceRows(file, plan);
  const good = rows.flatMap(({ fields }) => (fields ? [fields] : []));
  const days = new Map<number, number>();
  const odd = rows.filter(({ fields, text }) => !fields && sizes(text, plan).broken);
  const result = { dateNulls: 0, dateInvalid: 0, encodingFaults: odd.length };
  const columns = plan.columns.map((column, index): ColumnFacts => {
    const values = good.map((fields) => fields[index]!);
    const present = values.filter((value) => value !== null);
    const measured = present.map((value) => sizes(value, plan));
    result.encodingFaults += measured.filter(({ broken }) => broken).length;
    if (index === plan.dateColumn)
      for (const value of values) {
        if (value === null) {
          result.dateNulls++;
          continue;
        }
        const day = dayOf(value, column, plan);
        if (day === undefined) result.dateInvalid++;
        else days.set(day, (days.get(day) ?? 0) + 1);
      }
    const nulls = values.length - present.length;
    const limit = column.width?.limit ?? Infinity;
    const unit = column.width?.unit ?? 'characters';
    return {
      name: column.name,
      nulls,
      maxCharacters: measured.reduce((most, { characters }) => Math.max(most, characters), 0),
      maxBytes: measured.reduce((most, { bytes }) => Math.max(most, bytes), 0),
      badType: present.filter((value) => !referenceFits(value, column.type, plan)).length,
      tooWide: measured.filter((size) => size[unit] > limit).length,
      nullsForbidden: column.nullable ? 0 : nulls,
    };
  });
  return {
    rows: rows.length,
    columns,
    days: [...days].toSorted(([a], [b]) => a - b),
    ...result,
    raggedRows: rows.length - good.length,
  };
}

function dayOf(value: string, { type }: CheckColumn, plan: ScanPlan): number | undefined {
  if (type.kind === 'timestamp') return referenceTimestamp(value, type.zoned, plan.format.dateFormat)?.day;
  return referenceDay(value, plan.format.dateFormat);
}
