/** A table with a column of every type of DuckDB. */
export const TYPES = `
  CREATE TYPE mood AS ENUM ('sad', 'it''s, ok', 'x"y');
  CREATE TABLE all_types (
    id BIGINT PRIMARY KEY, bo BOOLEAN, t1 TINYINT, t2 SMALLINT, t4 INTEGER, u1 UTINYINT, u2 USMALLINT, u4 UINTEGER, u8 UBIGINT, h HUGEINT, uh UHUGEINT,
    f FLOAT, d DOUBLE, d4 DECIMAL(4,1), d9 DECIMAL(9,9), d18 DECIMAL(18,3), d38 DECIMAL(38,10), d380 DECIMAL(38,0), da DATE, ti TIME, tz TIMETZ,
    ts TIMESTAMP, tss TIMESTAMP_S, tsm TIMESTAMP_MS, tsn TIMESTAMP_NS, tstz TIMESTAMPTZ, iv INTERVAL, uu UUID, bl BLOB, vc VARCHAR, js JSON, bi BIT,
    m mood, li VARCHAR[], ll INTEGER[][], ar FLOAT[3], st STRUCT(a INTEGER, "b ""c" VARCHAR), ma MAP(VARCHAR, TIMESTAMP), g INTEGER GENERATED ALWAYS AS (t4 % 7) VIRTUAL
  );`;

const COLUMNS =
  'id,bo,t1,t2,t4,u1,u2,u4,u8,h,uh,f,d,d4,d9,d18,d38,d380,da,ti,tz,ts,tss,tsm,tsn,tstz,iv,uu,bl,vc,js,bi,m,li,ll,ar,st,ma';

/** Rows of smallest, largest, missing and odd values. */
export const EXTREMES = `
  INSERT INTO all_types (${COLUMNS}) VALUES
  (-9223372036854775808, false, -128, -32768, -2147483648, 0, 0, 0, 0, -170141183460469231731687303715884105728, 0,
    '-inf', '-inf', -999.9, -0.999999999, -999999999999999.999, -9999999999999999999999999999.9999999999, -99999999999999999999999999999999999999, '-infinity', '00:00:00', '00:00:00+15:59:59',
    '-infinity', '-infinity', '-infinity', '1677-09-22 00:00:00', '-infinity', INTERVAL '-1 year -2 days -03:04:05.000006', '00000000-0000-0000-0000-000000000000', '', '', '{}', '0',
    'sad', [], [], ['0.1', '-inf', 'nan'], {'a': NULL, 'b "c': NULL}, MAP {}),
  (9223372036854775807, true, 127, 32767, 2147483647, 255, 65535, 4294967295, 18446744073709551615, 170141183460469231731687303715884105727, 340282366920938463463374607431768211455,
    'nan', 'nan', 999.9, 0.999999999, 999999999999999.999, 9999999999999999999999999999.9999999999, 99999999999999999999999999999999999999, 'infinity', '24:00:00', '23:59:59.999999-15:59:59',
    'infinity', 'infinity', 'infinity', '2262-04-11 23:47:16.854775806', 'infinity', INTERVAL '178956970 years', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '\\x00\\xFF\\x27', 'quote '' " \\ newline
 tab	😀 é', '{"a":[1,2,{"b":null}],"c":1e400}', '101010101010101010101010101',
    'it''s, ok', ['NULL', NULL, '', ' x ', 'it''s', '"q"', '[a, b]', '{', '\\'], [[1, NULL], [], NULL], [1e-30, 3.4028235e38, NULL], {'a': 1, 'b "c': 'x, y'}, MAP {'k=v': TIMESTAMP '2024-02-29 12:00:00.000001', 'n': NULL}),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, true, 1, 1, 1, 1, 1, 1, 1, 1, 1, '-0.0', 5e-324, 0.1, 0.1, 0.001, 0.0000000001, 1, DATE '0044-03-15 (BC)', '12:34:56.000001', '12:00:00+05:30',
    TIMESTAMP '0044-03-15 (BC) 12:00:00.000001', '2024-02-29 12:34:56', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.123456789', '2024-02-29 12:34:56.123456+02', INTERVAL '1 month 1 day 1 microsecond',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\xDE\\xAD', 'x', 'null', '1', 'x"y', ['a'], [[1]], [1, 2, 3], {'a': 2, 'b "c': ''}, MAP {'': TIMESTAMP 'infinity'});`;
