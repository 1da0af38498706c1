import type { FieldBatch } from '../../types/file';

/** Most fields of a batch, so that a very wide table does not make a huge one. */
const MAX_FIELDS = 2 ** 20;

/** Collects the rows of one batch: places of fields in bytes that lie elsewhere, counted from where the batch begins. */
export class RowStore {
  readonly maxRows: number;
  rows = 0;
  starts: Uint32Array;
  ends: Uint32Array;
  quoted: Uint8Array;
  lines: Float64Array;

  constructor(
    readonly width: number,
    batchRows: number,
  ) {
    this.maxRows = Math.max(1, Math.min(batchRows, Math.floor(MAX_FIELDS / Math.max(1, width))));
    const rows = Math.min(this.maxRows, 64);
    this.starts = new Uint32Array(rows * width);
    this.ends = new Uint32Array(rows * width);
    this.quoted = new Uint8Array(rows * width);
    this.lines = new Float64Array(rows);
  }

  /** Room for twice as many rows, at most `maxRows`. */
  grow(): void {
    const rows = Math.min(this.maxRows, this.lines.length * 2);
    const fields = rows * this.width;
    this.starts = moved(this.starts, new Uint32Array(fields));
    this.ends = moved(this.ends, new Uint32Array(fields));
    this.quoted = moved(this.quoted, new Uint8Array(fields));
    this.lines = moved(this.lines, new Float64Array(rows));
  }

  /** The rows so far, as a batch over `data`; the store is empty then. */
  take(data: Uint8Array): FieldBatch {
    const fields = this.rows * this.width;
    const batch: FieldBatch = {
      rows: this.rows,
      columns: this.width,
      data,
      starts: this.starts.slice(0, fields),
      ends: this.ends.slice(0, fields),
      quoted: this.quoted.slice(0, fields),
      lines: this.lines.slice(0, this.rows),
    };
    this.rows = 0;
    return batch;
  }
}

function moved<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from);
  return to;
}
