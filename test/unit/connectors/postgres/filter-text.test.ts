import { dependsOnRowsOnly, findTextProblem } from '../../../../connectors/postgres/filter-text';

describe('the text of a condition', () => {
  test.each([
    "status <> 'draft'",
    'note = \';--/*\' AND "odd;col" = 1',
    "a = E'it\\'s; --' OR b = $$;)$$ OR c = $x$ $$ ; $x$",
    "(a, b) IN ((1, 2), (3, 4)) AND arr[1] = '('",
    "u&'d\\0061t' = x",
    'exists (select 1 from t where t.id = orders.id)',
    '"a""--b" is not null',
  ])('lets %s pass', (text) => {
    expect(findTextProblem(text)).toBeUndefined();
  });

  test.each([
    ['', /empty/],
    ['   ', /empty/],
    ['1=1; drop table x', /semicolon/],
    ['1=1) union select * from secrets where (1=1', /\) too many/],
    ['1=1 -- the rest', /comment/],
    ['1=1 /* the rest', /comment/],
    ["a = 'open", /quote/],
    ["a = E'open\\'", /quote/],
    ['"open = 1', /quote/],
    ['a = $tag$ open $other$', /quote/],
    ["1E'\\' || ') union select 1 --'", /comment/],
    ["E'a'\n'\\' || ') or (1=1 --'", /comment/],
    ["\u00a0E'\\' || ') or (true", /quote/],
    ['(a = 1', /not closed/],
    ['(a[1) = 1]', /too many/],
    ['a = \0', /NUL/],
    ["a = 'x\0y'", /NUL/],
  ])('refuses %j', (text, reason) => {
    expect(findTextProblem(text)?.reason).toMatch(reason);
  });

  test('points at the place', () => {
    expect(findTextProblem('a = 1; b')).toMatchObject({ at: 5 });
  });
});

describe('whether a condition depends on the rows alone', () => {
  const columns = ['status', 'created_at', 'Total', 'current_date'];

  test.each([
    "status <> 'draft'",
    'created_at >= \'2024-01-01\' AND "Total" > 1.5',
    "lower(status) IN ('a', 'b') OR status IS NULL",
    '("Total")::numeric(12,2) = 3',
    "created_at >= timestamp '2024-01-01'",
  ])('yes: %s', (text) => {
    expect(dependsOnRowsOnly(text, columns)).toBe(true);
  });

  test.each([
    'created_at > now()',
    'created_at > current_date',
    "created_at > 'yesterday'",
    "created_at > timestamp 'today 05:00'",
    'status = (select max(status) from t)',
    'my_function(status)',
    'status = current_user',
    'random() < 0.5',
    'unknown_name = 1',
    '"now"() > created_at',
  ])('not known to: %s', (text) => {
    expect(dependsOnRowsOnly(text, columns)).toBe(false);
  });
});
