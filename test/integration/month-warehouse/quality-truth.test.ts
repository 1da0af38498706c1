/** Every check, of a file and of a warehouse, against what is known to be wrong with files of 10 to 200,000 rows. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { warehouseFacts } from '../../../activities/month/warehouse-facts';
import { duckdbWarehouse } from '../../../connectors/duckdb/warehouse';
import { postgresWarehouse } from '../../../connectors/postgres/warehouse';
import type { Warehouse, WarehouseTable } from '../../../connectors/warehouse';
import { planFile, type FilePlan } from '../../../core/month/scan-plan';
import { factsFromFigures } from '../../../core/quality/facts';
import { judge } from '../../../core/quality/judge';
import { mergeFigures } from '../../../core/quality/scan/figures';
import { effectiveQuality } from '../../../core/quality/settings';
import type { MonthTable } from '../../../core/types/month';
import type { QualityFacts, QualityResult } from '../../../core/types/quality';
import { postgresEnvironment } from '../../../schemas/environment';
import { packFile } from '../../../storage/month';
import { expectedDays } from '../../../worker/expected-days';
import { testPostgres } from '../../helpers/postgres';
import { describeSnowflake, startSnowflake } from '../../helpers/snowflake-server';
import { plainSql, tempFolder } from '../duckdb/fixture';
import { open as openSnowflake } from '../snowflake/fixture';
import { counter, never, stampOf } from '../../unit/storage/month/files';
import { monthFiles } from './month-files';
import {
  brokenRows,
  dayNumber,
  type Field,
  fileOf,
  type Limits,
  NAMES,
  plantedRows,
  type Truth,
  truthOf,
} from './planted';

jest.setTimeout(180_000);

const RULES = [
  { name: 'no negative quantity', condition: 'qty >= 0', severity: 'critical' as const },
  { name: 'enough rows', condition: 'count(*) > 10', severity: 'warning' as const },
  { name: 'far more rows', condition: 'count(*) > 1000000', severity: 'info' as const },
];

const TABLE: MonthTable = {
  name: 'planted',
  table: 'planted',
  files: ['planted_{month}.csv'],
  format: { delimiter: ',', quote: '"', encoding: 'utf-8', headerLines: 1, nullTexts: ['\\N'] },
  rename: {},
  dateColumn: 'day',
  keyColumns: ['day', 'id', 'region'],
  expectedRange: 'month',
  load: 'append',
  duplicates: 'skip',
  createTable: false,
  types: {},
  quality: effectiveQuality([
    { rules: RULES, calendar: { region: 'DE-BY' }, nulls: { note: 5, ratio: 4, region: 10 }, samples: 3 },
  ]),
};

interface Site {
  warehouse: Warehouse;
  folder: string;
  limits: Limits;
  /** Dates of a file must all be written alike. */
  isOneSpelling?: boolean;
  close(): Promise<void>;
}

const BIG: [bigint, bigint] = [-(2n ** 63n), 2n ** 63n - 1n];
const INT: [bigint, bigint] = [-(2n ** 31n), 2n ** 31n - 1n];
const DIGITS38: [bigint, bigint] = [1n - 10n ** 38n, 10n ** 38n - 1n];
const OPTIONS = {
  applicationName: 'longshore test',
  stageName: 'LONGSHORE_STAGE',
  ledgerTable: 'LONGSHORE_LEDGER',
  pollMs: 50,
};

const ddl = (double: string): string =>
  `CREATE TABLE planted (day date, id bigint, region varchar(4), qty integer, price numeric(8, 2), ratio ${double}, active boolean, "at" timestamp, note varchar)`;

async function onDuckDB(): Promise<Site> {
  const folder = await tempFolder();
  const path = join(folder, 'data.duckdb');
  await plainSql(path, ddl('double'));
  const warehouse = await duckdbWarehouse.open(
    { kind: 'duckdb', path, readOnly: false, protectedTables: [], stagingSchema: 'longshore_staging' },
    { ...OPTIONS, stageFolder: join(folder, 'stage'), tempDirectory: join(folder, 'work') },
  );
  // A VARCHAR of DuckDB takes any length, whatever its definition says.
  return { warehouse, folder, limits: { id: BIG, qty: INT, fraction: 6 }, close: async () => warehouse.close() };
}

async function onPostgres(): Promise<Site> {
  const postgres = await testPostgres();
  const url = await postgres.createDatabase('truth');
  const folder = await tempFolder();
  const user = new Client({ connectionString: url });
  await user.connect();
  await user.query(ddl('double precision'));
  await user.end();
  const settings = postgresEnvironment.parse({ kind: 'postgres', url });
  const warehouse = await postgresWarehouse.open(settings, { ...OPTIONS, stageFolder: join(folder, 'stage') });
  return {
    warehouse,
    folder,
    limits: { id: BIG, qty: INT, fraction: 6, region: 4 },
    async close() {
      await warehouse.close();
      await postgres.dropDatabase(url);
    },
  };
}

