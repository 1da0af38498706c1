import type { MonthBatchRecord } from '../../catalog/month';
import type { View } from './file-detection';
import { count, moment } from './format';
import { formatTable } from './table';

const STATUS_COLOURS = {
  in_progress: 'cyan',
  completed: 'green',
  partial: 'yellow',
  failed: 'red',
  cancelled: 'dim',
} as const satisfies Record<MonthBatchRecord['status'], keyof View['colours']>;

export function batchesText(batches: readonly MonthBatchRecord[], { colours, width }: View): string {
  if (batches.length === 0) return 'No batch has run.';
  const columns = [
    { title: 'BATCH', flexible: true },
    { title: 'STATUS' },
    { title: 'TARGET' },
    { title: 'COMPLETED', flexible: true },
    { title: 'FAILED', flexible: true },
    { title: 'CURRENT', flexible: true },
    { title: 'FILES', align: 'right' },
    { title: 'UPDATED' },
  ] as const;
  const rows = batches.map((batch) => [
    batch.batchId,
    `${batch.status}${batch.action === 'check' ? ' (check)' : ''}`,
    batch.target,
    batch.completedMonths.join(', '),
    batch.failedMonths.join(', '),
    batch.currentMonths.join(', '),
    `${count(batch.currentFile)}/${count(batch.totalFiles)}`,
    moment(batch.lastUpdate),
  ]);
  const paint = (cell: string, row: number, column: number): string => {
    const batch = batches[row];
    return column === 1 && batch ? colours[STATUS_COLOURS[batch.status]](cell) : cell;
  };
  const open = batches.find(
    ({ status, action }) => action === 'load' && status !== 'completed' && status !== 'in_progress',
  );
  const table = formatTable(columns, rows, { width, paintTitle: colours.dim, paint });
  return open ? `${table}\n\nGo on with what is left: longshore month resume ${open.batchId}` : table;
}
