/** Rows of a table into a Parquet file and back: every column as text in PostgreSQL's own notation. */
import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { ColumnBatch } from '../../core/columnar/batch';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { LogicalType } from '../../core/types/table';
import type { PartColumn } from '../../core/types/transfer';
import type { Statement, WarehouseTable } from '../../core/types/warehouse';
import { ParquetReader, ParquetWriter } from '../../storage';
import type { LoadMark } from '../warehouse';
import { BinaryCopyDecoder } from './binary-decoder';
import { copyOut, type CopySink } from './copy-out';
import { toPostgresError } from './errors';
import { abortable } from './extract';
import { parseNativeType } from './native-types';
import type { PostgresClient, PostgresPool } from './pool';
import { ident, identList, literal, qualified } from './sql';
import { encodeText } from './text-encoder';
import { textForm } from './types';
import { inMarkedTransaction, type TransactionRequest } from './warehouse-transaction';

const TEXT: LogicalType = { kind: 'text', of: 'text' };
const BATCH_ROWS = 65_536;

const idOf = ({ ref }: WarehouseTable): string => `${ref.schema}.${ref.name}`;

const partColumns = ({ columns }: WarehouseTable): PartColumn[] =>
  columns.map(({ name }) => ({ name, nativeType: 'text', logical: TEXT }));

/** The file has its name only once it is complete. */
export async function exportRows(
  pool: PostgresPool,
  table: WarehouseTable,
  where: Statement,
  file: string,
  signal?: AbortSignal,
): Promise<number> {
  const list = table.columns.map(({ name, nativeType }) => textForm(ident(name), parseNativeType(nativeType)));
  const sql = `COPY (SELECT ${list.join(', ')} FROM ${qualified(table.ref)} WHERE ${inlined(where)}) TO STDOUT (FORMAT binary)`;
  const writer = await ParquetWriter.open(file, partColumns(table), { codec: 'zstd' });
  try {
    const sink = new ExportSink(writer, new BinaryCopyDecoder(partColumns(table), { batchRows: BATCH_ROWS }));
    const sent = await pool.transaction((client) => abortable(pool, client, signal, () => copyOut(client, sql, sink)), {
      readOnly: true,
      retry: false,
    });
    await sink.finish();
    const { rows } = await writer.finish();
    if (rows !== sent)
      throw new LongshoreError(
        'COUNT_MISMATCH',
        `The server sent ${sent} rows of ${idOf(table)} and ${rows} were written.`,
        {
          table: idOf(table),
        },
      );
    return rows;
  } catch (error) {
    await writer.abort();
    throw failure(error, table, signal);
  }
}

/** COPY takes no parameters. */
const inlined = ({ sql, binds = [] }: Statement): string =>
  sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\d+)/g, (text, number: string | undefined) => {
    if (number === undefined) return text;
    const value = binds[Number(number) - 1];
    return value === null || value === undefined ? 'NULL' : literal(String(value));
  });

class ExportSink implements CopySink {
  constructor(
    readonly writer: ParquetWriter,
    readonly decoder: BinaryCopyDecoder,
  ) {}

  push(chunk: Uint8Array, start: number, end: number): boolean {
    return this.decoder.push(chunk, start, end);
  }

  async drain(): Promise<void> {
    for (let batch = this.decoder.take(); batch; batch = this.decoder.take()) await this.writer.write(batch);
  }

  async finish(): Promise<void> {
    await this.drain();
    const last = this.decoder.finish();
    if (last && last.rows > 0) await this.writer.write(last);
  }
}

/** Rows that came back; undefined where the mark is there already. */
export async function importRows(
  pool: PostgresPool,
  table: WarehouseTable,
  file: string,
  request: TransactionRequest & { mark: LoadMark },
): Promise<number | undefined> {
  const names = table.columns.map(({ name }) => name);
  try {
    return await inMarkedTransaction(pool, request, async (client) => {
      const list = names.map((name) => `${ident(name)} text`).join(', ');
      await client.query(`CREATE TEMPORARY TABLE longshore_rows (${list}) ON COMMIT DROP`);
      await fill(client, table, file, request.signal);
      const values = table.columns.map(({ name, nativeType }) => `${ident(name)}::${nativeType}`).join(', ');
      // Numbers of an identity column come back as they were.
      const { rowCount } = await client.query(
        `INSERT INTO ${qualified(table.ref)} (${identList(names)}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM pg_temp.longshore_rows`,
      );
      return rowCount ?? 0;
    });
  } catch (error) {
    throw failure(error, table, request.signal);
  }
}

async function fill(
  client: PostgresClient,
  table: WarehouseTable,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const columns = partColumns(table);
  const reader = await ParquetReader.open(file);
  try {
    const copy = client.query(
      copyFrom(`COPY pg_temp.longshore_rows (${identList(columns.map(({ name }) => name))}) FROM STDIN`),
    );
    const ended = new AbortController();
    copy.on('error', (error) => ended.abort(error));
    const any = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
    try {
      const finished = once(copy, 'finish', { signal: any });
      finished.catch(() => undefined);
      for (let group = 0; group < reader.rowGroups.length; group += 1) {
        const batch = inOrder(await reader.readRowGroup(group), reader.columns, table);
        for (const chunk of encodeText(batch, columns)) {
          any.throwIfAborted();
          if (!copy.write(chunk)) await once(copy, 'drain', { signal: any });
        }
      }
      copy.end();
      await finished;
    } catch (error) {
      // The server waits for rows until it is told that there are no more.
      copy.destroy();
      throw ended.signal.aborted ? (ended.signal.reason as unknown) : error;
    }
  } finally {
    await reader.close();
  }
}

/** The table may have other columns by now, and in another order; values are found by their names. */
function inOrder(batch: ColumnBatch, columns: readonly PartColumn[], table: WarehouseTable): ColumnBatch {
  const vectors = table.columns.map(({ name }) => {
    const vector = batch.columns[columns.findIndex((column) => column.name === name)];
    if (vector) return vector;
    throw new LongshoreError('COLUMN_NOT_FOUND', `The backup has no column ${name} of ${idOf(table)}.`, {
      table: idOf(table),
      column: name,
    });
  });
  return { rows: batch.rows, columns: vectors };
}

function failure(error: unknown, table: WarehouseTable, signal: AbortSignal | undefined): LongshoreError {
  const place = { table: idOf(table) };
  if (signal?.aborted)
    return new LongshoreError('CANCELLED', `Moving rows of ${idOf(table)} was cancelled.`, place, { cause: error });
  return toPostgresError(error, place);
}
