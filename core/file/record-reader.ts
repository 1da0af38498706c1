import type { FieldBatch, FileFormat, RejectedRow, RepairedRow, RowMark } from '../types/file';
import { unitBytes } from './encoding-tables';
import { Input } from './reader/input';
import { countLines, hasRowsShape, rejectedRow } from './reader/irregular';
import { bytesAsText, isBlank, lineEnd, type LineEnd } from './reader/lines';
import { createRepair, USUAL, type Repair, type RepairedLine } from './reader/repair';
import { RowStore } from './reader/row-store';
import { CR, scanRows, scanRules, unescape, type Irregularity, type ScanRules, type ScanState } from './reader/scan';

export interface ReaderOptions {
  /** Most rows of a batch; fewer where rows are wide or long. */
  batchRows?: number;
  /** A longer row is rejected, and skipped without being held. */
  maxRowBytes?: number;
  /** Start here, at a mark, instead of at the table's first row. */
  from?: RowMark;
  /** Byte of the file, exclusive, at which to stop: a mark's offset. */
  until?: number;
  /** Call `onMark` between rows about every so many bytes. */
  markEvery?: number;
  /** Rows with too few or too many fields: put right where there is one way only, or rejected. */
  ragged?: 'repair' | 'reject';
  onMark?(mark: RowMark): void;
  onRejected?(row: RejectedRow): void;
  onRepaired?(row: RepairedRow): void;
}

/** Turns the bytes of a file, in order and cut anywhere, into batches of rows. */
export interface RecordReader {
  /** Next bytes of the file, from `firstByte` on. */
  push(chunk: Uint8Array): FieldBatch[];
  /** The file has no more bytes. */
  end(): FieldBatch[];
  /** Where in the file the first byte pushed must lie. */
  readonly firstByte: number;
  /** Nothing after is wanted: the end of the table or `until` was reached. */
  readonly done: boolean;
  /** Rows so far, with those before `from`. */
  readonly rows: number;
}

const BATCH_ROWS = 8192;
const BATCH_BYTES = 4 * 2 ** 20;
const MAX_ROW_BYTES = 16 * 2 ** 20;
/** A chunk is taken in pieces of this size, so that a large one does not double what is held. */
const PIECE_BYTES = 2 ** 20;
/** So many lines are tried to make one row of, where quotes do not say. */
const MAX_JOINED_LINES = 8;

/** A reader of the first table of a file of this format. The rows are the same however the bytes are cut into chunks. */
export function createRecordReader(format: FileFormat, options: ReaderOptions = {}): RecordReader {
  return new Reader(format, options);
}

class Reader implements RecordReader {
  readonly firstByte: number;
  done = false;
  readonly #until: number;
  readonly #input: Input;
  readonly #rules: ScanRules;
  readonly #store: RowStore;
  readonly #state: ScanState;
  readonly #repair: Repair | undefined;
  readonly #markEvery: number;
  #rowsBefore: number;
  #received: number;
  /** Offset in the file of `buf[#anchor]`. */
  #offset: number;
  #anchor = 0;
  /** Not worth looking before there are so many bytes: the row at hand is long. */
  #tryAt = 0;
  /** Within a line that is too long, whose rest is thrown away. */
  #skipping = false;

