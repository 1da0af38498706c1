import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { BinaryCopyDecoder, NeedsText } from '../../../connectors/postgres/binary-decoder';
import {
  BINARY_HEADER,
  BINARY_TRAILER,
  encodeBinary,
  type TargetColumn,
} from '../../../connectors/postgres/binary-encoder';
import { encodeText } from '../../../connectors/postgres/text-encoder';
import type { PartColumn } from '../../../core/types/transfer';
import { ParquetReader, ParquetWriter } from '../../../storage';
import { testPostgres } from '../../helpers/postgres';

const COLUMNS: PartColumn[] = [
  { name: 'id', nativeType: 'integer', logical: { kind: 'int32' } },
  { name: 'flag', nativeType: 'boolean', logical: { kind: 'boolean' } },
  { name: 'small', nativeType: 'smallint', logical: { kind: 'int16' } },
  { name: 'number', nativeType: 'integer', logical: { kind: 'int32' } },
  { name: 'large', nativeType: 'bigint', logical: { kind: 'int64' } },
  { name: 'object', nativeType: 'oid', logical: { kind: 'int64' } },
  { name: 'f4', nativeType: 'real', logical: { kind: 'float32' } },
  { name: 'f8', nativeType: 'double precision', logical: { kind: 'float64' } },
  { name: 'n5', nativeType: 'numeric(5,5)', logical: { kind: 'decimal', precision: 5, scale: 5 } },
  { name: 'n9', nativeType: 'numeric(9,2)', logical: { kind: 'decimal', precision: 9, scale: 2 } },
  { name: 'n18', nativeType: 'numeric(18,6)', logical: { kind: 'decimal', precision: 18, scale: 6 } },
  { name: 'n18i', nativeType: 'numeric(18,0)', logical: { kind: 'decimal', precision: 18, scale: 0 } },
  { name: 'n38', nativeType: 'numeric(38,10)', logical: { kind: 'decimal', precision: 38, scale: 10 } },
  { name: 'n38f', nativeType: 'numeric(38,38)', logical: { kind: 'decimal', precision: 38, scale: 38 } },
  { name: 'day', nativeType: 'date', logical: { kind: 'date' } },
  { name: 'clock', nativeType: 'time without time zone', logical: { kind: 'time' } },
  { name: 'ts', nativeType: 'timestamp without time zone', logical: { kind: 'timestamp' } },
  { name: 'tz', nativeType: 'timestamp(3) with time zone', logical: { kind: 'timestamptz' } },
  { name: 'uid', nativeType: 'uuid', logical: { kind: 'uuid' } },
  { name: 'raw', nativeType: 'bytea', logical: { kind: 'bytes' } },
  { name: 'note', nativeType: 'text', logical: { kind: 'text', of: 'text' } },
  { name: 'code', nativeType: 'character varying(10)', logical: { kind: 'text', of: 'text' } },
  { name: 'padded', nativeType: 'character(6)', logical: { kind: 'text', of: 'text' } },
  { name: 'doc', nativeType: 'json', logical: { kind: 'text', of: 'json' } },
  { name: 'docb', nativeType: 'jsonb', logical: { kind: 'text', of: 'json' } },
]; // prettier-ignore

