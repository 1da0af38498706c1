/**
 * A drop folder for chaos: an installation whose databases and Temporal may be others than the shared ones, files whose
 * rows are known, holds that stop a file at one step, and a reckoning by plain SQL and a plain look at the disk.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Client } from 'pg';
import type { FileState, TreeProblem } from '../../core/types/drop';
import { Installation } from '../helpers/installation';
import { testPostgres } from '../helpers/postgres';
import { testTemporal } from '../helpers/temporal';
import { rows } from './shop';

export const REFERENCE_FULL = 'reference_data_table/fullload';
export const REFERENCE_APPEND = 'reference_data_table/append';
export const FULL = 'none_reference_data_table/fullload';
export const APPEND = 'none_reference_data_table/append';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function eventually<T>(
  what: string | (() => string),
  probe: () => Promise<T | undefined | false>,
  timeoutMs = 90_000,
  everyMs = 10,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`never happened: ${typeof what === 'string' ? what : what()}`);
    await sleep(everyMs);
  }
}

export interface KnownFile {
  id: number;
  path: string;
  state: FileState;
  step: string | null;
  rows: number | null;
  moved_to: string | null;
  parts: number;
  error: { code: string; message: string } | null;
}

export interface FolderStatus {
  state: string;
  problems: TreeProblem[];
  error?: { code: string };
}

export interface DropChaosOptions {
  /** Settings of the folder beside path and target, as YAML flow fields. */
  settings?: string;
  /** Beside interval and checks: `settleWithin: 1s`. */
  scan?: string;
  /** Default 2. */
  checks?: number;
  /** Of a server of the test's own. */
  targetUrl?: string;
  catalogUrl?: string;
  temporalAddress?: string;
  /** A folder that another installation watches too. */
  root?: string;
  /** Further folders, a line of YAML each. */
  folders?: string[];
}

const ACTIVE = new Set<FileState>(['watching', 'ready', 'processing']);

export class DropChaos {
  readonly root: string;
  private readonly clients: Client[] = [];

  private constructor(
    readonly installation: Installation,
    readonly target: string,
    readonly catalog: string,
    private readonly made: string[],
    root: string | undefined,
  ) {
    this.root = root ?? join(installation.folder, 'drop');
  }

  /** With a worker, and the folder watched. */
  static async open(options: DropChaosOptions = {}): Promise<DropChaos> {
    const [pg, temporal] = await Promise.all([testPostgres(), testTemporal()]);
    const namespace = options.temporalAddress ? 'default' : await temporal.createNamespace('chaos');
    await temporal.close();
    const made: string[] = [];
    const make = async (prefix: string): Promise<string> => {
      const url = await pg.createDatabase(prefix);
      made.push(url);
      return url;
    };
    const target = options.targetUrl ?? (await make('drop_dst'));
    const catalog = options.catalogUrl ?? (await make('drop_cat'));
    const scan = ['interval: 50ms', `checks: ${options.checks ?? 2}`, ...(options.scan ? [options.scan] : [])];
    const path = options.root === undefined ? 'drop' : `"${options.root}"`;
    const fields = [`path: ${path}`, 'to: uat', `scan: { ${scan.join(', ')} }`, options.settings ?? ''];
    const installation = new Installation({
      temporalAddress: options.temporalAddress ?? temporal.address,
      namespace,
      catalogUrl: catalog,
      sourceUrl: target,
      targetUrl: target,
      sets: [
        '  none: { from: prod, to: uat, tables: [public.none] }',
        'dropFolders:',
        `  inbox: { ${fields.filter((field) => field !== '').join(', ')} }`,
        ...(options.folders ?? []).map((line) => `  ${line}`),
      ].join('\n'),
    });
    const chaos = new DropChaos(installation, target, catalog, made, options.root);
    await installation.startWorker();
    return chaos;
  }

  async watch(folder = 'inbox'): Promise<void> {
    const { code, stdout, stderr } = await this.installation.run('drop', 'watch', folder, '--no-wait');
    if (code !== 0) throw new Error(`drop watch ended with ${code}: ${stdout}${stderr}`);
    // The last that is done before the first look.
    await eventually('the folder is taken', async () => this.exists('.longshore-watch.json'));
  }

  /** Runs `longshore drop COMMAND inbox …` and expects it to succeed. */
  async tell(command: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.installation.run('drop', command, 'inbox', ...args);
    if (code !== 0) throw new Error(`drop ${command} ended with ${code}: ${stdout}${stderr}`);
  }

