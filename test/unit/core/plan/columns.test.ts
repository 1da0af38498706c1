import { describe, expect, test } from '@jest/globals';
import { matchColumns, planColumns } from '../../../../core/plan/columns';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { column, table, types } from '../builders';

const names = (columns: { name: string }[]) => columns.map(({ name }) => name);
const match = (source: string[], target: string[] | undefined, exclude: string[] = []) => {
  const result = matchColumns(table('s', source), target && table('t', target), exclude);
  return {
    ...result,
    pairs: result.pairs.map((pair) => `${pair.source.name}→${pair.target.name}`),
    missing: names(result.missing),
    extra: names(result.extra),
  };
};

describe('matching columns', () => {
  test('by exact name first, then regardless of letter case', () => {
    expect(match(['ID integer', 'name text'], ['name text', 'id integer'])).toMatchObject({
      pairs: ['ID→id', 'name→name'],
      missing: [],
      extra: [],
    });
  });

  test('names that only case tells apart match exactly or not at all', () => {
    expect(match(['a text', 'A text'], ['A text'])).toMatchObject({ pairs: ['A→A'], missing: ['a'], extra: [] });
    expect(match(['a text'], ['A text', 'á text'])).toMatchObject({ pairs: ['a→A'], missing: [], extra: ['á'] });
    expect(match(['aB text'], ['ab text', 'AB text'])).toMatchObject({
      pairs: [],
      missing: ['aB'],
      extra: ['ab', 'AB'],
    });
  });

  test('excluded columns are not read, by name or pattern, and leave their target column without a value', () => {
    const result = match(
      ['id integer', 'raw_a text', 'raw_b text', 'Photo text'],
      ['id integer', 'raw_a text'],
      ['raw_*', 'photo'],
    );
    expect(result).toMatchObject({ pairs: ['id→id'], missing: [], extra: ['raw_a'], problems: [] });
  });

  test('an exclusion that means no column is an error with a suggestion', () => {
    const [problem] = match(['id integer', 'payload text'], undefined, ['payloda']).problems;
    expect(problem).toMatchObject({ code: 'COLUMN_NOT_FOUND', place: { table: 'public.s', column: 'payloda' } });
    expect(problem?.message).toContain('Did you mean payload?');
    expect(match(['id integer', 'A text', 'a text'], undefined, ['Á']).problems).toHaveLength(1);
  });

  test('an exclusion that could mean two columns excludes neither silently', () => {
    expect(match(['id integer', 'aB text', 'Ab text'], undefined, ['ab']).problems[0]?.message).toContain('aB or Ab');
  });

  test('excluding everything is an error', () => {
    expect(match(['id integer', 'a text'], undefined, ['*']).problems[0]?.message).toContain('Every column');
  });

  test('generated columns of the target are never written, those of the source are read as values', () => {
    const generated = column('total bigint', { generated: true });
    expect(
      matchColumns(table('s', ['id integer', 'total bigint']), table('t', ['id integer', generated]), []),
    ).toMatchObject({ missing: [], extra: [], pairs: [{ source: { name: 'id' } }] });
    expect(
      matchColumns(table('s', ['id integer', generated]), table('t', ['id integer', 'total bigint']), []).pairs,
    ).toHaveLength(2);
  });
});

describe('planning columns', () => {
  const plan = (source: string[], target: string[] | undefined, createMissing: boolean) => {
    const from = table('s', source);
    return planColumns(from, matchColumns(from, target && table('t', target), []), {
      sourceKind: 'postgres',
      types,
      createMissing,
    });
  };

  test('existing columns keep the type of the target, in the order of the source', () => {
    expect(plan(['B integer', 'a text'], ['a varchar', 'b bigint'], false)).toEqual({
      problems: [],
      columns: [
        { source: 'B', target: 'b', sourceType: 'integer', targetType: 'bigint', logical: { kind: 'int32' } },
        { source: 'a', target: 'a', sourceType: 'text', targetType: 'varchar', logical: { kind: 'text', of: 'text' } },
      ],
    });
  });

  test('missing columns are created or left out', () => {
    expect(plan(['id integer', 'a text'], ['id integer'], true).columns.map(({ target }) => target)).toEqual([
      'id',
      'a',
    ]);
    expect(plan(['id integer', 'a text'], ['id integer'], false).columns.map(({ target }) => target)).toEqual(['id']);
  });

  test('every type that the target has no like of is named with its table', () => {
    const { problems } = plan(['id integer', 'x void', 'y void'], undefined, true);
    expect(problems.map(({ code, place }) => ({ code, ...place }))).toEqual([
      { code: 'TYPE_NOT_SUPPORTED', table: 'public.s', column: 'x' },
      { code: 'TYPE_NOT_SUPPORTED', table: 'public.s', column: 'y' },
    ]);
  });

  test('a mistake in the connector is not taken for a problem of the user', () => {
    const broken = {
      ...types,
      nativeType: () => {
        throw new TypeError('oops');
      },
    };
    const source = table('s');
    expect(() =>
      planColumns(source, matchColumns(source, undefined, []), {
        sourceKind: 'postgres',
        types: broken,
        createMissing: true,
      }),
    ).toThrow(TypeError);
    expect(() =>
      planColumns(source, matchColumns(source, undefined, []), {
        sourceKind: 'postgres',
        types: broken,
        createMissing: true,
      }),
    ).not.toThrow(LongshoreError);
  });
});
