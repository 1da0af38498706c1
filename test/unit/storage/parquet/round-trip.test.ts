import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { ColumnBatch } from '../../../../core/columnar/batch';
import type { PartColumn } from '../../../../core/types/transfer';
import { CODECS, type Codec } from '../../../../schemas/constants';
import { ParquetReader } from '../../../../storage/parquet/reader';
import { ParquetWriter, type ParquetFileFacts } from '../../../../storage/parquet/writer';
import { anyColumns, batchOf, joined, type PlainColumn, type PlainValue, utf8 } from '../../core/columnar/values';
import { duckdbType, plainOf, sqlText, withDuckdb } from './duckdb-values';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
const newFile = (): string => join(folder, `${files++}.parquet`);

const partColumns = (columns: PlainColumn[]): PartColumn[] =>
  columns.map(({ logical }, index) => ({ name: `c${index}`, nativeType: `type ${index}`, logical }));

async function writeFile(
  path: string,
  columns: PartColumn[],
  batches: ColumnBatch[],
  options: { codec: Codec; pageBytes?: number },
): Promise<ParquetFileFacts> {
  const writer = await ParquetWriter.open(path, columns, options);
  try {
    for (const batch of batches) await writer.write(batch);
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function readFileBatches(
  path: string,
): Promise<{ columns: readonly PartColumn[]; rows: number; batches: ColumnBatch[] }> {
  const reader = await ParquetReader.open(path);
  try {
    const batches: ColumnBatch[] = [];
    for (let group = 0; group < reader.rowGroups.length; group++) batches.push(await reader.readRowGroup(group));
    return { columns: reader.columns, rows: reader.rows, batches };
  } finally {
    await reader.close();
  }
}

/** As `Object.is`, bytes by their content. Jest's own comparison takes a second for 25,000 values. */
const sameValue = (a: PlainValue, b: PlainValue): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : Object.is(a, b);

describe('ParquetWriter and ParquetReader', () => {
  it('give back every value, whatever the codec, the row groups and the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
        anyColumns,
        fc.constantFrom(...CODECS),
        fc.constantFrom(1, 16, 400, undefined),
        async (repeats, columns, codec, pageBytes) => {
          const batches = [0, ...repeats].map(() => batchOf(columns)).filter(({ rows }) => rows > 0);
          const part = partColumns(columns);
          const path = newFile();
          const facts = await writeFile(path, part, batches, { codec, ...(pageBytes !== undefined && { pageBytes }) });
          const bytes = await readFile(path);
          expect(facts).toEqual({
            rows: batches.reduce((sum, { rows }) => sum + rows, 0),
            bytes: bytes.length,
            sha256: createHash('sha256').update(bytes).digest('hex'),
          });
          const read = await readFileBatches(path);
          expect(read.columns).toEqual(part);
          expect(read.rows).toBe(facts.rows);
          expect(read.batches).toEqual(batches);
          await rm(path);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('write files whose types and values DuckDB sees as they are', async () => {
    await withDuckdb((connection) =>
      fc.assert(
        fc.asyncProperty(
          anyColumns,
          fc.constantFrom(...CODECS),
          fc.constantFrom(16, undefined),
          async (columns, codec, pageBytes) => {
            const path = newFile();
            await writeFile(path, partColumns(columns), [batchOf(columns), batchOf(columns)], {
              codec,
              ...(pageBytes !== undefined && { pageBytes }),
            });
            const result = await connection.runAndReadAll(`SELECT * FROM read_parquet(${sqlText(path)})`);
            expect(result.columnTypes().map((type) => type.alias ?? type.toString())).toEqual(
              columns.map(({ logical }) => duckdbType(logical)),
            );
            const seen = result
              .getColumns()
              .map((values, index) => values.map((value) => plainOf(columns[index]!.logical, value)));
            expect(seen).toEqual(
              columns.length > 0 && columns[0]!.values.length > 0
                ? columns.map(({ values }) => [...values, ...values])
                : seen.map(() => []),
            );
            await rm(path);
          },
        ),
        { numRuns: 100 },
      ),
    );
  });

  it.each([
    ['V1', ''],
    ['V2', ', PARQUET_VERSION v2'],
  ])('read what DuckDB writes with %s pages, values repeating or not', async (_, version) => {
    const select = `SELECT i::BIGINT AS id, (i % 7)::SMALLINT AS small, (i * 7919 - 40000000)::INTEGER AS number, (i % 3)::UTINYINT AS tiny, i::UINTEGER AS wide,
        (18446744073709551615 - i)::UBIGINT AS huge, i % 3 = 0 AS flag, CASE WHEN i % 5 > 0 THEN i % 2 = 0 END AS maybe,
        (i / 7)::DECIMAL(9,3) AS d9, (i * 1.01 - 300)::DECIMAL(18,2) AS d18, (i * 12345678901234567.89)::DECIMAL(38,4) AS d38,
        (i / 3)::FLOAT AS f4, -(i / 3)::DOUBLE AS f8, DATE '2020-01-01' + (i % 400)::INTEGER AS day, TIME '00:00:00' + INTERVAL (i) SECOND AS clock,
        TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND AS ts, CASE WHEN i % 4 > 0 THEN TIMESTAMPTZ '1969-01-01 00:00:00+00' + INTERVAL (i * 1234) MICROSECOND END AS tz,
        (TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND)::TIMESTAMP_MS AS ms, (TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND)::TIMESTAMP_NS AS ns,
        ('00000000-0000-0000-0000-' || lpad((i % 50)::VARCHAR, 12, '0'))::UUID AS uid, encode('bytes ' || (i % 11)) AS raw,
        CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'status ' || (i % 5) END AS status, 'note ' || i || repeat('x', (i % 200)::INTEGER) AS note,
        ('{"i":' || i || '}')::JSON AS doc, NULL::VARCHAR AS nothing
      FROM range(5000) t(i)`;
    const logical: PartColumn['logical'][] = [
      { kind: 'int64' }, { kind: 'int16' }, { kind: 'int32' }, { kind: 'int16' }, { kind: 'int64' },
      { kind: 'decimal', precision: 20, scale: 0 }, { kind: 'boolean' }, { kind: 'boolean' },
      { kind: 'decimal', precision: 9, scale: 3 }, { kind: 'decimal', precision: 18, scale: 2 }, { kind: 'decimal', precision: 38, scale: 4 },
      { kind: 'float32' }, { kind: 'float64' }, { kind: 'date' }, { kind: 'time' },
      { kind: 'timestamp' }, { kind: 'timestamptz' }, { kind: 'timestamp' }, { kind: 'timestamp' },
      { kind: 'uuid' }, { kind: 'bytes' }, { kind: 'text', of: 'text' }, { kind: 'text', of: 'text' }, { kind: 'text', of: 'json' }, { kind: 'text', of: 'text' },
    ]; // prettier-ignore
    await withDuckdb(async (connection) => {
      const result = await connection.runAndReadAll(
        `SELECT * REPLACE (ms::TIMESTAMP AS ms, ns::TIMESTAMP AS ns, huge::DECIMAL(20,0) AS huge) FROM (${select})`,
      );
      const expected = result
        .getColumns()
        .map((values, index) => values.map((value) => plainOf(logical[index]!, value)));
      expected[4] = expected[4]!.map((value) => BigInt(value as number));
      for (const codec of ['uncompressed', 'zstd', 'gzip', 'brotli']) {
        const path = newFile();
        await connection.run(
          `COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 2048${version})`,
        );
        const { columns, rows, batches } = await readFileBatches(path);
        expect(columns.map((column) => column.logical)).toEqual(logical);
        expect(rows).toBe(5000);
        const found = joined(batches, logical);
        for (const [index, { values }] of found.entries()) {
          const differs = values.findIndex((value, row) => !sameValue(value, expected[index]![row]!));
          expect({ codec, column: columns[index]!.name, differs }).toEqual({
            codec,
            column: columns[index]!.name,
            differs: -1,
          });
        }
      }
    });
  });

  it('carries a value larger than many pages', async () => {
    const long = new Uint8Array(70 * 1024 * 1024).fill(0x61);
    const columns: PlainColumn[] = [
      { logical: { kind: 'text', of: 'text' }, values: [utf8('before'), long, null, utf8('')] },
    ];
    const path = newFile();
    await writeFile(path, partColumns(columns), [batchOf(columns)], { codec: 'zstd' });
    const { batches } = await readFileBatches(path);
    const [before, found, ...rest] = joined(batches, [columns[0]!.logical])[0]!.values;
    expect(before).toEqual(utf8('before'));
    expect(Buffer.from(found as Uint8Array).equals(long)).toBe(true);
    expect(rest).toEqual([null, utf8('')]);
  });

  it('makes a readable file of no rows', async () => {
    const part: PartColumn[] = [{ name: 'a', nativeType: 'bigint', logical: { kind: 'int64' } }];
    const path = newFile();
    await writeFile(path, part, [], { codec: 'zstd' });
    expect(await readFileBatches(path)).toEqual({ columns: part, rows: 0, batches: [] });
    await withDuckdb(async (connection) => {
      const result = await connection.runAndReadAll(`SELECT count(*), count(a) FROM read_parquet(${sqlText(path)})`);
      expect(result.getRows()).toEqual([[0n, 0n]]);
    });
  });

  it('leaves nothing behind when aborted, and shows nothing before it is finished', async () => {
    const own = await mkdtemp(join(folder, 'abort-'));
    const columns: PlainColumn[] = [{ logical: { kind: 'int32' }, values: [1, 2] }];
    const writer = await ParquetWriter.open(join(own, 'a.parquet'), partColumns(columns), { codec: 'none' });
    await writer.write(batchOf(columns));
    await expect(stat(join(own, 'a.parquet'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(own)).toHaveLength(1);
    await writer.abort();
    await writer.abort();
    expect(await readdir(own)).toEqual([]);
  });

  it('names the folder that is not there', async () => {
    await expect(ParquetWriter.open(join(folder, 'missing', 'a.parquet'), [], { codec: 'none' })).rejects.toMatchObject(
      { code: 'STAGING_UNAVAILABLE', message: expect.stringContaining(join(folder, 'missing')) },
    );
  });
});
