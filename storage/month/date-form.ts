import type { RowBoundary, ScanPlan } from '../../core/types/scan';
import { readHead } from './read-head';

const HEAD_BYTES = 256 * 1024;
/** Rows that are looked at. */
const ROWS = 200;

/**
 * `YYYYMMDD` where the dates in the first rows of a file are written so, for warehouses that must be told; undefined where
 * they are not, or cannot be seen. A guess that nothing depends on: what it gets wrong is refused and tried the other way.
 */
export async function compactDates(
  path: string,
  plan: ScanPlan,
  firstRow: RowBoundary,
): Promise<'YYYYMMDD' | undefined> {
  const dates = plan.columns.flatMap(({ type }, index) => (type.kind === 'date' ? [index] : []));
  const { delimiter, quote, nullTexts } = plan.format;
  if (dates.length === 0) return undefined;
  const head = await readHead(path, firstRow.byte + HEAD_BYTES).catch(() => undefined);
  if (!head) return undefined;
  const lines = new TextDecoder('latin1').decode(head.bytes.subarray(firstRow.byte)).split(/\r?\n/);
  // The last line may have been cut off.
  const rows = lines.slice(0, Math.min(ROWS, lines.length - 1)).map((line) => line.split(delimiter));
  const values = rows
    .flatMap((row) => dates.map((index) => (row[index] ?? '').replaceAll(quote === '' ? '\u0000' : quote, '')))
    .filter((value) => value !== '' && !nullTexts.includes(value));
  return values.length > 0 && values.every((value) => /^\d{8}$/.test(value)) ? 'YYYYMMDD' : undefined;
}
