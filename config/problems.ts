/** Collects what is wrong with a configuration and turns it into one error. */
import type { ErrorCode } from '../core/errors/catalogue';
import { type ConfigProblem, LongshoreError } from '../core/errors/longshore-error';
import { type ConfigPath, formatPath } from './path';
import type { Position } from './tree';

/** Problems in an error's message; the rest is only counted. */
const SHOWN = 50;

export class ProblemList {
  private readonly found = new Map<string, ConfigProblem>();
  private readonly paths = new Set<string>();

  add(message: string, at: Position, path?: ConfigPath, code: ErrorCode = 'CONFIG_INVALID'): void {
    const text = path && path.length > 0 ? formatPath(path) : undefined;
    const problem: ConfigProblem = { code, message, ...at, ...(text !== undefined && { path: text }) };
    const key = JSON.stringify([problem.file, problem.line, problem.path, problem.message]);
    if (!this.found.has(key)) this.found.set(key, problem);
    if (text !== undefined) this.paths.add(text);
  }

  get isEmpty(): boolean {
    return this.found.size === 0;
  }

  /** Whether something was already found at exactly this path. */
  has(path: ConfigPath): boolean {
    return this.paths.has(formatPath(path));
  }

  /** By file in the order of first mention, then by place. */
  list(): ConfigProblem[] {
    const problems = [...this.found.values()];
    const files = [...new Set(problems.map(({ file }) => file))];
    return problems.toSorted(
      (a, b) =>
        files.indexOf(a.file) - files.indexOf(b.file) ||
        (a.line ?? 0) - (b.line ?? 0) ||
        (a.column ?? 0) - (b.column ?? 0),
    );
  }

  /** Throws one error with everything found so far, if there is anything. */
  throwIfAny(): void {
    if (!this.isEmpty) throw configError(this.list());
  }
}

/** One error for all problems: the first is its place; its code is theirs where they agree. */
export function configError(problems: ConfigProblem[]): LongshoreError {
  const [first] = problems;
  if (!first) throw new RangeError('an error needs a problem');
  const { file, line, path } = first;
  const place = { file, ...(line !== undefined && { line }), ...(path !== undefined && { path }) };
  if (problems.length === 1) return new LongshoreError(first.code, first.message, place, { problems });
  const code = problems.every((problem) => problem.code === first.code) ? first.code : 'CONFIG_INVALID';
  const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more.`] : [];
  const lines = [
    `The configuration has ${problems.length} problems.`,
    ...problems.slice(0, SHOWN).map((problem) => `- ${describeProblem(problem)}`),
    ...more,
  ];
  return new LongshoreError(code, lines.join('\n'), place, { problems });
}

/** `longshore.yaml:12:5 transferSets.daily.verify: …` — for one line of output. */
export function describeProblem({ file, line, column, path, message }: ConfigProblem): string {
  const where = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${where}${path === undefined ? '' : ` ${path}`}: ${message}`;
}
