/**
 * Opening a DuckDB file safely. A database here is an instance in this very process, opened for one piece of work and
 * closed after it, so that other programs find the file free in between.
 *
 * DuckDB's file lock belongs to the process: a second instance in the same process would get past it, and closing that
 * one would drop the lock of the first. So every opening also takes a lock that all threads of this process share.
 */
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { locks } from 'node:worker_threads';
import { DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';
import { LongshoreError } from '../../core/errors/longshore-error';
import { mapError } from './errors';
import { literalList } from './sql';

export interface FileSettings {
  /** The database file. */
  path: string;
  memoryLimit: string;
  tempDirectory: string;
  applicationName: string;
  stagingSchema: string;
}

export const DEFAULT_MEMORY = '300MB';

/** Where DuckDB may spill when the caller named no folder. */
export const defaultTempDirectory = (): string => join(tmpdir(), 'longshore-duckdb');

export interface Access {
  mode: 'read' | 'write';
  /** Files besides the database that statements may touch; everything else on the disk is out of reach. */
  paths?: string[];
  directories?: string[];
  /** How long to wait for a file that another process holds, in milliseconds. */
  waitMs?: number;
  signal?: AbortSignal | undefined;
  /** No other thread of this process may have the file open meanwhile, not even for reading. */
  alone?: boolean;
  /** Rows that must not reach a disk as they are: DuckDB gets no folder to spill them to. */
  inMemoryOnly?: boolean;
  /** Rows of files come in their order, for statements that number them. */
  ordered?: boolean;
}

/** A statement that was told to stop before it began would not notice, so it is told again. */
const INTERRUPT_AGAIN_MS = 50;

export type Row = Record<string, unknown>;

/** One connection to one open file. Errors come out as LongshoreError. */
export class Session {
  constructor(
    readonly connection: DuckDBConnection,
    private readonly signal?: AbortSignal,
  ) {}

  /** Runs statements, or one with values; answers the number that DuckDB counts for INSERT, UPDATE, DELETE and COPY, else 0. */
  async run(sql: string, values?: (string | number | null)[]): Promise<number> {
    return this.guarded(async () => {
      const result = await this.connection.run(sql, values);
      return result.rowsChanged;
    });
  }

  /** Rows as values of the driver, at most `maxRows` of them. */
  async values(sql: string, values: (string | number | null)[], maxRows = Infinity): Promise<DuckDBValue[][]> {
    return this.guarded(async () => {
      if (maxRows === Infinity) return (await this.connection.runAndReadAll(sql, values)).getRows();
      const reader = await this.connection.streamAndReadUntil(sql, maxRows, values);
      return reader.getRows().slice(0, maxRows);
    });
  }

  /** Rows as plain JSON values: 64-bit integers and decimals as text. */
  async rows(sql: string, values: (string | number | bigint | boolean | null)[] = []): Promise<Row[]> {
    return this.guarded(async () => (await this.connection.runAndReadAll(sql, values)).getRowObjectsJson());
  }

  async value(sql: string, values: (string | number | bigint | boolean | null)[] = []): Promise<unknown> {
    const [row] = await this.rows(sql, values);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** A count as a number. */
  async count(sql: string): Promise<number> {
    return Number(await this.value(sql));
  }

  /**
   * Hands the rows of `sql` to `take` as they come, so that only a few are in memory at a time; answers how many. A stream
   * that fails on its way ends like one that is complete, and the driver does not tell them apart: so the rows are counted
   * by a statement of their own, `count`, in the same transaction.
   */
  async stream(sql: string, count: string, take: (chunk: DuckDBDataChunk) => Promise<void>): Promise<number> {
    await this.run('BEGIN TRANSACTION READ ONLY');
    try {
      const expected = await this.count(count);
      const result = await this.guarded(async () => this.connection.stream(sql));
      let rows = 0;
      for (;;) {
        const chunk = await this.guarded(async () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) break;
        await take(chunk);
        // Counted afterwards, so that the memory under the chunk is not let go while it is read.
        rows += chunk.rowCount;
      }
      if (this.signal?.aborted) throw cancelled();
      if (rows === expected) return rows;
      await this.run('ROLLBACK');
      // The same again without handing anything out, which fails in the same way, only not silently.
      const names = Array.from({ length: result.columnCount }, (_unused, index) => `c${index}`).join(', ');
      await this.run(`SELECT max(hash(${names})) FROM (${sql}) AS again(${names})`);
      throw new LongshoreError('QUERY_FAILED', `DuckDB sent ${rows} of ${expected} rows and did not say why.`);
    } finally {
      await this.connection.run('ROLLBACK').catch(() => undefined);
    }
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.signal?.aborted) throw cancelled();
    let again: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.connection.interrupt();
      again = setInterval(() => this.connection.interrupt(), INTERRUPT_AGAIN_MS);
    };
    this.signal?.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      // What an interrupted statement says depends on what it was doing.
      if (this.signal?.aborted) throw cancelled(error);
      throw mapError(error);
    } finally {
      this.signal?.removeEventListener('abort', interrupt);
      clearInterval(again);
    }
  }
}

