import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { stagingError } from '../disk-errors';
import { OutputFile } from '../files/output-file';

export interface PartFileOptions {
  compression: 'zstd' | 'gzip';
  level: number;
}

/** Output of the compressor that is handed on at a time. */
const CHUNK_BYTES = 512 * 1024;

/** `part-00001.tsv.zst` for the part with number 0. */
export function partName(part: number, delimiter: string, compression: 'zstd' | 'gzip'): string {
  const number = String(part + 1).padStart(5, '0');
  return `part-${number}.${delimiter === '\t' ? 'tsv' : 'csv'}.${compression === 'zstd' ? 'zst' : 'gz'}`;
}

/** Makes the folder, and removes what an attempt that died in it has left half written. */
export async function preparePartFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const left = (await readdir(folder)).filter((name) => /^(part|keys)-.*\.partial$/.test(name));
    await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
  } catch (error) {
    throw stagingError(error, folder);
  }
}

/**
 * A part on its way to the disk, compressed in one frame outside of this thread. It has its name only once all of it is on
 * the disk. Call `finish` or `abort`. Throws DISK_FULL, STAGING_UNAVAILABLE.
 */
export class PartFile {
  readonly #hash = createHash('sha256');
  readonly #ended: Promise<void>;
  #written: Promise<void> = Promise.resolve();
  #bytes = 0;

  private constructor(
    private readonly out: OutputFile,
    private readonly stream: Transform,
  ) {
    stream.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#hash.update(chunk);
      this.#written = this.#written.then(async () => out.write(chunk));
      // Met by whoever awaits it next; until then it is not to end the process.
      this.#written.catch(() => undefined);
    });
    this.#ended = new Promise((resolve, reject) => {
      stream.once('end', resolve);
      stream.once('error', reject);
    });
    this.#ended.catch(() => undefined);
  }

  static async open(path: string, { compression, level }: PartFileOptions): Promise<PartFile> {
    const stream =
      compression === 'gzip'
        ? createGzip({ level, chunkSize: CHUNK_BYTES })
        : createZstdCompress({
            chunkSize: CHUNK_BYTES,
            params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
          });
    return new PartFile(await OutputFile.open(path), stream);
  }

  /** Of what has come out of the compressor so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when the bytes are no longer needed and what came of them was given to the disk. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0)
      await new Promise<void>((resolve, reject) => {
        this.stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    await this.#written;
  }

  async finish(): Promise<{ bytes: number; sha256: string }> {
    this.stream.end();
    await this.#ended;
    await this.#written;
    await this.out.finish({ durable: true });
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Throws away what was written. Never throws. */
  async abort(): Promise<void> {
    this.stream.destroy();
    await this.#written.catch(() => undefined);
    await this.out.abort();
  }
}
