import fc from 'fast-check';
import { copySql, dropSql, stagingSql } from '../../../../connectors/snowflake/copy-sql';
import { chosen } from '../../../../connectors/snowflake/describe';
import { folded, literal, quoteName, quoteTable, stagePlace } from '../../../../connectors/snowflake/sql';
import { sameSize } from '../../../../connectors/snowflake/stage';
import { rowsChanged } from '../../../../connectors/snowflake/transaction';
import type { MonthFormat } from '../../../../core/types/month';

/** What Snowflake reads from a literal: `''` is a quote, and a backslash escapes. */
function read(text: string): string {
  const marks: Record<string, string> = { t: '\t', n: '\n', r: '\r' };
  expect(text).toMatch(/^'(?:[^'\\]|''|\\.)*'$/s);
  return text
    .slice(1, -1)
    .replaceAll(/''|\\(.)/gs, (pair, mark: string | undefined) => (mark === undefined ? "'" : (marks[mark] ?? mark)));
}

describe('names and literals', () => {
  it('keeps every text as it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("'", '\\', '\t', '\n', 'n', 't') })),
        (text) => {
          expect(read(literal(text))).toBe(text);
        },
      ),
    );
  });

  it('quotes names with their case, and folds as Snowflake does what is plain', () => {
    expect(quoteName('a"b')).toBe('"a""b"');
    expect(quoteTable({ database: 'D', schema: 's', name: 'T' })).toBe('"D"."s"."T"');
    expect(quoteTable({ schema: 's', name: 'T' })).toBe('"s"."T"');
    expect([folded('trades'), folded('mixed case'), folded('_x$1')]).toEqual(['TRADES', 'mixed case', '_X$1']);
  });

  it('quotes a place in a stage only where it must', () => {
    expect(stagePlace('S')).toBe('@S');
    expect(stagePlace('S', 'trades/load-1/')).toBe('@S/trades/load-1/');
    expect(stagePlace('S', "it's here/")).toBe("'@S/it''s here/'");
  });
});

describe('the table that a name means', () => {
  const pick = (name: string, ...names: string[]): string | undefined => chosen(name, names, (each) => each);

  it('is the exact one, then the folded one, then any letter case', () => {
    expect(pick('Trades', 'TRADES', 'Trades', 'trades')).toBe('Trades');
    expect(pick('Trades', 'trades', 'TRADES')).toBe('TRADES');
    expect(pick('trades', 'tRaDeS')).toBe('tRaDeS');
    expect(pick('trades', 'orders')).toBeUndefined();
  });
});

describe('the statements of a COPY', () => {
  const staging = { database: 'RAW', schema: 'PUBLIC', name: 'LONGSHORE_17_TRADES' };
  const format: MonthFormat = {
    delimiter: '\t',
    quote: '',
    encoding: 'utf-8',
    headerLines: 1,
    nullTexts: ['\\N', 'NULL'],
  };
  const text = {
    staging,
    stage: 'LONGSHORE_STAGE',
    prefix: 'trades/17/',
    format,
    hasDates: false,
    hasTimestamps: false,
  };

  it('makes an empty table of the columns of the file, in its order', () => {
    const table = { ref: { database: 'RAW', schema: 'PUBLIC', name: 'TRADES' }, columns: [] };
    expect(stagingSql(staging, table, ['B', 'a'])).toBe(
      'CREATE TRANSIENT TABLE "RAW"."PUBLIC"."LONGSHORE_17_TRADES" AS SELECT "B", "a" FROM "RAW"."PUBLIC"."TRADES" WHERE 1 = 0',
    );
    expect(dropSql(staging)).toBe('DROP TABLE IF EXISTS "RAW"."PUBLIC"."LONGSHORE_17_TRADES"');
  });

  it('copies what lies below the prefix, and stops at the first row that does not fit', () => {
    expect(copySql(text)).toBe(
      `COPY INTO "RAW"."PUBLIC"."LONGSHORE_17_TRADES" FROM @LONGSHORE_STAGE/trades/17/ FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '\\t' SKIP_HEADER = 0 ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = ('\\\\N', 'NULL') EMPTY_FIELD_AS_NULL = TRUE) ON_ERROR = ABORT_STATEMENT`,
    );
  });

  it('names quotes and formats only where there is something to read with them', () => {
    const dated = { ...format, quote: '"' as const, dateFormat: 'DD.MM.YYYY', timestampFormat: 'YYYYMMDD HH24:MI' };
    expect(copySql({ ...text, format: dated })).not.toMatch(/DATE_FORMAT|TIMESTAMP_FORMAT/);
    expect(copySql({ ...text, format: dated, hasDates: true, hasTimestamps: true })).toContain(
      `FIELD_OPTIONALLY_ENCLOSED_BY = '"' ESCAPE_UNENCLOSED_FIELD = NONE NULL_IF = ('\\\\N', 'NULL') EMPTY_FIELD_AS_NULL = TRUE DATE_FORMAT = 'DD.MM.YYYY' TIMESTAMP_FORMAT = 'YYYYMMDD HH24:MI')`,
    );
    expect(copySql({ ...text, format: { ...format, quote: "'" } })).toContain(`FIELD_OPTIONALLY_ENCLOSED_BY = ''''`);
  });
});

describe('what Snowflake says of sizes and rows', () => {
  it.each([
    [100, 100, true],
    [112, 100, true],
    [16, 0, true],
    [32, 16, true],
    [113, 100, false],
    [96, 100, false],
    [128, 100, false],
  ])('takes %s bytes in the stage for a file of %s bytes: %s', (staged, local, same) => {
    expect(sameSize(staged, local)).toBe(same);
  });

  it('adds up the rows that a statement inserted, updated and deleted', () => {
    const columns = ['number of rows inserted', 'number of rows updated', 'number of multi-joined rows updated'];
    expect(rowsChanged({ columns, rows: [['3', '4', '9']] })).toBe(7);
    expect(rowsChanged({ columns: ['status'], rows: [['done']] })).toBe(0);
  });
});
