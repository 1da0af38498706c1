import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { type ConfigurationsClient, connectConfigurations, LongshoreClient, type VersionName } from '../../client';
import { LongshoreError } from '../../core/errors/longshore-error';
import { parseVersion } from './versions';
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
  /** Absolute. Throws USAGE where `--config` names a version of the catalog and a file is needed. */
  readonly configPath: string;
  /** What `--config catalog:…` names; undefined where the configuration is a file. */
  readonly configVersion: VersionName | undefined;
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
  /** Versions in the catalog of this configuration, or of that of another file. Temporal is not needed. */
  configurations(file?: string): Promise<ConfigurationsClient>;
  /** Takes Ctrl-C over for a command that waits. */
  interrupts(): Interrupts;
  close(): Promise<void>;
}

export function createContext(io: Io, global: GlobalOptions): CommandContext {
  const configVersion = global.config.startsWith(CATALOG_PREFIX)
    ? parseVersion(global.config.slice(CATALOG_PREFIX.length))
    : undefined;
  // Beside a version of the catalog, a file that happens to be there may still say where the catalog is.
  const configPath = resolve(io.cwd, configVersion === undefined ? global.config : 'longshore.yaml');
  const colours = coloursFor(io, global.colour && !global.json);
  const closers: (() => unknown)[] = [];
  let client: Promise<LongshoreClient> | undefined;
  let settings: Promise<ConnectionSettings> | undefined;
  const readSettings = (): Promise<ConnectionSettings> =>
    (settings ??= connectionSettings(io.env, configPath, global.configGiven && configVersion === undefined));
  return {
    io,
    global,
    colours,
    get configPath() {
      if (configVersion === undefined) return configPath;
      throw new LongshoreError(
        'USAGE',
        `This command works on a file, and --config names a version of the catalog (${global.config}).`,
        {},
        { next: 'Bring the version into a file with `longshore config pull`, or name a file.' },
      );
    },
    configVersion,
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
    configurations: async (file) => {
      const { catalogUrl } =
        file === undefined || file === configPath
          ? await readSettings()
          : await connectionSettings(io.env, file, false);
      const opened = await connectConfigurations({ url: catalogUrl });
      closers.push(() => opened.close());
      return opened;
    },
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

/** `--config catalog:latest`, `--config catalog:12`. */
const CATALOG_PREFIX = 'catalog:';

function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A process of a user that has no entry in the password file.
    return undefined;
  }
}
