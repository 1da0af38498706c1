/** What a column of PostgreSQL can be, and hold. */
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

/** Types of a database's own, made before its tables. */
export const POSTGRES_TYPES = `
  CREATE TYPE public.mood AS ENUM ('sad', 'it''s, ok', 'x"y', '');
  CREATE DOMAIN public.amount AS numeric(12,3) CHECK (VALUE > -1000000);
  CREATE DOMAIN public."short Text" AS varchar(9);
  CREATE TYPE public.pair AS (a integer, "b ""c" text);
  CREATE TYPE public.float_range AS RANGE (subtype = float8);`;

/** Types of a target's own, by the names that the type system has for its examples of such. */
export const POSTGRES_EXAMPLES = `
  CREATE TYPE public.an_enum AS ENUM ('a', 'sad');
  CREATE DOMAIN public.a_domain AS text CHECK (length(VALUE) < 9);
  CREATE TYPE public.a_composite AS (a integer, b text);
  CREATE DOMAIN public.citext AS text;`;

const quoted = (values: fc.Arbitrary<string>): fc.Arbitrary<string> => values.map(sql);
const of = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values.map(sql));
/** Text as PostgreSQL reads it whatever it holds; U+FFFE and U+FFFF are characters like others there. */
const words = (most: number): fc.Arbitrary<string> => quoted(text(most));

const typed = (type: string, value: fc.Arbitrary<string>, odd?: SourceType['awkward']): SourceType => ({
  type,
  value,
  ...(odd && { awkward: odd }),
});

const NOT_A_NUMBER = awkward(['mssql'], `'NaN'`, `'Infinity'`, `'-Infinity'`);
const FAR_DAYS = awkward(['mssql'], `'infinity'`, `'-infinity'`, `'4713-01-01 BC'`, `'10000-01-01'`, `'5874897-12-31'`);
const FAR_MOMENTS = awkward(['mssql'], `'infinity'`, `'-infinity'`, `'4713-01-01 00:00:00 BC'`, `'290000-01-01'`);
const LAST_MOMENT = awkward(['mssql', 'duckdb'], `'294276-12-31 23:59:59.999999'`);

