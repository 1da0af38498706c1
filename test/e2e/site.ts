/** What the end-to-end tests stand on: a namespace, databases and a worker of their own, and plain SQL to check them with. */
import { Client } from 'pg';
import { Installation, type CommandResult, type InstallationOptions } from '../helpers/installation';
import { testPostgres } from '../helpers/postgres';
import { testTemporal } from '../helpers/temporal';

/** As the catalogue's errors are printed with `--json`. */
export interface PrintedError {
  code: string;
  message: string;
  next: string;
  place: Record<string, unknown>;
  problems?: { code: string; message: string; file: string; line?: number; path?: string }[];
}

export interface ShownTable {
  tableId: string;
  phase: string;
  rowsExtracted: number;
  rowsLoaded: number;
  plan: { strategy: string; mode: string; warnings: string[] };
  sourceAggregates?: {
    rows: string;
    columns: { column: string; nulls: string; sum: string | null; min: string | null; max: string | null }[];
  };
  targetAggregates?: ShownTable['sourceAggregates'];
  warnings: string[];
  error?: PrintedError;
  verification?: { equal: boolean };
}

export interface ShownRun {
  run: {
    runId: string;
    status: string;
    triggeredBy: string;
    reason?: string;
    configVersion: number;
    dryRun: boolean;
    error?: PrintedError;
    plan?: { warnings: string[] };
  };
  tables: ShownTable[];
}

/** What a command came to: its exit code, its errors, and all it printed. */
export interface Outcome extends CommandResult {
  /** Of the command, or of the run. */
  error?: PrintedError;
  /** By table. */
  tableErrors: Record<string, PrintedError>;
  shown?: ShownRun;
}

export async function rows<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url, application_name: 'test' });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function execute(url: string, sql: string): Promise<void> {
  await rows(url, sql);
}

/**
 * All that a database holds, as text that differs when anything does: definitions, grants, and every row with the place
 * and the transaction that wrote it.
 */
export async function fingerprint(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url, application_name: 'test' });
  await client.connect();
  try {
    const definitions = await client.query<{ line: string }>(DEFINITIONS);
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' order by 1`,
    );
    const lines = definitions.rows.map(({ line }) => line);
    for (const { name } of tables.rows) {
      const { rows: found } = await client.query<{ line: string }>(
        `select count(*) || ':' || coalesce(sum(hashtextextended(t.ctid::text || t.xmin::text || t::text, 0)::numeric), 0) as line from ${name} t`,
      );
      lines.push(`${name} ${found[0]?.line}`);
    }
    return lines;
  } finally {
    await client.end();
  }
}

const DEFINITIONS = `
  with mine as (select c.* , n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^(pg_|information_schema)')
  select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') as line from pg_namespace where nspname !~ '^pg_'
  union all select format('%s %s.%s %s %s %s', relkind, nspname, relname, oid, relfilenode, relacl) from mine
  union all select format('column %s.%s %s %s %s', nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull) from mine join pg_attribute on attrelid = mine.oid where attnum > 0
  union all select format('constraint %s %s', conname, pg_get_constraintdef(c.oid)) from pg_constraint c join mine on conrelid = mine.oid
  union all select format('trigger %s %s', tgname, tgenabled) from pg_trigger join mine on tgrelid = mine.oid where not tgisinternal
  order by 1`;

/** A figure of every value of every row: equal tables have equal figures, whatever the row order. */
export async function contents(url: string, table: string, columns = 't'): Promise<string> {
  const [found] = await rows<{ figure: string }>(
    url,
    `select count(*) || ':' || coalesce(sum(hashtextextended(r::text, 0)::numeric), 0) as figure from (select ${columns} from ${table} t) r`,
  );
  return found?.figure ?? '';
}

export interface SiteOptions extends Partial<Pick<InstallationOptions, 'environments' | 'staging' | 'env'>> {
  sets?: string;
}

/** One installation with a worker, and the two databases of its environments `prod` and `uat`. */
export class Site {
  private constructor(
    readonly installation: Installation,
    readonly source: string,
    readonly target: string,
    readonly catalog: string,
    readonly namespace: string,
  ) {}

  static async open(
    options: SiteOptions | ((urls: { source: string; target: string }) => SiteOptions) = {},
    { worker = true } = {},
  ): Promise<Site> {
    const [pg, temporal] = await Promise.all([testPostgres(), testTemporal()]);
    const namespace = await temporal.createNamespace('e2e');
    const source = await pg.createDatabase('e2e_src');
    const target = await pg.createDatabase('e2e_dst');
    const catalog = await pg.createDatabase('e2e_cat');
    const { sets = NO_SET, ...rest } = typeof options === 'function' ? options({ source, target }) : options;
    const installation = new Installation({
      temporalAddress: temporal.address,
      namespace,
      catalogUrl: catalog,
      sourceUrl: source,
      targetUrl: target,
      sets,
      ...rest,
    });
    await temporal.close();
    const site = new Site(installation, source, target, catalog, namespace);
    if (worker) await installation.startWorker();
    return site;
  }

  async close(): Promise<void> {
    await this.installation.close();
    const pg = await testPostgres();
    for (const url of [this.source, this.target, this.catalog]) await pg.dropDatabase(url);
  }

  /** Runs a command with `--json` and reads the error, and the run, out of what it prints. */
  async command(...args: string[]): Promise<Outcome> {
    const result = await this.installation.run(...args, '--json');
    const printed = parse(result.stdout) as (Partial<ShownRun> & { error?: PrintedError }) | undefined;
    const shown = printed?.run ? (printed as ShownRun) : undefined;
    const tableErrors = Object.fromEntries(
      (shown?.tables ?? []).flatMap(({ tableId, error }) => (error ? [[tableId, error]] : [])),
    );
    return { ...result, shown, tableErrors, error: printed?.error ?? shown?.run.error };
  }

  /** What runs have left behind anywhere. */
  async leftBehind(): Promise<{ files: string[]; schemas: string[]; sessions: string[] }> {
    const schemas = await rows<{ name: string }>(
      this.target,
      `select nspname as name from pg_namespace where nspname ilike '%longshore%' or nspname ilike '%staging%'`,
    );
    const deadline = Date.now() + 10_000;
    let sessions: string[];
    do {
      const open = await rows<{ name: string }>(
        this.target,
        `select application_name || ': ' || left(query, 100) as name from pg_stat_activity
         where datname in ('${nameOf(this.source)}', '${nameOf(this.target)}') and application_name like 'longshore%'`,
      );
      sessions = open.map(({ name }) => name);
      if (sessions.length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    } while (sessions.length > 0 && Date.now() < deadline);
    return { files: this.installation.stagedFiles(), schemas: schemas.map(({ name }) => name), sessions };
  }
}

export const NOTHING = { files: [], schemas: [], sessions: [] };

const NO_SET = '  none: { from: prod, to: uat, tables: [public.none] }';

export const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

/** The URL with other parts, e.g. `{ password: 'wrong' }`. */
export function urlWith(
  url: string,
  parts: Partial<Record<'username' | 'password' | 'hostname' | 'port' | 'pathname', string>>,
): string {
  return Object.assign(new URL(url), parts).href;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Runs `work` on every item, a few at a time: the machine has few cores, and a command mostly waits. */
export async function several<T, R>(items: readonly T[], work: (item: T) => Promise<R>, atOnce = 3): Promise<R[]> {
  const results: R[] = [];
  const queue = items.map((item, index) => ({ item, index }));
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next.index] = await work(next.item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}
