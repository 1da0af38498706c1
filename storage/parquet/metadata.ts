import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import type { PartColumn } from '../../core/types/transfer';
import type { Codec } from '../../schemas/constants';
import { CODEC_NAMES, CODEC_NUMBERS, COLUMNS_KEY } from './format';
import { readSchema, type StoredColumn } from './read-schema';
import { storedAs } from './schema';
import {
  numberField,
  optionalNumber,
  structField,
  structList,
  textField,
  ThriftReader,
  type ThriftStruct,
} from './thrift';

/** Where the pages of one column of one row group lie. */
export interface ChunkFacts {
  offset: number;
  packed: number;
  unpacked: number;
  values: number;
  codec: Codec;
}

export interface GroupFacts {
  rows: number;
  bytes: number;
  chunks: ChunkFacts[];
}

export interface FileFacts {
  rows: number;
  stored: StoredColumn[];
  columns: PartColumn[];
  groups: GroupFacts[];
}

/** Reads a footer. Throws ThriftError and RangeError when it is damaged, TYPE_NOT_SUPPORTED for what is not read. */
export function parseFooter(bytes: Uint8Array, fileBytes: number, file: string): FileFacts {
  const footer = new ThriftReader(bytes).struct();
  if (footer.has(8))
    throw new LongshoreError('TYPE_NOT_SUPPORTED', `${file} is encrypted, which Longshore does not read.`, { file });
  const stored = readSchema(structList(footer, 2), file);
  const columns =
    ownColumns(footer, stored) ?? stored.map(({ name, nativeType, logical }) => ({ name, nativeType, logical }));
  // What Longshore noted of its columns is finer than the file's own types (an interval is a string there).
  for (const [index, column] of columns.entries()) stored[index]!.logical = column.logical;
  const groups = structList(footer, 4).map((group) => parseGroup(group, stored, fileBytes, file));
  const rows = numberField(footer, 3);
  if (groups.reduce((sum, group) => sum + group.rows, 0) !== rows) throw new RangeError('its row groups do not add up');
  return { rows, stored, columns, groups };
}

function parseGroup(group: ThriftStruct, stored: StoredColumn[], fileBytes: number, file: string): GroupFacts {
  const chunks = structList(group, 1);
  if (chunks.length !== stored.length)
    throw new RangeError(`a row group has ${chunks.length} columns where ${stored.length} were expected`);
  const rows = numberField(group, 3);
  return {
    rows,
    bytes: numberField(group, 2),
    chunks: chunks.map((chunk, index) => parseChunk(chunk, stored[index]!, rows, fileBytes, file)),
  };
}

function parseChunk(
  chunk: ThriftStruct,
  { name, physical }: StoredColumn,
  rows: number,
  fileBytes: number,
  file: string,
): ChunkFacts {
  if (chunk.has(1))
    throw new LongshoreError(
      'TYPE_NOT_SUPPORTED',
      `Column ${name} of ${file} lies in another file, which Longshore does not read.`,
      { file, column: name },
    );
  const metadata = structField(chunk, 3);
  if (numberField(metadata, 1) !== physical)
    throw new RangeError(`column ${name} is not of the type that the schema names`);
  const number = numberField(metadata, 4);
  const codec = (Object.keys(CODEC_NUMBERS) as Codec[]).find((candidate) => CODEC_NUMBERS[candidate] === number);
  if (!codec) {
    throw new LongshoreError(
      'TYPE_NOT_SUPPORTED',
      `Column ${name} of ${file} is compressed with ${CODEC_NAMES[number] ?? number}, which Longshore does not read.`,
      { file, column: name },
    );
  }
  const values = numberField(metadata, 5);
  if (values !== rows) throw new RangeError(`column ${name} has ${values} values in a row group of ${rows} rows`);
  const data = numberField(metadata, 9);
  const dictionary = optionalNumber(metadata, 11) ?? 0;
  const offset = dictionary > 0 && dictionary < data ? dictionary : data;
  const packed = numberField(metadata, 7);
  const unpacked = numberField(metadata, 6);
  if (offset < 4 || packed < 0 || unpacked < 0 || offset + packed > fileBytes)
    throw new RangeError(`column ${name} lies outside the file`);
  return { offset, packed, unpacked, values, codec };
}

/** Longshore's own list of columns, when the file has one that fits what is stored. */
function ownColumns(footer: ThriftStruct, stored: StoredColumn[]): PartColumn[] | undefined {
  for (const entry of structList(footer, 5)) {
    if (textField(entry, 1) !== COLUMNS_KEY) continue;
    const columns: unknown = JSON.parse(textField(entry, 2));
    if (
      Array.isArray(columns) &&
      columns.length === stored.length &&
      columns.every((column, index) => fits(column, stored[index]!))
    )
      return columns;
    throw new RangeError("Longshore's list of columns does not fit the file's schema");
  }
  return undefined;
}

function fits(column: unknown, { name, physical, width, logical }: StoredColumn): boolean {
  if (
    typeof column !== 'object' ||
    column === null ||
    !('name' in column) ||
    !('nativeType' in column) ||
    !('logical' in column)
  )
    return false;
  if (
    column.name !== name ||
    typeof column.nativeType !== 'string' ||
    typeof column.logical !== 'object' ||
    column.logical === null
  )
    return false;
  const own = column.logical as LogicalType;
  if (own.kind !== logical.kind) return false;
  if (
    own.kind === 'decimal' &&
    logical.kind === 'decimal' &&
    (own.precision !== logical.precision || own.scale !== logical.scale)
  )
    return false;
  const expected = storedAs(own);
  return expected.physical === physical && (expected.width ?? 0) === width;
}
