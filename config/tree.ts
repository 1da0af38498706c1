/**
 * A document with the place of every value: what a file is turned into before files are merged and checked, so that
 * a message about a merged configuration still names the file and line that say so.
 */
import type { ConfigPath } from './path';

export interface Position {
  /** File, or environment variable. */
  file: string;
  /** From 1. */
  line?: number;
  column?: number;
}

export type Scalar = string | number | boolean | null;

export type TreeNode = ScalarNode | MapNode | ListNode;

export interface ScalarNode {
  kind: 'scalar';
  value: Scalar;
  at: Position;
}

export interface MapNode {
  kind: 'map';
  entries: Map<string, MapEntry>;
  at: Position;
}

export interface MapEntry {
  /** Place of the key. */
  key: Position;
  node: TreeNode;
}

export interface ListNode {
  kind: 'list';
  items: TreeNode[];
  at: Position;
}

/** Plain data of a tree. Keys are own properties whatever they are called. */
export function toPlain(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.node)]));
}

/** A tree of plain data, all of it at one place. What JSON has no room for becomes null. */
export function fromPlain(value: unknown, at: Position): TreeNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => fromPlain(item, at)), at };
  if (typeof value === 'object' && value !== null) {
    const present = Object.entries(value).filter(([, item]) => item !== undefined);
    return {
      kind: 'map',
      entries: new Map(present.map(([key, item]) => [key, { key: at, node: fromPlain(item, at) }])),
      at,
    };
  }
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'scalar', value: isScalar ? value : null, at };
}

/**
 * `over` laid over `base`: maps merge key by key, everything else is replaced, and `null` takes away what the base
 * has. Neither argument is changed.
 */
export function mergeTrees(base: TreeNode, over: TreeNode): TreeNode {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const old = entries.get(key);
    if (old && entry.node.kind === 'scalar' && entry.node.value === null) entries.delete(key);
    else entries.set(key, old ? { key: entry.key, node: mergeTrees(old.node, entry.node) } : entry);
  }
  return { kind: 'map', entries, at: over.at };
}

export function nodeAt(root: TreeNode, path: ConfigPath): TreeNode | undefined {
  let node: TreeNode | undefined = root;
  for (const part of path) node = node && childOf(node, part);
  return node;
}

export function childOf(node: TreeNode, part: string | number): TreeNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(part))?.node;
  return node.kind === 'list' && typeof part === 'number' ? node.items[part] : undefined;
}

/** Place of the key at the end of `path`, or of the nearest thing above it that is there. */
export function positionOf(root: TreeNode, path: ConfigPath): Position {
  let node = root;
  let at = root.at;
  for (const part of path) {
    const next = childOf(node, part);
    if (!next) break;
    at = node.kind === 'map' ? (node.entries.get(String(part))?.key ?? next.at) : next.at;
    node = next;
  }
  return at;
}

/** Calls `visit` for every scalar; what it returns takes the scalar's place. */
export function mapScalars(
  node: TreeNode,
  visit: (scalar: ScalarNode, path: ConfigPath) => TreeNode,
  path: ConfigPath = [],
): TreeNode {
  if (node.kind === 'scalar') return visit(node, path);
  if (node.kind === 'list')
    return { ...node, items: node.items.map((item, index) => mapScalars(item, visit, [...path, index])) };
  const entries = [...node.entries].map(([key, entry]): [string, MapEntry] => [
    key,
    { key: entry.key, node: mapScalars(entry.node, visit, [...path, key]) },
  ]);
  return { ...node, entries: new Map(entries) };
}
