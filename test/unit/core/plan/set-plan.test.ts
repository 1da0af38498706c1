import { describe, expect, test } from '@jest/globals';
import { LongshoreError } from '../../../../core/errors/longshore-error';
import { planSet, type SetInput } from '../../../../core/plan/set-plan';
import type { TableCandidate, TableSettings } from '../../../../core/plan/table-plan';
import { tableId, type TableSchema } from '../../../../core/types/table';
import { key, ref, table, types } from '../builders';

const SETTINGS: TableSettings = {
  exclude: [],
  mode: 'replace',
  schemaPolicy: 'stop',
  verify: 'aggregates',
  codec: 'zstd',
  codecLevel: 3,
  partBytes: 1e8,
  batchRows: 65_536,
  parallel: 2,
  minPercentOfLast: 50,
  references: 'warn',
  mask: {},
  personalData: 'warn',
  newColumns: 'refuse',
};

function candidate(
  source: TableSchema,
  more: Partial<Omit<TableCandidate, 'settings'>> & { settings?: Partial<TableSettings> } = {},
): TableCandidate {
  const id = tableId(source.ref);
  return {
    entry: id,
    path: `tables.${source.ref.name}`,
    byWildcard: false,
    source,
    targetRef: source.ref,
    target: source,
    rows: { count: 100, exact: true },
    strategy: 'swap',
    strategyReason: 'keeps everything',
    samples: {},
    ...more,
    settings: { ...SETTINGS, ...more.settings },
  };
}

const input = (tables: TableCandidate[], more: Partial<SetInput> = {}): SetInput => ({
  set: 'daily',
  from: 'prod',
  fromKind: 'postgres',
  toKind: 'postgres',
  to: { name: 'uat', readOnly: false, protectedTables: [] },
  sameDatabase: false,
  now: new Date('2026-11-21T12:00:00Z'),
  timeZone: 'UTC',
  hasMaskKey: true,
  readable: () => undefined,
  types,
  publish: 'set',
  atomicSet: true,
  parallelTables: 2,
  tables,
  ...more,
});

function failure(set: SetInput): LongshoreError {
  try {
    planSet(set);
  } catch (error) {
    if (error instanceof LongshoreError) return error;
    throw error;
  }
  throw new Error('planned without a problem');
}

const customers = table('customers', ['id integer!', 'name text']);
const orders = table('orders', ['id integer!', 'customer_id integer!', 'created_at timestamptz', 'raw text'], {
  foreignKeys: [key('orders.customer_id -> customers')],
});

