/** Which files of a folder belong to which table and month, and where that is not clear. */
import type { ErrorCode } from '../errors/catalogue';
import { type ErrorReport, LongshoreError } from '../errors/longshore-error';
import { listWords } from '../plan/suggest';
import type { MonthBatch } from '../types/month-batch';
import type { Month, MonthFile, MonthTable } from '../types/month';
import { inFiscalMonth } from './fiscal-match';
import { monthsBetween, monthOf } from './months';
import { overlapsOf } from './overlaps';
import { compilePattern, type FilePattern, matchBelow, type PatternMatch } from './pattern';

export interface FoundFile {
  /** Absolute. */
  path: string;
  /** Below the base path, with slashes; as it was named where it lies elsewhere. */
  relative: string;
  size: number;
  mtimeMs: number;
}

export interface MatchOptions {
  /** Only these; undefined: every month there is a file of. */
  months?: readonly Month[];
  /** Names of definitions; undefined: all. */
  tables?: readonly string[];
  /** The files were named one by one: each must belong somewhere, and may leave its month to `months`. */
  named: boolean;
}

export interface MatchedFiles {
  /** By month, table in the order of the batch, and days. Never a file that an error speaks of. */
  files: MonthFile[];
  /** Files that fit no pattern, by relative path. */
  unmatched: string[];
  errors: ErrorReport[];
  /** Files that an error speaks of, once for each table and month that they could be of. */
  refused: RefusedFile[];
  warnings: string[];
  /** Months that were asked for and have no file. */
  emptyMonths: Month[];
  /** Tables without a file of a month that was asked for and has others. */
  missing: { month: Month; table: string }[];
}

export interface RefusedFile {
  file: MonthFile;
  error: ErrorReport;
}

/** A file with its month, and the pattern that said so; undefined: `--month` did. */
export interface Matched extends MonthFile {
  relative: string;
  pattern?: FilePattern;
}

interface CompiledTable {
  table: MonthTable;
  patterns: FilePattern[];
}

interface Candidate {
  table: MonthTable;
  pattern: FilePattern;
  match: PatternMatch;
}

/**
 * Matches files with the definitions of a batch. Nothing is thrown and nothing guessed: a file that fits two definitions
 * (MONTH_FILE_AMBIGUOUS), one that was named and belongs nowhere (MONTH_FILE_UNMATCHED), and two with the same days of
 * one table (MONTH_FILES_OVERLAP) are errors. Throws CONFIG_UNKNOWN_NAME for a table that the batch does not have.
 */
export function matchFiles(batch: MonthBatch, files: readonly FoundFile[], options: MatchOptions): MatchedFiles {
  const compiled = tablesOf(batch, options.tables);
  const wanted = options.months && new Set(options.months);
  const matcher = new Matcher(batch, compiled, options);
  const once = new Map(files.map((file) => [file.path, file]));
  const all = [...once.values()].flatMap((file) => matcher.match(file) ?? []);
  const { errors, warnings, unmatched } = matcher;
  const isWanted = ({ month }: MonthFile): boolean => wanted === undefined || wanted.has(month);
  const overlaps = overlapsOf(all, batch.tables, isWanted);
  errors.push(...overlaps.errors);
  warnings.push(...overlaps.warnings);
  const refused = [
    ...matcher.refused,
    ...[...overlaps.faulty].map(([file, error]) => ({ file: plain(file), error })),
  ].filter(({ file }) => isWanted(file));
  const chosen = all.filter((file) => isWanted(file) && !overlaps.faulty.has(file));
  const order = new Map(batch.tables.map(({ name }, index) => [name, index]));
  const place = (file: MonthFile): number => order.get(file.table) ?? 0;
  chosen.sort(
    (a, b) =>
      (a.month < b.month ? -1 : a.month > b.month ? 1 : 0) ||
      place(a) - place(b) ||
      (a.range?.from ?? 0) - (b.range?.from ?? 0) ||
      (a.relative < b.relative ? -1 : a.relative > b.relative ? 1 : 0),
  );
  const present = new Set(all.filter(isWanted).map(({ month, table }) => `${month} ${table}`));
  const hasFiles = (month: Month): boolean => compiled.some(({ table }) => present.has(`${month} ${table.name}`));
  const asked = [...(options.months ?? [])];
  return {
    files: chosen.map(plain),
    unmatched,
    errors,
    refused,
    warnings: [...new Set(warnings)],
    emptyMonths: asked.filter((month) => !hasFiles(month)),
    missing: asked
      .filter(hasFiles)
      .flatMap((month) =>
        compiled
          .filter(({ table }) => !present.has(`${month} ${table.name}`))
          .map(({ table }) => ({ month, table: table.name })),
      ),
  };
}