/** Extremes by column; row i of the table takes value i (modulo) of each, so that neighbours differ. */
const EXTREMES: Record<string, string[]> = {
  flag: ['true', 'false', 'NULL'],
  small: ['-32768', '32767', '0', 'NULL', '-1'],
  number: ['-2147483648', '2147483647', '0', '-1', 'NULL'],
  large: [
    '-9223372036854775808',
    '9223372036854775807',
    '0',
    '-1',
    '4294967296',
    '-4294967297',
    '9007199254740993',
    'NULL',
  ],
  object: ['0', '4294967295', '2147483648', 'NULL'],
  f4: ["'NaN'", "'Infinity'", "'-Infinity'", "'-0'", '1e-45', '3.4028235e38', '0.1', 'NULL'],
  f8: [
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    "'-0'",
    '5e-324',
    '1.7976931348623157e308',
    '0.1',
    '2.2250738585072011e-308',
    'NULL',
  ],
  n5: ['0.00001', '-0.99999', '0', '0.1', 'NULL'],
  n9: ['9999999.99', '-9999999.99', '0.01', '-0.01', '0', '10000', '0.1', 'NULL'],
  n18: [
    '999999999999.999999',
    '-999999999999.999999',
    '0.000001',
    '-0.000001',
    '90071992547.409930',
    '1',
    '10000',
    '0',
    '-0.1',
    'NULL',
  ],
  n18i: [
    '999999999999999999',
    '-999999999999999999',
    '9007199254740993',
    '-9007199254740991',
    '1',
    '100000000',
    '0',
    'NULL',
  ],
  n38: [
    '9999999999999999999999999999.9999999999',
    '-9999999999999999999999999999.9999999999',
    '0.0000000001',
    '-0.0000000001',
    '1',
    '922337203.6854775807',
    '-922337203.6854775808',
    '922337203.6854775808',
    '1844674407370955161.6',
    '0',
    'NULL',
  ],
  n38f: [
    "'0.99999999999999999999999999999999999999'",
    "'-0.00000000000000000000000000000000000001'",
    '0.5',
    '0',
    'NULL',
  ],
  day: [
    "'infinity'",
    "'-infinity'",
    "'4713-01-01 BC'",
    "'0001-01-01'",
    "'0001-12-31 BC'",
    "'1969-12-31'",
    "'2000-02-29'",
    "'5874897-12-31'",
    'NULL',
  ],
  clock: ["'00:00:00'", "'24:00:00'", "'23:59:59.999999'", "'12:34:56.7'", 'NULL'],
  ts: [
    "'infinity'",
    "'-infinity'",
    "'4713-01-01 00:00:00 BC'",
    "'0044-03-15 12:00:00.000001 BC'",
    "'1969-12-31 23:59:59.999999'",
    "'2000-01-01'",
    "'294246-12-31 23:59:59.999999'",
    "'1999-12-31 23:59:59.5'",
    'NULL',
  ],
  tz: [
    "'infinity'",
    "'-infinity'",
    "'4713-01-02 00:00:00+00 BC'",
    "'1969-12-31 23:59:59.999+00'",
    "'2024-02-29 12:00:00.123+05:30'",
    "'294246-12-31 00:00:00+00'",
    'NULL',
  ],
  uid: [
    "'00000000-0000-0000-0000-000000000000'",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    'gen_random_uuid()',
    'NULL',
  ],
  raw: ["''", "'\\x00ff5c0a'", "decode(repeat('00', 200), 'hex')", 'NULL'],
  note: [
    "''",
    "'🐘 ünï'",
    "E'tab\\tnew\\nline\\\\N \\\\. \\r\\b\\f\\v'",
    "repeat('é', 100)",
    "'\\N'",
    "'NULL'",
    "repeat('x', 128)",
    "repeat('y', 129)",
    'NULL',
  ],
  code: ["'äöüäöüäöüä'", "''", "'ab  '", 'NULL'],
  padded: ["'ab'", "'äöü'", "''", "'123456'", 'NULL'],
  doc: [`'{"a": [1, 2.50, "\\u00e9"] , "a": null}'`, "'null'", "'[]'", 'NULL'],
  docb: [`'{"b": "é", "a": 1e10}'`, "'null'", 'NULL'],
};

const ROWS = 100;
const LIST = COLUMNS.map(({ name }) => `"${name}"`).join(', ');

let postgres: Awaited<ReturnType<typeof testPostgres>>;
let url: string;
let client: Client;
let folder: string;

beforeAll(async () => {
  postgres = await testPostgres();
  url = await postgres.createDatabase('codec');
  client = new Client({ connectionString: url });
  await client.connect();
  folder = await mkdtemp(join(tmpdir(), 'longshore-copy-'));
  await client.query(
    `CREATE TABLE source (${COLUMNS.map(({ name, nativeType }) => `"${name}" ${nativeType}`).join(', ')})`,
  );
  for (let row = 0; row < ROWS; row++) {
    const values = COLUMNS.map(({ name }) =>
      name === 'id' ? String(row) : EXTREMES[name]![row % EXTREMES[name]!.length]!,
    );
    await client.query(`INSERT INTO source VALUES (${values.join(', ')})`);
  }
  await client.query(
    `INSERT INTO source (id, note, raw) VALUES (${ROWS}, repeat('long 🐘 ', 400000), decode(repeat('5c0d0a', 1000000), 'hex'))`,
  );
});

