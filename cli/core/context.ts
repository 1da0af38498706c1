import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { LongshoreClient } from '../../client';
import type { Io } from './io';
import { type Colours, coloursFor } from './colours';
import { type Interrupts, listenForInterrupts } from './interrupts';
import { connectionSettings, type ConnectionSettings } from './settings';

export interface GlobalOptions {
  json: boolean;
  quiet: boolean;
  colour: boolean;
  config: string;
  /** `--config` was given, so the file must exist. */
  configGiven: boolean;
}

/** What a command has to work with. Everything it opens is closed after it. */
export interface CommandContext {
  readonly io: Io;
  readonly global: GlobalOptions;
  readonly colours: Colours;
  /** Absolute. */
  readonly configPath: string;
  /** Width for tables: the terminal's, or undefined when output is not for a terminal. */
  readonly width: number | undefined;
  /** Prints the result: as JSON with `--json`, else as `render` writes it. */
  result(data: unknown, render: () => string): void;
  /** For people beside the result, on stderr; left out with `-q` or `--json`. */
  note(text: string): void;
  /** On stderr, also with `-q`. */
  warn(text: string): void;
  /** Who asks, for the audit: LONGSHORE_USER or the login name. */
  user(): string;
  settings(): Promise<ConnectionSettings>;
  connect(): Promise<LongshoreClient>;
  /** Takes Ctrl-C over for a command that waits. */
  interrupts(): Interrupts;
  close(): Promise<void>;
}

export function createContext(io: Io, global: GlobalOptions): CommandContext {
  const configPath = resolve(io.cwd, global.config);
  const colours = coloursFor(io, global.colour && !global.json);
  const closers: (() => unknown)[] = [];
  let client: Promise<LongshoreClient> | undefined;
  let settings: Promise<ConnectionSettings> | undefined;
  const readSettings = (): Promise<ConnectionSettings> =>
    (settings ??= connectionSettings(io.env, configPath, global.configGiven));
  return {
    io,
    global,
    colours,
    configPath,
    width: io.outIsTerminal ? io.columns() : undefined,
    result: (data, render) => io.out(`${global.json ? JSON.stringify(data, null, 2) : render()}\n`),
    note: (text) => {
      if (!global.quiet && !global.json) io.err(`${text}\n`);
    },
    warn: (text) => io.err(`${colours.yellow('warning')} ${text}\n`),
    user: () => io.env.LONGSHORE_USER || loginName() || 'unknown',
    settings: readSettings,
    connect: () =>
      (client ??= readSettings().then(async ({ temporal, catalogUrl }) => {
        const opened = await LongshoreClient.connect({ temporal, catalog: { url: catalogUrl } });
        closers.push(() => opened.close());
        return opened;
      })),
    interrupts: () => {
      const interrupts = listenForInterrupts();
      closers.push(() => interrupts.dispose());
      return interrupts;
    },
    close: async () => {
      for (const closer of closers.splice(0).reverse()) await closer();
    },
  };
}

function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A process of a user that has no entry in the password file.
    return undefined;
  }
}
