/** The little language between a snapshot's holder and its readers: one question as a line of JSON, then frames. */

export interface SnapshotQuestion {
  secret: string;
  sql: string;
}

/** Why an answer ended early; `lost`: with the transaction that it was read in. */
export interface SnapshotFailure {
  message: string;
  code?: string;
  number?: number;
  lost: boolean;
}

const HEADER_BYTES = 4;
const END = 0;
const FAILURE = 0xffffffff;
/** No packet of the server is that long. */
const LONGEST = 1 << 26;

export const endFrame = (): Buffer => header(END);

export const failureFrame = (failure: SnapshotFailure): Buffer[] => {
  const text = Buffer.from(JSON.stringify(failure));
  return [header(FAILURE), header(text.length), text];
};

export const dataHeader = (length: number): Buffer => header(length);

function header(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Payloads of a stream of frames. Returns at its end; throws `failed(failure)`, or `failed(undefined)` when it is cut off. */
export async function* payloads(
  chunks: AsyncIterable<Buffer>,
  failed: (failure: SnapshotFailure | undefined) => Error,
): AsyncGenerator<Uint8Array, void> {
  let rest: Buffer = Buffer.alloc(0);
  let left = 0;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = Buffer.alloc(0);
    while (bytes.length > 0) {
      if (left > 0) {
        const piece = bytes.subarray(0, left);
        left -= piece.length;
        bytes = bytes.subarray(piece.length);
        yield piece;
        continue;
      }
      if (bytes.length < HEADER_BYTES) break;
      const length = bytes.readUInt32LE(0);
      if (length === END) return;
      if (length === FAILURE) {
        const end = bytes.length < 2 * HEADER_BYTES ? Infinity : 2 * HEADER_BYTES + bytes.readUInt32LE(HEADER_BYTES);
        if (bytes.length < end) break;
        throw failed(JSON.parse(bytes.toString('utf8', 2 * HEADER_BYTES, end)) as SnapshotFailure);
      }
      if (length > LONGEST) throw failed(undefined);
      left = length;
      bytes = bytes.subarray(HEADER_BYTES);
    }
    rest = bytes;
  }
  throw failed(undefined);
}
