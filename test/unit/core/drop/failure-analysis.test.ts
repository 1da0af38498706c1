import fc from 'fast-check';
import { CATALOGUE, type ErrorCode } from '../../../../core/errors/catalogue';
import { analyseFileErrors } from '../../../../core/drop/failure-analysis';

const CODES = Object.keys(CATALOGUE) as ErrorCode[];

describe('errors of failed files', () => {
  it('are put together by code and class, the most frequent first, with what to do', () => {
    const example = { path: 'a.csv', line: 3, message: 'too many fields' };
    const analysis = analyseFileErrors([
      { code: 'FILE_EMPTY', count: 2 },
      { code: 'FILE_REJECTED_ROWS', count: 5, example },
      { code: 'FILE_ENCODING', count: 1 },
    ]);
    expect(analysis).toMatchObject({
      failed: 8,
      classes: [
        { class: 'content', count: 5 },
        { class: 'format', count: 3 },
      ],
      findings: [
        { code: 'FILE_REJECTED_ROWS', percent: 62.5, example, next: CATALOGUE.FILE_REJECTED_ROWS.next, passing: false },
        { code: 'FILE_EMPTY', percent: 25 },
        { code: 'FILE_ENCODING', percent: 12.5 },
      ],
    });
  });

  it('are all counted once by class, whatever there is', () => {
    const counts = fc.uniqueArray(
      fc.record({ code: fc.constantFrom(...CODES), count: fc.integer({ min: 1, max: 1e6 }) }),
      {
        selector: ({ code }) => code,
      },
    );
    fc.assert(
      fc.property(counts, (errors) => {
        const { failed, classes, findings } = analyseFileErrors(errors);
        expect(classes.reduce((total, { count }) => total + count, 0)).toBe(failed);
        expect(findings.map(({ count }) => count)).toEqual(errors.map(({ count }) => count).toSorted((a, b) => b - a));
      }),
    );
  });
});
