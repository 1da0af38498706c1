/** Two tables that belong together, an old generation in the target and a new one in the source; and who watches them. */
import { Client, Pool } from 'pg';

export const ROWS = { orders: 600_000, items: 900_000 };

const DDL = `
  create table customers_kept_out(id int primary key);
  create table orders(id bigint primary key, generation int not null, customer text, total numeric(12,2), created_at timestamptz, note text);
  create table items(id bigint primary key, order_id bigint not null references orders(id), generation int not null, price numeric(18,6), payload jsonb);
  create index items_by_order on items(order_id);
`;

const fill = (generation: number, orders: number, items: number): string => `
  insert into orders select i, ${generation}, 'customer ' || i % 1000, (i % 100000) / 100.0, timestamptz '2024-01-01 00:00Z' + i * interval '1 second',
    case when i % 3 = 0 then null when i % 5 = 0 then '' else repeat('note ' || i, 3) end from generate_series(1, ${orders}) i;
  insert into items select i, 1 + i % ${orders}, ${generation}, i / 7.0, jsonb_build_object('i', i, 't', 'é✓') from generate_series(1, ${items}) i;
  analyze;
`;

/** Fills both databases; the target gets an older, smaller generation and a view. */
export async function fillShop(sourceUrl: string, targetUrl: string): Promise<void> {
  await Promise.all([
    execute(sourceUrl, DDL + fill(2, ROWS.orders, ROWS.items)),
    execute(
      targetUrl,
      `${DDL}${fill(1, 1000, 1500)} create view totals as select generation, sum(total) as total from orders group by 1;`,
    ),
  ]);
}

export async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export async function rows<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A figure of every value of every row, by the server alone: equal tables have equal figures, whatever the row order. */
export async function contents(url: string): Promise<unknown> {
  const figure = (table: string): string =>
    `(select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from ${table} t)`;
  return rows(url, `select ${figure('orders')} as orders, ${figure('items')} as items`);
}

/** What a run must not leave in a database. */
export async function leftBehind(url: string): Promise<{ schemas: string[]; sessions: string[] }> {
  const [schemas, sessions] = await Promise.all([
    rows<{ nspname: string }>(url, `select nspname from pg_namespace where nspname like '%longshore%'`),
    rows<{ application_name: string }>(
      url,
      `select application_name from pg_stat_activity where datname = current_database() and application_name like 'longshore%'`,
    ),
  ]);
  return {
    schemas: schemas.map(({ nspname }) => nspname),
    sessions: sessions.map(({ application_name: name }) => name),
  };
}

interface Sighting {
  generations: number[];
  orders: number;
  items: number;
}

/** Polls the target as an application would, until stopped; remembers every state it saw, and the longest wait. */
export class Reader {
  readonly sightings = new Map<string, Sighting>();
  longestMs = 0;
  private readonly pool: Pool;
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(url: string) {
    this.pool = new Pool({ connectionString: url, max: 2, application_name: 'reader' });
    this.pool.on('error', () => undefined);
    this.loop = this.poll();
  }

  private async poll(): Promise<void> {
    const sql = `select (select count(*) from orders)::int as orders, (select count(*) from items)::int as items,
      array(select distinct generation from (select generation from orders union all select generation from items) g) as generations`;
    while (!this.stopped) {
      const started = performance.now();
      try {
        const { rows: found } = await this.pool.query<Sighting>(sql);
        const [sighting] = found;
        if (sighting) this.sightings.set(JSON.stringify(sighting), sighting);
        this.longestMs = Math.max(this.longestMs, performance.now() - started);
      } catch {
        // The server is being restarted: that is the test's doing, and no sighting.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Stops, and returns every distinct state that was visible. */
  async stop(): Promise<Sighting[]> {
    this.stopped = true;
    await this.loop;
    await this.pool.end();
    return [...this.sightings.values()];
  }
}
