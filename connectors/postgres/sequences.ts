/** Sequences that fill columns: kept, given to the new table, never behind the largest value. */
import type { LiveSequence, LiveTable } from './dependents';
import type { PostgresClient } from './pool';
import { grantSql } from './restore';
import { ident, literal, qualified } from './sql';
import type { StagedTable } from './publish-set';

/** The value furthest along in the direction of the sequence, by sequence oid. Read outside the lock. */
export type Furthest = Map<string, string>;

export async function furthestValues(
  client: Pick<PostgresClient, 'query'>,
  tables: readonly StagedTable[],
): Promise<Furthest> {
  const furthest: Furthest = new Map();
  for (const { live, staging } of tables) {
    for (const sequence of live?.sequences ?? []) {
      const { rows } = await client.query<{ value: string | null }>(
        `SELECT ${isDescending(sequence) ? 'min' : 'max'}(${ident(sequence.column)})::text AS value FROM ${qualified(staging)}`,
      );
      const value = rows[0]?.value;
      if (value !== null && value !== undefined && /^-?\d+$/.test(value)) furthest.set(sequence.oid, value);
    }
  }
  return furthest;
}

const isDescending = ({ increment }: LiveSequence): boolean => increment.startsWith('-');

interface State {
  last: string;
  called: boolean;
}

/** Where the sequence must stand: where it is, or at the furthest value when that is ahead. */
async function stateOf(
  client: Pick<PostgresClient, 'query'>,
  sequence: LiveSequence,
  furthest: Furthest,
): Promise<State & { moved: boolean }> {
  const { rows } = await client.query<{ last: string; called: string }>(
    `SELECT last_value::text AS last, is_called::int::text AS called FROM ${qualified(sequence)}`,
  );
  const { last, called } = { last: rows[0]?.last ?? sequence.start, called: rows[0]?.called === '1' };
  const value = furthest.get(sequence.oid);
  if (value === undefined || BigInt(value) > BigInt(sequence.max) || BigInt(value) < BigInt(sequence.min))
    return { last, called, moved: false };
  const ahead = isDescending(sequence) ? BigInt(value) - BigInt(last) : BigInt(last) - BigInt(value);
  return ahead < 0n || (ahead === 0n && !called)
    ? { last: value, called: true, moved: true }
    : { last, called, moved: false };
}

const setvalSql = (sequence: LiveSequence, { last, called }: State): string =>
  `SELECT setval(${literal(qualified(sequence))}::regclass, ${last}, ${called})`;

/** Brings the sequences of tables that keep their identity up to the new rows. Never sets one back. */
export async function advanceSequences(
  client: Pick<PostgresClient, 'query'>,
  live: LiveTable,
  furthest: Furthest,
): Promise<void> {
  for (const sequence of live.sequences) {
    const state = await stateOf(client, sequence, furthest);
    if (state.moved) await client.query(setvalSql(sequence, state));
  }
}

/** Statements that set every sequence of a swapped table right, in the order: before the old table goes, and after. */
export async function moveSequences(
  client: Pick<PostgresClient, 'query'>,
  live: LiveTable,
  furthest: Furthest,
): Promise<{ before: string[]; after: string[]; identities: LiveSequence[] }> {
  const [before, after]: [string[], string[]] = [[], []];
  const table = qualified(live);
  for (const sequence of live.sequences) {
    const state = await stateOf(client, sequence, furthest);
    if (!sequence.identity) {
      before.push(`ALTER SEQUENCE ${qualified(sequence)} OWNED BY ${table}.${ident(sequence.column)}`);
      if (state.moved) before.push(setvalSql(sequence, state));
      continue;
    }
    const kind = sequence.identityKind === 'a' ? 'ALWAYS' : 'BY DEFAULT';
    const { start, increment, min, max, cache, cycle } = sequence;
    const options = `SEQUENCE NAME ${qualified(sequence)} START WITH ${start} INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max} CACHE ${cache} ${cycle ? 'CYCLE' : 'NO CYCLE'}`;
    after.push(
      `ALTER TABLE ${table} ALTER COLUMN ${ident(sequence.column)} ADD GENERATED ${kind} AS IDENTITY (${options})`,
      setvalSql(sequence, state),
    );
    if (sequence.comment !== null)
      after.push(`COMMENT ON SEQUENCE ${qualified(sequence)} IS ${literal(sequence.comment)}`);
  }
  return { before, after, identities: live.sequences.filter(({ identity }) => identity) };
}

/** Grants of identity sequences that were made anew, which default privileges may have given to others. */
export async function restoreSequenceGrants(
  client: Pick<PostgresClient, 'query'>,
  sequences: readonly { sequence: LiveSequence; owner: string }[],
): Promise<void> {
  const statements: string[] = [];
  for (const { sequence, owner } of sequences) {
    const { rows } = await client.query<{ grantee: string | null }>(
      'SELECT CASE WHEN x.grantee = 0 THEN NULL ELSE pg_get_userbyid(x.grantee) END AS grantee FROM pg_class s, aclexplode(s.relacl) x WHERE s.oid = to_regclass($1)',
      [qualified(sequence)],
    );
    const present = rows.map(({ grantee }) => grantee);
    statements.push(
      ...grantSql('SEQUENCE', sequence, { hasGrants: sequence.hasGrants, grants: sequence.grants, owner }, present),
    );
  }
  if (statements.length > 0) await client.query(statements.join(';\n'));
}
