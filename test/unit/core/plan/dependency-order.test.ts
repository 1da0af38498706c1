import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dependencyOrder, type OrderedKey } from '../../../../core/plan/dependency-order';
import { stronglyConnected } from '../../../../core/plan/strongly-connected';
import { tableId } from '../../../../core/types/table';
import { key, ref } from '../builders';

const hard = (text: string): OrderedKey => ({ key: key(text), nullable: false });
const soft = (text: string): OrderedKey => ({ key: key(text), nullable: true });
const deferrable = (text: string): OrderedKey => ({ key: key(text, { deferrable: true }), nullable: false });
const order = (tables: string[], keys: OrderedKey[]) => {
  const result = dependencyOrder(tables.map(ref), keys);
  return { ...result, names: result.order.map(({ name }) => name), openedNames: result.opened.map(({ name }) => name) };
};

describe('load order', () => {
  test('parents come before children, others by name', () => {
    const result = order(
      ['lines', 'zones', 'orders', 'customers', 'apples'],
      [hard('lines.order_id -> orders'), hard('orders.customer_id -> customers')],
    );
    expect(result.names).toEqual(['apples', 'customers', 'orders', 'lines', 'zones']);
    expect(result).toMatchObject({ opened: [], cycles: [], problems: [] });
  });

  test('self references and keys that leave the set do not matter', () => {
    const result = order(['staff'], [hard('staff.boss_id -> staff'), hard('staff.office_id -> offices')]);
    expect(result.names).toEqual(['staff']);
    expect(result.selfReferences.map(({ name }) => name)).toEqual(['staff_boss_id_fkey']);
    expect(result.problems).toEqual([]);
  });

  test('a circle is opened at its nullable key', () => {
    const result = order(['a', 'b', 'c'], [hard('a.b -> b'), hard('b.c -> c'), soft('c.a -> a')]);
    expect(result.openedNames).toEqual(['c_a_fkey']);
    expect(result.names).toEqual(['c', 'b', 'a']);
    expect(result.cycles.map((group) => group.map(({ name }) => name))).toEqual([['a', 'b', 'c']]);
  });

  test('a nullable key is opened rather than a deferrable one', () => {
    expect(order(['a', 'b'], [deferrable('a.b -> b'), soft('b.a -> a')]).openedNames).toEqual(['b_a_fkey']);
    expect(order(['a', 'b'], [soft('a.b -> b'), deferrable('b.a -> a')]).openedNames).toEqual(['a_b_fkey']);
  });

  test('a deferrable key opens a circle that has no nullable one', () => {
    expect(order(['a', 'b'], [hard('a.b -> b'), deferrable('b.a -> a')]).openedNames).toEqual(['b_a_fkey']);
  });

  test('one shared key opens several circles', () => {
    const result = order(['a', 'b', 'c'], [soft('a.b -> b'), hard('b.a -> a'), hard('b.c -> c'), hard('c.a -> a')]);
    expect(result.openedNames).toEqual(['a_b_fkey']);
  });

  test('all keys between two tables are opened together, and one NOT NULL among them holds the others', () => {
    expect(order(['a', 'b'], [soft('a.x -> b'), soft('a.y -> b'), hard('b.a -> a')]).openedNames).toEqual([
      'a_x_fkey',
      'a_y_fkey',
    ]);
    expect(order(['a', 'b'], [soft('a.x -> b'), hard('a.y -> b'), soft('b.a -> a')]).openedNames).toEqual(['b_a_fkey']);
  });

  test('a circle that nothing opens is an error that names its tables and keys', () => {
    const { problems } = order(
      ['a', 'b', 'c', 'd'],
      [hard('a.b -> b'), hard('b.c -> c'), hard('c.a -> a'), soft('d.a -> a')],
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.code).toBe('CYCLE_WITHOUT_NULLABLE_KEY');
    expect(problems[0]?.message).toContain('public.a → public.b → public.c → public.a');
    for (const name of ['a_b_fkey', 'b_c_fkey', 'c_a_fkey']) expect(problems[0]?.message).toContain(name);
  });

  test('every closed circle is reported, each by its shortest way', () => {
    const { problems } = order(
      ['a', 'b', 'c', 'x', 'y'],
      [hard('a.b -> b'), hard('b.a -> a'), hard('b.c -> c'), hard('c.a -> a'), hard('x.y -> y'), hard('y.x -> x')],
    );
    expect(problems.map(({ message }) => /circle: (.*?)\./.exec(message.replaceAll('public.', ''))?.[1])).toEqual([
      'a → b → a',
      'x → y → x',
    ]);
  });

  test('a chain of ten thousand tables fits the stack', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `t${String(i).padStart(5, '0')}`);
    const upwards = names.slice(1).map((name, i) => hard(`${names[i]!}.p -> ${name}`));
    expect(order(names, upwards).names).toEqual(names.toReversed());
  });

  test('ten thousand tables with thousands of circles take under a second', () => {
    const size = 10_000;
    const names = Array.from({ length: size }, (_, i) => `t${String(i).padStart(5, '0')}`);
    const keys = names.flatMap((name, i) => [
      ...(i % 20 > 0 ? [hard(`${name}.p -> ${names[i - 1]!}`)] : []),
      soft(`${name}.q -> ${names[(i * 7919 + 13) % size]!}`),
    ]);
    const started = process.cpuUsage();
    const result = order(names, keys);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
    expect(result.opened.length).toBeGreaterThan(0);
    expect(result.opened.length).toBeLessThan(size);
  });
});

