import {
  allOf,
  ident,
  identList,
  literal,
  qualified,
  regclass,
  whereClause,
} from '../../../../connectors/postgres/sql';

describe('SQL text of PostgreSQL', () => {
  test('quotes names, also those with quotes, case and spaces', () => {
    expect(ident('Order "x"; drop')).toBe('"Order ""x""; drop"');
    expect(qualified({ schema: 'my schema', name: 'T.1' })).toBe('"my schema"."T.1"');
    expect(identList(['a', 'B'])).toBe('"a", "B"');
  });

  test('quotes values, with escapes only where a backslash needs them', () => {
    expect(literal("it's")).toBe("'it''s'");
    expect(literal("a\\'b")).toBe(" E'a\\\\''b'");
    expect(regclass({ schema: "o'b", name: 'x' })).toBe(`'"o''b"."x"'::pg_catalog.regclass`);
  });

  test('refuses what PostgreSQL has no room for', () => {
    expect(() => ident('')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(() => ident('a\0b')).toThrow(/NUL/);
    expect(() => literal('a\0b')).toThrow(/NUL/);
  });

  test('joins conditions so that none changes the meaning of another', () => {
    expect(allOf(['a OR b', 'c'])).toBe('(a OR b) AND (c)');
    expect(whereClause([])).toBe('');
    expect(whereClause(['a'])).toBe(' WHERE (a)');
  });
});
