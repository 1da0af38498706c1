/** Reads one file into a tree with the place of every value. */
import { readFileSync, statSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Document,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { ErrorCode } from '../core/errors/catalogue';
import type { ConfigPath } from './path';
import type { ProblemList } from './problems';
import { maskReferences, unmaskReferences } from './reference-mask';
import type { MapEntry, Position, TreeNode } from './tree';
import { syntaxMessage } from './yaml-messages';

/** Larger files are no configuration, and reading them would only take long to say so. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Nodes that aliases may add to a document; a few lines of nested aliases could otherwise fill the memory. */
const MAX_ALIASED = 200_000;

/** Text of a file; undefined, with a problem noted, when it cannot be had. `at` is who asks for the file. */
export function readSource(
  path: string,
  label: string,
  problems: ProblemList,
  at: Position = { file: label },
  atPath?: ConfigPath,
): string | undefined {
  const fail = (code: ErrorCode, message: string): undefined => void problems.add(message, at, atPath, code);
  try {
    const stats = statSync(path);
    if (stats.isDirectory())
      return fail('CONFIG_NOT_FOUND', `${label} is a folder; name the configuration file in it.`);
    if (stats.size > MAX_BYTES)
      return fail('CONFIG_INVALID', `${label} has ${stats.size} bytes; a configuration may have ${MAX_BYTES}.`);
    const bytes = readFileSync(path);
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return fail('CONFIG_NOT_FOUND', `${label} does not exist.`);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return fail('CONFIG_SYNTAX', `${label} is not UTF-8 text.`);
    return fail('CONFIG_NOT_FOUND', `${label} cannot be read (${String(code)}).`);
  }
}

/** Parses YAML, of which JSON is a part. Undefined, with problems noted, when the text has errors of syntax. */
export function parseSource(text: string, file: string, problems: ProblemList): TreeNode | undefined {
  const lines = new LineCounter();
  const document = parseDocument(maskReferences(text), { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const seen = new Set<number>();
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    const position = at(pos[0]);
    // What follows an error on the same line is nearly always its echo.
    if (!seen.has(position.line ?? 0)) problems.add(syntaxMessage(code), position, undefined, 'CONFIG_SYNTAX');
    seen.add(position.line ?? 0);
  }
  if (seen.size > 0) return undefined;
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    problems.add(`${file} is empty.`, { file, line: 1, column: 1 }, undefined, 'CONFIG_SYNTAX');
    return undefined;
  }
  return new TreeBuilder(document, at, problems).build();
}

class TreeBuilder {
  private aliased = 0;
  private readonly open = new Set<Node>();
  /** In the order of the document, so that an alias finds the last anchor before it. */
  private readonly anchors = new Map<string, Node>();

  constructor(
    private readonly document: Document.Parsed,
    private readonly at: (offset: number) => Position,
    private readonly problems: ProblemList,
  ) {}

  build(): TreeNode {
    return this.convert(this.document.contents, [], this.at(0), false);
  }

  private convert(node: unknown, path: ConfigPath, parent: Position, byAlias: boolean): TreeNode {
    const position = this.positionOf(node, parent);
    if (byAlias && ++this.aliased > MAX_ALIASED)
      return this.bad('The aliases of this file unfold to more than a configuration may hold.', position, path);
    if (isAlias(node)) return this.follow(node.source, path, position);
    if (isNode(node) && 'anchor' in node && node.anchor && !byAlias) this.anchors.set(node.anchor, node);
    if (isSeq(node)) {
      return this.nested(node, path, position, () => ({
        kind: 'list',
        at: position,
        items: node.items.map((item, index) => this.convert(item, [...path, index], position, byAlias)),
      }));
    }
    if (isMap(node))
      return this.nested(node, path, position, () => ({
        kind: 'map',
        at: position,
        entries: this.entries(node, path, position, byAlias),
      }));
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'string') return { kind: 'scalar', value: unmaskReferences(value), at: position };
    return {
      kind: 'scalar',
      value: typeof value === 'number' || typeof value === 'boolean' ? value : null,
      at: position,
    };
  }

  /** Guards against a collection that holds an alias of itself. */
  private nested(node: Node, path: ConfigPath, position: Position, build: () => TreeNode): TreeNode {
    if (this.open.has(node)) return this.bad('An alias here contains itself.', position, path);
    this.open.add(node);
    const tree = build();
    this.open.delete(node);
    return tree;
  }

  private follow(name: string, path: ConfigPath, position: Position): TreeNode {
    const target = this.anchors.get(name);
    if (target === undefined) {
      return this.bad(
        `YAML reads \`*${name}\` as a reference to an anchor, and there is none of that name: put it in quotes if it is a pattern.`,
        position,
        path,
      );
    }
    return this.convert(target, path, position, true);
  }

  private entries(map: YAMLMap, path: ConfigPath, position: Position, byAlias: boolean): Map<string, MapEntry> {
    const own = new Map<string, MapEntry>();
    const inherited = new Map<string, MapEntry>();
    for (const pair of map.items) {
      const at = this.positionOf(pair.key, position);
      const key = isScalar(pair.key) ? unmaskReferences(String(pair.key.value)) : undefined;
      if (isScalar(pair.key) && pair.key.value === '<<' && pair.key.type === 'PLAIN') {
        this.inherit(inherited, this.convert(pair.value, path, at, byAlias), path);
      } else if (key === undefined || key === '__proto__') {
        const what = isAlias(pair.key)
          ? 'YAML reads a key that starts with `*` as an alias: put it in quotes.'
          : 'This key is not text.';
        this.problems.add(what, at, path, 'CONFIG_SYNTAX');
      } else {
        const first = own.get(key);
        if (first)
          this.problems.add(
            `The key \`${key}\` is here a second time; first on line ${first.key.line ?? '?'}.`,
            at,
            [...path, key],
            'CONFIG_SYNTAX',
          );
        else own.set(key, { key: at, node: this.convert(pair.value, [...path, key], at, byAlias) });
      }
    }
    return new Map([...[...inherited].filter(([key]) => !own.has(key)), ...own]);
  }

  /** `<<: *defaults`, or a list of such; of several the first that has a key gives it. */
  private inherit(into: Map<string, MapEntry>, from: TreeNode, path: ConfigPath): void {
    for (const source of from.kind === 'list' ? from.items : [from]) {
      if (source.kind !== 'map')
        this.problems.add('`<<` takes a map or a list of maps.', source.at, path, 'CONFIG_SYNTAX');
      else for (const [key, entry] of source.entries) if (!into.has(key)) into.set(key, entry);
    }
  }

  private bad(message: string, at: Position, path: ConfigPath): TreeNode {
    this.problems.add(message, at, path, 'CONFIG_SYNTAX');
    return { kind: 'scalar', value: null, at };
  }

  private positionOf(node: unknown, parent: Position): Position {
    const start = (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && node.range?.[0];
    return typeof start === 'number' ? this.at(start) : parent;
  }
}
