import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, findTemporalCli } from '../../../dev/temporal-cli';

describe('finding the Temporal CLI', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longshore-test-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A program that answers `--version` like the CLI, or like something else of that name. */
  function program(path: string, says = 'temporal version 1.5.1 (Server 1.29.1)'): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
    chmodSync(path, 0o755);
    return path;
  }
  const environment = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: join(folder, 'path'),
    LONGSHORE_CACHE: join(folder, 'cache'),
    ...extra,
  });
  const fails = (why: string) => () => Promise.reject(new Error(why));

  it('prefers the one that LONGSHORE_TEMPORAL_CLI names to the one on PATH', async () => {
    const named = program(join(folder, 'named'));
    program(join(folder, 'path', 'temporal'));
    await expect(findTemporalCli({ env: environment({ LONGSHORE_TEMPORAL_CLI: named }) })).resolves.toBe(named);
  });

  it('refuses a LONGSHORE_TEMPORAL_CLI that is not the CLI, rather than using another', async () => {
    program(join(folder, 'path', 'temporal'));
    const named = program(join(folder, 'named'), 'something else');
    await expect(findTemporalCli({ env: environment({ LONGSHORE_TEMPORAL_CLI: named }) })).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringContaining(named) as string,
    });
  });

  it('takes the one on PATH before the cache, unless it is another program of that name', async () => {
    const kept = program(join(folder, 'cache', 'temporal-v1.5.1', 'temporal'));
    const found = program(join(folder, 'path', 'temporal'));
    await expect(findTemporalCli({ env: environment() })).resolves.toBe(found);
    program(found, 'temporal calculus 0.1');
    await expect(findTemporalCli({ env: environment() })).resolves.toBe(kept);
  });

  it('downloads, and builds only when the download fails', async () => {
    const steps: string[] = [];
    const download = () => (steps.push('download'), Promise.reject(new Error('no internet')));
    const build = (cache: string) => {
      steps.push('build');
      program(join(cache, 'temporal-v1.5.1', 'temporal'));
      return Promise.resolve();
    };
    const expected = join(folder, 'cache', 'temporal-v1.5.1', 'temporal');
    await expect(findTemporalCli({ env: environment(), ways: { download, build } })).resolves.toBe(expected);
    await expect(findTemporalCli({ env: environment(), ways: { download, build } })).resolves.toBe(expected);
    expect(steps).toEqual(['download', 'build']);
  });

  it('uses what the SDK downloaded', async () => {
    const download = (cache: string) => (
      program(join(cache, 'temporal-sdk', 'temporal-sdk-typescript-1.24.0')),
      Promise.resolve()
    );
    const path = await findTemporalCli({ env: environment(), ways: { download, build: fails('must not be asked') } });
    expect(path).toContain('temporal-sdk-typescript');
  });

  it('names everything it tried, and what to do, when nothing works', async () => {
    const search = findTemporalCli({
      env: environment(),
      ways: { download: fails('proxy says no'), build: fails('Go is not installed') },
    });
    await expect(search).rejects.toMatchObject({
      code: 'TEMPORAL_UNAVAILABLE',
      message: expect.stringMatching(/PATH.*proxy says no.*Go is not installed/) as string,
      next: expect.stringContaining('LONGSHORE_TEMPORAL_CLI') as string,
    });
  });

  it('caches where LONGSHORE_CACHE, XDG_CACHE_HOME or the home folder say', () => {
    expect(cacheFolder({ LONGSHORE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'longshore'));
    expect(cacheFolder({ HOME: '/c' })).toBe(join('/c', '.cache', 'longshore'));
  });
});
