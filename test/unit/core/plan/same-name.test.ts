import { expect, test } from '@jest/globals';
import { sameName } from '../../../../core/plan/same-name';
import { ref } from '../builders';

test('a table keeps its name, and the default schema of one database becomes that of the other', () => {
  expect(sameName(ref('public.t'), 'postgres', 'duckdb')).toEqual(ref('main.t'));
  expect(sameName(ref('main.t'), 'duckdb', 'postgres')).toEqual(ref('public.t'));
  expect(sameName(ref('public.t'), 'postgres', 'postgres')).toEqual(ref('public.t'));
  expect(sameName(ref('public.t'), 'duckdb', 'duckdb')).toEqual(ref('public.t'));
  expect(sameName(ref('sales.t'), 'postgres', 'duckdb')).toEqual(ref('sales.t'));
});
