import { postgresTypes } from '../../../../connectors/postgres/type-system';
import type { LogicalType } from '../../../../core/types/table';
import type { DatabaseKind } from '../../../../schemas/constants';

const decimal = (precision: number, scale: number): LogicalType => ({ kind: 'decimal', precision, scale });
const text: LogicalType = { kind: 'text', of: 'text' };
const json: LogicalType = { kind: 'text', of: 'json' };
const other: LogicalType = { kind: 'text', of: 'other' };
const micros: LogicalType = { kind: 'timestamp' };

describe('logical types by name', () => {
  test.each<[string, LogicalType]>([
    ['bigint', { kind: 'int64' }],
    ['numeric(12,2)', decimal(12, 2)],
    ['numeric(38,38)', decimal(38, 38)],
    ['numeric(39,0)', other],
    ['numeric(3,-2)', other],
    ['numeric', other],
    ['timestamp(3) with time zone', { kind: 'timestamptz' }],
    ['character varying(4)', text],
    ['public.citext', text],
    ['jsonb', json],
    ['integer[]', other],
    ['bit(3)', other],
    ['"char"', other],
    ['public.mood', other],
  ])('%s', (native, expected) => {
    expect(postgresTypes.logical(native)).toEqual(expected);
  });
});

describe('types of new columns', () => {
  const created = (nativeType: string, logical: LogicalType, kind: DatabaseKind) =>
    postgresTypes.nativeType({ name: 'c', nativeType, logical }, kind);

  test('stay what they are between Postgres databases, if both have them', () => {
    expect(created('tstzrange', other, 'postgres')).toBe('tstzrange');
    expect(created('numeric(40,3)', other, 'postgres')).toBe('numeric(40,3)');
    expect(created('public.mood', text, 'postgres')).toBe('text');
    expect(created('public.price', decimal(9, 2), 'postgres')).toBe('numeric(9,2)');
  });

  test('follow from the logical type for DuckDB', () => {
    expect(created('DECIMAL(18,3)', decimal(18, 3), 'duckdb')).toBe('numeric(18,3)');
    expect(created('TIMESTAMP WITH TIME ZONE', { kind: 'timestamptz' }, 'duckdb')).toBe('timestamp with time zone');
    expect(created('JSON', json, 'duckdb')).toBe('json');
  });

  test.each<[string, LogicalType, string]>([
    ['nvarchar(50)', text, 'character varying(50)'],
    ['varchar(8000)', text, 'character varying(8000)'],
    ['nvarchar(max)', text, 'text'],
    ['ntext', text, 'text'],
    ['nchar(10)', text, 'character varying(10)'],
    ['xml', text, 'text'],
    ['tinyint', { kind: 'int16' }, 'smallint'],
    ['money', decimal(19, 4), 'numeric(19,4)'],
    ['decimal(38,10)', decimal(38, 10), 'numeric(38,10)'],
    ['datetime', micros, 'timestamp without time zone'],
    ['datetime2(7)', other, 'text'],
    ['datetimeoffset(3)', other, 'text'],
    ['rowversion', { kind: 'bytes' }, 'bytea'],
    ['uniqueidentifier', { kind: 'uuid' }, 'uuid'],
    ['bit', { kind: 'boolean' }, 'boolean'],
    ['real', { kind: 'float32' }, 'real'],
    ['hierarchyid', other, 'text'],
  ])('of %s of SQL Server', (native, logical, expected) => {
    expect(created(native, logical, 'mssql')).toBe(expected);
  });

  test('are refused by column where PostgreSQL has none', () => {
    expect(() => created('decimal(2000,0)', decimal(2000, 0), 'duckdb')).toThrow(
      expect.objectContaining({ code: 'TYPE_NOT_SUPPORTED', place: { column: 'c' } }),
    );
  });
});

