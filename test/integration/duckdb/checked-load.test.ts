import { join } from 'node:path';
import type { ColumnBatch, ColumnVector } from '../../../core/columnar/batch';
import type { Database, LoadRequest } from '../../../connectors/connector';
import { duckdbTypes } from '../../../connectors/duckdb/type-system';
import type { LogicalType } from '../../../core/types/table';
import type { PartColumn, TablePlan } from '../../../core/types/transfer';
import { createFingerprint } from '../../../core/verify/fingerprint';
import { ParquetReader } from '../../../storage/parquet/reader';
import { ParquetWriter } from '../../../storage/parquet/writer';
import { describe1, openFile, plainSql, removeFolder, table, tempFolder } from './fixture';

const OTHER: LogicalType = { kind: 'text', of: 'other' };
const RUN = 'run';

interface Given {
  native: string;
  logical: LogicalType;
  /** As they stand in the batch: text, or whole numbers. */
  values: (string | number | bigint | null)[];
}

function vector({ logical, values }: Given): ColumnVector {
  const validity = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  if (logical.kind === 'text') {
    const pieces = values.map((value) => Buffer.from(value === null ? '' : String(value)));
    const offsets = new Uint32Array(values.length + 1);
    for (const [index, piece] of pieces.entries()) offsets[index + 1] = offsets[index]! + piece.length;
    return { logical, validity, values: { data: Buffer.concat(pieces), offsets } };
  }
  if (logical.kind === 'int16' || logical.kind === 'int32')
    return { logical, validity, values: Int32Array.from(values, (value) => Number(value ?? 0)) };
  if (logical.kind === 'float64')
    return { logical, validity, values: Float64Array.from(values, (value) => Number(value ?? 0)) };
  return { logical, validity, values: BigInt64Array.from(values, (value) => BigInt(value ?? 0)) };
}

