/** An installation that watches drop folders, and plain SQL and a plain look at the disk to check what becomes of files. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execute, rows, Site } from '../site';

export const FULL = 'reference_data_table/fullload';
export const APPEND = 'reference_data_table/append';
export const PLAIN_FULL = 'none_reference_data_table/fullload';
export const PLAIN_APPEND = 'none_reference_data_table/append';

export interface DropRow {
  id: number;
  path: string;
  state: string;
  table_id: string | null;
  rows: number | null;
  rejected: number | null;
  moved_to: string | null;
  error: { code: string; message: string; place: Record<string, unknown>; next: string } | null;
  step: string | null;
}

export interface DropSiteOptions {
  /** Settings of the folder, as YAML flow fields: `columns: evolve, duplicates: load`. */
  settings?: string;
  /** Further folders of the installation, see `beside`: their settings by name. */
  folders?: Record<string, string>;
  /** Further sections of the configuration. */
  more?: string;
  env?: Record<string, string>;
  to?: string;
  environments?: string[];
}

/** Looks every 50 ms, and takes a file that stood still for two looks. */
const FAST = 'scan: { interval: 50ms, checks: 2 }';

export class DropSite {
  private constructor(
    readonly site: Site,
    readonly root: string,
    readonly name: string,
  ) {}

  static async open({
    settings = '',
    folders = {},
    more = '',
    env,
    to = 'uat',
    environments,
  }: DropSiteOptions = {}): Promise<DropSite> {
    const lines = Object.entries({ inbox: settings, ...folders }).map(([name, own]) => {
      const path = name === 'inbox' ? 'drop' : name;
      const fields = [`path: ${path}`, ...(/(^|\W)to:/.test(own) ? [] : [`to: ${to}`]), FAST, ...(own ? [own] : [])];
      return `  ${name}: { ${fields.join(', ')} }`;
    });
    const site = await Site.open({
      sets: `  none: { from: prod, to: uat, tables: [public.none] }\ndropFolders:\n${lines.join('\n')}\n${more}`,
      ...(env && { env }),
      ...(environments && { environments }),
    });
    return new DropSite(site, join(site.installation.folder, 'drop'), 'inbox');
  }

  /** Another folder of the same installation. */
  beside(name: string): DropSite {
    return new DropSite(this.site, join(this.site.installation.folder, name), name);
  }

  get target(): string {
    return this.site.target;
  }

  async watch(): Promise<void> {
    const { code, stderr, stdout } = await this.site.installation.run('drop', 'watch', this.name, '--no-wait');
    if (code !== 0) throw new Error(`drop watch ended with ${code}: ${stdout}${stderr}`);
  }

  /** No folder is looked at longer than a test needs: each look costs a little. */
  async stop(): Promise<void> {
    await this.longshore('stop');
  }

  /** Writes a file as careful programs do: under another name, then renamed. */
  drop(path: string, content: string | Uint8Array): void {
    const file = join(this.root, path);
    const hidden = join(dirname(file), '.writing');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(hidden, content);
    renameSync(hidden, file);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Every file in the tree, hidden ones left out. */
  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.longshore'))
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .toSorted();
  }

  /** What the catalog knows of the folder's files, in the order they were seen. */
  async known(): Promise<DropRow[]> {
    return rows<DropRow>(
      this.site.catalog,
      `select id::int, path, state, table_id, rows::int, rejected::int, moved_to, error, step from longshore.drop_files where folder = '${this.name}' order by id`,
    );
  }

  /** Waits until `count` files have ended, and returns all of them. */
  async ended(count: number, withinMs = 60_000): Promise<DropRow[]> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const known = await this.known().catch(() => []);
      const over = known.filter(({ state }) => !['watching', 'ready', 'processing'].includes(state));
      if (over.length >= count) return known;
      if (Date.now() > deadline)
        throw new Error(
          `${over.length} of ${count} files ended:\n${JSON.stringify(known, null, 1)}\n${this.site.installation.workerLog.slice(-3000)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Drops a file, waits until it has ended, and returns what became of it. */
  async put(path: string, content: string | Uint8Array, withinMs?: number): Promise<DropRow> {
    const before = await this.known().catch(() => []);
    const isOver = ({ state }: DropRow): boolean => !['watching', 'ready', 'processing'].includes(state);
    this.drop(path, content);
    const known = await this.ended(before.filter(isOver).length + 1, withinMs);
    const seen = new Set(before.map(({ id }) => id));
    const found = known.find((file) => file.path === path && !seen.has(file.id));
    if (!found) throw new Error(`${path} was not seen: ${JSON.stringify(known)}`);
    return found;
  }

  async sql<T extends object>(sql: string): Promise<T[]> {
    return rows<T>(this.target, sql);
  }

  async execute(sql: string): Promise<void> {
    await execute(this.target, sql);
  }

  /** Runs `longshore drop COMMAND FOLDER …` and returns what a user sees. */
  async longshore(command: string, ...args: string[]): Promise<{ code: number; out: string }> {
    const { code, stdout, stderr } = await this.site.installation.run('drop', command, this.name, ...args);
    return { code, out: stdout + stderr };
  }

  /** The same, with `--json`. */
  json<T>(command: string, ...args: string[]): Promise<T> {
    return this.site.installation.json<T>('drop', command, this.name, ...args);
  }

  async close(): Promise<void> {
    await this.site.close();
  }
}
