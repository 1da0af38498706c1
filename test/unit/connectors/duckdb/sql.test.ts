import fc from 'fast-check';
import {
  ident,
  leadingName,
  literal,
  literalList,
  outsideBrackets,
  outsideQuotes,
  topLevelItems,
} from '../../../../connectors/duckdb/sql';

describe('names and literals', () => {
  it('doubles quotes inside quotes', () => {
    expect(ident('a"b')).toBe('"a""b"');
    expect(literal("it's")).toBe("'it''s'");
    expect(literalList(["a'", 'b'])).toBe("['a''', 'b']");
  });

  it('never lets a text end its own quotes', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => outsideQuotes(literal(text)).trim() === '' && outsideQuotes(ident(text)).trim() === '',
      ),
    );
  });

  it('reads any name back from the beginning of a definition', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => leadingName(`${ident(name)} INTEGER DEFAULT 1`) === name),
    );
    expect(leadingName('plain VARCHAR')).toBe('plain');
  });
});

describe('lists inside definitions', () => {
  it('are cut at their own commas only', () => {
    const body = `id INTEGER, "a, b" VARCHAR DEFAULT('x, y'), m ENUM('a', 'b'), s STRUCT(a INTEGER, b INTEGER)[], , PRIMARY KEY(id, "a, b")`;
    expect(topLevelItems(body)).toEqual([
      'id INTEGER',
      `"a, b" VARCHAR DEFAULT('x, y')`,
      `m ENUM('a', 'b')`,
      's STRUCT(a INTEGER, b INTEGER)[]',
      '',
      'PRIMARY KEY(id, "a, b")',
    ]);
  });

  it('come back whole for any names', () => {
    const name = fc.string({ minLength: 1 }).map((text) => `${ident(text)} DECIMAL(1, 2)`);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (items) => expect(topLevelItems(items.join(', '))).toEqual(items)),
    );
  });

  it('keep positions when brackets are blanked out', () => {
    expect(outsideBrackets('a(b(c))d')).toBe('a(    )d');
  });
});
