/**
 * Lends the transactions of a snapshot to readers in other threads and processes of this machine, through a socket that
 * only this user can reach and only who knows the token can use. The holder passes the server's bytes on as they are.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DedicatedSession } from './session';
import { dataHeader, endFrame, failureFrame, type SnapshotFailure, type SnapshotQuestion } from './snapshot-frames';

/** Longest question; a statement with a thousand columns is a tenth of it. */
const QUESTION_BYTES = 1 << 24;

export class SnapshotServer {
  readonly secret = randomBytes(32).toString('hex');
  readonly #server: Server;
  readonly #free: DedicatedSession[];
  readonly #waiting: ((session: DedicatedSession | undefined) => void)[] = [];
  readonly #sockets = new Set<Socket>();
  #left: number;

  private constructor(
    readonly path: string,
    private readonly folder: string | undefined,
    sessions: readonly DedicatedSession[],
    private readonly onLost: (cause: unknown) => void,
  ) {
    this.#free = [...sessions];
    this.#left = sessions.length;
    this.#server = createServer((socket) => void this.#serve(socket));
    this.#server.on('error', onLost);
  }

  /** `onLost` is called when the last of the sessions has lost its transaction. */
  static async open(sessions: readonly DedicatedSession[], onLost: (cause: unknown) => void): Promise<SnapshotServer> {
    const name = `longshore-${randomBytes(8).toString('hex')}`;
    const isWindows = process.platform === 'win32';
    const folder = isWindows ? undefined : await mkdtemp(join(tmpdir(), 'longshore-snapshot-'));
    const path = folder === undefined ? `\\\\.\\pipe\\${name}` : join(folder, 's');
    const server = new SnapshotServer(path, folder, sessions, onLost);
    if (folder !== undefined) await chmod(folder, 0o700);
    server.#server.listen(path);
    await once(server.#server, 'listening');
    server.#server.unref();
    for (const session of sessions) session.lost.catch((cause: unknown) => server.#drop(session, cause));
    return server;
  }

  /** Asks sessions that nobody uses whether they still have their transaction. */
  async check(): Promise<void> {
    await Promise.all(this.#free.splice(0).map((session) => this.#giveBack(session)));
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const wake of this.#waiting.splice(0)) wake(undefined);
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    const gone = new AbortController();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    // What is wrong with the socket shows by its closing.
    socket.on('error', () => undefined);
    const question = await readQuestion(socket);
    if (!question || !this.#knows(question.secret)) {
      socket.destroy();
      return;
    }
    const session = await this.#take(gone.signal);
    if (!session) {
      socket.destroy();
      return;
    }
    const failure = await this.#answer(socket, session, question.sql, gone.signal);
    const lives = await this.#giveBack(session);
    if (failure) for (const frame of failureFrame({ ...failure, lost: !lives })) socket.write(frame);
    else socket.write(endFrame());
    socket.end();
  }

  async #answer(
    socket: Socket,
    session: DedicatedSession,
    sql: string,
    gone: AbortSignal,
  ): Promise<Omit<SnapshotFailure, 'lost'> | undefined> {
    const chunks = session.raw(sql);
    const stop = (): void => session.cancel();
    gone.addEventListener('abort', stop, { once: true });
    if (gone.aborted) stop();
    try {
      for await (const chunk of chunks) {
        socket.cork();
        socket.write(dataHeader(chunk.length));
        const hasRoom = socket.write(chunk);
        socket.uncork();
        if (!hasRoom && !gone.aborted) await Promise.race([once(socket, 'drain'), once(gone, 'abort')]);
      }
      await chunks.done;
      return undefined;
    } catch (error) {
      const { message, code, number } = error as Partial<SnapshotFailure>;
      return { message: message ?? String(error), ...(code && { code }), ...(number !== undefined && { number }) };
    } finally {
      gone.removeEventListener('abort', stop);
      await chunks.done.catch(() => undefined);
    }
  }

  #knows(secret: unknown): boolean {
    const [given, known] = [Buffer.from(String(secret)), Buffer.from(this.secret)];
    return given.length === known.length && timingSafeEqual(given, known);
  }

  async #take(gone: AbortSignal): Promise<DedicatedSession | undefined> {
    if (this.#left === 0) return undefined;
    const session =
      this.#free.pop() ?? (await new Promise<DedicatedSession | undefined>((resolve) => this.#waiting.push(resolve)));
    if (!session || !gone.aborted) return session;
    this.#lend(session);
    return undefined;
  }

  #lend(session: DedicatedSession): void {
    const next = this.#waiting.shift();
    if (next) next(session);
    else this.#free.push(session);
  }

  /** A session whose transaction an error has ended sees another moment, so it is not used again. */
  async #giveBack(session: DedicatedSession): Promise<boolean> {
    try {
      const [row] = await session.rows<{ open: number }>('SELECT @@TRANCOUNT AS [open]');
      if (row?.open === 1) {
        this.#lend(session);
        return true;
      }
      this.#drop(session, new Error('an error ended its transaction'));
    } catch (error) {
      this.#drop(session, error);
    }
    return false;
  }

  #dropped = new WeakSet<DedicatedSession>();

  #drop(session: DedicatedSession, cause: unknown): void {
    if (this.#dropped.has(session)) return;
    this.#dropped.add(session);
    const index = this.#free.indexOf(session);
    if (index >= 0) this.#free.splice(index, 1);
    this.#left -= 1;
    session.destroy();
    if (this.#left > 0) return;
    for (const wake of this.#waiting.splice(0)) wake(undefined);
    this.onLost(cause);
  }
}

async function readQuestion(socket: Socket): Promise<SnapshotQuestion | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const take = (chunk: Buffer): void => {
      pieces.push(chunk);
      length += chunk.length;
      const isWhole = chunk.includes(0x0a);
      if (!isWhole && length <= QUESTION_BYTES) return;
      socket.off('data', take);
      // Reading on is how the end of the other side is noticed.
      socket.resume();
      resolve(isWhole ? parseQuestion(Buffer.concat(pieces)) : undefined);
    };
    socket.on('data', take);
    socket.on('close', () => resolve(undefined));
  });
}

function parseQuestion(line: Buffer): SnapshotQuestion | undefined {
  try {
    const question = JSON.parse(line.toString('utf8')) as Partial<SnapshotQuestion>;
    return typeof question.secret === 'string' && typeof question.sql === 'string'
      ? { secret: question.secret, sql: question.sql }
      : undefined;
  } catch {
    return undefined;
  }
}
