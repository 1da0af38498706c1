import { LongshoreError } from '../core/errors/longshore-error';
import type { TargetDatabase } from './connector';
import type { ReferenceTables } from './reference-tables';

/** Methods whose answer is no promise. */
const SYNCHRONOUS = new Set(['addColumnSql', 'createTableSql']);

/** Methods of the reference tables that only read. */
const READING = new Set<string>(['tracked', 'references', 'backups'] satisfies (keyof ReferenceTables)[]);

/**
 * A target that refuses every call before any code of a connector runs: what an environment marked `readOnly` has, whatever
 * its kind. `refuse` throws READ_ONLY_ENVIRONMENT.
 */
export const readOnlyTarget = (refuse: () => void): TargetDatabase => guard({} as TargetDatabase, refuse, new Set());

/** The same for reference tables: what only reads goes through to `tables`. */
export const readOnlyReference = (tables: ReferenceTables, refuse: () => void): ReferenceTables =>
  guard(tables, refuse, READING);

function guard<T extends object>(object: T, refuse: () => void, allowed: ReadonlySet<string>): T {
  const refuseNow = (): never => {
    refuse();
    throw new LongshoreError('INTERNAL', 'A target that can be written was guarded as read-only.');
  };
  return new Proxy(object, {
    get: (target, member): unknown => {
      // Whoever awaits the target itself asks whether it is a promise.
      if (typeof member !== 'string' || member === 'then') return undefined;
      if (allowed.has(member)) return Reflect.get(target, member, target);
      return SYNCHRONOUS.has(member) ? refuseNow : async () => refuseNow();
    },
  });
}
