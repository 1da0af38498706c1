/** Parts as SQL Server's connector writes them, loaded into tables that are there and into tables made for them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresTypes } from '../../../connectors/postgres/type-system';
import type { LoadRequest } from '../../../connectors/connector';
import type { ColumnVector } from '../../../core/columnar/batch';
import { createFigures } from '../../../core/verify/figures';
import type { LogicalType } from '../../../core/types/table';
import type { ColumnPlan, TablePlan } from '../../../core/types/transfer';
import { ParquetWriter } from '../../../storage/parquet/writer';
import { openTarget, table, type TargetFixture } from './target-fixture';

const text: LogicalType = { kind: 'text', of: 'text' };
const other: LogicalType = { kind: 'text', of: 'other' };

function textVector(logical: LogicalType, values: (string | null)[]): ColumnVector {
  const bytes = values.map((value) => Buffer.from(value ?? '', 'utf8'));
  const offsets = new Uint32Array(values.length + 1);
  for (const [at, value] of bytes.entries()) offsets[at + 1] = offsets[at]! + value.length;
  return {
    logical,
    values: { data: new Uint8Array(Buffer.concat(bytes)), offsets },
    ...(values.includes(null) && { validity: Uint8Array.from(values, (value) => (value === null ? 0 : 1)) }),
  };
}

/** A column beside the key: its type in SQL Server and its values. */
interface Column {
  name: string;
  sourceType: string;
  logical: LogicalType;
  values: (string | null)[];
}

