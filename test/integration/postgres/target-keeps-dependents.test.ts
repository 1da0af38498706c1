import { Client } from 'pg';
import { testPostgres } from '../../helpers/postgres';
import { catalogState, sequenceValues } from './catalog-state';
import { openTarget, table, type TargetFixture } from './target-fixture';

const ROLE = `longshore_keep_${process.pid}`;

const SCHEMA = `
CREATE ROLE ${ROLE}_reader; CREATE ROLE ${ROLE}_owner;
GRANT USAGE, CREATE ON SCHEMA public TO ${ROLE}_owner;
ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT UPDATE ON SEQUENCES TO PUBLIC;
CREATE TABLE public.region (code text PRIMARY KEY, name text);
INSERT INTO public.region VALUES ('n', 'north'), ('s', 'south');
CREATE TABLE public.customer (
  id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.customer_numbers START WITH 5 INCREMENT BY 1 CACHE 1) CONSTRAINT "Customer key" PRIMARY KEY,
  "E-Mail" varchar(40) COLLATE "C" CONSTRAINT mail_needed NOT NULL,
  region text CONSTRAINT customer_region REFERENCES public.region (code) ON UPDATE CASCADE DEFERRABLE,
  referrer integer CONSTRAINT customer_referrer REFERENCES public.customer (id),
  note text, legacy integer,
  shouted text GENERATED ALWAYS AS (upper(note)) STORED,
  CONSTRAINT mail_once UNIQUE ("E-Mail") DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT note_short CHECK (length(note) < 100)
) WITH (fillfactor = 80);
ALTER TABLE public.customer DROP COLUMN legacy;
ALTER TABLE public.customer ADD CONSTRAINT late_check CHECK (note <> 'never') NOT VALID;
ALTER TABLE public.customer ALTER COLUMN note SET STORAGE EXTERNAL, ALTER COLUMN note SET STATISTICS 300, ALTER COLUMN region SET (n_distinct = 7);
CREATE INDEX customer_lower ON public.customer (lower("E-Mail")) WHERE note IS NOT NULL;
CREATE INDEX "Odd ""index"" name" ON public.customer USING hash (region);
CREATE UNIQUE INDEX customer_identity ON public.customer (id, "E-Mail") INCLUDE (note) WITH (fillfactor = 60);
ALTER TABLE public.customer REPLICA IDENTITY USING INDEX customer_identity;
ALTER TABLE public.customer CLUSTER ON "Customer key";
CREATE STATISTICS public.customer_stats (dependencies, ndistinct) ON region, note FROM public.customer;
COMMENT ON STATISTICS public.customer_stats IS 'it depends';
CREATE TABLE public.orders (id serial PRIMARY KEY, customer integer NOT NULL CONSTRAINT orders_customer REFERENCES public.customer (id) ON DELETE CASCADE, total numeric(12, 2) DEFAULT 0, self_view text);
CREATE TABLE public.outside (id integer PRIMARY KEY, customer integer CONSTRAINT outside_customer REFERENCES public.customer (id) ON DELETE SET NULL, CONSTRAINT unchecked FOREIGN KEY (id) REFERENCES public.orders (id) NOT VALID);
COMMENT ON CONSTRAINT outside_customer ON public.outside IS 'from outside';
INSERT INTO public.customer ("E-Mail", region, note) SELECT 'c' || i, CASE WHEN i % 2 = 0 THEN 'n' ELSE 's' END, 'old ' || i FROM generate_series(1, 50) i;
INSERT INTO public.orders (customer, total) SELECT 5 + i % 50, i FROM generate_series(1, 200) i;
INSERT INTO public.outside VALUES (1, 5), (2, 6);
SELECT setval('public.customer_numbers', 1000), setval('public.orders_id_seq', 100);
COMMENT ON TABLE public.customer IS 'who buys'; COMMENT ON COLUMN public.customer.note IS 'it''s a note'; COMMENT ON CONSTRAINT mail_once ON public.customer IS 'one each';
COMMENT ON INDEX public.customer_lower IS 'for log-ins'; COMMENT ON SEQUENCE public.customer_numbers IS 'numbers'; COMMENT ON CONSTRAINT mail_needed ON public.customer IS 'needed';
CREATE VIEW public.by_region WITH (security_barrier = true) AS SELECT c.region, count(*) AS customers, sum(o.total) AS total FROM public.customer c JOIN public.orders o ON o.customer = c.id GROUP BY c.region;
CREATE VIEW public.nested AS SELECT region, total FROM public.by_region WHERE customers > 0;
CREATE VIEW public.grouped AS SELECT c.*, count(o.id) AS orders FROM public.customer c LEFT JOIN public.orders o ON o.customer = c.id GROUP BY c.id;
CREATE VIEW public.northern WITH (security_invoker = true) AS SELECT id, "E-Mail" AS mail, region FROM public.customer WHERE region = 'n' WITH LOCAL CHECK OPTION;
COMMENT ON VIEW public.northern IS 'cold'; GRANT SELECT ON public.northern TO ${ROLE}_reader;
CREATE MATERIALIZED VIEW public.far AS SELECT * FROM public.nested;
CREATE RULE notify_delete AS ON DELETE TO public.orders DO ALSO NOTIFY gone;
COMMENT ON RULE notify_delete ON public.orders IS 'tells';
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'touched'; RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE OF note ON public.customer FOR EACH ROW WHEN (OLD.note IS DISTINCT FROM NEW.note) EXECUTE FUNCTION public.touch();
CREATE TRIGGER sleeping BEFORE INSERT ON public.customer FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.customer DISABLE TRIGGER sleeping;
COMMENT ON TRIGGER touched ON public.customer IS 'touches';
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON public.customer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.touch();
ALTER TABLE public.customer ENABLE ALWAYS TRIGGER deferred;
ALTER TABLE public.customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON public.customer AS RESTRICTIVE FOR UPDATE TO ${ROLE}_reader, ${ROLE}_owner USING (note <> '' AND EXISTS (SELECT FROM public.region r WHERE r.code = customer.region)) WITH CHECK (region = 'n');
COMMENT ON POLICY own_rows ON public.customer IS 'mine';
CREATE POLICY everyone ON public.customer USING (true);
REVOKE DELETE ON public.customer FROM PUBLIC;
GRANT SELECT, INSERT ON public.customer TO ${ROLE}_reader WITH GRANT OPTION; GRANT UPDATE (note, region) ON public.customer TO ${ROLE}_reader; GRANT USAGE ON SEQUENCE public.customer_numbers TO ${ROLE}_reader;
REVOKE UPDATE ON SEQUENCE public.customer_numbers FROM PUBLIC;
ALTER TABLE public.customer OWNER TO ${ROLE}_owner;
`;

