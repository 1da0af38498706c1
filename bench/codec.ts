/**
 * What decoding, writing, reading and encoding cost by themselves: generated rows of the shape of an orders table, one
 * thread, no server. MB are megabytes of binary COPY. Run: `npm run build && node dist/bench/codec.js [rows]`.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnBatch } from '../core/columnar/batch';
import { BinaryCopyDecoder } from '../connectors/postgres/binary-decoder';
import { BINARY_HEADER, BINARY_TRAILER, encodeBinary } from '../connectors/postgres/binary-encoder';
import type { PartColumn } from '../core/types/transfer';
import { ParquetReader, ParquetWriter } from '../storage';

const COLUMNS: PartColumn[] = [
  { name: 'id', nativeType: 'bigint', logical: { kind: 'int64' } },
  { name: 'customer_id', nativeType: 'integer', logical: { kind: 'int32' } },
  { name: 'amount', nativeType: 'numeric(12,2)', logical: { kind: 'decimal', precision: 12, scale: 2 } },
  { name: 'tax', nativeType: 'numeric(18,6)', logical: { kind: 'decimal', precision: 18, scale: 6 } },
  { name: 'qty', nativeType: 'smallint', logical: { kind: 'int16' } },
  { name: 'ordered', nativeType: 'date', logical: { kind: 'date' } },
  { name: 'created_at', nativeType: 'timestamp without time zone', logical: { kind: 'timestamp' } },
  { name: 'shipped_at', nativeType: 'timestamp with time zone', logical: { kind: 'timestamptz' } },
  { name: 'status', nativeType: 'text', logical: { kind: 'text', of: 'text' } },
  { name: 'note', nativeType: 'text', logical: { kind: 'text', of: 'text' } },
  { name: 'active', nativeType: 'boolean', logical: { kind: 'boolean' } },
];

const BATCH_ROWS = 122_880;
/** As much as a socket gives at a time. */
const CHUNK = 65_536;
const STATUSES = ['new', 'paid', 'shipped', 'cancelled', 'returned'];

/** A batch of made-up orders that starts at row `first`. */
function orders(first: number, rows: number): ColumnBatch {
  const fill = <T extends Int32Array | BigInt64Array | Uint8Array>(
    out: T,
    value: (row: number) => T extends BigInt64Array ? bigint : number,
  ): T => {
    for (let i = 0; i < rows; i++) out[i] = value(first + i);
    return out;
  };
  const texts = (value: (row: number) => string) => {
    const parts = Array.from({ length: rows }, (_, i) => Buffer.from(value(first + i)));
    const offsets = new Uint32Array(rows + 1);
    parts.forEach((part, i) => (offsets[i + 1] = offsets[i]! + part.length));
    return { data: new Uint8Array(Buffer.concat(parts)), offsets };
  };
  const everyThirdNull = fill(new Uint8Array(rows), (row) => (row % 3 === 0 ? 0 : 1));
  const random = (row: number, modulus: number): number => (Math.imul(row, 2_654_435_761) >>> 0) % modulus;
  const values = [
    fill(new BigInt64Array(rows), (row) => BigInt(row)),
    fill(new Int32Array(rows), (row) => random(row, 1_000_000)),
    fill(new BigInt64Array(rows), (row) => BigInt(random(row, 1_000_000_000))),
    fill(new BigInt64Array(rows), (row) => BigInt(random(row, 2 ** 31)) * 1000n),
    fill(new Int32Array(rows), (row) => random(row, 100)),
    fill(new Int32Array(rows), (row) => 18_000 + random(row, 2000)),
    fill(new BigInt64Array(rows), (row) => 1_600_000_000_000_000n + BigInt(row) * 1_000_000n),
    fill(new BigInt64Array(rows), (row) => 1_600_000_000_000_000n + BigInt(random(row, 2 ** 31)) * 10_000n),
    texts((row) => STATUSES[random(row, STATUSES.length)]!),
    texts((row) => (row % 3 === 0 ? '' : `note for order ${row}, with "quotes"`)),
    fill(new Uint8Array(rows), (row) => row % 2),
  ];
  return {
    rows,
    columns: COLUMNS.map(({ logical, name }, i) => ({
      logical,
      values: values[i]!,
      ...(name === 'note' && { validity: everyThirdNull }),
    })),
  };
}

/** Seconds of CPU, all threads of the process. */
async function cpu(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function main(rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const path = join(folder, 'part.parquet');
  const spent = { decode: 0, write: 0, read: 0, encode: 0 };
  let bytes = 0;
  try {
    const decoder = new BinaryCopyDecoder(COLUMNS, { batchRows: BATCH_ROWS });
    const writer = await ParquetWriter.open(path, COLUMNS, { codec: 'zstd', level: 1 });
    const write = async (batch: ColumnBatch): Promise<void> => {
      spent.write += await cpu(() => writer.write(batch));
    };
    const feed = async (chunk: Uint8Array): Promise<void> => {
      bytes += chunk.length;
      const batches: ColumnBatch[] = [];
      spent.decode += await cpu(() => {
        for (let at = 0; at < chunk.length; at += CHUNK) decoder.push(chunk, at, Math.min(chunk.length, at + CHUNK));
        for (let batch = decoder.take(); batch; batch = decoder.take()) batches.push(batch);
      });
      for (const batch of batches) await write(batch);
    };
    await feed(BINARY_HEADER);
    for (let first = 0; first < rows; first += BATCH_ROWS) {
      // Made and encoded outside the clock, then fed as a server would.
      for (const chunk of encodeBinary(orders(first, Math.min(BATCH_ROWS, rows - first)), COLUMNS)) await feed(chunk);
    }
    await feed(BINARY_TRAILER);
    const last = decoder.finish();
    if (last) await write(last);
    spent.write += await cpu(async () => {
      await writer.finish();
    });

    const reader = await ParquetReader.open(path);
    let encoded = BINARY_HEADER.length + BINARY_TRAILER.length;
    for (let group = 0; group < reader.rowGroups.length; group++) {
      let batch: ColumnBatch | undefined;
      spent.read += await cpu(async () => {
        batch = await reader.readRowGroup(group);
      });
      spent.encode += await cpu(() => {
        if (batch) for (const chunk of encodeBinary(batch, COLUMNS)) encoded += chunk.length;
      });
    }
    await reader.close();
    if (encoded !== bytes) throw new Error(`${encoded} bytes came back where ${bytes} were fed.`);
    report(rows, bytes, (await stat(path)).size, spent);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function report(rows: number, bytes: number, fileBytes: number, spent: Record<string, number>): void {
  const megabytes = bytes / 1e6;
  console.log(`${rows} rows, ${megabytes.toFixed(0)} MB of binary COPY, ${(fileBytes / 1e6).toFixed(0)} MB of Parquet`);
  for (const [step, seconds] of Object.entries(spent)) {
    console.log(
      `${step.padEnd(7)} ${seconds.toFixed(2).padStart(6)} s CPU ${(megabytes / seconds).toFixed(0).padStart(6)} MB/s`,
    );
  }
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}

main(Number(process.argv[2] ?? 2_000_000)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
