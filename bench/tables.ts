/** The tables that are measured: eleven columns of the usual kinds, with NULLs, empty strings, quotes and commas. */

export const COLUMNS = `id bigint not null, customer_id int not null, amount numeric(12,2) not null, tax numeric(18,6), qty smallint,
  ordered date not null, created_at timestamp not null, shipped_at timestamptz, status text not null, note text, active boolean not null`;

/** SQL that makes and fills `name` with `rows` rows and a primary key. */
export const bigTable = (name: string, rows: number): string => `
  create table ${name}(${COLUMNS});
  insert into ${name} select i, (i::bigint * 7919) % 1000000, ((i::bigint * 31) % 1000000) / 100.0,
    case when i % 7 = 0 then null else (i % 1000000) / 1000000.0 end, i % 100, date '2020-01-01' + (i % 1500)::int,
    timestamp '2020-01-01' + i * interval '1 second',
    case when i % 5 = 0 then null else timestamptz '2021-01-01 00:00Z' + ((i::bigint * 13) % 100000000) * interval '1 millisecond' end,
    (array['new','paid','shipped','cancelled'])[1 + i % 4],
    case when i % 3 = 0 then null when i % 11 = 0 then '' else 'note for order ' || i || ', with "quotes"' end, i % 2 = 0
    from generate_series(1, ${rows}) i;
  alter table ${name} add primary key (id);
  vacuum analyze ${name};
`;

/** Twenty small tables in a chain of foreign keys. */
export const smallTables = (count: number, rows: number): string =>
  Array.from({ length: count }, (_, i) => {
    const parent = i === 0 ? '' : `, parent_id int references small_${i - 1}(id)`;
    const value = i === 0 ? '' : ', g';
    return `create table small_${i}(id int primary key, name text, at timestamptz${parent});
      insert into small_${i} select g, 'row ' || g, now()${value} from generate_series(1, ${rows}) g;`;
  }).join('\n') + 'analyze;';