const plain = ({ relative: _relative, pattern: _pattern, ...file }: Matched): MonthFile => file;

/** For months that were asked for and have no file: MONTH_NO_FILES, with what the patterns look for. */
export function noFilesError(batch: MonthBatch, months: readonly Month[], place: string): LongshoreError {
  const patterns = batch.tables.flatMap(({ files }) => files.map((text) => `\`${text}\``));
  return new LongshoreError(
    'MONTH_NO_FILES',
    `No file in ${place} is of ${listWords(months)}: the patterns of \`${batch.name}\` are ${listWords(patterns)}.`,
    { file: place },
  );
}

function tablesOf(batch: MonthBatch, names: readonly string[] | undefined): CompiledTable[] {
  const unknown = names?.find((name) => !batch.tables.some((table) => table.name === name));
  if (unknown !== undefined)
    throw new LongshoreError(
      'CONFIG_UNKNOWN_NAME',
      `The month batch \`${batch.name}\` has no table \`${unknown}\`: it has ${listWords(batch.tables.map(({ name }) => name))}.`,
      { table: unknown },
    );
  return batch.tables
    .filter(({ name }) => names === undefined || names.includes(name))
    .map((table) => ({ table, patterns: table.files.map(compilePattern) }));
}

class Matcher {
  readonly unmatched: string[] = [];
  readonly errors: ErrorReport[] = [];
  readonly refused: RefusedFile[] = [];
  readonly warnings: string[] = [];

  constructor(
    private readonly batch: MonthBatch,
    private readonly tables: readonly CompiledTable[],
    private readonly options: MatchOptions,
  ) {}

