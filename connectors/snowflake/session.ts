/** One session of Snowflake through its driver: statements one after another, every value as text. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowStatement, StatementOption } from 'snowflake-sdk';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Statement, TextRow } from '../warehouse';
import { loadDriver, type Connection, type ConnectionOptions } from './driver';
import { type AccountIdentity, hasAnswered, isSessionGone, toSnowflakeError } from './errors';

export interface Answer {
  /** Names of the columns, as the server spells them. */
  columns: string[];
  rows: TextRow[];
  statementId?: string;
}

/** When a server that says nothing is given up: asked after `firstMs`, and again, until it was silent `failures` times. */
export interface Patience {
  firstMs: number;
  everyMs: number;
  answerMs: number;
  failures: number;
}

/** The driver itself would go on trying for hours. */
export const PATIENCE: Patience = { firstMs: 15_000, everyMs: 5000, answerMs: 8000, failures: 3 };

export interface SessionSettings {
  options: ConnectionOptions;
  account: AccountIdentity;
  loginTimeoutMs: number;
  patience: Patience;
}

/** A statement id that no statement has: whoever says so is there. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
/** What else is called so was never a statement of Snowflake. */
const STATEMENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BURY_EVERY_MS = 1000;
const BURY_ATTEMPTS = 600;

export class SnowflakeSession {
  #ended = false;
  #burial: Promise<void> | undefined;

  private constructor(
    private readonly connection: Connection,
    private readonly settings: SessionSettings,
  ) {}

  /** Throws AUTHENTICATION_FAILED, HOST_UNREACHABLE, DATABASE_NOT_FOUND. */
  static async open(settings: SessionSettings): Promise<SnowflakeSession> {
    const { options, account, loginTimeoutMs } = settings;
    try {
      const connection = loadDriver().createConnection({ ...options });
      const login = new Promise<void>((resolve, reject) => {
        connection.connect((error) => (error ? reject(error) : resolve()));
      });
      const late = new AbortController();
      const timeout = sleep(loginTimeoutMs, undefined, { signal: late.signal }).then(() => {
        throw new LongshoreError(
          'HOST_UNREACHABLE',
          `Snowflake at ${account.address} did not answer a login within ${Math.round(loginTimeoutMs / 1000)} seconds.`,
        );
      });
      await Promise.race([login, timeout]).finally(() => {
        late.abort();
        timeout.catch(() => undefined);
        login.catch(() => undefined);
      });
      return new SnowflakeSession(connection, settings);
    } catch (error) {
      throw toSnowflakeError(error, { account, login: true });
    }
  }

  /** False once the server has ended it, or nobody knows what goes on in it. */
  get usable(): boolean {
    return !this.#ended;
  }

  /** Settles once nothing that was sent in a lost session can be carried out any more. */
  get burial(): Promise<void> | undefined {
    return this.#burial;
  }

  /** Runs a statement and reads its rows. When `signal` aborts it is aborted in the warehouse, and CANCELLED thrown. */
  async run(statement: Statement, options: { signal?: AbortSignal; maxRows?: number } = {}): Promise<Answer> {
    const done = await this.#execute({ sqlText: statement.sql, ...bindsOf(statement) }, options.signal);
    return this.#watch(answerOf(done, options.maxRows));
  }

  /** Hands a statement over, to be asked for by its id. A server that knows no such thing answers at once. */
  async submit(statement: Statement): Promise<{ id: string; answer?: Answer }> {
    const done = await this.#execute({ sqlText: statement.sql, asyncExec: true, ...bindsOf(statement) });
    const id = done.getQueryId();
    if (!hasResult(done)) return { id };
    return { id, answer: await this.#watch(answerOf(done)) };
  }

  /** In the driver's words: RUNNING, SUCCESS, FAILED_WITH_ERROR, NO_QUERY_DATA, … */
  async status(id: string): Promise<string> {
    if (!STATEMENT_ID.test(id)) return 'NO_QUERY_DATA';
    return this.#watch(this.connection.getQueryStatus(id));
  }

  /** Why a statement failed; undefined when it did not. */
  async failure(id: string): Promise<LongshoreError | undefined> {
    try {
      await this.result(id);
      await this.#watch(this.connection.getQueryStatusThrowIfError(id));
      return undefined;
    } catch (error) {
      return toSnowflakeError(error);
    }
  }

  /** Rows of a statement that has ended. */
  async result(id: string): Promise<Answer> {
    const done = await this.#watch(
      new Promise<RowStatement>((resolve, reject) => {
        this.connection.fetchResult({
          queryId: id,
          streamResult: true,
          rowMode: 'array',
          complete: (error, statement) => (error ? reject(error) : resolve(statement)),
        });
      }),
    );
    return this.#watch(answerOf(done));
  }

