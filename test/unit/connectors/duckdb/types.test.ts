import type { LogicalType } from '../../../../core/types/table';
import { arrived, carrierType, logicalType, nativeType, refuses, unfit } from '../../../../connectors/duckdb/types';

const column = (sourceType: string, logical: LogicalType = logicalType(sourceType)) => ({
  source: 'a',
  target: 'b',
  sourceType,
  targetType: '',
  logical,
});

describe('logical types of DuckDB', () => {
  it.each([
    ['BOOLEAN', 'BOOLEAN'],
    ['TINYINT', 'SMALLINT'],
    ['UTINYINT', 'SMALLINT'],
    ['USMALLINT', 'INTEGER'],
    ['UINTEGER', 'BIGINT'],
    ['UBIGINT', 'DECIMAL(20,0)'],
    ['HUGEINT', 'VARCHAR'],
    ['UHUGEINT', 'VARCHAR'],
    ['DECIMAL(12,2)', 'DECIMAL(12,2)'],
    ['FLOAT', 'FLOAT'],
    ['TIMESTAMP_S', 'TIMESTAMP'],
    ['TIMESTAMP_MS', 'TIMESTAMP'],
    ['TIMESTAMP_NS', 'VARCHAR'],
    ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMP WITH TIME ZONE'],
    ['TIME WITH TIME ZONE', 'VARCHAR'],
    ['TIME', 'TIME'],
    ['UUID', 'UUID'],
    ['BLOB', 'BLOB'],
    ['BIT', 'VARCHAR'],
    ['INTERVAL', 'VARCHAR'],
    ['INTEGER[]', 'VARCHAR'],
    ['DECIMAL(4,1)[3]', 'VARCHAR'],
    ['STRUCT(a INTEGER)', 'VARCHAR'],
    ['MAP(VARCHAR, INTEGER)', 'VARCHAR'],
    [`ENUM('a', 'b')`, 'VARCHAR'],
    ['JSON', 'VARCHAR'],
  ])('%s travels as %s', (native, carrier) => {
    expect(carrierType(logicalType(native))).toBe(carrier);
  });

  it('tell JSON and plain text from text in a notation of its own', () => {
    expect(logicalType('JSON')).toEqual({ kind: 'text', of: 'json' });
    expect(logicalType(`ENUM('DECIMAL(1,2)')`)).toEqual({ kind: 'text', of: 'text' });
    expect(logicalType('INTERVAL')).toEqual({ kind: 'text', of: 'other' });
  });
});

describe('what a column may hold', () => {
  it.each([
    ['TINYINT', 'TINYINT', true],
    ['SMALLINT', 'INTEGER', true],
    ['INTEGER', 'SMALLINT', false],
    ['BIGINT', 'DOUBLE', false],
    ['INTEGER', 'DECIMAL(9,0)', false],
    ['INTEGER', 'DECIMAL(10,0)', true],
    ['DECIMAL(10,2)', 'DECIMAL(12,2)', true],
    ['DECIMAL(10,2)', 'DECIMAL(12,4)', true],
    ['DECIMAL(10,2)', 'DECIMAL(11,4)', false],
    ['DECIMAL(10,2)', 'DOUBLE', false],
    ['DECIMAL(18,0)', 'BIGINT', true],
    ['DECIMAL(19,0)', 'BIGINT', false],
    ['UBIGINT', 'UBIGINT', true],
    ['DOUBLE', 'FLOAT', false],
    ['FLOAT', 'DOUBLE', true],
    ['TIMESTAMP', 'DATE', false],
    ['TIMESTAMP', 'TIMESTAMPTZ', false],
    ['VARCHAR', 'INTEGER', false],
    ['VARCHAR', `ENUM('a')`, true],
    ['HUGEINT', 'HUGEINT', true],
    ['BLOB', 'VARCHAR', false],
    ['JSON', 'VARCHAR', true],
  ])('%s into %s: %s', (from, to, fits) => {
    expect(refuses(logicalType(from), to) === undefined).toBe(fits);
  });

  it('compares every value on arrival where the type itself is no guarantee', () => {
    expect(arrived('c0', { kind: 'int32' }, 'INTEGER')).toBe('CAST(c0 AS INTEGER)');
    expect(arrived('c0', { kind: 'int32' }, 'BIGINT')).toBe('CAST(c0 AS BIGINT)');
    expect(arrived('c0', { kind: 'timestamp' }, 'TIMESTAMP_S')).toContain('= c0 THEN');
    expect(arrived('c0', { kind: 'text', of: 'other' }, 'INTERVAL')).toContain('= c0 THEN');
    expect(unfit('c0', { kind: 'text', of: 'other' }, 'INTERVAL')).toContain('<> c0');
  });
});

describe('the type of a new column', () => {
  it('is the same between DuckDB files, and the carrier for other databases', () => {
    expect(nativeType(column('TIMESTAMP_NS'), 'duckdb')).toBe('TIMESTAMP_NS');
    expect(nativeType(column('jsonb', { kind: 'text', of: 'json' }), 'postgres')).toBe('JSON');
    expect(nativeType(column('numeric(12,2)', { kind: 'decimal', precision: 12, scale: 2 }), 'postgres')).toBe(
      'DECIMAL(12,2)',
    );
    expect(nativeType({ name: 'a', nativeType: 'interval', logical: { kind: 'text', of: 'other' } }, 'postgres')).toBe(
      'VARCHAR',
    );
  });

  it('is refused where text does not say which value it was', () => {
    for (const type of ['UNION(a INTEGER, b VARCHAR)', 'UNION(a INTEGER, b VARCHAR)[]', 'VARIANT']) {
      expect(() => nativeType(column(type), 'duckdb')).toThrow(
        expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED', place: { column: 'b' } }) as Error,
      );
    }
    expect(nativeType(column(`ENUM('UNION(', 'VARIANT')`), 'duckdb')).toBe(`ENUM('UNION(', 'VARIANT')`);
  });
});
