/** Numbers of the Parquet format (parquet.thrift) that Longshore writes or reads. */
import type { Codec } from '../../schemas/constants';

export const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

export const PHYSICAL = {
  boolean: 0,
  int32: 1,
  int64: 2,
  int96: 3,
  float: 4,
  double: 5,
  byteArray: 6,
  fixed: 7,
} as const;
export const PHYSICAL_NAMES = [
  'BOOLEAN',
  'INT32',
  'INT64',
  'INT96',
  'FLOAT',
  'DOUBLE',
  'BYTE_ARRAY',
  'FIXED_LEN_BYTE_ARRAY',
];

export const REPETITION = { required: 0, optional: 1, repeated: 2 } as const;

export const PAGE = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

export const ENCODING = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;
export const ENCODING_NAMES: Record<number, string> = {
  0: 'PLAIN',
  2: 'PLAIN_DICTIONARY',
  3: 'RLE',
  4: 'BIT_PACKED',
  5: 'DELTA_BINARY_PACKED',
  6: 'DELTA_LENGTH_BYTE_ARRAY',
  7: 'DELTA_BYTE_ARRAY',
  8: 'RLE_DICTIONARY',
  9: 'BYTE_STREAM_SPLIT',
};

export const CODEC_NUMBERS: Record<Codec, number> = { none: 0, gzip: 2, brotli: 4, zstd: 6 };
export const CODEC_NAMES: Record<number, string> = {
  0: 'UNCOMPRESSED',
  1: 'SNAPPY',
  2: 'GZIP',
  3: 'LZO',
  4: 'BROTLI',
  5: 'LZ4',
  6: 'ZSTD',
  7: 'LZ4_RAW',
};

/** ConvertedType: the older annotation, for readers that do not know LogicalType. */
export const CONVERTED = {
  utf8: 0,
  enum: 4,
  decimal: 5,
  date: 6,
  timeMillis: 7,
  timeMicros: 8,
  timestampMillis: 9,
  timestampMicros: 10,
  uint8: 11,
  uint16: 12,
  uint32: 13,
  uint64: 14,
  int8: 15,
  int16: 16,
  int32: 17,
  int64: 18,
  json: 19,
  bson: 20,
  interval: 21,
} as const;

/** Field ids of the LogicalType union. */
export const LOGICAL = {
  string: 1,
  map: 2,
  list: 3,
  enum: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  integer: 10,
  unknown: 11,
  json: 12,
  bson: 13,
  uuid: 14,
  float16: 15,
} as const;

/** Key of the file's metadata under which Longshore keeps its own list of columns. */
export const COLUMNS_KEY = 'longshore.columns';
