import { columnNameFor, createTableStatement } from '../../../../core/warehouse/create-table';
import { publishStatements } from '../../../../core/warehouse/publish';
import { recoveryText, timeTravelStatement } from '../../../../core/warehouse/recovery';
import { widenings } from '../../../../core/warehouse/widen';
import { column, DATE, format, KINDS, table, TEXT } from './fixture';

const varchar = (name: string, limit: number) =>
  column(name, TEXT, { nativeType: `VARCHAR(${limit})`, width: { limit, unit: 'characters' } });

describe('publishing', () => {
  const request = {
    table: table(
      column('D', DATE),
      column('AMOUNT', { kind: 'integer', digits: 9 }, { nativeType: 'integer' }),
      varchar('CODE', 5),
    ),
    sources: [
      { staging: { schema: 'st', name: 'a' }, columns: ['AMOUNT', 'D'] },
      { staging: { schema: 'st', name: 'b' }, columns: ['D', 'CODE'] },
    ],
    format: format({ dateFormat: 'DD.MM.YYYY' }),
    replace: { sql: '"D" = 1' },
  };

  it('deletes first what gives way, then inserts each staging table by its own columns', () => {
    for (const kind of ['snowflake', 'duckdb'] as const)
      expect(publishStatements(kind, request).map(({ sql }) => sql)).toEqual([
        'DELETE FROM "sales"."trades" WHERE "D" = 1',
        'INSERT INTO "sales"."trades" ("AMOUNT", "D") SELECT "AMOUNT", "D" FROM "st"."a"',
        'INSERT INTO "sales"."trades" ("D", "CODE") SELECT "D", "CODE" FROM "st"."b"',
      ]);
  });

  it('casts texts of Postgres by the format of the file, and lets the assignment refuse texts that are too long', () => {
    const [insert = ''] = publishStatements('postgres', { ...request, replace: undefined }).map(({ sql }) => sql);
    expect(insert).toContain(
      'OVERRIDING SYSTEM VALUE SELECT CAST("AMOUNT" AS integer), CASE WHEN "D" IS NULL THEN NULL WHEN',
    );
    expect(insert).toContain(`CAST(SUBSTR("D", 7, 4) || '-' || SUBSTR("D", 4, 2) || '-' || SUBSTR("D", 1, 2) AS date)`);
    expect(insert).toContain(`ELSE CAST('not as DD.MM.YYYY: ' || "D" AS date)`);
    expect(publishStatements('postgres', request)[2]?.sql).toMatch(/, "CODE" FROM "st"."b"$/);
  });

  it('refuses a column that the table does not have', () => {
    expect(() =>
      publishStatements('duckdb', { ...request, sources: [{ staging: request.table.ref, columns: ['X'] }] }),
    ).toThrow(expect.objectContaining({ code: 'COLUMN_NOT_FOUND', place: { table: 'sales.trades', column: 'X' } }));
  });
});

