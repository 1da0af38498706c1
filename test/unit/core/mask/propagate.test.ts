import { propagateMasks, type TableRules } from '../../../../core/mask/propagate';
import type { ColumnMask } from '../../../../core/types/mask';
import type { ForeignKey } from '../../../../core/types/table';
import { column, key, table } from '../builders';

const HASH: ColumnMask = { rule: 'hash' };
const rules = (
  one: TableRules['table'],
  masks: Record<string, ColumnMask> = {},
  kept: string[] = [],
  widths?: Record<string, number>,
): TableRules => ({ table: one, masks, kept, ...(widths && { widths }) });

const customers = table('customers', ['id integer!', 'name text']);
const orders = table('orders', ['id integer!', 'customer_id integer'], {
  foreignKeys: [key('orders.customer_id -> customers')],
});
const codes = ({ problems }: ReturnType<typeof propagateMasks>) => problems.map(({ code }) => code);

describe('propagateMasks', () => {
  it('masks what points at a masked key, and says so', () => {
    const { masks, problems, notes } = propagateMasks([rules(customers, { id: HASH }), rules(orders)]);
    expect(problems).toEqual([]);
    expect(masks).toEqual([{ id: HASH }, { customer_id: HASH }]);
    expect(notes[0]).toEqual([]);
    expect(notes[1]).toEqual([
      "Column public.orders.customer_id is masked by rule 'hash', as public.customers.id is, at which it points.",
    ]);
  });

  it('does not care for the order of the tables, nor changes what it is given', () => {
    const given = [rules(orders), rules(customers, { id: HASH })];
    const before = structuredClone(given.map(({ masks }) => masks));
    expect(propagateMasks(given).masks).toEqual([{ customer_id: HASH }, { id: HASH }]);
    expect(given.map(({ masks }) => masks)).toEqual(before);
  });

  it('leaves other columns and other tables alone', () => {
    const name: ColumnMask = { rule: 'name' };
    const { masks, problems } = propagateMasks([rules(customers, { name }), rules(orders)]);
    expect(masks).toEqual([{ name }, {}]);
    expect(problems).toEqual([]);
  });

  it('goes through any number of tables whose key is itself a foreign key', () => {
    const persons = table('persons', ['id integer!']);
    const staff = table('staff', ['id integer!'], { foreignKeys: [key('staff.id -> persons')] });
    const managers = table('managers', ['id integer!'], { foreignKeys: [key('managers.id -> staff')] });
    const { masks } = propagateMasks([rules(managers), rules(staff), rules(persons, { id: HASH })]);
    expect(masks).toEqual([{ id: HASH }, { id: HASH }, { id: HASH }]);
  });

  it('follows tables that point at themselves and in circles', () => {
    const tree = table('tree', ['id integer!', 'parent_id integer'], { foreignKeys: [key('tree.parent_id -> tree')] });
    expect(propagateMasks([rules(tree, { id: HASH })]).masks).toEqual([{ id: HASH, parent_id: HASH }]);
    const a = table('a', ['id integer!'], { foreignKeys: [key('a.id -> b')] });
    const b = table('b', ['id integer!'], { foreignKeys: [key('b.id -> a')] });
    expect(propagateMasks([rules(a, { id: HASH }), rules(b)]).masks).toEqual([{ id: HASH }, { id: HASH }]);
  });

  it('matches the columns of composite keys by position', () => {
    const parent = table('parent', ['a integer!', 'b integer!']);
    const composite: ForeignKey = {
      ...key('child.x -> parent'),
      columns: ['x', 'y'],
      toColumns: ['b', 'a'],
    };
    const child = table('child', ['id integer!', 'x integer', 'y integer'], { foreignKeys: [composite] });
    const { masks, problems } = propagateMasks([rules(parent, { a: HASH }), rules(child)]);
    expect(problems).toEqual([]);
    expect(masks[1]).toEqual({ y: HASH });
  });

  it('refuses a foreign key with another rule than its key, naming both', () => {
    const result = propagateMasks([
      rules(customers, { id: HASH }),
      rules(orders, { customer_id: { rule: 'noise', percent: 5 } }),
    ]);
    expect(codes(result)).toEqual(['MASK_INVALID']);
    expect(result.problems[0]!.message).toBe(
      "Column public.orders.customer_id is masked by rule 'noise', but it points at public.customers.id, which is masked by rule 'hash'.",
    );
    expect(result.problems[0]!.place).toEqual({ table: 'public.orders', column: 'customer_id' });
  });

  it('refuses a foreign key that is to be kept while its key is masked', () => {
    const result = propagateMasks([rules(customers, { id: HASH }), rules(orders, {}, ['customer_id'])]);
    expect(codes(result)).toEqual(['MASK_INVALID']);
    expect(result.masks[1]).toEqual({});
    expect(result.problems[0]!.message).toContain('is kept as it is, but it points at public.customers.id');
  });

  it('refuses to mask a foreign key alone, and suggests its key', () => {
    const result = propagateMasks([rules(customers), rules(orders, { customer_id: HASH })]);
    expect(codes(result)).toEqual(['MASK_INVALID']);
    expect(result.problems[0]!.next).toBe('Mask public.customers.id by hash; its foreign keys follow.');
  });

  it('lets the same rule stand on both, and NULL on any foreign key', () => {
    expect(codes(propagateMasks([rules(customers, { id: HASH }), rules(orders, { customer_id: HASH })]))).toEqual([]);
    const none: ColumnMask = { rule: 'null' };
    expect(codes(propagateMasks([rules(customers, { id: HASH }), rules(orders, { customer_id: none })]))).toEqual([]);
    expect(codes(propagateMasks([rules(customers), rules(orders, { customer_id: none })]))).toEqual([]);
  });

  it('warns where the key is not in the set', () => {
    const { problems, notes } = propagateMasks([rules(orders, { customer_id: HASH })]);
    expect(problems).toEqual([]);
    expect(notes[0]![0]).toContain('public.customers.id, at which it points, is not in this set');
  });

  it('refuses a column with two keys of which one is masked', () => {
    const people = table('people', ['id integer!']);
    const both = table('both', ['id integer!', 'who integer'], {
      foreignKeys: [key('both.who -> customers'), { ...key('both.who -> people'), name: 'second' }],
    });
    const result = propagateMasks([rules(customers, { id: HASH }), rules(people), rules(both)]);
    expect(codes(result)).toEqual(['MASK_INVALID']);
    expect(result.problems[0]!.message).toContain('public.people.id, which is not masked');
  });

  it('refuses an SQL expression on a key whose foreign keys say nothing, and takes two expressions for equal', () => {
    const sql = (text: string): ColumnMask => ({ rule: 'sql', sql: text });
    const silent = propagateMasks([rules(customers, { id: sql('-id') }), rules(orders)]);
    expect(codes(silent)).toEqual(['MASK_INVALID']);
    expect(silent.problems[0]!.message).toContain('which its foreign key public.orders.customer_id cannot follow');
    expect(
      codes(
        propagateMasks([rules(customers, { id: sql('-id') }), rules(orders, { customer_id: sql('-customer_id') })]),
      ),
    ).toEqual([]);
    expect(codes(propagateMasks([rules(customers, { id: sql('-id') }), rules(orders, { customer_id: HASH })]))).toEqual(
      ['MASK_INVALID'],
    );
  });

  it('refuses rules that make one of two values on a key by a unique index alone', () => {
    const tags = table('tags', ['id integer!', 'code text']);
    const uses = table('uses', ['id integer!', 'code text'], {
      foreignKeys: [{ ...key('uses.code -> tags'), toColumns: ['code'] }],
    });
    const result = propagateMasks([rules(tags, { code: { rule: 'phone' } }), rules(uses)]);
    expect(codes(result)).toEqual(['MASK_INVALID']);
    expect(result.problems[0]!.next).toContain('Use hash for public.tags.code');
  });

  it('cuts hashes to the narrowest column of a key and all that points at it', () => {
    const wide = column('code varchar!', { logical: { kind: 'text', of: 'text' }, maxLength: 50 });
    const narrow = { ...wide, maxLength: 20, nullable: true };
    const parent = table('parent', [wide]);
    const foreignKey = { ...key('child.code -> parent'), toColumns: ['code'] };
    const child = table('child', ['id integer!', narrow], { foreignKeys: [foreignKey] });
    const { masks } = propagateMasks([rules(parent, { code: HASH }), rules(child)]);
    expect(masks).toEqual([{ code: { rule: 'hash', length: 20 } }, { code: { rule: 'hash', length: 20 } }]);
    const same = table('child', ['id integer!', { ...wide, nullable: true }], { foreignKeys: [foreignKey] });
    expect(propagateMasks([rules(parent, { code: HASH }), rules(same)]).masks).toEqual([
      { code: HASH },
      { code: HASH },
    ]);
    const target = propagateMasks([rules(parent, { code: HASH }, [], { code: 12 }), rules(same)]);
    expect(target.masks[1]).toEqual({ code: { rule: 'hash', length: 12 } });
  });

  it('refuses keys and foreign keys of types whose hashes differ', () => {
    const parent = table('parent', [
      column('id numeric(8,2)!', { logical: { kind: 'decimal', precision: 8, scale: 2 } }),
    ]);
    const child = table('child', ['id integer!', 'parent_id integer'], {
      foreignKeys: [key('child.parent_id -> parent')],
    });
    const result = propagateMasks([rules(parent, { id: HASH }), rules(child)]);
    expect(codes(result)).toEqual(['MASK_INVALID']);
    expect(result.problems[0]!.message).toContain('makes different values of them');
  });

  it('finds tables of another database by the keys that name none', () => {
    const far = { database: 'archive' };
    const parent = { ...customers, ref: { ...far, ...customers.ref } };
    const child = { ...orders, ref: { ...far, ...orders.ref } };
    expect(propagateMasks([rules(parent, { id: HASH }), rules(child)]).masks[1]).toEqual({ customer_id: HASH });
  });
});
