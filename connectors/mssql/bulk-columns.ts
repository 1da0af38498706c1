/** Columns of a bulk load as the TDS protocol describes them: declared in the statement, and again in front of the rows. */
import { LongshoreError } from '../../core/errors/longshore-error';
import { ident } from './sql';

/** Size, precision and collation of a column as `sys.columns` has them, its type being one that the server itself defines. */
export interface BulkColumn {
  name: string;
  /** Base type without modifiers, in lower case: `nvarchar`. */
  type: string;
  /** As people write it: `nvarchar(50)`. For messages. */
  nativeType: string;
  /** In bytes; -1 for `max`. */
  maxLength: number;
  precision: number;
  scale: number;
  nullable: boolean;
  collation: string | null;
  /** The five bytes that stand for the collation in the protocol. */
  collationBytes?: Uint8Array;
  /** How characters become bytes of a `char` or `varchar` column; undefined for UTF-8. */
  codePage?: CodePage;
  /** Held as `money`, on its way to a `smallmoney`. */
  smallMoney?: boolean;
}

/** What a legacy code page makes of the characters below 65,536: the bytes, big-endian for two; -1 where it has none. */
export interface CodePage {
  name: string;
  bytes: Int32Array;
}

/** Longest value in bytes where it is limited; undefined for `max`. */
export const limitOf = ({ maxLength }: BulkColumn): number | undefined => (maxLength === -1 ? undefined : maxLength);

/** `max` types travel as chunks behind eight bytes of length. */
export const isChunked = ({ maxLength }: BulkColumn): boolean => maxLength === -1;

const COLLATED = new Set(['char', 'varchar', 'nchar', 'nvarchar']);

export const hasCollation = ({ type }: Pick<BulkColumn, 'type'>): boolean => COLLATED.has(type);

/** The column in `INSERT BULK t (…)`. */
export function declaration(column: BulkColumn): string {
  const collate = hasCollation(column) && column.collation !== null ? ` COLLATE ${column.collation}` : '';
  return `${ident(column.name)} ${typeText(column)}${collate}`;
}

/** `decimal(12,2)`, `varchar(max)`, `int`. */
export function typeText({
  type,
  maxLength,
  precision,
  scale,
}: Pick<BulkColumn, 'type' | 'maxLength' | 'precision' | 'scale'>): string {
  switch (type) {
    case 'decimal':
    case 'numeric':
      return `${type}(${precision},${scale})`;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `${type}(${scale})`;
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return `${type}(${maxLength === -1 ? 'max' : maxLength})`;
    case 'nchar':
    case 'nvarchar':
      return `${type}(${maxLength === -1 ? 'max' : maxLength / 2})`;
    default:
      return type;
  }
}

const NVARCHAR_MAX = 0xffff;

/** TYPE_INFO of the protocol. Throws TYPE_NOT_SUPPORTED for a type that is never loaded as itself. */
export function typeInfo(column: BulkColumn): number[] {
  const { type, precision, scale, maxLength } = column;
  const length = maxLength === -1 ? NVARCHAR_MAX : maxLength;
  const size = [length & 0xff, length >> 8];
  switch (type) {
    case 'bit':
      return [0x68, 1];
    case 'tinyint':
      return [0x26, 1];
    case 'smallint':
      return [0x26, 2];
    case 'int':
      return [0x26, 4];
    case 'bigint':
      return [0x26, 8];
    case 'real':
      return [0x6d, 4];
    case 'float':
      return [0x6d, 8];
    case 'decimal':
    case 'numeric':
      return [type === 'decimal' ? 0x6a : 0x6c, DECIMAL_BYTES, precision, scale];
    case 'smallmoney':
      return [0x6e, 4];
    case 'money':
      return [0x6e, 8];
    case 'date':
      return [0x28];
    case 'time':
      return [0x29, scale];
    case 'datetime2':
      return [0x2a, scale];
    case 'datetimeoffset':
      return [0x2b, scale];
    case 'smalldatetime':
      return [0x6f, 4];
    case 'datetime':
      return [0x6f, 8];
    case 'uniqueidentifier':
      return [0x24, 16];
    case 'char':
      return [0xaf, ...size, ...collationOf(column)];
    case 'varchar':
      return [0xa7, ...size, ...collationOf(column)];
    case 'nchar':
      return [0xef, ...size, ...collationOf(column)];
    case 'nvarchar':
      return [0xe7, ...size, ...collationOf(column)];
    case 'binary':
      return [0xad, ...size];
    case 'varbinary':
      return [0xa5, ...size];
    default:
      throw new LongshoreError(
        'TYPE_NOT_SUPPORTED',
        `Column ${column.name} of type ${column.nativeType} cannot be bulk loaded.`,
        { column: column.name },
      );
  }
}

/** Sign and four words: every decimal is sent in full width, which servers take for any precision. */
export const DECIMAL_BYTES = 17;

const collationOf = ({ collationBytes }: BulkColumn): number[] => [...(collationBytes ?? [0, 0, 0, 0, 0])];

const COLMETADATA = 0x81;
const NULLABLE = 0x01;
const UPDATEABLE = 0x04;

/** What stands in front of the rows: COLMETADATA with a type for each column. */
export function columnMetadata(columns: readonly BulkColumn[]): Buffer {
  const parts: Buffer[] = [Buffer.from([COLMETADATA, columns.length & 0xff, columns.length >> 8])];
  for (const column of columns) {
    const name = Buffer.from(column.name, 'utf16le');
    // User type (4 bytes) and flags (2) come first, the name last.
    parts.push(
      Buffer.from([0, 0, 0, 0, UPDATEABLE | (column.nullable ? NULLABLE : 0), 0, ...typeInfo(column)]),
      Buffer.from([name.length / 2]),
      name,
    );
  }
  return Buffer.concat(parts);
}
