/** No room, or no right to write, where parts are staged: the run ends with the folder and the figures, the target is as it was. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../../helpers/require-server';
import { expectError } from '../refusals';
import { NOTHING, Site, execute, fingerprint } from '../site';

jest.setTimeout(120_000);

const TABLE = 'create table goods(id int primary key, name text);';
/** Random, so that no codec makes it small. */
const FILL = `insert into goods select i, (select string_agg(md5(random()::text || i || j), '') from generate_series(1, 30) j) from generate_series(1, 12000) i; analyze;`;

const SET = '  goods: { from: prod, to: uat, partSize: 1MB, tables: [public.goods] }';

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const unmount = (folder: string): void => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' });

/** Whether this user may mount: tried with a folder of its own. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-mount-'));
  try {
    if (!mount(folder)) return false;
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function expectRefused(site: Site, code: string, says: (string | RegExp)[], next: RegExp): Promise<void> {
  await Promise.all([
    execute(site.source, TABLE + FILL),
    execute(site.target, `${TABLE} insert into goods values (1, 'old')`),
  ]);
  const before = await fingerprint(site.target);
  const outcome = await site.command('transfer', 'run', 'goods');
  expect({ code: outcome.code, status: outcome.shown?.run.status }).toEqual({ code: 1, status: 'failed' });
  const error = outcome.tableErrors['public.goods'] ?? outcome.error;
  expectError(error, { code, says: [site.installation.stagingPath, ...says], next });
  expect(await fingerprint(site.target)).toEqual(before);
  expect(await site.leftBehind()).toEqual(NOTHING);
}

describe('a run ends when its staging folder', () => {
  let site: Site | undefined;

  afterEach(() => site?.close());

  test('has less free than the configured reserve', async () => {
    site = await Site.open({ sets: SET, staging: { minFreeBytes: '900TB' } });
    await expectRefused(site, 'DISK_FULL', [/858306884\.8 MB are to stay free/], /free space/i);
  });

  test('cannot be made', async () => {
    site = await Site.open({ sets: SET }, { worker: false });
    writeFileSync(site.installation.stagingPath, 'a file where the folder should be');
    await site.installation.startWorker().catch(() => undefined);
    if (site.installation.workerLog.includes('Working for'))
      await expectRefused(site, 'STAGING_UNAVAILABLE', [], /staging\.path/);
    else expect(site.installation.workerLog).toMatch(/STAGING_UNAVAILABLE/);
  });
});

describeWith(mayMount(), 'only a user who may mount can make a small disk', 'a disk that fills up', () => {
  test('ends the run in mid-copy', async () => {
    const site = await Site.open({ sets: SET, staging: { minFreeBytes: '0' } }, { worker: false });
    mkdirSync(site.installation.stagingPath);
    mount(site.installation.stagingPath);
    try {
      await site.installation.startWorker();
      await expectRefused(site, 'DISK_FULL', [], /free space/i);
    } finally {
      await site.installation.stopWorker();
      unmount(site.installation.stagingPath);
      await site.close();
    }
  });
});
