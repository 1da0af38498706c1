/**
 * Month batches for chaos: an installation whose servers may be others than the shared ones, one file of known rows for
 * every month, holds that stop a month at one step, and a reckoning by plain SQL and a plain look at the disk.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import type { Client } from 'pg';
import { Installation } from '../helpers/installation';
import { testPostgres } from '../helpers/postgres';
import type { TestSnowflake } from '../helpers/snowflake-server';
import { testTemporal } from '../helpers/temporal';
import { connected, eventually } from './drop-folder';
import { CATALOG_HOLDS, TARGET_HOLDS } from './month-holds';
import { type ChaosWarehouse, COLUMNS, figureSql, type MadeMonth, ofMonth } from './month-rows';
import { execute, rows } from './shop';

export interface MonthFileRow {
  id: number;
  month: string;
  state: string;
  packed: boolean;
  rows: number | null;
  parts: number;
  uploaded: number;
  copy_statement: string | null;
  load_id: string;
  error: { code: string; message: string } | null;
}

export interface MonthChaosOptions {
  kind: ChaosWarehouse;
  /** The stand-in, for `snowflake`; every installation has a database of its own there. */
  snowflake?: TestSnowflake;
  /** Months at once; 8 when left out. */
  parallel?: number;
  /** Further fields of the table, as YAML flow fields. */
  table?: string;
  /** Inside `staging`. */
  staging?: Record<string, string>;
  /** Of servers of the test's own. */
  targetUrl?: string;
  catalogUrl?: string;
  temporalAddress?: string;
}

