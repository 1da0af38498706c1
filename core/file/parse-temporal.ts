/** Columns of dates, times of day and timestamps. */
import { halves } from '../columnar/allocate';
import type { FieldBatch, FileColumn, RejectReason } from '../types/file';
import { FixedParser, type FixedValues } from './parse-column';
import { readDatePattern, type DatePattern } from './values/patterns';
import { LAYOUT, TemporalScan } from './values/temporal-scan';

const DAY_MICROS = 86_400_000_000;
const MINUTE_MICROS = 60_000_000;
const ISO = 'YYYY-MM-DD';

abstract class TemporalParser<Values extends FixedValues> extends FixedParser<Values> {
  protected readonly scan = new TemporalScan();
  /** Found by the last `day`: the value can be two days. */
  protected isOpen = false;
  readonly #pattern: DatePattern;
  readonly #shown: string;

  constructor(column: FileColumn, form: 'int32' | 'int64') {
    super(column, form);
    const { format } = column;
    this.#shown = format.kind === 'date' ? format.pattern : format.kind === 'timestamp' ? format.date : ISO;
    this.#pattern = readDatePattern(this.#shown) ?? readDatePattern(ISO)!;
  }

  /** The day that was scanned, if it has the pattern. */
  protected day(): number | undefined {
    const { scan } = this;
    const { layout, separator, shortYear, orders } = this.#pattern;
    this.isOpen = false;
    if (scan.layout !== layout || scan.shortYear !== shortYear) return undefined;
    // Where the year or the month's name tells the order, the byte between the parts says nothing.
    if ((layout === LAYOUT.open || layout === LAYOUT.short) && scan.separator !== separator) return undefined;
    if (orders.length === 1) return scan.days(orders[0]!);
    const days = new Set(orders.flatMap((order) => scan.days(order) ?? []));
    this.isOpen = days.size > 1;
    return days.size === 1 ? [...days][0] : undefined;
  }

  protected problem(reason: RejectReason): string {
    switch (reason) {
      case 'too-precise':
        return this.column.logical.kind === 'date'
          ? 'has a time of day, which the column cannot keep'
          : 'is more exact than a microsecond, and nothing is rounded';
      case 'not-storable':
        return 'has a time zone, which the column cannot keep';
      default:
        if (this.isOpen) return 'can be two days, by whether the day or the month is first; set `dateOrder`';
        return this.column.logical.kind === 'time' ? 'is not a time of day' : `is not a date written as ${this.#shown}`;
    }
  }
}

export class DateParser extends TemporalParser<Int32Array> {
  constructor(column: FileColumn) {
    super(column, 'int32');
  }

  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const { scan } = this;
    this.isOpen = false;
    if (!scan.read(data, start, end)) return 'not-a-date';
    const day = this.day();
    if (day === undefined) return 'not-a-date';
    if (scan.micros !== 0 || scan.tooPrecise || scan.offset !== 0) return 'too-precise';
    this.values[row] = day;
    return '';
  }
}

abstract class MicrosParser extends TemporalParser<BigInt64Array> {
  #halves: Int32Array = new Int32Array(0);

  constructor(column: FileColumn) {
    super(column, 'int64');
  }

  override begin(batch: FieldBatch): void {
    super.begin(batch);
    this.#halves = halves(this.values);
  }

  protected store(row: number, days: number, micros: number): void {
    const total = days * DAY_MICROS + micros;
    if (total > Number.MAX_SAFE_INTEGER || total < Number.MIN_SAFE_INTEGER) {
      this.values[row] = BigInt(days) * BigInt(DAY_MICROS) + BigInt(micros);
      return;
    }
    this.#halves[row * 2] = total | 0;
    this.#halves[row * 2 + 1] = Math.floor(total / 4294967296);
  }
}

export class TimeParser extends MicrosParser {
  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const { scan } = this;
    if (!scan.read(data, start, end) || scan.layout !== LAYOUT.none) return 'not-a-date';
    if (scan.tooPrecise) return 'too-precise';
    this.store(row, 0, scan.micros);
    return '';
  }
}

/**
 * A day alone is its midnight. With a time zone in the column, values become UTC, and those that name no zone are UTC
 * already; without one, only UTC may be named.
 */
export class TimestampParser extends MicrosParser {
  protected value(data: Uint8Array, start: number, end: number, row: number): RejectReason | '' {
    const { scan } = this;
    this.isOpen = false;
    if (!scan.read(data, start, end)) return 'not-a-date';
    const day = this.day();
    if (day === undefined) return 'not-a-date';
    if (scan.tooPrecise) return 'too-precise';
    if (scan.offset !== 0 && this.column.logical.kind === 'timestamp') return 'not-storable';
    this.store(row, day, scan.micros - scan.offset * MINUTE_MICROS);
    return '';
  }
}
