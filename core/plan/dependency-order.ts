import { LongshoreError } from '../errors/longshore-error';
import { type ForeignKey, sameTable, type TableRef, tableId } from '../types/table';
import { IncrementalOrder } from './incremental-order';
import { shortestPath, stronglyConnected } from './strongly-connected';
import { listWords } from './suggest';

/** A foreign key and whether it can be left NULL: with MATCH SIMPLE, one nullable column of it is enough. */
export interface OrderedKey {
  key: ForeignKey;
  nullable: boolean;
}

export interface DependencyOrder {
  /** Every table once, parents before children; by name where foreign keys do not decide. */
  order: TableRef[];
  /** Keys that close a circle. All are nullable or deferrable, and each by itself would close one again. */
  opened: ForeignKey[];
  /** Keys from a table to itself. They do not affect the order: rows of one load are checked together. */
  selfReferences: ForeignKey[];
  /** Groups of tables that refer to one another in a circle, by name. */
  cycles: TableRef[][];
  /** CYCLE_WITHOUT_NULLABLE_KEY for each group that no key can open; `order` and `opened` are then best effort. */
  problems: LongshoreError[];
}

/** All keys between one pair of tables: they are kept or opened together. */
interface Link {
  parent: number;
  child: number;
  keys: OrderedKey[];
}

const isHard = ({ key, nullable }: OrderedKey): boolean => !nullable && !key.deferrable;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The order in which tables can be loaded so that every row finds the rows it points at. Keys that leave the given
 * tables are ignored. The same input in any order gives the same answer.
 */
export function dependencyOrder(tables: readonly TableRef[], keys: readonly OrderedKey[]): DependencyOrder {
  const nodes = tables.toSorted((a, b) => compareText(tableId(a), tableId(b)));
  const indexOf = new Map(nodes.map((ref, i) => [tableId(ref), i]));
  const selfReferences = keys
    .filter(({ key }) => indexOf.has(tableId(key.from)) && sameTable(key.from, key.to))
    .map(({ key }) => key);
  const links = linksBetween(keys, indexOf);

  const parentsOf: number[][] = nodes.map(() => []);
  for (const link of links) parentsOf[link.child]!.push(link.parent);
  const groups = stronglyConnected(parentsOf).filter((group) => group.length > 1);
  const groupOf = new Int32Array(nodes.length).fill(-1);
  for (const [i, group] of groups.entries()) for (const node of group) groupOf[node] = i;
  const inGroup = links.filter((link) => groupOf[link.parent] !== -1 && groupOf[link.parent] === groupOf[link.child]);

  const openedLinks = chooseOpened(nodes.length, inGroup);
  const opened = new Set(openedLinks);
  return {
    order: parentsFirst(
      nodes,
      links.filter((link) => !opened.has(link)),
    ),
    opened: openedLinks.flatMap((link) => link.keys.map(({ key }) => key)).toSorted(compareKeys),
    selfReferences: selfReferences.toSorted(compareKeys),
    cycles: groups
      .map((group) => group.toSorted((a, b) => a - b).map((node) => nodes[node]!))
      .toSorted((a, b) => compareText(tableId(a[0]!), tableId(b[0]!))),
    problems: closedCircles(nodes, inGroup),
  };
}

const compareKeys = (a: ForeignKey, b: ForeignKey): number =>
  compareText(tableId(a.from), tableId(b.from)) || compareText(a.name, b.name);

function linksBetween(keys: readonly OrderedKey[], indexOf: Map<string, number>): Link[] {
  const links = new Map<string, Link>();
  for (const entry of keys.toSorted((a, b) => compareKeys(a.key, b.key))) {
    const parent = indexOf.get(tableId(entry.key.to));
    const child = indexOf.get(tableId(entry.key.from));
    if (parent === undefined || child === undefined || parent === child) continue;
    const link = links.get(`${parent} ${child}`) ?? { parent, child, keys: [] };
    link.keys.push(entry);
    links.set(`${parent} ${child}`, link);
  }
  return [...links.values()].sort((a, b) => a.child - b.child || a.parent - b.parent);
}

/**
 * Links are kept one by one, the least willing to be opened first: those that cannot be, then deferrable ones, then
 * nullable ones, among them pairs with many keys before pairs with few. What would close a circle is opened. So the
 * choice is minimal: no opened link could be kept after all.
 */
function chooseOpened(size: number, links: Link[]): Link[] {
  const rank = (link: Link) => (link.keys.some(isHard) ? 0 : link.keys.some(({ nullable }) => !nullable) ? 1 : 2);
  const byReluctance = links.toSorted(
    (a, b) => rank(a) - rank(b) || b.keys.length - a.keys.length || a.child - b.child || a.parent - b.parent,
  );
  const order = new IncrementalOrder(size);
  return byReluctance.filter((link) => !order.add(link.parent, link.child));
}

/** Depth first through parents in order of name; without recursion, for chains of any length. */
function parentsFirst(nodes: TableRef[], kept: Link[]): TableRef[] {
  const parentsOf: number[][] = nodes.map(() => []);
  for (const link of kept) parentsOf[link.child]!.push(link.parent);
  const nextParent = new Int32Array(nodes.length);
  const seen = new Uint8Array(nodes.length);
  const order: TableRef[] = [];
  for (let root = 0; root < nodes.length; root++) {
    if (seen[root] === 1) continue;
    seen[root] = 1;
    const path = [root];
    while (path.length > 0) {
      const node = path.at(-1)!;
      const parent = parentsOf[node]![nextParent[node]!++];
      if (parent === undefined) {
        order.push(nodes[node]!);
        path.pop();
      } else if (seen[parent] === 0) {
        seen[parent] = 1;
        path.push(parent);
      }
    }
  }
  return order;
}

function closedCircles(nodes: TableRef[], links: Link[]): LongshoreError[] {
  const hard = links.filter((link) => link.keys.some(isHard));
  const parentsOf: number[][] = nodes.map(() => []);
  for (const link of hard) parentsOf[link.child]!.push(link.parent);
  return stronglyConnected(parentsOf)
    .filter((group) => group.length > 1)
    .map((group) => Math.min(...group))
    .sort((a, b) => a - b)
    .map((start) => circleError(nodes, hard, circleThrough(start, parentsOf)));
}

/** The shortest circle through a node that is known to lie on one; the node itself stands at both ends. */
function circleThrough(start: number, parentsOf: number[][]): number[] {
  const ways = parentsOf[start]!.map((parent) => shortestPath(parentsOf, parent, start)).filter(
    (way) => way !== undefined,
  );
  return [start, ...ways.reduce((best, way) => (way.length < best.length ? way : best))];
}

function circleError(nodes: TableRef[], hard: Link[], circle: number[]): LongshoreError {
  const steps = circle.slice(1).flatMap((parent, i) => {
    const link = hard.find((candidate) => candidate.child === circle[i] && candidate.parent === parent)!;
    return link.keys.filter(isHard).map(({ key }) => key);
  });
  const names = circle.map((node) => tableId(nodes[node]!));
  const keys = steps.map((key) => `${key.name} (${tableId(key.from)}.${key.columns.join(', ')})`);
  return new LongshoreError(
    'CYCLE_WITHOUT_NULLABLE_KEY',
    `Tables refer to each other in a circle: ${names.join(' → ')}. None of the foreign keys ${listWords(keys)} is nullable or deferrable, so no table can be loaded first.`,
    { table: names[0]! },
  );
}