async function onSnowflake(): Promise<Site> {
  const server = await startSnowflake();
  const folder = await tempFolder();
  await server.sql(ddl('float').replace('"at"', '"AT"'));
  const warehouse = await openSnowflake(server);
  return {
    warehouse,
    folder,
    limits: { id: DIGITS38, qty: DIGITS38, fraction: 9, region: 4 },
    isOneSpelling: true,
    async close() {
      await warehouse.close();
      await server.close();
    },
  };
}

function suite(open: () => Promise<Site>, sizes: { file: number[]; table: number[] }): void {
  let site: Site;
  let table: WarehouseTable;

  beforeAll(async () => {
    site = await open();
    const found = await site.warehouse.describe('planted');
    if (!found) throw new Error('no table');
    table = found;
  });

  afterAll(async () => {
    await site.close();
    rmSync(site.folder, { recursive: true, force: true });
  });

  const write = (rows: readonly Field[][]): string => {
    const path = join(site.folder, `planted_2024-05_${rows.length}.csv`);
    writeFileSync(path, fileOf(rows));
    return path;
  };

  const plan = (file: string): FilePlan =>
    planFile({ table: TABLE, header: NAMES, file, columns: table.columns, isLoad: true, checks: true });

  it.each(sizes.file)('in a file of %i rows a day: all of it, and nothing else', async (perDay) => {
    const rows = perDay === 0 ? plantedRows(0).slice(0, 10) : brokenRows(perDay);
    const path = write(rows);
    const truth = truthOf(rows, site.limits);
    const { facts } = await fileFacts(path, plan(path), site.folder);
    expectFacts(facts, truth);
    expectResult(judge(facts, TABLE.quality, expectedDays('2024-05', TABLE.quality.calendar)), truth);
  });

  it.each(sizes.table)('in a table with %i rows a day: all of it, and nothing else', async (perDay) => {
    const rows = plantedRows(perDay).map((row) => (site.isOneSpelling && row[0] === '20240528' ? ['2024-05-28', ...row.slice(1)] : row)); // prettier-ignore
    const path = write(rows);
    const truth = truthOf(rows, site.limits);
    const { columns, plan: scan } = plan(path);
    const loadId = `load-${perDay}`;
    const parts = await stage(site, path, { ...scan, checks: false, keyColumns: [] }, loadId);
    await site.warehouse.copy(
      { loadId, table, columns, prefix: `${loadId}/`, parts, format: TABLE.format, compression: 'zstd' },
      { onSubmitted: async () => undefined },
    );
    const facts = await warehouseFacts(site.warehouse, {
      staging: site.warehouse.stagingTable(loadId, table),
      table,
      columns: scan.columns,
      tableColumns: columns,
      monthTable: TABLE,
      month: '2024-05',
      rules: RULES,
      file: path,
      bytes: 0,
    });
    expectFacts(facts, truth);
    expectResult(judge(facts, TABLE.quality, expectedDays('2024-05', TABLE.quality.calendar)), truth);
    await site.warehouse.dropStaging(loadId, table);
  });
}

describe('what is wrong with a file is found, by DuckDB and for DuckDB', () => {
  suite(onDuckDB, { file: [0, 1, 10, 1000, 10_000], table: [1, 10, 500] });
});
describe('what is wrong with a file is found, by Postgres and for Postgres', () => {
  suite(onPostgres, { file: [0, 1, 10, 100], table: [1, 10, 10_000] });
});
describeSnowflake('what is wrong with a file is found, by Snowflake and for Snowflake', () =>
  suite(onSnowflake, { file: [0, 1, 10, 100], table: [1, 10, 500] }),
);

const FIRST = { byte: `${NAMES.join(',')}\n`.length, line: 2 };

