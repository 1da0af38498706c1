import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LongshoreError } from '../../../core/errors/longshore-error';

export const OUTPUT_FORMATS = ['csv', 'parquet'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface Output {
  /** As it was given. */
  from: string;
  /** Absolute. */
  to: string;
  /** Absolute; for the rows that are left out. */
  rejected?: string;
}

interface Wanted {
  cwd: string;
  files: readonly string[];
  output?: string;
  outputDir?: string;
  rejected?: string;
  format?: OutputFormat;
}

/**
 * Where each converted file goes. Throws USAGE before anything is written: for two files that would get one name
 * (letters differing in case alone are one name, for there are file systems that cannot hold both), and for a file that
 * would take the place of one that is to be read.
 */
export function planOutputs(wanted: Wanted): { format: OutputFormat; outputs: Output[] } {
  const { cwd, files } = wanted;
  const format = formatOf(wanted);
  const outputs = files.map((from): Output => {
    const stem = stemOf(from);
    const to =
      wanted.output === undefined
        ? join(resolve(cwd, wanted.outputDir ?? '.'), `${stem}.${format}`)
        : resolve(cwd, wanted.output);
    return {
      from,
      to,
      ...(wanted.rejected !== undefined && { rejected: join(resolve(cwd, wanted.rejected), `${stem}.rejected.csv`) }),
    };
  });
  refuseClashes(cwd, outputs);
  return { format, outputs };
}

/** Makes the folders that are missing. */
export async function makeFolders(outputs: readonly Output[]): Promise<void> {
  const folders = new Set(
    outputs.flatMap(({ to, rejected }) => [to, rejected].filter((each) => each !== undefined).map(dirname)),
  );
  for (const folder of folders) {
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw new LongshoreError(
        'USAGE',
        `The folder ${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}.`,
        { file: folder },
        { cause: error },
      );
    });
  }
}

/** Name of a file without folder and extension; what follows a dot is an extension where it begins with a letter. */
export function stemOf(file: string): string {
  const name = basename(file);
  const stem = name.replace(/\.[a-z][a-z0-9]{0,7}$/i, '');
  return stem === '' ? name : stem;
}

function formatOf({ output, outputDir, format, files }: Wanted): OutputFormat {
  if ((output === undefined) === (outputDir === undefined))
    throw new LongshoreError('USAGE', 'Say where to: either --output FILE or --output-dir FOLDER.');
  if (output !== undefined && files.length > 1)
    throw new LongshoreError(
      'USAGE',
      `--output names one file, and ${files.length} are to be converted.`,
      {},
      { next: 'Use --output-dir.' },
    );
  const named = OUTPUT_FORMATS.find((each) => output?.toLowerCase().endsWith(`.${each}`));
  const wanted = format ?? named ?? (output === undefined ? 'csv' : undefined);
  if (wanted === undefined)
    throw new LongshoreError(
      'USAGE',
      `"${output}" ends neither in .csv nor in .parquet.`,
      {},
      { next: 'Say which with --format.' },
    );
  return wanted;
}

function refuseClashes(cwd: string, outputs: readonly Output[]): void {
  const key = (path: string): string => path.toLowerCase();
  const inputs = new Map(outputs.map(({ from }) => [key(resolve(cwd, from)), from]));
  const taken = new Map<string, string>();
  for (const { from, to, rejected } of outputs) {
    for (const path of rejected === undefined ? [to] : [to, rejected]) {
      const other = taken.get(key(path));
      if (other !== undefined)
        throw new LongshoreError(
          'USAGE',
          `${other} and ${from} would both become ${path}.`,
          {},
          { next: 'Convert them in separate calls, into separate folders.' },
        );
      taken.set(key(path), from);
      const input = inputs.get(key(path));
      if (input !== undefined)
        throw new LongshoreError(
          'USAGE',
          `${path} would take the place of ${input}, which is to be read.`,
          {},
          { next: 'Name another folder.' },
        );
    }
  }
}
