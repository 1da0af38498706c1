import type { FileDetection } from '../../storage/files';
import { named, renderColumns, rowsText, type View } from './file-detection';
import { count } from './format';
import { oneLine, printable, shorten } from './text';

/** Rows that are named one by one; `--json` has the first hundred. */
const SHOWN = 20;

/** One file, as every row of it was read. */
export function renderCheck(found: FileDetection, view: View): string {
  const { colours } = view;
  const { rejected, rejectedRows, repaired, repairedRows } = found;
  const lines = [
    `${rejectedRows === 0 ? colours.green('ok') : colours.red('rows rejected')}  ${colours.bold(printable(found.file))}  ${rowsText(found)}`,
    `${found.encoding}, ${named(found.delimiter)}, quoted with ${named(found.quote)}, ${found.headerRows === 0 ? 'no header' : `header of ${found.headerRows}`}`,
  ];
  if (rejectedRows > 0) {
    lines.push('', 'Rejected:');
    for (const { line, column, message, text } of rejected.slice(0, SHOWN)) {
      const where = column === undefined ? `line ${count(line)}` : `line ${count(line)}, ${oneLine(column)}`;
      lines.push(
        `  ${where}: ${oneLine(message)}`,
        `    ${colours.dim(shorten(oneLine(text), (view.width ?? 124) - 4))}`,
      );
    }
    lines.push(...more(rejectedRows));
  }
  if (repairedRows > 0) {
    lines.push('', 'Repaired:');
    for (const { line, message } of repaired.slice(0, SHOWN)) lines.push(`  line ${count(line)}: ${oneLine(message)}`);
    lines.push(...more(repairedRows));
  }
  if (found.columns.length > 0) lines.push('', renderColumns(found, view));
  return lines.join('\n');
}

const more = (all: number): string[] => (all > SHOWN ? [`  and ${count(all - SHOWN)} more`] : []);
