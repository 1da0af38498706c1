import { copyFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { ParquetReader } from '../../../../storage/parquet/reader';
import { ParquetWriter } from '../../../../storage/parquet/writer';
import { batchOf, type PlainColumn, utf8 } from '../../core/columnar/values';
import { sqlText, withDuckdb } from './duckdb-values';

let folder: string;
let whole: string;
let bytes: Buffer;

const COLUMNS: PlainColumn[] = [
  { logical: { kind: 'int64' }, values: [1n, null, 3n] },
  { logical: { kind: 'text', of: 'text' }, values: [utf8('a'), utf8('bc'), null] },
  { logical: { kind: 'boolean' }, values: [true, false, true] },
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-damage-'));
  whole = join(folder, 'whole.parquet');
  const writer = await ParquetWriter.open(
    whole,
    COLUMNS.map(({ logical }, index) => ({ name: `c${index}`, nativeType: 'x', logical })),
    { codec: 'zstd' },
  );
  await writer.write(batchOf(COLUMNS));
  await writer.finish();
  bytes = await readFile(whole);
});
afterAll(() => rm(folder, { recursive: true }));

async function readAll(path: string): Promise<number> {
  const reader = await ParquetReader.open(path);
  try {
    let rows = 0;
    for (let group = 0; group < reader.rowGroups.length; group++) rows += (await reader.readRowGroup(group)).rows;
    return rows;
  } finally {
    await reader.close();
  }
}

async function readBytes(content: Uint8Array): Promise<number | LongshoreError> {
  const path = join(folder, 'damaged.parquet');
  await writeFile(path, content);
  try {
    return await readAll(path);
  } catch (error) {
    if (error instanceof LongshoreError) return error;
    throw error;
  }
}

describe('ParquetReader', () => {
  it('refuses a file that is cut short anywhere', async () => {
    for (let length = 0; length < bytes.length; length++)
      expect(await readBytes(bytes.subarray(0, length))).toMatchObject({ code: 'PART_CORRUPT' });
  });

  it('meets damage with an error that names the file, and with nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), async (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        const result = await readBytes(damaged);
        if (result instanceof LongshoreError)
          expect(result).toMatchObject({
            code: expect.stringMatching(/^(PART_CORRUPT|TYPE_NOT_SUPPORTED)$/),
            message: expect.stringContaining('damaged.parquet'),
          });
        else expect(result).toBe(3);
      }),
      { numRuns: 1500 },
    );
  });

  it('says that a file is not there', async () => {
    await expect(ParquetReader.open(join(folder, 'missing.parquet'))).rejects.toMatchObject({
      code: 'PART_CORRUPT',
      message: expect.stringContaining('missing.parquet'),
    });
  });

  it('notices a file that is cut while it is read', async () => {
    const path = join(folder, 'shrinking.parquet');
    await copyFile(whole, path);
    const reader = await ParquetReader.open(path);
    const handle = await open(path, 'r+');
    await handle.truncate(10);
    await handle.close();
    await expect(reader.readRowGroup(0)).rejects.toMatchObject({
      code: 'PART_CORRUPT',
      message: expect.stringContaining('too early'),
    });
    await reader.close();
  });

  it.each([
    ['SELECT [1, 2] AS list', '', 'list'],
    ["SELECT {'a': 1} AS struct", '', 'struct'],
    ['SELECT 1 AS a, INTERVAL 1 DAY AS span', '', 'span'],
    ['SELECT 7 AS snap FROM range(10)', ', COMPRESSION snappy', 'SNAPPY'],
  ])('names what it does not read: %s', async (select, options, named) => {
    const path = join(folder, 'unknown.parquet');
    await withDuckdb((connection) => connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet${options})`));
    await expect(readAll(path)).rejects.toMatchObject({
      code: 'TYPE_NOT_SUPPORTED',
      message: expect.stringContaining(named),
    });
  });
});
