import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchStage, WireLoad } from '../../../connectors/connector';
import { asBytesValues } from '../../../core/columnar/allocate';
import type { ColumnMask } from '../../../core/types/mask';
import type { PartColumn } from '../../../core/types/transfer';
import { settled } from './settled';
import {
  extractAll,
  progressCounter,
  readParquet,
  sourceDatabase,
  type SourceDatabaseUnderTest,
} from './source-database';

let database: SourceDatabaseUnderTest;
beforeAll(async () => {
  database = await sourceDatabase();
  await database.change(`
    CREATE TABLE people AS SELECT i AS id, 'secret-' || i || '@example.com' AS email, (CASE WHEN i = 90 THEN 'NaN' ELSE i::text END)::numeric(9,2) AS pay FROM generate_series(1, 100) i;
    ALTER TABLE people ADD PRIMARY KEY (id);
    CREATE FUNCTION public.hidden(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'h' || length($1) $$`);
});
afterAll(() => database.close());

const SQL_MASK: ColumnMask = { rule: 'sql', sql: "hidden(email) || '!'" };

/** Writes `x` over every byte of text that passes, and notes what it was made for. */
function crossOut(column: string, made: PartColumn[][] = []): BatchStage {
  return (columns) => {
    made.push([...columns]);
    const index = columns.findIndex(({ name }) => name === column);
    return (batch) => {
      const vector = batch.columns[index];
      if (vector) asBytesValues(vector.values).data.fill(0x78);
      return batch;
    };
  };
}

async function withSnapshot<T>(run: (token: string) => Promise<T>): Promise<T> {
  const snapshot = await database.source.openSnapshot();
  try {
    return await run(snapshot.token);
  } finally {
    await snapshot.close();
  }
}

async function request(masks: Record<string, ColumnMask>, token: string, filter = {}) {
  const table = await database.describe('people');
  const plain = database.request(table, token, filter);
  const columns = plain.columns.map((column) => {
    const mask = masks[column.source];
    return mask ? { ...column, mask } : column;
  });
  return { ...plain, columns };
}

describe('a stage between the database and the file', () => {
  test('sees every batch before it is written, made anew for a part that is read again', async () => {
    const table = await database.describe('people');
    const made: PartColumn[][] = [];
    const { parts, files } = await withSnapshot((token) =>
      extractAll(database, table, token, { batchRows: 30, stage: crossOut('email', made) }),
    );
    expect(parts.map(({ rows }) => rows)).toEqual([100]);
    expect(made.map((columns) => columns.map(({ logical }) => logical.kind))).toEqual([
      ['int32', 'text', 'decimal'],
      ['int32', 'text', 'text'],
    ]);
    expect(made[1]).toEqual(parts[0]?.columns);
    const rows = await readParquet(files, "count(*) AS n, count(*) FILTER (email ~ '^x+$') AS crossed", '1');
    expect(rows).toEqual([{ n: '100', crossed: '100' }]);
  });

  test('leaves nothing behind when it fails', async () => {
    const table = await database.describe('people');
    const failing: BatchStage = () => () => Promise.reject(new Error('the stage broke'));
    const read = withSnapshot((token) => extractAll(database, table, token, { stage: failing, tag: 'broken' }));
    await expect(read).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('the stage broke') as string,
    });
    expect(readdirSync(database.folder).filter((name) => name.startsWith('broken'))).toEqual([]);
  });
});

describe('an SQL expression in place of a column', () => {
  test('is what is read, counted and shown, cast to the type of the column', async () => {
    await withSnapshot(async (token) => {
      const masked = await request({ email: SQL_MASK }, token, { where: "email LIKE 'secret-1%'", limit: 5 });
      expect(database.source.selectSql(masked)).toContain(`CAST((hidden(email) || '!') AS text)`);
      const table = await database.describe('people');
      const { files } = await extractAll(database, table, token, {
        masks: { email: SQL_MASK },
        filter: masked.filter,
      });
      expect(await readParquet(files, 'id, email', 'id')).toEqual([
        { id: '1', email: 'h20!' },
        ...['10', '11', '12', '13'].map((id) => ({ id, email: 'h21!' })),
      ]);
      const { columns } = await database.source.aggregates(masked);
      expect(columns.find(({ column }) => column === 'email')).toMatchObject({ nulls: '0', sum: '20' });
      expect(columns.find(({ column }) => column === 'id')).toMatchObject({ sum: '47' });
      const whole = await database.source.aggregates({ ...masked, filter: {} });
      expect(whole.columns.find(({ column }) => column === 'email')).toMatchObject({ sum: '400' });
    });
  });

  test('over a key does not change which rows come first', async () => {
    await database.change(
      "CREATE TABLE keyed AS SELECT i::numeric AS id, 'v' || i AS v FROM generate_series(1, 30) i; ALTER TABLE keyed ADD PRIMARY KEY (id)",
    );
    const table = await database.describe('keyed');
    const read = (masks: Record<string, ColumnMask>) =>
      withSnapshot(async (token) => {
        const { files } = await extractAll(database, table, token, { masks, filter: { limit: 3 } });
        return (await readParquet(files, 'v', 'v')).map(({ v }) => v);
      });
    expect(await read({})).toEqual(['v1', 'v2', 'v3']);
    expect(await read({ id: { rule: 'sql', sql: '-id' } })).toEqual(['v1', 'v2', 'v3']);
  });
});

