import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnAggregate, TableAggregates } from '../../../../core/types/transfer';
import { compareAggregates, verdictError } from '../../../../core/verify/compare-aggregates';

const figures = (column: string, more: Partial<ColumnAggregate> = {}): ColumnAggregate => ({
  column,
  nulls: '0',
  sum: '10',
  min: '1',
  max: '9',
  ...more,
});
const side = (columns: ColumnAggregate[], rows = '5'): TableAggregates => ({ rows, columns });
const compare = (source: Partial<ColumnAggregate>, target: Partial<ColumnAggregate>, rows = '5') =>
  compareAggregates(side([figures('a', source)], rows), side([figures('a', target)], rows), [
    { source: 'a', target: 'a' },
  ]).columns[0]!;

describe('comparing figures', () => {
  test('equal figures are equal, whatever the names on both sides', () => {
    const verdict = compareAggregates(side([figures('ID')]), side([figures('id')]), [{ source: 'ID', target: 'id' }]);
    expect(verdict).toEqual({
      rows: { source: '5', target: '5', equal: true },
      equal: true,
      columns: [{ source: 'ID', target: 'id', verdict: 'equal', different: [], notCompared: [] }],
    });
    expect(verdictError('t', verdict)).toBeUndefined();
  });

  test.each(['nulls', 'sum', 'min', 'max'] as const)(
    'a different %s is found and shown with both figures',
    (figure) => {
      const column = compare({}, { [figure]: '4' });
      expect(column.verdict).toBe('different');
      expect(column.different).toEqual([{ figure, source: figures('a')[figure], target: '4' }]);
    },
  );

  test('digits beyond the precision of a float still count', () => {
    expect(compare({ sum: '12345678901234567890123.01' }, { sum: '12345678901234567890123.02' }).verdict).toBe(
      'different',
    );
  });

  test.each([
    ['1.50', '1.5'],
    ['2', '2.000'],
    ['-0.0', '0'],
    ['007', '7'],
    ['+3', '3'],
  ])('%s and %s are the same number', (a, b) => expect(compare({ sum: a }, { sum: b }).verdict).toBe('equal'));

  test.each([
    ['1.05', '1.5'],
    ['-1', '1'],
    ['100', '1'],
    ['2026-01-01', '2026-01-10'],
    ['1e3', '1000'],
  ])('%s and %s are not', (a, b) => expect(compare({ min: a }, { min: b }).verdict).toBe('different'));

  test('a figure that one side lacks is listed and never counted as equal', () => {
    expect(compare({ sum: null }, {})).toMatchObject({ verdict: 'equal', notCompared: ['sum'] });
    expect(compare({ sum: null, min: null, max: null }, {})).toMatchObject({
      verdict: 'not-compared',
      notCompared: ['sum', 'min', 'max'],
    });
    expect(compare({ sum: null, min: null, max: null }, { nulls: '1' })).toMatchObject({
      verdict: 'different',
      notCompared: ['sum', 'min', 'max'],
    });
  });

  test('where every value is NULL, or no row is, there is nothing left to compare', () => {
    const none = { nulls: '5', sum: null, min: null, max: null };
    expect(compare(none, none)).toMatchObject({ verdict: 'equal', notCompared: [] });
    expect(compare({ ...none, nulls: '0' }, { ...none, nulls: '0' }, '0')).toMatchObject({
      verdict: 'equal',
      notCompared: [],
    });
    expect(compare(none, { nulls: '4' })).toMatchObject({ verdict: 'different' });
  });

  test('a column without figures is a mistake of ours, not a difference', () => {
    expect(() => compareAggregates(side([]), side([figures('a')]), [{ source: 'a', target: 'a' }])).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
  });
});

describe('the error', () => {
  test('of different counts names both', () => {
    const verdict = compareAggregates(side([], '5'), side([], '4'), []);
    expect(verdictError('public.t', verdict)).toMatchObject({
      code: 'COUNT_MISMATCH',
      message: 'Table public.t has 5 rows in the source and 4 in the target.',
      place: { table: 'public.t' },
    });
  });

  test('of different values names every column and figure', () => {
    const columns = [
      { source: 'a', target: 'a' },
      { source: 'b', target: 'b' },
      { source: 'c', target: 'c' },
    ];
    const verdict = compareAggregates(
      side([figures('a'), figures('b'), figures('c')]),
      side([figures('a'), figures('b', { sum: '11', max: '8' }), figures('c', { nulls: '1' })]),
      columns,
    );
    expect(verdict.equal).toBe(false);
    expect(verdictError('public.t', verdict)).toMatchObject({
      code: 'VALUES_MISMATCH',
      place: { table: 'public.t', column: 'b' },
      message:
        'Table public.t differs between source and target: column b: sum is 10 in the source and 11 in the target, largest value is 9 in the source and 8 in the target; column c: number of NULLs is 0 in the source and 1 in the target.',
    });
  });
});

test('numbers written with and without padding are always recognised as one, others never', () => {
  const number = fc.record({
    sign: fc.constantFrom('', '-'),
    whole: fc.bigInt({ min: 0n, max: 10n ** 38n }),
    fraction: fc.stringMatching(/^[0-9]{0,10}$/),
  });
  const write = ({ sign, whole, fraction }: { sign: string; whole: bigint; fraction: string }, padding: number) =>
    `${sign}${'0'.repeat(padding)}${whole}${fraction === '' && padding === 0 ? '' : `.${fraction}${'0'.repeat(padding)}`}`;
  const value = ({ sign, whole, fraction }: { sign: string; whole: bigint; fraction: string }) =>
    BigInt(`${whole}${fraction.padEnd(10, '0')}`) * (sign === '-' ? -1n : 1n);
  fc.assert(
    fc.property(number, number, fc.nat(5), fc.nat(5), (a, b, p, q) => {
      expect(compare({ sum: write(a, p) }, { sum: write(a, q) }).verdict).toBe('equal');
      expect(compare({ sum: write(a, p) }, { sum: write(b, q) }).verdict).toBe(
        value(a) === value(b) ? 'equal' : 'different',
      );
    }),
  );
});