  constructor(
    format: FileFormat,
    private readonly options: ReaderOptions,
  ) {
    const table = format.tables[0];
    const start = options.from ?? table?.firstRow ?? { offset: format.bom, line: 1, rows: 0 };
    const width = table?.width ?? 0;
    this.firstByte = start.offset;
    this.#received = start.offset;
    this.#offset = start.offset;
    this.#rowsBefore = start.rows;
    this.#until = Math.min(table?.end ?? Infinity, options.until ?? Infinity);
    this.done = table === undefined || this.#until <= start.offset;
    this.#input = new Input(format.encoding);
    this.#rules = scanRules(format.dialect, width, table?.trailing ?? 0);
    this.#store = new RowStore(width, options.batchRows ?? BATCH_ROWS);
    this.#repair = options.ragged === 'reject' || !table ? undefined : createRepair(format.dialect, table);
    this.#markEvery = (options.markEvery ?? Infinity) / unitBytes(format.encoding);
    this.#state = {
      buf: this.#input.buf,
      pos: 0,
      limit: 0,
      ended: false,
      base: 0,
      line: start.line,
      markAt: this.#markEvery,
      trusted: -1,
      suspectUntil: 0,
      maxRowBytes: options.maxRowBytes ?? MAX_ROW_BYTES,
      maxBatchBytes: BATCH_BYTES,
      irregularity: 'few',
      irregularEnd: 0,
      surplusAtEnd: options.ragged !== 'reject',
      isText: (from, to, line) => this.#isText(from, to, line),
      isDoubtful: (from, to) => this.#isDoubtful(from, to),
      onTrailing: (surplus, line) =>
        this.#repaired(`${surplus === 1 ? 'a separator' : `${surplus} separators`} too many at the end`, line),
    };
  }

  get rows(): number {
    return this.#rowsBefore + this.#store.rows;
  }

  push(chunk: Uint8Array): FieldBatch[] {
    const batches: FieldBatch[] = [];
    for (let at = 0; at < chunk.length && !this.done; at += PIECE_BYTES) {
      const wanted = Math.min(at + PIECE_BYTES, chunk.length, at + this.#until - this.#received);
      this.#received += wanted - at;
      this.#moved(this.#input.append(chunk.subarray(at, wanted), this.#state.base));
      if (this.#received >= this.#until) this.#finish(batches);
      else this.#run(batches);
    }
    return batches;
  }

  end(): FieldBatch[] {
    const batches: FieldBatch[] = [];
    if (!this.done) this.#finish(batches);
    return batches;
  }

  #finish(batches: FieldBatch[]): void {
    this.#moved(this.#input.end(this.#state.base));
    this.#state.ended = true;
    this.#run(batches);
    this.#flush(batches);
    this.done = true;
  }

  #moved(by: number): void {
    const state = this.#state;
    state.buf = this.#input.buf;
    state.limit = this.#input.limit;
    state.suspectUntil = this.#input.suspectUntil;
    state.pos -= by;
    state.base -= by;
    state.markAt -= by;
    this.#anchor -= by;
    this.#tryAt -= by;
    state.trusted -= by;
  }

  #run(batches: FieldBatch[]): void {
    const state = this.#state;
    for (;;) {
      if (this.#skipping && !this.#skip()) return;
      if (!state.ended && state.limit < this.#tryAt) return;
      const outcome = scanRows(state, this.#rules, this.#store);
      if (outcome === 'full') this.#flush(batches);
      else if (outcome === 'mark') this.#mark();
      else if (outcome === 'more' || !this.#settle()) {
        if (this.#isTooLong(batches)) continue;
        this.#tryAt = state.pos + 2 * (state.limit - state.pos);
        if (this.#store.rows === 0) this.#rebase();
        return;
      }
    }
  }

  #flush(batches: FieldBatch[]): void {
    const state = this.#state;
    const store = this.#store;
    if (store.rows > 0) {
      this.#rowsBefore += store.rows;
      batches.push(store.take(state.buf.slice(state.base, state.pos)));
    }
    this.#rebase();
  }

  #rebase(): void {
    const state = this.#state;
    this.#offset += this.#input.sourceBytes(this.#anchor, state.pos);
    this.#anchor = state.pos;
    state.base = state.pos;
  }

  #mark(): void {
    const state = this.#state;
    this.#offset += this.#input.sourceBytes(this.#anchor, state.pos);
    this.#anchor = state.pos;
    state.markAt = state.pos + this.#markEvery;
    this.options.onMark?.({ offset: this.#offset, line: state.line, rows: this.rows });
  }

  /** Deals with the row at `pos`. False: more of the file has to be there first. */
  #settle(): boolean {
    const { buf, pos, limit, ended, irregularity: why, irregularEnd, maxRowBytes } = this.#state;
    const first = lineEnd(buf, pos, limit, ended, this.#rules);
    if (!first) return false;
    if (isBlank(buf, pos, first.end)) return this.#goOn(first.next, 1);
    if (first.end - pos > maxRowBytes) return this.#reject('long', first.end, first.next);
    if (why === 'nul') return this.#reject('nul', irregularEnd > first.next ? irregularEnd : first.end, irregularEnd);
    if (why === 'few' || why === 'many') {
      let whole: LineEnd | undefined = first;
      while (whole && whole.next < irregularEnd) whole = lineEnd(buf, whole.next, limit, ended, this.#rules);
      if (!whole) return false;
      if (this.#putRight(whole)) return true;
      // Rows that a quote has swallowed are read for themselves.
      if (whole !== first && this.#isDoubtful(pos, whole.end))
        return this.#putRight(first) || this.#reject('open', first.end, first.next);
      return this.#reject(why, whole.end, whole.next);
    }
    if (why === 'stray' || why === 'surplus' || why === 'doubtful')
      return this.#trustOrPutRight(first, irregularEnd, why);
    let line: LineEnd | undefined = first;
    for (let lines = 1; this.#repair && lines <= MAX_JOINED_LINES; lines++) {
      if (line.end - pos > maxRowBytes) break;
      if (this.#putRight(line)) return true;
      if (line.next >= limit && ended) break;
      line = lineEnd(buf, line.next, limit, ended, this.#rules);
      if (!line && limit - pos <= maxRowBytes) return false;
      if (!line) break;
    }
    return this.#reject(why === 'long' ? 'open' : why, first.end, first.next);
  }

  /** A row of the right width that looks odd: it is as it should be, as a rule, unless its values say otherwise. */
  #trustOrPutRight(line: LineEnd, rowEnd: number, why: 'stray' | 'surplus' | 'doubtful'): true {
    const { store, state, repair } = { store: this.#store, state: this.#state, repair: this.#repair };
    const from = store.rows * store.width;
    const columns = Array.from({ length: store.width }, (_, column) => from + column);
    const values = columns.map((field) =>
      bytesAsText(state.buf, store.starts[field]! + state.base, store.ends[field]! + state.base),
    );
    const quoted = columns.map((field) => store.quoted[field] === 1);
    const misfit = repair?.misfit(values, quoted) ?? 0;
    const isWhole = why === 'stray' ? line.next === rowEnd : why === 'doubtful' || line.end === rowEnd;
    const isAsIs = !repair || !isWhole || misfit <= USUAL;
    const other = isAsIs ? undefined : repair.read(bytesAsText(state.buf, state.pos, line.end));
    const differs = other?.fields.some(
      ({ start }, column) => state.pos + start - state.base !== store.starts[from + column],
    );
    const isBetter = why !== 'doubtful' || (other && other.cost + 1 < misfit);
    if (other && differs && isBetter) return this.#accept(other, line, 1);
    state.trusted = state.pos;
    return true;
  }

  /** Takes what lies between `pos` and the end of a line as one row, where there is one way to do so. */
  #putRight(line: LineEnd): boolean {
    const { buf, pos } = this.#state;
    const repaired = this.#repair?.read(bytesAsText(buf, pos, line.end));
    return repaired !== undefined && this.#accept(repaired, line, countLines(buf.subarray(pos, line.next)));
  }

  #accept({ fields, message }: RepairedLine, line: LineEnd, lines: number): true {
    const state = this.#state;
    const store = this.#store;
    const { pos, base } = state;
    if (!this.#isText(pos, line.end, state.line)) return this.#goOn(line.next, lines);
    const from = store.rows * store.width;
    fields.forEach(({ start, end, quoted }, column) => {
      store.starts[from + column] = pos + start - base;
      store.ends[from + column] = unescape(state.buf, pos + start, pos + end, this.#rules, quoted) - base;
      store.quoted[from + column] = quoted ? 1 : 0;
    });
    store.lines[store.rows++] = state.line;
    if (message !== '') this.#repaired(message, state.line);
    return this.#goOn(line.next, lines);
  }

  #reject(why: Irregularity | 'encoding', end: number, next: number): true {
    const { buf, pos, line, maxRowBytes } = this.#state;
    this.options.onRejected?.(rejectedRow(why, line, buf.subarray(pos, end), this.#rules, maxRowBytes));
    return this.#goOn(next, countLines(buf.subarray(pos, next)));
  }

  #goOn(next: number, lines: number): true {
    this.#state.pos = next;
    this.#state.line += lines;
    return true;
  }

  #repaired(message: string, line: number): void {
    this.options.onRepaired?.({ line, message });
  }

  #isText(start: number, end: number, line: number): boolean {
    const { buf, suspectUntil, maxRowBytes } = this.#state;
    if (start >= suspectUntil) return true;
    const bytes = buf.subarray(start, end);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return true;
    } catch {
      this.options.onRejected?.(rejectedRow('encoding', line, bytes, this.#rules, maxRowBytes));
      return false;
    }
  }

  #isDoubtful(start: number, end: number): boolean {
    const { buf } = this.#state;
    const first = lineEnd(buf, start, end, true, this.#rules)!;
    const second = lineEnd(buf, first.next, end, true, this.#rules)!;
    return hasRowsShape(buf.subarray(first.next, second.end), this.#rules);
  }

  /** Whether the row at `pos` is longer than any may be; it is dealt with then. */
  #isTooLong(batches: FieldBatch[]): boolean {
    const state = this.#state;
    const { buf, pos, limit, maxRowBytes, ended } = state;
    if (ended || limit - pos <= maxRowBytes) return false;
    if (lineEnd(buf, pos, limit, false, this.#rules)) {
      state.irregularity = 'open';
      state.irregularEnd = limit;
      this.#settle();
      return true;
    }
    this.options.onRejected?.(rejectedRow('long', state.line, buf.subarray(pos, limit), this.#rules, maxRowBytes));
    this.#flush(batches);
    this.#skipping = true;
    return true;
  }

  /** Throws away what is left of a line that is too long. False: all there is. */
  #skip(): boolean {
    const state = this.#state;
    const { buf, pos, limit, ended } = state;
    const line = lineEnd(buf, pos, limit, ended, this.#rules);
    // A CR at the very end may be half of a line's end.
    state.pos = line?.next ?? (buf[limit - 1] === CR && limit > pos ? limit - 1 : limit);
    if (line) state.line++;
    else this.#rebase();
    this.#skipping = !line;
    return !this.#skipping;
  }
}
