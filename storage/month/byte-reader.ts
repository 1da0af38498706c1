/** The bytes of a file in order, whether it is compressed or not. */
import { createReadStream, type ReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { LongshoreError } from '../../core/errors/longshore-error';
import { codeOf } from '../disk-errors';
import { readError, readFully } from '../files/open-file';
import { ZstdFrames } from './zstd-frames';

export interface ByteReader {
  /** Fills `target`; fewer bytes only at the end. */
  fill(target: Uint8Array): Promise<number>;
  /** Whether nothing follows what was handed out. */
  isAtEnd(): Promise<boolean>;
  close(): Promise<void>;
}

/** Small, for what is inflated when damage is met is lost with the chunk that it stands in. */
const CHUNK_BYTES = 64 * 1024;
const INPUT_BYTES = 256 * 1024;
const NOTHING = new Uint8Array(0);

/** How a file is compressed, by the end of its name. */
export function compressionOf(path: string): 'gzip' | 'zstd' | undefined {
  const name = path.toLowerCase();
  if (name.endsWith('.gz')) return 'gzip';
  return name.endsWith('.zst') ? 'zstd' : undefined;
}

/** Reads an open file from `from` on; positions in a compressed file are those of what is in it. */
export async function byteReader(file: FileHandle, path: string, size: number, from: number): Promise<ByteReader> {
  const compression = compressionOf(path);
  if (compression === undefined) return plainReader(file, path, size, from);
  const reader = new InflatingReader(path, size, compression);
  try {
    await reader.skip(from);
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function plainReader(file: FileHandle, path: string, size: number, from: number): ByteReader {
  let position = from;
  return {
    async fill(target) {
      // What is written behind the end while the file is read is not part of it; FILE_CHANGED says so in the end.
      const wanted = target.subarray(0, Math.max(0, Math.min(target.length, size - position)));
      try {
        const bytes = await readFully(file, wanted, position);
        position += bytes;
        if (bytes < wanted.length)
          throw new LongshoreError(
            'FILE_CHANGED',
            `${path} changed while it was read: it had ${size} bytes and now ends at ${position}.`,
            { file: path },
          );
        return bytes;
      } catch (error) {
        throw readError(error, path);
      }
    },
    isAtEnd: async () => position >= size,
    close: async () => undefined,
  };
}

/** Inflates as it goes. Files of several members or frames, as parallel compressors write them, are read to their end. */
class InflatingReader implements ByteReader {
  readonly #input: ReadStream;
  readonly #compressed: AsyncIterator<Buffer>;
  readonly #frames = new ZstdFrames();
  /** Compressed bytes behind the frame that is being read. */
  #rest: Uint8Array = NOTHING;
  #stream: Transform;
  #chunks: AsyncIterator<Buffer>;
  #held: Uint8Array = NOTHING;
  #inflated = 0;
  #isDone = false;

  constructor(
    private readonly path: string,
    private readonly size: number,
    private readonly compression: 'gzip' | 'zstd',
  ) {
    this.#input = createReadStream(path, { highWaterMark: INPUT_BYTES });
    this.#compressed = this.#input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.#stream = this.#open();
    this.#chunks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async skip(bytes: number): Promise<void> {
    while (this.#inflated < bytes && (await this.#more())) {
      const used = Math.min(this.#held.length, bytes - this.#inflated);
      this.#held = this.#held.subarray(used);
      this.#inflated += used;
    }
  }

  async fill(target: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < target.length && (await this.#more())) {
      const used = Math.min(this.#held.length, target.length - filled);
      target.set(this.#held.subarray(0, used), filled);
      this.#held = this.#held.subarray(used);
      filled += used;
      this.#inflated += used;
    }
    return filled;
  }

  async isAtEnd(): Promise<boolean> {
    return !(await this.#more());
  }

  async close(): Promise<void> {
    this.#stream.destroy();
    await this.#compressed.return?.();
    if (this.#input.closed) return;
    const closed = new Promise<void>((resolve) => this.#input.once('close', resolve));
    this.#input.destroy();
    await closed;
  }

  /** Sees to it that something is held, unless the end was reached. */
  async #more(): Promise<boolean> {
    while (this.#held.length === 0 && !this.#isDone) {
      try {
        const next = await this.#chunks.next();
        if (!next.done) this.#held = next.value;
        else await this.#nextFrame();
      } catch (error) {
        throw this.#damaged(error);
      }
    }
    return this.#held.length > 0;
  }

  async #nextFrame(): Promise<void> {
    if (this.#rest.length === 0) this.#rest = (await this.#read()) ?? NOTHING;
    if (this.#rest.length === 0) {
      this.#isDone = true;
      return;
    }
    this.#stream = this.#open();
    this.#chunks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  #open(): Transform {
    const options = { chunkSize: CHUNK_BYTES };
    const stream = this.compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
    const source = Readable.from(this.compression === 'gzip' ? this.#everything() : this.#frame(), {
      objectMode: false,
    });
    source.on('error', (error) => stream.destroy(error));
    return source.pipe(stream);
  }

  async #read(): Promise<Buffer | undefined> {
    const next = await this.#compressed.next();
    return next.done === true ? undefined : next.value;
  }

  async *#everything(): AsyncGenerator<Uint8Array> {
    for (let bytes = await this.#read(); bytes !== undefined; bytes = await this.#read()) yield bytes;
  }

  /** Bytes of one frame. */
  async *#frame(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = this.#rest.length > 0 ? this.#rest : await this.#read();
      if (bytes === undefined) return;
      const { used, ended } = this.#frames.take(bytes);
      this.#rest = bytes.subarray(used);
      yield bytes.subarray(0, used);
      if (ended) return;
    }
  }

  #damaged(error: unknown): unknown {
    const code = codeOf(error) ?? '';
    if (!/^(Z_|ZSTD_|ERR_BUFFER)/.test(code)) return readError(error, this.path);
    const why = code === 'Z_BUF_ERROR' ? 'it is cut short' : `its content is damaged (${code})`;
    const readable = this.#inflated + this.#held.length;
    return new LongshoreError(
      'FILE_UNREADABLE',
      `${this.path} cannot be read to its end as ${this.compression}: ${why}. The first ${readable} bytes of what is in it can be read; the file itself has ${this.size} bytes.`,
      { file: this.path },
      { cause: error, next: 'Have it delivered again, and compare its size with that of the original.' },
    );
  }
}