afterAll(async () => {
  await client?.end();
  if (url) await postgres.dropDatabase(url);
  if (folder) await rm(folder, { recursive: true });
});

async function extract(
  query: string,
  columns: PartColumn[],
  path: string,
  batchRows: number,
): Promise<{ rows: number; batches: number }> {
  const writer = await ParquetWriter.open(path, columns, { codec: 'zstd' });
  const decoder = new BinaryCopyDecoder(columns, { batchRows });
  let batches = 0;
  try {
    for await (const chunk of client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))) {
      decoder.push(chunk as Uint8Array);
      for (let batch = decoder.take(); batch; batch = decoder.take(), batches++) await writer.write(batch);
    }
    const last = decoder.finish();
    if (last) {
      await writer.write(last);
      batches++;
    }
    return { rows: (await writer.finish()).rows, batches };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

async function load(table: string, columns: TargetColumn[], path: string, format: 'binary' | 'text'): Promise<void> {
  const reader = await ParquetReader.open(path);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (format === 'binary') yield BINARY_HEADER;
    for await (const batch of reader.batches())
      yield* format === 'binary' ? encodeBinary(batch, columns) : encodeText(batch, columns);
    if (format === 'binary') yield BINARY_TRAILER;
  }
  const list = columns.map(({ name }) => `"${name}"`).join(', ');
  try {
    await pipeline(
      Readable.from(chunks()),
      client.query(copyFrom(`COPY ${table} (${list}) FROM STDIN (FORMAT ${format})`)),
    );
  } finally {
    await reader.close();
  }
}

async function binaryOf(table: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(
    copyTo(`COPY (SELECT ${LIST} FROM ${table} ORDER BY id) TO STDOUT (FORMAT binary)`),
  ))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('a table of every type', () => {
  it.each([
    ['binary', 1],
    ['binary', ROWS],
    ['binary', ROWS + 1],
    ['binary', 7],
    ['text', 30],
  ] as const)('comes back bit by bit through Parquet and %s COPY, %i rows a batch', async (format, batchRows) => {
    const path = join(folder, `${format}-${batchRows}.parquet`);
    await client.query('DROP TABLE IF EXISTS target; CREATE TABLE target (LIKE source)');
    const { rows } = await extract(`SELECT ${LIST} FROM source`, COLUMNS, path, batchRows);
    expect(rows).toBe(ROWS + 1);
    await load('target', COLUMNS, path, format);
    expect((await binaryOf('target')).equals(await binaryOf('source'))).toBe(true);
    const cast = COLUMNS.map(({ name, nativeType }) => (nativeType === 'json' ? `"${name}"::text` : `"${name}"`)).join(
      ', ',
    );
    const differences = await client.query(
      `(SELECT ${cast} FROM source EXCEPT SELECT ${cast} FROM target) UNION ALL (SELECT ${cast} FROM target EXCEPT SELECT ${cast} FROM source)`,
    );
    expect(differences.rows).toEqual([]);
  });

  it.each([0, 1])('comes back when it has %i rows', async (rows) => {
    const path = join(folder, `rows-${rows}.parquet`);
    await client.query('DROP TABLE IF EXISTS target; CREATE TABLE target (LIKE source)');
    expect((await extract(`SELECT ${LIST} FROM source WHERE id < ${rows}`, COLUMNS, path, 1)).rows).toBe(rows);
    await load('target', COLUMNS, path, 'binary');
    expect((await client.query('SELECT count(*)::int AS rows FROM target')).rows).toEqual([{ rows }]);
  });

  it('is cut into batches by bytes as well as by rows', async () => {
    const decoder = new BinaryCopyDecoder(
      [{ name: 'note', nativeType: 'text', logical: { kind: 'text', of: 'text' } }],
      { batchRows: 1000, batchBytes: 100_000 },
    );
    const sizes: number[] = [];
    for await (const chunk of client.query(
      copyTo(`COPY (SELECT repeat('x', 30000) FROM generate_series(1, 50)) TO STDOUT (FORMAT binary)`),
    )) {
      decoder.push(chunk as Uint8Array);
      for (let batch = decoder.take(); batch; batch = decoder.take()) sizes.push(batch.rows);
    }
    expect(decoder.finish()?.rows).toBe(2);
    expect(sizes).toEqual(Array.from({ length: 12 }, () => 4));
  });
});

