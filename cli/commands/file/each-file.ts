import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ErrorReport, LongshoreError, toLongshoreError } from '../../../core/errors/longshore-error';
import { EXIT } from '../../../schemas/constants';
import type { ReadingOptions } from '../../../storage/files';
import type { CommandContext } from '../../core/context';
import { renderFileError } from '../../output/file-detection';
import { fileProgress } from '../../output/file-progress';

/** What became of a file: a result, or why there is none. */
export type Outcome<T> = { file: string; result: T } | { file: string; error: ErrorReport };

/** Files in work at once: while one is read, another is waited for. */
const AT_ONCE = 8;

/**
 * Does the same with every file, some at once, and says how each ended, in their order; one that fails does not keep the
 * others. `work` gets absolute paths; `passes` is how often each is read. Undefined where Ctrl-C stopped it.
 */
export async function eachFile<T>(
  context: CommandContext,
  files: readonly string[],
  passes: number,
  work: (file: string, reading: ReadingOptions, index: number) => Promise<T>,
): Promise<Outcome<T>[] | undefined> {
  const { io, global } = context;
  const { signal } = context.interrupts();
  const bytes = (await totalSize(files.map((file) => resolve(io.cwd, file)))) * passes;
  const progress = fileProgress(io, global.quiet || global.json, { files: files.length, bytes });
  const outcomes: Outcome<T>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < files.length && !signal.aborted) {
      const index = next++;
      const file = files[index]!;
      try {
        const result = await work(resolve(io.cwd, file), { signal, onBytes: progress.bytes }, index);
        outcomes[index] = { file, result };
      } catch (error) {
        if (signal.aborted) return;
        outcomes[index] = { file, error: toLongshoreError(error, { file }).toJSON() };
      }
      progress.fileDone();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, worker));
  } finally {
    progress.clear();
  }
  return signal.aborted ? undefined : outcomes;
}

/** Exit code by what became of the files: all well, none, or some. */
export function exitOf<T>(outcomes: readonly Outcome<T>[], isClean: (result: T) => boolean): number {
  const failed = outcomes.filter((outcome) => 'error' in outcome).length;
  if (failed === outcomes.length) return EXIT.failed;
  const clean = outcomes.every((outcome) => 'result' in outcome && isClean(outcome.result));
  return clean ? EXIT.done : EXIT.partial;
}

/** What is printed of outcomes as JSON: that of one file by itself, those of several as a list. Throws the error of one. */
export function asData<T>(outcomes: readonly Outcome<T>[], data: (result: T, file: string) => object): unknown {
  const all = outcomes.map((outcome) =>
    'error' in outcome ? { file: outcome.file, error: outcome.error } : data(outcome.result, outcome.file),
  );
  const [first] = outcomes;
  if (outcomes.length !== 1 || first === undefined) return all;
  if (!('error' in first)) return all[0];
  const { code, message, place, next } = first.error;
  throw new LongshoreError(code, message, place, { next });
}

/** What is printed of outcomes for people: what `render` says of each file, or why there is nothing to say. */
export const renderEach = <T extends object>(
  outcomes: readonly Outcome<T>[],
  context: CommandContext,
  render: (result: T & { file: string }) => string,
): string =>
  outcomes
    .map((outcome) =>
      'error' in outcome
        ? renderFileError(outcome.file, outcome.error, context)
        : render({ ...outcome.result, file: outcome.file }),
    )
    .join('\n\n');

/** Bytes of all files together; those that are not there count nothing. */
export async function totalSize(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
