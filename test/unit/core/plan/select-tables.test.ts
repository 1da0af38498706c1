import { describe, expect, test } from '@jest/globals';
import {
  duplicateTargets,
  restrictSelection,
  selectTables,
  type TableEntry,
} from '../../../../core/plan/select-tables';
import { tableId } from '../../../../core/types/table';
import { ref } from '../builders';

const entries = (...patterns: string[]): TableEntry<string>[] =>
  patterns.map((pattern, i) => ({ pattern, options: `option ${i}`, path: `tables[${i}]` }));
const existing = (...ids: string[]) => ids.map(ref);
const select = (patterns: string[], ids: string[]) => selectTables(entries(...patterns), existing(...ids));
const names = (selection: ReturnType<typeof select>) => selection.selected.map(({ source }) => tableId(source));

describe('selecting tables', () => {
  test('takes tables by name and by pattern, in the order of the entries and then by name', () => {
    const selection = select(['sales.orders', 'hr.*'], ['hr.staff', 'hr.jobs', 'sales.orders', 'sales.lines']);
    expect(names(selection)).toEqual(['sales.orders', 'hr.jobs', 'hr.staff']);
    expect(selection.problems).toEqual([]);
  });

  test('`*` takes every table of every schema, ? stands for one character', () => {
    expect(names(select(['*'], ['a.x', 'b.y']))).toEqual(['a.x', 'b.y']);
    expect(names(select(['log_?'], ['a.log_1', 'b.log_2', 'a.log_10']))).toEqual(['a.log_1', 'b.log_2']);
  });

  test('characters that mean something in regular expressions are plain in names', () => {
    expect(names(select(['a.x+y*'], ['a.x+y1', 'a.xxy1']))).toEqual(['a.x+y1']);
  });

  test('a name beats a pattern and the more specific pattern beats the other, wherever they stand', () => {
    const selection = select(
      ['sales.*', '*', 'orders', 'sales.o*'],
      ['sales.orders', 'sales.offers', 'sales.lines', 'hr.staff'],
    );
    const options = Object.fromEntries(selection.selected.map(({ source, entry }) => [tableId(source), entry.pattern]));
    expect(options).toEqual({
      'sales.orders': 'orders',
      'sales.offers': 'sales.o*',
      'sales.lines': 'sales.*',
      'hr.staff': '*',
    });
    expect(selection.problems).toEqual([]);
  });

  test('exclusions take tables out of patterns', () => {
    expect(
      names(select(['sales.*', '!sales.tmp_*', '!sales.raw'], ['sales.orders', 'sales.tmp_1', 'sales.raw'])),
    ).toEqual(['sales.orders']);
  });

  test('a table named on its own stays when a pattern excludes it', () => {
    expect(names(select(['sales.tmp_1', '!sales.tmp_*'], ['sales.tmp_1', 'sales.tmp_2']))).toEqual(['sales.tmp_1']);
  });

  test('a table both named and excluded by name is an error', () => {
    const [problem] = select(['sales.raw', '!sales.raw'], ['sales.raw']).problems;
    expect(problem?.code).toBe('CONFIG_INVALID');
    expect(problem?.message).toContain('sales.raw');
  });

  test('an excluded name that does not exist is an error, since it may be a misspelt secret table', () => {
    const [problem] = select(['*', '!public.user'], ['public.users']).problems;
    expect(problem).toMatchObject({ code: 'TABLE_NOT_FOUND', place: { path: 'tables[1]' } });
    expect(problem?.message).toContain('Did you mean public.users?');
  });

  test('an exclusion pattern that matches nothing is a warning', () => {
    const selection = select(['*', '!tmp_*'], ['public.users']);
    expect(selection.problems).toEqual([]);
    expect(selection.warnings).toEqual(["The exclusion '!tmp_*' matches no table."]);
  });

  test('patterns leave views out, names take them', () => {
    const tables = [
      { ...ref('a.t'), kind: 'table' as const },
      { ...ref('a.v'), kind: 'view' as const },
    ];
    expect(selectTables(entries('a.*'), tables).selected).toHaveLength(1);
    expect(selectTables(entries('a.v'), tables).selected).toHaveLength(1);
  });

  test.each([
    ['orders', ['sales.orders', 'public.orders'], 'public.orders'],
    ['orders', ['sales.orders', 'dbo.orders'], 'dbo.orders'],
    ['orders', ['sales.orders', 'hr.staff'], 'sales.orders'],
    ['ORDERS', ['public.orders'], 'public.orders'],
    ['Public.Orders', ['public.orders'], 'public.orders'],
    ['orders', ['public.Orders', 'sales.orders'], 'sales.orders'],
    ['public.orders', ['public.orders', 'public.Orders'], 'public.orders'],
  ])('%s among %j means %s', (name, ids, expected) => {
    expect(names(select([name], ids))).toEqual([expected]);
  });

  test('a name that fits several tables names all of them', () => {
    const [problem] = select(['orders'], ['sales.orders', 'hr.orders']).problems;
    expect(problem?.code).toBe('TABLE_NOT_FOUND');
    expect(problem?.message).toContain('sales.orders or hr.orders');
  });

  test('names that differ in letter case only must be written exactly', () => {
    const [problem] = select(['public.ORDERS'], ['public.orders', 'public.Orders']).problems;
    expect(problem?.code).toBe('TABLE_NOT_FOUND');
    expect(problem?.next).toContain('exact letter case');
  });

  test('patterns ignore letter case when nothing matches exactly', () => {
    expect(names(select(['SALES.*'], ['sales.orders']))).toEqual(['sales.orders']);
    expect(names(select(['sales.*'], ['sales.orders', 'SALES.old']))).toEqual(['sales.orders']);
  });

  test('unknown tables and empty patterns are all reported, with suggestions and places', () => {
    const { problems } = select(['public.costumers', 'nope.*', 'public.orders'], ['public.customers', 'public.orders']);
    expect(problems.map(({ code, place }) => [code, place.path])).toEqual([
      ['TABLE_NOT_FOUND', 'tables[0]'],
      ['NO_TABLES_MATCH', 'tables[1]'],
    ]);
    expect(problems[0]?.message).toContain('Did you mean public.customers?');
  });

  test('a table in the wrong schema is suggested', () => {
    expect(select(['sales.invoices'], ['accounting.invoices', 'sales.x']).problems[0]?.message).toContain(
      'accounting.invoices',
    );
  });

  test('two entries for one table are named in the error', () => {
    const [problem] = select(['public.orders', 'orders'], ['public.orders']).problems;
    expect(problem?.code).toBe('DUPLICATE_TARGET');
    expect(problem?.message).toContain("'public.orders' (tables[0]) and 'orders' (tables[1])");
  });

  test('two patterns that say equally much about one table do not decide by themselves', () => {
    expect(select(['a.tmp_*', 'a.*_log'], ['a.tmp_log']).problems[0]?.code).toBe('DUPLICATE_TARGET');
  });
});