describe('values with no room in their logical type', () => {
  it.each([
    ["'NaN'::numeric(9,2)", { kind: 'decimal', precision: 9, scale: 2 }],
    ["'NaN'::numeric(38,2)", { kind: 'decimal', precision: 38, scale: 2 }],
    ["'Infinity'::numeric", { kind: 'decimal', precision: 38, scale: 2 }],
    ["'-Infinity'::numeric", { kind: 'decimal', precision: 38, scale: 2 }],
    ["'294276-12-31 23:59:59.999999'::timestamp", { kind: 'timestamp' }],
  ] as const)('%s asks for its column as text', async (value, logical) => {
    const columns: PartColumn[] = [
      { name: 'a', nativeType: 'integer', logical: { kind: 'int32' } },
      { name: 'b', nativeType: 'numeric', logical },
    ];
    const asked = await extract(`SELECT 1, ${value}`, columns, join(folder, 'needs-text.parquet'), 10).catch(
      (error: unknown) => error,
    );
    expect(asked).toBeInstanceOf(NeedsText);
    expect(asked).toMatchObject({ columnIndex: 1, column: 'b' });
  });

  it.each([
    ["'0.001'::numeric", 9, 2],
    ["'12345678.00'::numeric", 9, 2],
    ["'1e30'::numeric", 38, 10],
    ["'1e-11'::numeric", 38, 10],
    ["'1000000000000000000'::numeric", 18, 0],
    ["'123456789012.1234567'::numeric", 18, 6],
  ] as const)('%s is refused as decimal(%i,%i)', async (value, precision, scale) => {
    const columns: PartColumn[] = [
      { name: 'b', nativeType: 'numeric', logical: { kind: 'decimal', precision, scale } },
    ];
    await expect(extract(`SELECT ${value}`, columns, join(folder, 'refused.parquet'), 10)).rejects.toMatchObject({
      code: 'VALUE_NOT_REPRESENTABLE',
      place: { column: 'b' },
      row: 0,
    });
  });
});

describe('widening', () => {
  it('carries integers and decimals into wider types, exactly', async () => {
    const columns: PartColumn[] = [
      { name: 'a', nativeType: 'integer', logical: { kind: 'int32' } },
      { name: 'b', nativeType: 'numeric(9,2)', logical: { kind: 'decimal', precision: 9, scale: 2 } },
      { name: 'c', nativeType: 'bigint', logical: { kind: 'int64' } },
      { name: 'd', nativeType: 'numeric(38,10)', logical: { kind: 'decimal', precision: 38, scale: 10 } },
    ];
    const path = join(folder, 'wide.parquet');
    await extract('SELECT number, n9, large, n38 FROM source', columns, path, 40);
    const types = ['bigint', 'numeric(20,7)', 'numeric(30,5)', 'numeric'];
    for (const format of ['binary', 'text'] as const) {
      await client.query(
        `DROP TABLE IF EXISTS wide; CREATE TABLE wide (${columns.map(({ name }, index) => `${name} ${types[index]}`).join(', ')})`,
      );
      await load(
        'wide',
        columns.map(({ name, logical }, index) => ({ name, logical, nativeType: types[index]! })),
        path,
        format,
      );
      const differences = await client.query(
        `(SELECT number::bigint, n9::numeric(20,7)::text, large::numeric(30,5)::text, n38::text FROM source EXCEPT ALL SELECT a, b::text, c::text, d::text FROM wide)
          UNION ALL (SELECT a, b::text, c::text, d::text FROM wide EXCEPT ALL SELECT number, n9::numeric(20,7)::text, large::numeric(30,5)::text, n38::text FROM source)`,
      );
      expect(differences.rows).toEqual([]);
    }
  });
});
