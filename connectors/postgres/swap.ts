/** The switch of tables that take the place of live ones, inside the publishing transaction. */
import type { TableRef } from '../../core/types/table';
import { identityColumns } from './ddl';
import type { LiveSequence } from './dependents';
import type { LateKey } from './foreign-keys';
import type { PostgresClient } from './pool';
import type { StagedTable } from './publish-set';
import { commentsSql, policiesSql, replaceRuleSql, replaceViewSql, tableGrantsSql, triggersSql } from './restore';
import { moveSequences, restoreSequenceGrants, type Furthest } from './sequences';
import { ident, literal, qualified } from './sql';
import { temporaryName, undeliveredIdentities } from './staging';

interface LiveStaged extends StagedTable {
  live: NonNullable<StagedTable['live']>;
}

const isLive = (table: StagedTable): table is LiveStaged => table.live !== undefined;

const unique = <T>(list: readonly T[], key: (item: T) => string): T[] => [
  ...new Map(list.map((item) => [key(item), item])).values(),
];

/**
 * Locks for a swap, in a fixed order: views before tables, as readers of a view take them, then every table that the
 * switch alters, in one statement.
 */
export function swapLocksSql(tables: readonly StagedTable[]): string[] {
  const lives = tables.filter(isLive).map(({ live }) => live);
  const views = unique(
    lives.flatMap((live) => live.views),
    (view) => qualified(view),
  ).toSorted((a, b) => b.oid - a.oid);
  // Giving a view to the one who has it changes nothing and locks it alone; LOCK TABLE would lock all that it reads.
  const viewLocks = views.map((view) => `ALTER VIEW ${qualified(view)} OWNER TO ${ident(view.owner)}`);
  const refs: TableRef[] = [
    ...lives,
    ...lives.flatMap((live) => [...live.referencedBy.map((key) => key.from), ...live.foreignKeys.map((key) => key.to)]),
  ];
  const names = unique(refs.map(qualified), (name) => name).toSorted();
  return names.length === 0 ? viewLocks : [...viewLocks, `LOCK TABLE ${names.join(', ')} IN ACCESS EXCLUSIVE MODE`];
}

/** Puts staging in the place of the live tables and gives it all that they had. Every table is locked already. */
export async function swapTables(
  client: PostgresClient,
  tables: readonly StagedTable[],
  late: readonly LateKey[],
  furthest: Furthest,
): Promise<void> {
  const replaced = tables.filter(isLive);
  const lives = replaced.map(({ live }) => live);
  const sequences: { before: string[]; after: string[]; identities: { sequence: LiveSequence; owner: string }[] } = {
    before: [],
    after: [],
    identities: [],
  };
  for (const { live } of replaced) {
    const moved = await moveSequences(client, live, furthest);
    sequences.before.push(...moved.before);
    sequences.after.push(...moved.after);
    sequences.identities.push(...moved.identities.map((sequence) => ({ sequence, owner: live.owner })));
  }
  const old = (table: StagedTable): string => temporaryName(table.staging, 'old');
  const statements = [
    ...late
      .filter(({ drop }) => drop)
      .map(({ table, name }) => `ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${ident(name)}`),
    ...replaced.flatMap(({ live, plan, staging }) =>
      undeliveredIdentities(live, plan).map(
        ({ column }) => `ALTER TABLE ${qualified(staging)} ALTER COLUMN ${ident(column)} DROP DEFAULT`,
      ),
    ),
    ...replaced.map((table) => `ALTER TABLE ${qualified(table.ref)} RENAME TO ${ident(old(table))}`),
    ...tables.filter((table) => !isLive(table)).map(({ ref }) => createSchemaSql(ref.schema)),
    ...tables.flatMap(moveSql),
    ...unique(
      lives.flatMap((live) => live.views),
      (view) => qualified(view),
    ).map(replaceViewSql),
    ...unique(
      lives.flatMap((live) => live.rules),
      (rule) => JSON.stringify([rule.schema, rule.on, rule.name]),
    ).flatMap(replaceRuleSql),
    ...replaced
      .filter(({ live, staged }) => live.owner !== staged.owner)
      .map(({ live }) => `ALTER TABLE ${qualified(live)} OWNER TO ${ident(live.owner)}`),
    ...sequences.before,
    ...(replaced.length === 0
      ? []
      : [
          `DROP TABLE ${replaced.map((table) => qualified({ schema: table.ref.schema, name: old(table) })).join(', ')}`,
        ]),
    ...tables.flatMap(renameSql),
    ...replaced.flatMap(statisticsSql),
    ...sequences.after,
    ...replaced.flatMap(({ live, staged }) => [
      ...triggersSql(live),
      ...policiesSql(live),
      ...tableGrantsSql(
        live,
        staged.grants.map(({ grantee }) => (grantee === staged.owner ? live.owner : grantee)),
      ),
      ...commentsSql(live),
    ]),
    ...tables.filter((table) => !isLive(table)).flatMap(newTableSql),
  ];
  await client.query(statements.join(';\n'));
  await restoreSequenceGrants(client, sequences.identities);
}

