/**
 * Keys that occur more than once. Hashes of all keys tell, without reading the file, which rows may be concerned; only where
 * there are any is it read again, and those rows are compared by their values. So the answer is exact, and a file without
 * duplicates, as nearly all are, costs one pass.
 */
import { LongshoreError } from '../../core/errors/longshore-error';
import { RowBatch } from '../../core/quality/scan/batch';
import { RowReader } from '../../core/quality/scan/rows';
import { createScanner, delimiterByte } from '../../core/quality/scan/scanner';
import { withoutDoubles } from '../../core/quality/scan/text';
import type { DuplicateFacts } from '../../core/types/quality';
import type { ScanPlan } from '../../core/types/scan';
import { eachBlock } from './blocks';
import { readHeader } from './header';
import { KeyReader } from './key-files';
import { KeyGroups, type GroupLimits, type WithGroupStore } from './key-groups';
import { createKeyText, keyValues } from './key-text';
import { repeatedHashes, type HashFilter } from './repeated-hashes';
import type { Counter, DuplicateRequest } from './types';

export interface DuplicateOptions {
  blockBytes?: number;
  /** Hashes that are compared at a time. */
  mostKeys?: number;
  groups?: GroupLimits;
}

/**
 * Exact, and in bounded memory also where every row is a duplicate: `withStore` takes what is too much. NULLs in keys are
 * equal, as GROUP BY has it; rows with too few or too many fields have no key. Throws STAGING_UNAVAILABLE where hashes of a
 * part are missing, and as `eachBlock`.
 */
export async function findDuplicates(
  request: DuplicateRequest,
  withStore: WithGroupStore,
  progress: Counter,
  signal: AbortSignal,
  options: DuplicateOptions = {},
): Promise<DuplicateFacts> {
  const { path, plan, keyFolder, parts, rows } = request;
  const keyColumns = plan.keyColumns.map((column) => nameOf(path, plan, column));
  const none = { keyColumns, keys: 0, extraRows: 0, samples: [] };
  if (keyColumns.length === 0 || parts === 0) return none;
  const reader = await KeyReader.open(keyFolder, parts);
  const filter = await repeatedHashes(reader, rows, progress, signal, options.mostKeys);
  if (filter.isEmpty) return none;
  return withStore(async (store) => {
    const groups = new KeyGroups(store, options.groups);
    await gather(request, filter, groups, progress, signal, options);
    const { keys, extraRows, samples } = await groups.result(plan.samples);
    const { encoding } = plan.format;
    return {
      keyColumns,
      keys,
      extraRows,
      samples: samples.map(({ key, count, lines }) => ({ key: keyValues(key, encoding), count, lines })),
    };
  });
}

function nameOf(path: string, { columns }: ScanPlan, index: number): string {
  const column = columns[index];
  if (column) return column.name;
  throw new LongshoreError('MONTH_DEFINITION_MISMATCH', `Key column ${index + 1} is not in ${path}.`, { file: path });
}

/** Reads the file once more and groups the rows whose hashes the filter knows. */
async function gather(
  { path, plan }: DuplicateRequest,
  filter: HashFilter,
  groups: KeyGroups,
  progress: Counter,
  signal: AbortSignal,
  { blockBytes }: DuplicateOptions,
): Promise<void> {
  const { firstRow, size, mtimeMs } = await readHeader(path, plan.format);
  // Columns that are in no key need no looking at.
  const columns = plan.columns.map((column, index) =>
    plan.keyColumns.includes(index)
      ? { name: column.name, type: column.type, nullable: true }
      : { name: column.name, type: { kind: 'text' } as const, nullable: true },
  );
  const { dateColumn: _unused, ...rest } = plan;
  const scanner = createScanner({ ...rest, columns, samples: 0, checks: true }, firstRow);
  const keys = keyReader(plan);
  await eachBlock(
    path,
    {
      stamp: { size, mtimeMs },
      readFrom: firstRow.byte,
      rowsFrom: firstRow.byte,
      line: () => scanner.line,
      signal,
      ...(blockBytes !== undefined && { blockBytes }),
    },
    async (bytes, last) => {
      const { line } = scanner;
      const taken = scanner.push(bytes, bytes.length, last);
      scanner.takeFigures();
      const { low, rows } = scanner.takeKeys();
      const wanted = new Uint8Array(rows);
      let any = false;
      for (let row = 0; row < rows; row++)
        if (filter.has(low[row]!)) {
          wanted[row] = 1;
          any = true;
        }
      if (any) await keys(bytes, last, line, wanted, groups);
      Atomics.add(progress, 1, BigInt(taken));
      return taken;
    },
  );
}

/** Adds the keys of the rows that are wanted; rows with the right number of fields are counted, as their hashes were. */
function keyReader(plan: ScanPlan) {
  const { format, keyColumns } = plan;
  const quote = format.quote === '' ? 0 : format.quote.charCodeAt(0);
  const batch = new RowBatch(plan.columns.length, quote !== 0);
  const nullTexts = new Set(format.nullTexts.map((text) => Buffer.from(text).toString('latin1')));
  const longest = Math.max(0, ...[...nullTexts].map(({ length }) => length));
  const keyText = createKeyText(plan);
  const valueAt = (bytes: Uint8Array, row: number, column: number): Uint8Array | null => {
    const mark = row * batch.stride + column;
    const [from, to] = [batch.marks[mark]! + 1, batch.marks[mark + 1]!];
    const quoted = quote === 0 ? 0 : batch.quoted[row * batch.columns + column]!;
    if (quoted === 2) return withoutDoubles(bytes, from + 1, to - 1, quote);
    if (quoted === 1) return bytes.subarray(from + 1, to - 1);
    if (from === to) return null;
    const value = bytes.subarray(from, to);
    return value.length <= longest && nullTexts.has(Buffer.from(value).toString('latin1')) ? null : value;
  };
  return async (
    bytes: Uint8Array,
    last: boolean,
    line: number,
    wanted: Uint8Array,
    groups: KeyGroups,
  ): Promise<void> => {
    const reader = new RowReader(delimiterByte(format), quote, line, () => undefined);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let done = 0;
    for (let at = 0; at < bytes.length;) {
      const next = reader.read(batch, bytes, view, at, bytes.length, last);
      for (let row = 0; row < batch.rows; row++)
        if (wanted[done + row] === 1)
          groups.add(keyText(keyColumns.map((column) => valueAt(bytes, row, column))), batch.lines[row]!);
      done += batch.rows;
      await groups.relieve();
      if (next === at) break;
      at = next;
    }
  };
}
