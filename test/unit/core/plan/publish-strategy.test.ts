import fc from 'fast-check';
import {
  choosePublishStrategy,
  SMALL_BYTES,
  SMALL_ROWS,
  type PublishFacts,
} from '../../../../core/plan/publish-strategy';

const big: PublishFacts = {
  mode: 'replace',
  exists: true,
  obstacles: [],
  rows: 5_000_000,
  bytes: 500_000_000,
  referenced: false,
  mayQuietTriggers: true,
};
const small: PublishFacts = { ...big, rows: SMALL_ROWS, bytes: SMALL_BYTES };

describe('the choice of how to publish', () => {
  test('a table that the target lacks is created, whatever is asked', () => {
    expect(choosePublishStrategy({ ...big, exists: false, mode: 'truncate', forced: 'swap' }).strategy).toBe('create');
  });

  test('a big table is swapped, a small one has its rows replaced', () => {
    expect(choosePublishStrategy(big).strategy).toBe('swap');
    expect(choosePublishStrategy(small).strategy).toBe('delete-insert');
  });

  test.each([
    ['one row more', { rows: SMALL_ROWS + 1 }],
    ['one byte more', { bytes: SMALL_BYTES + 1 }],
    ['an unknown number of rows', { rows: -1 }],
  ])('%s is no longer small', (_what, change) => {
    expect(choosePublishStrategy({ ...small, ...change }).strategy).toBe('swap');
  });

  test('a small table that others refer to is swapped where foreign keys cannot be kept quiet', () => {
    expect(choosePublishStrategy({ ...small, referenced: true, mayQuietTriggers: false }).strategy).toBe('swap');
    expect(choosePublishStrategy({ ...small, referenced: true, mayQuietTriggers: true }).strategy).toBe(
      'delete-insert',
    );
  });

  test('append and truncate do what they say', () => {
    expect(choosePublishStrategy({ ...big, mode: 'append' }).strategy).toBe('append');
    expect(choosePublishStrategy({ ...big, mode: 'truncate' }).strategy).toBe('truncate-insert');
  });

  test('a forced strategy is taken, and the reason says who asked', () => {
    expect(choosePublishStrategy({ ...big, forced: 'delete-insert' })).toEqual({
      strategy: 'delete-insert',
      reason: 'The configuration asks for delete-insert.',
    });
    expect(choosePublishStrategy({ ...big, forced: 'create' }).strategy).toBe('swap');
  });

  test('the reason names up to three obstacles and counts the others', () => {
    const { reason } = choosePublishStrategy({ ...big, obstacles: ['first', 'second', 'third', 'fourth', 'fifth'] });
    expect(reason).toBe('Rows are replaced in place, because first; second; third; and 2 more reasons.');
  });

  test('nothing is ever swapped that a swap would harm', () => {
    const facts = fc.record({
      mode: fc.constantFrom('replace', 'truncate', 'append'),
      forced: fc.constantFrom(undefined, 'swap', 'delete-insert', 'truncate-insert', 'append', 'create'),
      obstacles: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
      rows: fc.integer({ min: -1 }),
      bytes: fc.nat(),
      referenced: fc.boolean(),
      mayQuietTriggers: fc.boolean(),
    });
    fc.assert(
      fc.property(facts, ({ forced, ...rest }) => {
        const { strategy, reason } = choosePublishStrategy({
          ...rest,
          exists: true,
          ...(forced === undefined ? {} : { forced }),
        });
        return strategy !== 'swap' && strategy !== 'create' && reason.endsWith('.');
      }),
    );
  });
});
