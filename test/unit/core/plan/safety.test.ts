import { describe, expect, test } from '@jest/globals';
import {
  checkProtected,
  checkRows,
  checkSameTable,
  checkWritable,
  maxRows,
  type TargetRules,
} from '../../../../core/plan/safety';
import { ref } from '../builders';

const rules = (more: Partial<TargetRules> = {}): TargetRules => ({
  name: 'uat',
  readOnly: false,
  protectedTables: [],
  ...more,
});

test('a read-only environment is refused by name', () => {
  expect(checkWritable(rules())).toEqual([]);
  const [problem] = checkWritable(rules({ readOnly: true }));
  expect(problem).toMatchObject({ code: 'READ_ONLY_ENVIRONMENT', place: { environment: 'uat' } });
  expect(problem?.message).toContain('uat');
});

describe('protected tables', () => {
  test.each([
    ['public.users', 'public.users', true],
    ['public.users', 'users', true],
    ['hr.users', 'users', true],
    ['public.users', 'PUBLIC.USERS', true],
    ['hr.staff', 'hr.*', true],
    ['public.users', '*', true],
    ['public.users', 'hr.users', false],
    ['public.users2', 'public.users', false],
    ['public.usersXa', 'public.users.a', false],
  ])('%s under the rule %s: %s', (table, pattern, refused) => {
    expect(checkProtected(ref(table), rules({ protectedTables: ['other', pattern] })).map(({ code }) => code)).toEqual(
      refused ? ['PROTECTED_TABLE'] : [],
    );
  });

  test('the message names the rule when it is not the table itself', () => {
    expect(checkProtected(ref('hr.staff'), rules({ protectedTables: ['hr.*'] }))[0]?.message).toContain("by 'hr.*'");
    expect(checkProtected(ref('hr.staff'), rules({ protectedTables: ['hr.staff'] }))[0]?.message).not.toContain('by');
  });
});

describe('row limits', () => {
  const check = (count: number, table: number | undefined, environment: number | undefined, exact = true) =>
    checkRows(
      ref('t'),
      { count, exact },
      { table, environment: rules(environment === undefined ? {} : { maxRowsPerTable: environment }) },
    );

  test('the lower of both limits holds, and the limit itself is allowed', () => {
    expect(check(10, 10, 20)).toEqual([]);
    expect(check(11, 10, 20)[0]?.message).toBe('Table public.t has 11 rows to transfer; the table allows 10.');
    expect(check(11, 20, 10)[0]?.message).toBe(
      'Table public.t has 11 rows to transfer; environment uat allows per table 10.',
    );
    expect(check(11, 20, 10)[0]?.place).toEqual({ table: 'public.t', environment: 'uat' });
    expect(maxRows(5, rules({ maxRowsPerTable: 3 }))).toBe(3);
    expect(maxRows(undefined, rules())).toBeUndefined();
  });

  test('without a limit or a count nothing is refused; estimates are called so', () => {
    expect(check(1e12, undefined, undefined)).toEqual([]);
    expect(check(-1, 10, 10)).toEqual([]);
    expect(check(11, 10, undefined, false)[0]?.message).toContain('about 11 rows');
  });
});

test('a table is never copied onto itself', () => {
  const environments = { from: 'a', to: 'b', sameDatabase: true };
  expect(checkSameTable(ref('t'), ref('t'), environments)[0]).toMatchObject({
    code: 'SAME_DATABASE',
    place: { table: 'public.t', environment: 'b' },
  });
  expect(checkSameTable(ref('t'), ref('copy.t'), environments)).toEqual([]);
  expect(checkSameTable(ref('t'), ref('t'), { ...environments, sameDatabase: false })).toEqual([]);
});
