/**
 * The answer to a batch as the bytes that the server sent. The driver's own parser makes an object of every value of
 * every row; here it is kept out, and whoever reads the bytes decodes them straight into columns. The driver goes on to
 * frame packets, to encrypt and to cancel.
 */
import { EventEmitter } from 'node:events';
import { type Connection, Request } from 'tedious';
import { LongshoreError } from '../../core/errors/longshore-error';

export interface RawChunks extends AsyncIterable<Uint8Array> {
  /** Settles once the server has said its last and the connection is free; rejects when it broke. */
  readonly done: Promise<void>;
}

type MakeParser = Connection['createTokenStreamParser'];
type TokenParser = ReturnType<MakeParser>;
type Message = Parameters<MakeParser>[0];

/**
 * Sends a batch. Reading slower makes the server wait; leaving the loop early cancels the batch. Errors of the server
 * are tokens among the bytes and the reader's to find. After `cancel` of the connection the bytes end early and `done`
 * rejects.
 */
export function readRaw(connection: Connection, sql: string): RawChunks {
  if (typeof connection.createTokenStreamParser !== 'function')
    throw new LongshoreError('INTERNAL', 'This version of the driver does not let its answers be read as bytes.');
  const started = Promise.withResolvers<Message>();
  const parsed = new Bystander();
  const done = new Promise<void>((resolve, reject) => {
    const request = new Request(sql, (error) => {
      Reflect.deleteProperty(connection, 'createTokenStreamParser');
      if (error) {
        started.reject(error);
        reject(error);
      } else resolve();
    });
    connection.createTokenStreamParser = (message) => {
      Reflect.deleteProperty(connection, 'createTokenStreamParser');
      started.resolve(message);
      return parsed as unknown as TokenParser;
    };
    connection.execSqlBatch(request);
  });
  done.catch(() => undefined);
  started.promise.catch(() => undefined);
  return { done, [Symbol.asyncIterator]: () => chunksOf(connection, started.promise, parsed) };
}

/** Stands where the driver expects its parser, and only tells it when the message is over. */
class Bystander extends EventEmitter {
  pause(): void {
    // Whoever reads the bytes sets the pace.
  }

  resume(): void {
    // As above.
  }
}

async function* chunksOf(
  connection: Connection,
  started: Promise<Message>,
  parsed: Bystander,
): AsyncGenerator<Uint8Array, void> {
  const message = await started;
  let complete = false;
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) yield chunk;
    complete = true;
  } finally {
    if (complete) parsed.emit('end');
    else discard(connection, message);
  }
}

/** The rest of the answer has to be read before the connection can be used again; the server is asked to make it short. */
function discard(connection: Connection, message: Message): void {
  connection.cancel();
  message.on('error', () => undefined);
  message.resume();
}
