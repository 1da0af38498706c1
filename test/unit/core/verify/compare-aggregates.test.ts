import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnAggregate, TableAggregates } from '../../../../core/types/transfer';
import type { LogicalType } from '../../../../core/types/table';
import {
  compareAggregates,
  compareFigures,
  type ComparedColumn,
  needsPartFigures,
  unitsDiffer,
  verdictError,
} from '../../../../core/verify/compare-aggregates';

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
      columns: [{ source: 'ID', target: 'id', verdict: 'equal', by: 'databases', different: [], notCompared: [] }],
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

describe('notations of equal values', () => {
  const sameAs = (kind: LogicalType['kind'], a: string, b: string) =>
    compareAggregates(side([figures('a', { sum: null, min: a })]), side([figures('a', { sum: null, min: b })]), [
      { source: 'a', target: 'a', logical: { kind } as LogicalType },
    ]).columns[0]!.verdict;

  test.each<[LogicalType['kind'], string, string]>([
    ['float64', '1e+21', '1E21'],
    ['float64', '100', '1e2'],
    ['float64', 'NaN', 'nan'],
    ['float64', '-Infinity', '-inf'],
    ['float32', '0.1', '0.10000000149011612'],
    ['text', '2026-01-01 00:00:00.1234560', '2026-01-01 00:00:00.123456'],
    ['text', '2026-01-01 02:00:00.0000000 +02:00', '2026-01-01 00:00:00'],
    ['timestamp', '2026-01-01', '2026-01-01 00:00:00'],
    ['time', '12:00:00.1000000', '12:00:00.1'],
    ['timestamp', 'infinity', 'infinity'],
  ])('%s: %s and %s', (kind, a, b) => {
    expect(sameAs(kind, a, b)).toBe('equal');
    expect(sameAs(kind, b, a)).toBe('equal');
  });

  test.each<[LogicalType['kind'], string, string]>([
    ['float64', '0.1', '0.10000000149011612'],
    ['float64', 'NaN', 'Infinity'],
    ['float64', 'constructor', 'toString'],
    ['decimal', '9007199254740993', '9007199254740992'],
    ['text', '2026-01-01 00:00:00.1234561', '2026-01-01 00:00:00.123456'],
    ['text', '2026-01-01 02:00:00.0000000 +02:00', '2026-01-01 02:00:00'],
    ['timestamp', 'infinity', '-infinity'],
    ['date', '0044-03-15 BC', '0044-03-15'],
  ])('are not mistaken, %s: %s and %s', (kind, a, b) => expect(sameAs(kind, a, b)).toBe('different'));
});

