import { CATALOGUE, type ErrorCode } from '../../core/errors/catalogue';
import { EXIT, type RunStatus } from '../../schemas/constants';

/** Exit code for a command that ended with this error. */
export const exitOfError = (code: ErrorCode): number => EXIT[CATALOGUE[code].exit];

/** Exit code for a command that waited for a run. `code` tells an error of usage from one of the run. */
export function exitOfRun(status: RunStatus, code?: ErrorCode): number {
  if (status === 'failed') return code ? exitOfError(code) : EXIT.failed;
  return status === 'running' || status === 'paused' ? EXIT.done : EXIT[status];
}
