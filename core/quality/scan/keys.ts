/**
 * Hashes of keys, 64 bits as two lanes of 32: keys that SQL would group have the same, others nearly never. A value counts,
 * not how it is written: 007 and 7 are one integer, 1.50 and 1.5 one decimal, 20240131 and 2024-01-31 one date. Longer than most files
 * because hashing in a scan and hashing of one key must not drift apart.
 */
import type { CheckType } from '../../types/quality';
import type { ScanPlan } from '../../types/scan';
import { Values } from './batch';
import { asciiText, exactNumber, truthOf } from './numbers';
import { createTypeCheck } from './type-check';
import { withoutDoubles } from './text';

const [HIGH_SEED, LOW_SEED] = [0x2545f491, 0x5bd1e995];
const [MINUS, PLUS, POINT, ZERO] = [45, 43, 46, 48];
/** Told apart, so that NULL is no text and a text no number. */
const KIND = { null: 0, bytes: 1, number: 2, float: 3, truth: 4, day: 5, moment: 6 } as const;

const spread = (hash: number): number => {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** Two lanes for each row of a batch, key column by key column. */
export class KeyHasher {
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #float = new Float64Array(1);
  readonly #floatWords = new Int32Array(this.#float.buffer);

  constructor(
    capacity: number,
    /** 0: none. */
    private readonly quote: number,
  ) {
    this.#high = new Int32Array(capacity);
    this.#low = new Int32Array(capacity);
  }

  begin(rows: number): void {
    this.#high.fill(HIGH_SEED, 0, rows);
    this.#low.fill(LOW_SEED, 0, rows);
  }

  /** Takes in the next key column; its values have been checked. */
  add(type: CheckType, values: Values, bytes: Uint8Array, view: DataView): void {
    const { count, row, from, to, bad, bads } = values;
    for (let k = 0; k < values.nulls; k++) this.#word(values.nullRow[k]!, KIND.null);
    let nextBad = 0;
    for (let k = 0; k < count; k++) {
      if (nextBad < bads && bad[nextBad] === k) {
        nextBad++;
        this.#text(values, k, bytes, view);
      } else if (type.kind === 'text') {
        if (values.hasDoubled && values.doubled[k] === 1) this.#text(values, k, bytes, view);
        else this.#range(row[k]!, bytes, view, from[k]!, to[k]!, KIND.bytes);
      } else if (type.kind === 'integer') this.#number(row[k]!, bytes, view, from[k]!, to[k]!, false);
      else if (type.kind === 'decimal') this.#number(row[k]!, bytes, view, from[k]!, to[k]!, true);
      else if (type.kind === 'date') {
        this.#word(row[k]!, KIND.day);
        this.#word(row[k]!, values.day[k]!);
      } else if (type.kind === 'timestamp') {
        this.#word(row[k]!, KIND.moment);
        this.#word(row[k]!, values.utcDay[k]!);
        this.#word(row[k]!, values.second[k]!);
        this.#word(row[k]!, values.nano[k]!);
      } else if (type.kind === 'boolean') {
        this.#word(row[k]!, KIND.truth);
        this.#word(row[k]!, truthOf(bytes, from[k]!, to[k]!));
      } else if (type.exact) this.#exact(row[k]!, asciiText(bytes, from[k]!, to[k]!));
      else this.#floating(row[k]!, asciiText(bytes, from[k]!, to[k]!));
    }
  }

  /** Writes the hashes of the first `rows` rows to `high` and `low`, from `at` on. */
  finish(rows: number, high: Uint32Array, low: Uint32Array, at: number): void {
    for (let row = 0; row < rows; row++) {
      const first = spread(this.#high[row]!);
      high[at + row] = first;
      low[at + row] = spread((this.#low[row]! + first) | 0);
    }
  }

  #word(row: number, word: number): void {
    let a = Math.imul(this.#high[row]! ^ word, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    this.#high[row] = a;
    const b = Math.imul(this.#low[row]! ^ word, 0x85ebca6b);
    this.#low[row] = (((b << 15) | (b >>> 17)) + a) | 0;
  }

  #range(row: number, bytes: Uint8Array, view: DataView, from: number, to: number, kind: number): void {
    let a = this.#high[row]!;
    let b = this.#low[row]!;
    let at = from;
    while (at < to) {
      let word = 0;
      if (at + 4 <= to) word = view.getInt32(at, true);
      else for (let byte = to - 1; byte >= at; byte--) word = (word << 8) | bytes[byte]!;
      a = Math.imul(a ^ word, 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b ^ word, 0x85ebca6b);
      b = (((b << 15) | (b >>> 17)) + a) | 0;
      at += 4;
    }
    this.#high[row] = a;
    this.#low[row] = b;
    // The length too: what follows in the next column must not be taken for a part of this one.
    this.#word(row, ((to - from) << 3) | kind);
  }

  /** As it stands, but with doubled quotation marks made single. */
  #text(values: Values, k: number, bytes: Uint8Array, view: DataView): void {
    const [row, from, to] = [values.row[k]!, values.from[k]!, values.to[k]!];
    if (!values.hasDoubled || values.doubled[k] !== 1) {
      this.#range(row, bytes, view, from, to, KIND.bytes);
      return;
    }
    const text = withoutDoubles(bytes, from, to, this.quote);
    this.#range(row, text, new DataView(text.buffer, text.byteOffset, text.length), 0, text.length, KIND.bytes);
  }

  /** Digits without the zeros that say nothing; the sign unless it is zero. */
  #number(row: number, bytes: Uint8Array, view: DataView, from: number, to: number, hasPoint: boolean): void {
    let start = from;
    let end = to;
    const first = bytes[start]!;
    const negative = first === MINUS;
    if (negative || first === PLUS) start++;
    while (start < end && bytes[start] === ZERO) start++;
    let point = hasPoint ? start : end;
    while (point < end && bytes[point] !== POINT) point++;
    if (point < end) {
      while (bytes[end - 1] === ZERO) end--;
      if (end === point + 1) end = point;
    }
    if (negative && end > start) this.#word(row, MINUS);
    this.#range(row, bytes, view, start, end, KIND.number);
  }

  /** Every digit counts, however it is written. */
  #exact(row: number, text: string): void {
    const bytes = new TextEncoder().encode(exactNumber(text));
    this.#range(row, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, KIND.number);
  }

  #floating(row: number, text: string): void {
    const word = text.toLowerCase();
    const sign = word.startsWith('-') ? -1 : 1;
    const number = word.includes('inf') ? sign * Infinity : word.includes('nan') ? NaN : Number(word);
    this.#float[0] = number === 0 ? 0 : number;
    this.#word(row, KIND.float);
    this.#word(row, this.#floatWords[0]!);
    this.#word(row, this.#floatWords[1]!);
  }
}

/** 64 bits as two unsigned halves. */
export interface KeyHash {
  high: number;
  low: number;
}

/**
 * Hashes the key of one row exactly as a scanner with this plan does. Takes the values of `plan.keyColumns` in that order:
 * bytes in the encoding of the file with quotation marks undone, or null for NULL.
 */
export function createKeyHash(plan: ScanPlan): (values: readonly (Uint8Array | null)[]) => KeyHash {
  const types = plan.keyColumns.map((column) => plan.columns[column]!.type);
  const checks = types.map((type) => createTypeCheck(type, plan.format));
  const hasher = new KeyHasher(1, 0);
  const scratch = new Values(1);
  const [high, low] = [new Uint32Array(1), new Uint32Array(1)];
  return (values) => {
    hasher.begin(1);
    for (const [index, value] of values.entries()) {
      const bytes = value ?? new Uint8Array(0);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      scratch.count = value === null ? 0 : 1;
      scratch.nulls = value === null ? 1 : 0;
      scratch.to[0] = bytes.length;
      scratch.bads = 0;
      checks[index]!(scratch, bytes, view);
      hasher.add(types[index]!, scratch, bytes, view);
    }
    hasher.finish(1, high, low, 0);
    return { high: high[0]!, low: low[0]! };
  };
}
