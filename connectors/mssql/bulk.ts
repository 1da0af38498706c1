/**
 * INSERT BULK over a connection of the driver. The driver would take rows as objects and round decimals; here it is
 * handed rows that are encoded already, and goes on to frame, encrypt and cancel.
 */
import type { BulkLoad, Connection } from 'tedious';
import { columnMetadata, declaration, type BulkColumn } from './bulk-columns';
import type { RowChunk } from './bulk-encoder';
import { qualified } from './sql';
import type { TableRef } from '../../core/types/table';

type DataType = Parameters<BulkLoad['addColumn']>[1];

/**
 * The one column that the driver knows of: a value is a chunk of rows. The driver writes the token that begins a row in
 * front of each, so a chunk is given without its first byte.
 */
const CHUNK: DataType = {
  id: 0,
  type: 'CHUNK',
  name: 'Chunk',
  declaration: () => '',
  validate: (value: Buffer): Buffer => value,
  writeTypeInfo: () => undefined,
  writeValue: (buffer, { value }) => buffer.writeBuffer(value as Buffer),
};

/** Rows of the load as the server counted them. The connection is unusable after an error. */
export function bulkLoad(
  connection: Connection,
  table: TableRef | string,
  columns: readonly BulkColumn[],
  chunks: AsyncIterable<RowChunk>,
): Promise<number> {
  const name = typeof table === 'string' ? table : qualified(table);
  return new Promise((resolve, reject) => {
    // Loaded columns of staging have no defaults, so a NULL stays one; columns that are not loaded get theirs.
    const load = connection.newBulkLoad(name, { lockTable: true }, (error, rows) => {
      if (error) reject(error);
      else resolve(rows ?? 0);
    });
    load.setTimeout(0);
    load.addColumn('chunk', CHUNK, { nullable: false });
    load.getBulkInsertSql = () => `INSERT BULK ${name} (${columns.map(declaration).join(', ')})${load.getOptionsSql()}`;
    load.getColMetaData = () => columnMetadata(columns);
    // A server may cut a connection on which a message ends early, so what was wrong with the rows is said first.
    connection.execBulkLoad(load, rowsOf(chunks, reject));
  });
}

async function* rowsOf(
  chunks: AsyncIterable<RowChunk>,
  failed: (error: unknown) => void,
): AsyncGenerator<[Buffer], void, undefined> {
  try {
    for await (const { data } of chunks) yield [data.subarray(1)];
  } catch (error) {
    failed(error);
    throw error;
  }
}