  /** The file with its table and month; undefined: it is not to be loaded, and what is to be said of it was noted. */
  match(file: FoundFile): Matched | undefined {
    const candidates = this.candidates(file);
    const [first] = candidates;
    if (!first) return this.leave(file, `fits no pattern of the batch \`${this.batch.name}\``);
    const names = [...new Set(candidates.map(({ table }) => table.name))];
    if (names.length > 1) {
      const fits = names.map((name) => {
        const { pattern } = candidates.find(({ table }) => table.name === name) ?? first;
        return `\`${name}\` (\`${pattern.text}\`)`;
      });
      return this.refuse(candidates, file, `fits ${listWords(fits)}`);
    }
    const problem = candidates.find(({ match }) => match.problem !== undefined)?.match.problem;
    if (problem !== undefined) return this.refuse(candidates, file, problem, first.table.name);
    const dated = candidates.filter(({ match }) => match.month !== undefined);
    const months = [...new Set(dated.map(({ match }) => match.month))];
    if (months.length > 1)
      return this.refuse(
        candidates,
        file,
        `is of ${listWords(months.map(String), 'or')}, by the patterns ${listWords(dated.map(({ pattern }) => `\`${pattern.text}\``))}`,
        first.table.name,
      );
    // A pattern that knows the days knows more than one that knows the month.
    const best = dated.find(({ match }) => match.range) ?? dated[0];
    return best ? this.dated(file, best) : this.undated(file, first);
  }

  private candidates({ relative, path }: FoundFile): Candidate[] {
    const found: Candidate[] = [];
    for (const { table, patterns } of this.tables) {
      for (const pattern of patterns) {
        // A file that was named may lie anywhere.
        const match =
          pattern.match(relative) ?? (this.options.named ? matchBelow(pattern, path.replace(CLEAN, '')) : undefined);
        if (match) found.push({ table, pattern, match: inFiscalMonth(match, pattern, table) });
      }
    }
    return found;
  }

  private dated(file: FoundFile, { table, pattern, match }: Candidate): Matched | undefined {
    const month = match.month as Month;
    const { months, named } = this.options;
    const isWanted = months === undefined || months.includes(month);
    if (match.warning !== undefined && (isWanted || this.touches(match)))
      this.warnings.push(`${file.relative} ${match.warning}.`);
    if (!isWanted && named)
      return this.fail(
        'MONTH_FILE_UNMATCHED',
        file,
        `is of ${month}, and ${listWords(months)} ${months.length === 1 ? 'was' : 'were'} asked for`,
        table.name,
        'Name the month of the file with --month, or leave --month out.',
      );
    if (isWanted && table.expectedRange === 'file' && !match.range)
      this.warnings.push(`${file.relative} does not name its days, so those of ${month} are expected of it.`);
    return matched(file, table, month, { pattern, ...(match.range && { range: match.range }) });
  }

  /** Whether days of a month that was asked for are in a file of another. */
  private touches({ range }: PatternMatch): boolean {
    const { months } = this.options;
    if (!range || !months) return false;
    return monthsBetween(monthOf(range.from), monthOf(range.to)).some((month) => months.includes(month));
  }

  private undated(file: FoundFile, { table, pattern }: Candidate): Matched | undefined {
    const { months, named } = this.options;
    const [month] = months ?? [];
    if (named && month !== undefined && months?.length === 1) return matched(file, table, month, { pattern });
    if (named)
      return this.fail(
        'MONTH_FILE_UNMATCHED',
        file,
        `belongs to \`${table.name}\`, and its name does not say of which month it is`,
        table.name,
        'Say the month with --month.',
      );
    this.unmatched.push(file.relative);
    this.warnings.push(
      `${file.relative} belongs to \`${table.name}\`, and its name does not say of which month it is: name it with --files, and the month with --month.`,
    );
    return undefined;
  }

  /** A file that was named and belongs nowhere is an error, any other is not ours. */
  private leave(file: FoundFile, why: string): undefined {
    this.unmatched.push(file.relative);
    if (this.options.named) this.fail('MONTH_FILE_UNMATCHED', file, why);
    return undefined;
  }

  /** What it is stays open, so it is kept out of every table and month that it could be of. */
  private refuse(candidates: readonly Candidate[], file: FoundFile, why: string, table?: string): undefined {
    this.fail('MONTH_FILE_AMBIGUOUS', file, why, table);
    const error = this.errors.at(-1);
    const places = new Map<string, MonthFile>();
    for (const { table: definition, match } of candidates) {
      for (const month of match.month === undefined ? (match.possible ?? []) : [match.month]) {
        const { path, size, mtimeMs } = file;
        places.set(`${definition.name} ${month}`, { path, size, mtimeMs, table: definition.name, month });
      }
    }
    if (error) for (const place of places.values()) this.refused.push({ file: place, error });
    return undefined;
  }

  private fail(code: ErrorCode, { path, relative }: FoundFile, why: string, table?: string, next?: string): undefined {
    const place = { file: path, ...(table !== undefined && { table }) };
    const error = new LongshoreError(code, `${relative} ${why}.`, place, next === undefined ? {} : { next });
    this.errors.push(error.toJSON());
    return undefined;
  }
}

/** What `month clean-file` puts into the name of a file: it belongs where the file itself does. */
const CLEAN = /\.clean(?=\.[^/]*$)/;

const matched = (
  { path, relative, size, mtimeMs }: FoundFile,
  table: MonthTable,
  month: Month,
  more: Pick<Matched, 'pattern' | 'range'>,
): Matched => ({ path, relative, size, mtimeMs, table: table.name, month, ...more });
