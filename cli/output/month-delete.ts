import type { DeletionRecord } from '../../core/types/month';
import type { MonthTaskResultOf } from '../../client';
import type { View } from './file-detection';
import { count, moment } from './format';
import { formatTable } from './table';
import { oneLine } from './text';

/** Rows of each day that would go, what would be run, and how they would come back. */
export function deletePreviewText(
  tables: MonthTaskResultOf<'delete-preview'>['tables'],
  { colours, width }: View,
): string {
  if (tables.length === 0) return 'The batch has no such table.';
  return tables
    .map((preview) => {
      const { table, month, days, rows, tableRows, statement, recovery } = preview;
      const head = `${colours.bold(`${oneLine(table)}, ${month}`)}: ${count(rows)} of ${count(tableRows)} rows`;
      if (rows === 0) return head;
      const columns = [{ title: 'DAY' }, { title: 'ROWS', align: 'right' }] as const;
      const list = formatTable(
        columns,
        days.map(([day, each]) => [day, count(each)]),
        { width, paintTitle: colours.dim },
      );
      return [head, list, '', colours.dim(oneLine(statement)), `The way back: ${recovery}`].join('\n');
    })
    .join('\n\n');
}

export function deletionsText(deletions: readonly DeletionRecord[], { colours, width }: View): string {
  if (deletions.length === 0) return 'Nothing was deleted.';
  const columns = [
    { title: 'DELETION', flexible: true },
    { title: 'TABLE' },
    { title: 'MONTH' },
    { title: 'ROWS', align: 'right' },
    { title: 'STATE' },
    { title: 'AT' },
    { title: 'BY', flexible: true },
    { title: 'REASON', flexible: true },
  ] as const;
  const rows = deletions.map(({ id, table, month, rows: each, state, at, by, reason }) => [
    id,
    oneLine(table),
    month,
    count(each),
    state,
    moment(at),
    by,
    reason ?? '',
  ]);
  const ways = deletions
    .filter(({ state, backup, restoreSql }) => state === 'deleted' && (backup ?? restoreSql) !== undefined)
    .map(({ id, batch, backup, restoreSql }) =>
      [
        `${id}: longshore month restore ${batch} ${id}`,
        ...(backup === undefined ? [] : [`  backup: ${backup}`]),
        ...(restoreSql === undefined ? [] : [`  by hand: ${oneLine(restoreSql)}`]),
      ].join('\n'),
    );
  const table = formatTable(columns, rows, { width, paintTitle: colours.dim });
  return ways.length === 0 ? table : [table, '', 'The way back:', ...ways].join('\n');
}
