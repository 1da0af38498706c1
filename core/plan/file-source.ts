/** A file as the rest of the house knows sources: a table whose types are those of DuckDB, which hold all that files can say. */
import type { FileColumn } from '../types/file';
import type { LogicalType, TableSchema } from '../types/table';

/** Schema under which files appear in plans and messages. */
export const FILE_SCHEMA = 'file';

export const fileSource = (
  file: string,
  names: readonly string[],
  columns: readonly Pick<FileColumn, 'logical'>[],
): TableSchema => ({
  ref: { schema: FILE_SCHEMA, name: file },
  kind: 'table',
  columns: columns.map(({ logical }, index) => ({
    name: names[index]!,
    nativeType: fileTypeOf(logical),
    logical,
    nullable: true,
  })),
  uniqueKeys: [],
  indexes: [],
  foreignKeys: [],
  estimatedRows: -1,
  estimatedBytes: -1,
});

/** The type of DuckDB that holds exactly the values of a logical type. */
export function fileTypeOf(logical: LogicalType): string {
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
