import { LongshoreError } from '../../core/errors/longshore-error';

/** What happened and what to do next, for somebody at a terminal. */
export function describeError(error: unknown): string {
  if (error instanceof LongshoreError) return `${error.code} ${error.message}\n${error.next}`;
  return error instanceof Error ? error.message : String(error);
}
