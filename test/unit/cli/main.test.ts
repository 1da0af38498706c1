import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The program as it is: its own process, its own exit code. Sources are compiled as they are loaded. */
const MAIN = join(__dirname, '../../../cli/main.ts');
const HOOK = join(__dirname, 'swc-hook.cjs');
let folder: string;

function longshore(args: string[], env: Record<string, string> = {}, input = '') {
  const { PATH } = process.env;
  const result = spawnSync(process.execPath, ['--require', HOOK, MAIN, ...args], {
    cwd: folder,
    env: { PATH, ...env },
    encoding: 'utf8',
    input,
    timeout: 60_000,
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-cli-'));
  writeFileSync(join(folder, 'bad.yaml'), 'version: 1\nenvironments:\n  prod: { kind: postgres, hots: here }\n');
  writeFileSync(
    join(folder, 'good.yaml'),
    'version: 1\nenvironments:\n  prod: { kind: postgres, host: h, database: d, user: u, password: "${env:P}", readOnly: true }\n  uat: { kind: duckdb, path: uat.db }\ntransferSets:\n  daily: { from: prod, to: uat, tables: ["public.*"] }\n',
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('longshore', () => {
  it('ends with 2 and a suggestion for a command that does not exist', () => {
    const { code, out, err } = longshore(['transfre', 'list']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain("USAGE Unknown command 'transfre'.");
    expect(err).toContain('Did you mean transfer?');
  });

  it('ends with 2 and the place for a mistake in the configuration', () => {
    const { code, out } = longshore(['config', 'check', '--config', 'bad.yaml', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'CONFIG_INVALID', place: { line: 3 }, message: expect.stringContaining('hots') },
    });
  });

  it('ends with 2 when the file that was asked for is not there', () => {
    expect(longshore(['run', 'list', '--config', 'none.yaml'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('CONFIG_NOT_FOUND'),
    });
  });

  it('takes a configuration from standard input into a file, and asks nobody who is not there', () => {
    const input = 'version: 1\nenvironments:\n  lake: { kind: duckdb, path: lake.db } # shared\n';
    const line = ['config', 'import', '-', '--into', 'made.yaml', '--no-register'];
    expect(longshore(line, {}, input)).toMatchObject({ code: 0, out: 'made.yaml is written.\n' });
    const more = input.replace('lake:', 'pond:');
    const refused = longshore(line, {}, more);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Look at the changes with --dry-run')]);
    expect(longshore([...line, '--yes'], {}, more).code).toBe(0);
    expect(readFileSync(join(folder, 'made.yaml'), 'utf8')).toContain('pond: { kind: duckdb, path: lake.db } # shared');
  });

  it('lists the sets of a configuration without any server', () => {
    const { code, out } = longshore(['transfer', 'list', '--config', 'good.yaml', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ name: 'daily', from: 'prod', to: 'uat', entries: 1 }]);
  });

  it('says where it looked when nothing says where the catalog is', () => {
    const { code, err } = longshore(['run', 'list', '--config', 'good.yaml']);
    expect(code).toBe(1);
    expect(err).toContain('CATALOG_UNAVAILABLE');
    expect(err).toContain('longshore up');
  });

  it('gives up within seconds when Temporal is away, without naming a password', () => {
    const started = Date.now();
    const { code, err } = longshore(['run', 'list'], {
      LONGSHORE_TEMPORAL_ADDRESS: '127.0.0.1:1',
      LONGSHORE_CATALOG_URL: 'postgresql://u:s3cret-word@127.0.0.1:1/x',
    });
    expect(code).toBe(1);
    expect(err).toContain('TEMPORAL_UNAVAILABLE The Temporal server at 127.0.0.1:1 does not answer');
    expect(err).not.toContain('s3cret-word');
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  it('takes it quietly when its reader goes away', async () => {
    const child = spawn(process.execPath, ['--require', HOOK, MAIN, 'config', 'schema'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, err]).toEqual([0, '']);
  });
});
