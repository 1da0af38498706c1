/** What every warehouse must do, whatever database it is; each kind runs it on a real one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { CopyRequest, LoadMark, Warehouse } from '../../../connectors/warehouse';
import { warehouseConnectorFor } from '../../../connectors/warehouse-registry';
import type { ErrorCode } from '../../../core/errors/catalogue';
import { LongshoreError } from '../../../core/errors/longshore-error';
import type { MonthFormat } from '../../../core/types/month';
import { dialectOf } from '../../../core/warehouse/dialect';
import { publishStatements } from '../../../core/warehouse/publish';
import type { EnvironmentConfig } from '../../../schemas/environment';

export interface SuiteDatabase {
  environment: EnvironmentConfig;
  /** Runs SQL without any of our code and answers the rows of the last statement as text. */
  sql(text: string): Promise<(string | null)[][]>;
  drop(): Promise<void>;
}

export const TSV: MonthFormat = {
  delimiter: '\t',
  quote: '',
  encoding: 'utf-8',
  headerLines: 1,
  nullTexts: ['\\N'],
};

export const CSV: MonthFormat = { ...TSV, delimiter: ',', quote: '"', nullTexts: ['NULL'] };

export const mark = (id: string, more: Partial<LoadMark> = {}): LoadMark => ({
  id,
  kind: 'load',
  batch: 'sales',
  table: 'trades',
  month: '2024-01',
  rows: 3,
  by: 'anna',
  ...more,
});

/** The code that a promise fails with, and the error. */
export async function failure(work: Promise<unknown>): Promise<LongshoreError> {
  const error: unknown = await work.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  if (error instanceof LongshoreError) return error;
  throw error;
}

export class Fixture {
  private constructor(
    readonly database: SuiteDatabase,
    readonly folder: string,
    readonly warehouse: Warehouse,
  ) {}

  static async open(database: SuiteDatabase): Promise<Fixture> {
    const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
    return new Fixture(database, folder, await Fixture.connect(database, folder));
  }

  private static async connect(
    { environment }: SuiteDatabase,
    folder: string,
    more: Partial<Pick<EnvironmentConfig, 'readOnly' | 'protectedTables'>> = {},
  ): Promise<Warehouse> {
    return warehouseConnectorFor(environment.kind).open(
      { ...environment, ...more },
      {
        environment: 'lake',
        options: {
          applicationName: 'longshore test',
          stageName: 'LONGSHORE_STAGE',
          stageFolder: join(folder, 'stage'),
          ledgerTable: 'LONGSHORE_LEDGER',
          pollMs: 100,
          tempDirectory: join(folder, 'work'),
        },
      },
    );
  }

  /** A second connection to the same database. */
  async another(more: Parameters<typeof Fixture.connect>[2] = {}): Promise<Warehouse> {
    return Fixture.connect(this.database, this.folder, more);
  }

