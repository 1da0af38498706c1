import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../dev/package-root';

describe('summary of a test run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const file = join(folder, 'results.json');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function summary(results?: Record<string, number>): { line: string; code: number | null } {
    rmSync(file, { force: true });
    if (results) writeFileSync(file, JSON.stringify(results));
    const script = join(packageRoot, 'scripts', 'test-summary.mjs');
    const { stdout, status } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
    return { line: stdout, code: status };
  }
  const results = {
    numPassedTests: 7,
    numFailedTests: 0,
    numPendingTests: 2,
    numTodoTests: 1,
    numRuntimeErrorTestSuites: 0,
  };

  it('is one line of counts', () => {
    expect(summary(results)).toEqual({ line: '7 passed, 0 failed, 3 skipped\n', code: 0 });
  });

  it('counts a test file that cannot be loaded as a failure', () => {
    expect(summary({ ...results, numRuntimeErrorTestSuites: 1 })).toEqual({
      line: '7 passed, 1 failed, 3 skipped\n',
      code: 1,
    });
  });

  it('fails when the tests never started', () => {
    expect(summary()).toEqual({ line: '0 passed, 1 failed, 0 skipped\n', code: 1 });
  });
});
