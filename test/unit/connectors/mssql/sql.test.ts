import fc from 'fast-check';
import { ident, literal, qualified } from '../../../../connectors/mssql/sql';

const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));

/** Reads a quoted thing as the server's scanner does: up to the first closing mark that is not doubled. */
function scanQuoted(sql: string, close: string): { value: string; rest: string } {
  let value = '';
  for (let i = 1; i < sql.length; i++) {
    if (sql[i] !== close) value += sql[i];
    else if (sql[i + 1] === close) value += sql[i++];
    else return { value, rest: sql.slice(i + 1) };
  }
  throw new Error('never closed');
}

test('any name comes out of its quotes as it went in', () => {
  fc.assert(
    fc.property(
      text.filter((value) => value !== ''),
      (name) => {
        const quoted = ident(name);
        expect(scanQuoted(quoted, quoted.startsWith('[') ? ']' : '"')).toEqual({ value: name, rest: '' });
      },
    ),
  );
});

test('any text comes out of its quotes as it went in, a backslash at the end of a line included', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.constantFrom("'", '\\\n', '\\\r\n', ']', '--', '/*'))), (pieces) => {
      const value = pieces.join('');
      let rest = literal(value).replace(/^\((.*)\)$/s, '$1');
      let found = '';
      for (;;) {
        expect(rest.startsWith("N'")).toBe(true);
        // The server joins a line that ends with a backslash to the next one, so no such pair may stand in a constant.
        const read = scanQuoted(rest.slice(1), "'");
        expect(read.value).not.toMatch(/\\\r?\n/);
        found += read.value;
        if (read.rest === '') break;
        expect(read.rest.startsWith(' + ')).toBe(true);
        rest = read.rest.slice(3);
      }
      expect(found).toBe(value);
    }),
  );
});

test('a table of another database has three parts', () => {
  expect(qualified({ database: 'a]b', schema: 'dbo', name: 'odd "name".x' })).toBe('"a]b".[dbo].[odd "name".x]');
  expect(qualified({ schema: 'dbo', name: 't' })).toBe('[dbo].[t]');
});

test('names and texts with NUL, and empty names, are refused', () => {
  for (const bad of [() => ident('a\0b'), () => literal('a\0b'), () => ident('')])
    expect(bad).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});
