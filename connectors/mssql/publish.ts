/** The switch: one transaction for every table of the request, checked before it and finished after it. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import { tableId } from '../../core/types/table';
import type { PublishRequest, PublishResult } from '../connector';
import { serverAbilities, type ServerAbilities } from './abilities';
import { copyRows } from './copy-rows';
import { createStatements, lostKeys } from './ddl';
import { errorNumber, isDeadlock, toMssqlError } from './errors';
import {
  addKeySql,
  checkKey,
  checkKeys,
  keysInTheWay,
  keysOfCreated,
  lateKeys,
  trustKeys,
  type LateKey,
} from './foreign-keys';
import { freeNames, type FreeNames } from './free-names';
import { furthestNumbers, type Furthest } from './identity';
import { firingTriggers, keepsReadersOut, lockInPlace, replaceInPlace } from './in-place';
import type { LiveForeignKey } from './live';
import { blocked, isLockTimeout, lockPatiently, TransactionEnded, type LockPatience } from './locks';
import type { DedicatedSession, MssqlPool } from './pool';
import { findTable, readSet, type StagedTable } from './publish-set';
import { ident, literal } from './sql';
import { marker, markerTable } from './staging';
import { swapObstacles } from './strategy';
import { afterSwap, swapTables, SwitchRefused } from './swap';

/** How long one publish asks for its locks in all, in milliseconds. */
export const PATIENCE_MS = 120_000;

/** What is kept with the marker: the result, and what a retry must still do. */
interface Published extends PublishResult {
  late: LateKey[];
}