  /** Asks the driver to abort a statement that somebody submitted. */
  async abort(id: string): Promise<void> {
    const statement = this.connection.fetchResult({ queryId: id, streamResult: true, complete: () => undefined });
    await this.#watch(
      new Promise<void>((resolve, reject) => {
        statement.cancel((error) => (error ? reject(error) : resolve()));
      }),
    );
  }

  /** Takes the session away from the server. Never throws. */
  async close(): Promise<void> {
    if (this.#burial) return;
    this.#ended = true;
    await Promise.race([destroy(this.connection), sleep(this.settings.patience.answerMs, false, { ref: false })]);
  }

  async #execute(options: StatementOption, signal?: AbortSignal): Promise<RowStatement> {
    if (signal?.aborted) throw cancelled();
    let cancel = (): void => undefined;
    const done = new Promise<RowStatement>((resolve, reject) => {
      const started = this.connection.execute({
        ...options,
        streamResult: true,
        rowMode: 'array',
        complete: (error, statement) => (error ? reject(error) : resolve(statement)),
      });
      cancel = () => started.cancel(() => undefined);
    });
    return this.#watch(done, signal && { signal, cancel });
  }

  /** Waits for an answer as long as the server is there at all. */
  async #watch<T>(work: Promise<T>, abort?: { signal: AbortSignal; cancel(): void }): Promise<T> {
    const ended = new AbortController();
    const racers: Promise<T>[] = [work, this.#lost(ended.signal)];
    if (abort) racers.push(this.#aborted(abort, work, ended.signal));
    try {
      return await Promise.race(racers);
    } catch (error) {
      if (isSessionGone(error)) this.#ended = true;
      throw toSnowflakeError(error, { account: this.settings.account });
    } finally {
      ended.abort();
      for (const racer of racers) racer.catch(() => undefined);
    }
  }

  /** Rejects when the server was asked again and again and did not answer; never resolves. */
  async #lost(ended: AbortSignal): Promise<never> {
    const { firstMs, everyMs, answerMs, failures } = this.settings.patience;
    await sleep(firstMs, undefined, { signal: ended });
    for (let silent = 0; ;) {
      const answered = await Promise.race([
        this.connection.getQueryStatus(NOBODY).then(() => true, hasAnswered),
        sleep(answerMs, false, { signal: ended }),
      ]);
      silent = answered ? 0 : silent + 1;
      if (silent >= failures) break;
      await sleep(everyMs, undefined, { signal: ended });
    }
    this.#bury();
    throw new LongshoreError(
      'CONNECTION_LOST',
      `Snowflake at ${this.settings.account.address} has not answered for a while.`,
    );
  }

  /** A statement that was cancelled has a few seconds to say so. */
  async #aborted(
    { signal, cancel }: { signal: AbortSignal; cancel(): void },
    work: Promise<unknown>,
    ended: AbortSignal,
  ): Promise<never> {
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve, { once: true, signal: ended });
    });
    cancel();
    await Promise.race([
      work.catch(() => undefined),
      sleep(this.settings.patience.answerMs, undefined, { signal: ended }),
    ]);
    this.#bury();
    throw cancelled();
  }

  /**
   * The driver sends what got no answer again whenever the server is back, so the session must not be there any more then.
   */
  #bury(): void {
    this.#ended = true;
    this.#burial ??= (async () => {
      for (let attempt = 0; attempt < BURY_ATTEMPTS; attempt++) {
        const tried = sleep(this.settings.patience.answerMs, false, { ref: false });
        if (await Promise.race([destroy(this.connection), tried])) return;
        await sleep(BURY_EVERY_MS, undefined, { ref: false });
      }
    })();
  }
}

export const cancelled = (): LongshoreError => new LongshoreError('CANCELLED', 'The statement was cancelled.');

/** Whether the session is gone: it was ended now, or nobody knows it. */
function destroy(connection: Connection): Promise<boolean> {
  return new Promise((resolve) => {
    connection.destroy((error) => resolve(!error || hasAnswered(error)));
  });
}

const bindsOf = ({ binds }: Statement): Pick<StatementOption, 'binds'> => (binds && binds.length > 0 ? { binds } : {});

/** A statement that was only handed over has no columns yet, and the driver stumbles when it is asked for them. */
function hasResult(statement: RowStatement): boolean {
  try {
    return Array.isArray(statement.getColumns());
  } catch {
    return false;
  }
}

async function answerOf(statement: RowStatement, maxRows = Infinity): Promise<Answer> {
  const rows: TextRow[] = [];
  const columns = (statement.getColumns() ?? []).map((column) => column.getName());
  if (maxRows > 0)
    for await (const row of statement.streamRows()) {
      rows.push((row as unknown[]).map(textOf));
      if (rows.length >= maxRows) break;
    }
  return { columns, rows, statementId: statement.getQueryId() };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