describe('what fits where', () => {
  const fit = (logical: LogicalType, native: string, from: string, kind: DatabaseKind = 'duckdb') =>
    postgresTypes.fits({ nativeType: from, logical, kind }, native);

  test.each(postgresTypes.examples)('%s fits itself exactly', (native) => {
    expect(fit(postgresTypes.logical(native), native, native, 'postgres')).toEqual({ fit: 'exact' });
  });

  test.each<[LogicalType, string]>([
    [{ kind: 'int32' }, 'bigint'],
    [{ kind: 'int64' }, 'numeric'],
    [{ kind: 'int64' }, 'numeric(20,1)'],
    [{ kind: 'int32' }, 'double precision'],
    [decimal(18, 6), 'numeric'],
    [decimal(12, 2), 'numeric(14,4)'],
    [decimal(9, 0), 'integer'],
    [{ kind: 'float32' }, 'double precision'],
    [{ kind: 'timestamptz' }, 'timestamp(6) with time zone'],
    [{ kind: 'date' }, 'text'],
    [json, 'json'],
    [other, 'text'],
  ])('every %j goes into %s', (logical, native) => {
    expect(fit(logical, native, 'VARCHAR')).toEqual({ fit: 'exact' });
  });

  test.each<[LogicalType, string, RegExp]>([
    [decimal(18, 6), 'numeric(12,2)', /10 digits before the point and 2 behind/],
    [decimal(12, 2), 'numeric(12,4)', /8 digits before the point/],
    [micros, 'timestamp(3) without time zone', /3 digits of a second/],
    [{ kind: 'time' }, 'time(0) without time zone', /0 digits/],
    [text, 'character varying(3)', /3 characters/],
    [text, 'public.mood', /takes or refuses/],
    [text, 'json', /JSON/],
    [text, 'xml', /declaration/],
    [{ kind: 'int64' }, 'oid', /4294967295/],
  ])('%j goes into %s value by value', (logical, native, why) => {
    expect(fit(logical, native, 'VARCHAR')).toEqual({ fit: 'checked', why: expect.stringMatching(why) as string });
  });

  test.each<[LogicalType, string]>([
    [{ kind: 'int64' }, 'integer'],
    [{ kind: 'int64' }, 'double precision'],
    [{ kind: 'int64' }, 'numeric(18,0)'],
    [decimal(12, 2), 'double precision'],
    [decimal(10, 0), 'integer'],
    [{ kind: 'float64' }, 'real'],
    [{ kind: 'timestamptz' }, 'timestamp without time zone'],
    [micros, 'timestamp with time zone'],
    [micros, 'date'],
    [{ kind: 'int32' }, 'character varying(4)'],
    [{ kind: 'bytes' }, 'text'],
    [text, 'integer'],
    [text, 'character(10)'],
    [text, 'name'],
    [json, 'jsonb'],
    [other, 'numeric'],
    [other, 'numeric(12,2)'],
    [other, 'timestamp without time zone'],
    [other, 'interval'],
    [text, 'text[]'],
  ])('%j does not go into %s, and it says why', (logical, native) => {
    expect(fit(logical, native, 'VARCHAR')).toEqual({
      fit: 'refused',
      why: expect.stringMatching(/does not fit .*: .{10}/) as string,
    });
  });

  test.each<[string, LogicalType, string, string]>([
    ['numeric', other, 'numeric', 'exact'],
    ['numeric(40,3)', other, 'numeric(50,3)', 'exact'],
    ['numeric(40,3)', other, 'numeric(30,3)', 'checked'],
    ['numeric(40,3)', other, 'numeric(50,4)', 'refused'],
    ['numeric', other, 'numeric(50,4)', 'refused'],
    ['interval(3)', other, 'interval', 'exact'],
    ['interval', other, 'interval day to second', 'refused'],
    ['character varying(9)[]', other, 'character varying[]', 'exact'],
    ['bit(4)', other, 'bit', 'refused'],
    ['timestamp(3) without time zone', micros, 'timestamp(3) without time zone', 'exact'],
    ['timestamp(2) without time zone', micros, 'timestamp(3) without time zone', 'exact'],
    ['character varying(9)', text, 'character varying(9)', 'exact'],
    ['character(4)', text, 'character varying(9)', 'exact'],
    ['character(4)', text, 'character(9)', 'refused'],
    ['public.mood', text, 'public.mood', 'exact'],
    ['public.mood', text, 'public.other_mood', 'checked'],
  ])('%s of Postgres (%j) into %s is %s', (from, logical, native, expected) => {
    expect(fit(logical, native, from, 'postgres').fit).toBe(expected);
  });

  test.each<[string, LogicalType, string, string]>([
    ['datetime2(7)', other, 'timestamp without time zone', 'checked'],
    ['datetime2(7)', other, 'timestamp with time zone', 'refused'],
    ['datetime2(7)', other, 'text', 'exact'],
    ['datetime2(7)', other, 'character varying(27)', 'exact'],
    ['datetimeoffset(3)', other, 'timestamp with time zone', 'checked'],
    ['datetimeoffset(3)', other, 'timestamp without time zone', 'refused'],
    ['time(7)', other, 'time without time zone', 'checked'],
    ['time(7)', other, 'interval', 'refused'],
    ['datetime2(3)', micros, 'timestamp(3) without time zone', 'exact'],
    ['datetime2(4)', micros, 'timestamp(3) without time zone', 'checked'],
    ['datetime', micros, 'timestamp(3) without time zone', 'exact'],
    ['smalldatetime', micros, 'timestamp(0) without time zone', 'exact'],
    ['nvarchar(20)', text, 'character varying(20)', 'exact'],
    ['nvarchar(max)', text, 'character varying(20)', 'checked'],
    ['nchar(20)', text, 'character(20)', 'checked'],
    ['nchar(20)', text, 'character(30)', 'refused'],
    ['nvarchar(20)', text, 'character(20)', 'refused'],
    ['money', decimal(19, 4), 'numeric(12,2)', 'checked'],
    ['xml', text, 'xml', 'checked'],
    ['hierarchyid', other, 'numeric', 'refused'],
    ['bigint', { kind: 'int64' }, 'integer', 'refused'],
    ['tinyint', { kind: 'int16' }, 'smallint', 'exact'],
    ['rowversion', { kind: 'bytes' }, 'bytea', 'exact'],
  ])('%s of SQL Server (%j) into %s is %s', (from, logical, native, expected) => {
    expect(fit(logical, native, from, 'mssql').fit).toBe(expected);
  });

  test.each<[string, LogicalType, string, string]>([
    ['HUGEINT', other, 'numeric', 'exact'],
    ['HUGEINT', other, 'numeric(39,0)', 'exact'],
    ['HUGEINT', other, 'numeric(20,0)', 'checked'],
    ['INTERVAL', other, 'interval', 'refused'],
    ['TIMESTAMP_MS', micros, 'timestamp(3) without time zone', 'exact'],
  ])('%s of DuckDB (%j) into %s is %s', (from, logical, native, expected) => {
    expect(fit(logical, native, from).fit).toBe(expected);
  });

  test('a type that Longshore creates holds every value', () => {
    const sources: [string, LogicalType][] = [
      ['nvarchar(50)', text],
      ['varchar(max)', text],
      ['char(3)', text],
      ['datetime2(7)', other],
      ['datetime2(5)', micros],
      ['money', decimal(19, 4)],
      ['json', json],
      ['bigint', { kind: 'int64' }],
      ['float', { kind: 'float64' }],
      ['date', { kind: 'date' }],
    ];
    for (const [nativeType, logical] of sources) {
      const made = postgresTypes.nativeType({ name: 'c', nativeType, logical }, 'mssql');
      expect({ nativeType, ...fit(logical, made, nativeType, 'mssql') }).toEqual({ nativeType, fit: 'exact' });
    }
  });
});
