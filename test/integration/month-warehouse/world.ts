/** A warehouse with a table of trades and its staging table, for tests that look at them by SQL. */
import type { Warehouse, WarehouseTable } from '../../../connectors/warehouse';
import { warehouseFacts } from '../../../activities/month/warehouse-facts';
import { daysOf, monthRange } from '../../../core/quality/calendar/days';
import type { MonthTable } from '../../../core/types/month';
import type { ExpectedDays, QualityFacts } from '../../../core/types/quality';
import { monthCondition } from '../../../core/warehouse/month-condition';
import { publishStatements } from '../../../core/warehouse/publish';
import { definition, FIELDS, type TradeRow } from './rows';

export interface Opened {
  warehouse: Warehouse;
  folder: string;
  schema: string;
  /** Runs SQL past the code under test; rows of the answer as text. */
  sql(text: string): Promise<(string | null)[][]>;
  close(): Promise<void>;
}

export interface Traits {
  /** Staging tables hold texts. */
  isText: boolean;
  /** Deleted rows come back from a file; otherwise from the past of the table. */
  hasBackup: boolean;
}

export const JANUARY = monthRange('2024-01');
export const value = (text: string | null): string => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`);
export const mark = (id: string) => ({ id, batch: 'daily', by: 'tester' });

export const everyDay = (range: { from: number; to: number } | string): ExpectedDays => {
  const days = typeof range === 'string' ? monthRange(range) : range;
  return { range: days, expected: daysOf(days), excused: {}, description: 'every day' };
};

const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export class World {
  constructor(
    readonly opened: Opened,
    readonly known: WarehouseTable,
    private readonly isText: boolean,
  ) {}

  get warehouse(): Warehouse {
    return this.opened.warehouse;
  }

  /** With an empty table of trades, made anew. */
  static async begin(opened: Opened, isText: boolean): Promise<World> {
    const trades = `${ident(opened.schema)}."trades"`;
    await opened.sql(`DROP TABLE IF EXISTS ${trades}`);
    const text = isText ? 'varchar(5)' : 'varchar';
    await opened.sql(
      `CREATE TABLE ${trades} ("day" date, "id" bigint NOT NULL, "quantity" integer, "price" numeric(10, 2), "code" ${text}, "active" boolean, "at" timestamp, "Note ""x""" ${isText ? 'text' : 'varchar'})`,
    );
    const known = await opened.warehouse.describe('trades');
    if (!known) throw new Error('no table');
    return new World(opened, known, isText);
  }

  name(table: string): string {
    return `${ident(this.opened.schema)}.${ident(table)}`;
  }

  sql(text: string): Promise<(string | null)[][]> {
    return this.opened.sql(text);
  }

  async insert(table: string, rows: readonly TradeRow[]): Promise<void> {
    const values = rows.map((row) => `(${row.map(value).join(', ')})`);
    if (rows.length > 0) await this.sql(`INSERT INTO ${this.name(table)} VALUES ${values.join(', ')}`);
  }

  async stage(rows: readonly TradeRow[]): Promise<void> {
    const types = this.isText
      ? `(${FIELDS.map((field) => `${ident(field)} text`).join(', ')})`
      : `AS SELECT * FROM ${this.name('trades')} WHERE 1 = 0`;
    await this.sql(`DROP TABLE IF EXISTS ${this.name('staged')}`);
    await this.sql(`CREATE TABLE ${this.name('staged')} ${types}`);
    await this.insert('staged', rows);
  }

  /** Of what is staged. */
  facts(table: MonthTable = definition()): Promise<QualityFacts> {
    return warehouseFacts(this.warehouse, {
      staging: { schema: this.opened.schema, name: 'staged' },
      table: this.known,
      columns: this.known.columns,
      tableColumns: FIELDS,
      monthTable: table,
      month: '2024-01',
      rules: table.quality.rules,
      file: '/data/trades.tsv',
      bytes: 1000,
    });
  }

  /** What is staged. `replace`: in exchange for the rows of January. */
  publish(table: MonthTable, id: string, replace = false): Promise<number[] | undefined> {
    const [date] = this.known.columns;
    if (!date) throw new Error('no column');
    const statements = publishStatements(this.warehouse.kind, {
      table: this.known,
      sources: [{ staging: { schema: this.opened.schema, name: 'staged' }, columns: FIELDS }],
      format: table.format,
      ...(replace && { replace: monthCondition(this.warehouse.kind, date, table.format, JANUARY) }),
    });
    const loaded = { ...mark(id), kind: 'load', table: 'trades', month: '2024-01', rows: 0 } as const;
    return this.warehouse.transaction(statements, loaded);
  }

  /** Rows of the table. */
  async count(where = '1 = 1'): Promise<number> {
    return Number((await this.sql(`SELECT count(*) FROM ${this.name('trades')} WHERE ${where}`))[0]?.[0]);
  }
}
