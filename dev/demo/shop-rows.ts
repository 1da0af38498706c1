/**
 * The shop's rows, the same at every run. `share` of them: 1 for production, less for UAT, which then stops where
 * production went on.
 */
export function fillShop(share: number): string {
  const some = (rows: number): number => Math.round(rows * share);
  return `
INSERT INTO crm.departments (id, name) SELECT i, (ARRAY['Sales','Support','Purchasing','Warehouse','Finance','Legal','IT','Board'])[i] FROM generate_series(1, 8) i;
INSERT INTO crm.employees SELECT i, 'Employee ' || i, CASE WHEN i % 11 > 0 THEN i % 8 + 1 END, date '2012-01-01' + i * 71
  FROM generate_series(1, ${some(60)}) i;
UPDATE crm.departments SET head_id = id WHERE id < 7;

INSERT INTO crm.customers (public_id, name, email, phone, birthday, vip, credit, preferences, note, created_at)
SELECT md5('customer' || i)::uuid,
  (ARRAY['Ada','Björn','Chloé','Dvořák','Егор','Fatima','Günther','花子','Íñigo','José'])[i % 10 + 1] || ' ' || (ARRAY['Meyer','O''Neill','Šimić','van Dam','"Quote"','Łuczak','Smith'])[i % 7 + 1],
  'customer' || i || '@example.com',
  CASE WHEN i % 3 > 0 THEN '+49 30 ' || lpad((i * 7919 % 1000000)::text, 6, '0') END,
  CASE WHEN i % 5 > 0 THEN date '1950-01-01' + (i * 37 % 20000) END,
  i % 17 = 0,
  CASE WHEN i % 4 > 0 THEN (i * 104729 % 100000000)::numeric / 10000 END,
  jsonb_build_object('language', (ARRAY['de','en','fr'])[i % 3 + 1], 'newsletter', i % 2 = 0, 'sizes', jsonb_build_array(i % 9, i % 5)),
  CASE i % 29 WHEN 0 THEN 'likes 🚢 and 🐙' WHEN 1 THEN '' WHEN 2 THEN E'two\\nlines,\\t"quoted" \\\\N' END,
  timestamptz '2023-01-01 00:00+00' + i * interval '17 minutes 3.000001 seconds'
FROM generate_series(1, ${some(5000)}) i;
INSERT INTO crm.addresses (customer_id, street, city, country, valid_from)
SELECT i % ${some(5000)} + 1, 'Hafenstraße ' || i, (ARRAY['Hamburg','Zürich','São Paulo','Kraków','東京'])[i % 5 + 1], (ARRAY['DE','CH','BR','PL','JP'])[i % 5 + 1],
  CASE WHEN i % 2 = 0 THEN timestamp '2024-02-29 23:59:59.999999' + i * interval '1 hour' END
FROM generate_series(1, ${some(6000)}) i;

INSERT INTO shop.categories SELECT i, 'Category ' || i, CASE WHEN i > 8 THEN i / 5 + 1 END FROM generate_series(1, 40) i;
INSERT INTO shop.products (sku, name, category_id, price, weight_kg, tags, attributes)
SELECT 'SKU-' || lpad(i::text, 6, '0'), 'Product ' || i || CASE WHEN i % 50 = 0 THEN ' ⚓' ELSE '' END, i % 40 + 1, (i * 7907 % 99999)::numeric / 100,
  CASE WHEN i % 6 > 0 THEN (i % 97) / 7.0 END,
  CASE i % 3 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['new', 'a,b'] ELSE ARRAY['sale', NULL, '"x"'] END,
  CASE WHEN i % 4 > 0 THEN jsonb_build_object('colour', (ARRAY['red','navy',NULL])[i % 3 + 1], 'depth', i % 40) END
FROM generate_series(1, ${some(900)}) i;
INSERT INTO shop.orders (customer_id, sold_by, status, ordered_at, delivery, comment)
SELECT i * 31 % ${some(5000)} + 1, CASE WHEN i % 3 > 0 THEN i % ${some(60)} + 1 END, (ARRAY['paid','shipped','shipped','returned','draft'])[i % 5 + 1],
  timestamptz '2025-01-01 06:00+00' + i * interval '53 minutes', CASE WHEN i % 2 = 0 THEN time '08:00' + i % 600 * interval '1 minute' END,
  CASE WHEN i % 41 = 0 THEN 'please ring twice 🔔' END
FROM generate_series(1, ${some(10000)}) i;
INSERT INTO shop.order_items (order_id, line, product_id, quantity, unit_price, discount)
SELECT o, line, (o * 13 + line * 7) % ${some(900)} + 1, (o + line) % 9 + 1, ((o * 31 + line * 17) % 50000)::numeric / 100, CASE WHEN o % 3 = 0 THEN (o % 10) / 20.0 END
FROM generate_series(1, ${some(10000)}) o, generate_series(1, 2 + o % 2) line;
INSERT INTO shop.payments
SELECT md5('payment' || id)::uuid, id, (id * 7919 % 1000000)::numeric / 100, (ARRAY['card','invoice','cash'])[id % 3 + 1],
  ordered_at AT TIME ZONE 'UTC' + interval '2 hours', CASE WHEN id % 10 = 0 THEN decode(md5(id::text), 'hex') END
FROM shop.orders WHERE status <> 'draft' AND id % 8 > 0;
ANALYZE;
`;
}
