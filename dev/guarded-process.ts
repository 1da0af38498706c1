import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from './package-root';

export interface GuardedOptions {
  command: string;
  args: string[];
  /** Added to our own environment. */
  env?: Record<string, string>;
  cwd?: string;
  /** User to run as; only root may choose. */
  uid?: number;
  gid?: number;
  /** Output is appended here. */
  logFile: string;
  stopSignal: NodeJS.Signals;
  /** Milliseconds to end by itself after `stopSignal`, before it is killed. */
  graceMs: number;
}

export interface GuardedProcess {
  /** Of the server itself, not of its guard. */
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly exited: Promise<void>;
  readonly hasExited: () => boolean;
  /** Ends the server and resolves when it is gone. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a server that ends when this process ends, however that happens: a small guard process holds the other end of
 * a pipe and stops the server when the pipe closes. It runs in a session of its own, so a Ctrl-C at the terminal
 * reaches us first and we decide the order in which things stop. Until it is stopped it keeps our event loop alive.
 * Rejects when the command cannot be started.
 */
export async function startGuarded(options: GuardedOptions): Promise<GuardedProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const guard = spawn(process.execPath, [join(packageRoot, 'scripts', 'guard.mjs'), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    windowsHide: true,
    // Debugger and loader flags of ours are not the guard's.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    guard.once('exit', () => {
      gone = true;
      resolve();
    });
  });
  const answer = await new Promise<{ pid?: number; error?: string }>((resolve, reject) => {
    guard.once('error', reject);
    guard.stdout
      .setEncoding('utf8')
      .once('data', (line: string) => resolve(JSON.parse(line) as { pid?: number; error?: string }));
    void exited.then(() => resolve({ error: 'it ended at once' }));
  });
  if (answer.pid === undefined)
    throw new Error(`${options.command} could not be started: ${answer.error ?? 'unknown reason'}`);
  return {
    pid: answer.pid,
    exited,
    hasExited: () => gone,
    async stop() {
      guard.stdin.end();
      await exited;
    },
  };
}

/** Last lines of a log, for error messages. Empty when there is no such file. */
export function tail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
