/**
 * Rows that were decoded and perhaps masked, encoded for staging while their part is written: spares reading the part back,
 * which costs about as much as writing it.
 */
import type { ColumnBatch } from '../../core/columnar/batch';
import type { BatchLoad, BatchLoadRequest } from '../connector';
import { BINARY_HEADER, BINARY_TRAILER, canEncodeBinary, encodeBinary, type TargetColumn } from './binary-encoder';
import { targetColumns } from './load';
import type { PostgresPool } from './pool';
import { openCopy, type PostgresWireLoad } from './wire-load';

/** As `openWireLoad`; undefined where a column needs the server to parse it: such parts are loaded from their files. */
export async function openBatchLoad(
  pool: PostgresPool,
  stagingSchema: string,
  request: BatchLoadRequest,
): Promise<BatchLoad | 'loaded' | 'doubtful' | undefined> {
  let columns: TargetColumn[] = [];
  const opened = await openCopy(pool, stagingSchema, request, async (client, staging) => {
    columns = await targetColumns(client, staging, request);
    return columns.every((column) => canEncodeBinary(column, column.nativeType)) ? 'FORMAT binary' : undefined;
  });
  if (typeof opened !== 'object') return opened;
  await opened.write(BINARY_HEADER);
  return new PostgresBatchLoad(opened, columns);
}

class PostgresBatchLoad implements BatchLoad {
  constructor(
    private readonly load: PostgresWireLoad,
    private readonly columns: TargetColumn[],
  ) {}

  async write(batch: ColumnBatch): Promise<void> {
    try {
      for (const chunk of encodeBinary(batch, this.columns)) await this.load.write(chunk);
    } catch {
      // A value that the target's type cannot hold: loading from the file finds it again, and names row and column.
      this.abandon();
    }
  }

  abandon(): void {
    this.load.abandon();
  }

  async finish(rows: number): Promise<boolean> {
    await this.load.write(BINARY_TRAILER);
    return this.load.finish(rows);
  }
}
