/** Which way of publishing keeps everything that hangs on a table. */
import type { PublishStrategy } from '../../schemas/constants';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId, type ForeignKey, type TableSchema } from '../../core/types/table';
import type { TablePlan } from '../../core/types/transfer';

type Wish = Pick<TablePlan, 'mode' | 'targetRef'> & { estimatedRows: number; forced?: PublishStrategy };

const DEFINED_ANEW =
  'the table is made anew from its own definition in one transaction; keys, indexes, comments and defaults are kept, views find it by name';

/** `incoming`: foreign keys of other tables that point at this one. */
export function chooseStrategy(
  table: TableSchema | undefined,
  wish: Wish,
  incoming: ForeignKey[],
): { strategy: PublishStrategy; reason: string } {
  const id = tableId(wish.targetRef);
  if (table === undefined) return { strategy: 'create', reason: 'the target has no such table' };
  if (table.kind !== 'table')
    throw new LongshoreError('SCHEMA_MISMATCH', `${id} is a ${table.kind} in the target, not a table.`, { table: id });
  if (wish.mode === 'append')
    return { strategy: 'append', reason: 'rows are added to those that are there, in one transaction' };
  const children = [...new Set(incoming.map(({ from }) => tableId(from)))].filter((other) => other !== id);
  const selfReferring = table.foreignKeys.some(({ to }) => tableId(to) === id);
  const wantsDelete = wish.forced === 'delete-insert' || wish.forced === 'truncate-insert';
  if (wantsDelete && children.length === 0 && !selfReferring) {
    return {
      strategy: wish.forced as PublishStrategy,
      reason:
        'asked for; old rows are deleted and new ones inserted in one transaction, which takes more memory than making the table anew',
    };
  }
  const kept =
    children.length > 0
      ? `; ${children.join(', ')} refer to it and are made anew with it, their rows set aside and put back`
      : '';
  const refused = wantsDelete
    ? `${wish.forced} is not possible, because DuckDB does not let rows go that a foreign key points at: `
    : '';
  return { strategy: 'swap', reason: `${refused}${DEFINED_ANEW}${kept}` };
}
