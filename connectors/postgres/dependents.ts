/** What hangs on a table: everything that must be there again after its rows have been replaced. Plain data. */
import { createHash } from 'node:crypto';
import type { TableRef } from '../../core/types/table';
import { DEPENDENTS_SQL } from './dependents-sql';
import type { PostgresClient } from './pool';
import { qualified } from './sql';

export interface Grant {
  /** null: everyone (PUBLIC). */
  grantee: string | null;
  privilege: string;
  grantable: boolean;
}

export interface LiveColumn {
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  /** `a` always, `d` by default, empty: none. */
  identity: '' | 'a' | 'd';
  /** `s` stored, `v` virtual, empty: none. */
  generated: '' | 's' | 'v';
  collation: string;
  storage: string;
  compression: string | null;
  statistics: number | null;
  options: string[] | null;
  comment: string | null;
  grants: Grant[];
}

export interface LiveConstraint {
  name: string;
  type: 'p' | 'u' | 'x' | 'c' | 'n';
  definition: string;
  validated: boolean;
  deferrable: boolean;
  deferred: boolean;
  /** A key over periods of time, which needs more than a unique index. */
  period: boolean;
  comment: string | null;
}

export interface LiveIndex {
  name: string;
  unique: boolean;
  clustered: boolean;
  replicaIdentity: boolean;
  /** The definition from USING on; null when the server spelt it in an unknown way. */
  body: string | null;
  tablespace: string | null;
  constraint: string | null;
  method: string;
  comment: string | null;
}

export interface LiveForeignKey {
  name: string;
  definition: string;
  validated: boolean;
  enforced: boolean;
  deferrable: boolean;
  match: string;
  onDelete: string;
  from: TableRef;
  fromOid: string;
  fromKind: string;
  fromOwner: string;
  to: TableRef;
  toOid: string;
  columns: string[];
  toColumns: string[];
  ownsFrom: boolean;
  mayRefer: boolean;
  mayLockTo: boolean;
  comment: string | null;
}

export interface DependentView {
  oid: number;
  schema: string;
  name: string;
  kind: string;
  definition: string;
  options: string[] | null;
  owner: string;
  owns: boolean;
}

export interface DependentRule {
  name: string;
  schema: string;
  on: string;
  own: boolean;
  definition: string;
  enabled: string;
  kind: string;
  owns: boolean;
  comment: string | null;
}

export interface LiveTrigger {
  name: string;
  definition: string;
  /** `O` origin, `D` disabled, `R` replica, `A` always. */
  enabled: string;
  comment: string | null;
}

export interface LivePolicy {
  name: string;
  permissive: boolean;
  command: string;
  roles: (string | null)[];
  using: string | null;
  check: string | null;
  comment: string | null;
}

export interface LiveSequence {
  oid: string;
  schema: string;
  name: string;
  column: string;
  identity: boolean;
  identityKind: string;
  type: string;
  start: string;
  increment: string;
  min: string;
  max: string;
  cache: string;
  cycle: boolean;
  persistence: string;
  hasGrants: boolean;
  grants: Grant[];
  comment: string | null;
}

export interface LiveStatistics {
  schema: string;
  name: string;
  owner: string;
  target: number | null;
  body: string;
  known: boolean;
  comment: string | null;
}

export interface LiveTable {
  oid: string;
  schema: string;
  name: string;
  kind: string;
  persistence: string;
  owner: string;
  /** The session's user may act as the owner. */
  owns: boolean;
  mayCreate: boolean;
  ownerMayCreate: boolean;
  rows: number;
  bytes: number;
  hasGrants: boolean;
  grants: Grant[];
  comment: string | null;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  replicaIdentity: string;
  options: string[] | null;
  toastOptions: string[] | null;
  tablespace: string | null;
  method: string | null;
  columns: LiveColumn[];
  constraints: LiveConstraint[];
  indexes: LiveIndex[];
  foreignKeys: LiveForeignKey[];
  /** Foreign keys of other tables that point here. */
  referencedBy: LiveForeignKey[];
  views: DependentView[];
  rules: DependentRule[];
  triggers: LiveTrigger[];
  policies: LivePolicy[];
  sequences: LiveSequence[];
  statistics: LiveStatistics[];
  /** Sentences: what a table that takes this one's place could not keep. */
  obstacles: string[];
}

/** The tables as they stand; undefined for one that does not exist. */
export async function describeLive(
  client: Pick<PostgresClient, 'query'>,
  refs: readonly TableRef[],
): Promise<(LiveTable | undefined)[]> {
  const found = await client.query<{ oid: string | null }>(
    'SELECT pg_catalog.to_regclass(name)::oid::text AS oid FROM unnest($1::text[]) WITH ORDINALITY u(name, ord) ORDER BY ord',
    [refs.map(qualified)],
  );
  const oids = found.rows.map((row) => row.oid);
  const documents = await client.query<{ document: string }>(DEPENDENTS_SQL, [oids.filter((oid) => oid !== null)]);
  const tables = documents.rows.map((row) => JSON.parse(row.document) as LiveTable);
  return oids.map((oid) => tables.find((table) => table.oid === oid));
}

/** A hash of what staging was modelled on: columns, keys, checks, indexes. Changes when somebody alters the table. */
export function fingerprint(table: LiveTable): string {
  const definition = {
    kind: table.kind,
    columns: table.columns.map(({ name, type, notNull, default: value, identity, generated, collation }) => [
      name,
      type,
      notNull,
      value,
      identity,
      generated,
      collation,
    ]),
    constraints: table.constraints.map(({ name, definition: text }) => [name, withoutNotValid(text)]),
    foreignKeys: table.foreignKeys.map(({ name, definition: text }) => [name, withoutNotValid(text)]),
    indexes: table.indexes.map(({ name, body }) => [name, body]),
  };
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 32);
}

export const withoutNotValid = (definition: string): string => definition.replace(/ NOT VALID$/, '');
