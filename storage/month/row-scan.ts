/** Ways to scan the rows of one block after the other: in this thread, or in others that each take the next block. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { createScanner, type Scanner } from '../../core/quality/scan/scanner';
import type { RowBoundary, ScanFigures, ScanPlan } from '../../core/types/scan';

export interface ScannedRows {
  figures: ScanFigures;
  /** Hashes of their keys. */
  keys: { high: Uint32Array; low: Uint32Array; rows: number };
}

export interface RowScan {
  /** Physical line of the row behind those that were handed out. */
  readonly line: number;
  /** Answers where the last complete row ends. Rows are handed out in order, if not at once. */
  scan(bytes: Uint8Array, last: boolean): Promise<number>;
  /** Resolves when all rows were handed out. */
  drained(): Promise<void>;
}

/** Scans a block that lies in shared memory, as if its first row stood on line 1 and nothing was before it. */
export interface ScanHelper {
  scan(block: SharedBlock): Promise<ScannedRows & { taken: number }>;
}

export interface SharedBlock {
  buffer: SharedArrayBuffer;
  from: number;
  to: number;
  last: boolean;
}

export class LocalScan implements RowScan {
  readonly #scanner: Scanner;

  constructor(
    plan: ScanPlan,
    start: RowBoundary,
    private readonly handOut: (rows: ScannedRows) => void,
  ) {
    this.#scanner = createScanner(plan, start);
  }

  get line(): number {
    return this.#scanner.line;
  }

  async scan(bytes: Uint8Array, last: boolean): Promise<number> {
    const taken = this.#scanner.push(bytes, bytes.length, last);
    this.handOut({ figures: this.#scanner.takeFigures(), keys: this.#scanner.takeKeys() });
    return taken;
  }

  async drained(): Promise<void> {}
}

/** For files without quoting, where every line feed ends a row: what a block holds is known before it is scanned. */
export class SharedScan implements RowScan {
  #line: number;
  #next = 0;
  #underWay: Promise<() => void>[] = [];

  constructor(
    private readonly plan: ScanPlan,
    start: RowBoundary,
    private readonly helpers: readonly ScanHelper[],
    private readonly handOut: (rows: ScannedRows) => void,
  ) {
    this.#line = start.line;
  }

  get line(): number {
    return this.#line;
  }

  /** A block must stay as it is until `scan` was called for as many further ones as there are helpers. */
  async scan(bytes: Uint8Array, last: boolean): Promise<number> {
    const taken = last ? bytes.length : endOfRows(bytes, this.plan.columns.length);
    const helper = this.helpers[this.#next++ % this.helpers.length]!;
    const scanned = this.#scanned(helper, bytes, last, taken);
    // Met where it is awaited; until then it is not to end the process.
    scanned.catch(() => undefined);
    this.#underWay.push(scanned);
    if (this.#underWay.length > this.helpers.length) (await this.#underWay.shift()!)();
    return taken;
  }

  async drained(): Promise<void> {
    while (this.#underWay.length > 0) (await this.#underWay.shift()!)();
  }

  /** Resolves to what hands the rows out, which is done in order. */
  async #scanned(helper: ScanHelper, bytes: Uint8Array, last: boolean, expected: number): Promise<() => void> {
    const { buffer, byteOffset, length } = bytes;
    if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError('A block for other threads must be shared.');
    const { taken, ...rows } = await helper.scan({ buffer, from: byteOffset, to: byteOffset + length, last });
    if (taken !== expected && !last)
      throw new LongshoreError('INTERNAL', `A block of ${length} bytes ends at ${taken}, not at ${expected}.`);
    return () => {
      for (const samples of Object.values(rows.figures.samples))
        for (const sample of samples) if (sample.line !== undefined) sample.line += this.#line - 1;
      this.#line += rows.figures.lines;
      this.handOut(rows);
    };
  }
}

const [LINE_FEED, CARRIAGE_RETURN] = [10, 13];

/** Where a scanner stops: behind the last line feed, unless a blank line is all that is before it and nothing follows. */
function endOfRows(bytes: Uint8Array, columns: number): number {
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  if (end < bytes.length || columns === 1 || end === 0) return end;
  const content = bytes[end - 2] === CARRIAGE_RETURN ? end - 2 : end - 1;
  return content === 0 || bytes[content - 1] === LINE_FEED ? content : end;
}

/** What a helper does with a block. */
export function scanBlock(scanner: Scanner, { buffer, from, to, last }: SharedBlock): ScannedRows & { taken: number } {
  const bytes = new Uint8Array(buffer, from, to - from);
  const taken = scanner.push(bytes, bytes.length, last);
  const figures = scanner.takeFigures();
  const { high, low, rows } = scanner.takeKeys();
  return { taken, figures, keys: { high: high.slice(), low: low.slice(), rows } };
}
