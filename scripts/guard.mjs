/**
 * Stands between Longshore and a server that it starts: runs the server, and ends it when Longshore ends, however that
 * happens (also kill -9), which shows as the end of stdin. One JSON argument: { command, args, cwd, env, uid, gid,
 * logFile, stopSignal, graceMs }. Writes the server's pid as a line on stdout; exits with the server's exit code.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import process from 'node:process';

const { command, args, cwd, env, uid, gid, logFile, stopSignal, graceMs } = JSON.parse(process.argv[2]);
const log = openSync(logFile, 'a');
const server = spawn(command, args, {
  cwd,
  env: { ...process.env, ...env },
  ...(uid === undefined ? {} : { uid, gid }),
  stdio: ['ignore', log, log],
  windowsHide: true,
});
closeSync(log);

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  server.kill(stopSignal);
  setTimeout(() => server.kill('SIGKILL'), graceMs).unref();
}

server.once('error', (error) => {
  process.stdout.write(`${JSON.stringify({ error: error.message })}\n`, () => process.exit(127));
});
server.once('spawn', () => process.stdout.write(`${JSON.stringify({ pid: server.pid })}\n`));
server.once('exit', (code) => process.exit(code ?? 1));
process.stdout.on('error', () => {});
process.stdin.resume().on('end', stop).on('error', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
