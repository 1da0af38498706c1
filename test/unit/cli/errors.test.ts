import { createColors } from 'picocolors';
import { renderError } from '../../../cli/core/errors';
import { exitOfError, exitOfRun } from '../../../cli/core/exit';
import { LongshoreError } from '../../../core/errors/longshore-error';

describe('renderError', () => {
  it('lists every mistake of a configuration with its place', () => {
    const problems = [
      {
        code: 'CONFIG_INVALID',
        message: 'Unknown key `tabels`.',
        file: 'shop.yaml',
        line: 7,
        column: 3,
        path: 'transferSets.a.tabels',
      },
      {
        code: 'CONFIG_INVALID',
        message: 'Must be a number.',
        file: 'shop.yaml',
        line: 9,
        column: 5,
        path: 'transferSets.a.limit',
      },
    ] as const;
    const error = new LongshoreError(
      'CONFIG_INVALID',
      '2 mistakes.',
      { file: 'shop.yaml', line: 7 },
      { problems: [...problems] },
    );
    const text = renderError(error.toJSON(), createColors(false));
    expect(text).toContain('shop.yaml:7:3  transferSets.a.tabels: Unknown key `tabels`.');
    expect(text).toContain('shop.yaml:9:5  transferSets.a.limit: Must be a number.');
  });

  it('does not let a database speak to the terminal', () => {
    const error = new LongshoreError('QUERY_FAILED', 'near "\u001b]0;owned\u0007"', { sql: 'SELECT \u001b[2J' });
    expect(renderError(error.toJSON(), createColors(false))).not.toMatch(/[\u001b\u0007]/);
  });
});

describe('exit codes', () => {
  it.each([
    ['USAGE', 2],
    ['CONFIG_INVALID', 2],
    ['TABLE_NOT_FOUND', 2],
    ['RUN_IN_PROGRESS', 4],
    ['READ_ONLY_ENVIRONMENT', 4],
    ['TEMPORAL_UNAVAILABLE', 1],
    ['CANCELLED', 130],
  ] as const)('%s ends with %i', (code, exit) => expect(exitOfError(code)).toBe(exit));

  it.each([
    ['done', undefined, 0],
    ['partial', undefined, 3],
    ['failed', 'DISK_FULL', 1],
    ['failed', 'TABLE_NOT_FOUND', 2],
    ['failed', undefined, 1],
    ['refused', 'PROTECTED_TABLE', 4],
    ['cancelled', 'CANCELLED', 130],
  ] as const)('a run that ended %s (%s) ends with %i', (status, code, exit) =>
    expect(exitOfRun(status, code)).toBe(exit),
  );
});
