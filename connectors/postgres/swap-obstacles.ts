/** What stands against a swap of a table, for the sentence in the preview. */
import { tableId } from '../../core/types/table';
import type { LiveTable } from './dependents';

/** Everything that a swap could not keep or is not allowed to do. Empty: swap keeps all. */
export function swapObstacles(live: LiveTable): string[] {
  const views = live.views.flatMap((view) => {
    const name = tableId(view);
    if (view.kind === 'm') return [`the materialized view ${name} reads it`];
    return view.owns ? [] : [`the view ${name} belongs to ${view.owner}`];
  });
  const rules = live.rules
    .filter((rule) => !rule.owns || rule.kind === 'm')
    .map((rule) => `the rule ${rule.name} on ${rule.schema}.${rule.on} belongs to someone else`);
  const incoming = live.referencedBy.flatMap((key) => {
    if (key.fromKind !== 'r') return [`the partitioned table ${tableId(key.from)} refers to it`];
    return key.ownsFrom ? [] : [`${tableId(key.from)} refers to it and belongs to ${key.fromOwner}`];
  });
  const outgoing = live.foreignKeys
    .filter((key) => !key.mayRefer || !key.mayLockTo)
    .map((key) => `the user may not ${key.mayRefer ? 'lock' : 'refer to'} ${tableId(key.to)}`);
  const others = [
    ...live.indexes
      .filter((index) => index.body === null)
      .map((index) => `the definition of index ${index.name} is not understood`),
    ...live.statistics
      .filter((statistics) => !statistics.known)
      .map((statistics) => `the definition of statistics ${statistics.name} is not understood`),
  ];
  if (!live.owns) others.push(`the user does not own it (${live.owner} does)`);
  else if (!live.mayCreate) others.push(`the user may not create tables in schema ${live.schema}`);
  else if (!live.ownerMayCreate) others.push(`its owner ${live.owner} may not create tables in schema ${live.schema}`);
  return [...new Set([...live.obstacles, ...views, ...rules, ...incoming, ...outgoing, ...others])];
}
