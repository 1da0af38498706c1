/** The programs of examples/month-batch, as its README calls them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MonthSite } from './month-site';

jest.setTimeout(180_000);

const FOLDER = join(__dirname, '..', '..', '..', 'examples', 'month-batch');
const PROGRAMS = join(__dirname, '..', '..', '..', 'dist', 'examples', 'month-batch');

/** The batches of the example, into the warehouse of the test. */
const section = readFileSync(join(FOLDER, 'longshore.yaml'), 'utf8').split('monthBatches:\n')[1]?.replaceAll('to: lake', 'to: wh') ?? ''; // prettier-ignore
const templates = /monthTemplates:\n[^]*?(?=\nmonthBatches:)/.exec(readFileSync(join(FOLDER, 'longshore.yaml'), 'utf8'))?.[0] ?? ''; // prettier-ignore

let site: MonthSite;
beforeAll(async () => {
  site = await MonthSite.open({ kind: 'duckdb', batches: `${section}\n${templates}` });
  cpSync(FOLDER, join(site.site.installation.folder, 'example'), { recursive: true });
});
afterAll(() => site?.close());

async function program(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const { installation, catalog, namespace } = site.site;
  const address = process.env['LONGSHORE_TEST_TEMPORAL'] ?? '';
  const child = spawn(process.execPath, [join(PROGRAMS, `${name}.js`), ...args], {
    cwd: installation.folder,
    env: {
      ...process.env,
      LONGSHORE_TEMPORAL_ADDRESS: address,
      LONGSHORE_TEMPORAL_NAMESPACE: namespace,
      LONGSHORE_CATALOG_URL: catalog,
    },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, output };
}

const days = { '2024-01': 31, '2024-02': 29, '2024-03': 31 };

test('files are made, and months loaded while they are watched', async () => {
  expect((await program('make-files', '200')).code).toBe(0);
  const { code, output } = await program('start-and-watch', 'trades', '2024-01');
  expect([code, output]).toEqual([0, expect.stringContaining('done, 6200 rows')]);
  expect(output).toContain('ended: 1 of 1 months');
  expect(await site.count('TRADES')).toBe(31 * 200);
});

test('several batches are started, listed and waited for', async () => {
  const { code, output } = await program('background', 'trades', 'positions');
  expect([code, output]).toEqual([0, expect.stringMatching(/month\/positions\/.*: done/)]);
  expect(await site.count('TRADES')).toBe(91 * 200);
  expect(await site.count('POSITIONS')).toBe(91 * 50);
});

test('a run is cancelled, and what is left of it is loaded by resume, each row once', async () => {
  expect((await program('make-files', '20000')).code).toBe(0);
  await site.sql('SELECT 1');
  const before = await site.count('TRADES');
  expect((await program('background', '--no-wait', 'trades')).code).toBe(0);
  await site.run('run', 'pause', 'trades');
  const cancelled = await program('cancel', 'trades', 'a test');
  expect([cancelled.code, cancelled.output]).toEqual([0, expect.stringContaining('cancelled')]);
  const resumed = await program('resume', 'trades');
  expect([resumed.code, resumed.output]).toEqual([0, expect.stringContaining('left none')]);
  for (const [month, length] of Object.entries(days))
    expect([month, await site.count('TRADES', `day >= DATE '${month}-01' AND day < DATE '${month}-01' + INTERVAL 1 MONTH`)]).toEqual([month, length * 20_200]); // prettier-ignore
  expect(before).toBe(91 * 200);
});
