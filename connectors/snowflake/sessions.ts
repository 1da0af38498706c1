/** The sessions of a warehouse: each is used by one at a time, and a new one is opened when none is free. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Statement } from '../warehouse';
import { isSessionGone } from './errors';
import { type Answer, SnowflakeSession, type SessionSettings } from './session';

/** Free sessions beyond these are given back at once. */
const KEEP = 3;
/** How long a new session waits for what was sent in lost ones to become impossible. */
const BURIAL_MS = 20_000;

export class SnowflakeSessions {
  readonly #free: SnowflakeSession[] = [];
  readonly #burials = new Set<Promise<void>>();
  #closed = false;

  constructor(private readonly settings: SessionSettings) {}

  /**
   * Runs a statement. In a session that turns out to have ended it was not run, so that it is sent again in a new one; when no
   * answer comes, nobody knows, and CONNECTION_LOST is thrown.
   */
  async run(statement: Statement, options: { signal?: AbortSignal; maxRows?: number } = {}): Promise<Answer> {
    return this.again(() => this.use((session) => session.run(statement, options)));
  }

  /** Does `work` once more where its session had ended before it began. */
  async again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isSessionGone(error)) throw error;
      // What has ended one session, such as a policy, has mostly ended the others as well.
      for (const session of this.#free.splice(0)) void session.close();
      return work();
    }
  }

  /** A session for `work` alone; with `fresh` one that was opened just now. Nothing is repeated. */
  async use<T>(work: (session: SnowflakeSession) => Promise<T>, { fresh = false } = {}): Promise<T> {
    const session = (fresh ? undefined : this.#free.pop()) ?? (await this.#open());
    try {
      return await work(session);
    } finally {
      this.#giveBack(session);
    }
  }

  /** Waits until nothing that was sent in a lost session can happen any more, or for `ms`; true when it is so. */
  async settled(ms: number): Promise<boolean> {
    if (this.#burials.size === 0) return true;
    return Promise.race([Promise.all(this.#burials).then(() => true), sleep(ms, false, { ref: false })]);
  }

  /** Never throws. Sessions that are in use are given back by their users. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#free.splice(0).map(async (session) => session.close()));
  }

  async #open(): Promise<SnowflakeSession> {
    const session = await SnowflakeSession.open(this.settings);
    await this.settled(BURIAL_MS);
    return session;
  }

  #giveBack(session: SnowflakeSession): void {
    const { burial } = session;
    if (burial) {
      this.#burials.add(burial);
      void burial.then(() => this.#burials.delete(burial));
    } else if (session.usable && !this.#closed && this.#free.length < KEEP) this.#free.push(session);
    else void session.close();
  }
}
