import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { platform } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../helpers/require-server';
import { sleep } from './drop-folder';
import { expectLoaded, expectNothingTwice, expectTidy } from './month-expect';
import { MonthChaos } from './month-rig';
import { madeMonth, type MadeMonth } from './month-rows';

jest.setTimeout(180_000);

const MONTH = '2024-01';
const MEGABYTES = 14;

let chaos: MonthChaos;
let made: MadeMonth;

beforeAll(() => {
  made = madeMonth(MONTH, MEGABYTES);
});
afterEach(() => chaos.close());

describe('a worker that is killed somewhere in the work of a DuckDB file', () => {
  test('every row is there once', async () => {
    chaos = await MonthChaos.open({ kind: 'duckdb', parallel: 2 });
    const months = Object.fromEntries(['2024-01', '2024-02', '2024-03'].map((month) => [month, madeMonth(month, MEGABYTES)])); // prettier-ignore
    for (const [month, file] of Object.entries(months)) chaos.write(month, file);
    // In COPY, and about the time of publishing.
    const releases = [await chaos.hold('state:copying', '2024-01'), await chaos.hold('state:staged', '2024-02')];
    const runId = await chaos.load();
    await chaos.reached('state:copying', '2024-01');
    await chaos.reached('state:staged', '2024-02');
    for (const release of releases) await release();
    await sleep(150);
    await chaos.installation.killWorker();
    await chaos.cutSessions();
    await chaos.installation.startWorker();
    expect(await chaos.ended(runId)).toBe('done');
    await expectLoaded(chaos, months);
    await expectNothingTwice(chaos, Object.keys(months));
  });
});

/** A file system of so many kilobytes, where this process may mount one. */
function mounted(path: string, kilobytes: number): boolean {
  try {
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function canMount(): boolean {
  if (platform() !== 'linux' || process.getuid?.() !== 0) return false;
  const path = `/tmp/longshore-mount-${process.pid}`;
  const isMounted = mounted(path, 64);
  if (isMounted) execFileSync('umount', [path]);
  return isMounted;
}

describeWith(canMount(), 'only root may mount a small file system', 'a disk that is full of parts', () => {
  let full = '';
  beforeEach(() => (full = ''));
  afterEach(() => full && void execFileSync('umount', ['-l', full]));

  test('the month fails with DISK_FULL and leaves nothing; resumed when there is room, it is loaded once', async () => {
    chaos = await MonthChaos.open({ kind: 'postgres', staging: { minFreeBytes: '0MB' } });
    chaos.write(MONTH, made);
    full = join(chaos.installation.stagingPath, 'stages');
    expect(mounted(full, 2000)).toBe(true);
    const runId = await chaos.load();
    expect(await chaos.ended(runId)).toBe('failed');
    expect((await chaos.files()).map(({ state, error }) => [state, error?.code])).toEqual([['failed', 'DISK_FULL']]);
    expect(await chaos.value('SELECT count(*) AS n FROM trades')).toBe('0');
    await expectTidy(chaos);
    execFileSync('mount', ['-o', 'remount,size=100m', full]);
    expect(await chaos.ended(await chaos.resume())).toBe('done');
    await expectLoaded(chaos, { [MONTH]: made });
  });
});
