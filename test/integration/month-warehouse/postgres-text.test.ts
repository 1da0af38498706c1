import fc from 'fast-check';
import { Client } from 'pg';
import { dateLayout, formsFor, readDay } from '../../../core/warehouse/date-layout';
import { provenBranches } from '../../../core/warehouse/postgres-iso';
import { cast, castOrNull, isOfType } from '../../../core/warehouse/postgres-text';
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

  describe('that Postgres reads as they stand', () => {
    const TIMES = ['2024-02-29 23:59:59', '2024-02-29T10:00:00', '2024-01-01 10:00:00.5', '2024-01-01 10:00:00.500000'];
    const DAYS = ['2024-02-29', '20240229', '0001-01-01', '9999-12-31', '00010101', '2023-02-29', '20230229'];
    const ODD = [
      'infinity',
      '-infinity',
      'tomorrow',
      'epoch',
      'J2451187',
      '1999.008',
      '99-01-08',
      '2024-1-2',
      ' 2024-1-2',
      '0044-03-15 BC',
      '10000-01-01',
      '+2024010',
      '2024/01/02',
      '01/02/2024',
      '2024-060',
      '24-01-02 ',
      '1234567 ',
      '0044-03-15 12:00:00 BC',
      '0044-03-15 12:00:00.5 BC',
      '10000-01-01 00:00:00',
      '10000-01-01 00:00:00.5',
      '2024-01-01 24:00:00',
      '2024-01-01 10:00:60',
      '2024-01-01 10:00:00.',
      '2024-01-01 10:00:00.0000000000',
      '2024-01-01 10:00',
      '2024-01-01t10:00:00',
      '2024-01-01 10:00:00.1234567',
      '2024-01-01 10:00:00.1230000',
      '2024-01-01 10:00:00Z',
      '2024-01-01 10:00:00+01',
      '2024-01-01 10:00:00.5-0330',
      '2024-01-01 10:00:00 +01',
      '2024-01-01+10:00:00',
      '10:00:00 2024-01-01',
      '2024-01-01 10:00:00.000',
      '2024-01-01T10:00:00.000Z',
      '2024-01-01 10:00:00.5.',
      '2024-01-01 10:00:00.5C',
      '2024-01-01 10:00:00..',
      '2024-01-01 10:00:0é',
    ];
    const texts = fc.array(textsLike(...TIMES, ...DAYS, ...ODD), { minLength: 100, maxLength: 200 });
    const kinds: [nativeType: string, type: WarehouseColumn['type'], formats: Partial<typeof FORMAT>][] = [
      ['date', { kind: 'date' }, {}],
      ['date', { kind: 'date' }, { dateFormat: 'YYYYMMDD' }],
      ['date', { kind: 'date' }, { dateFormat: 'YYYY-MM-DD' }],
      ['timestamp without time zone', { kind: 'timestamp', zoned: false }, {}],
      ['timestamp(3) without time zone', { kind: 'timestamp', zoned: false }, {}],
      ['timestamp(0) without time zone', { kind: 'timestamp', zoned: false }, {}],
      [
        'timestamp without time zone',
        { kind: 'timestamp', zoned: false },
        { timestampFormat: 'YYYY-MM-DD HH24:MI:SS' },
      ],
      ['timestamp with time zone', { kind: 'timestamp', zoned: true }, {}],
      ['timestamp(3) with time zone', { kind: 'timestamp', zoned: true }, {}],
      ['timestamp with time zone', { kind: 'timestamp', zoned: true }, { timestampFormat: 'YYYY-MM-DD HH24:MI:SS' }],
    ];

    beforeAll(async () => {
      await client.query(`CREATE FUNCTION told(sql text, x text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE answer text;
        BEGIN EXECUTE 'SELECT (' || sql || ')::text FROM (SELECT $1 AS x) AS t' INTO answer USING x; RETURN answer;
        EXCEPTION WHEN data_exception THEN RETURN 'fails'; END $$`);
    });

    const told = async (sql: string, of: readonly string[]): Promise<(string | null)[]> => {
      const { rows } = await client.query<{ told: string | null }>(
        'SELECT told($1, x) AS told FROM unnest($2::text[]) WITH ORDINALITY AS t(x, n) ORDER BY n',
        [sql, of],
      );
      return rows.map((row) => row.told);
    };

    // The slow expressions take a blank before a zone, which a check refuses.
    it.each(kinds)(
      'are known without a regular expression if and only if they are %s (%j, %j)',
      async (nativeType, type, formats) => {
        await client.query(`SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC'`);
        const of = column(nativeType, type);
        const format = { ...FORMAT, ...formats };
        const slow = isOfType(of, 'x', format) ?? 'TRUE';
        const branches = provenBranches(of, formsFor(type, format), 'x') ?? [];
        expect(branches.length).toBeGreaterThan(0);
        const seen = { known: 0, unknown: 0 };
        await fc.assert(
          fc.asyncProperty(texts, async (some) => {
            const all = [...some, ...TIMES, ...DAYS, ...ODD];
            const [quick, right] = [await told(`CASE ${branches.join(' ')} END`, all), await told(slow, all)];
            for (const [index, text] of all.entries()) {
              if (quick[index] === 'true') expect([text, right[index]]).toEqual([text, 'true']);
              if (quick[index] === 'fails') expect([text, right[index]]).toEqual([text, 'false']);
              if (quick[index] === 'false' && !text.includes(' +') && !text.includes(' -') && !/ [Zz]$/.test(text))
                expect([text, right[index]]).toEqual([text, 'false']);
              seen[quick[index] === 'true' ? 'known' : 'unknown'] += 1;
            }
          }),
          { numRuns: 8 },
        );
        expect(Math.min(seen.known, seen.unknown)).toBeGreaterThan(0);
      },
    );

    /** Microseconds since 1970 by plain arithmetic; undefined for what no column takes. */
    const microseconds = (text: string): bigint | undefined => {
      const found =
        /^(\d{4})-?(\d\d)-?(\d\d)(?:[ Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(?: ?(Z|z|[+-]\d\d:?(?:\d\d)?))?$/.exec(
          text,
        );
      if (!found) return undefined;
      const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone = ''] =
        found;
      const at = new Date(0);
      at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
      const digits = zone.replaceAll(/\D/g, '').padEnd(4, '0');
      const offset = (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
      const seconds = at.getTime() / 1000 + Number(hour) * 3600 + (Number(minute) - offset) * 60 + Number(second);
      return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
    };

    it.each(kinds)(
      'are published as %s with the very value that they write, whatever DateStyle says (%j, %j)',
      async (nativeType, type, formats) => {
        await client.query(`SET DateStyle = 'SQL, DMY'; SET TimeZone = 'UTC'`);
        const of = column(nativeType, type);
        const format = { ...FORMAT, ...formats };
        await fc.assert(
          fc.asyncProperty(texts, async (some) => {
            const all = [...some, ...TIMES, ...DAYS, ...ODD];
            const right = await told(isOfType(of, 'x', format) ?? 'TRUE', all);
            const taken = all.filter((_, index) => right[index] === 'true');
            expect(taken.length).toBeGreaterThan(1);
            const values = await told(`(extract(epoch FROM ${cast(of, 'x', format)}) * 1000000)::bigint`, taken);
            expect(taken.map((text, index) => [text, values[index]])).toEqual(
              taken.map((text) => [text, microseconds(text)?.toString()]),
            );
          }),
          { numRuns: 8 },
        );
        expect(await told(`${cast(of, 'x', format)} IS NULL`, ['now'])).toEqual(['fails']);
        const { rows } = await client.query(
          `SELECT ${cast(of, 'x', format)} AS value FROM (SELECT NULL::text AS x) AS t`,
        );
        expect(rows).toEqual([{ value: null }]);
      },
    );
  });
});
