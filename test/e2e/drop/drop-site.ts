/** An installation that watches a drop folder, and plain SQL and a plain look at the disk to check what becomes of files. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rows, Site } from '../site';

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
  ) {}

  static async open({ settings, more = '', env, to = 'uat', environments }: DropSiteOptions = {}): Promise<DropSite> {
    const fields = ['path: drop', `to: ${to}`, FAST, ...(settings ? [settings] : [])].join(', ');
    const site = await Site.open({
      sets: `  none: { from: prod, to: uat, tables: [public.none] }\ndropFolders:\n  inbox: { ${fields} }\n${more}`,
      ...(env && { env }),
      ...(environments && { environments }),
    });
    return new DropSite(site, join(site.installation.folder, 'drop'));
  }

  get target(): string {
    return this.site.target;
  }

  async watch(): Promise<void> {
    const { code, stderr, stdout } = await this.site.installation.run('drop', 'watch', 'inbox', '--no-wait');
    if (code !== 0) throw new Error(`drop watch ended with ${code}: ${stdout}${stderr}`);
  }

  /** Writes a file as careful programs do: under another name, then renamed. */
  drop(path: string, content: string | Uint8Array): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, content);
    renameSync(`${file}.part`, file);
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

  /** What the catalog knows of files, in the order they were seen. */
  async known(): Promise<DropRow[]> {
    return rows<DropRow>(
      this.site.catalog,
      'select id::int, path, state, table_id, rows::int, rejected::int, moved_to, error, step from longshore.drop_files order by id',
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

  async sql<T extends object>(sql: string): Promise<T[]> {
    return rows<T>(this.target, sql);
  }

  async close(): Promise<void> {
    await this.site.close();
  }
}
