import { Client } from 'pg';
import { PostgresPool } from '../../../connectors/postgres/pool';
import { stagingRef } from '../../../connectors/postgres/staging';
import { qualified } from '../../../connectors/postgres/sql';
import { createPostgresTarget } from '../../../connectors/postgres/target';
import type { TargetDatabase } from '../../../connectors/connector';
import type { PublishStrategy } from '../../../schemas/constants';
import { postgresEnvironment } from '../../../schemas/environment';
import { testPostgres } from '../../helpers/postgres';
import { openTarget, table, type TargetFixture } from './target-fixture';

const ROLE = `longshore_plain_${process.pid}`;

/** Two tables that refer to each other, one to itself, a trigger that must not fire, and an identity that refuses values. */
const SCHEMA = `
CREATE TABLE public.team (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead integer, parent integer CONSTRAINT team_parent REFERENCES public.team (id));
CREATE TABLE public.person (id integer PRIMARY KEY, team integer NOT NULL CONSTRAINT person_team REFERENCES public.team (id) ON DELETE CASCADE, name text);
ALTER TABLE public.team ADD CONSTRAINT team_lead FOREIGN KEY (lead) REFERENCES public.person (id);
CREATE TABLE public.log (line text);
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON public.person FOR EACH ROW EXECUTE FUNCTION public.tell();
CREATE TRIGGER always AFTER INSERT OR UPDATE OR DELETE ON public.team FOR EACH ROW EXECUTE FUNCTION public.tell();
ALTER TABLE public.team ENABLE ALWAYS TRIGGER always;
INSERT INTO public.team (parent) SELECT CASE WHEN i > 1 THEN 1 END FROM generate_series(1, 10) i;
INSERT INTO public.person SELECT i, 1 + i % 10, 'old' FROM generate_series(1, 100) i;
UPDATE public.team SET lead = id; TRUNCATE public.log;
`;
const TEAMS = 'SELECT i, i, CASE WHEN i > 3 THEN 3 END FROM generate_series(3, 50) i';
const PERSONS = "SELECT i, 3 + i % 48, 'new' FROM generate_series(1, 500) i";