const MAIN = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export class MonthChaos {
  private readonly clients: Client[] = [];
  private readonly children: ChildProcess[] = [];

  private constructor(
    readonly installation: Installation,
    readonly kind: ChaosWarehouse,
    /** URL of the Postgres database, path of the DuckDB file, or name of the Snowflake database. */
    readonly target: string,
    readonly catalog: string,
    private readonly made: string[],
    readonly snowflake: TestSnowflake | undefined,
    private readonly address: string,
    private readonly namespace: string,
  ) {}

  /** With a worker, and holds in the catalog. */
  static async open(options: MonthChaosOptions): Promise<MonthChaos> {
    const { kind, snowflake, parallel = 8, table, staging } = options;
    const [pg, temporal] = await Promise.all([testPostgres(), testTemporal()]);
    const namespace = options.temporalAddress ? 'default' : await temporal.createNamespace('months');
    await temporal.close();
    const address = options.temporalAddress ?? temporal.address;
    const made: string[] = [];
    const make = async (prefix: string): Promise<string> => {
      const url = await pg.createDatabase(prefix);
      made.push(url);
      return url;
    };
    const targetUrl = options.targetUrl ?? (await make('month_dst'));
    const catalogUrl = options.catalogUrl ?? (await make('month_cat'));
    const path = join(tmpdir(), `longshore-chaos-${randomBytes(4).toString('hex')}.duckdb`);
    const fields = [
      'files: ["trades_{month}.tsv", "more_{month}.tsv"]',
      'dateColumn: day',
      'keyColumns: [id]',
      ...(kind === 'duckdb'
        ? ['createTable: true', 'types: { day: DATE, id: BIGINT, amount: "DECIMAL(12,2)", note: VARCHAR }']
        : []),
      ...(table === undefined ? [] : [table]),
    ];
    const database = `RAW_${randomBytes(4).toString('hex').toUpperCase()}`;
    const warehouses: Record<ChaosWarehouse, string> = {
      duckdb: `wh: { kind: duckdb, path: "${path}" }`,
      postgres: 'wh: { kind: postgres, url: "${env:TARGET_URL}" }',
      snowflake: `wh: { kind: snowflake, account: test, user: LOADER, password: secret, database: ${database}, accessUrl: "http://127.0.0.1:${snowflake?.port}" }`,
    };
    const installation = new Installation({
      temporalAddress: address,
      namespace,
      catalogUrl,
      sourceUrl: targetUrl,
      targetUrl,
      ...(staging && { staging }),
      environments: [warehouses[kind]],
      sets: [
        '  none: { from: prod, to: uat, tables: [public.none] }',
        'worker: { threads: 6, shutdownGrace: 2s }',
        'monthBatches:',
        '  trades:',
        '    to: wh',
        '    basePath: data',
        `    parallel: { months: ${parallel}, uploads: 2 }`,
        // Parts are cut between blocks of 4 MiB, and no sooner than something has come out of the compressor.
        '    stage: { partSize: 200KB }',
        `    tables: { trades: { ${fields.join(', ')} } }`,
      ].join('\n'),
    });
    const chaos = new MonthChaos(
      installation,
      kind,
      { duckdb: path, postgres: targetUrl, snowflake: database }[kind],
      catalogUrl,
      made,
      snowflake,
      address,
      namespace,
    );
    if (kind === 'postgres') await execute(targetUrl, `CREATE TABLE trades (${COLUMNS}); ${TARGET_HOLDS}`);
    if (snowflake) await snowflake.sql(`CREATE TABLE TRADES (${COLUMNS})`, database);
    await installation.startWorker();
    await execute(catalogUrl, CATALOG_HOLDS);
    return chaos;
  }

  path(month: string): string {
    return join(this.installation.folder, 'data', `trades_${month}.tsv`);
  }

  write(month: string, { text }: MadeMonth): void {
    mkdirSync(dirname(this.path(month)), { recursive: true });
    writeFileSync(this.path(month), text);
  }

  /** Starts a load of all months in the background, and answers its run. */
  load(...args: string[]): Promise<string> {
    return this.start('load', 'trades', '--qc', 'file', '--background', ...args);
  }

  resume(): Promise<string> {
    return this.start('resume', 'trades', '--no-wait');
  }

  private async start(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.installation.run('month', ...args);
    if (code !== 0) throw new Error(`month ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout.trim().split('\n').at(-1) ?? '';
  }

  /** Starts a command as a process of its own, and waits until it has printed `text`. */
  async spawn(text: string, ...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [MAIN, ...args, '--config', this.installation.configPath], {
      cwd: this.installation.folder,
      env: { ...process.env, SOURCE_URL: this.target, TARGET_URL: this.target, CATALOG_URL: this.catalog, LONGSHORE_USER: 'tester' }, // prettier-ignore
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.children.push(child);
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => void (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (printed += chunk.toString()));
    await eventually(
      () => `${args.join(' ')} prints ${text}: ${printed}`,
      async () => printed.includes(text),
      60_000,
      50,
    );
    return child;
  }

  /** Runs a command and expects it to succeed. */
  async tell(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.installation.run(...args);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  files(): Promise<MonthFileRow[]> {
    return rows<MonthFileRow>(
      this.catalog,
      `select f.id::int, month, state, packed, rows::int, copy_statement, load_id, error,
         (select count(*)::int from longshore.month_parts p where p.file_id = f.id) as parts,
         (select count(*)::int from longshore.month_parts p where p.file_id = f.id and uploaded) as uploaded
       from longshore.month_files f order by month, id`,
    );
  }

  async until(what: string, wanted: (files: MonthFileRow[]) => boolean): Promise<MonthFileRow[]> {
    let files: MonthFileRow[] = [];
    return eventually(
      () => `${what}: ${JSON.stringify(files)}\n${this.installation.workerLog.slice(-6000)}`,
      async () => {
        files = await this.files();
        return files.length > 0 && wanted(files) && files;
      },
      90_000,
      50,
    );
  }

  /** Ends a run in Temporal as an administrator would: it does not get to tidy up; its months are told to end. */
  async terminate(runId: string): Promise<void> {
    const connection = await Connection.connect({ address: this.address });
    try {
      const client = new TemporalClient({ connection, namespace: this.namespace });
      await client.workflow.getHandle(runId).terminate('a test');
    } finally {
      await connection.close();
    }
  }

  /** Waits until a run has ended, and answers its status. */
  async ended(runId: string, timeoutMs = 120_000): Promise<string> {
    let status = '';
    return eventually(
      () => `${runId} ends, and is ${status}\n${this.installation.workerLog.slice(-6000)}`,
      async () => {
        const found = await rows<{ status: string; finished: boolean }>(
          this.catalog,
          `select status, finished_at is not null as finished from longshore.runs where run_id = '${runId}'`,
        ).catch(() => []);
        status = found[0]?.status ?? status;
        return found[0]?.finished === true && status;
      },
      timeoutMs,
      100,
    );
  }

  /** Whoever comes to this step of this month waits until released. */
  async hold(step: string, month: string): Promise<() => Promise<void>> {
    return this.holdIn(this.catalog, step, month);
  }

  /** The same for steps in a Postgres target. */
  async holdTarget(step: string, month: string): Promise<() => Promise<void>> {
    return this.holdIn(this.target, step, month);
  }

  private async holdIn(url: string, step: string, month: string): Promise<() => Promise<void>> {
    const client = await connected(url);
    this.clients.push(client);
    await client.query('select pg_advisory_lock(hashtext($1))', [`${step}@${month}`]);
    return async () => client.end();
  }

  /** Waits until somebody waits at a step. */
  async reached(step: string, month: string, url = this.catalog): Promise<void> {
    const client = await connected(url);
    let others: object[] = [];
    try {
      await eventually(
        () => `somebody comes to ${step} of ${month}: ${JSON.stringify(others, null, 1)}\n${this.installation.workerLog.slice(-6000)}`, // prettier-ignore
        async () => {
          others = await this.files();
          const { rowCount } = await client.query(
            `select from pg_locks where locktype = 'advisory' and not granted and objsubid = 1 and database = (select oid from pg_database where datname = current_database())
             and ((classid::bigint << 32) | objid::bigint) = hashtext($1)::bigint`,
            [`${step}@${month}`],
          );
          return (rowCount ?? 0) > 0;
        },
        60_000,
        20,
      );
    } finally {
      await client.end();
    }
  }

  /** A month in the words of the steps of copies into Postgres. */
  async loadOf(month: string): Promise<string> {
    const file = (await this.files()).find((each) => each.month === month);
    return createHash('sha256')
      .update(file?.load_id ?? '')
      .digest('hex')
      .slice(0, 16);
  }

  /** Ends sessions whose worker is dead: with the worker's machine they would have gone too. */
  async cutSessions(): Promise<void> {
    for (const url of new Set([this.catalog, ...(this.kind === 'postgres' ? [this.target] : [])]))
      await rows(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name ilike 'longshore%'`,
      );
  }

  /** Plain SQL on the warehouse. DuckDB lets one process in, so a copy is looked at. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    if (this.snowflake)
      return (await this.snowflake.sql(statement, this.target)).map((row) =>
        Object.fromEntries(row.map((value, at) => [at, value])),
      );
    if (this.kind === 'postgres') return rows(this.target, statement);
    const copy = `${this.target}.copy`;
    for (const ending of ['', '.wal']) {
      rmSync(copy + ending, { force: true });
      if (existsSync(this.target + ending)) copyFileSync(this.target + ending, copy + ending);
    }
    const instance = await DuckDBInstance.create(copy);
    try {
      const connection = await instance.connect();
      return (await connection.runAndReadAll(statement)).getRowObjectsJson();
    } finally {
      instance.closeSync();
    }
  }

  async value(statement: string): Promise<string> {
    const [row] = await this.sql(statement);
    return String(Object.values(row ?? {})[0] ?? '');
  }

  figure(month: string): Promise<string> {
    return this.value(figureSql(ofMonth(month), this.kind));
  }

  count(month: string): Promise<number> {
    return this.value(`SELECT count(*) AS n FROM trades WHERE ${ofMonth(month)}`).then(Number);
  }

  /** Tables of the warehouse but for the one that is loaded and the ledger. */
  async stagingTables(): Promise<string[]> {
    const found = await this.sql(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables WHERE lower(table_schema) NOT IN ('pg_catalog', 'information_schema', 'chaos') AND lower(table_name) NOT IN ('trades', 'longshore_ledger') AND table_name NOT LIKE '!_fs!_%' ESCAPE '!'`,
    );
    return found.map((row) => String(Object.values(row)[0]));
  }

  /** Committed steps in the order in which they happened: `part:0`, `uploaded:0`, `state:staged`, … */
  async steps(month: string): Promise<string[]> {
    const found = await rows<{ step: string }>(
      this.catalog,
      `select step from chaos.steps where month = '${month}' order by n`,
    );
    return found.map(({ step }) => step);
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.end().catch(() => undefined);
    for (const child of this.children) await endProcess(child, 'SIGKILL');
    await this.installation.close();
    const pg = await testPostgres();
    for (const url of this.made) await pg.dropDatabase(url);
    if (this.kind !== 'duckdb') return;
    for (const ending of ['', '.wal', '.copy', '.copy.wal']) rmSync(this.target + ending, { force: true });
  }
}
