import { CATALOGUE, type ErrorCode } from './catalogue';

/** Where an error is: whatever of these is known. Shown to users, so never a value of a masked column or a secret. */
export interface ErrorPlace {
  file?: string;
  line?: number;
  /** Path inside the configuration, e.g. `transferSets.daily.tables[2].where`. */
  path?: string;
  environment?: string;
  table?: string;
  column?: string;
  /** Key of the row, e.g. `id=17`. */
  key?: string;
  part?: number;
  /** SQL that was refused, when it helps the user. */
  sql?: string;
}

/** One thing that is wrong with a configuration. Files are read to their end, so an error may carry many of these. */
export interface ConfigProblem {
  code: ErrorCode;
  message: string;
  /** The file, or the environment variable, that says so. */
  file: string;
  /** From 1; absent where there is no text, e.g. for an environment variable. */
  line?: number;
  column?: number;
  /** Path inside the configuration; absent for syntax errors. */
  path?: string;
}

/**
 * The one error class. `message` says what happened here and why in a sentence of its own; cause, general reason and
 * remedy come from the catalogue. Across processes only `code` is matched, never the class or the text.
 */
export class LongshoreError extends Error {
  override readonly name = 'LongshoreError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly place: ErrorPlace = {},
    options: {
      cause?: unknown;
      /** Replaces the catalogue's remedy. */ next?: string;
      problems?: ConfigProblem[];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.next = options.next ?? CATALOGUE[code].next;
    this.problems = options.problems;
  }

  readonly next: string;
  /** Everything that is wrong, when a configuration was read; the first is also the place. */
  readonly problems: ConfigProblem[] | undefined;

  get retryable(): boolean {
    return CATALOGUE[this.code].retryable;
  }

  /** Plain data for catalog, failure details and `--json`. */
  toJSON(): ErrorReport {
    const { code, message, place, next, problems } = this;
    return { code, message, place, next, ...(problems && { problems }) };
  }
}

/** An error as data. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  place: ErrorPlace;
  next: string;
  problems?: ConfigProblem[];
}

/** `shop.yaml:12 transferSets.daily, table public.orders, column total` — for one line of output. */
export function describePlace(place: ErrorPlace): string {
  const { file, line, path, environment, table, column, key, part } = place;
  const parts = [
    file && (line === undefined ? file : `${file}:${line}`),
    path,
    environment && `environment ${environment}`,
    table && `table ${table}`,
    column && `column ${column}`,
    key && `row ${key}`,
    part !== undefined && `part ${part}`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** Keeps a LongshoreError as it is and wraps anything else as INTERNAL. */
export function toLongshoreError(error: unknown, place: ErrorPlace = {}): LongshoreError {
  if (error instanceof LongshoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new LongshoreError('INTERNAL', message, place, { cause: error });
}
