import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { APPEND, DropChaos, eventually, sleep } from './drop-folder';
import { rows } from './shop';

/** Ten thousand by hand: LONGSHORE_TEST_DROP_FILES=10000. */
const FILES = Number(process.env.LONGSHORE_TEST_DROP_FILES ?? 600);
const TABLES = 20;

jest.setTimeout(120_000 + FILES * 300);

interface Loaded {
  n: number;
  total: number;
  different: number;
}

/** Resident memory of the worker, in bytes. */
function memoryOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

describe('very many files at once', () => {
  let chaos: DropChaos;
  afterEach(() => chaos.close());

  test('are each loaded once, over a kill of the worker and over runs of the watching workflow', async () => {
    chaos = await DropChaos.open({ scan: 'maxFiles: 200000' });
    await chaos.watch();
    // Beside the folder, and then all of them within a moment.
    const aside = `${chaos.root}-aside`;
    mkdirSync(aside);
    for (let file = 0; file < FILES; file += 1) {
      const ids = [0, 1, 2].map((row) => file * 3 + row);
      const name = `many${file % TABLES} (${Math.floor(file / TABLES) + 1}).csv`;
      writeFileSync(`${aside}/${name}`, `id,file\n${ids.map((id) => `${id},${file}\n`).join('')}`);
    }
    const started = performance.now();
    for (let file = 0; file < FILES; file += 1) {
      const name = `many${file % TABLES} (${Math.floor(file / TABLES) + 1}).csv`;
      renameSync(`${aside}/${name}`, chaos.path(`${APPEND}/${name}`));
    }
    const ended = async (): Promise<number> => {
      const [found] = await rows<{ n: number }>(
        chaos.catalog,
        `select count(*)::int as n from longshore.drop_files where state not in ('watching', 'ready', 'processing')`,
      );
      return found?.n ?? 0;
    };
    await eventually('a third of them is loaded', async () => (await ended()) > FILES / 3, FILES * 200, 100);
    await chaos.installation.killWorker();
    await chaos.installation.startWorker();
    let memory = 0;
    await eventually(
      () => `all of them end:\n${chaos.installation.workerLog.slice(-4000)}`,
      async () => {
        memory = Math.max(memory, memoryOf(chaos.installation.workerPid ?? 0));
        await sleep(400);
        return (await ended()) >= FILES;
      },
      60_000 + FILES * 200,
      100,
    );
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${FILES} files in ${seconds.toFixed(1)} s: ${(FILES / seconds).toFixed(1)} files/s, with a kill of the worker and its restart; memory of the worker at most ${Math.round(memory / 1e6)} MB`,
    );
    const tables = Array.from({ length: TABLES }, (_, table) => `select id, file from ref.many${table}`);
    const [loaded] = await chaos.sql<Loaded>(
      `select count(*)::int as n, sum(id)::int as total, count(distinct id)::int as different from (${tables.join(' union all ')}) t`,
    );
    const count = FILES * 3;
    expect(loaded).toEqual({ n: count, total: (count * (count - 1)) / 2, different: count });
    const states = await rows(
      chaos.catalog,
      'select state, count(*)::int as n, sum(rows)::int as rows from longshore.drop_files group by 1',
    );
    expect(states).toEqual([{ state: 'loaded', n: FILES, rows: count }]);
    expect(await chaos.sql(`select status, count(*)::int as n from ref."File_Monitor_Tracking" group by 1`)).toEqual([
      { status: 'completed', n: FILES },
    ]);
    await chaos.expectTidy();
  });
});
