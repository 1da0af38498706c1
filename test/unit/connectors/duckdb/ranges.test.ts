import fc from 'fast-check';
import type { TableSchema } from '../../../../core/types/table';
import { textProblem } from '../../../../connectors/duckdb/filter';
import { planRanges, selectSql } from '../../../../connectors/duckdb/ranges';

const schema = (estimatedRows: number, kind: TableSchema['kind'] = 'table'): TableSchema => ({
  ref: { schema: 'main', name: 't"1' },
  kind,
  columns: [{ name: 'id', nativeType: 'BIGINT', logical: { kind: 'int64' }, nullable: false }],
  uniqueKeys: [],
  indexes: [],
  foreignKeys: [],
  estimatedRows,
  estimatedBytes: 0,
});

const request = (estimatedRows: number, filter = {}, kind: TableSchema['kind'] = 'table') => ({
  table: schema(1).ref,
  columns: [
    { source: 'id', target: 'id', sourceType: 'BIGINT', targetType: 'BIGINT', logical: { kind: 'int64' as const } },
  ],
  filter,
  snapshot: '',
  orderBy: ['id'],
  schema: schema(estimatedRows, kind),
});

describe('slices of a DuckDB table', () => {
  it('cover every row id once, on borders of row groups, with an open end', () => {
    fc.assert(
      fc.property(fc.nat(200_000_000), fc.integer({ min: 1, max: 1_000_000_000 }), (rows, partBytes) => {
        const slices = planRanges(request(rows), partBytes).map(
          ({ spec }) => spec as { from: number; until?: number } | null,
        );
        if (slices.length === 1) return slices[0] === null;
        const last = slices.length - 1;
        return slices.every((slice, index) => {
          if (slice === null || slice.from % 122_880 !== 0) return false;
          return (
            slice.from === (index === 0 ? 0 : slices[index - 1]?.until) &&
            (slice.until === undefined) === (index === last)
          );
        });
      }),
    );
  });

  it('are one for views, empty tables and limited tables', () => {
    expect(planRanges(request(0), 1000)).toHaveLength(1);
    expect(planRanges(request(-1, {}, 'view'), 1000)).toHaveLength(1);
    expect(planRanges(request(10_000_000, { limit: 5 }), 1000)).toMatchObject([
      { label: 'first 5 rows', estimatedRows: 5 },
    ]);
  });

  it('read what the filter leaves, quoted', () => {
    const [, second] = planRanges(request(1_000_000), 1000);
    expect(selectSql(request(0, { where: 'id > 1 OR id < 0', dates: { column: 'd"', from: "2024'" } }), second)).toBe(
      `SELECT CAST("id" AS BIGINT) AS "id" FROM "main"."t""1" WHERE (\nid > 1 OR id < 0\n) AND "d""" >= '2024''' AND rowid >= 122880 AND rowid < 245760`,
    );
  });
});

describe('the text of a condition', () => {
  it('is refused when it could end the brackets around it', () => {
    for (const text of [
      'a) OR (b',
      ')(',
      'a; b',
      'a -- b',
      'a /* b',
      `a = 'x`,
      'a = "x',
      '(a',
      ' ',
      'a = $tag$x$tag$',
      'a\0',
    ])
      expect(textProblem(text)).toBeDefined();
  });

  it('may hold the same marks inside quotes', () => {
    for (const text of [`a = ') ; -- /* $$'`, `"a)" = 1`, `a = 'it''s'`, '(a = 1) OR (b = 2)'])
      expect(textProblem(text)).toBeUndefined();
  });

  it('never lets brackets run below zero unseen', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('(', ')', 'a', ' ', "'", "''")), (marks) => {
        const text = `1 ${marks.join('')}`;
        if (textProblem(text) !== undefined) return true;
        let depth = 0;
        for (const char of text.replaceAll(/'(?:[^']|'')*'/g, '')) {
          if (char === '(') depth++;
          if (char === ')') depth--;
          if (depth < 0) return false;
        }
        return depth === 0;
      }),
    );
  });
});
