/** What a column of DuckDB can be, and hold. */
import * as fc from 'fast-check';
import {
  awkward,
  bits,
  bytes,
  day,
  decimal,
  double,
  integer,
  json,
  single,
  sql,
  text,
  time,
  timestamp,
  uuid,
  type SourceType,
} from './values';

const typed = (type: string, value: fc.Arbitrary<string>, odd?: SourceType['awkward']): SourceType => ({
  type,
  value: value.map((literal) => `CAST(${literal} AS ${type})`),
  ...(odd && { awkward: odd.map((each) => ({ ...each, sql: `CAST(${each.sql} AS ${type})` })) }),
});

const quoted = (values: fc.Arbitrary<string>): fc.Arbitrary<string> => values.map(sql);
const of = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values.map(sql));
const plain = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);

const NOT_A_NUMBER = awkward(['mssql'], `'nan'`, `'inf'`, `'-inf'`);
const INFINITE = awkward(['mssql'], `'infinity'`, `'-infinity'`);
const FAR = awkward(['mssql'], `'0044-03-15 (BC)'`, `'10000-01-01'`);
/** For SQL Server see issue-values: not every server of its protocol takes it as SQL Server does. */
const NUL = awkward(['postgres'], `'a' || chr(0) || 'b'`, `chr(0)`);

export const DUCKDB_SOURCES: SourceType[] = [
  typed('BOOLEAN', plain('true', 'false')),
  typed('TINYINT', bits(8)),
  typed('SMALLINT', bits(16)),
  typed('INTEGER', bits(32)),
  typed('BIGINT', bits(64)),
  typed('HUGEINT', bits(128)),
  typed('UTINYINT', integer(0n, 255n)),
  typed('USMALLINT', integer(0n, 65535n)),
  typed('UINTEGER', integer(0n, 4294967295n)),
  typed('UBIGINT', integer(0n, 2n ** 64n - 1n)),
  typed('UHUGEINT', quoted(integer(0n, 2n ** 128n - 1n))),
  typed('BIGNUM', of('0', '-1', '9'.repeat(60), `-${'8'.repeat(45)}`)),
  typed('DECIMAL(4,1)', quoted(decimal(4, 1))),
  typed('DECIMAL(9,9)', quoted(decimal(9, 9))),
  typed('DECIMAL(18,3)', quoted(decimal(18, 3))),
  typed('DECIMAL(38,10)', quoted(decimal(38, 10))),
  typed('DECIMAL(38,0)', quoted(decimal(38, 0))),
  typed('FLOAT', quoted(single), NOT_A_NUMBER),
  typed('DOUBLE', quoted(double), NOT_A_NUMBER),
  typed('DATE', quoted(day), fc.oneof(INFINITE, FAR, awkward(['postgres', 'mssql'], `'5881580-07-10'`))),
  typed('TIME', quoted(time(6)), awkward(['mssql'], `'24:00:00'`)),
  typed('TIME_NS', quoted(time(9))),
  typed('TIME WITH TIME ZONE', of('12:34:56.000001+05:30', '23:59:59-15:59:59')),
  typed(
    'TIMESTAMP',
    quoted(timestamp(6)),
    fc.oneof(INFINITE, FAR, awkward(['postgres', 'mssql'], `'290308-12-22 (BC) 00:00:00'`)),
  ),
  typed('TIMESTAMP_S', quoted(timestamp(0)), INFINITE),
  typed('TIMESTAMP_MS', quoted(timestamp(3)), INFINITE),
  typed('TIMESTAMP_NS', of('2024-02-29 12:34:56.123456789', '1677-09-22 00:00:00', 'infinity')),
  typed('TIMESTAMP WITH TIME ZONE', quoted(timestamp(6).map((value) => `${value}+00`)), INFINITE),
  typed('INTERVAL', of('1 year 2 months -3 days 04:05:06.000007', '0 days', '-00:00:00.000001')),
  typed('UUID', quoted(uuid)),
  typed(
    'BLOB',
    bytes(300).map((hex) => `unhex('${hex}')`),
  ),
  typed('BIT', of('0', '101010101010101010101010101')),
  typed('VARCHAR', quoted(text(10_000)), NUL),
  typed('JSON', quoted(fc.oneof(json, fc.constantFrom('{"b":1, "a" : 2,"a":3}', ' null ', '1e400')))),
  typed(`ENUM('a', 'it''s', 'x"y', '')`, of('a', `it's`, 'x"y', '')),
  typed('VARCHAR[]', plain(`['NULL', NULL, '', ' x ', 'it''s', '"q"', '[a, b]', '{', '\\']`, '[]')),
  typed('INTEGER[][]', plain('[[1, NULL], [], NULL]')),
  typed('INTEGER[3]', plain('[1, NULL, -3]')),
  typed('STRUCT(a INTEGER, "b ""c" VARCHAR)', plain(`{'a': 1, 'b "c': 'x, y'}`, `{'a': NULL, 'b "c': NULL}`)),
  typed('MAP(VARCHAR, INTEGER)', plain(`MAP {'k=v': 1, '': NULL}`, 'MAP {}')),
];
