import { monthCondition } from '../../../../core/warehouse/month-condition';
import { column, DATE, format, KINDS, TEXT } from './fixture';

const JANUARY = { from: 19_723, to: 19_753 };
const sql = (...args: Parameters<typeof monthCondition>): string => monthCondition(...args).sql;

describe('the condition of a month', () => {
  it('compares a date column itself', () => {
    for (const kind of KINDS)
      expect(sql(kind, column('d"x', DATE), format(), JANUARY)).toBe(
        `"d""x" >= CAST('2024-01-01' AS DATE) AND "d""x" < CAST('2024-02-01' AS DATE)`,
      );
  });

  it('compares timestamps, those with a zone by UTC, in Snowflake by the day as written', () => {
    const plain = column('t', { kind: 'timestamp', zoned: false });
    const zoned = column('t', { kind: 'timestamp', zoned: true });
    expect(sql('snowflake', plain, format(), JANUARY)).toBe(
      `"t" >= CAST('2024-01-01' AS TIMESTAMP_NTZ) AND "t" < CAST('2024-02-01' AS TIMESTAMP_NTZ)`,
    );
    expect(sql('postgres', plain, format(), JANUARY)).toBe(
      `"t" >= CAST('2024-01-01' AS TIMESTAMP) AND "t" < CAST('2024-02-01' AS TIMESTAMP)`,
    );
    expect(sql('duckdb', zoned, format(), JANUARY)).toBe(
      `"t" >= CAST('2024-01-01 00:00:00+00' AS TIMESTAMPTZ) AND "t" < CAST('2024-02-01 00:00:00+00' AS TIMESTAMPTZ)`,
    );
    expect(sql('snowflake', zoned, format(), JANUARY)).toBe(
      `CAST("t" AS DATE) >= CAST('2024-01-01' AS DATE) AND CAST("t" AS DATE) < CAST('2024-02-01' AS DATE)`,
    );
  });

  it('compares numbers with BETWEEN, or lists them where they do not sort as days do', () => {
    const number = column('n', { kind: 'integer', digits: 8 });
    expect(sql('snowflake', number, format(), JANUARY)).toBe('"n" BETWEEN 20240101 AND 20240131');
    expect(sql('duckdb', number, format({ dateFormat: 'DDMMYYYY' }), { from: 19_723, to: 19_724 })).toBe(
      '"n" IN (1012024, 2012024)',
    );
  });

  it('compares texts that sort as days do, byte by byte', () => {
    const text = column('s', TEXT);
    expect(sql('snowflake', text, format({ dateFormat: 'YYYY/MM/DD' }), JANUARY)).toBe(
      `"s" >= '2024/01/01' AND "s" < '2024/02/01'`,
    );
    expect(sql('postgres', text, format(), JANUARY)).toBe(
      `("s" COLLATE "C" >= '2024-01-01' AND "s" COLLATE "C" < '2024-02-01') OR ("s" COLLATE "C" >= '20240101' AND "s" COLLATE "C" < '20240201')`,
    );
  });

  it('lists the days of other texts, those with names in capitals', () => {
    const text = column('s', TEXT);
    const days = { from: 19_723, to: 19_724 };
    expect(sql('duckdb', text, format({ dateFormat: 'DD.MM.YYYY' }), days)).toBe(
      `SUBSTR("s", 1, 10) IN ('01.01.2024', '02.01.2024')`,
    );
    expect(sql('duckdb', text, format({ dateFormat: 'DD-MON-YYYY' }), days)).toBe(
      `UPPER(SUBSTR("s", 1, 11)) IN ('01-JAN-2024', '02-JAN-2024')`,
    );
  });

  it('refuses a column that holds no dates', () => {
    for (const refused of [column('b', { kind: 'boolean' }), column('n', { kind: 'float' })])
      expect(() => monthCondition('duckdb', refused, format({ dateFormat: 'DD.MM.YYYY' }), JANUARY)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', place: { column: refused.name } }),
      );
  });
});
