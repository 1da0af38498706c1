/**
 * Short pieces of writing that share an opening of the file: to open and close it takes far longer than a row does, and
 * while it is open for writing nobody else can use it.
 */
import { withFile, type FileSettings, type Session } from './instance';

interface Waiting {
  work(session: Session): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Those who have not begun yet, by the file. The key is there for as long as somebody works on them. */
const queues = new Map<string, Waiting[]>();

/** How long the file stays open for one after another before others have their turn. */
const TOGETHER_MS = 250;

/**
 * Runs `work` in a transaction of its own, in the order of the calls; what fails undoes itself alone. A file that is not
 * free within `waitMs` is FILE_LOCKED for all who wait for it.
 */
export function writeTogether<T>(
  settings: FileSettings,
  work: (session: Session) => Promise<T>,
  waitMs: number,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const waiting: Waiting = { work, resolve: (result) => resolve(result as T), reject };
    const queue = queues.get(settings.path);
    if (queue) {
      queue.push(waiting);
      return;
    }
    const own = [waiting];
    queues.set(settings.path, own);
    void workOff(settings, own, waitMs);
  });
}

async function workOff(settings: FileSettings, queue: Waiting[], waitMs: number): Promise<void> {
  while (queue.length > 0) {
    const ended: (() => void)[] = [];
    try {
      await withFile(settings, { mode: 'write', waitMs }, async (session) => {
        const until = Date.now() + TOGETHER_MS;
        do {
          const next = queue.shift();
          if (next) ended.push(await outcome(session, next));
        } while (queue.length > 0 && Date.now() < until);
      });
    } catch (error) {
      // Not to be opened for one is not to be opened for all who wait. What was committed before is in the file's log.
      for (const { reject } of queue.splice(0)) reject(error);
    }
    for (const tell of ended) tell();
  }
  queues.delete(settings.path);
}

/** Told only when the file is closed again: whoever hears of it may open the file elsewhere. */
async function outcome(session: Session, { work, resolve, reject }: Waiting): Promise<() => void> {
  try {
    await session.run('BEGIN TRANSACTION');
    const result = await work(session);
    await session.run('COMMIT');
    return () => resolve(result);
  } catch (error) {
    await session.connection.run('ROLLBACK').catch(() => undefined);
    return () => reject(error);
  }
}
