import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { copyOut, type CopySink } from '../../../../connectors/postgres/copy-out';
import type { PostgresClient } from '../../../../connectors/postgres/pool';

function message(type: string, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeInt32BE(payload.length + 4, 1);
  return Buffer.concat([header, payload]);
}

/** Stands in for the driver: the client takes a query, and its own parser gets what comes after the data. */
function fakeDriver() {
  const stream = Object.assign(new EventEmitter(), { pause: jest.fn(), resume: jest.fn(), destroy: jest.fn() });
  const afterData: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => afterData.push(chunk));
  const connection = { stream, query: jest.fn() };
  let submitted:
    | {
        submit(connection: unknown): void;
        handleCommandComplete(message: object): void;
        handleReadyForQuery(): void;
        handleError(error: Error): void;
      }
    | undefined;
  const client = {
    connection,
    query: (query: typeof submitted) => {
      submitted = query;
      query?.submit(connection);
    },
  };
  return { stream, afterData, connection, client: client as unknown as PostgresClient, query: () => submitted! };
}

function collector(drain: () => Promise<void> = async () => undefined) {
  const parts: Buffer[] = [];
  const sink: CopySink = {
    push: (chunk, start, end) => {
      parts.push(Buffer.from(chunk.subarray(start, end)));
      return true;
    },
    drain,
  };
  return { sink, content: () => Buffer.concat(parts) };
}

describe('COPY TO STDOUT', () => {
  test('hands on the payload and gives the rest to the driver, wherever the network cuts it', async () => {
    const rows = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 50 }),
        async (payloads, cuts) => {
          const driver = fakeDriver();
          const { sink, content } = collector();
          const done = copyOut(driver.client, 'COPY x TO STDOUT', sink);
          const notice = message('N', Buffer.from('just so you know'));
          const tail = Buffer.concat([
            message('c', Buffer.alloc(0)),
            message('C', Buffer.from('COPY 3\0')),
            message('Z', Buffer.from('I')),
          ]);
          const wire = Buffer.concat([
            message('H', Buffer.from([1, 0, 0])),
            ...payloads.flatMap((payload, index) => [message('d', payload), ...(index % 3 === 0 ? [notice] : [])]),
            tail,
          ]);
          for (let at = 0, turn = 0; at < wire.length; turn += 1) {
            const length = cuts[turn % cuts.length] ?? 1;
            driver.stream.emit('data', Buffer.from(wire.subarray(at, at + length)));
            at += length;
          }
          driver.query().handleCommandComplete({ text: 'COPY 3' });
          driver.query().handleReadyForQuery();
          await expect(done).resolves.toBe(3);
          expect(content().equals(Buffer.concat(payloads))).toBe(true);
          expect(Buffer.concat(driver.afterData).equals(tail)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('lets the socket rest while the sink works, and waits for it at the end', async () => {
    const driver = fakeDriver();
    let release: () => void = () => undefined;
    const { sink } = collector(() => new Promise((resolve) => (release = resolve)));
    let ended = false;
    const done = copyOut(driver.client, 'COPY x TO STDOUT', sink).then(() => (ended = true));
    driver.stream.emit('data', message('d', Buffer.from('row')));
    await Promise.resolve();
    expect(driver.stream.pause).toHaveBeenCalledTimes(1);
    expect(driver.stream.resume).not.toHaveBeenCalled();
    driver.query().handleReadyForQuery();
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    release();
    await done;
    expect(driver.stream.resume).toHaveBeenCalled();
  });

  test('cuts the connection when the sink gives up or the server refuses', async () => {
    const driver = fakeDriver();
    const { sink } = collector(() => Promise.reject(new Error('disk is full')));
    const done = copyOut(driver.client, 'COPY x TO STDOUT', sink);
    driver.stream.emit('data', message('d', Buffer.from('row')));
    await expect(done).rejects.toThrow('disk is full');
    expect(driver.stream.destroy).toHaveBeenCalled();

    const refused = fakeDriver();
    const answer = copyOut(refused.client, 'COPY x TO STDOUT', collector().sink);
    const error = message('E', Buffer.from('SERROR\0'));
    refused.stream.emit('data', error);
    expect(Buffer.concat(refused.afterData).equals(error)).toBe(true);
    refused.query().handleError(new Error('division by zero'));
    await expect(answer).rejects.toThrow('division by zero');
    expect(refused.stream.destroy).toHaveBeenCalled();
  });
});
