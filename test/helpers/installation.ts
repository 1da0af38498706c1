/** A Longshore installation of its own, made of real processes: worker and command line as users start them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
  /** Wall time of the process. */
  ms: number;
}

export interface InstallationOptions {
  temporalAddress: string;
  /** Default `default`. */
  namespace?: string;
  catalogUrl: string;
  sourceUrl: string;
  targetUrl: string;
  /** The `transferSets` section and anything else, as YAML. */
  sets: string;
  /** Beside `prod` and `uat`: a line of YAML each, `name: { … }`. */
  environments?: string[];
  /** Inside `staging`, beside `path`: `minFreeBytes: 1GB`. */
  staging?: Record<string, string>;
  /** Variables of every process. */
  env?: Record<string, string>;
}

export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'longshore-installation-'));
  private readonly env: NodeJS.ProcessEnv;
  private worker: ChildProcess | undefined;
  workerLog = '';

  constructor(private readonly options: InstallationOptions) {
    const { sourceUrl: SOURCE_URL, targetUrl: TARGET_URL, catalogUrl: CATALOG_URL, env } = options;
    this.env = { ...process.env, SOURCE_URL, TARGET_URL, CATALOG_URL, NO_COLOR: '1', LONGSHORE_USER: 'tester', ...env };
    this.write('longshore.yaml', this.document(options.sets, options.environments));
  }

  get configPath(): string {
    return join(this.folder, 'longshore.yaml');
  }

  /** Of the worker that runs; undefined when none does. */
  get workerPid(): number | undefined {
    return this.worker?.pid;
  }

  get stagingPath(): string {
    return join(this.folder, 'staging');
  }

  /** A whole configuration with these sets, for `write`. */
  document(sets: string, environments: string[] = []): string {
    const { temporalAddress, namespace = 'default', staging = {} } = this.options;
    const stagingFields = Object.entries({ path: `"${this.stagingPath}"`, ...staging });
    return [
      'version: 1',
      `temporal: { address: "${temporalAddress}", namespace: "${namespace}" }`,
      'catalog: { url: "${env:CATALOG_URL}" }',
      `staging: { ${stagingFields.map(([key, value]) => `${key}: ${value}`).join(', ')} }`,
      'environments:',
      '  prod: { kind: postgres, url: "${env:SOURCE_URL}", readOnly: true }',
      '  uat: { kind: postgres, url: "${env:TARGET_URL}" }',
      ...environments.map((line) => `  ${line}`),
      'transferSets:',
      sets,
    ].join('\n');
  }

  /** Writes a file into the installation's folder and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Starts a worker and waits until it says that it listens. */
  async startWorker(): Promise<void> {
    const child = spawn(process.execPath, [MAIN, 'worker', '--config', this.configPath], {
      cwd: this.folder,
      env: { ...this.env, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.worker = child;
    const lines = (chunk: Buffer): void => void (this.workerLog += chunk.toString());
    child.stdout.on('data', lines);
    child.stderr.on('data', lines);
    const deadline = Date.now() + 30_000;
    const before = this.workerLog.length;
    while (!/Working for/.test(this.workerLog.slice(before))) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the worker did not start:\n${this.workerLog}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** `kill -9`: no handler of the worker's gets to run. */
  async killWorker(): Promise<void> {
    await this.endWorker('SIGKILL');
  }

  async stopWorker(): Promise<void> {
    await this.endWorker('SIGTERM');
  }

  private async endWorker(signal: NodeJS.Signals): Promise<void> {
    const child = this.worker;
    this.worker = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Runs a command to its end, with this installation's configuration unless `--config` names another. */
  async run(...args: string[]): Promise<CommandResult> {
    const started = performance.now();
    const config = args.includes('--config') ? [] : ['--config', this.configPath];
    const child = spawn(process.execPath, [MAIN, ...args, ...config], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => void (result.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (result.stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { ...result, code: code ?? -1, ms: performance.now() - started };
  }

  /** Runs a command with --json and parses what it prints. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout, stderr, code } = await this.run(...args, '--json');
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`longshore ${args.join(' ')} ended with ${code} and printed no JSON:\n${stdout}\n${stderr}`);
    }
  }

  /** Files that runs have left in the staging folder. */
  stagedFiles(): string[] {
    try {
      return readdirSync(this.stagingPath, { recursive: true, encoding: 'utf8' }).filter((name) =>
        statSync(join(this.stagingPath, name)).isFile(),
      );
    } catch {
      return [];
    }
  }

  async close(): Promise<void> {
    await this.stopWorker();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