describe('planning a set', () => {
  test('gives one plan per table, in load order, with all that its settings say', () => {
    const plan = planSet(
      input([
        candidate(orders, {
          settings: {
            where: "status <> 'draft'",
            dates: { column: 'created_at', preset: 'today' },
            limit: 10,
            exclude: ['raw'],
            maxRows: 50,
            mode: 'append',
          },
        }),
        candidate(customers),
      ]),
    );
    expect(plan).toMatchObject({
      set: 'daily',
      from: 'prod',
      to: 'uat',
      publish: 'set',
      parallelTables: 2,
      cycleKeys: [],
      warnings: [],
    });
    expect(plan.tables.map(({ targetRef }) => tableId(targetRef))).toEqual(['public.customers', 'public.orders']);
    expect(plan.tables[1]).toMatchObject({
      filter: {
        where: "status <> 'draft'",
        dates: { column: 'created_at', from: '2026-11-21T00:00:00Z', until: '2026-11-22T00:00:00Z' },
        limit: 10,
      },
      mode: 'append',
      strategy: 'swap',
      strategyReason: 'keeps everything',
      maxRows: 50,
      evolve: [],
      codec: 'zstd',
      codecLevel: 3,
      parallel: 2,
    });
    expect(plan.tables[1]?.columns.map(({ target }) => target)).toEqual(['id', 'customer_id', 'created_at']);
    expect(plan.tables[0]?.filter).toEqual({});
  });

  test('survives JSON unchanged, since the catalog keeps it', () => {
    const plan = planSet(input([candidate(customers, { target: undefined })]));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.tables[0]).not.toHaveProperty('target');
  });

  test('plans every column of a table that the target lacks', () => {
    const [planned] = planSet(input([candidate(customers, { target: undefined, strategy: 'create' })])).tables;
    expect(planned?.columns.map(({ target, targetType }) => `${target} ${targetType}`)).toEqual([
      'id integer',
      'name text',
    ]);
  });

  test('orders new tables by the keys of the source, under their names in the target', () => {
    const plan = planSet(
      input([
        candidate(orders, { target: undefined, targetRef: ref('copy.a_orders') }),
        candidate(customers, { target: undefined, targetRef: ref('copy.z_customers') }),
      ]),
    );
    expect(plan.tables.map(({ targetRef }) => targetRef.name)).toEqual(['z_customers', 'a_orders']);
  });

  test('opens circles at nullable keys of the target and says which', () => {
    const a = table('a', ['id integer!', 'b_id integer'], { foreignKeys: [key('a.b_id -> b')] });
    const b = table('b', ['id integer!', 'a_id integer!'], { foreignKeys: [key('b.a_id -> a')] });
    const plan = planSet(input([candidate(a), candidate(b)]));
    expect(plan.cycleKeys.map(({ name }) => name)).toEqual(['a_b_id_fkey']);
    expect(plan.tables.map(({ targetRef }) => targetRef.name)).toEqual(['a', 'b']);
  });

  test('a circle that only the source checks is no problem', () => {
    const a = table('a', ['id integer!', 'b_id integer!'], { foreignKeys: [key('a.b_id -> b')] });
    const b = table('b', ['id integer!', 'a_id integer!'], { foreignKeys: [key('b.a_id -> a')] });
    const bare = (schema: TableSchema) => ({ ...schema, foreignKeys: [] });
    expect(failure(input([candidate(a), candidate(b)])).code).toBe('CYCLE_WITHOUT_NULLABLE_KEY');
    const plan = planSet(input([candidate(a, { target: bare(a) }), candidate(b, { target: bare(b) })]));
    expect(plan.cycleKeys).toEqual([]);
    expect(plan.tables).toHaveLength(2);
  });
});

describe('warnings', () => {
  const warnings = (tables: TableCandidate[]) => planSet(input(tables)).tables.flatMap((planned) => planned.warnings);

  test('a parent outside the set', () => {
    expect(warnings([candidate(orders)])).toEqual([
      'public.orders.customer_id points at public.customers, which is not in the set: rows whose parent the target lacks will fail.',
    ]);
  });

  test('a parent of which a filter leaves rows out', () => {
    expect(warnings([candidate(orders), candidate(customers, { settings: { limit: 5 } })])).toEqual([
      'public.orders.customer_id points at public.customers, which is filtered: rows whose parent is left out will fail.',
    ]);
  });

  test('views, and tables without a primary key', () => {
    const keyless = table('keyless', ['a text']);
    expect(warnings([candidate(keyless)])[0]).toContain('no primary key');
    expect(warnings([candidate(keyless, { settings: { limit: 5 } })])[0]).toContain('which 5 rows come first');
    expect(warnings([candidate(table('v', ['a text'], { kind: 'view' }), { target: undefined })])[0]).toContain(
      'is a view',
    );
  });

  test('views that only a pattern chose are left out, and said to be', () => {
    const plan = planSet(
      input([
        candidate(customers),
        candidate(table('v', ['a text'], { kind: 'view' }), { byWildcard: true, entry: 'public.*' }),
      ]),
    );
    expect(plan.tables).toHaveLength(1);
    expect(plan.warnings).toEqual([
      "public.v is a view and left out of 'public.*'; name it in an entry of its own to copy it.",
    ]);
  });

  test('a target that cannot publish a set at once publishes by table', () => {
    const plan = planSet(input([candidate(customers)], { atomicSet: false, warnings: ['before'] }));
    expect(plan.publish).toBe('table');
    expect(plan.warnings).toEqual([
      'before',
      'uat cannot publish several tables in one transaction, so each becomes visible by itself.',
    ]);
  });

  test('differences that a policy lets pass, and the statements of evolve', () => {
    const narrow = table('customers', ['id integer!']);
    expect(warnings([candidate(customers, { target: narrow, settings: { schemaPolicy: 'ignore' } })])[0]).toContain(
      'no column name',
    );
    const [planned] = planSet(
      input([candidate(customers, { target: narrow, settings: { schemaPolicy: 'evolve' } })]),
    ).tables;
    expect(planned?.evolve).toEqual(['ALTER TABLE public.customers ADD name text']);
    expect(planned?.columns.map(({ target }) => target)).toEqual(['id', 'name']);
  });
});