describe('rows that are replaced in place', () => {
  let fixture: TargetFixture;
  let plain: { pool: PostgresPool; target: TargetDatabase };

  beforeEach(async () => {
    fixture = await openTarget('place');
    const { rows } = await fixture.user.query<{ name: string }>('SELECT current_database() AS name');
    await fixture.user.query(
      `CREATE ROLE ${ROLE} LOGIN PASSWORD 'plain'; GRANT CREATE ON DATABASE "${rows[0]?.name}" TO ${ROLE}; GRANT USAGE, CREATE ON SCHEMA public TO ${ROLE}; SET ROLE ${ROLE}; ${SCHEMA} RESET ROLE`,
    );
    const url = new URL(fixture.url);
    url.username = ROLE;
    url.password = 'plain';
    const environment = postgresEnvironment.parse({ kind: 'postgres', url: url.href });
    const pool = new PostgresPool(environment, { applicationName: 'longshore plain' });
    plain = {
      pool,
      target: createPostgresTarget({ pool, environment, patience: { locksMs: 3000, olderReadersMs: 500 } }),
    };
  });

  afterEach(async () => {
    await plain.pool.close();
    await fixture.close();
    const client = new Client({ connectionString: (await testPostgres()).url('postgres') });
    await client.connect();
    await client.query(`DROP ROLE ${ROLE}`);
    await client.end();
  });

  async function replace(
    target: TargetDatabase,
    pool: PostgresPool,
    strategies: { team: PublishStrategy; person: PublishStrategy },
    fills: { team: string; person: string } = { team: TEAMS, person: PERSONS },
  ) {
    const tables = [];
    for (const name of ['team', 'person'] as const) {
      const plan = await fixture.plan(table(name), { strategy: strategies[name] });
      await target.prepare({ runId: 'run', plan });
      const { rowCount } = await pool.query(
        `INSERT INTO ${qualified(stagingRef('longshore_staging', 'run', table(name)))} ${fills[name]}`,
      );
      await target.finish({ runId: 'run', plan });
      tables.push({ plan, rows: rowCount ?? 0 });
    }
    const result = await target.publish({ runId: 'run', tables, lockTimeoutMs: 1000 });
    await target.cleanup('run');
    return result;
  }

  async function check(): Promise<void> {
    const { rows } = await fixture.user.query(
      `SELECT (SELECT count(*)::int FROM public.team) AS teams, (SELECT count(*)::int FROM public.person) AS persons, (SELECT count(*)::int FROM public.team WHERE lead = id) AS leads, (SELECT count(*)::int FROM public.log) AS told,
       (SELECT bool_and(convalidated) FROM pg_constraint WHERE contype = 'f') AS valid, (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f') AS keys, (SELECT array_agg(tgenabled::text ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal) AS triggers`,
    );
    expect(rows).toEqual([{ teams: 48, persons: 500, leads: 48, told: 0, valid: true, keys: 3, triggers: ['A', 'O'] }]);
    expect((await fixture.user.query('INSERT INTO public.team DEFAULT VALUES RETURNING id')).rows).toEqual([
      { id: 51 },
    ]);
  }

  const WAYS: { team: PublishStrategy; person: PublishStrategy }[] = [
    { team: 'delete-insert', person: 'delete-insert' },
    { team: 'truncate-insert', person: 'truncate-insert' },
    { team: 'truncate-insert', person: 'delete-insert' },
    { team: 'swap', person: 'delete-insert' },
    { team: 'delete-insert', person: 'swap' },
    { team: 'swap', person: 'swap' },
  ];
  for (const strategies of WAYS) {
    const name = `team by ${strategies.team}, person by ${strategies.person}`;
    test(`circles of foreign keys hold, triggers stay quiet: ${name}, by a superuser`, async () => {
      expect((await replace(fixture.target, fixture.pool, strategies)).warnings).toEqual([]);
      await check();
    });
    test(`circles of foreign keys hold, triggers stay quiet: ${name}, by an owner without more rights`, async () => {
      expect((await replace(plain.target, plain.pool, strategies)).warnings).toEqual([]);
      await check();
    });
  }

  for (const who of ['superuser', 'owner'] as const) {
    for (const strategies of WAYS) {
      test(`a row that points nowhere stops the switch: ${strategies.team}, ${strategies.person}, by ${who}`, async () => {
        const { target, pool } = who === 'owner' ? plain : fixture;
        const orphan = `${PERSONS} UNION ALL SELECT 777, 999, 'lost'`;
        await expect(replace(target, pool, strategies, { team: TEAMS, person: orphan })).rejects.toMatchObject({
          code: 'FOREIGN_KEY_VIOLATED',
          place: { table: 'public.person' },
        });
        expect(
          (await fixture.user.query('SELECT count(*)::int AS rows, min(name) AS name FROM public.person')).rows,
        ).toEqual([{ rows: 100, name: 'old' }]);
        await target.cleanup('run');
      });
    }
  }

  test('the row that points nowhere is named by its key, with the column and what it lacks', async () => {
    const orphan = `${PERSONS} UNION ALL SELECT 777, 999, 'lost'`;
    await expect(
      replace(fixture.target, fixture.pool, { team: 'swap', person: 'swap' }, { team: TEAMS, person: orphan }),
    ).rejects.toMatchObject({
      message:
        'Table public.person: row id=777 has team=999, which public.team does not have (foreign key person_team); nothing was published.',
      place: { table: 'public.person', column: 'team', key: 'id=777' },
    });
  });

  test('rows of a table outside the set are never deleted by a cascade, for lack of a right', async () => {
    const plan = await fixture.plan(table('team'), { strategy: 'delete-insert' });
    await plain.target.prepare({ runId: 'run', plan });
    await plain.pool.query(
      `INSERT INTO ${qualified(stagingRef('longshore_staging', 'run', table('team')))} SELECT i, NULL, NULL FROM generate_series(1, 20) i`,
    );
    await plain.target.finish({ runId: 'run', plan });
    await expect(
      plain.target.publish({ runId: 'run', tables: [{ plan, rows: 20 }], lockTimeoutMs: 1000 }),
    ).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      place: { table: 'public.team' },
      next: expect.stringContaining('session_replication_role') as string,
    });
    expect((await fixture.user.query('SELECT count(*)::int AS rows FROM public.person')).rows).toEqual([{ rows: 100 }]);
    await plain.target.cleanup('run');
  });

  test('a partitioned table is filled through its root and keeps its partitions', async () => {
    await fixture.user.query(
      'CREATE TABLE public.sliced (id integer PRIMARY KEY, n integer) PARTITION BY RANGE (id); CREATE TABLE public.low PARTITION OF public.sliced FOR VALUES FROM (0) TO (100); CREATE TABLE public.high PARTITION OF public.sliced FOR VALUES FROM (100) TO (1000)',
    );
    const plan = await fixture.plan(table('sliced'));
    const { strategy, reason } = await fixture.target.chooseStrategy(plan.source, {
      mode: 'replace',
      targetRef: table('sliced'),
      estimatedRows: 1_000_000,
    });
    expect([strategy, reason]).toEqual(['delete-insert', expect.stringContaining('partitioned')]);
    const rows = await fixture.stage('run', { ...plan, strategy }, 'SELECT i, i FROM generate_series(50, 149) i');
    await fixture.target.publish({
      runId: 'run',
      tables: [{ plan: { ...plan, strategy }, rows }],
      lockTimeoutMs: 1000,
    });
    expect(
      (
        await fixture.user.query(
          'SELECT (SELECT count(*)::int FROM public.low) AS low, (SELECT count(*)::int FROM public.high) AS high',
        )
      ).rows,
    ).toEqual([{ low: 50, high: 50 }]);
  });
});
