import type { ColumnAggregate, ColumnPlan, TablePlan } from '../../../../core/types/transfer';
import { compareWithFile } from '../../../../core/verify/file-figures';

const columns = ['id', 'total'].map((target): ColumnPlan => ({
  source: target === 'id' ? 'Id' : 'Total amount',
  target,
  sourceType: 'BIGINT',
  targetType: 'bigint',
  logical: { kind: 'int64' },
}));
const plan = (verify: TablePlan['verify']) => ({ columns, targetRef: { schema: 'ref', name: 'orders' }, verify });

const figures = (column: string, sum: string, min: string, max: string, nulls = '0'): ColumnAggregate => ({
  column,
  nulls,
  sum,
  min,
  max,
});
/** Two slices: rows 1, 2, 3 and rows 10, 20 and an empty value. */
const READ = {
  rows: 6,
  figures: [
    [figures('id', '6', '1', '3'), figures('total', '60', '10', '30')],
    [figures('id', '15', '4', '6'), figures('total', '30', '10', '20', '1')],
  ],
};
const TARGET = [figures('id', '21', '1', '6'), figures('total', '90', '10', '30', '1')];

describe('what was read of a file and what the target has', () => {
  test('agree when the slices together have the figures of the table, whatever the columns are called in the file', () => {
    const { verification, problem } = compareWithFile(plan('aggregates'), READ, { rows: '6', columns: TARGET });
    expect(problem).toBeUndefined();
    expect(verification).toMatchObject({
      level: 'aggregates',
      rows: { source: '6', target: '6' },
      columns: [
        { target: 'id', verdict: 'equal' },
        { target: 'total', verdict: 'equal' },
      ],
    });
  });

  test('differ when a row is missing, and the message has both counts', () => {
    const { problem } = compareWithFile(plan('aggregates'), READ, { rows: '5', columns: TARGET });
    expect(problem).toMatchObject({ code: 'COUNT_MISMATCH', place: { table: 'ref.orders' } });
    expect(problem?.message).toMatch(/6.*5|5.*6/);
  });

  test.each([
    ['a sum', figures('total', '91', '10', '30', '1')],
    ['a smallest value', figures('total', '90', '11', '30', '1')],
    ['a largest value', figures('total', '90', '10', '31', '1')],
    ['a number of empty values', figures('total', '90', '10', '30', '0')],
  ])('differ by %s, and the column is named', (_what, total) => {
    const { verification, problem } = compareWithFile(plan('aggregates'), READ, {
      rows: '6',
      columns: [TARGET[0]!, total],
    });
    expect(problem).toMatchObject({ code: 'VALUES_MISMATCH' });
    expect(problem?.message).toContain('total');
    expect(verification.columns.map(({ verdict }) => verdict)).toEqual(['equal', 'different']);
  });

  test('are compared by their numbers of rows alone where no more is asked for', () => {
    const read = { rows: 6, figures: [] };
    expect(compareWithFile(plan('counts'), read, { rows: '6', columns: [] })).toEqual({
      verification: { level: 'counts', rows: { source: '6', target: '6' }, columns: [], references: [] },
    });
    expect(compareWithFile(plan('counts'), read, { rows: '7', columns: [] }).problem).toMatchObject({
      code: 'COUNT_MISMATCH',
    });
  });
});
