import { describe, expect, test } from '@jest/globals';
import type { SchemaPolicy } from '../../../../schemas/constants';
import { matchColumns, planColumns } from '../../../../core/plan/columns';
import { applySchemaPolicy, compareSchemas } from '../../../../core/schema/compare';
import type { ColumnSchema, TableSchema } from '../../../../core/types/table';
import { column, key, table, types } from '../builders';

type Columns = (string | ColumnSchema)[];
const differences = (source: TableSchema, target: TableSchema) =>
  compareSchemas(source, target, matchColumns(source, target, []), {
    types,
    sourceKind: 'postgres',
    targetKind: 'postgres',
  });
const compare = (
  source: Columns,
  target: Columns,
  more: { source?: Partial<TableSchema>; target?: Partial<TableSchema> } = {},
) => differences(table('s', source, more.source), table('t', target, more.target));
const short = (source: Columns, target: Columns) =>
  compare(source, target).map(({ kind, column: name, severity, waivable }) => [kind, name, severity, waivable]);

describe('comparing schemas', () => {
  test('finds nothing between equal tables', () => {
    const columns = ['id integer!', 'name text', 'at timestamptz'];
    expect(compare(columns, columns)).toEqual([]);
  });

  test('a column that the target lacks blocks', () => {
    expect(short(['id integer!', 'name text'], ['id integer!'])).toEqual([['missing-column', 'name', 'blocks', true]]);
  });

  test('a column that the source lacks blocks only when nothing fills it', () => {
    expect(short(['id integer!'], ['id integer!', 'a text!'])).toEqual([['extra-column', 'a', 'blocks', false]]);
    const filled = [
      column('b text'),
      column('c text!', { defaultSql: "'x'" }),
      column('d integer!', { identity: 'always' }),
    ];
    expect(short(['id integer!'], ['id integer!', ...filled]).map(([, , severity]) => severity)).toEqual([
      'harmless',
      'harmless',
      'harmless',
    ]);
    expect(short(['id integer!'], ['id integer!', column('e text!', { generated: true })])).toEqual([]);
  });

  test('a type that refuses values blocks whatever the policy; one with more room is harmless', () => {
    expect(short(['a bigint'], ['a integer'])).toEqual([['type', 'a', 'blocks', false]]);
    expect(short(['a integer'], ['a bigint'])).toEqual([['type', 'a', 'harmless', true]]);
    expect(compare(['a bigint'], ['a integer'])[0]?.text).toBe(
      'Column a is bigint in the source and integer in the target: integer is none of bigint.',
    );
  });

  test('between different databases types of other names go unmentioned', () => {
    const [source, target] = [table('s', ['a text']), table('t', ['a varchar'])];
    expect(
      compareSchemas(source, target, matchColumns(source, target, []), {
        types,
        sourceKind: 'duckdb',
        targetKind: 'postgres',
      }),
    ).toEqual([]);
  });

  test('shorter columns and tighter NULL rules block, looser ones do not', () => {
    const text = (maxLength?: number) => column('a text', maxLength === undefined ? {} : { maxLength });
    expect(short([text(10)], [text(5)])).toEqual([['length', 'a', 'blocks', true]]);
    expect(short([text()], [text(5)])).toEqual([['length', 'a', 'blocks', true]]);
    expect(short([text(5)], [text(10)])).toEqual([]);
    expect(short([text(5)], [text()])).toEqual([]);
    expect(compare(['a text'], ['a text!']).map(({ kind, severity }) => [kind, severity])[0]).toEqual([
      'nullability',
      'blocks',
    ]);
    expect(compare(['a text!'], ['a text']).map(({ kind, severity }) => [kind, severity])).toContainEqual([
      'nullability',
      'harmless',
    ]);
  });

  test('keys that only one side has are told, by columns and not by name', () => {
    const unique = (name: string, ...columns: string[]) => ({ uniqueKeys: [{ name, columns }] });
    const columns = ['id integer!', 'a text', 'b text'];
    expect(compare(columns, columns, { source: unique('k1', 'a', 'b'), target: unique('k2', 'b', 'a') })).toEqual([]);
    expect(
      compare(columns, columns, { target: unique('k2', 'a') }).map(({ kind, text }) => [kind, text.includes('k2 (a)')]),
    ).toEqual([['key', true]]);
    const [difference] = compare(columns, columns, { target: { primaryKey: undefined as never } });
    expect(difference).toMatchObject({ kind: 'key', severity: 'harmless' });
    expect(difference?.text).toContain('no primary key');
  });

  test('foreign keys that only one side has are told', () => {
    const columns = ['id integer!', 'p integer'];
    const found = compare(columns, columns, {
      source: { foreignKeys: [key('s.p -> parents')] },
      target: { foreignKeys: [key('t.p -> owners')] },
    });
    expect(found.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['foreign-key', 'harmless'],
      ['foreign-key', 'harmless'],
    ]);
    expect(
      compare(columns, columns, {
        source: { foreignKeys: [key('s.p -> parents')] },
        target: { foreignKeys: [key('t.p -> other.parents')] },
      }),
    ).toEqual([]);
  });
});

