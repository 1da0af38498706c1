import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { LongshoreError } from '../../../core/errors/longshore-error';
import { parseBytes } from '../../../core/units';
import { EXIT } from '../../../schemas/constants';
import { bytesOfComparison, compareFiles, type FileComparison } from '../../../storage/files';
import { createCommand } from '../../core/create-command';
import { flag, integer, list, required, text } from '../../core/options';
import { renderComparison } from '../../output/file-compare';
import { fileProgress } from '../../output/file-progress';
import { totalSize } from './each-file';
import { FORMAT_OPTIONS, formatOptions } from './format-options';

/** Less would be taken up by one row of the largest kind. */
const LEAST_MEMORY = 64e6;

export const fileCompare = createCommand({
  path: ['file', 'compare'],
  summary: 'Say what differs between two delimited files, row by row',
  details:
    'Columns are matched by name (by position where a file has no header), and values by the text that stands in the file, whatever delimiter, quotes, ' +
    'encoding and order of rows or columns the two have. With --key, rows of the same key are compared value by value; rows of a key that is not unique ' +
    'are compared whole, and so is every row without --key. NULL (an empty field) and an empty text (a quoted one) differ, unless --empty-as-null. ' +
    'Columns that are in one file only are named and count as a difference; the order of columns and of rows does not. Memory does not grow with the files. ' +
    'Format options hold for both files; --null, --decimal-mark and --date-order bear upon the types that are named, not upon what is the same. ' +
    'Needs no server and no configuration. Exit code 0: the files say the same; 3: they differ, or have rows that cannot be read; 1: they could not be compared.',
  args: { a: required('A', 'the first file'), b: required('B', 'the second file') },
  options: {
    key: list('COLUMN', 'column that tells rows apart, or several joined by commas; may be repeated'),
    ignore: list('COLUMN', 'column, or several joined by commas, that is not compared; may be repeated'),
    emptyAsNull: flag('take a quoted empty text for NULL'),
    limit: integer('N', 10, 'samples of each kind of difference'),
    output: text('FILE', 'write all differences into a CSV file', 'o'),
    memory: text('SIZE', 'memory for rows, such as 1GB (default: 512MB)'),
    tempDir: text('FOLDER', "where rows go that find no room in memory (default: the system's)"),
    ...FORMAT_OPTIONS,
  },
  examples: [
    ['file compare yesterday.csv today.csv --key id', 'new, missing and changed rows'],
    ['file compare old.csv new.txt', 'whole rows, whatever their order'],
    ['file compare a.csv b.csv --key country,city --ignore exported_at -o differences.csv', 'all of them, as a file'],
  ],
  async run(context, { args, options }) {
    const { io, global } = context;
    const format = formatOptions(options);
    const memory = memoryOf(options.memory);
    const paths = [resolve(io.cwd, args.a), resolve(io.cwd, args.b)] as const;
    const output = options.output === undefined ? undefined : resolve(io.cwd, options.output);
    if (output !== undefined && paths.includes(output))
      throw new LongshoreError('USAGE', `--output ${options.output} would take the place of a file to be compared.`);
    const { signal } = context.interrupts();
    const bytes = bytesOfComparison(await totalSize([paths[0]]), await totalSize([paths[1]]));
    const progress = fileProgress(io, global.quiet || global.json, { files: 1, bytes });
    let found: FileComparison;
    try {
      found = await compareFiles(paths, {
        format,
        key: options.key,
        ignore: options.ignore,
        emptyAsNull: options.emptyAsNull,
        limit: options.limit,
        output,
        memory,
        folder: options.tempDir === undefined ? tmpdir() : resolve(io.cwd, options.tempDir),
        signal,
        onBytes: progress.bytes,
      });
    } catch (error) {
      if (signal.aborted) return EXIT.cancelled;
      throw error;
    } finally {
      progress.clear();
    }
    const named = { ...found, a: { ...found.a, file: args.a }, b: { ...found.b, file: args.b } };
    context.result(named, () => renderComparison(named, context));
    return found.equal ? EXIT.done : EXIT.partial;
  },
});

function memoryOf(asked = '512MB'): number {
  const bytes = parseBytes(asked);
  if (bytes !== undefined && bytes >= LEAST_MEMORY) return bytes;
  throw new LongshoreError('USAGE', `--memory takes a size of at least 64MB, such as 1GB, not "${asked}".`);
}