  status(folder = 'inbox'): Promise<FolderStatus> {
    return this.installation.json<FolderStatus>('drop', 'status', folder);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  exists(path: string): boolean {
    return lstatSync(this.path(path), { throwIfNoEntry: false }) !== undefined;
  }

  /** Writes a file as careful programs do: under another name, then renamed. */
  drop(path: string, content: string | Uint8Array): void {
    const file = this.path(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.part`, content);
    renameSync(`${file}.part`, file);
  }

  /** Every file in the tree, with hidden ones but for the lock of the watch. */
  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.longshore-watch'))
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)))
      .toSorted();
  }

  sql<T extends object>(sql: string): Promise<T[]> {
    return rows<T>(this.target, sql);
  }

  /** What the catalog knows of files, in the order in which they were seen. */
  known(): Promise<KnownFile[]> {
    return rows<KnownFile>(
      this.catalog,
      `select f.id::int, path, state, step, rows::int, moved_to, error,
         (select count(*)::int from longshore.drop_parts p where p.file_id = f.id) as parts
       from longshore.drop_files f order by id`,
    );
  }

  /** Waits until `count` files have ended, and answers all that are known. */
  async ended(count: number, timeoutMs = 90_000): Promise<KnownFile[]> {
    let known: KnownFile[] = [];
    return eventually(
      () => `${count} files end:\n${JSON.stringify(known, null, 1)}\n${this.installation.workerLog.slice(-4000)}`,
      async () => {
        known = await this.known().catch(() => known);
        return known.filter(({ state }) => !ACTIVE.has(state)).length >= count && known;
      },
      timeoutMs,
      50,
    );
  }

  /** Waits until a file is as wanted; one connection, so that short moments are not missed. */
  async until(path: string, wanted: (file: KnownFile) => boolean): Promise<KnownFile> {
    const client = await connected(this.catalog);
    let file: KnownFile | undefined;
    try {
      return await eventually(
        () => `${path} comes so far: ${JSON.stringify(file)}\n${this.installation.workerLog.slice(-4000)}`,
        async () => {
          const found = await client.query<KnownFile>(
            `select f.id::int, path, state, step, rows::int, moved_to, error,
               (select count(*)::int from longshore.drop_parts p where p.file_id = f.id) as parts
             from longshore.drop_files f where path = $1 order by id desc limit 1`,
            [path],
          );
          file = found.rows[0];
          return file && wanted(file) && file;
        },
        60_000,
        2,
      );
    } finally {
      await client.end();
    }
  }

  /** Holds locks until released: whoever needs them waits. */
  async hold(url: string, lock: string): Promise<() => Promise<void>> {
    const client = await connected(url);
    this.clients.push(client);
    await client.query(`begin; ${lock}`);
    return () => client.end();
  }

  /** The catalog cannot write down how far this file has come; parts of it are still written down. */
  holdRecord(id: number, strength = 'no key update'): Promise<() => Promise<void>> {
    return this.hold(this.catalog, `select from longshore.drop_files where id = ${id} for ${strength}`);
  }

  /** Ends sessions whose worker is dead: with the worker's machine they would have gone too. */
  async cutSessions(): Promise<void> {
    for (const url of [this.target, this.catalog])
      await rows(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name ilike 'longshore%'`,
      );
  }

  expectTidy(): Promise<void> {
    return expectTidy(this);
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.end().catch(() => undefined);
    await this.installation.close();
    const pg = await testPostgres();
    for (const url of this.made) await pg.dropDatabase(url);
  }
}

/**
 * What is left when the watch has stopped: nothing in the staging folder, no staging schema, no session; and every
 * file of the catalog lies where the catalog says, and nothing else lies anywhere.
 */
async function expectTidy(chaos: DropChaos): Promise<void> {
  await chaos.tell('stop');
  const known = await chaos.known();
  expect(known.filter(({ state }) => ACTIVE.has(state))).toEqual([]);
  const moved = known.flatMap(({ moved_to: to }) => (to === null ? [] : [to]));
  const reports = chaos.files().filter((name) => /\.(error\.json|rejected\.csv)$/.test(name));
  expect(chaos.files()).toEqual([...moved, ...reports].toSorted());
  expect(chaos.installation.stagedFiles()).toEqual([]);
  expect(await chaos.sql(`select nspname from pg_namespace where nspname ilike '%longshore%'`)).toEqual([]);
}

export async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'chaos' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A file and the figure of its rows, reckoned without a database. */
export interface MadeFile {
  text: string;
  figure: string;
  rows: number;
}

/** About 80 bytes a row. `tag` makes files differ. */
export function madeFile(rowCount: number, tag: string, from = 1): MadeFile {
  const lines = ['id,name,amount,day,note\n'];
  const hash = createHash('md5');
  for (let id = from; id < from + rowCount; id += 1) {
    const [name, amount] = [`${tag} ${id} é✓`, `${id % 9973}.${String(id % 100).padStart(2, '0')}`];
    const day = `2024-${String(1 + (id % 12)).padStart(2, '0')}-${String(1 + (id % 28)).padStart(2, '0')}`;
    const note = id % 7 === 0 ? '' : `note ${id}, "of ${tag}"`;
    lines.push(`${id},${name},${amount},${day},${note === '' ? '' : `"${note.replaceAll('"', '""')}"`}\n`);
    hash.update(`${id}|${name}|${amount}|${day}|${note}\n`);
  }
  return { text: lines.join(''), figure: `${rowCount}:${hash.digest('hex')}`, rows: rowCount };
}

/** The same figure of a table, by the server: order, values and number of its rows. */
export async function figureOf(url: string, table: string): Promise<string> {
  const [found] = await rows<{ figure: string }>(
    url,
    `select count(*) || ':' || md5(string_agg(concat_ws('|', id, name, amount, to_char(day, 'YYYY-MM-DD'), coalesce(note, '')) || E'\\n', '' order by id)) as figure from ${table}`,
  );
  return found?.figure ?? '';
}

/** Waits until so many sessions of Longshore wait for a lock in a statement that looks like this. */
export function waiting(url: string, like: string, count = 1): Promise<true> {
  const ours = `datname = current_database() and application_name ilike 'longshore%'`;
  let sessions: object[] = [];
  return eventually(
    () => `${count} wait for a lock in ${like}: ${JSON.stringify(sessions, null, 1)}`,
    async () => {
      sessions = await rows(
        url,
        `select state, wait_event_type, wait_event, left(query, 200) as query, wait_event_type = 'Lock' and query ilike '${like}' as wanted from pg_stat_activity where ${ours}`,
      );
      return sessions.filter((session) => 'wanted' in session && session.wanted).length >= count && true;
    },
    30_000,
  );
}
