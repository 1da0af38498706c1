import fc from 'fast-check';
import { createInference } from '../../../../core/file/infer';
import { mergeInferred } from '../../../../core/file/merge-inferred';
import type { InferredColumn } from '../../../../core/types/file';
import { fieldBatch } from './field-batch';

const infer = (rows: string[][]): InferredColumn[] => {
  const inference = createInference(['a', 'b']);
  inference.add(fieldBatch(rows));
  return inference.result();
};

const value = fc.oneof(
  fc.integer({ min: -5, max: 3_000_000_000 }).map(String),
  fc.integer({ min: 0, max: 99_999 }).map((number) => (number / 100).toFixed(2)),
  fc.constantFrom(
    '',
    'N/A',
    'true',
    'false',
    '2024-01-31',
    '31.01.2024',
    '03/04/2024',
    'text',
    '007',
    '1,234',
    '1e5',
    'München',
  ),
);
/** Mostly of one kind, as columns are. */
const column = fc.oneof(
  fc.array(fc.integer({ min: -9, max: 5_000_000_000 }).map(String), { minLength: 2, maxLength: 12 }),
  fc.array(
    fc.integer({ min: 0, max: 9_999_999 }).map((number) => (number / 100).toFixed(2)),
    { minLength: 2, maxLength: 12 },
  ),
  fc.array(fc.constantFrom('2024-01-31', '2023-12-01', ''), { minLength: 2, maxLength: 12 }),
  fc.array(value, { minLength: 2, maxLength: 12 }),
);

describe('what was inferred of two halves', () => {
  test('is either what reading the whole infers, or not said', () => {
    let said = 0;
    fc.assert(
      fc.property(column, column, fc.nat(), (first, second, cut) => {
        const length = Math.min(first.length, second.length);
        const rows = Array.from({ length }, (_, index) => [first[index]!, second[index]!]);
        const at = 1 + (cut % (length - 1));
        const merged = mergeInferred(infer(rows.slice(0, at)), infer(rows.slice(at)));
        if (merged === undefined) return;
        said += 1;
        expect(merged).toEqual(infer(rows));
      }),
      { numRuns: 3000 },
    );
    // A merge that never says anything would pass, too.
    expect(said).toBeGreaterThan(300);
  });

  test('widens integers and decimals of one scale', () => {
    const whole = [
      ['1', '1.25'],
      ['2', '2.50'],
      ['3000000000', '123456789012345678.25'],
      ['4', '1.50'],
    ];
    expect(mergeInferred(infer(whole.slice(0, 2)), infer(whole.slice(2)))).toEqual(infer(whole));
  });

  test('is not said of columns that the halves read differently', () => {
    expect(mergeInferred(infer([['1', 'a']]), infer([['x', 'b']]))).toBeUndefined();
    expect(mergeInferred(infer([['1', 'a']]), infer([['', 'b']]))).toBeUndefined();
  });
});
