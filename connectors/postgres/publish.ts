/** The switch: one transaction for every table of the request, prepared outside of it and finished after it. */
import { createHash } from 'node:crypto';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PublishRequest, PublishResult } from '../connector';
import { inPlaceLocksSql, keepsReadersOut, mayQuiet, replaceInPlace } from './delete-insert';
import { describeLive } from './dependents';
import { toPostgresError } from './errors';
import { addLateSql, buildStagedKeys, checkKeys, lateKeys, validateLate, type LateKey } from './foreign-keys';
import { lockPatiently, type LockPatience } from './locks';
import { waitForOlderReaders } from './older-readers';
import type { DedicatedClient, PostgresClient, PostgresPool } from './pool';
import { connectWatched, cutSession } from './own-session';
import { checkUnchanged, keysAround, readSet, takesPlace, type StagedTable } from './publish-set';
import { furthestValues } from './sequences';
import { qualified } from './sql';
import { publishedTable } from './staging';
import { swapObstacles } from './swap-obstacles';
import { swapLocksSql, swapTables } from './swap';

export interface PublishPatience {
  /** How long one publish asks for its locks in all, in milliseconds. */
  locksMs: number;
  /** How long a swap waits for readers with an older snapshot before it replaces rows in place instead. */
  olderReadersMs: number;
}

export const PATIENCE: PublishPatience = { locksMs: 120_000, olderReadersMs: 30_000 };

/** What is kept with the marker: the result, and what a retry must still do. */
interface Published extends PublishResult {
  late: Pick<LateKey, 'table' | 'name' | 'validate'>[];
}

/** Atomic for the whole request, and done once: a request that is published already returns what it returned then. */
export async function publish(
  pool: PostgresPool,
  stagingSchema: string,
  request: PublishRequest,
  patience: PublishPatience,
  signal?: AbortSignal,
): Promise<PublishResult> {
  const cancelled = () => new LongshoreError('CANCELLED', 'Publishing was cancelled; the old rows are untouched.');
  if (signal?.aborted) throw cancelled();
  const session = await connectWatched(pool);
  let committing = false;
  // Past the point of no return the answer is worth waiting for.
  const abort = () => void (committing || cutSession(pool, session));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const run = new Publishing(pool, session, stagingSchema, request, patience, () => {
      if (signal?.aborted) throw cancelled();
      committing = true;
    });
    const published = await Promise.race([run.run(signal), session.lost]);
    const warnings = await validateLate(pool, published.late);
    return {
      lockedMs: published.lockedMs,
      strategies: published.strategies,
      warnings: [...published.warnings, ...warnings],
    };
  } catch (error) {
    session.destroy();
    throw signal?.aborted && !committing ? cancelled() : toPostgresError(error, {}, pool.server);
  } finally {
    signal?.removeEventListener('abort', abort);
    await session.end();
  }
}

const inPlace = (table: StagedTable): StagedTable =>
  table.strategy === 'swap' ? { ...table, strategy: 'delete-insert' } : table;

class Publishing {
  readonly #client: PostgresClient;
  readonly #hash: string;
  readonly #locks: LockPatience;

  constructor(
    readonly pool: PostgresPool,
    readonly session: DedicatedClient,
    readonly stagingSchema: string,
    readonly request: PublishRequest,
    readonly patience: PublishPatience,
    readonly beforeCommit: () => void,
  ) {
    this.#client = session.client;
    this.#locks = { lockTimeoutMs: request.lockTimeoutMs, patienceMs: patience.locksMs };
    this.#hash = createHash('sha256')
      .update(JSON.stringify(request.tables.map(({ plan }) => tableId(plan.targetRef)).toSorted()))
      .digest('hex');
  }

