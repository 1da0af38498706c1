import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { LongshoreError } from '../core/errors/longshore-error';
import { packageRoot } from './package-root';

const run = promisify(execFile);
/** Newest version that `go install` can build by its path: later ones carry replace directives. */
const GO_VERSION = 'v1.5.1';
const MODULE = 'github.com/temporalio/cli/cmd/temporal';
const EXE = process.platform === 'win32' ? '.exe' : '';
/** A blocked download may hang rather than fail. */
const DOWNLOAD_TIMEOUT_MS = 180_000;

export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  /** Told once before a step that takes long. */
  notify?: (line: string) => void;
  /** For tests: how the two slow ways are gone. */
  ways?: { download?: typeof download; build?: typeof build };
}

/** Where Longshore keeps what it fetched or built: `LONGSHORE_CACHE`, else `longshore` in the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LONGSHORE_CACHE) return env.LONGSHORE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'longshore');
  return join(env.HOME ?? homedir(), '.cache', 'longshore');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const onPath = (program: string, env: NodeJS.ProcessEnv): string | undefined =>
  (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program + EXE))
    .find(isExecutable);

/** Other programs are called temporal too. */
async function isTemporalCli(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const answer = await run(path, ['--version'], { env, timeout: 20_000 }).catch(() => undefined);
  return answer?.stdout.startsWith('temporal version') ?? false;
}

/** What an earlier download or build left. The SDK names its file `temporal-sdk-typescript-VERSION`. */
function cached(cache: string): string | undefined {
  const built = join(cache, `temporal-${GO_VERSION}`, `temporal${EXE}`);
  if (isExecutable(built)) return built;
  const folder = join(cache, 'temporal-sdk');
  const name = existsSync(folder)
    ? readdirSync(folder).find(
        (file) => file.startsWith('temporal-') && file.endsWith(EXE) && !/\.(tmp|downloading)/.test(file),
      )
    : undefined;
  return name && isExecutable(join(folder, name)) ? join(folder, name) : undefined;
}

/** Throws with the reason when it does not work. */
export async function download(cache: string, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = join(cache, 'temporal-sdk');
  mkdirSync(folder, { recursive: true });
  await run(process.execPath, [join(packageRoot, 'scripts', 'download-temporal.mjs'), folder], {
    env,
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
}

/** Throws with the reason when it does not work. */
export async function build(cache: string, env: NodeJS.ProcessEnv): Promise<void> {
  const go = onPath('go', env) ?? ['/usr/local/go/bin/go', '/opt/homebrew/bin/go'].find(isExecutable);
  if (!go) throw new Error('Go is not installed');
  mkdirSync(cache, { recursive: true });
  // Built aside and renamed, so that a build that is cut off leaves no half a program.
  const aside = mkdtempSync(join(cache, '.build-'));
  try {
    await run(go, ['install', `${MODULE}@${GO_VERSION}`], { env: { ...env, GOBIN: aside }, maxBuffer: 64 << 20 });
    const target = join(cache, `temporal-${GO_VERSION}`);
    mkdirSync(target, { recursive: true });
    renameSync(join(aside, `temporal${EXE}`), join(target, `temporal${EXE}`));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** The sentence that says why, from what a failed program wrote. */
function reason(error: unknown): string {
  const { stderr, message, killed } = error as { stderr?: string; message: string; killed?: boolean };
  if (killed) return 'no answer in time';
  const lines = (stderr || message).split('\n').map((line) => line.trim());
  return (lines.find((line) => /error|fail|not /i.test(line)) ?? lines[0] ?? 'unknown reason').slice(0, 300);
}

/**
 * Path of a Temporal CLI: `LONGSHORE_TEMPORAL_CLI`, `temporal` on PATH, what is in the cache, the SDK's download, and
 * last a build with Go (minutes, once). Throws TEMPORAL_UNAVAILABLE, naming everything that was tried.
 */
export async function findTemporalCli(options: FindOptions = {}): Promise<string> {
  const { env = process.env, notify = () => undefined } = options;
  const named = env.LONGSHORE_TEMPORAL_CLI;
  if (named) {
    if (await isTemporalCli(named, env)) return named;
    throw new LongshoreError(
      'TEMPORAL_UNAVAILABLE',
      `LONGSHORE_TEMPORAL_CLI names ${named}, which is not a Temporal CLI that runs here.`,
      {},
      { next: 'Correct the variable, or unset it: Longshore then finds or makes one.' },
    );
  }
  const found = onPath('temporal', env);
  if (found && (await isTemporalCli(found, env))) return found;
  const cache = cacheFolder(env);
  const kept = cached(cache);
  if (kept) return kept;

  const tried = [found ? `${found} on PATH is not a Temporal CLI` : 'there is no `temporal` on PATH'];
  const ways = [
    {
      label: 'its download',
      announce: 'Downloading the Temporal CLI (once) …',
      go: options.ways?.download ?? download,
    },
    {
      label: `go install ${MODULE}@${GO_VERSION}`,
      announce: 'Building the Temporal CLI with Go (about three minutes, once) …',
      go: options.ways?.build ?? build,
    },
  ];
  for (const { label, announce, go } of ways) {
    notify(announce);
    try {
      await go(cache, env);
      const made = cached(cache);
      if (made) return made;
      tried.push(`${label} left no program in ${cache}`);
    } catch (error) {
      tried.push(`${label} failed (${reason(error)})`);
    }
  }
  throw new LongshoreError(
    'TEMPORAL_UNAVAILABLE',
    `No Temporal CLI could be found or made: ${tried.join('; ')}.`,
    {},
    {
      next: 'Install the Temporal CLI (docs.temporal.io/cli) so that `temporal` is on PATH, or name it in LONGSHORE_TEMPORAL_CLI, or install Go.',
    },
  );
}
