import type { ForeignKey, TableSchema } from '../../../../core/types/table';
import type { TablePlan } from '../../../../core/types/transfer';
import { orphanError, orphanWarning, referencesToCheck } from '../../../../core/verify/references';
import { column, key, ref, table } from '../builders';

interface Planned {
  source: TableSchema;
  target?: TableSchema;
  targetId?: string;
  /** `source:target` */
  columns: string[];
}

const plan = ({ source, target, targetId, columns }: Planned): TablePlan =>
  ({
    source,
    ...(target && { target }),
    targetRef: targetId ? ref(targetId) : (target?.ref ?? source.ref),
    columns: columns.map((names) => {
      const [from, to] = names.split(':') as [string, string | undefined];
      return { source: from, target: to ?? from };
    }),
  }) as TablePlan;

const orders = (foreignKeys: ForeignKey[] = []): TableSchema =>
  table('orders', [column('id integer!'), column('customer_id integer')], { foreignKeys });
const customers = table('customers');
const fk = key('orders.customer_id -> customers');
const checked = (child: TablePlan, ...tables: TablePlan[]) =>
  referencesToCheck(child, tables).map(
    ({ key: { name, columns, to, toColumns }, parent }) =>
      `${name}: ${columns.join('+')} -> ${to.schema}.${to.name}(${toColumns.join('+')})${parent ? ' in the set' : ''}`,
  );

describe('foreign keys that are checked', () => {
  const parent = plan({ source: customers, columns: ['id'] });

  it('are those of the source, in names of the target, where the table is new', () => {
    const child = plan({ source: orders([fk]), targetId: 'uat.bestellung', columns: ['id:ID', 'customer_id:KUNDE'] });
    const elsewhere = plan({ source: customers, targetId: 'uat.kunde', columns: ['id:NR'] });
    expect(checked(child, child, elsewhere)).toEqual(['orders_customer_id_fkey: KUNDE -> uat.kunde(NR) in the set']);
  });

  it('are those of the target and of the source, each once', () => {
    const own = { ...fk, name: 'fk_target' };
    const child = plan({ source: orders([fk]), target: orders([own]), columns: ['id', 'customer_id'] });
    expect(checked(child, child, parent)).toEqual(['fk_target: customer_id -> public.customers(id) in the set']);
  });

  it('count a key of several columns once, in whatever order it is written', () => {
    const wide = table('orders', ['id integer!', 'a integer', 'b integer']);
    const two = (columns: string[], toColumns: string[]): ForeignKey => ({ ...fk, columns, toColumns });
    const child = plan({
      source: { ...wide, foreignKeys: [two(['a', 'b'], ['x', 'y'])] },
      target: { ...wide, foreignKeys: [two(['b', 'a'], ['y', 'x'])] },
      columns: ['id', 'a', 'b'],
    });
    const other = plan({ source: customers, columns: ['x', 'y'] });
    expect(checked(child, child, other)).toHaveLength(1);
    const crossed = plan({
      source: { ...wide, foreignKeys: [two(['a', 'b'], ['x', 'y'])] },
      target: { ...wide, foreignKeys: [two(['a', 'b'], ['y', 'x'])] },
      columns: ['id', 'a', 'b'],
    });
    expect(checked(crossed, crossed, other)).toHaveLength(2);
  });

  it('look at a live table where the target says that there is one, and only then', () => {
    const byTarget = plan({ source: orders(), target: orders([fk]), columns: ['id', 'customer_id'] });
    expect(checked(byTarget, byTarget)).toEqual(['orders_customer_id_fkey: customer_id -> public.customers(id)']);
    const bySource = plan({ source: orders([fk]), columns: ['id', 'customer_id'] });
    expect(checked(bySource, bySource)).toEqual([]);
  });

  it('leave out those of which a column does not come along', () => {
    const child = plan({ source: orders([fk]), target: orders([fk]), columns: ['id'] });
    expect(checked(child, child, parent)).toEqual([]);
    const whole = plan({ source: orders([fk]), columns: ['id', 'customer_id'] });
    expect(checked(whole, whole, plan({ source: customers, columns: ['name'] }))).toEqual([]);
  });

  it('may point at their own table', () => {
    const self = key('orders.customer_id -> orders');
    const child = plan({ source: orders([self]), columns: ['id', 'customer_id'] });
    expect(checked(child, child)).toEqual(['orders_customer_id_fkey: customer_id -> public.orders(id) in the set']);
    expect(checked(child)).toHaveLength(1);
  });
});

describe('rows that point at nothing', () => {
  const finding = {
    key: 'fk',
    columns: ['a', 'b'],
    to: 'public.p',
    orphans: 3,
    samples: [
      ['1', 'x'],
      ['2', 'y'],
    ],
  };

  it('are told of with their keys', () => {
    expect(orphanWarning('public.c', finding)).toBe(
      'public.c: 3 rows point at no row of public.p by a, b (fk), e.g. (1, x), (2, y).',
    );
    expect(orphanWarning('public.c', { ...finding, columns: ['a'], orphans: 1, samples: [] })).toBe(
      'public.c: 1 row points at no row of public.p by a (fk).',
    );
  });

  it('are an error by table, column and key', () => {
    expect(orphanError('public.c', finding)).toMatchObject({
      code: 'FOREIGN_KEY_VIOLATED',
      message: 'Table public.c: 3 rows point at no row of public.p by a, b (fk), e.g. (1, x), (2, y).',
      place: { table: 'public.c', column: 'a, b', key: 'a=1, b=x' },
    });
  });
});