/** Atomic for the whole request, and done once: a request that is published already returns what it returned then. */
export async function publish(
  pool: MssqlPool,
  stagingSchema: string,
  request: PublishRequest,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<PublishResult> {
  const cancelled = () => new LongshoreError('CANCELLED', 'Publishing was cancelled; the old rows are untouched.');
  if (signal?.aborted) throw cancelled();
  const session = await pool.dedicated();
  let committing = false;
  // Past the point of no return the answer is worth waiting for.
  const abort = () => void (committing || session.destroy());
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const publishing = new Publishing(pool, session, stagingSchema, request, patienceMs, () => {
      if (signal?.aborted) throw cancelled();
      committing = true;
    });
    const published = await Promise.race([publishing.run(), session.lost]);
    const warnings = await trustKeys(pool, published.late);
    const { lockedMs, strategies } = published;
    await session.close();
    return { lockedMs, strategies, warnings: [...published.warnings, ...warnings] };
  } catch (error) {
    session.destroy();
    throw signal?.aborted && !committing ? cancelled() : toMssqlError(error, {}, pool.server);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** What one attempt at the transaction works with. */
interface Attempt {
  tables: StagedTable[];
  abilities: ServerAbilities;
  dropped: LiveForeignKey[];
  created: LiveForeignKey[];
  names: FreeNames;
  furthest: Furthest;
  /** Tables whose triggers cannot be switched off. */
  firing: string[];
  warnings: string[];
}

const inPlace = (table: StagedTable): StagedTable =>
  table.strategy === 'swap' ? { ...table, strategy: 'delete-insert' } : table;

class Publishing {
  readonly #hash: string;
  readonly #locks: LockPatience;
  /** Tables that the server did not want to switch, with its reason. */
  readonly #refused = new Map<string, string>();

  constructor(
    readonly pool: MssqlPool,
    readonly session: DedicatedSession,
    readonly stagingSchema: string,
    readonly request: PublishRequest,
    readonly patienceMs: number,
    readonly beforeCommit: () => void,
  ) {
    this.#locks = { lockTimeoutMs: request.lockTimeoutMs, patienceMs };
    this.#hash = marker(JSON.stringify(request.tables.map(({ plan }) => tableId(plan.targetRef)).toSorted()));
  }

  async run(): Promise<Published> {
    await this.#alone();
    const began = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const done = await this.#published();
      if (done) return done;
      try {
        return await this.#attempt();
      } catch (error) {
        await this.session.run('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION').catch(() => undefined);
        if (error instanceof SwitchRefused) this.#refused.set(error.table.id, error.message);
        else if (error instanceof TransactionEnded || isLockTimeout(error)) {
          const { what, blockers } =
            error instanceof TransactionEnded
              ? error
              : { what: this.#named(this.request.tables.map(({ plan }) => tableId(plan.targetRef))), blockers: [] };
          if (performance.now() - began > this.patienceMs) throw blocked(what, blockers, this.patienceMs, error);
          await sleep(Math.min(1_000, 50 * attempt));
        } else if (!isDeadlock(error) || attempt >= 10) throw error;
      }
    }
  }

  /** Two publishes of the same tables at once would only wait for each other. Freed when the session ends. */
  async #alone(): Promise<void> {
    const resource = createHash('sha256').update(`${this.request.runId} ${this.#hash}`).digest('hex').slice(0, 32);
    await this.session
      .run(
        `DECLARE @answer int; EXEC @answer = sp_getapplock @Resource = ${literal(`longshore publish ${resource}`)}, @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = -1`,
      )
      .catch((error: unknown) => {
        if (errorNumber(error) !== 2812) throw error;
      });
  }

  async #attempt(): Promise<Published> {
    const { session } = this;
    const attempt = await this.#prepare();
    const { tables, dropped, created, abilities } = attempt;
    await session.run(`SET LOCK_TIMEOUT ${this.request.lockTimeoutMs}; BEGIN TRANSACTION`);
    const done = await this.#mark();
    if (done) return done;
    const swapped = tables.filter(({ strategy }) => strategy === 'swap');
    const replaced = tables.filter(({ strategy }) => strategy !== 'swap' && strategy !== 'create');
    const touches = (chosen: StagedTable[], key: LiveForeignKey): boolean =>
      Boolean(findTable(chosen, key.from) ?? findTable(chosen, key.to));
    // Rows that are copied are copied before readers of the swapped tables have to wait.
    await this.#create(
      tables.filter(({ strategy }) => strategy === 'create'),
      attempt.names,
    );
    let lockedAt: number | undefined;
    const early = dropped.filter((key) => touches(replaced, key));
    if (replaced.length > 0) {
      const at = await this.#lock(replaced, (run) => lockInPlace(run, replaced, early));
      const waits = (table: StagedTable): boolean => keepsReadersOut(table, abilities, !attempt.firing.includes(table.id)); // prettier-ignore
      if (early.length > 0 || replaced.some(waits)) lockedAt = at;
      await replaceInPlace(session, replaced, attempt.furthest, attempt.firing);
    }
    if (swapped.length > 0) {
      const rest = dropped.filter((key) => !early.includes(key));
      const at = await this.#lock(swapped, (run) => swapTables(run, swapped, rest));
      lockedAt ??= at;
      await afterSwap(session, swapped, attempt.furthest);
    }
    for (const key of [...dropped, ...created])
      for (const statement of addKeySql(key, abilities.noCheck)) await session.run(statement);
    return this.#commit(attempt, lockedAt);
  }

  async #prepare(): Promise<Attempt> {
    const { session, pool } = this;
    const abilities = await serverAbilities(pool);
    const warnings: string[] = [];
    const tables = (await readSet(session, this.stagingSchema, this.request)).map((table) => {
      if (table.strategy !== 'swap') return table;
      const refusal = this.#refused.get(table.id);
      const obstacles = [
        ...(refusal === undefined ? [] : [refusal]),
        ...(abilities.switches ? [] : ['the server has no ALTER TABLE … SWITCH']),
        ...(table.live ? swapObstacles(table.live) : []),
        ...(table.facts.shape === 'loose' ? ['its rows were staged in another form'] : []),
      ];
      if (obstacles.length === 0) return table;
      warnings.push(`Rows of ${table.id} were replaced in place instead of by swap: ${obstacles[0]}.`);
      return inPlace(table);
    });
    const made = tables.filter(({ strategy }) => strategy === 'create').map(({ ref }) => ref);
    const names = await freeNames(session, made);
    const created = keysOfCreated(tables, warnings).map((key) => ({ ...key, name: names(key.from, key.name) }));
    await checkKeys(session, tables);
    for (const key of created) await checkKey(session, tables, key);
    const firing = await firingTriggers(session, tables);
    for (const id of firing)
      warnings.push(
        `Triggers of ${id} fired for every row: the user may not alter the table and cannot keep them quiet.`,
      );
    for (const { plan, id, strategy } of tables)
      if (strategy === 'create')
        for (const key of lostKeys(plan))
          warnings.push(
            `Key ${key} of ${id} was not created: the server does not index columns of such a type or width.`,
          );
    const furthest = await furthestNumbers(session, tables);
    return { tables, abilities, created, names, dropped: keysInTheWay(tables), furthest, firing, warnings };
  }

  /** The first write of the transaction: another attempt that committed meanwhile is found by it. */
  async #mark(): Promise<Published | undefined> {
    try {
      await this.session.run(
        `INSERT INTO ${markerTable(this.stagingSchema, 'published')} (run, tables) VALUES (@run, @tables)`,
        { run: marker(this.request.runId), tables: this.#hash },
      );
      return undefined;
    } catch (error) {
      if (![2601, 2627].includes(errorNumber(error) ?? 0)) throw error;
      await this.session.run('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION');
      return this.#published();
    }
  }

  async #create(tables: readonly StagedTable[], names: FreeNames): Promise<void> {
    for (const table of tables) {
      const { table: statement, later } = createStatements(table.plan, (name) => names(table.ref, name));
      await this.#makeSchema(table.ref.schema);
      await this.session.run(statement);
      await copyRows(this.session, table);
      for (const each of later) await this.session.run(each);
    }
  }

  async #makeSchema(schema: string): Promise<void> {
    const found = await this.session.rows('SELECT 1 AS found FROM sys.schemas WHERE name = @schema', { schema });
    if (found.length === 0) await this.session.run(`CREATE SCHEMA ${ident(schema)}`);
  }

  #named(ids: readonly string[]): string {
    return ids.length === 1 ? `Table ${ids[0]}` : `One of the tables ${ids.join(', ')}`;
  }

  async #lock(tables: readonly StagedTable[], work: Parameters<typeof lockPatiently>[4]): Promise<number> {
    const what = this.#named(tables.map(({ id }) => id));
    return lockPatiently(this.pool, this.session, what, this.#locks, work);
  }

  async #commit(
    { tables, dropped, created, abilities, warnings }: Attempt,
    lockedAt: number | undefined,
  ): Promise<Published> {
    const lockedMs = () => (lockedAt === undefined ? 0 : Math.round(performance.now() - lockedAt));
    const published = (): Published => ({
      lockedMs: lockedMs(),
      strategies: Object.fromEntries(tables.map(({ id, strategy }) => [id, strategy])),
      warnings,
      late: lateKeys([...dropped, ...created], abilities.noCheck),
    });
    await this.session.run(
      `UPDATE ${markerTable(this.stagingSchema, 'published')} SET result = @result WHERE run = @run AND tables = @tables`,
      { result: JSON.stringify(published()), run: marker(this.request.runId), tables: this.#hash },
    );
    this.beforeCommit();
    await this.session.run('COMMIT TRANSACTION');
    return published();
  }

  async #published(): Promise<Published | undefined> {
    const [found] = await this.session.rows<{ result: string | null }>(
      `SELECT result FROM ${markerTable(this.stagingSchema, 'published')} WHERE run = @run AND tables = @tables`,
      { run: marker(this.request.runId), tables: this.#hash },
    );
    return found?.result == null ? undefined : (JSON.parse(found.result) as Published);
  }
}
