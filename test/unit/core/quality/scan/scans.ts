/** Plans for tests, and scanning of a file that is given in pieces. */
import { createScanner } from '../../../../../core/quality/scan/scanner';
import { mergeFigures } from '../../../../../core/quality/scan/figures';
import type { MonthFormat } from '../../../../../core/types/month';
import type { CheckColumn, CheckType } from '../../../../../core/types/quality';
import type { ScanFigures, ScanPlan } from '../../../../../core/types/scan';
import { bytesOf } from './reference';

export const column = (name: string, type: CheckType = { kind: 'text' }, more: Partial<CheckColumn> = {}) => ({
  name,
  type,
  nullable: true,
  ...more,
});

export function planOf(
  columns: CheckColumn[],
  more: Omit<Partial<ScanPlan>, 'format'> & { format?: Partial<MonthFormat> } = {},
): ScanPlan {
  const { format, ...rest } = more;
  return {
    columns,
    keyColumns: [],
    checks: true,
    samples: 20,
    ...rest,
    format: { delimiter: '\t', quote: '', encoding: 'utf-8', headerLines: 0, nullTexts: ['\\N'], ...format },
  };
}

export interface Scanned {
  figures: ScanFigures;
  keys: [high: number, low: number][];
  /** Bytes that were no row. */
  rest: number;
  line: number;
}

/**
 * `pieces`: how many bytes come at a time, over and over; undefined: all at once. `take`: figures are taken after every
 * piece and merged. Behind the bytes that count there are others, as in a buffer that is used again.
 */
export function scan(file: string, plan: ScanPlan, pieces?: readonly number[], take = false): Scanned {
  const bytes = bytesOf(file);
  const scanner = createScanner(plan, { byte: 0, line: 1 });
  const keys: [number, number][] = [];
  let figures: ScanFigures | undefined;
  const takeAll = () => {
    const next = scanner.takeFigures();
    figures = figures ? mergeFigures(figures, next, plan.samples) : next;
  };
  let from = 0;
  let to = 0;
  for (let turn = 0; ; turn++) {
    to = pieces === undefined ? bytes.length : Math.min(bytes.length, to + pieces[turn % pieces.length]!);
    const buffer = bytesOf('\t\n,"\n;\t\0'.repeat(Math.ceil((to - from) / 8) + 1));
    buffer.set(bytes.subarray(from, to));
    const last = to === bytes.length;
    from += scanner.push(buffer, to - from, last);
    const { high, low, rows } = scanner.takeKeys();
    for (let row = 0; row < rows; row++) keys.push([high[row]!, low[row]!]);
    if (take) takeAll();
    if (last) break;
  }
  takeAll();
  return { figures: figures!, keys, rest: bytes.length - from, line: scanner.line };
}