describe('figures of the parts in between', () => {
  const text: ComparedColumn = { source: 'a', target: 'a', logical: { kind: 'text', of: 'text' } };
  const none = { min: null, max: null };
  const octets = (sum: string) => figures('a', { ...none, sum });
  const units = (sum: string) => figures('a', { ...none, sum, unit: 'utf16' });
  const between = (source: ColumnAggregate, parts: ColumnAggregate[], target: ColumnAggregate, column = text) =>
    compareFigures({ source: side([source]), parts: side(parts), target: side([target]) }, [column]);

  test('link text that is counted in two units', () => {
    const { verdict, findings } = between(units('9'), [octets('11'), units('9')], octets('11'));
    expect(verdict.columns[0]).toMatchObject({ verdict: 'equal', by: 'parts', notCompared: ['min', 'max'] });
    expect(findings).toEqual([{ source: 'a', target: 'a', verdict: 'equal', by: 'parts', nulls: '0' }]);
  });

  test('are needed for it: without them nothing is said', () => {
    expect(compareAggregates(side([units('9')]), side([octets('9')]), [text]).columns[0]).toMatchObject({
      verdict: 'not-compared',
      different: [],
    });
  });

  test('show on which way a value was lost', () => {
    const lost = between(units('9'), [octets('10'), units('8')], octets('10')).verdict;
    expect(verdictError('t', lost)).toMatchObject({
      code: 'VALUES_MISMATCH',
      message:
        'Table t differs between source and target: column a: sum is 9 in the source and 8 in what was read of it.',
    });
    const changed = between(units('9'), [octets('11'), units('9')], octets('12')).verdict;
    expect(verdictError('t', changed)?.message).toContain(
      'sum is 11 in what was read of the source and 12 in the target',
    );
  });

  test('say nothing of a column that only one side was compared with', () => {
    expect(between(units('9'), [units('9')], octets('11')).verdict.columns[0]!.verdict).toBe('not-compared');
    expect(
      between(figures('a', { ...none, sum: null }), [octets('11')], octets('11')).verdict.columns[0]!.verdict,
    ).toBe('not-compared');
  });

  test('compare a masked column with the target alone, whatever the source has', () => {
    const masked: ComparedColumn = {
      source: 'a',
      target: 'a',
      logical: { kind: 'int32' },
      mask: { rule: 'noise', percent: 10 },
    };
    const clear = figures('a', { sum: '999', max: '998' });
    expect(between(clear, [figures('a')], figures('a'), masked)).toMatchObject({
      verdict: { equal: true },
      findings: [{ verdict: 'equal', by: 'parts', mask: 'noise', nulls: '0' }],
    });
    const wrong = between(clear, [figures('a')], figures('a', { max: '7' }), masked).verdict;
    expect(wrong.equal).toBe(false);
    expect(JSON.stringify(verdictError('t', wrong))).not.toMatch(/99[89]/);
    const without = compareFigures({ source: side([]), target: side([figures('a')]) }, [masked]);
    expect(without.findings).toMatchObject([{ verdict: 'not-compared' }]);
  });

  test('are not asked of a column that the source itself masks', () => {
    const masked: ComparedColumn = { source: 'a', target: 'a', mask: { rule: 'sql', sql: 'upper(a)' } };
    expect(compareAggregates(side([figures('a')]), side([figures('a', { max: '7' })]), [masked]).equal).toBe(false);
  });

  test('tell lengths from values where a timestamp comes back with fewer digits', () => {
    const column: ComparedColumn = {
      source: 'a',
      target: 'a',
      logical: { kind: 'text', of: 'other' },
      sourceType: 'datetime2(7)',
      targetType: 'timestamp(6) without time zone',
    };
    const source = figures('a', { sum: null, min: '2026-01-01 00:00:00.1000000', max: '2026-01-01 00:00:00.1000000' });
    const parts = [figures('a', { sum: '27', min: '2026-01-01 00:00:00.1', max: '2026-01-01 00:00:00.1' })];
    expect(between(source, parts, figures('a', { ...none, sum: '21' }), column).verdict.columns[0]!.verdict).toBe(
      'not-compared',
    );
    const found = between(source, parts, figures('a', { sum: '21', min: '2026-01-01 00:00:00.1', max: null }), column);
    expect(found.verdict.columns[0]).toMatchObject({ verdict: 'equal', by: 'databases' });
    const asText = { ...column, targetType: 'text' };
    expect(between(source, parts, figures('a', { ...none, sum: '27' }), asText).findings).toMatchObject([
      { verdict: 'equal', by: 'parts' },
    ]);
    expect(between(source, parts, figures('a', { ...none, sum: '26' }), asText).findings).toMatchObject([
      { verdict: 'different' },
    ]);
  });
});

describe('which columns need figures of the parts', () => {
  const column = (target: string, logical: LogicalType, more: object = {}) => ({
    source: target.toUpperCase(),
    target,
    sourceType: 'x',
    targetType: 'text',
    logical,
    ...more,
  });
  const columns = [
    column('id', { kind: 'int64' }),
    column('name', { kind: 'text', of: 'text' }),
    column('phone', { kind: 'int64' }, { mask: { rule: 'hash' } }),
    column('zip', { kind: 'int64' }, { mask: { rule: 'sql', sql: 'left(zip, 2)' } }),
    column(
      'at',
      { kind: 'text', of: 'other' },
      { sourceType: 'TIMESTAMP_NS', targetType: 'timestamp without time zone' },
    ),
  ];

  test('masked ones, and text where the databases count it differently', () => {
    expect(needsPartFigures({ columns, sourceKind: 'mssql', targetKind: 'postgres' })).toEqual(['name', 'phone', 'at']);
    expect(needsPartFigures({ columns, sourceKind: 'duckdb', targetKind: 'postgres' })).toEqual(['phone', 'at']);
    expect(needsPartFigures({ columns: columns.slice(0, 2), sourceKind: 'postgres', targetKind: 'postgres' })).toEqual(
      [],
    );
  });

  test('units differ between SQL Server and the others', () => {
    expect(unitsDiffer('mssql', 'mssql')).toBe(false);
    expect(unitsDiffer('duckdb', 'postgres')).toBe(false);
    expect(unitsDiffer('duckdb', 'mssql')).toBe(true);
  });
});
