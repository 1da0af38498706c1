/**
 * Trying again when the catalog's server is away. Every statement of the catalog is idempotent, so an attempt whose
 * answer was lost may be repeated.
 */
import { LongshoreError } from '../core/errors/longshore-error';

export interface RetryOptions {
  /** How long to keep trying, in milliseconds. */
  totalMs: number;
  /** Shown in the error: host, port and database. */
  where: string;
  onRetry?: (reason: string, waitMs: number) => void;
}

const SOCKET_ERRORS = new Set(
  'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ENOENT'.split(' '),
);
/** Server is starting, stopping or full; or two sessions were in each other's way. */
const PASSING_STATES = new Set(['57P01', '57P02', '57P03', '53300', '40001', '40P01']);
/** Wrong password, no such user, no such database: trying again does not help. */
const REFUSALS = new Set(['28P01', '28000', '3D000', '42501']);
const LOST_CONNECTION =
  /connection terminated|connection error|timeout exceeded when trying to connect|socket (?:hang up|closed)/i;

// By shape, not by class: errors of sockets may come from another realm.
const field = (error: unknown, name: 'code' | 'message'): string => {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  return typeof value === 'string' ? value : '';
};

/** May the same statement succeed in a moment? */
export function isPassing(error: unknown): boolean {
  const code = field(error, 'code');
  if (SOCKET_ERRORS.has(code) || PASSING_STATES.has(code) || code.startsWith('08')) return true;
  return code === '' && LOST_CONNECTION.test(field(error, 'message'));
}

/** Runs `attempt` until it succeeds or fails for good. Throws CATALOG_UNAVAILABLE when the server stays away. */
export async function withRetry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const until = Date.now() + options.totalMs;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 3000)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error) || Date.now() + waitMs > until) throw asCatalogError(error, options.where);
      options.onRetry?.(field(error, 'message') || field(error, 'code'), waitMs);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Errors of the server become CATALOG_UNAVAILABLE or DISK_FULL; mistakes of ours stay what they are. */
export function asCatalogError(error: unknown, where: string): unknown {
  if (error instanceof LongshoreError) return error;
  const code = field(error, 'code');
  const reason = field(error, 'message') || code || String(error);
  if (code === '53100')
    return new LongshoreError(
      'DISK_FULL',
      `The catalog at ${where} has no room left: ${reason}.`,
      {},
      { cause: error },
    );
  if (isPassing(error))
    return new LongshoreError(
      'CATALOG_UNAVAILABLE',
      `The catalog at ${where} does not answer: ${reason}.`,
      {},
      { cause: error },
    );
  if (REFUSALS.has(code)) {
    const next = 'Check user, password and database of `catalog.url`, and the rights of that user.';
    return new LongshoreError(
      'CATALOG_UNAVAILABLE',
      `The catalog at ${where} refused: ${reason}.`,
      {},
      { cause: error, next },
    );
  }
  return error;
}
