import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';

/** The world outside, as commands see it: replaced in tests. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Results. */
  out(text: string): void;
  /** Progress, notes and errors. */
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Width of the terminal now; undefined when output goes to a file or pipe. */
  columns(): number | undefined;
  now(): number;
  /** Somebody may be asked: input and notes are a terminal's. Absent: nobody. */
  readonly canAsk?: boolean;
  /** One line of answer to a question. */
  ask?(question: string): Promise<string>;
  /** All of standard input, as text. */
  readInput?(): Promise<string>;
}

export function processIo(): Io {
  // A reader that went away (`| head`) is no error: there is nobody left to tell.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
  return {
    env: process.env,
    cwd: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    columns: () =>
      // A terminal that was never told its size says 0.
      (process.stdout.isTTY ? process.stdout.columns : process.stderr.isTTY ? process.stderr.columns : undefined) ||
      undefined,
    now: () => Date.now(),
    canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask: async (question) => {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    readInput: () => text(process.stdin),
  };
}