  async close(): Promise<void> {
    await this.warehouse.close();
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Puts texts into the stage as parts of a load. */
  async request(
    loadId: string,
    table: string,
    columns: string[],
    texts: string[],
    options: { format?: MonthFormat; compression?: 'zstd' | 'gzip'; rows?: number[] } = {},
  ): Promise<CopyRequest> {
    const { format = TSV, compression = 'zstd' } = options;
    const prefix = `${table}/${loadId}/`;
    const parts: CopyRequest['parts'] = [];
    for (const [index, text] of texts.entries()) {
      const name = `part-${index}.${compression === 'zstd' ? 'zst' : 'gz'}`;
      const packed = compression === 'zstd' ? zstdCompressSync(text) : gzipSync(text);
      const file = join(this.folder, `${loadId}-${name}`);
      await writeFile(file, packed);
      await this.warehouse.stage.put(file, `${prefix}${name}`, {});
      parts.push({ name, rows: options.rows?.[index] ?? text.split('\n').length - 1, bytes: packed.length });
    }
    const described = await this.warehouse.describe(table);
    if (!described) throw new Error(`no table ${table}`);
    return { loadId, table: described, columns, prefix, parts, format, compression };
  }

  /** Copies and publishes, as a load does. */
  async load(request: CopyRequest, by: LoadMark): Promise<number[] | undefined> {
    const { warehouse } = this;
    await warehouse.copy(request, { onSubmitted: () => Promise.resolve() });
    const staging = warehouse.stagingTable(request.loadId, request.table);
    const { table, columns, format } = request;
    return warehouse.transaction(
      publishStatements(warehouse.kind, { table, sources: [{ staging, columns }], format }),
      by,
    );
  }

  async staged(request: CopyRequest): Promise<number> {
    const { kind, stagingTable } = this.warehouse;
    const staging = dialectOf(kind).table(stagingTable(request.loadId, request.table));
    const [row] = await this.warehouse.query({ sql: `SELECT count(*) FROM ${staging}` });
    return Number(row?.[0]);
  }
}

const CREATE = `CREATE TABLE trades (day date NOT NULL, id bigint, price decimal(10,2), qty integer, note varchar(20), moment timestamp, ok boolean, ratio double precision)`;
const COLUMNS = ['day', 'id', 'price', 'qty', 'note', 'moment', 'ok', 'ratio'];
const TRADES = `SELECT day, id, price, qty, note, moment, ok, ratio FROM trades ORDER BY id`;
const row = (...fields: string[]): string => `${fields.join('\t')}\n`;
const good = (id: number): string =>
  row('20240102', String(id), '1.50', '7', 'a "b" \\c', '2024-01-02 03:04:05.5', 'yes', '0.25');

export function warehouseSuite(name: string, create: () => Promise<SuiteDatabase>): void {
  describe(`${name} as a warehouse`, () => {
    let fixture: Fixture;
    let warehouse: Warehouse;
    const control = { onSubmitted: () => Promise.resolve() };

    beforeAll(async () => {
      fixture = await Fixture.open(await create());
      ({ warehouse } = fixture);
    });
    afterAll(async () => fixture.close());
    beforeEach(async () => {
      await fixture.database.sql(`DROP TABLE IF EXISTS trades; ${CREATE}`);
    });

    const refused = async (loadId: string, text: string, code: ErrorCode, options = {}): Promise<LongshoreError> => {
      const request = await fixture.request(loadId, 'trades', COLUMNS, [good(1), good(2) + text], options);
      const error = await failure(fixture.load(request, mark(loadId)));
      expect(error).toMatchObject({ code });
      expect(await fixture.database.sql('SELECT count(*) FROM trades')).toEqual([['0']]);
      expect(await warehouse.findMark(loadId)).toBeUndefined();
      return error;
    };

    it('says who and what it is', async () => {
      const { product, version, user, database } = await warehouse.ping();
      expect([product, version, user, database].every((text) => text.length > 0)).toBe(true);
      expect(await warehouse.compute()).toEqual({});
    });

    it.each(['zstd', 'gzip'] as const)(
      'copies and publishes every value of %s parts as it stands',
      async (compression) => {
        const id = `good-${compression}`;
        const texts = [
          good(1) + row('2024-01-31', '2', '-0.01', '', '\\N', '2024-01-31', '0', '-1e-300'),
          row(
            '2024-01-01',
            '9223372036854775807',
            '99999999.99',
            '-2147483648',
            `x\\ty 'é😀`,
            '2024-01-01T00:00:00.000001',
            'f',
            '1e308',
          ),
        ];
        const request = await fixture.request(id, 'trades', COLUMNS, texts, { compression });
        const ids: string[] = [];
        const progress = new BigInt64Array(2);
        const copied = await warehouse.copy(request, {
          progress,
          onSubmitted: (statement) => {
            ids.push(statement);
            return Promise.resolve();
          },
        });
        expect(copied).toMatchObject({ rowsLoaded: 3, rowsParsed: 3, rowsStaged: 3, files: 2, statementId: ids[0] });
        expect(progress[0]).toBe(3n);
        expect(await fixture.load(request, mark(id))).toEqual([3]);
        const rows = await fixture.database.sql(
          `SELECT CAST(day AS varchar), CAST(id AS varchar), CAST(price AS varchar), CAST(qty AS varchar), note, CAST(moment AS varchar), CAST(ok AS varchar) FROM trades ORDER BY id`,
        );
        expect(rows).toEqual([
          ['2024-01-02', '1', '1.50', '7', 'a "b" \\c', '2024-01-02 03:04:05.5', 'true'],
          ['2024-01-31', '2', '-0.01', null, null, '2024-01-31 00:00:00', 'false'],
          [
            '2024-01-01',
            '9223372036854775807',
            '99999999.99',
            '-2147483648',
            `x\\ty 'é😀`,
            '2024-01-01 00:00:00.000001',
            'false',
          ],
        ]);
        expect(await fixture.database.sql(`SELECT count(*) FROM trades WHERE ratio IN (0.25, -1e-300, 1e308)`)).toEqual(
          [['3']],
        );
        await warehouse.dropStaging(id, request.table);
        await warehouse.dropStaging(id, request.table);
        expect((await failure(fixture.staged(request))).code).toBe('TABLE_NOT_FOUND');
      },
    );

    it('reads quoted fields, and tells a quoted empty text from a missing one', async () => {
      await fixture.database.sql(
        'DROP TABLE IF EXISTS texts; CREATE TABLE texts (id integer, a varchar(100), b varchar(100))',
      );
      const text = '1,"a,""b""\r\nc\nd","x\\y"\r\n2,"",\n3,NULL,"NULL"\n4,5" pipe,x"y"z\n5,"\\N",\\.\n';
      const request = await fixture.request('quoted', 'texts', ['id', 'a', 'b'], [text], { format: CSV, rows: [5] });
      expect(await fixture.load(request, mark('quoted'))).toEqual([5]);
      expect(await fixture.database.sql('SELECT a, b FROM texts ORDER BY id')).toEqual([
        ['a,"b"\r\nc\nd', 'x\\y'],
        ['', null],
        [null, 'NULL'],
        ['5" pipe', 'x"y"z'],
        ['\\N', '\\.'],
      ]);
    });

    it.each([
      ['text behind a closing mark', '1,"a"b,c\n'],
      ['a quotation without an end', '1,"a,b\n'],
    ])('refuses %s', async (_title, text) => {
      await fixture.database.sql(
        'DROP TABLE IF EXISTS texts; CREATE TABLE texts (id integer, a varchar(100), b varchar(100))',
      );
      const request = await fixture.request('broken', 'texts', ['id', 'a', 'b'], ['0,"x","y"\n', text], {
        format: CSV,
      });
      const error = await failure(warehouse.copy(request, control));
      expect(error).toMatchObject({ code: 'COPY_FAILED', place: { part: 1 } });
      expect(error.place.key).toBe('row 1 of part-1.zst');
    });

    it('reads files whose line ends are mixed', async () => {
      await fixture.database.sql(
        'DROP TABLE IF EXISTS texts; CREATE TABLE texts (id integer, a varchar(100), b varchar(100))',
      );
      const columns = ['id', 'a', 'b'];
      const plain = await fixture.request('mixed', 'texts', columns, ['1\ta\tb\r\n2\t\\N\t\\N\r\n3\ta\tb\n\n'], {
        rows: [3],
      });
      expect(await fixture.load(plain, mark('mixed'))).toEqual([3]);
      const quoted = await fixture.request('mixedq', 'texts', columns, ['4,"a\nb",b\r\n5,NULL,NULL\r\n6,"a",b\n\r\n'], {
        rows: [3],
        format: CSV,
      });
      expect(await fixture.load(quoted, mark('mixedq'))).toEqual([3]);
      expect(await fixture.database.sql('SELECT a, b FROM texts ORDER BY id')).toEqual([
        ['a', 'b'],
        [null, null],
        ['a', 'b'],
        ['a\nb', 'b'],
        [null, null],
        ['a', 'b'],
      ]);
    });

    it('reads dates and times as the format of the file says', async () => {
      await fixture.database.sql('DROP TABLE IF EXISTS days; CREATE TABLE days (d date, t timestamp)');
      const format = { ...TSV, dateFormat: 'DD-MON-YYYY', timestampFormat: 'DD.MM.YYYY HH24:MI:SS' };
      const text = row('05-FEB-2024', '06.07.2024 08:09:10') + row('29-feb-2024', '06.07.2024 08:09:10.25');
      const request = await fixture.request('dates', 'days', ['d', 't'], [text], { format });
      expect(await fixture.load(request, mark('dates'))).toEqual([2]);
      expect(await fixture.database.sql('SELECT CAST(d AS varchar), CAST(t AS varchar) FROM days ORDER BY d')).toEqual([
        ['2024-02-05', '2024-07-06 08:09:10'],
        ['2024-02-29', '2024-07-06 08:09:10.25'],
      ]);
      const wrong = await fixture.request('dates2', 'days', ['d', 't'], [row('30-FEB-2024', '')], { format });
      expect(await failure(fixture.load(wrong, mark('dates2')))).toMatchObject({
        code: 'VALUE_NOT_REPRESENTABLE',
        place: { column: 'd' },
      });
    });

    it.each([
      ['text in a number', ['20240102', '3', '1', 'seven', '', '', '', ''], 'qty', 'seven'],
      ['a fraction in an integer', ['20240102', '3', '1', '1.5', '', '', '', ''], 'qty', '1.5'],
      ['more decimals than the column has', ['20240102', '3', '1.239', '1', '', '', '', ''], 'price', '1.239'],
      ['more digits than the column has', ['20240102', '3', '123456789.00', '1', '', '', '', ''], 'price', ''],
      ['a day that is none', ['20240230', '3', '1', '1', '', '', '', ''], 'day', '20240230'],
      [
        'a time finer than the column',
        ['20240102', '3', '1', '1', '', '2024-01-02 00:00:00.1234567', '', ''],
        'moment',
        '.1234567',
      ],
      [
        'an instant with a zone in a column without',
        ['20240102', '3', '1', '1', '', '2024-01-02 00:00:00+02', '', ''],
        'moment',
        '+02',
      ],
      [
        'a number beyond the range',
        ['20240102', '9223372036854775808', '1', '1', '', '', '', ''],
        'id',
        '9223372036854775808',
      ],
    ])('refuses %s, and says which column and value', async (title, fields, column, value) => {
      const error = await refused(`bad-${title}`.replaceAll(' ', '-'), row(...fields), 'VALUE_NOT_REPRESENTABLE');
      expect(error.place).toMatchObject({ column });
      expect(error.message).toContain(value);
    });

    it('refuses rows with too few or too many fields, and says where', async () => {
      const few = await refused('few', '20240102\t4\n', 'COPY_FAILED');
      expect(few.place).toMatchObject({ part: 1 });
      expect(few.place.key).toMatch(/2 of part-1/);
      await refused('many', `${good(3).slice(0, -1)}\tmore\n`, 'COPY_FAILED');
    });

    it('refuses a NULL where the column takes none', async () => {
      await refused('null', row('', '3', '1', '1', '', '', '', ''), 'NULL_IN_NOT_NULL');
    });

    it('refuses bytes that are no UTF-8', async () => {
      const request = await fixture.request('latin', 'trades', COLUMNS, [good(1)]);
      const packed = zstdCompressSync(Buffer.from(good(2).replace('a "b"', 'caf\u00e9'), 'latin1'));
      const file = join(fixture.folder, 'latin');
      await writeFile(file, packed);
      await warehouse.stage.put(file, `${request.prefix}latin`, {});
      const parts = [...request.parts, { name: 'latin', rows: 1, bytes: packed.length }];
      const error = await failure(warehouse.copy({ ...request, parts }, control));
      expect(['COPY_FAILED', 'VALUE_NOT_REPRESENTABLE']).toContain(error.code);
      expect(error.place).toMatchObject({ part: 1 });
    });

    it('does not take other rows for the ones that were packed', async () => {
      const request = await fixture.request('count', 'trades', COLUMNS, [good(1) + good(2)], { rows: [3] });
      expect(await failure(warehouse.copy(request, control))).toMatchObject({ code: 'COPY_FAILED' });
    });

    it('wants every part in the stage as it was put there', async () => {
      const request = await fixture.request('gone', 'trades', COLUMNS, [good(1), good(2)]);
      await warehouse.stage.remove(`${request.prefix}part-1`);
      expect(await failure(warehouse.copy(request, control))).toMatchObject({ code: 'STAGE_INCOMPLETE' });
    });

    it('stages a load once, however often it is copied', async () => {
      const request = await fixture.request('twice', 'trades', COLUMNS, [good(1), good(2)]);
      await warehouse.copy(request, control);
      const other = await fixture.another();
      try {
        expect(await other.copy(request, { ...control, known: 'from-a-process-that-is-gone' })).toMatchObject({
          rowsStaged: 2,
        });
      } finally {
        await other.close();
      }
      expect(await fixture.staged(request)).toBe(2);
    });

    it('goes on after a copy that failed', async () => {
      const request = await fixture.request('again', 'trades', COLUMNS, [good(1), good(2)]);
      const hidden = {
        ...request,
        parts: request.parts.map((part) => ({ ...part, rows: part.name === 'part-1.zst' ? 2 : 1 })),
      };
      expect(await failure(warehouse.copy(hidden, control))).toMatchObject({ code: 'COPY_FAILED' });
      expect(await warehouse.copy(request, control)).toMatchObject({ rowsStaged: 2 });
    });

    it('stops copying when it is told to, and can be asked again', async () => {
      const many = Array.from({ length: 200_000 }, (_unused, index) => good(index)).join('');
      const request = await fixture.request('abort', 'trades', COLUMNS, [many, many, many]);
      const abort = new AbortController();
      const started = performance.now();
      const copying = warehouse.copy(request, {
        signal: abort.signal,
        onSubmitted: () => {
          setTimeout(() => abort.abort(), 50);
          return Promise.resolve();
        },
      });
      expect(await failure(copying)).toMatchObject({ code: 'CANCELLED' });
      expect(performance.now() - started).toBeLessThan(5_000);
      expect(await warehouse.copy(request, control)).toMatchObject({ rowsStaged: 600_000 });
      await warehouse.dropStaging('abort', request.table);
    });

    it('is stopped by the id of the statement, too', async () => {
      const many = Array.from({ length: 300_000 }, (_unused, index) => good(index)).join('');
      const request = await fixture.request('cancel', 'trades', COLUMNS, [many]);
      const copying = warehouse.copy(request, {
        onSubmitted: (id) => {
          setTimeout(() => void warehouse.cancel(id), 50);
          return Promise.resolve();
        },
      });
      expect(await failure(copying)).toMatchObject({ code: 'CANCELLED' });
      await warehouse.dropStaging('cancel', request.table);
    });

    it('runs statements with a mark once, whoever asks', async () => {
      const { table } = dialectOf(warehouse.kind);
      const trades = table((await warehouse.describe('trades'))!.ref);
      const insert = { sql: `INSERT INTO ${trades} (day, id) VALUES ('2024-01-01', 1), ('2024-01-02', 2)` };
      const remove = { sql: `DELETE FROM ${trades} WHERE id = 1` };
      const wanted = mark('once', { kind: 'delete', rows: 1, reason: `it's wrong`, files: 'a, b' });
      expect(await warehouse.transaction([insert, remove], wanted)).toEqual([2, 1]);
      const other = await fixture.another();
      try {
        expect(await other.transaction([insert], wanted)).toBeUndefined();
        expect(await other.findMark('once')).toEqual(wanted);
      } finally {
        await other.close();
      }
      expect(await warehouse.findMark('never')).toBeUndefined();
      expect(await fixture.database.sql(TRADES)).toHaveLength(1);
    });

    it('undoes everything when a statement fails or the counts are refused', async () => {
      const trades = dialectOf(warehouse.kind).table((await warehouse.describe('trades'))!.ref);
      const insert = { sql: `INSERT INTO ${trades} (day, id) VALUES ('2024-01-01', 1)` };
      const changed = new LongshoreError('COUNT_CHANGED', 'not as expected');
      const verify = (rows: number[]): void => {
        expect(rows).toEqual([1, 1]);
        throw changed;
      };
      expect(await failure(warehouse.transaction([insert, insert], mark('undo'), { verify }))).toMatchObject({
        code: 'COUNT_CHANGED',
      });
      const none = { sql: `INSERT INTO ${trades} (day, id) VALUES (NULL, 1)` };
      expect(await failure(warehouse.transaction([insert, none], mark('undo')))).toMatchObject({
        code: 'NULL_IN_NOT_NULL',
      });
      expect(await fixture.database.sql(TRADES)).toEqual([]);
      expect(await warehouse.findMark('undo')).toBeUndefined();
    });

    it('answers queries as text, as many rows as are wanted, and lets none of them write', async () => {
      const trades = dialectOf(warehouse.kind).table((await warehouse.describe('trades'))!.ref);
      await fixture.database.sql(
        `INSERT INTO trades (day, id, note) VALUES ('2024-01-01', 1, NULL), ('2024-01-02', 2, 'x')`,
      );
      const sql = `SELECT id, note, day FROM ${trades} ORDER BY id DESC`;
      expect(await warehouse.query({ sql })).toEqual([
        ['2', 'x', '2024-01-02'],
        ['1', null, '2024-01-01'],
      ]);
      expect(await warehouse.query({ sql }, { maxRows: 1 })).toEqual([['2', 'x', '2024-01-02']]);
      const placeholder = warehouse.kind === 'postgres' ? '$1' : '?';
      expect(
        await warehouse.query({ sql: `SELECT note FROM ${trades} WHERE id = ${placeholder}`, binds: [2] }),
      ).toEqual([['x']]);
      for (const write of [
        `DELETE FROM ${trades}`,
        `INSERT INTO ${trades} (day) VALUES ('2024-01-01')`,
        `CREATE TABLE other (a integer)`,
        `SELECT 1; COMMIT; DELETE FROM ${trades}`,
      ])
        await expect(warehouse.query({ sql: write })).rejects.toThrow();
      expect(await fixture.database.sql(TRADES)).toHaveLength(2);
    });

    it('stops a query when it is told to', async () => {
      const abort = new AbortController();
      const from = warehouse.kind === 'postgres' ? 'generate_series(1, 20000000)' : 'range(20000000)';
      const slow = warehouse.query(
        { sql: `SELECT count(*) FROM ${from} a(x), ${from} b(y) WHERE a.x + b.y = 7` },
        { signal: abort.signal },
      );
      setTimeout(() => abort.abort(), 100);
      expect(await failure(slow)).toMatchObject({ code: 'CANCELLED' });
    });

    it('finds tables by their names, letter case aside', async () => {
      expect((await warehouse.describe('TRADES'))?.ref).toEqual((await warehouse.describe('trades'))?.ref);
      expect(await warehouse.describe('nothing')).toBeUndefined();
      const described = await warehouse.describe('trades');
      expect(described?.columns.map(({ name, type, nullable }) => [name, type.kind, nullable])).toEqual([
        ['day', 'date', false],
        ['id', 'integer', true],
        ['price', 'decimal', true],
        ['qty', 'integer', true],
        ['note', 'text', true],
        ['moment', 'timestamp', true],
        ['ok', 'boolean', true],
        ['ratio', 'float', true],
      ]);
      expect((await warehouse.list()).map(({ name }) => name)).toContain('trades');
      const made = warehouse.refFor('Made_Later');
      await warehouse.execute({ sql: `CREATE TABLE ${dialectOf(warehouse.kind).table(made)} (a integer)` });
      expect((await warehouse.describe('Made_Later'))?.ref).toEqual(made);
      await warehouse.execute({ sql: `DROP TABLE ${dialectOf(warehouse.kind).table(made)}` });
    });

    it('writes nothing where the environment is read-only', async () => {
      const request = await fixture.request('ro', 'trades', COLUMNS, [good(1)]);
      const trades = dialectOf(warehouse.kind).table(request.table.ref);
      const insert = { sql: `INSERT INTO ${trades} (day, id) VALUES ('2024-01-01', 1)` };
      const closed = await fixture.another({ readOnly: true });
      try {
        for (const write of [
          () => closed.transaction([insert], mark('ro')),
          () => closed.execute(insert),
          () => closed.copy(request, control),
          () => closed.dropStaging('ro', request.table),
          () => closed.importRows!(request.table, 'nowhere', mark('ro')),
          () => closed.stage.put(join(fixture.folder, 'ro-part-0.zst'), 'x', {}),
          () => closed.stage.remove(''),
        ])
          expect(await failure(write())).toMatchObject({ code: 'READ_ONLY_ENVIRONMENT' });
        expect(await closed.query({ sql: `SELECT count(*) FROM ${trades}` })).toEqual([['0']]);
      } finally {
        await closed.close();
      }
    });

    it('writes no protected table', async () => {
      const request = await fixture.request('prot', 'trades', COLUMNS, [good(1)]);
      const trades = dialectOf(warehouse.kind).table(request.table.ref);
      const guarded = await fixture.another({ protectedTables: ['TRADES'] });
      try {
        for (const write of [
          () => guarded.transaction([{ sql: `delete from ${trades}` }], mark('prot')),
          () => guarded.execute({ sql: `ALTER TABLE ${trades} ADD COLUMN x integer` }),
          () => guarded.execute({ sql: `/* hidden */ DROP TABLE ${trades}` }),
          () => guarded.execute({ sql: 'DROP TABLE trades' }),
          () => guarded.copy(request, control),
          () => guarded.importRows!(request.table, 'nowhere', mark('prot')),
        ])
          expect(await failure(write())).toMatchObject({ code: 'PROTECTED_TABLE' });
      } finally {
        await guarded.close();
      }
    });
  });
}
