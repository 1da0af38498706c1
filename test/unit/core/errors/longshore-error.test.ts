import { describe, expect, test } from '@jest/globals';
import { CATALOGUE } from '../../../../core/errors/catalogue';
import { describePlace, LongshoreError, toLongshoreError } from '../../../../core/errors/longshore-error';

describe('an error', () => {
  test('takes remedy and retry from the catalogue, unless it has a remedy of its own', () => {
    const error = new LongshoreError('CONNECTION_LOST', 'Gone.');
    expect(error).toMatchObject({ next: CATALOGUE.CONNECTION_LOST.next, retryable: true });
    expect(new LongshoreError('NO_KEY', 'None.', {}, { next: 'Add one.' })).toMatchObject({
      next: 'Add one.',
      retryable: false,
    });
  });

  test('becomes plain data without its cause', () => {
    const error = new LongshoreError('NO_KEY', 'None.', { table: 'a.b' }, { cause: new Error('secret') });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'NO_KEY',
      message: 'None.',
      place: { table: 'a.b' },
      next: CATALOGUE.NO_KEY.next,
    });
  });

  test('keeps what is one already and wraps the rest as INTERNAL', () => {
    const known = new LongshoreError('NO_KEY', 'None.');
    expect(toLongshoreError(known)).toBe(known);
    const cause = new TypeError('oops');
    expect(toLongshoreError(cause, { part: 3 })).toMatchObject({
      code: 'INTERNAL',
      message: 'oops',
      place: { part: 3 },
      cause,
    });
    expect(toLongshoreError('text').message).toBe('text');
  });
});

test('a place is told from the file to the part, and only as far as it is known', () => {
  expect(describePlace({})).toBe('');
  expect(describePlace({ file: 'a.yaml' })).toBe('a.yaml');
  expect(
    describePlace({
      part: 0,
      key: 'id=1',
      column: 'c',
      table: 't',
      environment: 'uat',
      path: 'x.y',
      line: 3,
      file: 'a.yaml',
    }),
  ).toBe('a.yaml:3, x.y, environment uat, table t, column c, row id=1, part 0');
});
