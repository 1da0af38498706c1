import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IncrementalOrder } from '../../../../core/plan/incremental-order';
import { hasWildcard, matchesPattern, specificity } from '../../../../core/plan/pattern';
import { shortestPath, stronglyConnected } from '../../../../core/plan/strongly-connected';

const graphs = fc
  .integer({ min: 1, max: 10 })
  .chain((size) =>
    fc.array(fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 4 }), { minLength: size, maxLength: size }),
  );

describe('strongly connected components', () => {
  test('hold two nodes together exactly when each can be reached from the other', () => {
    fc.assert(
      fc.property(graphs, (successors) => {
        const components = stronglyConnected(successors);
        expect(components.flat().sort((a, b) => a - b)).toEqual(successors.map((_, node) => node));
        const componentOf = new Map(components.flatMap((component, i) => component.map((node) => [node, i])));
        for (const a of successors.keys()) {
          for (const b of successors.keys()) {
            const together =
              shortestPath(successors, a, b) !== undefined && shortestPath(successors, b, a) !== undefined;
            expect(componentOf.get(a) === componentOf.get(b)).toBe(together);
          }
        }
      }),
    );
  });

  test('of a chain longer than any stack are found', () => {
    const length = 100_000;
    const circle = Array.from({ length }, (_, node) => [(node + 1) % length]);
    expect(stronglyConnected(circle)).toHaveLength(1);
  });
});

test('the shortest path is the shortest, and none where there is none', () => {
  expect(shortestPath([[1], [2], [3], []], 0, 3)).toEqual([0, 1, 2, 3]);
  expect(shortestPath([[1, 3], [2], [3], []], 0, 3)).toEqual([0, 3]);
  expect(shortestPath([[], [0]], 0, 1)).toBeUndefined();
  expect(shortestPath([[]], 0, 0)).toEqual([0]);
});

test('an incremental order refuses exactly those edges that would close a circle', () => {
  fc.assert(
    fc.property(graphs, (wanted) => {
      const order = new IncrementalOrder(wanted.length);
      const kept: number[][] = wanted.map(() => []);
      for (const [first, seconds] of wanted.entries()) {
        for (const second of seconds) {
          const closes = shortestPath(kept, second, first) !== undefined;
          expect(order.add(first, second)).toBe(!closes);
          if (!closes) kept[first]!.push(second);
        }
      }
    }),
    { numRuns: 500 },
  );
});

describe('patterns', () => {
  test('match themselves when they have no wildcard, whatever characters they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!hasWildcard(text));
        expect(matchesPattern(text, text)).toBe(true);
        expect(matchesPattern('*', text)).toBe(true);
        expect(matchesPattern(`*${text}*`, `a${text}b`)).toBe(true);
        expect(matchesPattern(text, `${text}x`)).toBe(false);
      }),
    );
  });

  test('cover the whole name, and say how much of it they spell out', () => {
    expect(matchesPattern('a?c', 'abc')).toBe(true);
    expect(matchesPattern('a?c', 'ac')).toBe(false);
    expect(matchesPattern('a*', 'ba')).toBe(false);
    expect(matchesPattern('A*', 'ab')).toBe(false);
    expect(matchesPattern('A*', 'ab', true)).toBe(true);
    expect([specificity('*'), specificity('a*b?')]).toEqual([0, 2]);
  });
});