const createSchemaSql = (schema: string): string =>
  `DO ${literal(`BEGIN IF to_regnamespace(${literal(ident(schema))}) IS NULL THEN CREATE SCHEMA ${ident(schema)}; END IF; END`)}`;

function moveSql({ staging, ref }: StagedTable): string[] {
  return [
    `ALTER TABLE ${qualified(staging)} SET SCHEMA ${ident(ref.schema)}`,
    `ALTER TABLE ${qualified({ schema: ref.schema, name: staging.name })} RENAME TO ${ident(ref.name)}`,
  ];
}

/** Indexes and constraints get their names back. A new table's may be taken in its schema; it then keeps a name of its own. */
function renameSql(table: StagedTable): string[] {
  const { ref, build } = table;
  const index = (temporary: string, name: string): string =>
    `ALTER INDEX ${qualified({ schema: ref.schema, name: temporary })} RENAME TO ${ident(name)}`;
  const constraint = (temporary: string, name: string): string =>
    `ALTER TABLE ${qualified(ref)} RENAME CONSTRAINT ${ident(temporary)} TO ${ident(name)}`;
  return [
    ...build.indexes.map(({ name, temporary, constraint: key }) => {
      const rename = (to: string): string => (key ? constraint(temporary, to) : index(temporary, to));
      return isLive(table)
        ? rename(name)
        : renameIfFree(ref.schema, name, rename(name), rename(`${ref.name}_${name}`.slice(0, 63)));
    }),
    ...build.constraints
      .filter(({ name, temporary }) => name !== temporary)
      .map(({ name, temporary }) => constraint(temporary, name)),
  ];
}

const renameIfFree = (schema: string, name: string, rename: string, otherwise: string): string =>
  `DO ${literal(`BEGIN IF to_regclass(${literal(qualified({ schema, name }))}) IS NULL THEN ${rename}; ELSE ${otherwise}; END IF; END`)}`;

function statisticsSql({ live, staging }: LiveStaged): string[] {
  return live.statistics.flatMap(({ schema, name, owner, comment }) => {
    const temporary = temporaryName(staging, name);
    const at = qualified({ schema, name });
    const statements = [
      `ALTER STATISTICS ${qualified({ schema: staging.schema, name: temporary })} SET SCHEMA ${ident(schema)}`,
      `ALTER STATISTICS ${qualified({ schema, name: temporary })} RENAME TO ${ident(name)}`,
    ];
    if (comment !== null) statements.push(`COMMENT ON STATISTICS ${at} IS ${literal(comment)}`);
    return [...statements, `ALTER STATISTICS ${at} OWNER TO ${ident(owner)}`];
  });
}

/** Identity and comments of a table that the target did not have. */
function newTableSql({ plan, ref }: StagedTable): string[] {
  const table = qualified(ref);
  const identities = identityColumns(plan).flatMap(({ target, kind }) => [
    `ALTER TABLE ${table} ALTER COLUMN ${ident(target)} SET NOT NULL, ALTER COLUMN ${ident(target)} ADD GENERATED ${kind} AS IDENTITY`,
    `SELECT setval(pg_get_serial_sequence(${literal(table)}, ${literal(target)})::regclass, m) FROM (SELECT max(${ident(target)}) AS m FROM ${table}) s WHERE m > 0`,
  ]);
  const comments = plan.columns.flatMap(({ source, target }) => {
    const comment = plan.source.columns.find((column) => column.name === source)?.comment;
    return comment === undefined ? [] : [`COMMENT ON COLUMN ${table}.${ident(target)} IS ${literal(comment)}`];
  });
  return [
    `COMMENT ON TABLE ${table} IS ${plan.source.comment === undefined ? 'NULL' : literal(plan.source.comment)}`,
    ...identities,
    ...comments,
  ];
}
