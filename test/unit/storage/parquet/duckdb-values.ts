/** DuckDB's values as the plain ones that column batches are made of. */
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import type { LogicalType } from '../../../../core/types/table';
import { utf8, type PlainValue } from '../../core/columnar/values';

export async function withDuckdb<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What DuckDB calls a logical type. */
export function duckdbType(logical: LogicalType): string {
  switch (logical.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int16':
      return 'SMALLINT';
    case 'int32':
      return 'INTEGER';
    case 'int64':
      return 'BIGINT';
    case 'float32':
      return 'FLOAT';
    case 'float64':
      return 'DOUBLE';
    case 'decimal':
      return `DECIMAL(${logical.precision},${logical.scale})`;
    case 'date':
      return 'DATE';
    case 'time':
      return 'TIME';
    case 'timestamp':
      return 'TIMESTAMP';
    case 'timestamptz':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'uuid':
      return 'UUID';
    case 'bytes':
      return 'BLOB';
    case 'text':
      return logical.of === 'json' ? 'JSON' : 'VARCHAR';
  }
}

export function plainOf(logical: LogicalType, value: DuckDBValue): PlainValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  if (typeof value === 'string') return utf8(value);
  if (logical.kind === 'decimal' && 'scale' in value) return value.value;
  if (logical.kind === 'date' && 'days' in value) return value.days;
  if ('micros' in value && !('months' in value)) return value.micros;
  if (logical.kind === 'uuid' && 'hugeint' in value)
    return Uint8Array.from(Buffer.from(value.toString().replaceAll('-', ''), 'hex'));
  if ('bytes' in value) return Uint8Array.from(value.bytes);
  throw new Error(`DuckDB gave ${String(value)} for ${logical.kind}.`);
}
