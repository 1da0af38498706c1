/** Which way of publishing fits a table: a pure decision over what the connector found out about it. */
import type { LoadMode, PublishStrategy } from '../../schemas/constants';

/** Below both, copying the rows is over before anyone notices, and nothing about the table has to be touched. */
export const SMALL_ROWS = 20_000;
export const SMALL_BYTES = 16 * 1024 * 1024;

export interface PublishFacts {
  mode: LoadMode;
  /** What the user asked for, if anything. */
  forced?: PublishStrategy;
  /** The target has the table. */
  exists: boolean;
  /** What a swap could not keep, or is not allowed to do, as sentences without their full stop: `it is a partitioned table`. */
  obstacles: string[];
  /** Rows to come and rows there, the larger; -1 when nobody knows. */
  rows: number;
  /** Size of the live table. */
  bytes: number;
  /** Other tables have foreign keys to this one. */
  referenced: boolean;
  /** The user may keep triggers and foreign keys quiet while rows are replaced. */
  mayQuietTriggers: boolean;
}

export interface StrategyChoice {
  strategy: PublishStrategy;
  /** A plain sentence for the preview. */
  reason: string;
}

/** Never a strategy that would lose what hangs on the table, even when it is asked for. */
export function choosePublishStrategy(facts: PublishFacts): StrategyChoice {
  const { mode, forced, exists, obstacles } = facts;
  if (!exists) return { strategy: 'create', reason: 'The target has no such table; it is created.' };
  if (forced !== undefined && forced !== 'create') {
    if (forced !== 'swap' || obstacles.length === 0)
      return { strategy: forced, reason: `The configuration asks for ${forced}.` };
    return {
      strategy: 'delete-insert',
      reason: `The configuration asks for swap, which the table would not survive unharmed: ${listed(obstacles)}.`,
    };
  }
  if (mode === 'append') return { strategy: 'append', reason: 'Rows are added to those that are there.' };
  if (mode === 'truncate')
    return {
      strategy: 'truncate-insert',
      reason:
        'The configuration asks to truncate: readers wait until the new rows are in, and one that began before in REPEATABLE READ may find the table empty.',
    };
  if (obstacles.length > 0)
    return { strategy: 'delete-insert', reason: `Rows are replaced in place, because ${listed(obstacles)}.` };
  if (!isSmall(facts))
    return {
      strategy: 'swap',
      reason: 'The loaded table takes the place of the old one, with everything that hangs on it.',
    };
  if (facts.referenced && !facts.mayQuietTriggers) {
    return {
      strategy: 'swap',
      reason:
        'The table is small, but other tables refer to its rows and the user may not set session_replication_role, so the loaded table takes its place.',
    };
  }
  return {
    strategy: 'delete-insert',
    reason: 'The table is small: its rows are replaced in one transaction, and readers never wait.',
  };
}

const isSmall = ({ rows, bytes }: PublishFacts): boolean => rows >= 0 && rows <= SMALL_ROWS && bytes <= SMALL_BYTES;

/** At most three, so that the preview stays readable. */
function listed(obstacles: readonly string[]): string {
  const shown = obstacles.slice(0, 3).join('; ');
  return obstacles.length > 3 ? `${shown}; and ${obstacles.length - 3} more reasons` : shown;
}
