import { isAggregate, ruleProblem } from '../../../../core/warehouse/rule-check';
import { KINDS } from './fixture';

describe.each(KINDS)('rules in %s', (kind) => {
  it.each([
    'amount >= 0',
    "code IN ('A', 'B;C', '--', 'it''s')",
    '"select" IS NOT NULL AND (a + b) * 2 < 10',
    'EXTRACT(YEAR FROM trade_date) = 2024',
    "a = 'select' OR selection > 1",
    'a - -1 > 0',
    'count(*) > 1000',
    'a / b > 1',
  ])('takes %s', (condition) => {
    expect(ruleProblem(kind, condition)).toBeUndefined();
  });

  it.each([
    ['', 'empty'],
    ['a > 1; DROP TABLE t', 'semicolon'],
    ['a > 1) FROM t', 'bracket'],
    ['(a > 1', 'bracket'],
    ['a > 1 -- x', 'comment'],
    ['a > 1 /* x */', 'comment'],
    ["a = 'x", 'quotation mark'],
    ['"a', 'quotation mark'],
    ['a IN (SELECT 1)', 'SELECT'],
    ['a IN (select 1)', 'select'],
    ['a = $$x$$', 'dollar'],
    ['a = $x$ y $x$', 'dollar'],
    ['pg_sleep(10) IS NULL', 'pg_sleep'],
    ["system$cancel_query('x') = 'y'", 'system$'],
    ["nextval('s') > 1", 'nextval'],
    ['a > 1) OR (b', 'bracket'],
    ['a = \0', 'NUL'],
  ])('refuses %j', (condition, reason) => {
    expect(ruleProblem(kind, condition)).toContain(reason);
  });

  it('tells rules about the whole from rules about a row by the aggregates that they call', () => {
    expect(['count(*) > 1', 'SUM(a) = 0', 'a > 1 AND max (b) < 2'].map((rule) => isAggregate(kind, rule))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['counter > 1', 'count > 1', "a = 'sum(b)'", '"count"(a)', 'least(a, b) > 1'].map((rule) =>
        isAggregate(kind, rule),
      ),
    ).toEqual([false, false, false, false, false]);
  });
});

it('ends a text where the warehouse does, so that nothing hides behind a backslash', () => {
  const ends = String.raw`a = 'x\' OR b = '; c'`;
  expect(ruleProblem('duckdb', ends)).toBeUndefined();
  expect(ruleProblem('postgres', ends)).toBeUndefined();
  expect(ruleProblem('snowflake', ends)).toBe('opens a quotation mark that it never closes');
  const goesOn = String.raw`a = 'x\'; c = 'y'`;
  expect(ruleProblem('duckdb', goesOn)).toBe('holds a semicolon; a rule is one expression');
  expect(ruleProblem('postgres', goesOn)).toBe('holds a semicolon; a rule is one expression');
  const escaped = String.raw`a = E'x\'; y' AND b = 1`;
  expect(ruleProblem('postgres', escaped)).toBeUndefined();
  expect(ruleProblem('postgres', String.raw`ae = 'x\'; y`)).toBe('holds a semicolon; a rule is one expression');
});

it('takes // for a comment in Snowflake alone', () => {
  expect(ruleProblem('snowflake', 'a > 1 // 2')).toBe('holds a comment');
  expect(ruleProblem('duckdb', 'a // 2 > 1')).toBeUndefined();
});
