import { LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import type { MonthPartRecord } from '../../catalog/month';
import type { FilePlan } from '../../core/month/scan-plan';
import type { FaultSample } from '../../core/types/quality';
import { newProgressCounter } from '../heartbeat';
import type { FileContext } from './context';
import type { MonthDependencies } from './dependencies';

/** Errors that a row or a value of the file is the cause of. */
const OF_ROWS = new Set(['COPY_FAILED', 'VALUE_NOT_REPRESENTABLE', 'VALUE_TOO_LONG', 'NULL_IN_NOT_NULL']);

/**
 * What the warehouse said of a row, told in terms of the file: its line there rather than in a part, column, value, cause
 * and remedy. A warehouse that does not say the line is helped by reading the file for the first row that cannot be right.
 */
export async function explainCopy(
  deps: Pick<MonthDependencies, 'files'>,
  { file, table, ref }: FileContext,
  { plan, firstRow }: FilePlan & { firstRow: { byte: number; line: number } },
  parts: readonly MonthPartRecord[],
  thrown: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const error = toLongshoreError(thrown);
  if (!OF_ROWS.has(error.code)) return thrown;
  const line = lineOf(error, parts, plan.format.quote !== '');
  const fault = await firstFault().catch(() => undefined);
  const at = line ?? fault?.line;
  const column = error.place.column ?? (line === undefined || fault?.line === line ? fault?.column : undefined);
  const told = fault && (line === undefined || fault.line === line) ? ` In the file: ${fault.message}` : '';
  return new LongshoreError(
    error.code,
    `${file.path}${at === undefined ? '' : `, line ${at}`}${column === undefined ? '' : `, column ${column}`}: ${error.message}${told}`,
    {
      file: file.path,
      table: table.table,
      ...(at !== undefined && { line: at }),
      ...(column !== undefined && { column }),
    },
    { next: REMEDIES(ref.batch, file.path)[error.code] ?? error.next, cause: error },
  );

  async function firstFault(): Promise<FaultSample | undefined> {
    const found: FaultSample[] = [];
    const checking = { ...plan, checks: true, keyColumns: [], samples: 1 };
    const request = {
      path: file.path,
      stamp: { size: file.size, mtimeMs: file.mtimeMs },
      plan: checking,
      from: { ...firstRow, part: 0 },
    };
    await deps.files.pack(
      request,
      async ({ figures }) => void found.push(...Object.values(figures.samples).flat()),
      newProgressCounter(),
      signal,
    );
    return found.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))[0];
  }
}

/**
 * The line of the file that a place in a part is: that of a line, or of a row where rows are lines. Undefined where no part
 * is named.
 */
function lineOf({ place }: LongshoreError, parts: readonly MonthPartRecord[], isQuoted: boolean): number | undefined {
  const [, unit, number, name] = /^(line|row) (\d+) of (.+)$/.exec(place.key ?? '') ?? [];
  const file = name ?? place.file;
  const within = name === undefined ? place.line : unit === 'row' && isQuoted ? undefined : Number(number);
  const part = parts.find(({ result }) => result.name !== '' && file?.endsWith(result.name))?.result;
  return part && within !== undefined ? part.line + within - 1 : undefined;
}

const REMEDIES = (batch: string, file: string): Record<string, string> => ({
  VALUE_TOO_LONG: `Measure the file and make room with \`longshore month widen ${batch} ${file}\`, or load the good rows alone: \`longshore month clean-file ${batch} ${file}\`.`,
  VALUE_NOT_REPRESENTABLE: `Correct the value, or load the good rows alone: \`longshore month clean-file ${batch} ${file}\` writes them into a file of their own.`,
  NULL_IN_NOT_NULL: `Fill the value in, or load the good rows alone: \`longshore month clean-file ${batch} ${file}\` writes them into a file of their own.`,
  COPY_FAILED: `Correct the row, or load the good rows alone: \`longshore month clean-file ${batch} ${file}\` writes them into a file of their own.`,
});
