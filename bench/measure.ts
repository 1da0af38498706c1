/** Timing of whole processes, in pairs, so that a noisy machine spoils ratios less than seconds. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export interface Sample {
  seconds: number;
}

/** Runs a shell command to its end; throws with its output when it fails. */
export async function shell(command: string, env: NodeJS.ProcessEnv = {}): Promise<Sample> {
  const started = performance.now();
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output = (output + chunk.toString()).slice(-4000)));
  child.stderr.on('data', (chunk: Buffer) => void (output = (output + chunk.toString()).slice(-4000)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.slice(0, 200)} ended with ${code}:\n${output}`);
  return { seconds: (performance.now() - started) / 1000 };
}

export async function timed(work: () => Promise<unknown>): Promise<Sample> {
  const started = performance.now();
  await work();
  return { seconds: (performance.now() - started) / 1000 };
}

/** Largest resident size that a process has had, in MB; Linux only, undefined elsewhere. */
export function peakMegabytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}

export const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

export interface Comparison {
  name: string;
  ours: number;
  theirs: number;
  /** Median of the ratios of neighbouring runs. */
  ratio: number;
  /** What the ratio is to be at most. */
  limit: number;
  note: string;
}

/** Runs both in turn, `rounds` times, and compares neighbour with neighbour. */
export async function compare(
  name: string,
  limit: number,
  note: string,
  rounds: number,
  ours: () => Promise<Sample>,
  theirs: () => Promise<Sample>,
): Promise<Comparison> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const their = await theirs();
    const our = await ours();
    pairs.push([our.seconds, their.seconds]);
    process.stderr.write(`  ${name}: ${our.seconds.toFixed(1)} s against ${their.seconds.toFixed(1)} s\n`);
  }
  return {
    name,
    ours: median(pairs.map(([our]) => our)),
    theirs: median(pairs.map(([, their]) => their)),
    ratio: median(pairs.map(([our, their]) => our / their)),
    limit,
    note,
  };
}

/** Ends a child and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
