/** Single settings laid over the files: `LONGSHORE__transferSets__sales-daily__maxRows=5`, or a path and a value. */
import { type ConfigPath, parsePath } from './path';
import type { ProblemList } from './problems';
import type { Environment } from './references';
import { knownKeys, typedValue } from './shape';
import { childOf, fromPlain, type MapNode, nodeAt, type Position, toPlain, type TreeNode } from './tree';

const PREFIX = 'LONGSHORE__';

/** Lays every variable `LONGSHORE__…` over the tree, in the order of their names. */
export function applyVariables(root: TreeNode, env: Environment, problems: ProblemList): TreeNode {
  const names = Object.keys(env).filter((name) => name.toUpperCase().startsWith(PREFIX) && env[name] !== undefined);
  let tree = root;
  for (const name of names.toSorted()) {
    const parts = name.slice(PREFIX.length).split('__');
    const at = { file: `environment variable ${name}` };
    if (parts.includes('')) {
      problems.add(`The name does not say which setting it is for: ${PREFIX}section__name__setting.`, at);
      continue;
    }
    const path = matchPath(tree, parts);
    tree = setAt(tree, path, fromPlain(typedValue(env[name] ?? '', path, toPlain(tree)), at), at, problems);
  }
  return tree;
}

/** Lays values over the tree by path, `transferSets.daily.maxRows`; text is typed as the schema wants it. */
export function applyOverrides(
  root: TreeNode,
  overrides: Readonly<Record<string, unknown>>,
  problems: ProblemList,
): TreeNode {
  let tree = root;
  for (const [text, value] of Object.entries(overrides)) {
    const at = { file: `override ${text}` };
    const path = parsePath(text);
    if (!path) {
      problems.add(`\`${text}\` is not a path such as transferSets.daily.maxRows.`, at);
      continue;
    }
    tree = setAt(
      tree,
      path,
      fromPlain(typeof value === 'string' ? typedValue(value, path, toPlain(tree)) : value, at),
      at,
      problems,
    );
  }
  return tree;
}

/**
 * Variables are often upper case, and shells take no hyphen in their names: a part that is no key as it stands is taken
 * for the one key that differs from it only in that.
 */
function matchPath(root: TreeNode, parts: readonly string[]): ConfigPath {
  const path: (string | number)[] = [];
  const document = toPlain(root);
  for (const part of parts) {
    const node = nodeAt(root, path);
    if (node?.kind === 'list' && /^\d+$/.test(part)) {
      path.push(Number(part));
      continue;
    }
    const keys = [...new Set([...(node?.kind === 'map' ? node.entries.keys() : []), ...knownKeys(path, document)])];
    const alike = keys.filter((key) => fold(key) === fold(part));
    path.push(!keys.includes(part) && alike.length === 1 ? (alike[0] ?? part) : part);
  }
  return path;
}

const fold = (key: string): string => key.toLowerCase().replaceAll('-', '_');

function setAt(
  node: TreeNode | undefined,
  path: ConfigPath,
  value: TreeNode,
  at: Position,
  problems: ProblemList,
  done: ConfigPath = [],
): TreeNode {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const here = [...done, head];
  if (node?.kind === 'list') {
    if (typeof head !== 'number' || head > node.items.length) {
      problems.add(`The list has ${node.items.length} entries, counted from 0; \`${head}\` is none of them.`, at, here);
      return node;
    }
    const items = [...node.items];
    items[head] = setAt(childOf(node, head), rest, value, at, problems, here);
    return { ...node, items };
  }
  if (head === '__proto__') return node ?? fromPlain({}, at);
  const map: MapNode = node?.kind === 'map' ? node : { kind: 'map', entries: new Map(), at };
  const key = String(head);
  const entries = new Map(map.entries);
  entries.set(key, { key: at, node: setAt(childOf(map, key), rest, value, at, problems, here) });
  return { ...map, entries };
}
