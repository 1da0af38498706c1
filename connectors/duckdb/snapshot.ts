/**
 * A DuckDB file has no snapshot that two instances can share, but it does not change while nobody writes it. So the
 * snapshot is the identity of the file (and of its log), and every reading compares it before and after.
 */
import { stat } from 'node:fs/promises';
import { LongshoreError } from '../../core/errors/longshore-error';
import type { Snapshot } from '../connector';
import { truePath, withFile, type Access, type FileSettings, type Session } from './instance';

const WATCH_MS = 1000;
/** How long a reader waits for a program that is just writing the file. */
const READ_WAIT_MS = 2000;

/** Identity of the file at this moment, as the snapshot's token. Throws DATABASE_NOT_FOUND. */
export async function currentToken(file: string): Promise<string> {
  const path = await truePath(file);
  const main = await fingerprint(path);
  if (main === undefined)
    throw new LongshoreError('DATABASE_NOT_FOUND', `There is no DuckDB file ${path}.`, { file: path });
  return JSON.stringify({ path, main, wal: (await fingerprint(`${path}.wal`)) ?? null });
}

async function fingerprint(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() ? `${found.ino}:${found.size}:${found.mtimeNs}` : undefined;
}

async function assertSame(file: string, token: string): Promise<void> {
  const now = await currentToken(file).catch(() => undefined);
  if (now !== token)
    throw new LongshoreError(
      'SNAPSHOT_LOST',
      `The DuckDB file ${file} was changed by another program while it was read.`,
      { file },
    );
}

/** Reads the file under a snapshot. Whatever was read of a file that changed meanwhile is thrown away. */
export async function withSnapshot<T>(
  settings: FileSettings,
  token: string,
  access: Omit<Access, 'mode'>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await assertSame(settings.path, token);
  try {
    return await withFile(settings, { waitMs: READ_WAIT_MS, ...access, mode: 'read' }, work);
  } finally {
    await assertSame(settings.path, token);
  }
}

/** Reads the file as it is now. */
export const withReading = <T>(
  settings: FileSettings,
  work: (session: Session) => Promise<T>,
  access: Omit<Access, 'mode'> = {},
): Promise<T> => withFile(settings, { waitMs: READ_WAIT_MS, ...access, mode: 'read' }, work);

/** A snapshot that watches the file and reports its change. */
export async function openSnapshot(settings: FileSettings): Promise<Snapshot> {
  const token = await currentToken(settings.path);
  let watch: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    watch = setInterval(() => {
      assertSame(settings.path, token).catch((error: unknown) => {
        clearInterval(watch);
        reject(error);
      });
    }, WATCH_MS);
    watch.unref();
  });
  // Nobody may be listening when the file changes.
  lost.catch(() => undefined);
  return {
    token,
    lost,
    close: async () => clearInterval(watch),
  };
}
