import fc from 'fast-check';
import { dialectOf } from '../../../../core/warehouse/dialect';
import { KINDS } from './fixture';

/** Reads a quoted name or text the way the documentation of the warehouse says, character by character. */
function unquoted(sql: string, quote: string, escapes: boolean): { text: string; rest: string } {
  let text = '';
  let at = 1;
  for (; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') text += sql[++at] ?? '';
    else if (sql[at] !== quote) text += sql[at] ?? '';
    else if (sql[at + 1] === quote) text += sql[at++] ?? '';
    else break;
  }
  return { text, rest: sql.slice(at + 1) };
}

const anyText = fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', ' ', 'é', '-', ';', '\n') });

describe.each(KINDS)('the SQL of %s', (kind) => {
  const dialect = dialectOf(kind);

  it('quotes any name so that exactly this name is read', () => {
    fc.assert(
      fc.property(
        anyText.filter((name) => name !== ''),
        (name) => expect(unquoted(dialect.ident(name), '"', false)).toEqual({ text: name, rest: '' }),
      ),
    );
  });

  it('quotes any text so that exactly this text is read', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const sql = dialect.literal(text).trimStart();
        const isEscaped = sql.startsWith('E');
        const escapes = isEscaped || kind === 'snowflake';
        expect(unquoted(isEscaped ? sql.slice(1) : sql, "'", escapes)).toEqual({ text, rest: '' });
      }),
    );
  });

  it('refuses names and texts that no statement can hold', () => {
    for (const make of [() => dialect.ident(''), () => dialect.ident('a\0'), () => dialect.literal('a\0')])
      expect(make).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

it('names a table with its database, but not in Postgres, where a connection has one only', () => {
  const ref = { database: 'D', schema: 's', name: 't"x' };
  expect(KINDS.map((kind) => dialectOf(kind).table(ref))).toEqual(['"D"."s"."t""x"', '"D"."s"."t""x"', '"s"."t""x"']);
});

it('has a type for every kind of value in the words of each warehouse', () => {
  const types = [
    { kind: 'text' },
    { kind: 'integer', digits: 10 },
    { kind: 'integer', digits: 30 },
    { kind: 'decimal', precision: 12, scale: 2 },
    { kind: 'float' },
    { kind: 'boolean' },
    { kind: 'date' },
    { kind: 'timestamp', zoned: false },
    { kind: 'timestamp', zoned: true },
  ] as const;
  expect(types.map((type) => dialectOf('snowflake').typeName(type))).toEqual(
    'VARCHAR|NUMBER(38, 0)|NUMBER(38, 0)|NUMBER(12, 2)|FLOAT|BOOLEAN|DATE|TIMESTAMP_NTZ|TIMESTAMP_TZ'.split('|'),
  );
  expect(types.map((type) => dialectOf('duckdb').typeName(type))).toEqual(
    'VARCHAR|BIGINT|DECIMAL(38, 0)|DECIMAL(12, 2)|DOUBLE|BOOLEAN|DATE|TIMESTAMP|TIMESTAMPTZ'.split('|'),
  );
  expect(types.map((type) => dialectOf('postgres').typeName(type))).toEqual(
    'text|bigint|numeric(38, 0)|numeric(12, 2)|double precision|BOOLEAN|DATE|timestamp|timestamptz'.split('|'),
  );
  expect(KINDS.map((kind) => dialectOf(kind).typeName({ kind: 'text' }, 20))).toEqual([
    'VARCHAR(20)',
    'VARCHAR(20)',
    'varchar(20)',
  ]);
});