const elements = (values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(fc.option(values, { nil: 'NULL', freq: 5 }), { maxLength: 4 }).map((items) => `ARRAY[${items.join(', ')}]`);

const jsonArray = (type: string, values: fc.Arbitrary<string>): SourceType =>
  typed(
    `${type}[]`,
    elements(values).map((array) => `${array}::${type}[]`),
  );

export const POSTGRES_SOURCES: SourceType[] = [
  typed('boolean', fc.constantFrom('true', 'false')),
  typed('smallint', quoted(bits(16))),
  typed('integer', quoted(bits(32))),
  typed('bigint', quoted(bits(64))),
  typed('oid', quoted(integer(0n, 4294967295n))),
  typed('real', quoted(single), NOT_A_NUMBER),
  typed('double precision', quoted(double), NOT_A_NUMBER),
  typed('numeric(5,2)', quoted(decimal(5, 2)), awkward(['mssql', 'duckdb'], `'NaN'`)),
  typed('numeric(18,0)', quoted(decimal(18, 0))),
  typed('numeric(19,19)', quoted(decimal(19, 19))),
  typed('numeric(38,10)', quoted(decimal(38, 10)), awkward(['mssql', 'duckdb'], `'NaN'`)),
  typed('numeric(38,0)', quoted(decimal(38, 0))),
  typed('numeric(50,20)', quoted(decimal(50, 20))),
  typed('numeric(3,-2)', quoted(integer(-999n, 999n).map((n) => `${n}00`))),
  typed(
    'numeric',
    quoted(fc.oneof(decimal(60, 30), decimal(9, 2), fc.constantFrom('NaN', 'Infinity', '-Infinity', '1.500', '0.000'))),
  ),
  typed('money', quoted(decimal(18, 2))),
  typed('text', words(10_000)),
  typed('character varying(40)', words(40)),
  typed('character varying', words(300)),
  typed('character(10)', words(10)),
  typed('name', words(15)),
  typed('"char"', of('a', '', 'Z')),
  typed(
    'bytea',
    bytes(300).map((hex) => `'\\x${hex}'`),
  ),
  typed('date', quoted(day), FAR_DAYS),
  typed('time', quoted(time(6)), awkward(['mssql'], `'24:00:00'`)),
  typed('time(3)', quoted(time(3))),
  typed('time with time zone', of('12:34:56.000001+05:30', '00:00:00-15:59', '24:00:00+00')),
  typed('timestamp', quoted(timestamp(6)), fc.oneof(FAR_MOMENTS, LAST_MOMENT)),
  typed('timestamp(3)', quoted(timestamp(3)), FAR_MOMENTS),
  typed('timestamp with time zone', quoted(timestamp(6)), fc.oneof(FAR_MOMENTS, LAST_MOMENT)),
  typed('timestamp(0) with time zone', quoted(timestamp(0)), FAR_MOMENTS),
  typed(
    'interval',
    of('1 year 2 mons -3 days 04:05:06.000007', '-178000000 years', '0', '00:00:00.000001', '1 mon -1 day'),
  ),
  typed('interval day to second(3)', of('3 days 04:05:06.789', '-00:00:00.001')),
  typed('uuid', quoted(uuid)),
  typed(
    'json',
    quoted(fc.oneof(json, fc.constantFrom('{"b":1, "a" : 2,"a":3}', ' null ', '1.10e3', '"\\ud83d\\ude00"'))),
  ),
  typed('jsonb', quoted(fc.oneof(json, fc.constantFrom('{"b":1, "a" : 2}', '1.10e3', '[]')))),
  typed('jsonpath', of('$.a[*] ? (@ > 1)', 'strict $')),
  typed('xml', of('<a b="1">é<![CDATA[<]]></a>', 'text <b/>', '<?xml version="1.0"?><r/>', '<a>\t\n  </a>')),
  typed('bit(8)', of('00000000', '10101010')),
  typed('bit varying(64)', of('', '1', '0'.repeat(64))),
  typed('inet', of('10.0.0.1', '10.0.0.1/8', '::1', 'fe80::1/64')),
  typed('cidr', of('10.0.0.0/8', '::/0')),
  typed('macaddr', of('08:00:2b:01:02:03')),
  typed('macaddr8', of('08:00:2b:01:02:03:04:05')),
  typed('point', of('(1.5,-0)', '(1e300,0.1)')),
  typed('line', of('{1,2,3}')),
  typed('lseg', of('[(0,0),(1,0.1)]')),
  typed('box', of('(1,1),(0,0)')),
  typed('path', of('((0,0),(1,1))', '[(0,0),(1,1)]')),
  typed('polygon', of('((0,0),(1,1),(2,0))')),
  typed('circle', of('<(0,0),0.3>')),
  typed('tsvector', of(`'a':1A 'it''s':2`, '')),
  typed('tsquery', of(`'a' & !'b'`)),
  typed('int4range', of('[1,5)', 'empty', '(,)')),
  typed('int8range', of('[-9223372036854775808,5)')),
  typed('numrange', of('(1.50,)')),
  typed('tsrange', of('[2024-02-29 00:00:00.000001,)')),
  typed('tstzrange', of('[2024-02-29 00:00:00+02,infinity)')),
  typed('daterange', of('[2024-02-29,2024-03-02)')),
  typed('int4multirange', of('{[1,5),[7,9)}', '{}')),
  typed('nummultirange', of('{[1.0,5.00)}')),
  typed('tstzmultirange', of('{[2024-02-29 00:00:00+02,2024-03-01 00:00:00+02)}')),
  typed('pg_lsn', of('16/B374D848')),
  typed('pg_snapshot', of('10:20:10,14,15')),
  typed('xid8', of('18446744073709551615')),
  typed('tid', of('(0,1)')),
  jsonArray('integer', bits(32)),
  jsonArray('text', quoted(text(20))),
  jsonArray('character varying(40)', quoted(text(40))),
  jsonArray('numeric(12,2)', decimal(12, 2)),
  jsonArray('timestamp with time zone', quoted(timestamp(6))),
  jsonArray('double precision', of('NaN', '-0', '1e-300')),
  jsonArray('jsonb', quoted(json)),
  jsonArray(
    'bytea',
    bytes(9).map((hex) => `'\\x${hex}'`),
  ),
  typed('public.mood', of('sad', `it's, ok`, 'x"y', '')),
  typed('public.mood[]', of('{sad,"it\'s, ok"}', '{""}')),
  typed('public.amount', quoted(decimal(5, 3))),
  typed('public."short Text"', words(9)),
  typed('public.pair', of('(1,x)', '(,)', '(-1,"a ""q"" , b")')),
  typed('public.float_range', of('[1.5,2.5]')),
];