  async run(signal?: AbortSignal): Promise<Published> {
    // Two attempts at once would get into each other's way while they prepare. Freed when the session ends.
    await this.#client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [
      `longshore publish ${this.request.runId} ${this.#hash}`,
    ]);
    const done = await this.#published();
    if (done) return done;
    const warnings: string[] = [];
    const tables = await this.#chosen(warnings, signal);
    const late = lateKeys(tables);
    warnings.push(...(await buildStagedKeys(this.pool, this.session, tables, this.#locks)));
    await this.#checkLate(tables, late);
    const furthest = await furthestValues(this.#client, tables);
    await this.#client.query('BEGIN');
    const marked = await this.#client.query(
      `INSERT INTO ${publishedTable(this.stagingSchema)} (run_id, tables_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [this.request.runId, this.#hash],
    );
    if (marked.rowCount === 0) {
      await this.#client.query('ROLLBACK');
      return (await this.#published()) ?? this.run(signal);
    }
    // By this lock cleanup finds a session that a dead worker left behind.
    await this.#client.query(
      `LOCK TABLE ${tables.map(({ staging }) => qualified(staging)).join(', ')} IN ACCESS SHARE MODE`,
    );
    const quiet = await mayQuiet(this.#client);
    const staying = tables.filter((table) => !takesPlace(table));
    let lockedAt: number | undefined;
    const replaceRows = async (): Promise<void> => {
      if (staying.length === 0) return;
      const at = await this.#lock(staying, inPlaceLocksSql(staying));
      if (staying.some(keepsReadersOut)) lockedAt ??= at;
      warnings.push(...(await replaceInPlace(this.#client, tables, furthest, quiet)));
    };
    const swap = async (): Promise<void> => {
      const swapped = tables.filter(takesPlace);
      if (swapped.length === 0) return;
      lockedAt ??= await this.#lock(swapped, swapLocksSql(swapped));
      await this.#refresh(swapped);
      await swapTables(this.#client, swapped, late, furthest);
    };
    // Rows that are copied are copied before readers of the swapped tables have to wait, if foreign keys can be kept quiet.
    for (const step of quiet ? [replaceRows, swap] : [swap, replaceRows]) await step();
    if (late.length > 0) await this.#client.query(late.map(addLateSql).join(';\n'));
    return this.#commit(tables, late, warnings, lockedAt);
  }

  async #commit(
    tables: readonly StagedTable[],
    late: readonly LateKey[],
    warnings: string[],
    lockedAt: number | undefined,
  ): Promise<Published> {
    const strategies = Object.fromEntries(tables.map(({ id, strategy }) => [id, strategy]));
    const created = tables.every(({ live }) => live === undefined);
    const lockedMs = () => (lockedAt === undefined || created ? 0 : Math.round(performance.now() - lockedAt));
    const published = (): Published => ({
      lockedMs: lockedMs(),
      strategies,
      warnings,
      late: late.map(({ table, name, validate }) => ({ table, name, validate })),
    });
    await this.#client.query(
      `UPDATE ${publishedTable(this.stagingSchema)} SET result = $3 WHERE run_id = $1 AND tables_hash = $2`,
      [this.request.runId, this.#hash, JSON.stringify(published())],
    );
    this.beforeCommit();
    await this.#client.query('COMMIT');
    return published();
  }

  async #published(): Promise<Published | undefined> {
    const { rows } = await this.#client.query<{ result: string | null }>(
      `SELECT result::text AS result FROM ${publishedTable(this.stagingSchema)} WHERE run_id = $1 AND tables_hash = $2`,
      [this.request.runId, this.#hash],
    );
    const result = rows[0]?.result;
    return result ? (JSON.parse(result) as Published) : undefined;
  }

  /** The tables with their strategies; a swap that would lose something, or show a reader half a table, gives way. */
  async #chosen(warnings: string[], signal?: AbortSignal): Promise<StagedTable[]> {
    const tables = (await readSet(this.#client, this.stagingSchema, this.request)).map((table) => {
      const obstacles = table.strategy === 'swap' && table.live ? swapObstacles(table.live) : [];
      if (obstacles.length === 0) return table;
      warnings.push(`Rows of ${table.id} were replaced in place instead of by swap: ${obstacles.join('; ')}.`);
      return inPlace(table);
    });
    const swapped = tables.filter(takesPlace);
    const loadedBefore = swapped
      .flatMap(({ facts }) => facts.loadedBefore ?? [])
      .toSorted((a, b) => Number(BigInt(b) - BigInt(a)))[0];
    if (loadedBefore === undefined) return tables;
    const readers = await waitForOlderReaders(this.pool, loadedBefore, this.patience.olderReadersMs, signal);
    if (readers.length === 0) return tables;
    const names = swapped.filter(({ strategy }) => strategy === 'swap').map(({ id }) => id);
    if (names.length > 0)
      warnings.push(
        `Rows of ${names.join(', ')} were replaced in place instead of by swap: ${readers.join(', ')} still read with a snapshot from before the end of the load.`,
      );
    return tables.map(inPlace);
  }

  /** Rows of tables outside, and of those replaced in place, must find what they refer to in the rows to come. */
  async #checkLate(tables: readonly StagedTable[], late: readonly LateKey[]): Promise<void> {
    const keys = keysAround(tables.filter(takesPlace)).filter((key) =>
      late.some(({ table, name }) => tableId(table) === tableId(key.from) && name === key.name),
    );
    await this.#client.query('SET search_path TO DEFAULT');
    await checkKeys(this.#client, tables, keys);
    await this.#client.query('SET search_path TO pg_catalog');
  }

  async #lock(tables: readonly StagedTable[], statements: string[]): Promise<number> {
    const names = tables.map(({ id }) => id);
    const what = names.length === 1 ? `Table ${names[0]}` : `One of the tables ${names.join(', ')}`;
    return lockPatiently(this.pool, this.session, statements, what, this.#locks);
  }

  /** Grants, views, triggers and the like as they are now that nobody can change them; the definition must be what was staged for. */
  async #refresh(tables: readonly StagedTable[]): Promise<void> {
    const lives = await describeLive(
      this.#client,
      tables.map(({ ref }) => ref),
    );
    for (const [index, table] of tables.entries()) {
      const live = lives[index];
      if (live) table.live = live;
      else delete table.live;
    }
    checkUnchanged(tables);
  }
}
