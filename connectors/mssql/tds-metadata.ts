/** How the columns of a result lie on the wire, from the server's COLMETADATA token (MS-TDS 2.2.7.4, 2.2.5.4–2.2.5.6). */
import { LongshoreError } from '../../core/errors/longshore-error';

/** Families of wire types: what a value's bytes mean. */
export type WireKind =
  | 'int'
  | 'bit'
  | 'float'
  | 'money'
  | 'decimal'
  | 'date'
  | 'time'
  | 'datetime2'
  | 'datetimeoffset'
  | 'datetime'
  | 'smalldatetime'
  | 'guid'
  | 'bytes'
  | 'chars'
  | 'utf16';

/** How a value says how long it is: it never does, a byte (0 for NULL), two bytes (65535 for NULL), or in pieces. */
export type LengthForm = 'fixed' | 'byte' | 'short' | 'pieces';

export interface WireColumn {
  name: string;
  kind: WireKind;
  form: LengthForm;
  /** Bytes of a value of fixed length. */
  width: number;
  /** Digits after the point, of decimals and times. */
  scale: number;
  /** Of `chars`: the code page, where it is one that is known here byte by byte. */
  page?: '1252' | 'utf8';
}

type Layout = Omit<WireColumn, 'name'>;

const fixed = (kind: WireKind, width: number): Layout => ({ kind, form: 'fixed', width, scale: 0 });
const counted = (kind: WireKind, scale = 0): Layout => ({ kind, form: 'byte', width: 0, scale });

/** Types without further description. */
const FIXED = new Map<number, Layout>([
  [0x30, fixed('int', 1)],
  [0x32, fixed('bit', 1)],
  [0x34, fixed('int', 2)],
  [0x38, fixed('int', 4)],
  [0x7f, fixed('int', 8)],
  [0x3b, fixed('float', 4)],
  [0x3e, fixed('float', 8)],
  [0x3a, fixed('smalldatetime', 4)],
  [0x3d, fixed('datetime', 8)],
  [0x3c, fixed('money', 8)],
  [0x7a, fixed('money', 4)],
]);

/** Types that are followed by their longest length in one byte. */
const COUNTED = new Map<number, WireKind>([
  [0x24, 'guid'],
  [0x26, 'int'],
  [0x68, 'bit'],
  [0x6d, 'float'],
  [0x6e, 'money'],
  [0x6f, 'datetime'],
]);

const LONG = 0xffff;
const COLLATION_BYTES = 5;

/** A reader that throws RangeError where the bytes end. */
class Cursor {
  at = 0;

  constructor(readonly view: DataView) {}

  u8(): number {
    const value = this.view.getUint8(this.at);
    this.at += 1;
    return value;
  }

  u16(): number {
    const value = this.view.getUint16(this.at, true);
    this.at += 2;
    return value;
  }

  skip(bytes: number): void {
    if (this.at + bytes > this.view.byteLength) throw new RangeError('The token is not complete.');
    this.at += bytes;
  }

  /** Text that is preceded by its number of UTF-16 units. */
  text(units: number): string {
    const first = this.at;
    this.skip(units * 2);
    return Buffer.from(this.view.buffer, this.view.byteOffset + first, units * 2).toString('utf16le');
  }
}

/**
 * Reads what follows the token's type byte. Undefined: the token is not complete yet. `bytes` is its length.
 */
export function readMetadata(view: DataView): { columns: WireColumn[]; bytes: number } | undefined {
  const cursor = new Cursor(view);
  try {
    const count = cursor.u16();
    const columns: WireColumn[] = [];
    for (let index = 0; count !== LONG && index < count; index++) {
      cursor.skip(6);
      const layout = readLayout(cursor, index);
      columns.push({ ...layout, name: cursor.text(cursor.u8()) });
    }
    return { columns, bytes: cursor.at };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readLayout(cursor: Cursor, index: number): Layout {
  const type = cursor.u8();
  const plain = FIXED.get(type);
  if (plain) return plain;
  const kind = COUNTED.get(type);
  if (kind) {
    const longest = cursor.u8();
    return counted(kind === 'datetime' && longest === 4 ? 'smalldatetime' : kind);
  }
  switch (type) {
    case 0x28:
      return counted('date');
    case 0x29:
      return counted('time', cursor.u8());
    case 0x2a:
      return counted('datetime2', cursor.u8());
    case 0x2b:
      return counted('datetimeoffset', cursor.u8());
    case 0x37:
    case 0x3f:
    case 0x6a:
    case 0x6c:
      cursor.skip(2);
      return counted('decimal', cursor.u8());
    case 0xa5:
    case 0xad:
      return sized('bytes', cursor.u16());
    case 0xa7:
    case 0xaf: {
      const longest = cursor.u16();
      const page = pageOf(cursor);
      return { ...sized('chars', longest), ...(page && { page }) };
    }
    case 0xe7:
    case 0xef: {
      const longest = cursor.u16();
      cursor.skip(COLLATION_BYTES);
      return sized('utf16', longest);
    }
    default:
      throw new LongshoreError(
        'INTERNAL',
        `Column ${index + 1} came in a form (0x${type.toString(16)}) that it was not asked for in.`,
      );
  }
}

const sized = (kind: WireKind, longest: number): Layout => ({
  kind,
  form: longest === LONG ? 'pieces' : 'short',
  width: 0,
  scale: 0,
});

/** Sort orders of SQL Server's own collations, and languages of Windows collations, whose code page is 1252. */
const LATIN_ORDERS = new Set([50, 51, 52, 53, 54, 71, 72, 73, 74, 75, 183, 184, 185, 186]);
const LATIN_LANGUAGES = new Set([0x0406, 0x0407, 0x0409, 0x040b, 0x040c, 0x0c0a]);
/** Of the 32 bits before the sort order: language, then flags, of which this one means UTF-8. */
const UTF8_FLAG = 0x0400_0000;

function pageOf(cursor: Cursor): '1252' | 'utf8' | undefined {
  const first = cursor.at;
  cursor.skip(COLLATION_BYTES);
  const info = cursor.view.getUint32(first, true);
  const order = cursor.view.getUint8(first + 4);
  if (info & UTF8_FLAG) return 'utf8';
  const isLatin = order === 0 ? LATIN_LANGUAGES.has(info & 0xffff) : LATIN_ORDERS.has(order);
  return isLatin ? '1252' : undefined;
}