describe('what is masked', () => {
  test('is not passed on as it comes', async () => {
    await withSnapshot(async (token) => {
      for (const mask of [SQL_MASK, { rule: 'hash' } as const]) {
        const masked = await request({ email: mask }, token);
        expect(database.source.wireFormat(masked.columns)).toBeUndefined();
      }
      const masked = await request({ email: { rule: 'hash' } }, token);
      const [range] = await database.source.planRanges({ ...masked, schema: await database.describe('people') }, 1e9);
      const calls: string[] = [];
      const alongside: WireLoad = {
        write: () => Promise.resolve(void calls.push('write')),
        abandon: () => void calls.push('abandon'),
        finish: () => Promise.resolve(false),
      };
      const file = join(database.folder, 'alongside.parquet');
      await database.source.extractPart(
        { ...masked, range: range!, file, codec: 'none', codecLevel: 0, batchRows: 10 },
        { progress: progressCounter(), alongside, stage: crossOut('email') },
      );
      expect([...new Set(calls)]).toEqual(['abandon']);
    });
  });

  test('has no figures of the source but the number of NULLs', async () => {
    await withSnapshot(async (token) => {
      const masked = await request({ email: { rule: 'hash' }, pay: { rule: 'noise', percent: 5 } }, token);
      const { columns } = await database.source.aggregates(masked);
      expect(columns.slice(1)).toEqual(
        ['email', 'pay'].map((column) => ({ column, nulls: '0', sum: null, min: null, max: null })),
      );
    });
  });

  test.each<[string, Record<string, ColumnMask>, object, RegExp]>([
    ['a condition', { email: { rule: 'hash' } }, { where: 'id <> 42 OR email::int > 0' }, /condition|email/],
    ['a mask', { email: { rule: 'sql', sql: '(email::int)::text' } }, {}, /email/],
  ])('is not quoted when %s cannot be worked out', async (_, masks, filter, named) => {
    const failures = await withSnapshot(async (token) => {
      const masked = await request(masks, token, filter);
      const [range] = await database.source.planRanges({ ...masked, schema: await database.describe('people') }, 1e9);
      const file = join(database.folder, 'unreadable.parquet');
      const part = { ...masked, range: range!, file, codec: 'none' as const, codecLevel: 0, batchRows: 10 };
      return Promise.all(
        [
          database.source.extractPart(part, { progress: progressCounter(), stage: crossOut('email') }),
          database.source.aggregates(masked),
          ...('where' in filter ? [database.source.countRows(masked, true)] : []),
        ].map((failing) => failing.then(() => 'no error').catch((error: unknown) => error)),
      );
    });
    for (const failure of failures) {
      expect(failure).toMatchObject({
        code: 'VALUE_NOT_REPRESENTABLE',
        message: expect.stringMatching(named) as string,
        place: { table: 'public.people' },
      });
      expect(
        `${(failure as Error).stack} ${JSON.stringify(failure)} ${String((failure as Error).cause)}`,
      ).not.toContain('secret-');
    }
  });

  test('does not keep the server from saying what is wrong with a name', async () => {
    await withSnapshot(async (token) => {
      const masked = await request({ email: { rule: 'hash' } }, token, { where: 'nowhere = 1' });
      await expect(database.source.countRows(masked, true)).rejects.toMatchObject({
        code: 'COLUMN_NOT_FOUND',
        message: expect.stringContaining('nowhere') as string,
      });
    });
  });

  test('by an expression that reads more than its row is read again after a snapshot was lost', async () => {
    const table = await database.describe('people');
    await settled(database);
    const before = await database.source.openSnapshot();
    const [range] = await database.source.planRanges({ ...database.request(table, before.token), schema: table }, 1e9);
    await before.close();
    const unchanged = (mask: ColumnMask) =>
      withSnapshot(async (token) =>
        database.source.unchangedSince(await request({ email: mask }, token), before.token, [
          { range: range!, rows: 100 },
        ]),
      );
    expect(await unchanged({ rule: 'sql', sql: 'md5(email)' })).toEqual([true]);
    expect(await unchanged({ rule: 'hash' })).toEqual([true]);
    expect(await unchanged({ rule: 'sql', sql: 'now()::text' })).toEqual([false]);
  });
});
