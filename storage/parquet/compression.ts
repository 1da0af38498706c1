import { brotliCompress, brotliDecompress, constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import type { Codec } from '../../schemas/constants';

const MIN_CHUNK = 64;
/** Longer output comes in several chunks, so that a huge value that packs well does not claim its size twice. */
const MAX_CHUNK = 16 * 1024 * 1024;

/** Levels that cost less than they save on a staged file that is read once. */
const DEFAULT_LEVEL = { zstd: 1, gzip: 1, brotli: 1 } as const;

type Callback = (error: Error | null, result: Buffer) => void;

const promised = (start: (done: Callback) => void): Promise<Uint8Array> =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));

/** Compresses on libuv's threads. A page's output fits into one chunk, so that no second round is needed. */
export function compress(codec: Codec, bytes: Uint8Array, level?: number): Promise<Uint8Array> {
  const chunkSize = Math.max(MIN_CHUNK, Math.min(MAX_CHUNK, bytes.length + (bytes.length >>> 8) + 512));
  switch (codec) {
    case 'none':
      return Promise.resolve(bytes);
    case 'zstd':
      return promised((done) =>
        zstdCompress(
          bytes,
          {
            chunkSize,
            params: { [constants.ZSTD_c_compressionLevel]: level ?? DEFAULT_LEVEL.zstd },
            pledgedSrcSize: bytes.length,
          },
          done,
        ),
      );
    case 'gzip':
      return promised((done) => gzip(bytes, { chunkSize, level: level ?? DEFAULT_LEVEL.gzip }, done));
    case 'brotli':
      return promised((done) =>
        brotliCompress(
          bytes,
          {
            chunkSize,
            params: {
              [constants.BROTLI_PARAM_QUALITY]: level ?? DEFAULT_LEVEL.brotli,
              [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
            },
          },
          done,
        ),
      );
  }
}

/** Undoes `compress`. Throws when the result is not of exactly `size` bytes. */
export async function decompress(codec: Codec, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const result = await inflate(codec, bytes, size);
  if (result.length !== size) throw new RangeError(`${result.length} bytes were unpacked where ${size} were expected`);
  return result;
}

function inflate(codec: Codec, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const options = { chunkSize: Math.max(MIN_CHUNK, size + 1), maxOutputLength: Math.max(1, size) };
  switch (codec) {
    case 'none':
      return Promise.resolve(bytes);
    case 'zstd':
      return promised((done) => zstdDecompress(bytes, options, done));
    case 'gzip':
      return promised((done) => gunzip(bytes, options, done));
    case 'brotli':
      return promised((done) => brotliDecompress(bytes, options, done));
  }
}
