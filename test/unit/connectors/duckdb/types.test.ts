import type { DatabaseKind } from '../../../../schemas/constants';
import type { LogicalType } from '../../../../core/types/table';
import { carrierType, logicalType } from '../../../../connectors/duckdb/type-names';
import { duckdbTypes } from '../../../../connectors/duckdb/type-system';
import { arrived, returned, selected, unfit } from '../../../../connectors/duckdb/types';

const column = (sourceType: string, logical: LogicalType = logicalType(sourceType)) => ({
  source: 'a',
  target: 'b',
  sourceType,
  targetType: '',
  logical,
});
const from = (kind: DatabaseKind, nativeType: string, logical: LogicalType) => ({ kind, nativeType, logical });
const duck = (nativeType: string) => from('duckdb', nativeType, logicalType(nativeType));
const OTHER: LogicalType = { kind: 'text', of: 'other' };
const TEXT: LogicalType = { kind: 'text', of: 'text' };

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
    ['TIME_NS', 'VARCHAR'],
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
    expect(carrierType(duckdbTypes.logical(native))).toBe(carrier);
  });

  it('tell JSON and plain text from text in a notation of its own', () => {
    expect(logicalType('JSON')).toEqual({ kind: 'text', of: 'json' });
    expect(logicalType(`ENUM('DECIMAL(1,2)')`)).toEqual({ kind: 'text', of: 'text' });
    expect(logicalType('INTERVAL')).toEqual({ kind: 'text', of: 'other' });
  });

  it('are refused where text does not say which value it was', () => {
    for (const type of ['UNION(a INTEGER, b VARCHAR)', 'UNION(a INTEGER, b VARCHAR)[]', 'VARIANT']) {
      expect(() => duckdbTypes.logical(type)).toThrow(expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED' }) as Error);
      expect(() => duckdbTypes.nativeType(column(type), 'duckdb')).toThrow(
        expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED', place: { column: 'b' } }) as Error,
      );
      expect(duckdbTypes.fits(duck(type), type).fit).toBe('refused');
      expect(duckdbTypes.fits(duck('UHUGEINT'), type).fit).toBe('refused');
    }
    const label = `ENUM('UNION(', 'VARIANT')`;
    expect(duckdbTypes.nativeType(column(label), 'duckdb')).toBe(label);
  });

  it('have an example each, of which all but the ambiguous are exact in themselves', () => {
    for (const type of duckdbTypes.examples) {
      const isAmbiguous = /UNION|VARIANT/.test(type);
      expect([type, duckdbTypes.fits(duck(type), type).fit]).toEqual([type, isAmbiguous ? 'refused' : 'exact']);
    }
  });
});

