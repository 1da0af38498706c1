/** The values that a transfer between databases is known to lose, by the type that holds them. */
import type { ErrorCode } from '../../../core/errors/catalogue';
import type { DatabaseKind } from '../../../schemas/constants';
import { sql } from './values';

export interface Known {
  title: string;
  type: string;
  /** As SQL of the source. */
  values: string[];
  /** What a target says that has no room for them; the others hold them as they are. */
  refused?: Partial<Record<DatabaseKind, ErrorCode>>;
}

const NOT_IN_MSSQL = { mssql: 'VALUE_NOT_REPRESENTABLE' } as const;
const WORDS = [
  '',
  'tab\there',
  'line\nbreak\r\n',
  `quote ' and "`,
  'back\\slash \\N \\.',
  'emoji 😀👩‍👩‍👧‍👦',
  'e\u0301 and \u00e9',
  'ß ẞ İ ı ﬀ',
  ' blanks ',
  'NULL',
];
const DECIMALS = [
  '9999999999999999999999999999.9999999999',
  '-9999999999999999999999999999.9999999999',
  '0.0000000001',
];
const BIGINTS = ['9223372036854775807', '-9223372036854775808', '9007199254740993'];
const UUIDS = ['00112233-4455-6677-8899-aabbccddeeff', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('hex');

const known = (title: string, type: string, values: string[], refused?: Known['refused']): Known => ({
  title,
  type,
  values,
  ...(refused && { refused }),
});

const cast = (type: string, values: string[]): string[] => values.map((value) => `CAST(${sql(value)} AS ${type})`);

const POSTGRES: Known[] = [
  known('decimal(38,10) at its extremes', 'numeric(38,10)', DECIMALS.map(sql)),
  known(
    'numeric of more digits than others have',
    'numeric',
    cast('numeric', [`${'9'.repeat(70)}.${'1'.repeat(40)}`, '1.500', 'NaN']),
  ),
  known('money', 'money', [`'-92233720368547758.08'`, `'92233720368547758.07'`]),
  known('bigint at its extremes', 'bigint', BIGINTS.map(sql)),
  known('-0 and the smallest float', 'double precision', [`'-0'`, `'5e-324'`, `'1.7976931348623157e308'`]),
  known('NaN', 'double precision', [`'NaN'`], NOT_IN_MSSQL),
  known('Infinity', 'double precision', [`'Infinity'`], NOT_IN_MSSQL),
  known('-Infinity', 'real', [`'-Infinity'`], NOT_IN_MSSQL),
  known('date', 'date', [`'0001-01-01'`, `'9999-12-31'`, `'2024-02-29'`]),
  known('infinity date', 'date', [`'infinity'`], NOT_IN_MSSQL),
  known('date before our era', 'date', [`'0044-03-15 BC'`], NOT_IN_MSSQL),
  known('timestamptz', 'timestamptz', [`'2024-02-29 23:59:59.999999+14'`, `'0001-01-02 00:00:00+00'`]),
  known('infinity timestamp', 'timestamptz', [`'-infinity'`], NOT_IN_MSSQL),
  known('interval', 'interval', [`'1 year 2 mons -3 days 04:05:06.000007'`]),
  known('uuid', 'uuid', UUIDS.map(sql)),
  known('bytea', 'bytea', [`'\\x'`, `'\\x${EVERY_BYTE}'`]),
  known('boolean', 'boolean', ['true', 'false']),
  known('char padding', 'character(5)', [`'ab'`, `'é '`, `''`]),
  known('text of every sort', 'text', WORDS.map(sql)),
  known('text in a collation of its own', 'text COLLATE "C"', WORDS.map(sql)),
  known('xml', 'xml', [`'<a b="1"> é </a>'`]),
  known('json', 'json', [`'{"b":1, "a" : 2,"a":3}'`, `'1.10'`]),
  known('jsonb', 'jsonb', [`'{"b":1,"a":[1e400]}'`]),
  known('array', 'text[]', [`ARRAY['a', NULL, '', '{"x"}']`]),
  known('enum', 'public.mood', [`'it''s, ok'`]),
  known('domain', 'public.amount', [`'1.250'`]),
  known('range', 'numrange', [`'[1.50,)'`]),
  known('spatial', 'polygon', [`'((0,0),(1,0.1),(2,0))'`]),
];

const DUCKDB: Known[] = [
  known('decimal(38,10) at its extremes', 'DECIMAL(38,10)', cast('DECIMAL(38,10)', DECIMALS)),
  known('numbers of 128 bits', 'UHUGEINT', [`340282366920938463463374607431768211455::UHUGEINT`]),
  known('bigint at its extremes', 'BIGINT', cast('BIGINT', BIGINTS)),
  known('-0 and the smallest float', 'DOUBLE', cast('DOUBLE', ['-0', '5e-324'])),
  known('NaN', 'DOUBLE', cast('DOUBLE', ['nan']), NOT_IN_MSSQL),
  known('-Infinity', 'FLOAT', cast('FLOAT', ['-inf']), NOT_IN_MSSQL),
  known('infinity date', 'DATE', cast('DATE', ['infinity']), NOT_IN_MSSQL),
  known('nanoseconds', 'TIMESTAMP_NS', cast('TIMESTAMP_NS', ['2024-02-29 12:34:56.123456789'])),
  known('timestamptz', 'TIMESTAMPTZ', cast('TIMESTAMPTZ', ['2024-02-29 23:59:59.999999+14'])),
  known('interval', 'INTERVAL', cast('INTERVAL', ['1 year -3 days 04:05:06.000007'])),
  known('uuid', 'UUID', cast('UUID', UUIDS)),
  known('bytes', 'BLOB', [`unhex('')`, `unhex('${EVERY_BYTE}')`]),
  known('boolean', 'BOOLEAN', ['true', 'false']),
  known('text of every sort', 'VARCHAR', WORDS.map(sql)),
  known('json', 'JSON', [`'{"b":1, "a" : 2,"a":3}'`]),
  known('list', 'VARCHAR[]', [`['a', NULL, '', '[b, c]']`]),
  known('enum', `ENUM('a', 'it''s')`, [`'it''s'`]),
  known('struct', 'STRUCT(a INTEGER, b VARCHAR)', [`{'a': 1, 'b': 'x, y'}`]),
  known('NUL', 'VARCHAR', [`'a' || chr(0) || 'b'`], { postgres: 'VALUE_NOT_REPRESENTABLE' }),
  known('a type whose text does not say which value it is', 'UNION(a INTEGER, b VARCHAR)', ['1'], {
    postgres: 'TYPE_NOT_SUPPORTED',
    duckdb: 'TYPE_NOT_SUPPORTED',
    mssql: 'TYPE_NOT_SUPPORTED',
  }),
];

const NVARCHARS = WORDS.map((word) => `N${sql(word)}`);

const mssql = (fraction: string): Known[] => [
  known('decimal(38,10) at its extremes', 'decimal(38,10)', cast('decimal(38,10)', DECIMALS)),
  known('money', 'money', [`'922337203685477.5807'`, `'-922337203685477.5808'`, `'-0.0001'`]),
  known('smallmoney', 'smallmoney', [`'214748.3647'`, `'-214748.3648'`]),
  known('bigint at its extremes', 'bigint', cast('bigint', BIGINTS)),
  known('tinyint', 'tinyint', ['0', '255']),
  known('-0 and the smallest float', 'float', [`CAST('-0' AS float)`, `CAST('5e-324' AS float)`]),
  known('real', 'real', [`CAST('3.4028234663852886e38' AS real)`, `CAST('0.1' AS real)`]),
  known('date', 'date', [`'0001-01-01'`, `'9999-12-31'`]),
  known('datetime', 'datetime', [`'1753-01-01T00:00:00'`, `'9999-12-31T23:59:59.997'`]),
  known('smalldatetime', 'smalldatetime', [`'1900-01-01T00:00:00'`, `'2079-06-06T23:59:00'`]),
  known('datetime2(7)', 'datetime2(7)', [`'0001-01-01 00:00:00.${fraction}'`, `'9999-12-31 23:59:59.${fraction}'`]),
  known('time(7)', 'time(7)', [`'23:59:59.${fraction}'`, `'00:00:00'`]),
  known('datetimeoffset(7)', 'datetimeoffset(7)', [
    `'2024-02-29 23:59:59.${fraction} +14:00'`,
    `'2024-02-29 00:00:00 -00:30'`,
  ]),
  known('uniqueidentifier', 'uniqueidentifier', UUIDS.map(sql)),
  known('varbinary(max)', 'varbinary(max)', ['0x', `0x${EVERY_BYTE}`]),
  known('bit', 'bit', ['0', '1']),
  known('char padding', 'char(5)', [`'ab'`, `''`]),
  known('nchar padding', 'nchar(5)', [`N'é '`, `N''`]),
  known('text of every sort', 'nvarchar(max)', NVARCHARS),
  known('text in a collation of its own', 'nvarchar(60) COLLATE Latin1_General_BIN2', NVARCHARS),
  known('text of a code page', 'varchar(60)', [`'naïve café ß'`, `''`, `' tab	 '`]),
  known('xml', 'xml', [`N'<a b="1">é</a>'`]),
  known('sql_variant', 'sql_variant', ['CAST(1 AS int)'], {
    postgres: 'TYPE_NOT_SUPPORTED',
    duckdb: 'TYPE_NOT_SUPPORTED',
    mssql: 'TYPE_NOT_SUPPORTED',
  }),
];

/** `digits`: of a second, that a SQL Server keeps in its finest types. */
export const knownValues = (kind: DatabaseKind, digits: number): Known[] =>
  ({ postgres: POSTGRES, duckdb: DUCKDB, mssql: mssql('1234567'.slice(0, digits)) })[kind];
