/** An installation with month batches, the files of its months, and plain SQL to look at what became of them. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CommandResult } from '../../helpers/installation';
import { type PrintedError, rows as ask, Site } from '../site';

/** A row as a file has it: day, id, amount, note. An empty note is NULL. */
export type Row = [day: string, id: number, amount: string, note: string];

export const HEADER = 'day\tid\tamount\tnote\n';

/** Settings of a table that is made from such a file. */
export const FIELDS =
  'dateColumn: day, keyColumns: [day, id], createTable: true, types: { day: DATE, id: INTEGER, amount: "DECIMAL(12,2)", note: VARCHAR(20) }';

export const line = (row: Row): string => `${row.join('\t')}\n`;

export const text = (rows: readonly Row[]): string => HEADER + rows.map(line).join('');

/** Every day of a month has `perDay` rows; `salt` makes other values of the same keys. */
export function monthRows(month: string, { perDay = 10, salt = 0 } = {}): Row[] {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: days }, (_, d) =>
    Array.from({ length: perDay }, (__, i): Row => {
      const day = `${month}-${String(d + 1).padStart(2, '0')}`;
      return [day, i, `${((d * 97 + i * 31 + salt) % 1000) - 300}.${i % 10}5`, i % 4 === 0 ? '' : `n${d}-${i}`];
    }),
  ).flat();
}

/** As `kept` reads them back. */
export const asKept = (rows: readonly Row[]): string[] =>
  rows.map(([day, id, amount, note]) => [day, id, amount, note || 'NULL'].join('|')).toSorted();

export interface FileOutcome {
  file: string;
  table: string;
  month: string;
  state: string;
  rows: number;
  rowsCopied?: number;
  rowsStaged?: number;
  quality?: { mode: string; verdict: string; score?: number; sentence: string };
  warnings: string[];
  error?: PrintedError;
}

/** What `month check` and `month load` print with `--json`. */
export interface Summary {
  runId: string;
  batchId: string;
  status: string;
  months: { month: string; status: string; files: number; loaded: number; failed: number; skipped: number }[];
  files: FileOutcome[];
  error?: PrintedError;
}

export interface Checkpoint {
  batchId: string;
  status: string;
  months: string[];
  completedMonths: string[];
  failedMonths: string[];
  currentMonths: string[];
}

export type WarehouseKind = 'duckdb' | 'postgres';

export interface MonthSiteOptions {
  kind: WarehouseKind;
  /** The `monthBatches` section: lines of YAML, indented by two. Batches go `to: wh`. */
  batches: string;
}

export class MonthSite {
  private constructor(
    readonly site: Site,
    readonly kind: WarehouseKind,
    private readonly database: string,
  ) {}

  static async open({ kind, batches }: MonthSiteOptions): Promise<MonthSite> {
    const path = join(tmpdir(), `longshore-month-${randomBytes(4).toString('hex')}.duckdb`);
    const warehouse =
      kind === 'duckdb' ? `wh: { kind: duckdb, path: "${path}" }` : 'wh: { kind: postgres, url: "${env:TARGET_URL}" }';
    const site = await Site.open({
      sets: `  none: { from: prod, to: uat, tables: [public.none] }\nmonthBatches:\n${batches}`,
      environments: [warehouse],
    });
    return new MonthSite(site, kind, kind === 'duckdb' ? path : site.target);
  }

  async close(): Promise<void> {
    await this.site.close();
    if (this.kind === 'duckdb')
      for (const ending of ['', '.wal', '.copy', '.copy.wal']) rmSync(this.database + ending, { force: true });
  }

  path(name: string): string {
    return join(this.site.installation.folder, 'data', name);
  }

  /** Writes a file of the batches' folder. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** A command as people run it. */
  run(...args: string[]): Promise<CommandResult> {
    return this.site.installation.run(...args);
  }

  /** A command with `--json`: its exit code and what it printed. */
  async json<T>(...args: string[]): Promise<{ code: number; printed: T; error?: PrintedError }> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    try {
      const printed = JSON.parse(stdout) as T & { error?: PrintedError; run?: { error?: PrintedError } };
      // A run that was refused before it began is printed as such.
      const error = printed.error ?? printed.run?.error;
      return { code, printed, ...(error && { error }) };
    } catch {
      throw new Error(`longshore ${args.join(' ')} ended with ${code} and printed no JSON:\n${stdout}\n${stderr}`);
    }
  }

  async load(batch: string, ...args: string[]): Promise<{ code: number; printed: Summary; error?: PrintedError }> {
    return this.json<Summary>('month', 'load', batch, ...args);
  }

  async checkpoint(batch: string): Promise<Checkpoint> {
    const { printed } = await this.json<Checkpoint[]>('month', 'batches', batch);
    return printed[0] as Checkpoint;
  }

  /** Plain SQL on the warehouse. DuckDB lets one process in, so a copy is looked at: nothing is written meanwhile. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    if (this.kind === 'postgres') return ask(this.database, statement);
    const copy = `${this.database}.copy`;
    for (const ending of ['', '.wal']) {
      rmSync(copy + ending, { force: true });
      if (existsSync(this.database + ending)) copyFileSync(this.database + ending, copy + ending);
    }
    const instance = await DuckDBInstance.create(copy);
    try {
      const connection = await instance.connect();
      const reader = await connection.runAndReadAll(statement);
      return reader.getRowObjectsJson();
    } finally {
      instance.closeSync();
    }
  }

  /** Every row of a table, as text. */
  async kept(table: string): Promise<string[]> {
    const found = await this.sql(
      `SELECT CAST(day AS VARCHAR) || '|' || CAST(id AS VARCHAR) || '|' || CAST(amount AS VARCHAR) || '|' || COALESCE(note, 'NULL') AS line FROM ${table}`,
    );
    return found.map((row) => String(row['line'])).toSorted();
  }

  /** Tables of the warehouse, with those that only Longshore needs. */
  async tables(): Promise<string[]> {
    const schema = this.kind === 'duckdb' ? 'main' : 'public';
    const found = await this.sql(
      `SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    return found
      .map((row) => `${String(row['table_schema'])}.${String(row['table_name'])}`.replace(`${schema}.`, ''))
      .toSorted();
  }

  async count(table: string, condition = '1 = 1'): Promise<number> {
    const [found] = await this.sql(`SELECT count(*) AS n FROM ${table} WHERE ${condition}`);
    return Number(found?.['n']);
  }
}

/** What a file of this name came to. */
export function fileOf({ files }: Summary, name: string): FileOutcome {
  const found = files.find(({ file }) => file.endsWith(`/${name}`));
  if (!found) throw new Error(`no file ${name} among ${files.map(({ file }) => file).join(', ')}`);
  return found;
}
