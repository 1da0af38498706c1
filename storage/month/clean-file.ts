/** Tells the rows of a file that can be loaded from those that cannot: byte for byte, by the same checks as the load's. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LongshoreError } from '../../core/errors/longshore-error';
import { createScanner } from '../../core/quality/scan/scanner';
import type { MonthFormat } from '../../core/types/month';
import type { ScanFigures, ScanPlan } from '../../core/types/scan';
import { OutputFile } from '../files/output-file';
import { eachBlock, type BlockOptions } from './blocks';
import { readHeader } from './header';
import { readHead } from './read-head';
import { rowsOf, type RowPlace } from './row-places';
import type { CleanedFile, CleanRequest, Counter } from './types';

const KEPT = 1000;

/**
 * Writes the good rows, with the header, into `clean`, and the others into `rejected`, with their line and what is wrong
 * with them in two columns in front. Both appear complete or not at all; the file itself stays as it is. Throws USAGE
 * where one of them exists and is not to be replaced, DISK_FULL, STAGING_UNAVAILABLE, and as `eachBlock`.
 */
export async function cleanFile(
  request: CleanRequest,
  progress: Counter,
  signal: AbortSignal,
  options: Pick<BlockOptions, 'blockBytes'> = {},
): Promise<CleanedFile> {
  const { path, plan, clean, rejected } = request;
  await refuseExisting(request);
  const { firstRow, mtimeMs, size } = await readHeader(path, plan.format);
  const header = (await readHead(path, firstRow.byte)).bytes;
  const good = await OutputFile.open(clean);
  let bad: OutputFile | undefined;
  try {
    bad = await OutputFile.open(rejected);
    const out = bad;
    const sieve = new Sieve(plan, firstRow.line);
    await good.write(header);
    await out.write(rejectedHeader(header, plan.format));
    const told = { readFrom: firstRow.byte, rowsFrom: firstRow.byte, line: () => sieve.line, signal, ...options };
    await eachBlock(path, { ...told, stamp: { size, mtimeMs } }, async (bytes, last) => {
      const { taken, rows, goodBytes, badBytes } = sieve.take(bytes, last);
      await good.write(goodBytes);
      if (badBytes.length > 0) await out.write(badBytes);
      Atomics.add(progress, 0, BigInt(rows));
      Atomics.add(progress, 1, BigInt(taken));
      return taken;
    });
    await refuseExisting(request);
    await out.finish({ durable: true });
    await good.finish({ durable: true });
    return sieve.result();
  } catch (error) {
    await bad?.abort();
    await good.abort();
    throw error;
  }
}