const cancelled = (cause?: unknown): LongshoreError =>
  new LongshoreError('CANCELLED', 'The run was cancelled.', {}, { cause });

/** The file under its one true name, so that two spellings of it meet the same lock. */
export async function truePath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

export const fileExists = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

/** Opens the database file, does the work, closes it. Throws FILE_LOCKED when another process keeps it too long. */
export async function withFile<T>(
  settings: FileSettings,
  access: Access,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const path = await truePath(settings.path);
  const mode = access.mode === 'write' || access.alone ? 'exclusive' : 'shared';
  const held = async (): Promise<T> => openAndWork(settings, path, access, work);
  try {
    return await (locks.request(
      `longshore-duckdb:${path}`,
      { mode, ...(access.signal && { signal: access.signal }) },
      held,
    ) as Promise<T>);
  } catch (error) {
    if (access.signal?.aborted && !(error instanceof LongshoreError)) throw cancelled(error);
    throw error;
  }
}

/** An instance without a file, for work on staged files. */
export async function withMemory<T>(
  settings: FileSettings,
  access: Omit<Access, 'mode'>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return openAndWork(settings, ':memory:', { ...access, mode: 'write' }, work);
}

async function openAndWork<T>(
  settings: FileSettings,
  path: string,
  access: Access,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  // Two instances that share a folder for spilled data would overwrite each other's files.
  const temp = join(settings.tempDirectory, `duckdb-${randomUUID()}`);
  await mkdir(settings.tempDirectory, { recursive: true }).catch((error: unknown) => {
    throw new LongshoreError(
      'STAGING_UNAVAILABLE',
      `The folder ${settings.tempDirectory} for DuckDB's work files cannot be made.`,
      { file: settings.tempDirectory },
      { cause: error },
    );
  });
  const instance = await openWhenFree(settings, path, temp, access);
  let connection: DuckDBConnection | undefined;
  try {
    connection = await instance.connect();
    const session = new Session(connection, access.signal);
    await session.run(confine(access));
    return await work(session);
  } catch (error) {
    throw mapError(error);
  } finally {
    connection?.closeSync();
    instance.closeSync();
    await rm(temp, { recursive: true, force: true });
  }
}

/** Statements cannot reach files other than those named, nor lift this rule again. */
const confine = ({ paths = [], directories = [] }: Access): string =>
  [
    `SET TimeZone = 'UTC'`,
    `SET allowed_paths = ${literalList(paths)}`,
    `SET allowed_directories = ${literalList(directories)}`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ].join('; ');

async function openWhenFree(
  settings: FileSettings,
  path: string,
  temp: string,
  access: Access,
): Promise<DuckDBInstance> {
  const deadline = Date.now() + (access.waitMs ?? 0);
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 250)) {
    try {
      return await DuckDBInstance.create(path, {
        ...(path !== ':memory:' && { access_mode: access.mode === 'read' ? 'READ_ONLY' : 'READ_WRITE' }),
        memory_limit: settings.memoryLimit,
        temp_directory: access.inMemoryOnly ? '' : temp,
        threads: String(Math.min(4, availableParallelism())),
        preserve_insertion_order: String(access.ordered ?? false),
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
      });
    } catch (error) {
      const mapped = mapError(error, { file: path });
      if (mapped.code !== 'FILE_LOCKED' || Date.now() + pause > deadline) throw mapped;
      if (access.signal?.aborted) throw cancelled();
      await sleep(pause);
    }
  }
}