describe('a table that is made', () => {
  const columns = [
    { name: 'Trade Date', column: 'Trade Date', type: DATE, nullable: true },
    { name: 'id', column: 'ID', type: { kind: 'integer', digits: 3 } as const, nullable: false },
    { name: 'code', column: 'CODE', type: TEXT, nullable: true },
  ];
  const ref = { schema: 's', name: 't' };

  it('has the types of the values unless the definition says others, by either name', () => {
    expect(
      createTableStatement('snowflake', {
        ref,
        columns,
        types: { code: 'VARCHAR(4)', 'trade date': 'TIMESTAMP_NTZ(3)' },
      }).sql,
    ).toBe('CREATE TABLE "s"."t" ("Trade Date" TIMESTAMP_NTZ(3), "ID" NUMBER(38, 0) NOT NULL, "CODE" VARCHAR(4))');
    expect(createTableStatement('postgres', { ref, columns, types: { ID: 'numeric (12, 3)' } }).sql).toBe(
      'CREATE TABLE "s"."t" ("Trade Date" DATE, "ID" numeric (12, 3) NOT NULL, "CODE" text)',
    );
  });

  it('takes types and nothing else', () => {
    for (const type of ['int); DROP TABLE x; --', "text DEFAULT 'a'", 'text CHECK (1=1)', '', 'a"b'])
      expect(() => createTableStatement('duckdb', { ref, columns, types: { id: type } })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    for (const type of ['double precision', 'timestamp(3) with time zone', 'NUMBER(38,0)'])
      expect(createTableStatement('duckdb', { ref, columns, types: { id: type } }).sql).toContain(
        `"ID" ${type} NOT NULL`,
      );
  });

  it('refuses the type of a column that the file does not have', () => {
    expect(() => createTableStatement('duckdb', { ref, columns, types: { other: 'int' } })).toThrow('column other');
  });

  it('names columns as they would be named without quotes', () => {
    expect(KINDS.map((kind) => columnNameFor(kind, 'Trade_Date'))).toEqual(['TRADE_DATE', 'Trade_Date', 'trade_date']);
    expect(KINDS.map((kind) => columnNameFor(kind, 'Größe 1'))).toEqual(['Größe 1', 'Größe 1', 'Größe 1']);
  });
});

describe('widening', () => {
  const known = table(varchar('A', 10), varchar('B', 10), column('C', TEXT));
  const longest = [
    { column: 'A', characters: 10, bytes: 40 },
    { column: 'B', characters: 21, bytes: 30, line: 7 },
    { column: 'C', characters: 999, bytes: 999 },
  ];

  it('proposes the next size for each column that is too narrow, and for no other', () => {
    expect(widenings('snowflake', known, longest)).toEqual([
      {
        column: 'B',
        nativeType: 'VARCHAR(10)',
        limit: 10,
        longest: 21,
        line: 7,
        proposed: 'VARCHAR(50)',
        statement: 'ALTER TABLE "sales"."trades" ALTER COLUMN "B" SET DATA TYPE VARCHAR(50)',
      },
    ]);
    expect(widenings('postgres', known, longest)[0]?.statement).toBe(
      'ALTER TABLE "sales"."trades" ALTER COLUMN "B" TYPE varchar(50)',
    );
    expect(widenings('duckdb', known, longest)).toEqual([]);
  });

  it('measures a limit in bytes by bytes, and lifts a limit that no size reaches', () => {
    const bytes = table(column('A', TEXT, { width: { limit: 30, unit: 'bytes' } }));
    expect(widenings('postgres', bytes, longest.slice(0, 1))[0]).toMatchObject({
      longest: 40,
      proposed: 'varchar(50)',
    });
    const huge = [{ column: 'A', characters: 2e7, bytes: 2e7 }];
    expect(widenings('postgres', known, huge)[0]?.proposed).toBe('text');
    expect(widenings('snowflake', known, huge)[0]?.proposed).toBe('VARCHAR');
  });
});

describe('bringing rows back', () => {
  const known = table(column('D', DATE), column('N', { kind: 'integer', digits: 3 }));

  it('reads the past of the table by statement or by moment', () => {
    expect(timeTravelStatement(known, { sql: '"N" > 1' }, { statement: '01b2-0000' }).sql).toBe(
      `INSERT INTO "sales"."trades" ("D", "N") SELECT "D", "N" FROM "sales"."trades" BEFORE(STATEMENT => '01b2-0000') WHERE "N" > 1`,
    );
    expect(timeTravelStatement(known, { sql: '"N" > 1' }, { utc: '2024-02-01 10:00:00.123456' }).sql).toContain(
      `AT(TIMESTAMP => '2024-02-01 10:00:00.123 +0000'::TIMESTAMP_TZ) WHERE`,
    );
  });

  it('says beforehand how', () => {
    expect(recoveryText(known, { sql: '"N" > 1' }, 'snowflake')).toContain(
      `'<moment before the deletion>'::TIMESTAMP_TZ`,
    );
    expect(recoveryText(known, { sql: '"N" > 1' }, 'postgres')).toContain('Parquet');
  });
});
