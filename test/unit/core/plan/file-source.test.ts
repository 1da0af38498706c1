import fc from 'fast-check';
import { logicalType } from '../../../../connectors/duckdb/type-names';
import { FILE_SCHEMA, fileSource, fileTypeOf } from '../../../../core/plan/file-source';
import type { LogicalType } from '../../../../core/types/table';
import { anyLogical } from '../columnar/values';

/** Text in the notation of some other database comes from no file. */
const logical = anyLogical.filter((type) => type.kind !== 'text' || type.of !== 'other');

describe('a file as a source', () => {
  test('has types that mean to DuckDB what the values are', () => {
    fc.assert(fc.property(logical, (type) => expect(logicalType(fileTypeOf(type))).toEqual(type)));
  });

  test('is a table of the columns that it is read with, under the names it is told, all of which may be empty', () => {
    const columns: { logical: LogicalType }[] = [
      { logical: { kind: 'int64' } },
      { logical: { kind: 'decimal', precision: 12, scale: 2 } },
    ];
    expect(fileSource('in/orders.csv', ['Id', 'Total €'], columns)).toEqual({
      ref: { schema: FILE_SCHEMA, name: 'in/orders.csv' },
      kind: 'table',
      columns: [
        { name: 'Id', nativeType: 'BIGINT', logical: { kind: 'int64' }, nullable: true },
        { name: 'Total €', nativeType: 'DECIMAL(12,2)', logical: columns[1]!.logical, nullable: true },
      ],
      uniqueKeys: [],
      indexes: [],
      foreignKeys: [],
      estimatedRows: -1,
      estimatedBytes: -1,
    });
  });
});
