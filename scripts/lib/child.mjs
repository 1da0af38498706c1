import { execFileSync, spawn } from 'node:child_process';
import { constants } from 'node:os';
import process from 'node:process';

/** Exit code a shell would report for a child that ended like this. */
export const exitCode = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 1);

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** The npm that runs us: our parent, or the parent of the shell between. It passes signals to the shell only, if at all. */
function npmProcess() {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return undefined;
  const [parent, command] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(process.ppid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  return /(^|\/)(ba|da|z|k|a)?sh$/.test(command) ? Number(parent) : process.ppid;
}

/**
 * Runs a command in the foreground with our terminal and resolves with its exit code. Signals that reach us are passed
 * on, except a Ctrl-C at a terminal, which the child receives by itself. When npm, our parent, is killed, the child is
 * asked to end too. With `group`, whatever the child started and left behind is ended after it.
 */
export function foreground(command, args, { group = false, ...options } = {}) {
  const ownGroup = group && process.platform !== 'win32';
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', detached: ownGroup, ...options });
    const handlers = new Map();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      const handler = () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY || ownGroup) child.kill(signal);
      };
      handlers.set(signal, handler);
      process.on(signal, handler);
    }
    const npm = npmProcess();
    const watch = setInterval(() => {
      if (npm !== undefined && !isAlive(npm)) child.kill('SIGTERM');
    }, 500);
    const done = () => {
      clearInterval(watch);
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      if (ownGroup) endGroup(child.pid);
      resolve(exitCode(code, signal));
    });
  });
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

/** Runs a command quietly; resolves with its output and exit code. Both streams are kept in the order they came. */
export function quiet(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: exitCode(code, signal), output }));
  });
}
