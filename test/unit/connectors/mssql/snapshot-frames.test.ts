import fc from 'fast-check';
import {
  dataHeader,
  endFrame,
  failureFrame,
  payloads,
  type SnapshotFailure,
} from '../../../../connectors/mssql/snapshot-frames';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    if (at >= bytes.length) return;
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

class Ended extends Error {
  constructor(readonly failure: SnapshotFailure | undefined) {
    super('ended');
  }
}

async function collect(
  bytes: Buffer,
  sizes: readonly number[],
): Promise<{ data: string; failure?: SnapshotFailure | 'cut off' }> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of payloads(cut(bytes, sizes), (failure) => new Ended(failure)))
      pieces.push(Buffer.from(piece));
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return { data: Buffer.concat(pieces).toString('hex'), failure: error.failure ?? 'cut off' };
  }
  return { data: Buffer.concat(pieces).toString('hex') };
}

const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 });
const framed = (chunks: Buffer[]): Buffer[] => chunks.flatMap((each) => [dataHeader(each.length), each]);

test('what was sent arrives, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk), sizes, async (chunks, at) => {
      const sent = Buffer.concat([...framed(chunks), endFrame()]);
      expect(await collect(sent, at)).toEqual({ data: Buffer.concat(chunks).toString('hex') });
    }),
  );
});

test('a failure comes after what was sent before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk), sizes, fc.string(), async (chunks, at, message) => {
      const failure: SnapshotFailure = { message, number: 8134, lost: true };
      const sent = Buffer.concat([...framed(chunks), ...failureFrame(failure)]);
      expect(await collect(sent, at)).toEqual({ data: Buffer.concat(chunks).toString('hex'), failure });
    }),
  );
});

test('a stream without its end is cut off', async () => {
  expect(await collect(Buffer.concat(framed([Buffer.from('ab')])), [])).toEqual({ data: '6162', failure: 'cut off' });
});
