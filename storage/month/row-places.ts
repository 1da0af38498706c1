import { RowBatch } from '../../core/quality/scan/batch';
import { RowReader } from '../../core/quality/scan/rows';
import type { ScanPlan } from '../../core/types/scan';

export interface RowPlace {
  /** Bytes [from, to), with the line feed. */
  from: number;
  to: number;
  line: number;
  /** What is wrong with a row that has not the fields that it should have. */
  ragged?: string;
}

/** Every row that is complete in the bytes, the very ones that a scanner takes of them. */
export function rowsOf(bytes: Uint8Array, last: boolean, plan: ScanPlan, line: number): RowPlace[] {
  const { format, columns } = plan;
  const quote = format.quote === '' ? 0 : format.quote.charCodeAt(0);
  const rows: RowPlace[] = [];
  const batch = new RowBatch(columns.length, quote !== 0);
  let odd: RowPlace[] = [];
  const reader = new RowReader(format.delimiter.charCodeAt(0), quote, line, (row) => {
    odd.push({ from: row.from, to: row.to, line: row.line, ragged: whatIsOdd(row, columns.length) });
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const next = reader.read(batch, bytes, view, at, bytes.length, last);
    if (next === at) break;
    const found = [...odd];
    odd = [];
    for (let row = 0; row < batch.rows; row++)
      found.push({ from: batch.marks[row * batch.stride]! + 1, to: 0, line: batch.lines[row]! });
    found.sort((a, b) => a.from - b.from);
    for (const [index, row] of found.entries()) rows.push({ ...row, to: found[index + 1]?.from ?? next });
    at = next;
  }
  return rows;
}

function whatIsOdd(
  { found, quote }: { found: number; quote?: 'open' | 'behind' | undefined },
  expected: number,
): string {
  if (quote === 'open') return 'a quotation mark is not closed';
  if (quote === 'behind') return 'text follows a closing quotation mark';
  return `the row has ${found} field${found === 1 ? '' : 's'}, not ${expected}`;
}
