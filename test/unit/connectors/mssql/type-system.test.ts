import fc from 'fast-check';
import { maxLength, parseNativeType, spell } from '../../../../connectors/mssql/native-types';
import { mssqlTypes } from '../../../../connectors/mssql/type-system';
import type { LogicalType } from '../../../../core/types/table';
import type { PartColumn } from '../../../../core/types/transfer';

describe('type names', () => {
  test.each([
    ['numeric(12, 2)', 'decimal(12,2)'],
    ['DECIMAL', 'decimal(18,0)'],
    ['[nvarchar](MAX)', 'nvarchar(max)'],
    ['sys.datetime2', 'datetime2(7)'],
    ['timestamp', 'rowversion'],
    ['float(24)', 'real'],
    ['float(53)', 'float'],
    ['character varying(10)', 'varchar(10)'],
    ['sysname', 'nvarchar(128)'],
    ['char', 'char(1)'],
  ])('%s is %s', (given, expected) => {
    expect(spell(parseNativeType(given))).toBe(expected);
  });

  test('any text is taken apart without a fault, and a spelling is its own', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...mssqlTypes.examples)), (text) => {
        const type = parseNativeType(text);
        if (type.isBuiltIn) expect(parseNativeType(spell(type))).toEqual(type);
      }),
    );
  });

  test('limits of text are in characters', () => {
    expect(maxLength('nvarchar(50)')).toBe(50);
    expect(maxLength('varchar(max)')).toBeUndefined();
    expect(maxLength('varbinary(50)')).toBeUndefined();
  });
});

describe('what values are on the way', () => {
  test.each<[string, LogicalType]>([
    ['tinyint', { kind: 'int16' }],
    ['money', { kind: 'decimal', precision: 19, scale: 4 }],
    ['decimal(38,10)', { kind: 'decimal', precision: 38, scale: 10 }],
    ['datetime2(6)', { kind: 'timestamp' }],
    ['datetime2(7)', { kind: 'text', of: 'other' }],
    ['time(7)', { kind: 'text', of: 'other' }],
    ['datetimeoffset(0)', { kind: 'text', of: 'other' }],
    ['rowversion', { kind: 'bytes' }],
  ])('%s', (native, logical) => {
    expect(mssqlTypes.logical(native)).toEqual(logical);
  });

  test.each(['sql_variant', 'vector', '[dbo].[point]'])('%s is refused by name', (native) => {
    expect(() => mssqlTypes.logical(native)).toThrow(
      expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED', message: expect.stringContaining(native) }),
    );
  });
});

const part = (nativeType: string, logical: LogicalType): PartColumn => ({ name: 'c', nativeType, logical });
const carried = mssqlTypes.examples.filter((native) => native !== 'sql_variant' && native !== 'vector');

test('every type that can be carried becomes a type here that holds it exactly', () => {
  for (const native of carried) {
    const logical = mssqlTypes.logical(native);
    const created = mssqlTypes.nativeType(part(native, logical), 'mssql');
    expect([native, mssqlTypes.fits({ nativeType: native, logical, kind: 'mssql' }, created)]).toEqual([
      native,
      { fit: 'exact' },
    ]);
  }
});

test.each<[string, LogicalType, string]>([
  ['character varying(50)', { kind: 'text', of: 'text' }, 'nvarchar(100)'],
  ['character varying(2001)', { kind: 'text', of: 'text' }, 'nvarchar(max)'],
  ['jsonb', { kind: 'text', of: 'json' }, 'nvarchar(max)'],
  ['timestamp with time zone', { kind: 'timestamptz' }, 'datetimeoffset(6)'],
  ['boolean', { kind: 'boolean' }, 'bit'],
  ['bytea', { kind: 'bytes' }, 'varbinary(max)'],
])('a Postgres %s becomes %s', (native, logical, expected) => {
  expect(mssqlTypes.nativeType(part(native, logical), 'postgres')).toBe(expected);
});

test.each([
  ['mssql', 'int', 'bigint', 'exact'],
  ['mssql', 'bigint', 'int', 'refused'],
  ['mssql', 'smallint', 'tinyint', 'refused'],
  ['mssql', 'smallmoney', 'money', 'exact'],
  ['mssql', 'money', 'decimal(19,4)', 'exact'],
  ['mssql', 'money', 'decimal(19,2)', 'checked'],
  ['mssql', 'decimal(12,2)', 'decimal(14,2)', 'exact'],
  ['mssql', 'decimal(12,2)', 'decimal(12,3)', 'checked'],
  ['mssql', 'real', 'float', 'exact'],
  ['mssql', 'datetime2(7)', 'datetime2(6)', 'checked'],
  ['mssql', 'datetime2(3)', 'datetime2(6)', 'exact'],
  ['mssql', 'datetime2(6)', 'datetime2(3)', 'refused'],
  ['mssql', 'datetime2(3)', 'datetime', 'refused'],
  ['mssql', 'datetime', 'datetime2(3)', 'exact'],
  ['mssql', 'datetime2(7)', 'datetimeoffset(7)', 'refused'],
  ['mssql', 'nvarchar(50)', 'nvarchar(40)', 'checked'],
  ['mssql', 'nvarchar(40)', 'nvarchar(50)', 'exact'],
  ['mssql', 'nvarchar(40)', 'varchar(50)', 'checked'],
  ['mssql', 'nvarchar(40)', 'nchar(40)', 'refused'],
  ['mssql', 'varbinary(10)', 'varbinary(8)', 'checked'],
  ['mssql', 'varbinary(8)', 'binary(8)', 'refused'],
  ['mssql', 'varbinary(8)', 'rowversion', 'refused'],
  ['mssql', 'varchar(5)', 'sql_variant', 'refused'],
])('%s %s into %s is %s', (kind, native, target, expected) => {
  const source = { nativeType: native, logical: mssqlTypes.logical(native), kind: kind as 'mssql' };
  expect(mssqlTypes.fits(source, target).fit).toBe(expected);
});

test.each<[LogicalType, string, string, string]>([
  [{ kind: 'float64' }, 'double precision', 'float', 'checked'],
  [{ kind: 'date' }, 'date', 'date', 'checked'],
  [{ kind: 'timestamp' }, 'timestamp without time zone', 'datetime2(6)', 'checked'],
  [{ kind: 'timestamp' }, 'timestamp without time zone', 'datetime2(3)', 'refused'],
  [{ kind: 'timestamp' }, 'timestamp(3) without time zone', 'datetime2(3)', 'checked'],
  [{ kind: 'timestamptz' }, 'timestamp with time zone', 'datetimeoffset(6)', 'checked'],
  [{ kind: 'timestamp' }, 'timestamp without time zone', 'datetimeoffset(6)', 'refused'],
  [{ kind: 'text', of: 'text' }, 'text', 'nvarchar(max)', 'exact'],
  [{ kind: 'text', of: 'text' }, 'character varying(10)', 'nvarchar(20)', 'exact'],
  [{ kind: 'text', of: 'text' }, 'character varying(10)', 'nvarchar(10)', 'checked'],
  [{ kind: 'text', of: 'other' }, 'interval', 'nvarchar(max)', 'exact'],
  [{ kind: 'int32' }, 'integer', 'nvarchar(max)', 'refused'],
  [{ kind: 'uuid' }, 'uuid', 'uniqueidentifier', 'exact'],
])('%j of a Postgres %s into %s is %s', (logical, native, target, expected) => {
  expect(mssqlTypes.fits({ nativeType: native, logical, kind: 'postgres' }, target).fit).toBe(expected);
});
