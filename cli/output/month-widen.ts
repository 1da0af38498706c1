import type { MonthTaskResultOf } from '../../client';
import type { View } from './file-detection';
import { count } from './format';
import { formatTable } from './table';
import { oneLine } from './text';

export function widenText({ table, proposals }: MonthTaskResultOf<'widen'>, { colours, width }: View): string {
  if (proposals.length === 0) return `Every text of the file fits into ${table}.`;
  const columns = [
    { title: 'COLUMN' },
    { title: 'TYPE' },
    { title: 'LONGEST', align: 'right' },
    { title: 'LINE', align: 'right' },
    { title: 'NEW TYPE' },
    { title: 'CHANGED' },
  ] as const;
  const rows = proposals.map(({ column, nativeType, longest, line, proposed, applied }) => [
    oneLine(column),
    nativeType,
    count(longest),
    line === undefined ? '' : count(line),
    proposed,
    applied ? 'yes' : 'no',
  ]);
  return [
    `${table}:`,
    formatTable(columns, rows, { width, paintTitle: colours.dim }),
    ...proposals.map(({ statement }) => colours.dim(`${statement};`)),
  ].join('\n');
}