describe('problems', () => {
  test('of all tables are in one error, and one bad table does not hide the next', () => {
    const earlier = new LongshoreError('TABLE_NOT_FOUND', "Table 'nope' does not exist.");
    const error = failure(
      input(
        [
          candidate(customers, { target: table('customers', ['id integer!']) }),
          candidate(orders, {
            settings: { exclude: ['nope'], dates: { column: 'raw', days: 1 } },
            rows: { count: 1000, exact: true },
          }),
          candidate(table('users')),
        ],
        { problems: [earlier], to: { name: 'uat', readOnly: false, protectedTables: ['users'], maxRowsPerTable: 500 } },
      ),
    );
    expect(error.code).toBe('TABLE_NOT_FOUND');
    const codes = [...error.message.matchAll(/^- ([A-Z_]+): /gm)].map(([, code]) => code);
    expect(codes).toEqual([
      'TABLE_NOT_FOUND',
      'SCHEMA_MISMATCH',
      'FILTER_INVALID',
      'MAX_ROWS_EXCEEDED',
      'COLUMN_NOT_FOUND',
      'PROTECTED_TABLE',
    ]);
    expect(error.message).toContain('6 problems were found.');
  });

  test('one problem stands for itself, with the place of its entry', () => {
    const error = failure(input([candidate(orders, { settings: { exclude: ['nope'] } }), candidate(customers)]));
    expect(error).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      place: { table: 'public.orders', column: 'nope', path: 'tables.orders' },
    });
    expect(error.message).not.toContain('problems were found');
  });

  test('a read-only target comes first, whatever else is wrong', () => {
    const error = failure(
      input([candidate(customers, { settings: { exclude: ['nope'] } })], {
        to: { name: 'prod', readOnly: true, protectedTables: [] },
      }),
    );
    expect(error.code).toBe('READ_ONLY_ENVIRONMENT');
    expect(error.message).toContain('COLUMN_NOT_FOUND');
  });

  test('a set without a table left is one', () => {
    expect(failure(input([]))).toMatchObject({
      code: 'NO_TABLES_MATCH',
      message: 'Transfer set daily has no table to copy.',
    });
  });

  test('that are found for every table alike are told once', () => {
    const refuse = () => {
      throw new LongshoreError('READ_ONLY_ENVIRONMENT', 'Environment prod is read-only.');
    };
    const error = failure(
      input([candidate(customers, { target: undefined })], { types: { ...types, nativeType: refuse } }),
    );
    expect(error.message).toBe('Environment prod is read-only.');
  });

  test('two tables for one target, a table onto itself, and a view as target', () => {
    expect(
      failure(input([candidate(customers), candidate(orders, { targetRef: customers.ref, target: undefined })])).code,
    ).toBe('DUPLICATE_TARGET');
    expect(failure(input([candidate(customers)], { sameDatabase: true })).code).toBe('SAME_DATABASE');
    const error = failure(input([candidate(customers, { target: { ...customers, kind: 'view' } })]));
    expect(error).toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: 'public.customers is a view in the target, which cannot be loaded.',
    });
  });

  test('a limit keeps a big table under the maximum', () => {
    const rules = { name: 'uat', readOnly: false, protectedTables: [], maxRowsPerTable: 500 };
    const big = { rows: { count: 1e9, exact: false } };
    expect(failure(input([candidate(customers, big)], { to: rules })).code).toBe('MAX_ROWS_EXCEEDED');
    expect(
      planSet(input([candidate(customers, { ...big, settings: { limit: 500 } })], { to: rules })).tables[0]?.maxRows,
    ).toBe(500);
  });
});
