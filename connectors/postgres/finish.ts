/** Between load and publish: keys, indexes, constraints and statistics of staging, while nobody reads it. */
import { LongshoreError } from '../../core/errors/longshore-error';
import type { TableRef } from '../../core/types/table';
import type { StagingRequest } from '../connector';
import { buildLike, buildNew, type BuildPlan, type ConstraintBuild, type IndexBuild } from './build-plan';
import { targetId } from './ddl';
import { describeLive, type LiveTable } from './dependents';
import { sqlState, toPostgresError } from './errors';
import { abortable } from './extract';
import type { PostgresClient, PostgresPool } from './pool';
import { ident, literal, qualified } from './sql';
import { markLoaded, stagingRef, temporaryName } from './staging';

const MAINTENANCE_MEMORY = '256MB';

/** Idempotent: what is there already is left alone. Throws DUPLICATE_KEY with the key, CONSTRAINT_VIOLATED with the constraint. */
export async function finishStaging(
  pool: PostgresPool,
  stagingSchema: string,
  request: StagingRequest,
  signal?: AbortSignal,
): Promise<void> {
  await pool.withClient((client) => abortable(pool, client, signal, () => build(client, stagingSchema, request)), {
    dedicated: true,
  });
}

async function build(client: PostgresClient, stagingSchema: string, { runId, plan }: StagingRequest): Promise<void> {
  const staging = stagingRef(stagingSchema, runId, plan.targetRef);
  await markLoaded(client, staging);
  const [live] = await describeLive(client, [plan.targetRef]);
  const wanted = live ? buildLike(live, staging) : buildNew(plan, staging);
  const takesPlace = plan.strategy === 'swap' || plan.strategy === 'create';
  // Functions in indexes may rely on the path that the user usually works with.
  await client.query(`SET search_path TO DEFAULT; SET maintenance_work_mem = ${literal(MAINTENANCE_MEMORY)}`);
  for (const index of wanted.indexes) {
    if (takesPlace || index.unique) await buildIndex(client, staging, index, targetId(plan));
  }
  if (takesPlace) {
    for (const constraint of wanted.constraints) await addConstraint(client, staging, constraint, targetId(plan));
    if (live) await setPhysical(client, staging, live, wanted);
  }
  await client.query(`ANALYZE ${qualified(staging)}`);
}

async function buildIndex(client: PostgresClient, staging: TableRef, index: IndexBuild, table: string): Promise<void> {
  if (await hasRelation(client, { schema: staging.schema, name: index.temporary })) return;
  // One transaction, so that a retry finds the key whole or not at all.
  const statements = [
    `SET LOCAL default_tablespace = ${literal(index.tablespace ?? '')}`,
    `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${ident(index.temporary)} ON ${qualified(staging)} ${index.body}`,
  ];
  if (index.constraint)
    statements.push(
      `ALTER TABLE ${qualified(staging)} ADD CONSTRAINT ${ident(index.temporary)} ${index.constraint.kind} USING INDEX ${ident(index.temporary)}${index.constraint.deferral}`,
    );
  try {
    await client.query(`BEGIN; ${statements.join('; ')}; COMMIT`);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw duplicate(error, table, index.name);
  }
}

function duplicate(error: unknown, table: string, key: string): LongshoreError {
  const known = toPostgresError(error, { table });
  if (sqlState(error) !== '23505') return known;
  const row = known.place.key === undefined ? 'a key' : `the key ${known.place.key}`;
  return new LongshoreError(
    'DUPLICATE_KEY',
    `Table ${table}: more than one row has ${row}, which ${key} allows once.`,
    { ...known.place, table },
    { cause: error },
  );
}

async function addConstraint(
  client: PostgresClient,
  staging: TableRef,
  constraint: ConstraintBuild,
  table: string,
): Promise<void> {
  const found = await client.query(
    'SELECT FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2',
    [qualified(staging), constraint.temporary],
  );
  if (found.rowCount) return;
  try {
    await client.query(
      `ALTER TABLE ${qualified(staging)} ADD CONSTRAINT ${ident(constraint.temporary)} ${constraint.definition}`,
    );
  } catch (error) {
    const known = toPostgresError(error, { table });
    throw new LongshoreError(
      known.code,
      `Table ${table}: constraint ${constraint.name} refuses the new rows. ${known.message}`,
      known.place,
      { cause: error },
    );
  }
}

/** Cluster mark, replica identity and extended statistics, so that ANALYZE fills the latter. */
async function setPhysical(
  client: PostgresClient,
  staging: TableRef,
  live: LiveTable,
  build: BuildPlan,
): Promise<void> {
  const built = (name: string): string | undefined =>
    [...build.indexes, ...build.constraints].find((index) => index.name === name)?.temporary;
  const statements: string[] = [];
  for (const index of live.indexes) {
    const name = built(index.name);
    if (index.clustered && name !== undefined)
      statements.push(`ALTER TABLE ${qualified(staging)} CLUSTER ON ${ident(name)}`);
    if (index.replicaIdentity && name !== undefined)
      statements.push(`ALTER TABLE ${qualified(staging)} REPLICA IDENTITY USING INDEX ${ident(name)}`);
  }
  if (live.replicaIdentity === 'f') statements.push(`ALTER TABLE ${qualified(staging)} REPLICA IDENTITY FULL`);
  if (live.replicaIdentity === 'n') statements.push(`ALTER TABLE ${qualified(staging)} REPLICA IDENTITY NOTHING`);
  for (const { name, body, target } of live.statistics) {
    const temporary = qualified({ schema: staging.schema, name: temporaryName(staging, name) });
    statements.push(`CREATE STATISTICS IF NOT EXISTS ${temporary} ${body} FROM ${qualified(staging)}`);
    if (target !== null) statements.push(`ALTER STATISTICS ${temporary} SET STATISTICS ${target}`);
  }
  if (statements.length > 0) await client.query(statements.join('; '));
}

async function hasRelation(client: PostgresClient, ref: TableRef): Promise<boolean> {
  const { rows } = await client.query<{ found: string | null }>('SELECT pg_catalog.to_regclass($1)::text AS found', [
    qualified(ref),
  ]);
  return Boolean(rows[0]?.found);
}
