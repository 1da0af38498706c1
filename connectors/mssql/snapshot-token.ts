import { LongshoreError } from '../../core/errors/longshore-error';

/** What a reader needs to reach the transactions of a snapshot; nothing, where each statement reads what is there. */
export type SnapshotToken =
  | { kind: 'held'; /** Socket of the process that holds it. */ path: string; secret: string; id: string }
  | { kind: 'none'; id: string };

/** Throws SNAPSHOT_LOST when the text is not a token of this connector. */
export function parseToken(text: string): SnapshotToken {
  try {
    const token = JSON.parse(text) as Partial<Extract<SnapshotToken, { kind: 'held' }>> | { kind: 'none'; id: string };
    if (token.kind === 'none') return token;
    if (token.kind === 'held' && typeof token.path === 'string' && typeof token.secret === 'string')
      return token as SnapshotToken;
  } catch {
    // Falls through: whatever it is, it names no snapshot.
  }
  throw new LongshoreError(
    'SNAPSHOT_LOST',
    'The snapshot of the source cannot be used: its token is not one of SQL Server.',
  );
}