describe('restricting a selection', () => {
  const selected = select(['sales.*', 'hr.staff'], ['sales.orders', 'sales.lines', 'hr.staff']).selected;

  test.each([
    [['orders'], ['sales.orders']],
    [
      ['hr.staff', 'lines'],
      ['hr.staff', 'sales.lines'],
    ],
    [['sales.*'], ['sales.lines', 'sales.orders']],
    [['*l*'], ['sales.lines']],
  ])('%j leaves %j', (wanted, expected) => {
    const result = restrictSelection(selected, wanted);
    expect(result.selected.map(({ source }) => tableId(source)).toSorted()).toEqual(expected);
    expect(result.problems).toEqual([]);
  });

  test('what the set does not contain is an error with a suggestion', () => {
    const { problems } = restrictSelection(selected, ['sales.order', 'x*']);
    expect(problems.map(({ code }) => code)).toEqual(['CONFIG_UNKNOWN_NAME', 'CONFIG_UNKNOWN_NAME']);
    expect(problems[0]?.message).toContain('Did you mean sales.orders?');
  });
});

test('two sources for one target are named with their entries', () => {
  const [problem, ...rest] = duplicateTargets([
    { source: ref('a.x'), targetRef: ref('t.x'), entry: 'a.*', path: 'tables[0]' },
    { source: ref('b.x'), targetRef: ref('t.x'), entry: 'b.x', path: 'tables[1]' },
    { source: ref('b.y'), targetRef: ref('t.y'), entry: 'b.y' },
  ]);
  expect(rest).toEqual([]);
  expect(problem).toMatchObject({ code: 'DUPLICATE_TARGET', place: { table: 't.x', path: 'tables[1]' } });
  expect(problem?.message).toBe(
    "Target table t.x would be written by a.x (entry 'a.*' at tables[0]) and b.x (entry 'b.x' at tables[1]).",
  );
});
