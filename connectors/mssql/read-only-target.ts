import { LongshoreError } from '../../core/errors/longshore-error';
import type { TargetDatabase } from '../connector';
import type { MssqlPool } from './pool';

/** A target that refuses every call, before any of its code runs: what an environment marked `readOnly` has. */
export function readOnlyTarget(pool: MssqlPool): TargetDatabase {
  const refuse = (): never => {
    pool.assertWritable('write anything');
    throw new LongshoreError('INTERNAL', 'A target that can be written was guarded as read-only.');
  };
  const refuseLater = async (): Promise<never> => refuse();
  return {
    chooseStrategy: refuseLater,
    addColumnSql: refuse,
    createTableSql: refuse,
    prepare: refuseLater,
    loadPart: refuseLater,
    openWireLoad: refuseLater,
    finish: refuseLater,
    aggregates: refuseLater,
    planReadBack: refuseLater,
    readBack: refuseLater,
    countOrphans: refuseLater,
    reset: refuseLater,
    publish: refuseLater,
    cleanup: refuseLater,
    countRows: refuseLater,
  };
}
