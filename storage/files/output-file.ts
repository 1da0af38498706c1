import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { csvLine } from '../../core/file/write-csv';
import type { RejectedRow } from '../../core/types/file';
import { stagingError } from '../disk-errors';

const temporaryFor = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.partial`;

/** A file that has its name only once it is complete. Call `finish` or `abort`. Throws DISK_FULL, STAGING_UNAVAILABLE. */
export class OutputFile {
  #underWay: Promise<void> = Promise.resolve();
  #bytes = 0;

  private constructor(
    readonly path: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<OutputFile> {
    const temporary = temporaryFor(path);
    try {
      return new OutputFile(path, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw stagingError(error, path);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves when there is room for more; the bytes are not touched afterwards and must not be altered. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#underWay;
    this.#bytes += bytes.length;
    this.#underWay = this.#append(bytes);
    // Met by whoever awaits it next; until then it is not to end the process.
    this.#underWay.catch(() => undefined);
  }

  /** `durable`: the content is on the disk itself before the name is given. */
  async finish({ durable = false } = {}): Promise<void> {
    await this.#underWay;
    try {
      if (durable) await this.file.sync();
      await this.file.close();
      await rename(this.temporary, this.path);
    } catch (error) {
      throw stagingError(error, this.path);
    }
  }

  /** Throws away what was written. Never throws. */
  async abort(): Promise<void> {
    await this.#underWay.catch(() => undefined);
    await this.file.close().catch(() => undefined);
    await rm(this.temporary, { force: true }).catch(() => undefined);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    let at = 0;
    try {
      while (at < bytes.length) at += (await this.file.write(bytes, at, bytes.length - at)).bytesWritten;
    } catch (error) {
      throw stagingError(error, this.path);
    }
  }
}

const FLUSH_CHARS = 256 * 1024;

/**
 * Rows that were left out, as CSV with line, reason, message and the row as it stood. Made with the first of them: no
 * rows, no file. Written at once rather than kept, for there may be as many as there are rows.
 */
export class RejectedFile {
  #lines: string[] = [];
  #chars = 0;
  #file: number | undefined;
  readonly #temporary: string;

  constructor(readonly path: string) {
    this.#temporary = temporaryFor(path);
  }

  add({ line, column, reason, message, text }: RejectedRow): void {
    if (this.#chars === 0 && this.#file === undefined)
      this.#lines.push(csvLine(['line', 'column', 'reason', 'message', 'text']));
    const added = csvLine([String(line), column ?? '', reason, message, text]);
    this.#lines.push(added);
    this.#chars += added.length;
    if (this.#chars >= FLUSH_CHARS) this.#flush();
  }

  /** Gives the file its name; one of an earlier time goes where nothing was rejected this time. */
  finish(): void {
    try {
      if (this.#chars > 0) this.#flush();
      if (this.#file === undefined) rmSync(this.path, { force: true });
      else {
        closeSync(this.#file);
        renameSync(this.#temporary, this.path);
      }
    } catch (error) {
      throw stagingError(error, this.path);
    }
  }

  abort(): void {
    if (this.#file === undefined) return;
    try {
      closeSync(this.#file);
      rmSync(this.#temporary, { force: true });
    } catch {
      // What led here is what matters.
    }
  }

  #flush(): void {
    try {
      this.#file ??= openSync(this.#temporary, 'wx');
      const bytes = Buffer.from(this.#lines.join(''), 'utf8');
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      throw stagingError(error, this.path);
    }
    this.#lines = [];
    this.#chars = 0;
  }
}
