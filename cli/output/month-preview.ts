import { basename } from 'node:path';
import { formatBytes } from '../../core/units';
import type { MonthTaskResultOf } from '../../client';
import type { View } from './file-detection';
import { plural } from './format';
import { formatTable } from './table';
import { oneLine, printable } from './text';

/** Files by month and table, files of no table, and what stands in the way. */
export function monthPreviewText(
  { files, unmatched, warnings, compute }: MonthTaskResultOf<'preview'>,
  { colours, width }: View,
): string {
  const columns = [
    { title: 'MONTH' },
    { title: 'TABLE' },
    { title: 'FILE', flexible: true },
    { title: 'SIZE', align: 'right' },
  ] as const;
  const rows = files.map(({ month, table, path, size }) => [month, table, oneLine(basename(path)), formatBytes(size)]);
  const months = new Set(files.map(({ month }) => month)).size;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return [
    files.length === 0
      ? 'No file belongs to a table of the batch.'
      : formatTable(columns, rows, { width, paintTitle: colours.dim }),
    ...(files.length > 0
      ? ['', `${plural(files.length, 'file')} of ${plural(months, 'month')}, ${formatBytes(bytes)}`]
      : []),
    ...(compute.name === undefined
      ? []
      : [`warehouse ${compute.name}${compute.size === undefined ? '' : `, ${compute.size}`}`]),
    ...warnings.map((warning) => colours.yellow(printable(warning))),
    ...(unmatched.length > 0
      ? ['', `${plural(unmatched.length, 'file')} of no table:`, ...unmatched.map((path) => `  ${oneLine(path)}`)]
      : []),
  ].join('\n');
}
