import type { ErrorReport } from '../../core/errors/longshore-error';
import type { Conversion } from '../../storage/files';
import { renderFileError, type View } from './file-detection';
import { count, plural } from './format';
import { formatTable } from './table';

/** Files that are listed one by one; of more, only those with something to say. */
const LISTED = 20;

/** What became of each file, or of those with something to say, and the sum of it. */
export function renderConversions(
  outcomes: readonly ({ file: string; result: Conversion } | { file: string; error: ErrorReport })[],
  view: View,
): string {
  const done = outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome]));
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
  const shown =
    done.length <= LISTED ? done : done.filter(({ result: { rejected, repaired } }) => rejected > 0 || repaired > 0);
  const blocks: string[] = [];
  if (shown.length > 0) {
    const titles = [
      { title: 'FILE', flexible: true },
      { title: 'ROWS', align: 'right' },
      { title: 'REJECTED', align: 'right' },
      { title: 'REPAIRED', align: 'right' },
    ] as const;
    const rows = shown.map(({ file, result: { rows: all, rejected, repaired } }) => [
      file,
      count(all),
      count(rejected),
      count(repaired),
    ]);
    const paint = (cell: string, row: number, column: number): string =>
      column === 2 && (shown[row]?.result.rejected ?? 0) > 0 ? view.colours.red(cell) : cell;
    blocks.push(formatTable(titles, rows, { width: view.width, paintTitle: view.colours.dim, paint }));
  }
  blocks.push(...failed.map(({ file, error }) => renderFileError(file, error, view)));
  const rows = done.reduce((sum, { result }) => sum + result.rows, 0);
  const rejected = done.reduce((sum, { result }) => sum + result.rejected, 0);
  const parts = [`${plural(done.length, 'file')} converted, ${plural(rows, 'row')}`];
  if (rejected > 0) parts.push(`${plural(rejected, 'row')} rejected`);
  if (failed.length > 0) parts.push(`${plural(failed.length, 'file')} failed`);
  blocks.push(`${parts.join('; ')}.`);
  return blocks.join('\n\n');
}
