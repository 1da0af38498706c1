/** What went wrong with a file, in the words of those who made it: by the path it was dropped under. */
import type { ErrorCode } from '../errors/catalogue';
import type { ErrorReport } from '../errors/longshore-error';
import { errorClassOf } from './error-report';

/** What to do where the catalogue speaks of tables that are copied: with a file there is no filter and no source. */
const NEXT: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'Remove the rows that are too many from the file, or drop the key.',
  NULL_IN_NOT_NULL: 'Fill the value in the file, or let the column be empty.',
  CONSTRAINT_VIOLATED: 'Correct the row in the file, or the constraint.',
  FOREIGN_KEY_VIOLATED: 'Load the file of the parent table first, or remove the rows named from the file.',
};

/**
 * The report with the file as its place, by `path`, which is relative to the folder: wherever the folder's own place on
 * disk, `root`, or a table that only the load knows was named, that is left out.
 */
export function fileError(error: ErrorReport, { path, root }: { path: string; root: string }): ErrorReport {
  const { code, place } = error;
  const kind = errorClassOf(code);
  const isOfFile = kind === 'format' || kind === 'content' || kind === 'schema' || kind === 'duplicate';
  const message = error.message
    .replaceAll(`${root}/`, '')
    .replaceAll(`${root}\\`, '')
    .replace(/^The file (?=is |has )/, () => `${path} `)
    .replace(/new row for relation "[^"]*" violates/, 'the row violates');
  return {
    ...error,
    message: isOfFile && !message.includes(nameOf(path)) ? `${path}: ${message}` : message,
    place: { ...place, ...((isOfFile || place.file !== undefined) && { file: path }) },
    next: NEXT[code] ?? error.next,
  };
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