describe('what a column may hold', () => {
  it.each([
    ['TINYINT', 'TINYINT', 'exact'],
    ['SMALLINT', 'TINYINT', 'checked'],
    ['UTINYINT', 'SMALLINT', 'exact'],
    ['TINYINT', 'UTINYINT', 'checked'],
    ['SMALLINT', 'INTEGER', 'exact'],
    ['INTEGER', 'SMALLINT', 'checked'],
    ['INTEGER', 'BOOLEAN', 'refused'],
    ['BIGINT', 'DOUBLE', 'checked'],
    ['INTEGER', 'DOUBLE', 'exact'],
    ['INTEGER', 'DECIMAL(9,0)', 'checked'],
    ['INTEGER', 'DECIMAL(10,0)', 'exact'],
    ['DECIMAL(10,2)', 'DECIMAL(12,2)', 'exact'],
    ['DECIMAL(10,2)', 'DECIMAL(12,4)', 'exact'],
    ['DECIMAL(10,2)', 'DECIMAL(11,4)', 'checked'],
    ['DECIMAL(10,2)', 'DECIMAL(10,1)', 'checked'],
    ['DECIMAL(10,2)', 'INTEGER', 'checked'],
    ['DECIMAL(10,2)', 'DOUBLE', 'refused'],
    ['DECIMAL(18,0)', 'BIGINT', 'exact'],
    ['DECIMAL(19,0)', 'BIGINT', 'checked'],
    ['UBIGINT', 'UBIGINT', 'exact'],
    ['DOUBLE', 'FLOAT', 'checked'],
    ['FLOAT', 'DOUBLE', 'exact'],
    ['DOUBLE', 'INTEGER', 'refused'],
    ['TIMESTAMP', 'DATE', 'checked'],
    ['TIMESTAMP', 'TIMESTAMP_S', 'checked'],
    ['TIMESTAMP', 'TIMESTAMP_NS', 'checked'],
    ['TIMESTAMP', 'TIMESTAMPTZ', 'refused'],
    ['TIMESTAMPTZ', 'TIMESTAMP', 'refused'],
    ['TIMESTAMP', 'VARCHAR', 'exact'],
    ['VARCHAR', 'INTEGER', 'refused'],
    ['VARCHAR', `ENUM('a')`, 'checked'],
    ['VARCHAR', 'UUID', 'checked'],
    ['HUGEINT', 'HUGEINT', 'exact'],
    ['HUGEINT', 'DECIMAL(38,0)', 'checked'],
    ['BLOB', 'VARCHAR', 'refused'],
    ['JSON', 'VARCHAR', 'exact'],
    ['VARCHAR', 'JSON', 'checked'],
  ])('%s into %s: %s', (source, target, fit) => {
    expect(duckdbTypes.fits(duck(source), target).fit).toBe(fit);
  });

  it.each([
    ['mssql', 'tinyint', { kind: 'int16' }, 'UTINYINT', 'exact'],
    ['mssql', 'datetime2(7)', OTHER, 'VARCHAR', 'exact'],
    ['mssql', 'datetime2(7)', OTHER, 'TIMESTAMP', 'checked'],
    ['mssql', 'datetime2(7)', OTHER, 'TIMESTAMP_NS', 'checked'],
    ['mssql', 'datetime2(7)', OTHER, 'TIMESTAMPTZ', 'refused'],
    ['mssql', 'datetime2(7)', OTHER, 'DATE', 'refused'],
    ['mssql', 'datetimeoffset(7)', OTHER, 'TIMESTAMPTZ', 'checked'],
    ['mssql', 'datetimeoffset(3)', OTHER, 'TIMESTAMPTZ', 'checked'],
    ['mssql', 'datetimeoffset(3)', OTHER, 'TIMESTAMP', 'refused'],
    ['mssql', 'time(7)', OTHER, 'TIME', 'checked'],
    ['mssql', 'time(7)', OTHER, 'TIME_NS', 'exact'],
    ['mssql', 'time(6)', { kind: 'time' }, 'TIME', 'exact'],
    ['mssql', 'date', { kind: 'date' }, 'TIMESTAMP', 'exact'],
    ['mssql', 'geography', OTHER, 'GEOMETRY', 'refused'],
    ['mssql', 'geography', OTHER, 'VARCHAR', 'exact'],
    ['mssql', 'rowversion', { kind: 'bytes' }, 'BLOB', 'exact'],
    ['postgres', 'date', { kind: 'date' }, 'TIMESTAMP', 'checked'],
    ['postgres', 'numeric', OTHER, 'DECIMAL(10,2)', 'checked'],
    ['postgres', 'interval', OTHER, 'INTERVAL', 'refused'],
    ['postgres', 'integer[]', OTHER, 'INTEGER[]', 'refused'],
    ['postgres', 'jsonb', { kind: 'text', of: 'json' }, 'JSON', 'exact'],
  ] as const)('%s %s (%j) into %s: %s', (kind, native, logical, target, fit) => {
    expect(duckdbTypes.fits(from(kind, native, logical), target).fit).toBe(fit);
  });

  it('compares every value on arrival where the type itself is no guarantee', () => {
    const int32 = from('postgres', 'integer', { kind: 'int32' });
    expect(arrived('c0', int32, 'INTEGER')).toBe('CAST(c0 AS INTEGER)');
    expect(arrived('c0', int32, 'BIGINT')).toBe('CAST(c0 AS BIGINT)');
    expect(arrived('c0', int32, 'SMALLINT')).toContain('= c0, false) THEN');
    expect(arrived('c0', duck('INTERVAL'), 'INTERVAL')).toContain('= c0, false) THEN');
    expect(unfit('c0', duck('INTERVAL'), 'INTERVAL')).toContain('NOT coalesce');
    expect(returned('x', int32, 'SMALLINT')).toBe('CAST(x AS INTEGER)');
  });
});

describe('the type of a new column', () => {
  it.each([
    ['duckdb', 'TIMESTAMP_NS', OTHER, 'TIMESTAMP_NS'],
    ['postgres', 'jsonb', { kind: 'text', of: 'json' }, 'JSON'],
    ['postgres', 'numeric(12,2)', { kind: 'decimal', precision: 12, scale: 2 }, 'DECIMAL(12,2)'],
    ['postgres', 'interval', OTHER, 'VARCHAR'],
    ['mssql', 'nvarchar(max)', TEXT, 'VARCHAR'],
    ['mssql', 'xml', TEXT, 'VARCHAR'],
    ['mssql', 'tinyint', { kind: 'int16' }, 'UTINYINT'],
    ['mssql', 'smallint', { kind: 'int16' }, 'SMALLINT'],
    ['mssql', 'money', { kind: 'decimal', precision: 19, scale: 4 }, 'DECIMAL(19,4)'],
    ['mssql', 'datetime2(6)', { kind: 'timestamp' }, 'TIMESTAMP'],
    ['mssql', 'datetime2(7)', OTHER, 'VARCHAR'],
    ['mssql', 'datetimeoffset(7)', OTHER, 'VARCHAR'],
    ['mssql', 'varbinary(max)', { kind: 'bytes' }, 'BLOB'],
    ['mssql', 'uniqueidentifier', { kind: 'uuid' }, 'UUID'],
    ['mssql', 'bit', { kind: 'boolean' }, 'BOOLEAN'],
    ['mssql', 'geometry', OTHER, 'VARCHAR'],
  ] as const)('from %s %s is exact: %j becomes %s', (kind, native, logical, type) => {
    expect(duckdbTypes.nativeType(column(native, logical), kind)).toBe(type);
    expect(duckdbTypes.fits(from(kind, native, logical), type).fit).toBe('exact');
  });
});

describe('a column in a SELECT list', () => {
  it('is the expression of its mask, as a value of its own type', () => {
    const masked = { ...column('VARCHAR'), mask: { rule: 'sql' as const, sql: 'left(a, 1)' } };
    expect(selected(masked)).toBe('CAST(CAST((\nleft(a, 1)\n) AS VARCHAR) AS VARCHAR)');
    expect(selected({ ...column('INTEGER'), mask: { rule: 'hash' as const } })).toBe('CAST("a" AS INTEGER)');
  });
});