describe('on any graph of foreign keys', () => {
  const graphs = fc.integer({ min: 1, max: 12 }).chain((size) => {
    const node = fc.integer({ min: 0, max: size - 1 });
    const edge = fc.record({
      from: node,
      to: node,
      nullable: fc.boolean(),
      deferrable: fc.boolean(),
      column: fc.integer({ min: 0, max: 2 }),
    });
    return fc.record({
      tables: fc.constant(Array.from({ length: size }, (_, i) => `t${i}`)),
      edges: fc.array(edge, { maxLength: 30 }),
    });
  });
  type Graph = {
    tables: string[];
    edges: { from: number; to: number; nullable: boolean; deferrable: boolean; column: number }[];
  };
  const toKeys = ({ edges }: Graph): OrderedKey[] =>
    edges.map(({ from, to, nullable, deferrable: later, column }, i) => ({
      nullable,
      key: key(`t${from}.c${column} -> t${to}`, { deferrable: later, name: `k${i}` }),
    }));

  test('keys that are not opened point backwards, opened ones can be opened, and none was opened in vain', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const keys = toKeys(graph);
        const result = order(graph.tables, keys);
        const opened = new Set(result.opened);
        const at = new Map(result.order.map((table, i) => [tableId(table), i]));
        expect(at.size).toBe(graph.tables.length);
        if (result.problems.length > 0) {
          const parents = graph.tables.map((_, child) =>
            graph.edges
              .filter(
                ({ from, to, nullable, deferrable: later }) => from === child && to !== child && !nullable && !later,
              )
              .map(({ to }) => to),
          );
          expect(stronglyConnected(parents).filter((group) => group.length > 1)).toHaveLength(result.problems.length);
          return;
        }
        for (const { key: each, nullable } of keys) {
          if (tableId(each.from) === tableId(each.to)) continue;
          if (opened.has(each)) expect(nullable || each.deferrable).toBe(true);
          else expect(at.get(tableId(each.to))!).toBeLessThan(at.get(tableId(each.from))!);
        }
        const kept = keys.filter(({ key: each }) => !opened.has(each));
        const parents = (extra: OrderedKey[]) =>
          graph.tables.map((name) =>
            [...kept, ...extra]
              .filter(({ key: { from, to } }) => from.name === name && to.name !== name)
              .map(({ key: { to } }) => graph.tables.indexOf(to.name)),
          );
        const circles = (extra: OrderedKey[]) =>
          stronglyConnected(parents(extra)).filter((group) => group.length > 1).length;
        expect(circles([])).toBe(0);
        for (const each of keys) if (opened.has(each.key)) expect(circles([each])).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of the input makes no difference', () => {
    fc.assert(
      fc.property(graphs, fc.integer(), (graph, seed) => {
        const keys = toKeys(graph);
        const mix = <T>(items: T[]) =>
          items
            .map((item, i) => ({ item, at: Math.sin(seed + i) }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const one = order(graph.tables, keys);
        const other = order(mix(graph.tables), mix(keys));
        expect(other.names).toEqual(one.names);
        expect(other.openedNames).toEqual(one.openedNames);
        expect(other.problems.map(({ message }) => message)).toEqual(one.problems.map(({ message }) => message));
      }),
    );
  });
});
