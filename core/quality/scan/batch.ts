/** What a few hundred rows are between being found and being checked: offsets in the block that the scanner was given. */

export class RowBatch {
  rows = 0;
  readonly capacity: number;
  /** Marks of a row: one more than it has fields. */
  readonly stride: number;
  /** Of every row: the byte before it, then the byte behind each field. A field begins behind the mark before it. */
  readonly marks: Int32Array;
  /** Of every field: 0 plain, 1 in quotes, 2 in quotes and with doubled ones inside. */
  readonly quoted: Uint8Array;
  /** Physical line of every row. */
  readonly lines: Float64Array;
  /** 1: the row may have bytes beyond ASCII, or NUL. */
  readonly wide: Uint8Array;
  /** Some row is wide. */
  hasWide = false;

  constructor(
    readonly columns: number,
    readonly quoting: boolean,
  ) {
    // So much that it stays in the processor's cache together with the bytes it speaks of.
    this.capacity = Math.max(8, Math.min(256, Math.floor(4096 / Math.max(1, columns))));
    this.stride = columns + 1;
    this.marks = new Int32Array(this.capacity * this.stride + 1);
    this.quoted = new Uint8Array(quoting ? this.capacity * columns : 0);
    this.lines = new Float64Array(this.capacity);
    this.wide = new Uint8Array(this.capacity);
  }
}

/** The values of one column in a batch, without the NULLs, and what their check found out about them. */
export class Values {
  count = 0;
  /** Bytes of value k: [from, to), quotes around it left out. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly row: Int32Array;
  /** 1: quotes inside are doubled. Filled in where `hasDoubled`. */
  readonly doubled: Uint8Array;
  hasDoubled = false;

  /** Rows that are NULL. */
  nulls = 0;
  readonly nullRow: Int32Array;

  /** Values that are not of the type: ascending k. */
  bads = 0;
  readonly bad: Int32Array;

  /** Of dates and timestamps: days since 1970-01-01 as written, or NO_DAY. */
  readonly day: Int32Array;
  /** Of timestamps, in UTC where there is a zone: day, second of the day, nanosecond. */
  readonly utcDay: Int32Array;
  readonly second: Int32Array;
  readonly nano: Int32Array;

  constructor(capacity: number) {
    this.from = new Int32Array(capacity);
    this.to = new Int32Array(capacity);
    this.row = new Int32Array(capacity);
    this.doubled = new Uint8Array(capacity);
    this.nullRow = new Int32Array(capacity);
    this.bad = new Int32Array(capacity);
    this.day = new Int32Array(capacity);
    this.utcDay = new Int32Array(capacity);
    this.second = new Int32Array(capacity);
    this.nano = new Int32Array(capacity);
  }
}

/** No day there is. */
export const NO_DAY = -0x80000000;