describe('a part from elsewhere in a DuckDB table that was there before', () => {
  let folder: string;
  let to: string;
  let target: Database;

  beforeEach(async () => {
    folder = await tempFolder();
    to = join(folder, 'to.duckdb');
    target = await openFile(to, { folder });
  });
  afterEach(async () => removeFolder(folder));

  /** Column `v` into `type`, with a key `id` counting from 1. */
  const planFor = async (
    type: string,
    { native, logical }: Given,
    sourceKind: TablePlan['sourceKind'],
    mask?: TablePlan['columns'][number]['mask'],
  ): Promise<TablePlan> => {
    await plainSql(to, `CREATE OR REPLACE TABLE t(id INTEGER PRIMARY KEY, v ${type})`);
    const schema = await describe1(target, table('t'));
    const int: LogicalType = { kind: 'int32' };
    return {
      source: schema,
      sourceKind,
      targetKind: 'duckdb',
      target: schema,
      targetRef: schema.ref,
      columns: [
        { source: 'id', target: 'id', sourceType: 'int', targetType: 'INTEGER', logical: int },
        { source: 'v', target: 'v', sourceType: native, targetType: type, logical, ...(mask && { mask }) },
      ],
      filter: {},
      mode: 'replace',
      strategy: 'swap',
      strategyReason: '',
      schemaPolicy: 'stop',
      evolve: [],
      verify: 'fingerprint',
      codec: 'zstd',
      codecLevel: 3,
      partBytes: 64_000_000,
      batchRows: 4096,
      parallel: 1,
      minPercentOfLast: 0,
      references: 'off',
      warnings: [],
    };
  };

  const part = async (plan: TablePlan, given: Given): Promise<LoadRequest> => {
    const columns = plan.columns.map(({ target: name, sourceType, logical }) => ({
      name,
      nativeType: sourceType,
      logical,
    }));
    const file = join(folder, `${Math.random()}.parquet`);
    const writer = await ParquetWriter.open(file, columns, { codec: 'none' });
    const ids: Given = {
      native: 'int',
      logical: { kind: 'int32' },
      values: given.values.map((_value, index) => index + 1),
    };
    await writer.write({ rows: given.values.length, columns: [vector(ids), vector(given)] });
    const { rows, sha256 } = await writer.finish();
    return { runId: RUN, plan, part: 0, file, sha256, rows, columns };
  };

  const fingerprint = (plan: TablePlan, side: 'source' | 'target') =>
    createFingerprint(
      plan.columns.map(({ source, target: name, sourceType, targetType, logical }) => ({
        source: { name: source, nativeType: sourceType, logical },
        target: { name, nativeType: targetType, logical: duckdbTypes.logical(targetType) },
      })),
      side,
    );

  /** Loads, and proves by fingerprint that what is read back is what was written. */
  const load = async (type: string, given: Given, kind: TablePlan['sourceKind'] = 'mssql'): Promise<unknown[]> => {
    const plan = await planFor(type, given, kind);
    const request = await part(plan, given);
    await target.target.prepare({ runId: RUN, plan });
    await target.target.reset({ runId: RUN, plan });
    await target.target.loadPart(request, new BigInt64Array(2));
    const sent = fingerprint(plan, 'source');
    const reader = await ParquetReader.open(request.file);
    for await (const batch of reader.batches()) sent.add(batch);
    await reader.close();
    const back = fingerprint(plan, 'target');
    let columns: readonly PartColumn[] = [];
    for (const range of await target.target.planReadBack({ runId: RUN, plan }, 1)) {
      const look = (batch: ColumnBatch): ColumnBatch => {
        back.add(batch);
        return batch;
      };
      await target.target.readBack({ runId: RUN, plan, range, batchRows: 2 }, (found) => ((columns = found), look));
    }
    expect(back.rows).toBe(given.values.length);
    expect(back.result()).toBe(sent.result());
    expect(columns.map(({ name }) => name)).toEqual(['id', 'v']);
    await target.target.publish({ runId: RUN, tables: [{ plan, rows: given.values.length }], lockTimeoutMs: 2000 });
    await target.target.cleanup(RUN);
    return (await plainSql(to, 'SELECT v::VARCHAR AS v FROM t ORDER BY id')).map(({ v }) => v);
  };

  const datetime2: Given = {
    native: 'datetime2(7)',
    logical: OTHER,
    values: ['0001-01-01 00:00:00.0000000', '2024-02-29 12:34:56.1234560', null, '9999-12-31 23:59:59.9999990'],
  };

  it('holds moments of seven digits in microseconds where the seventh is 0', async () => {
    expect(await load('TIMESTAMP', datetime2)).toEqual([
      '0001-01-01 00:00:00',
      '2024-02-29 12:34:56.123456',
      null,
      '9999-12-31 23:59:59.999999',
    ]);
    const ns = { ...datetime2, values: ['1677-09-22 00:00:00.0000001', '2262-04-11 23:47:16.8547758', null] };
    expect(await load('TIMESTAMP_NS', ns)).toEqual([
      '1677-09-22 00:00:00.0000001',
      '2262-04-11 23:47:16.8547758',
      null,
    ]);
    expect(await load('VARCHAR', datetime2)).toEqual(datetime2.values);
    const seconds = { ...datetime2, values: ['2024-02-29 12:34:56.0000000'] };
    expect(await load('TIMESTAMP_S', seconds)).toEqual(['2024-02-29 12:34:56']);
    const zone = {
      native: 'datetimeoffset(7)',
      logical: OTHER,
      values: ['2024-02-29 12:34:56.1234560 +00:00', null, '0001-01-01 00:00:00.0000000 +00:00'],
    };
    expect(await load('TIMESTAMPTZ', zone)).toHaveLength(3);
    expect(
      await load('TIMESTAMPTZ', { ...zone, native: 'datetimeoffset(0)', values: ['2024-02-29 12:34:56 +00:00'] }),
    ).toHaveLength(1);
    const time = { native: 'time(7)', logical: OTHER, values: ['00:00:00.0000000', '23:59:59.1234560', null] };
    expect(await load('TIME', time)).toEqual(['00:00:00', '23:59:59.123456', null]);
    expect(await load('TIME_NS', { ...time, values: ['12:00:00.1234567'] })).toEqual(['12:00:00.1234567']);
  });

  it('gives figures of such moments in the form in which they came', async () => {
    const plan = await planFor('TIMESTAMP', datetime2, 'mssql');
    await target.target.prepare({ runId: RUN, plan });
    await target.target.loadPart(await part(plan, datetime2), new BigInt64Array(2));
    const { columns } = await target.target.aggregates({ runId: RUN, plan });
    expect(columns[1]).toEqual({
      column: 'v',
      nulls: '1',
      sum: String(3 * 27),
      min: '0001-01-01 00:00:00',
      max: '9999-12-31 23:59:59.999999',
    });
  });

  it('holds numbers of wider types that are small enough', async () => {
    const wide = (kind: 'int32' | 'int64', values: Given['values']): Given => ({
      native: kind,
      logical: { kind },
      values,
    });
    expect(await load('SMALLINT', wide('int32', [-32768, null, 32767]))).toEqual(['-32768', null, '32767']);
    expect(await load('UTINYINT', wide('int64', [0n, 255n]))).toEqual(['0', '255']);
    expect(await load('DOUBLE', wide('int64', [2n ** 53n, -(2n ** 60n)]))).toHaveLength(2);
    const decimal: Given = {
      native: 'decimal(18,4)',
      logical: { kind: 'decimal', precision: 18, scale: 4 },
      values: [12500n, -100n, null],
    };
    expect(await load('DECIMAL(9,2)', decimal)).toEqual(['1.25', '-0.01', null]);
    expect(await load('VARCHAR', decimal)).toEqual(['1.2500', '-0.0100', null]);
    expect(await load('INTEGER', { ...decimal, values: [20000n] })).toEqual(['2']);
    const double: Given = { native: 'float', logical: { kind: 'float64' }, values: [0.5, NaN, Infinity, null] };
    expect(await load('FLOAT', double)).toEqual(['0.5', 'nan', 'inf', null]);
    const micros: Given = { native: 'datetime2(3)', logical: { kind: 'timestamp' }, values: [1_000_000n, null] };
    expect(await load('TIMESTAMP_NS', micros)).toEqual(['1970-01-01 00:00:01', null]);
  });

  it.each<[string, string, LogicalType, (string | number | bigint)[], string]>([
    ['mssql', 'datetime2(7)', OTHER, ['2024-01-01 00:00:00.0000000', '2024-01-01 00:00:00.0000001'], 'TIMESTAMP'],
    ['mssql', 'datetime2(7)', OTHER, ['2024-01-01 00:00:00.0000000', '2024-01-01 00:00:00.1230000'], 'TIMESTAMP_S'],
    ['mssql', 'datetime2(7)', OTHER, ['2024-01-01 00:00:00.0000000', '1600-01-01 00:00:00.0000000'], 'TIMESTAMP_NS'],
    ['mssql', 'datetime2(7)', OTHER, ['2024-01-01 00:00:00.0000000', '9999-12-31 00:00:00.0000000'], 'TIMESTAMP_NS'],
    [
      'mssql',
      'datetimeoffset(7)',
      OTHER,
      ['2024-01-01 00:00:00.0000000 +00:00', '2024-01-01 00:00:00.0000000 +02:00'],
      'TIMESTAMPTZ',
    ],
    [
      'mssql',
      'datetimeoffset(7)',
      OTHER,
      ['2024-01-01 00:00:00.0000000 +00:00', '2024-01-01 00:00:00.0000001 +00:00'],
      'TIMESTAMPTZ',
    ],
    ['mssql', 'time(7)', OTHER, ['00:00:00.0000000', '00:00:00.0000001'], 'TIME'],
    ['mssql', 'int', { kind: 'int32' }, [1, 32768], 'SMALLINT'],
    ['mssql', 'int', { kind: 'int32' }, [1, -1], 'UTINYINT'],
    ['mssql', 'bigint', { kind: 'int64' }, [1n, 2n ** 53n + 1n], 'DOUBLE'],
    ['mssql', 'bigint', { kind: 'int64' }, [1n, 2n ** 63n - 1n], 'DOUBLE'],
    ['mssql', 'money', { kind: 'decimal', precision: 18, scale: 4 }, [12500n, 12501n], 'DECIMAL(9,2)'],
    ['mssql', 'money', { kind: 'decimal', precision: 18, scale: 4 }, [10000n, 15000n], 'INTEGER'],
    ['mssql', 'money', { kind: 'decimal', precision: 18, scale: 4 }, [10000n, 10n ** 17n], 'DECIMAL(9,2)'],
    ['mssql', 'float', { kind: 'float64' }, [0.5, 0.1], 'FLOAT'],
    ['mssql', 'float', { kind: 'float64' }, [0.5, 1e300], 'FLOAT'],
    ['postgres', 'timestamp', { kind: 'timestamp' }, [0n, 10n ** 17n], 'TIMESTAMP_NS'],
    ['postgres', 'timestamp', { kind: 'timestamp' }, [0n, 1n], 'TIMESTAMP_S'],
    ['postgres', 'timestamp', { kind: 'timestamp' }, [0n, 1n], 'DATE'],
    ['postgres', 'numeric', OTHER, ['1.50', '1.505'], 'DECIMAL(9,2)'],
    ['postgres', 'numeric', OTHER, ['1.50', 'NaN'], 'DECIMAL(9,2)'],
    ['postgres', 'text', { kind: 'text', of: 'text' }, ['{}', '{'], 'JSON'],
    [
      'postgres',
      'text',
      { kind: 'text', of: 'text' },
      ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12'],
      'UUID',
    ],
  ])('names table, column and key where %s %s (%j) %j is no %s', async (kind, native, logical, values, type) => {
    const given = { native, logical, values };
    const source = { nativeType: native, logical, kind: kind as 'mssql' };
    expect(duckdbTypes.fits(source, type).fit).toBe('checked');
    const plan = await planFor(type, given, source.kind);
    await target.target.prepare({ runId: RUN, plan });
    const request = await part(plan, given);
    await expect(target.target.loadPart(request, new BigInt64Array(2))).rejects.toMatchObject({
      code: 'VALUE_NOT_REPRESENTABLE',
      place: { table: 'main.t', column: 'v', key: 'id=2' },
    });
    await expect(load(type, { ...given, values: values.slice(0, 1) }, source.kind)).resolves.toHaveLength(1);
  });

  it('does not tell values of tables with masked columns', async () => {
    const given: Given = {
      native: 'nvarchar(20)',
      logical: { kind: 'text', of: 'text' },
      values: ['{}', 'half-hidden'],
    };
    const plan = await planFor('JSON', given, 'mssql', { rule: 'keep-last', n: 4, with: '*' });
    await target.target.prepare({ runId: RUN, plan });
    const hidden: TablePlan = {
      ...plan,
      columns: plan.columns.map((column) => ({ ...column, mask: { rule: 'keep-last', n: 4, with: '*' } as const })),
    };
    const errors = await Promise.all(
      [plan, hidden].map(async (each) =>
        target.target.loadPart(await part(each, given), new BigInt64Array(2)).catch((error: unknown) => error),
      ),
    );
    expect(errors).toMatchObject([
      { code: 'VALUE_NOT_REPRESENTABLE', place: { column: 'v', key: 'id=2' } },
      { code: 'VALUE_NOT_REPRESENTABLE', place: { column: 'v', key: 'id=(masked)' } },
    ]);
    for (const error of errors) {
      expect(error).not.toHaveProperty('cause.message');
      expect(JSON.stringify(error) + String(error)).not.toContain('half');
    }
  });
});
