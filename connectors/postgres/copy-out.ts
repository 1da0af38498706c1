/**
 * `COPY … TO STDOUT`, its payload handed on a chunk at a time. The driver's own parser makes an object of every message,
 * that is of every row; here the socket's chunks are walked through instead, and only what follows the data goes back
 * to the driver.
 */
import type { Connection, Submittable } from 'pg';
import type { PostgresClient } from './pool';

export interface CopySink {
  /** Payload `chunk[start..end)`, cut anywhere, valid during the call. True when `drain` is due before more is read. */
  push(chunk: Uint8Array, start: number, end: number): boolean;
  /** Deals with what has been pushed; the socket rests meanwhile. */
  drain(): Promise<void>;
}

const COPY_DATA = 0x64;
/** CopyOutResponse, ParameterStatus, NoticeResponse, NotificationResponse: may stand between data and are of no interest. */
const PASSED_OVER = new Set([0x48, 0x53, 0x4e, 0x41]);
const HEADER_BYTES = 5;

/** Runs a COPY and feeds `sink`. Resolves with the server's own count of rows. When it rejects, the connection is of no further use. */
export async function copyOut(client: PostgresClient, sql: string, sink: CopySink): Promise<number> {
  const copy = new CopyOut(sql, sink);
  client.query(copy);
  try {
    return await copy.rows;
  } catch (error) {
    // Rows may still be on their way; nobody will read them.
    destroy(client);
    throw error;
  }
}

const streamOf = (client: PostgresClient) => (client as unknown as { connection: Connection }).connection.stream;

/** Cuts the connection at once, whatever runs on it. */
export function destroy(client: PostgresClient): void {
  streamOf(client).destroy();
}

/** The connection has been cut, though the driver may not have noticed yet. */
export const isDestroyed = (client: PostgresClient): boolean => streamOf(client).destroyed;

const lengthAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 2 ** 24 + ((bytes[at + 1] ?? 0) << 16) + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0);

class CopyOut implements Submittable {
  readonly rows: Promise<number>;
  #resolve: (rows: number) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #connection: Connection | undefined;
  #driver: ((chunk: Buffer) => void) | undefined;
  #header: Uint8Array = new Uint8Array(0);
  #payload = 0;
  #isData = false;
  #count = 0;
  #draining: Promise<void> = Promise.resolve();

  constructor(
    readonly text: string,
    readonly sink: CopySink,
  ) {
    this.rows = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  readonly submit = (connection: Connection): void => {
    const [driver] = connection.stream.listeners('data') as ((chunk: Buffer) => void)[];
    this.#connection = connection;
    this.#driver = driver;
    connection.stream.removeAllListeners('data');
    connection.stream.on('data', this.#onData);
    connection.query(this.text);
  };

  handleError(error: Error): void {
    this.#detach();
    this.#reject(error);
  }

  handleCommandComplete(message: { text?: string }): void {
    this.#count = Number(/^COPY (\d+)/.exec(message.text ?? '')?.[1] ?? -1);
  }

  handleReadyForQuery(): void {
    this.#draining.then(
      () => this.#resolve(this.#count),
      (error: unknown) => this.#reject(error),
    );
  }

  readonly #onData = (chunk: Buffer): void => {
    try {
      const rest = this.#walk(chunk);
      if (rest) this.#handBack(rest);
    } catch (error) {
      this.#fail(error);
    }
  };

  /**
   * Takes the data out of a chunk. Each row is a message of its own, so payloads are first moved together over the
   * headers between them. Returns what comes after the end of the data, once that is reached.
   */
  #walk(chunk: Buffer): Buffer | undefined {
    let at = 0;
    let data = 0;
    let rest: Buffer | undefined;
    while (at < chunk.length) {
      if (this.#payload > 0) {
        const end = Math.min(at + this.#payload, chunk.length);
        if (this.#isData) {
          chunk.copyWithin(data, at, end);
          data += end - at;
        }
        this.#payload -= end - at;
        at = end;
        continue;
      }
      let header: Uint8Array = chunk;
      let first = at;
      const split = this.#header.length;
      at = Math.min(chunk.length, at + HEADER_BYTES - split);
      if (split > 0 || at - first < HEADER_BYTES) {
        header = Buffer.concat([this.#header, chunk.subarray(first, at)]);
        first = 0;
        this.#header = header.length < HEADER_BYTES ? header : new Uint8Array(0);
        if (header.length < HEADER_BYTES) break;
      }
      const type = header[first] ?? 0;
      if (type !== COPY_DATA && !PASSED_OVER.has(type)) {
        rest = Buffer.concat([header.subarray(first, first + HEADER_BYTES), chunk.subarray(at)]);
        break;
      }
      this.#isData = type === COPY_DATA;
      this.#payload = lengthAt(header, first + 1) - 4;
    }
    if (data > 0 && this.sink.push(chunk, 0, data)) this.#rest();
    return rest;
  }

  /** Lets the socket rest until the sink is ready for more. */
  #rest(): void {
    const stream = this.#connection?.stream;
    stream?.pause();
    this.#draining = this.#draining.then(() => this.sink.drain());
    this.#draining.then(
      () => stream?.resume(),
      (error: unknown) => this.#fail(error),
    );
  }

  #handBack(rest: Buffer): void {
    const driver = this.#driver;
    this.#detach();
    driver?.(rest);
  }

  #detach(): void {
    if (!this.#connection || !this.#driver) return;
    this.#connection.stream.removeListener('data', this.#onData);
    this.#connection.stream.on('data', this.#driver);
    this.#driver = undefined;
  }

  /** The sink gave up: the connection is cut, since the rest of the data would have to be read otherwise. */
  #fail(error: unknown): void {
    this.#reject(error);
    this.#connection?.stream.removeListener('data', this.#onData);
    this.#connection?.stream.destroy();
  }
}
