/** What a column of SQL Server can be, and hold. */
import * as fc from 'fast-check';
import {
  bits,
  bytes,
  day,
  decimal,
  double,
  integer,
  single,
  sql,
  text,
  time,
  timestamp,
  uuid,
  withPoint,
  type SourceType,
} from './values';

const typed = (type: string, value: fc.Arbitrary<string>): SourceType => ({
  type,
  value: value.map((literal) => `CAST(${literal} AS ${type})`),
});

const quoted = (values: fc.Arbitrary<string>): fc.Arbitrary<string> => values.map(sql);
/** Code points that every server takes in a literal: some end a literal at what is no character. */
const isPlain = (value: string): boolean => !/[\ufdd0-\ufdef\ufffe\uffff]/.test(value);
const unicode = (most: number): fc.Arbitrary<string> =>
  text(most)
    .filter((value) => value.length <= most && isPlain(value))
    .map((value) => `N${sql(value)}`);
const latin = (most: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      fc.string({
        unit: fc.constantFrom(...Array.from('abcXYZ019 ~!"#$%&()*+,-./:;<=>?@[]^_`{|}\\äöüßéñÅ€\t\r\n')),
        maxLength: Math.min(most, 40),
      }),
      fc.constantFrom('', ' ', 'tab\there', 'back\\slash', `it's`),
    )
    .filter((value) => value.length <= most)
    .map(sql);
const hex = (most: number, least = 0): fc.Arbitrary<string> => bytes(most, least).map((digits) => `0x${digits}`);
/** Days that datetime has: from 1753 on. */
const late = (digits: number): fc.Arbitrary<string> =>
  timestamp(digits).map((value) => (value < '1753' ? `1900${value.slice(4).replace('-02-29', '-02-28')}` : value));
/** Days that smalldatetime has, to the minute. */
const minutes = fc
  .tuple(fc.integer({ min: 0, max: 65_534 }), fc.integer({ min: 0, max: 1439 }))
  .map(([days, minute]) =>
    new Date(Date.UTC(1900, 0, 1 + days, 0, minute)).toISOString().slice(0, 16).replace('T', ' '),
  );

const money = (size: number): fc.Arbitrary<string> => bits(size).map((units) => withPoint(BigInt(units), 4));

const offset = (digits: number): fc.Arbitrary<string> =>
  fc
    .tuple(timestamp(digits), fc.constantFrom('+00:00', '+14:00', '-14:00', '+05:30', '-00:30'))
    // The moment in UTC has to lie within the years 1 to 9999 as well.
    .map(([value, zone]) => `${/^(0001-01-01|9999-12-31)/.test(value) ? `2024${value.slice(4)}` : value} ${zone}`);

/** What servers differ in that answer to the name. */
export interface MssqlAbilities {
  /** Of a second, that the finest types keep. */
  digits: number;
  /** Text of fixed length is padded to so many UTF-16 units; else to so many characters, of which it cannot send the last. */
  padsUnits: boolean;
}

export const mssqlSources = ({ digits, padsUnits }: MssqlAbilities): SourceType[] => [
  typed('bit', fc.constantFrom('0', '1')),
  typed('tinyint', integer(0n, 255n)),
  typed('smallint', bits(16)),
  typed('int', quoted(bits(32))),
  typed('bigint', quoted(bits(64))),
  typed('decimal(9,2)', quoted(decimal(9, 2))),
  typed('decimal(18,0)', quoted(decimal(18, 0))),
  typed('decimal(19,19)', quoted(decimal(19, 19))),
  typed('decimal(28,4)', quoted(decimal(28, 4))),
  typed('decimal(38,10)', quoted(decimal(38, 10))),
  typed('decimal(38,0)', quoted(decimal(38, 0))),
  typed('money', quoted(money(64))),
  typed('smallmoney', quoted(money(32))),
  typed('real', quoted(single)),
  typed('float', quoted(double)),
  typed('date', quoted(day)),
  typed('time(0)', quoted(time(0))),
  // A server without the seventh digit stores times of three a microsecond off when they are loaded in bulk, which a run reports.
  typed('time(3)', quoted(time(digits === 7 ? 3 : 0))),
  typed('time(6)', quoted(time(6))),
  typed('time(7)', quoted(time(digits))),
  typed('datetime', quoted(late(0))),
  typed('smalldatetime', quoted(minutes)),
  typed('datetime2(0)', quoted(timestamp(0))),
  typed('datetime2(3)', quoted(timestamp(3))),
  typed('datetime2(6)', quoted(timestamp(6))),
  typed('datetime2(7)', quoted(timestamp(digits))),
  typed('datetimeoffset(0)', quoted(offset(0))),
  typed('datetimeoffset(7)', quoted(offset(digits))),
  typed('char(10)', latin(10)),
  typed('varchar(50)', latin(50)),
  typed('varchar(max)', latin(3000)),
  typed('text', latin(3000)),
  typed('nchar(10)', padsUnits ? unicode(10) : unicode(10).filter((value) => !/[\ud800-\udfff]/.test(value))),
  typed('nvarchar(50)', unicode(50)),
  typed('nvarchar(max)', unicode(10_000)),
  typed('ntext', unicode(3000)),
  typed('xml', fc.constantFrom(`N'<a b="1">é</a>'`, `N'<a/>'`, `N''`, `N'<a> <b>x</b></a>'`)),
  typed('binary(8)', hex(8, 8)),
  typed('varbinary(50)', hex(50)),
  typed('varbinary(max)', hex(300)),
  typed('image', hex(300)),
  typed('uniqueidentifier', quoted(uuid)),
];
