import fc from 'fast-check';
import { Client } from 'pg';
import { dateLayout, readDay } from '../../../core/warehouse/date-layout';
import { castOrNull, isOfType } from '../../../core/warehouse/postgres-text';
import type { WarehouseColumn } from '../../../core/types/warehouse';
import { dayText } from '../../../core/quality/calendar/days';
import { testPostgres, type TestPostgres } from '../../helpers/postgres';
import { FORMAT } from './rows';

const column = (nativeType: string, type: WarehouseColumn['type']): WarehouseColumn => ({
  name: 'x',
  nativeType,
  type,
  nullable: true,
  hasDefault: false,
});

/** Texts near to values: digits and marks that values are made of, and values with one character changed. */
function textsLike(...examples: string[]): fc.Arbitrary<string> {
  const character = fc.constantFrom(...'0123456789+-.:/ TZeEaJnI,'.split(''));
  const changed = fc
    .tuple(fc.constantFrom(...examples), fc.nat({ max: 30 }), character, fc.constantFrom(0, 1))
    .map(
      ([text, at, put, cut]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut),
    );
  return fc.oneof(fc.constantFrom(...examples), changed, fc.string({ unit: character, maxLength: 12 }));
}

describe('texts in a staging table of Postgres', () => {
  let postgres: TestPostgres;
  let url: string;
  let client: Client;

  beforeAll(async () => {
    postgres = await testPostgres();
    url = await postgres.createDatabase('texts');
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`SET DateStyle = 'SQL, DMY'`);
  });

  afterAll(async () => {
    await client.end();
    await postgres.dropDatabase(url);
  });

  /** For each text whether it is of the type, and its value. Fails when a cast does. */
  async function asked(
    of: WarehouseColumn,
    texts: string[],
    format = FORMAT,
  ): Promise<{ text: string; valid: boolean; value: string | null }[]> {
    const { rows } = await client.query<{ text: string; valid: boolean; value: string | null }>(
      `SELECT x AS text, ${isOfType(of, 'x', format) ?? 'TRUE'} AS valid, (${castOrNull(of, 'x', format)})::text AS value FROM unnest($1::text[]) AS t(x)`,
      [texts],
    );
    return rows;
  }

  it.each([
    ['smallint', { kind: 'integer', digits: 5 }, ['32767', '-32768', '32768', '0', '+7', '007']],
    ['bigint', { kind: 'integer', digits: 19 }, ['9223372036854775807', '-9223372036854775808', '9223372036854775808']],
    ['numeric(6,2)', { kind: 'decimal', precision: 6, scale: 2 }, ['9999.99', '-0.10', '10000', '1.005', '.5', '5.']],
    [
      'double precision',
      { kind: 'float' },
      ['1.5e10', 'NaN', '-inf', '1e400', '.5', '1e-300', '1e-330', '1.9e308', '0e999'],
    ],
    ['real', { kind: 'float' }, ['1.5e10', '1e39', '3.4e38', '1e-40', '1e-46']],
    ['boolean', { kind: 'boolean' }, ['true', 'F', 'yes', '0', 'on', 'maybe']],
    ['date', { kind: 'date' }, ['2024-02-29', '20240229', '2023-02-29', '0000-01-01', '9999-12-31']],
    [
      'timestamp',
      { kind: 'timestamp', zoned: false },
      ['2024-02-29 23:59:59.5', '2024-02-29T10:00', '20240101', '2024-01-01 24:00:00'],
    ],
    [
      'timestamptz',
      { kind: 'timestamp', zoned: true },
      ['2024-02-29 23:59:59+01', '2024-02-29T10:00:00Z', '2024-02-29t10:00z', '2024-02-29 10:00:00 -0330'],
    ],
  ] as const)('that are taken for %s can be cast into it without fail', async (nativeType, type, examples) => {
    await fc.assert(
      fc.asyncProperty(fc.array(textsLike(...examples), { minLength: 50, maxLength: 200 }), async (texts) => {
        for (const { valid, value } of await asked(column(nativeType, type), texts)) expect(value !== null).toBe(valid);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    [{ timestampFormat: 'DD/MM/YY HH24:MI:SS' }, '03/02/24 10:11:12.5', '2024-02-03 10:11:12.5'],
    [{ timestampFormat: 'DD/MM/YY HH24:MI:SS' }, '03/02/24', '2024-02-03 00:00:00'],
    [{ timestampFormat: 'YYYYMMDDHH24MISS' }, '20240203101112', '2024-02-03 10:11:12'],
    [{ timestampFormat: 'YYYYMMDD"T"HH24.MI' }, '20240203T10.11', '2024-02-03 10:11:00'],
    [
      { timestampFormat: 'DD-MON-YYYY HH24:MI:SS.FF3', dateFormat: 'DDMMYYYY' },
      '03-feb-2024 10:11:12.25',
      '2024-02-03 10:11:12.25',
    ],
    [{ timestampFormat: 'DD-MON-YYYY HH24:MI:SS.FF3', dateFormat: 'DDMMYYYY' }, '03022024', '2024-02-03 00:00:00'],
    [{ timestampFormat: 'DD/MM/YY HH24:MI:SS' }, '2024-02-03 10:11:12', null],
    [{}, '20240203 10:11', null],
    [{}, '2024-02-03 10:11:12.1234560', '2024-02-03 10:11:12.123456'],
    [{}, '2024-02-03 10:11:12.1234567', null],
  ])('are timestamps by the format of the file: %j takes %s for %s', async (formats, text, expected) => {
    await client.query('SET DateStyle = ISO');
    const of = column('timestamp without time zone', { kind: 'timestamp', zoned: false });
    expect(await asked(of, [text], { ...FORMAT, ...formats })).toEqual([
      { text, valid: expected !== null, value: expected },
    ]);
  });

  it.each(['YYYY-MM-DD', 'YYYYMMDD', 'DD.MM.YYYY', 'MM/DD/YY', 'DD-MON-YYYY'])(
    'are dates of the format %s if and only if a plain reader says so, and the same ones',
    async (dateFormat) => {
      const layout = dateLayout(dateFormat);
      const examples = ['2024-02-29', '20240229', '29.02.2024', '30.02.2024', '02/29/24', '29-Feb-2024', '31-JUN-2024'];
      await fc.assert(
        fc.asyncProperty(fc.array(textsLike(...examples), { minLength: 50, maxLength: 200 }), async (texts) => {
          await client.query('SET DateStyle = ISO');
          for (const { text, valid, value } of await asked(column('date', { kind: 'date' }), texts, {
            ...FORMAT,
            dateFormat,
          })) {
            const day = readDay(layout, text);
            expect([text, valid]).toEqual([text, day !== undefined && !text.startsWith('0000')]);
            if (day !== undefined && valid) expect(value).toBe(dayText(day));
          }
        }),
        { numRuns: 20 },
      );
    },
  );
});
