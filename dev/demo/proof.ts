import type { Client } from 'pg';
import { withClient } from './databases';

/** Conditions of the demo's transfer set, for a comparison that asks nothing of Longshore. */
const FILTERS: Record<string, string> = {
  'shop.orders': "status <> 'draft'",
  'shop.order_items': "order_id IN (SELECT id FROM shop.orders WHERE status <> 'draft')",
};
/** Columns that the set masks. */
const MASKED: Record<string, string[]> = {
  'crm.customers': ['name', 'email', 'phone', 'birthday', 'note'],
  'crm.addresses': ['street'],
  'crm.employees': ['name'],
};
const TABLES = [
  'crm.addresses',
  'crm.customers',
  'crm.departments',
  'crm.employees',
  'shop.categories',
  'shop.order_items',
  'shop.orders',
  'shop.payments',
  'shop.products',
];

/** Digest of every value of every row, masked columns aside, made by Postgres itself. */
async function digests(url: string, filtered: boolean): Promise<Map<string, string>> {
  return withClient(url, async (client) => {
    await client.query("SET timezone = 'UTC'");
    const result = new Map<string, string>();
    for (const table of TABLES) {
      const where = filtered ? (FILTERS[table] ?? 'true') : 'true';
      const { rows } = await client.query<{ digest: string }>(
        `SELECT count(*) || ':' || md5(coalesce(string_agg(md5(t), '' ORDER BY md5(t)), '')) AS digest FROM (SELECT ${row(table)} AS t FROM ${table} t WHERE ${where}) AS rows`,
      );
      result.set(table, rows[0]?.digest ?? '');
    }
    return result;
  });
}

const row = (table: string): string =>
  `(to_jsonb(t)${(MASKED[table] ?? []).map((column) => ` - '${column}'`).join('')})::text`;

/** Masked columns of UAT that have a value which production has in the same row. */
export async function clearValues(prod: string, uat: string): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(MASKED).flatMap(([table, columns]) =>
      columns.map(async (column) => {
        const sql = `SELECT id::text, ${column}::text AS value FROM ${table} WHERE ${column} IS NOT NULL ORDER BY id`;
        const [source, target] = await Promise.all([prod, uat].map((url) => valuesById(url, sql)));
        return [...(target ?? [])].some(([id, value]) => source?.get(id) === value) ? [`${table}.${column}`] : [];
      }),
    ),
  );
  return found.flat();
}

const valuesById = (url: string, sql: string): Promise<Map<string, string>> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ id: string; value: string }>(sql);
    return new Map(rows.map(({ id, value }) => [id, value]));
  });

/** Tables of UAT whose rows are not exactly those that production has and the set's filter leaves. */
export async function differingTables(prod: string, uat: string): Promise<string[]> {
  const [source, target] = await Promise.all([digests(prod, true), digests(uat, false)]);
  return TABLES.filter((table) => source.get(table) !== target.get(table));
}

const KEPT: [what: string, sql: string][] = [
  ['view shop.revenue', 'SELECT count(*) > 0 AS ok FROM shop.revenue'],
  [
    'its grant',
    "SELECT has_table_privilege('longshore_demo_tester', 'shop.orders', 'SELECT') AND has_table_privilege('longshore_demo_tester', 'shop.revenue', 'SELECT') AS ok",
  ],
  [
    'trigger orders_touched',
    "SELECT count(*) = 1 AS ok FROM pg_trigger WHERE tgname = 'orders_touched' AND tgrelid = 'shop.orders'::regclass AND tgenabled = 'O'",
  ],
  ['comment on shop.orders', "SELECT obj_description('shop.orders'::regclass) LIKE 'Copied from production%' AS ok"],
  ['10 foreign keys', "SELECT count(*) = 10 AS ok FROM pg_constraint WHERE contype = 'f' AND convalidated"],
  [
    'identity of crm.customers',
    "SELECT nextval(pg_get_serial_sequence('crm.customers', 'id')) > (SELECT max(id) FROM crm.customers) AS ok",
  ],
];

/** What UAT had besides rows, and whether it has it still. */
export async function keptInUat(uat: string): Promise<{ what: string; isKept: boolean }[]> {
  const check = async (client: Client, sql: string): Promise<boolean> => {
    const { rows } = await client.query<{ ok: boolean }>(sql);
    return rows[0]?.ok ?? false;
  };
  return withClient(uat, async (client) => {
    const result: { what: string; isKept: boolean }[] = [];
    for (const [what, sql] of KEPT) result.push({ what, isKept: await check(client, sql).catch(() => false) });
    return result;
  });
}
