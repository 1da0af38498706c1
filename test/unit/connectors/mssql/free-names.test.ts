import { freeNames } from '../../../../connectors/mssql/free-names';
import type { MssqlSession } from '../../../../connectors/mssql/pool';

const sessionWith = (taken: string[]): MssqlSession =>
  ({ rows: () => Promise.resolve(taken.map((name) => ({ name }))) }) as unknown as MssqlSession;

describe('names of keys of a new table', () => {
  const orders = { schema: 'dbo', name: 'orders_copy' };

  it('stay as in the source where they are free', async () => {
    const names = await freeNames(sessionWith(['PK_other']), [orders]);
    expect(names(orders, 'PK_orders')).toBe('PK_orders');
  });

  it('get the name of the table where another object has them, in whatever letter case', async () => {
    const names = await freeNames(sessionWith(['pk_ORDERS']), [orders]);
    expect(names(orders, 'PK_orders')).toBe('PK_orders_orders_copy');
  });

  it('are given out once', async () => {
    const names = await freeNames(sessionWith([]), [orders]);
    expect([1, 2, 3].map(() => names(orders, 'key'))).toEqual(['key', 'key_orders_copy', 'key_orders_copy_2']);
  });

  it('are never longer than the server takes, and still differ', async () => {
    const long = { schema: 'dbo', name: 't'.repeat(128) };
    const names = await freeNames(sessionWith([]), [long]);
    const given = [1, 2, 3].map(() => names(long, 'k'.repeat(128)));
    expect(given.every((name) => name.length <= 128)).toBe(true);
    expect(new Set(given).size).toBe(3);
  });
});