const CUSTOMERS = `SELECT i, 'new' || i, CASE WHEN i % 3 = 0 THEN 'n' ELSE 's' END, CASE WHEN i > 5 THEN 5 END, 'new ' || i FROM generate_series(5, 2000) i`;
const ORDERS = `SELECT i, 5 + i % 1000, i / 7.0, NULL FROM generate_series(1, 3000) i`;

describe('what hangs on a table that is replaced', () => {
  let fixture: TargetFixture;

  beforeEach(async () => {
    fixture = await openTarget('keep');
    await fixture.user.query(SCHEMA);
  });

  afterEach(async () => {
    await fixture.close();
    const postgres = await testPostgres();
    const client = new Client({ connectionString: postgres.url('postgres') });
    await client.connect();
    await client.query(`DROP ROLE IF EXISTS ${ROLE}_owner; DROP ROLE IF EXISTS ${ROLE}_reader`);
    await client.end();
  });

  async function replace(strategies: {
    customer: 'swap' | 'delete-insert' | 'truncate-insert';
    orders: 'swap' | 'delete-insert' | 'truncate-insert';
  }) {
    const customer = await fixture.plan(table('customer'), { strategy: strategies.customer });
    const orders = await fixture.plan(table('orders'), { strategy: strategies.orders });
    const tables = [
      { plan: customer, rows: await fixture.stage('run', customer, CUSTOMERS) },
      { plan: orders, rows: await fixture.stage('run', orders, ORDERS) },
    ];
    const result = await fixture.target.publish({ runId: 'run', tables, lockTimeoutMs: 2000 });
    await fixture.target.cleanup('run');
    return result;
  }

  for (const strategies of [
    { customer: 'swap', orders: 'swap' },
    { customer: 'swap', orders: 'delete-insert' },
    { customer: 'delete-insert', orders: 'swap' },
    { customer: 'delete-insert', orders: 'delete-insert' },
    { customer: 'truncate-insert', orders: 'truncate-insert' },
  ] as const) {
    test(`survives customer by ${strategies.customer} and orders by ${strategies.orders}`, async () => {
      const before = await catalogState(fixture.user);
      const result = await replace(strategies);
      expect(result.warnings).toEqual([]);
      expect(result.strategies).toEqual({ 'public.customer': strategies.customer, 'public.orders': strategies.orders });
      expect(await catalogState(fixture.user)).toEqual(before);
      expect(await sequenceValues(fixture.user)).toEqual({ customer_numbers: '2000', orders_id_seq: '3000' });
      const { rows } = await fixture.user.query(
        'SELECT (SELECT count(*)::int FROM public.customer) AS customers, (SELECT sum(customers)::int FROM public.by_region) AS joined, (SELECT count(*)::int FROM public.outside) AS outside',
      );
      expect(rows).toEqual([{ customers: 1996, joined: 3000, outside: 2 }]);
      const added = await fixture.user.query(
        `INSERT INTO public.customer ("E-Mail", note) VALUES ('last', 'x') RETURNING id, shouted, note`,
      );
      expect(added.rows).toEqual([{ id: 2001, shouted: 'X', note: 'x' }]);
    });
  }

  test('a sequence that is further on than the new rows is not set back', async () => {
    await fixture.user.query(`SELECT setval('public.customer_numbers', 9000), setval('public.orders_id_seq', 8000)`);
    await replace({ customer: 'swap', orders: 'swap' });
    expect(await sequenceValues(fixture.user)).toEqual({ customer_numbers: '9000', orders_id_seq: '8000' });
  });

  test('a table outside that points at rows which will be gone stops the switch and names the row', async () => {
    await fixture.user.query(
      'ALTER TABLE public.outside DROP CONSTRAINT unchecked; INSERT INTO public.customer (id, "E-Mail") OVERRIDING SYSTEM VALUE VALUES (7000, \'gone\'); INSERT INTO public.outside VALUES (3, 7000)',
    );
    const before = await catalogState(fixture.user);
    await expect(replace({ customer: 'swap', orders: 'swap' })).rejects.toMatchObject({
      code: 'FOREIGN_KEY_VIOLATED',
      message: expect.stringContaining('Table public.outside: row customer=7000 has customer=7000'),
      // The table at fault is the one of the request: the other is none of its business.
      place: { table: 'public.customer', column: 'id', key: 'id=7000' },
    });
    await fixture.target.cleanup('run');
    expect(await catalogState(fixture.user)).toEqual(before);
    expect((await fixture.user.query('SELECT count(*)::int AS rows FROM public.customer')).rows).toEqual([
      { rows: 51 },
    ]);
  });

  test('a table altered while its rows were loaded is left alone', async () => {
    const customer = await fixture.plan(table('customer'));
    const rows = await fixture.stage('run', customer, CUSTOMERS);
    await fixture.user.query('ALTER TABLE public.customer ADD COLUMN surprise integer');
    await expect(
      fixture.target.publish({ runId: 'run', tables: [{ plan: customer, rows }], lockTimeoutMs: 2000 }),
    ).rejects.toMatchObject({ code: 'TARGET_CHANGED', place: { table: 'public.customer' } });
  });

  test('a table that came to have what a swap would lose keeps its identity, with a warning', async () => {
    await fixture.user.query('CREATE PUBLICATION chosen FOR TABLE public.customer (id, "E-Mail")');
    const before = await catalogState(fixture.user);
    const result = await replace({ customer: 'swap', orders: 'swap' });
    expect(result.strategies).toEqual({ 'public.customer': 'delete-insert', 'public.orders': 'swap' });
    expect(result.warnings).toEqual([expect.stringMatching(/public\.customer.*publication chosen/)]);
    expect(await catalogState(fixture.user)).toEqual(before);
  });

  test('the choice names what a swap would lose', async () => {
    const choose = async (name: string, estimatedRows = 1_000_000) =>
      fixture.target.chooseStrategy((await fixture.plan(table(name))).source, {
        mode: 'replace',
        targetRef: table(name),
        estimatedRows,
      });
    expect(await choose('customer')).toMatchObject({ strategy: 'swap' });
    await fixture.user.query('CREATE PUBLICATION chosen FOR TABLE public.customer (id, "E-Mail")');
    expect(await choose('customer')).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringContaining('publication chosen') as string,
    });
    await fixture.user.query('DROP PUBLICATION chosen');
    expect(await choose('customer', 100)).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringContaining('small') as string,
    });
    await fixture.user.query('CREATE MATERIALIZED VIEW public.direct AS SELECT id FROM public.customer');
    expect(await choose('customer')).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringContaining('public.direct') as string,
    });
    await fixture.user.query(
      'CREATE FUNCTION public.first_order() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT min(id) FROM public.orders; END',
    );
    expect(await choose('orders')).toMatchObject({
      strategy: 'delete-insert',
      reason: expect.stringContaining('first_order') as string,
    });
  });
});
