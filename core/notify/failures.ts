import { CATALOGUE, isErrorCode } from '../errors/catalogue';
import type { ErrorReport } from '../errors/longshore-error';
import type { NotifiedRun, NotifiedTable } from './story';
import { oneLine } from './words';

export interface Failure {
  /** `schema.name`; undefined for the run as a whole. */
  table?: string;
  /** File of a drop folder, relative to it. */
  file?: string;
  /** In the file, from 1. */
  line?: number;
  code: string;
  class: string;
  message: string;
  next: string;
}

/** Errors of tables, then that of the run unless a table has told it already. */
export function failuresOf(run: NotifiedRun, tables: readonly NotifiedTable[]): Failure[] {
  const ofTables = tables.flatMap(({ tableId, phase, error }) =>
    error && phase === 'failed' ? [failureFrom(error, tableId)] : [],
  );
  if (!run.error) return ofTables;
  const ofRun = failureFrom(run.error, run.error.place.table);
  const isTold = ofTables.some(({ code, message }) => code === ofRun.code && message === ofRun.message);
  return isTold ? ofTables : [...ofTables, ofRun];
}

/** What failed, in a few words. */
export function subjectOf({ table, file, line }: Failure): string {
  if (file === undefined) return table ?? 'the run';
  const more = [line !== undefined && `line ${line}`, table !== undefined && `for ${table}`].filter(Boolean);
  return more.length === 0 ? file : `${file} (${more.join(', ')})`;
}

export const failureFrom = ({ code, message, next }: ErrorReport, table?: string): Failure => ({
  ...(table !== undefined && { table: oneLine(table) }),
  code,
  class: errorClass(code),
  message: oneLine(message),
  next: oneLine(next),
});

/** Which kind of fault a code is, in words; `fault` for a code that this version does not know. */
export function errorClass(code: string): string {
  if (!isErrorCode(code)) return 'fault';
  const { exit, retryable } = CATALOGUE[code];
  if (exit === 'usage') return 'configuration or schema';
  if (exit === 'refused') return 'safety rule';
  if (exit === 'cancelled') return 'cancelled';
  return retryable ? 'passing fault that did not pass' : 'lasting fault';
}
