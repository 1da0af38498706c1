import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Warehouse } from '../../../connectors/warehouse';
import { describeSnowflake, startSnowflake, type TestSnowflake } from '../../helpers/snowflake-server';
import { folder, open, part } from './fixture';

describeSnowflake('the stage of Snowflake', () => {
  let server: TestSnowflake;
  let warehouse: Warehouse;

  beforeAll(async () => {
    server = await startSnowflake();
    warehouse = await open(server);
  }, 400_000);

  beforeEach(async () => {
    await server.wish({ reset: true });
  });

  afterAll(async () => {
    await warehouse.close();
    await server.close();
  });

  it('takes a part once, under its prefix, with its bytes as they are', async () => {
    const file = part('part-00000.tsv.zst', ['a\tb', 'c\td']);
    const progress = new BigInt64Array(new SharedArrayBuffer(16));
    expect(await warehouse.stage.put(file, 'trades/load-1/part-00000.tsv.zst', { progress })).toBe(true);
    expect(await warehouse.stage.put(file, 'trades/load-1/part-00000.tsv.zst', { progress })).toBe(false);
    const { size } = statSync(file);
    expect(await warehouse.stage.list('trades/load-1/')).toEqual([
      { name: 'trades/load-1/part-00000.tsv.zst', bytes: size },
    ]);
    expect(progress[1]).toBe(BigInt(size * 2));
    expect((await server.seen()).counts.PUT).toBe(1);
  });

  it('replaces a part that has another size, and calls a file as it is told', async () => {
    await warehouse.stage.put(part('short.tsv.gz', ['a'], 'gzip'), 'other/part-1.tsv.gz', {});
    const longer = part(
      'long.tsv.gz',
      Array.from({ length: 500 }, (_, row) => `row ${row * 7919}`),
      'gzip',
    );
    expect(await warehouse.stage.put(longer, 'other/part-1.tsv.gz', {})).toBe(true);
    expect(await warehouse.stage.list('other/')).toEqual([
      { name: 'other/part-1.tsv.gz', bytes: readFileSync(longer).length },
    ]);
  });

  it.each([false, true])(
    'lists and removes what lies below a prefix, and nothing else (paths refused: %s)',
    async (refused) => {
      const own = await open(server, {}, { stageName: `stage_${String(refused)}` });
      await server.wish({ refuse_list_paths: refused });
      for (const name of ['t/load-1/part-0.tsv.zst', 't/load-1/part-1.tsv.zst', 't/load-12/part-0.tsv.zst'])
        await own.stage.put(part('part.tsv.zst', [name]), name, {});
      expect((await own.stage.list('')).map(({ name }) => name)).toHaveLength(3);
      expect((await own.stage.list('t/load-1/')).map(({ name }) => name)).toEqual([
        't/load-1/part-0.tsv.zst',
        't/load-1/part-1.tsv.zst',
      ]);
      expect(await own.stage.remove('t/load-1/')).toBe(2);
      expect(await own.stage.remove('t/load-1/')).toBe(0);
      expect((await own.stage.list('')).map(({ name }) => name)).toEqual(['t/load-12/part-0.tsv.zst']);
      await own.close();
    },
  );

  it('says which part could not be uploaded', async () => {
    const missing = join(folder, 'never.tsv.zst');
    await expect(warehouse.stage.put(missing, 'x/never.tsv.zst', {})).rejects.toThrow(/never/);
  });
});
