import { LongshoreError } from '../core/errors/longshore-error';
import type { TargetDatabase } from './connector';

/** Methods whose answer is no promise. */
const SYNCHRONOUS = new Set(['addColumnSql', 'createTableSql']);

/**
 * A target that refuses every call before any code of a connector runs: what an environment marked `readOnly` has, whatever
 * its kind. `refuse` throws READ_ONLY_ENVIRONMENT.
 */
export function readOnlyTarget(refuse: () => void): TargetDatabase {
  const refuseNow = (): never => {
    refuse();
    throw new LongshoreError('INTERNAL', 'A target that can be written was guarded as read-only.');
  };
  return new Proxy({} as TargetDatabase, {
    get: (_target, member) => {
      // Whoever awaits the target itself asks whether it is a promise.
      if (typeof member !== 'string' || member === 'then') return undefined;
      return SYNCHRONOUS.has(member) ? refuseNow : async () => refuseNow();
    },
  });
}
