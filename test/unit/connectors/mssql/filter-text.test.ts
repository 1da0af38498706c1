import fc from 'fast-check';
import { findTextProblem } from '../../../../connectors/mssql/filter-text';

test.each([
  'id > 5',
  "name = N'it''s; -- fine' AND [odd;name] = 'x'",
  '"quoted ( name" IS NULL',
  "status IN ('a', 'b') OR EXISTS (SELECT 1 FROM dbo.customers c WHERE c.id = customer_id)",
  'created >= DATEADD(day, -30, GETDATE())',
  '[exec] = 1 AND "into" = 2',
  "CASE WHEN a = 1 THEN 'x' ELSE 'y' END = 'x'",
  'amount > 0x1F',
])('takes %s', (text) => {
  expect(findTextProblem(text)).toBeUndefined();
});

test.each([
  ['id = 1; DROP TABLE t', 6],
  ['id = 1 -- rest', 7],
  ['id = 1 /* rest */', 7],
  ['id = 1) OR (1 = 1', 6],
  ['(id = 1', 0],
  ["name = 'open", 7],
  ['[open = 1', 0],
  ['"open = 1', 0],
  ['', 0],
  ['EXISTS (SELECT * INTO x FROM y)', 17],
  ["EXISTS (SELECT 1 FROM OPENROWSET('x', 'y', 'z'))", 22],
  ["1 = (SELECT 1 FROM OPENQUERY(s, 'x'))", 19],
  ["1 = (SELECT 1 FROM OPENDATASOURCE('a','b').c.d.e)", 19],
  ['1 = 1 EXEC sp_who', 6],
  ['id = NEXT VALUE FOR dbo.numbers', 5],
  ['id = 1\0', 6],
])('refuses %j at character %i', (text, at) => {
  expect(findTextProblem(text)).toMatchObject({ at });
});

test('what is taken cannot reach beyond its parentheses, as a scanner of its own sees it', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    "'",
    "''",
    '[',
    ']',
    ']]',
    '"',
    '--',
    '/*',
    '*/',
    ';',
    'a',
    ' ',
    'N',
    '\n',
    '1',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      if (findTextProblem(text) === undefined) expect(depthsOf(`(\n${text}\n)`)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

/** Whether the first parenthesis is closed by the last character and by nothing before, with no comment and no semicolon. */
function depthsOf(sql: string): boolean {
  let depth = 0;
  for (let i = 0; i < sql.length; i++) {
    const mark = sql[i]!;
    const close = { "'": "'", '"': '"', '[': ']' }[mark];
    if (close) {
      for (i += 1; i < sql.length; i++) {
        if (sql[i] !== close) continue;
        if (sql[i + 1] === close) i += 1;
        else break;
      }
      if (i >= sql.length) return false;
    } else if (mark === ';' || sql.startsWith('--', i) || sql.startsWith('/*', i)) return false;
    else if (mark === '(') depth += 1;
    else if (mark === ')' && --depth === 0) return i === sql.length - 1;
  }
  return false;
}
