/** `test-summary.mjs FILE`: one line of what jest counted. Without results (a check failed first) one failure is counted. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

let results;
try {
  results = JSON.parse(readFileSync(process.argv[2], 'utf8'));
} catch {
  results = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 1 };
}
// A file that cannot even be loaded has no tests to count, but it has failed.
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
console.log(
  `${results.numPassedTests} passed, ${failed} failed, ${results.numPendingTests + results.numTodoTests} skipped`,
);
if (failed > 0) process.exitCode = 1;
