import { LongshoreError } from '../errors/longshore-error';

/**
 * One error for everything that planning found wrong, so that a user repairs a set in one go. The code, and with it
 * the exit code, is the first problem's; the message lists all of them, each with its own remedy where they differ.
 */
export function combineProblems(found: readonly LongshoreError[]): LongshoreError {
  // What concerns a whole environment is found again for each table.
  const problems = [...new Map(found.map((problem) => [`${problem.code} ${problem.message}`, problem])).values()];
  const first = problems[0];
  if (first === undefined) throw new RangeError('combineProblems needs at least one problem');
  if (problems.length === 1) return first;
  const lines = problems.map((problem) => `- ${problem.code}: ${problem.message}`);
  const remedies = [...new Set(problems.map((problem) => problem.next))];
  return new LongshoreError(first.code, [`${problems.length} problems were found.`, ...lines].join('\n'), first.place, {
    cause: first,
    next: remedies.join(' '),
  });
}

/** Runs `work`; a LongshoreError becomes a problem in the list, anything else is thrown on. */
export function collect<T>(problems: LongshoreError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    problems.push(error);
    return undefined;
  }
}
