import { expect, test } from '@jest/globals';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { collect, combineProblems } from '../../../../core/plan/problems';
import { suggest } from '../../../../core/plan/suggest';

const problem = (code: LongshoreError['code'], message: string) =>
  new LongshoreError(code, message, { table: message });

test('one problem is thrown as it is', () => {
  const only = problem('NO_KEY', 'a');
  expect(combineProblems([only])).toBe(only);
});

test('several become one with the code and place of the first, all messages, and every remedy once', () => {
  const combined = combineProblems([
    problem('NO_KEY', 'a'),
    problem('NO_KEY', 'b'),
    problem('PROTECTED_TABLE', 'c'),
    problem('NO_KEY', 'a'),
  ]);
  expect(combined).toMatchObject({
    code: 'NO_KEY',
    place: { table: 'a' },
    message: '3 problems were found.\n- NO_KEY: a\n- NO_KEY: b\n- PROTECTED_TABLE: c',
  });
  expect(combined.next).toBe(`${problem('NO_KEY', '').next} ${problem('PROTECTED_TABLE', '').next}`);
});

test('no problem at all is a mistake of the caller', () => {
  expect(() => combineProblems([])).toThrow(RangeError);
});

test('only errors of the catalogue are collected', () => {
  const problems: LongshoreError[] = [];
  const fail = (error: Error) => () => {
    throw error;
  };
  expect(collect(problems, () => 1)).toBe(1);
  expect(collect(problems, fail(problem('NO_KEY', 'a')))).toBeUndefined();
  expect(() => collect(problems, fail(new TypeError('x')))).toThrow(TypeError);
  expect(problems).toHaveLength(1);
});

test.each([
  ['custmers', ['public.customers'], ['public.customers']],
  ['PUBLIC.USERS', ['public.users', 'public.user_roles'], ['public.users']],
  ['orders', ['a.orders', 'b.orders', 'c.orders', 'd.orders'], ['a.orders', 'b.orders', 'c.orders']],
  ['xyz', ['public.customers'], []],
])('for %s among %j suggests %j', (name, candidates, expected) => expect(suggest(name, candidates)).toEqual(expected));
