import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordReader } from '../../../../core/file/record-reader';
import type { FieldBatch } from '../../../../core/types/file';
import { readRows } from '../../../../storage/files/read-rows';
import { readSample } from '../../../../storage/files/sample';

const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const batch = (bytes: Uint8Array): FieldBatch => ({
  rows: 1,
  columns: 1,
  data: Uint8Array.from(bytes),
  starts: Uint32Array.of(0),
  ends: Uint32Array.of(bytes.length),
  quoted: Uint8Array.of(0),
  lines: Float64Array.of(1),
});

/** Hands out what it is given, chunk by chunk, so that a test sees exactly what was read. */
function plainReader(options: { firstByte?: number; doneAfter?: number } = {}): RecordReader & { chunks: number } {
  let taken = 0;
  return {
    chunks: 0,
    firstByte: options.firstByte ?? 0,
    rows: 0,
    get done() {
      return taken >= (options.doneAfter ?? Number.POSITIVE_INFINITY);
    },
    push(chunk) {
      this.chunks++;
      taken += chunk.length;
      return [batch(chunk)];
    },
    end: () => [],
  };
}

async function all(rows: AsyncIterable<FieldBatch>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { data } of rows) parts.push(data);
  return Buffer.concat(parts);
}

const bytes = Buffer.from(Array.from({ length: 10_007 }, (_, index) => (index * 31) % 253));

describe('reading rows of a file', () => {
  beforeEach(() => writeFileSync(at('file'), bytes));

  it.each([1, 7, 1000, 10_007, 20_000])(
    'hands every byte to the reader once and in order, %d at a time',
    async (readBytes) => {
      if (readBytes < 7) writeFileSync(at('file'), bytes.subarray(0, 300));
      const expected = readBytes < 7 ? bytes.subarray(0, 300) : bytes;
      expect(await all(readRows(at('file'), plainReader(), { readBytes }))).toEqual(expected);
    },
  );

  it('begins where the reader wants to and ends when it is done', async () => {
    const reader = plainReader({ firstByte: 5000, doneAfter: 1500 });
    expect(await all(readRows(at('file'), reader, { readBytes: 1000 }))).toEqual(bytes.subarray(5000, 7000));
    expect(reader.chunks).toBe(2);
  });

  it('hands nothing to the reader of an empty file', async () => {
    writeFileSync(at('empty'), '');
    const reader = plainReader();
    expect(await all(readRows(at('empty'), reader))).toHaveLength(0);
    expect(reader.chunks).toBe(0);
  });

  it('tells of the bytes it read', async () => {
    let told = 0;
    await all(readRows(at('file'), plainReader(), { readBytes: 999, onBytes: (read) => void (told += read) }));
    expect(told).toBe(10_007);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const reading = all(
      readRows(at('file'), plainReader(), {
        readBytes: 100,
        signal: controller.signal,
        onBytes: () => controller.abort(),
      }),
    );
    await expect(reading).rejects.toHaveProperty('name', 'AbortError');
  });

  it('lets go of the file when nobody wants more', async () => {
    const rows = readRows(at('file'), plainReader(), { readBytes: 100 });
    await rows.next();
    await rows.return();
    await expect(rows.next()).resolves.toEqual({ done: true, value: undefined });
  });

  const changes: [string, () => void][] = [
    ['grows', () => writeFileSync(at('file'), 'more', { flag: 'a' })],
    ['shrinks', () => writeFileSync(at('file'), bytes.subarray(0, 5000))],
    [
      'is replaced by another of its size',
      () => {
        writeFileSync(at('other'), bytes);
        renameSync(at('other'), at('file'));
      },
    ],
    [
      'is written to without a change of size',
      () => {
        writeFileSync(at('file'), bytes);
        utimesSync(at('file'), new Date(), new Date(Date.now() + 5000));
      },
    ],
    ['goes away', () => rmSync(at('file'))],
  ];

  it.each(changes)('refuses a file that %s meanwhile', async (_what, change) => {
    let isChanged = false;
    const onBytes = (): void => {
      if (!isChanged) change();
      isChanged = true;
    };
    const reading = all(readRows(at('file'), plainReader(), { readBytes: 1000, onBytes }));
    await expect(reading).rejects.toMatchObject({ code: 'FILE_CHANGED', place: { file: at('file') } });
  });

  it('refuses a file that is not the one its sample was taken of', async () => {
    const { stamp } = await readSample(at('file'));
    writeFileSync(at('file'), 'new');
    const reader = plainReader();
    await expect(all(readRows(at('file'), reader, { stamp }))).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(reader.chunks).toBe(0);
  });
});