describe('schema policies', () => {
  const apply = (policy: SchemaPolicy, source: Columns, target: Columns) => {
    const [from, to] = [table('s', source), table('t', target)];
    const match = matchColumns(from, to, []);
    const { columns } = planColumns(from, match, { sourceKind: 'postgres', types, createMissing: policy === 'evolve' });
    const missing = new Set(match.missing.map(({ name }) => name));
    const addColumns = columns
      .filter((each) => missing.has(each.source))
      .map((each) => ({ name: each.target, nativeType: each.targetType }));
    return applySchemaPolicy(differences(from, to), policy, {
      source: from.ref,
      target: to.ref,
      addColumns,
      addColumnSql: types.addColumnSql,
    });
  };

  test('stop lists everything that blocks in one error and warns of the rest', () => {
    const verdict = apply(
      'stop',
      ['id integer!', 'a text', 'b bigint', 'c integer'],
      ['id integer!', 'b integer', 'c bigint'],
    );
    expect(verdict.problem).toMatchObject({ code: 'SCHEMA_MISMATCH', place: { table: 'public.t', column: 'a' } });
    expect(verdict.problem?.message).toContain('no column a (text)');
    expect(verdict.problem?.message).toContain('Column b is bigint');
    expect(verdict.warnings).toEqual([
      'public.t: Column c is integer in the source and bigint in the target, which has room for it.',
    ]);
    expect(verdict.evolve).toEqual([]);
  });

  test('ignore turns what may pass into warnings and still refuses what cannot', () => {
    const passing = apply('ignore', ['id integer!', 'a text'], ['id integer!']);
    expect(passing.problem).toBeUndefined();
    expect(passing.warnings).toHaveLength(1);
    expect(apply('ignore', ['a bigint'], ['a integer']).problem?.code).toBe('SCHEMA_MISMATCH');
    expect(apply('ignore', ['id integer!'], ['id integer!', 'a text!']).problem?.code).toBe('SCHEMA_MISMATCH');
  });

  test('evolve adds the missing columns and refuses the rest', () => {
    expect(apply('evolve', ['id integer!', 'a text', 'b bigint'], ['id integer!'])).toEqual({
      warnings: [],
      evolve: ['ALTER TABLE public.t ADD a text', 'ALTER TABLE public.t ADD b bigint'],
    });
    expect(
      apply('evolve', ['id integer!', 'a text', 'b bigint'], ['id integer!', 'b integer']).problem?.message,
    ).not.toContain('no column a');
  });

  test('the remedy names only what would help', () => {
    const next = (policy: SchemaPolicy, source: Columns, target: Columns) =>
      apply(policy, source, target).problem?.next;
    expect(next('stop', ['a text', 'b text'], ['a text'])).toBe(
      'Alter the target, exclude the column, set `schema: evolve` or set `schema: ignore`.',
    );
    expect(next('stop', ['a bigint'], ['a integer'])).toBe('Alter the target or exclude the column.');
    expect(next('stop', ['a text'], ['a text', 'b text!'])).toBe('Alter the target.');
    expect(next('evolve', ['a text'], ['a text!'])).toContain('`schema: ignore`');
  });
});