describe('rows of SQL Server', () => {
  let fixture: TargetFixture;
  let folder: string;
  let runs = 0;
  beforeAll(async () => {
    fixture = await openTarget('from_mssql');
    folder = await mkdtemp(join(tmpdir(), 'longshore-mssql-'));
  });
  afterAll(async () => {
    await fixture.close();
    await rm(folder, { recursive: true });
  });

  /** Writes the part and prepares its load into `name`, which is created where it does not exist. */
  async function part(name: string, columns: Column[], isNew = false): Promise<LoadRequest> {
    const rows = columns[0]!.values.length;
    const key: ColumnPlan = {
      source: 'Id',
      target: 'id',
      sourceType: 'int',
      targetType: 'integer',
      logical: { kind: 'int32' },
    };
    const live = isNew ? undefined : await fixture.plan(table(name));
    const planned = columns.map(({ name: column, sourceType, logical }): ColumnPlan => {
      const made = postgresTypes.nativeType({ name: column, nativeType: sourceType, logical }, 'mssql');
      const targetType = live?.columns.find(({ target }) => target === column)?.targetType ?? made;
      return { source: column, target: column, sourceType, targetType, logical };
    });
    const plan: TablePlan = {
      ...(await fixture.plan(table('anything'))),
      source: {
        ref: { schema: 'dbo', name },
        kind: 'table',
        columns: [key, ...planned].map(({ source, sourceType, logical }) => ({
          name: source,
          nativeType: sourceType,
          logical,
          nullable: source !== 'Id',
        })),
        primaryKey: { name: `PK_${name}`, columns: ['Id'] },
        uniqueKeys: [],
        indexes: [],
        foreignKeys: [],
        estimatedRows: rows,
        estimatedBytes: 0,
      },
      sourceKind: 'mssql',
      targetRef: table(name),
      columns: [key, ...planned],
      strategy: isNew ? 'create' : 'swap',
    };
    delete plan.target;
    if (live?.target) plan.target = live.target;
    const partColumns = plan.columns.map(({ target, sourceType, logical }) => ({
      name: target,
      nativeType: sourceType,
      logical,
    }));
    const file = join(folder, `${name}-${(runs += 1)}.parquet`);
    const writer = await ParquetWriter.open(file, partColumns, { codec: 'none', level: 0 });
    const ids: ColumnVector = {
      logical: { kind: 'int32' },
      values: Int32Array.from({ length: rows }, (_, at) => at + 1),
    };
    const batch = { rows, columns: [ids, ...columns.map(({ logical, values }) => textVector(logical, values))] };
    await writer.write(batch);
    const { sha256 } = await writer.finish();
    const request = { runId: `run ${runs}`, plan, part: 0, file, sha256, rows, columns: partColumns };
    await fixture.target.prepare(request);
    return request;
  }

  const load = (request: LoadRequest) => fixture.target.loadPart(request, new BigInt64Array(new SharedArrayBuffer(16)));

  async function publish(request: LoadRequest): Promise<void> {
    await load(request);
    await fixture.target.finish(request);
    await fixture.target.publish({
      runId: request.runId,
      tables: [{ plan: request.plan, rows: request.rows }],
      lockTimeoutMs: 2000,
    });
    await fixture.target.cleanup(request.runId);
  }

  beforeAll(() => fixture.user.query('CREATE TABLE public.anything (id int)'));

  const TIMES: Column[] = [
    {
      name: 'at',
      sourceType: 'datetime2(7)',
      logical: other,
      values: ['2024-02-29 23:59:59.1234560', null, '0001-01-01 00:00:00.0000000'],
    },
    {
      name: 'off',
      sourceType: 'datetimeoffset(7)',
      logical: other,
      values: ['2024-02-29 23:59:59.1234560 +00:00', null, '9999-12-31 23:59:59.9999990 +00:00'],
    },
    {
      name: 'off0',
      sourceType: 'datetimeoffset(0)',
      logical: other,
      values: ['2024-02-29 23:59:59 +00:00', null, '2024-02-29 23:59:58 +00:00'],
    },
    { name: 'tod', sourceType: 'time(7)', logical: other, values: ['23:59:59.9999990', null, '00:00:00.0000000'] },
  ];

  test('arrive in columns of times where no digit and no offset is lost, and have the figures of the part', async () => {
    await fixture.user.query(
      'CREATE TABLE public.times (id int PRIMARY KEY, at timestamp, off timestamptz, off0 timestamptz(0), tod time)',
    );
    const request = await part('times', TIMES);
    await load(request);
    const staged = await fixture.target.aggregates(request);
    const figures = createFigures(request.columns.slice(1));
    figures.add({ rows: 3, columns: TIMES.map(({ logical, values }) => textVector(logical, values)) });
    const own = figures.result().filter(({ unit }) => unit === undefined);
    expect(staged.columns.slice(1)).toEqual(own);
    expect(own[0]).toEqual({
      column: 'at',
      nulls: '1',
      sum: '54',
      min: '0001-01-01 00:00:00',
      max: '2024-02-29 23:59:59.123456',
    });
    await fixture.target.finish(request);
    await fixture.target.publish({
      runId: request.runId,
      tables: [{ plan: request.plan, rows: 3 }],
      lockTimeoutMs: 2000,
    });
    const { rows } = await fixture.user.query(
      "SELECT id, at::text, (off AT TIME ZONE 'UTC')::text AS off, tod::text FROM public.times ORDER BY id",
    );
    expect(rows).toEqual([
      { id: 1, at: '2024-02-29 23:59:59.123456', off: '2024-02-29 23:59:59.123456', tod: '23:59:59.999999' },
      { id: 2, at: null, off: null, tod: null },
      { id: 3, at: '0001-01-01 00:00:00', off: '9999-12-31 23:59:59.999999', tod: '00:00:00' },
    ]);
  });

  test('arrive as they are in a table that is made for them', async () => {
    const columns: Column[] = [
      ...TIMES,
      { name: 'padded', sourceType: 'nchar(5)', logical: text, values: ['ab   ', 'né   ', '😀   '] },
      { name: 'words', sourceType: 'nvarchar(4)', logical: text, values: ['a\tb\n', '', null] },
      { name: 'doc', sourceType: 'xml', logical: text, values: ['<a>é</a>', null, ''] },
    ];
    await publish(await part('made', columns, true));
    const { rows: types } = await fixture.user.query<{ name: string; type: string }>(
      "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'public.made'::regclass AND attnum > 1 ORDER BY attnum",
    );
    expect(types.map(({ type }) => type)).toEqual([
      'text',
      'text',
      'text',
      'text',
      'character varying(5)',
      'character varying(4)',
      'text',
    ]);
    const { rows } = await fixture.user.query<Record<string, string | null>>('SELECT * FROM public.made ORDER BY id');
    for (const { name, values } of columns) expect(rows.map((row) => row[name])).toEqual(values);
  });

  test('may have a key of a name that PostgreSQL would cut, and no such column or table', async () => {
    const columns: Column[] = [{ name: 'v', sourceType: 'nvarchar(4)', logical: text, values: ['a'] }];
    const request = await part('long_key', columns, true);
    const name = `PK_${'é'.repeat(60)}`;
    request.plan.source.primaryKey = { name, columns: ['Id'] };
    expect(fixture.target.createTableSql(request.plan)).toMatch(/CONSTRAINT "PK_é{25}_[0-9a-f]{8}" PRIMARY KEY/);
    await publish(request);
    const { rows } = await fixture.user.query<{ name: string }>(
      "SELECT conname AS name FROM pg_constraint WHERE conrelid = 'public.long_key'::regclass AND contype = 'p'",
    );
    expect(rows[0]?.name).toMatch(/^PK_é{25}_[0-9a-f]{8}$/);
    const long = 'x'.repeat(64);
    const refused = { code: 'SCHEMA_MISMATCH', message: expect.stringContaining('64 bytes') as string };
    const create = (plan: Partial<TablePlan>) => () => fixture.target.createTableSql({ ...request.plan, ...plan });
    expect(create({ targetRef: table(long) })).toThrow(expect.objectContaining(refused));
    const [key] = request.plan.columns;
    expect(create({ columns: [{ ...key!, target: long }] })).toThrow(
      expect.objectContaining({ ...refused, place: { table: 'public.long_key', column: long } }),
    );
    const added = () => fixture.target.addColumnSql(table('long_key'), { name: long, nativeType: 'text' });
    expect(added).toThrow(expect.objectContaining(refused));
  });

  test.each<[string, string, Column, string, string, RegExp]>([
    [
      'a seventh digit of a second',
      'v timestamp',
      {
        name: 'v',
        sourceType: 'datetime2(7)',
        logical: other,
        values: ['2024-01-01 00:00:00.0000000', '2024-01-01 00:00:00.1234567'],
      },
      'VALUE_NOT_REPRESENTABLE',
      'id=2',
      /more than 6 digits/,
    ],
    [
      'an offset',
      'v timestamptz',
      { name: 'v', sourceType: 'datetimeoffset(7)', logical: other, values: ['2024-01-01 00:00:00.0000000 +02:00'] },
      'VALUE_NOT_REPRESENTABLE',
      'id=1',
      /\+00:00/,
    ],
    [
      'a fraction finer than the column',
      'v time(0)',
      { name: 'v', sourceType: 'time(7)', logical: other, values: [null, null, '00:00:00.5000000'] },
      'VALUE_NOT_REPRESENTABLE',
      'id=3',
      /more than 0 digits/,
    ],
    [
      'a NUL character',
      'v text',
      { name: 'v', sourceType: 'nvarchar(max)', logical: text, values: ['', 'fine', '', 'a\0b', 'fine'] },
      'VALUE_NOT_REPRESENTABLE',
      'id=4',
      /NUL character/,
    ],
    [
      'a NUL character beside an array',
      'v text, w text[]',
      { name: 'v', sourceType: 'nvarchar(max)', logical: text, values: ['', '\0'] },
      'VALUE_NOT_REPRESENTABLE',
      'id=2',
      /NUL character/,
    ],
    [
      'a text that is too long',
      'v varchar(3)',
      { name: 'v', sourceType: 'nvarchar(max)', logical: text, values: ['abc', 'äöüß'] },
      'VALUE_TOO_LONG',
      'id=2',
      /4 characters/,
    ],
    [
      'a text that would be padded',
      'v char(3)',
      { name: 'v', sourceType: 'nchar(3)', logical: text, values: ['ab ', '😀 '] },
      'VALUE_NOT_REPRESENTABLE',
      'id=2',
      /padded/,
    ],
    [
      'XML with a declaration',
      'v xml',
      { name: 'v', sourceType: 'nvarchar(max)', logical: text, values: ['<a/>', '<?xml version="1.0"?><a/>'] },
      'VALUE_NOT_REPRESENTABLE',
      'id=2',
      /declaration/,
    ],
  ])('that hold %s are refused by table, column and key', async (_, columns, column, code, key, says) => {
    await fixture.user.query(
      `DROP TABLE IF EXISTS public.narrow; CREATE TABLE public.narrow (id int PRIMARY KEY, ${columns})`,
    );
    const beside: Column[] = columns.includes('w ')
      ? [{ name: 'w', sourceType: 'hierarchyid', logical: other, values: column.values.map(() => '{}') }]
      : [];
    const request = await part('narrow', [column, ...beside]);
    await expect(load(request)).rejects.toMatchObject({
      code,
      place: { table: 'public.narrow', column: 'v', key, part: 0 },
      message: expect.stringMatching(says) as string,
    });
    await fixture.target.cleanup(request.runId);
  });
});