async function refuseExisting({ path, clean, rejected, replace }: CleanRequest): Promise<void> {
  const [source, first, second] = [path, clean, rejected].map((each) => resolve(each)) as [string, string, string];
  if (source === first || source === second || first === second)
    throw new LongshoreError('USAGE', `${path}, ${clean} and ${rejected} must be three files.`, { file: path });
  if (replace) return;
  for (const file of [clean, rejected]) {
    const exists = await access(file, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (exists)
      throw new LongshoreError(
        'USAGE',
        `${file} exists already and is not overwritten.`,
        { file },
        { next: 'Name another file, or allow it to be replaced.' },
      );
  }
}

/** The header with two more columns. A file without one gets none. */
function rejectedHeader(header: Uint8Array, { delimiter, headerLines }: MonthFormat): Uint8Array {
  if (headerLines === 0) return new Uint8Array(0);
  const text = Buffer.from(header.subarray(header[0] === 0xef ? 3 : 0));
  let at = 0;
  for (let line = 1; line < headerLines; line++) at = text.indexOf(10, at) + 1;
  return Buffer.concat([
    text.subarray(0, at),
    Buffer.from(`line${delimiter}reason${delimiter}`),
    withEnd(text.subarray(at)),
  ]);
}

const withEnd = (row: Uint8Array): Uint8Array => (row.at(-1) === 10 ? row : Buffer.concat([row, Buffer.from('\n')]));

/** Parts good rows from bad ones. Whole blocks pass at the speed of the scan; one with faults is halved until they are found. */
class Sieve {
  readonly #scanner;
  readonly #probe;
  readonly #plan: ScanPlan;
  readonly #result: CleanedFile = { rows: 0, rejectedRows: 0, samples: [] };

  constructor(plan: ScanPlan, line: number) {
    // Keys are of no interest here, and one example of each fault is enough to name it.
    this.#plan = { ...plan, checks: true, keyColumns: [], samples: plan.columns.length };
    this.#scanner = createScanner({ ...this.#plan, samples: 0 }, { byte: 0, line });
    this.#probe = createScanner(this.#plan, { byte: 0, line });
  }

  get line(): number {
    return this.#scanner.line;
  }

  result(): CleanedFile {
    return this.#result;
  }

  take(bytes: Uint8Array, last: boolean): { taken: number; rows: number; goodBytes: Uint8Array; badBytes: Uint8Array } {
    const { line } = this.#scanner;
    const taken = this.#scanner.push(bytes, bytes.length, last);
    const figures = this.#scanner.takeFigures();
    if (!isFaulty(figures)) {
      this.#result.rows += figures.rows;
      // What is written is not touched again; the block is.
      return { taken, rows: figures.rows, goodBytes: bytes.slice(0, taken), badBytes: new Uint8Array(0) };
    }
    const good: Uint8Array[] = [];
    const bad: Uint8Array[] = [];
    const reject = (row: RowPlace, message: string): void => {
      this.#result.rejectedRows++;
      if (this.#result.samples.length < KEPT) this.#result.samples.push({ line: row.line, message });
      const { delimiter, quote, encoding } = this.#plan.format;
      const marks = new Set([delimiter, quote, '\n', '\r', '\t']);
      const reason = Array.from(message, (char) => (marks.has(char) ? ' ' : char)).join('');
      bad.push(Buffer.from(`${row.line}${delimiter}${reason}${delimiter}`, encoding === 'utf-8' ? 'utf8' : 'latin1'));
      bad.push(withEnd(bytes.subarray(row.from, row.to)));
    };
    const rows = rowsOf(bytes, last, this.#plan, line);
    for (let from = 0; from < rows.length;) {
      const row = rows[from]!;
      if (row.ragged !== undefined) {
        reject(row, row.ragged);
        from++;
        continue;
      }
      let to = from + 1;
      while (to < rows.length && rows[to]!.ragged === undefined) to++;
      this.#sift(bytes, rows, from, to, good, reject);
      from = to;
    }
    return { taken, rows: rows.length, goodBytes: Buffer.concat(good), badBytes: Buffer.concat(bad) };
  }

  /** Rows [from, to), all with as many fields as they should have. */
  #sift(
    bytes: Uint8Array,
    rows: readonly RowPlace[],
    from: number,
    to: number,
    good: Uint8Array[],
    reject: (row: RowPlace, message: string) => void,
  ): void {
    const range = bytes.subarray(rows[from]!.from, rows[to - 1]!.to);
    this.#probe.push(range, range.length, true);
    const figures = this.#probe.takeFigures();
    if (!isFaulty(figures)) {
      good.push(range);
      this.#result.rows += to - from;
    } else if (to - from === 1) reject(rows[from]!, messageOf(figures));
    else {
      const middle = (from + to) >> 1;
      this.#sift(bytes, rows, from, middle, good, reject);
      this.#sift(bytes, rows, middle, to, good, reject);
    }
  }
}

const isFaulty = ({ raggedRows, encodingFaults, dateInvalid, columns }: ScanFigures): boolean =>
  raggedRows + encodingFaults + dateInvalid > 0 ||
  columns.some(({ badType, tooWide, nullsForbidden }) => badType + tooWide + nullsForbidden > 0);

function messageOf({ samples }: ScanFigures): string {
  const messages = Object.values(samples).flatMap((each) =>
    each.map(({ column, message }) =>
      column === undefined || message.includes(column) ? message : `${column}: ${message}`,
    ),
  );
  return [...new Set(messages)].join('; ') || 'The row does not pass the checks.';
}