async function fileFacts(path: string, { plan }: FilePlan, folder: string): Promise<{ facts: QualityFacts }> {
  const keyFolder = join(folder, 'keys');
  rmSync(keyFolder, { recursive: true, force: true });
  mkdirSync(keyFolder);
  const files = monthFiles(join(folder, 'temp'));
  const parts: Parameters<Parameters<typeof packFile>[1]>[0][] = [];
  const packing = { folder, compression: 'zstd' as const, level: 1, partBytes: 200_000 };
  await files.pack(
    { path, stamp: stampOf(path), plan, keyFolder, from: { ...FIRST, part: 0 }, pack: packing },
    async (part) => void parts.push(part),
    counter(),
    never(),
  );
  const figures = parts.map((part) => part.figures).reduce((a, b) => mergeFigures(a, b, plan.samples));
  const asked = { path, plan, keyFolder, parts: parts.length, rows: figures.rows };
  const facts = factsFromFigures({
    file: path,
    bytes: 0,
    plan,
    figures,
    header: { found: NAMES },
    duplicates: await files.duplicates(asked, counter(), never()),
    rules: await files.rules({ path, plan, rules: RULES }, counter(), never()),
    seconds: 1,
  });
  return { facts };
}

async function stage(
  { warehouse, folder }: Site,
  path: string,
  plan: FilePlan['plan'],
  loadId: string,
): Promise<{ name: string; rows: number; bytes: number }[]> {
  const parts: { name: string; rows: number; bytes: number }[] = [];
  const local = join(folder, loadId);
  mkdirSync(local);
  await packFile(
    {
      path,
      stamp: stampOf(path),
      plan,
      from: { ...FIRST, part: 0 },
      pack: { folder: local, compression: 'zstd', level: 1, partBytes: 200_000 },
    },
    async ({ part }) => {
      await warehouse.stage.put(join(local, part.name), `${loadId}/${part.name}`, {});
      parts.push(part);
    },
    counter(),
    never(),
  );
  return parts;
}

function expectFacts(facts: QualityFacts, truth: Truth): void {
  expect({
    rows: facts.rows,
    ragged: facts.raggedRows,
    encoding: facts.encodingFaults,
    nulls: facts.columns.map(({ nulls }) => nulls),
    badType: facts.columns.map(({ badType }) => badType),
    tooWide: facts.columns.map(({ tooWide }) => tooWide),
    days: facts.days,
    dateNulls: facts.dateNulls,
    dateInvalid: facts.dateInvalid,
    keys: facts.duplicates?.keys,
    extraRows: facts.duplicates?.extraRows,
    rules: facts.rules.map(({ violations, error }) => error ?? violations),
  }).toEqual({
    rows: truth.rows,
    ragged: truth.ragged,
    encoding: truth.encoding,
    nulls: truth.nulls,
    badType: truth.badType,
    tooWide: truth.tooWide,
    days: truth.days,
    dateNulls: truth.dateNulls,
    dateInvalid: truth.dateInvalid,
    keys: truth.keys,
    extraRows: truth.extraRows,
    rules: [truth.negative, truth.rows - truth.ragged > 10 ? 0 : 1, 1],
  });
}

function expectResult({ checks, verdict }: QualityResult, truth: Truth): void {
  const of = (check: string) => checks.find((one) => one.check === check);
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  expect(of('completeness')?.details.missingDays ?? []).toEqual(truth.missing.map(dayNumber));
  expect((of('completeness')?.details.gaps ?? []).map(({ from, to, days }) => [from, to, days])).toEqual(
    truth.gaps.map(([from, to, days]) => [dayNumber(from), dayNumber(to), days]),
  );
  expect(of('range')?.details.outside ?? []).toEqual(truth.outside.map(([day, rows]) => [dayNumber(day), rows]));
  const anomalies = (of('anomalies')?.details.anomalies ?? []).map(({ day, difference }) => [day, difference < 0]);
  if (of('anomalies')?.status !== 'skipped') {
    expect(anomalies).toEqual(truth.anomalies.map(([day, isLow]) => [dayNumber(day), isLow]));
    expect(of('anomalies')?.details.statistics?.median).toBe(truth.median);
  }
  const limits: [column: string, percent: number][] = [['note', 5], ['ratio', 4], ['region', 10]]; // prettier-ignore
  const tooMany = limits.filter(([column, percent]) => (truth.nulls[NAMES.indexOf(column)] ?? 0) * 100 > percent * truth.rows); // prettier-ignore
  const wrong = {
    completeness: truth.missing.length,
    range: sum(truth.outside.map(([, rows]) => rows)) + truth.dateNulls + truth.dateInvalid,
    duplicates: truth.keys,
    columns: truth.ragged,
    types: sum(truth.badType),
    widths: sum(truth.tooWide),
    nulls: sum(tooMany.map(([column]) => truth.nulls[NAMES.indexOf(column)] ?? 0)),
    encoding: truth.encoding,
  };
  for (const [check, count] of Object.entries(wrong)) {
    const found = of(check);
    expect([check, found?.status, found?.count]).toEqual([
      check,
      count === 0 ? 'passed' : check === 'nulls' ? 'warning' : 'failed',
      count,
    ]);
  }
  expect(verdict).toBe('failed');
}
