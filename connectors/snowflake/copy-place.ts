/** Where in a file a COPY failed, and on what, as its message says. */
export interface CopyPlace {
  /** Within the stage. */
  file?: string;
  /** Physical line of that file, from 1. */
  line?: number;
  character?: number;
  /** Of the staged rows: from 1. */
  row?: number;
  column?: string;
  /** Position of the column in the row, from 1. */
  position?: number;
  /** Cut to 200 characters. */
  value?: string;
}

const LONGEST_VALUE = 200;

/**
 * Reads `File 'a/b.gz', line 3, character 12` and `Row 3, column "T"["C":4]` out of a message of COPY. What is not said is
 * left out; `columns`, in the order of the file, names a column of which only the position is known.
 */
export function copyPlace(message: string, columns: readonly string[] = []): CopyPlace {
  const where = /File '([^']*)'(?:, line (\d+))?(?:, character (\d+))?/.exec(message);
  const row = /\bRow (\d+)(?: starts at line \d+)?/.exec(message);
  const column = /column "[^"]*"\[(?:"((?:[^"]|"")*)":)?(\d+)\]/.exec(message);
  // A server that stands in for Snowflake names line and column in the words of its own reader.
  const line = where?.[2] ?? /\bCSV Error on Line: (\d+)/i.exec(message)?.[1];
  const counted = /\bcolumn "column(\d+)"/.exec(message)?.[1];
  const position = column?.[2] ?? (counted === undefined ? undefined : String(Number(counted) + 1));
  const name =
    column?.[1]?.replaceAll('""', '"') ?? (position === undefined ? undefined : columns[Number(position) - 1]);
  const value = valueOf(message);
  const file = where?.[1] ?? /^\s*file = (.+)$/m.exec(message)?.[1];
  return {
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line: Number(line) }),
    ...(where?.[3] !== undefined && { character: Number(where[3]) }),
    ...(row?.[1] !== undefined && { row: Number(row[1]) }),
    ...(name !== undefined && { column: name }),
    ...(position !== undefined && { position: Number(position) }),
    ...(value !== undefined && { value }),
  };
}

/** Everything before the place, as one line. */
export function copyReason(message: string): string {
  const converted = /Could not convert string "[^\n]*?" to '?\w+'?/.exec(message)?.[0];
  if (converted !== undefined) return converted;
  const [reason = ''] = message.split(/\r?\n\s*(?:File '|Row \d+,|If you would like)/);
  return reason.trim().replaceAll(/\s*\r?\n\s*/g, ' ');
}

function valueOf(message: string): string | undefined {
  const quoted = /'([^\n]*)'/.exec(message.split(/\n\s*File '/)[0] ?? '')?.[1];
  const converted = /Could not convert string "([^\n]*?)" to/.exec(message)?.[1];
  return (converted ?? quoted)?.slice(0, LONGEST_VALUE);
}
